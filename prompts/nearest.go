package prompts

import (
	"strings"
	"substrate/corpus"
)

// nearest is the name that somebody may have meant; "" when none is near. Of equally near ones it is one that begins as they
// wrote it, or else the first.
func nearest(asked string, names []string) string {
	best, cost := "", 2*(2+len([]rune(asked))/3)
	for _, n := range names {
		d := 2 * corpus.Distance(asked, n)
		if asked != "" && strings.HasPrefix(n, asked) {
			d--
		}
		if d < cost {
			best, cost = n, d
		}
	}
	return best
}
