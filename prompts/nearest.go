package prompts

import "strings"

// nearest is the name that somebody may have meant; "" when none is near. Of equally near ones it is one that begins as they
// wrote it, or else the first.
func nearest(asked string, names []string) string {
	best, cost := "", 2*(2+len([]rune(asked))/3)
	for _, n := range names {
		d := 2 * distance(asked, n)
		if asked != "" && strings.HasPrefix(n, asked) {
			d--
		}
		if d < cost {
			best, cost = n, d
		}
	}
	return best
}

// distance is the Levenshtein distance of two short texts, in letters.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			change := diagonal
			if x[i] != y[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(y)]
}
