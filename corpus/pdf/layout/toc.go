package layout

import (
	"regexp"
	"strings"
)

var (
	tocTitle = regexp.MustCompile(`(?i)^(?:table of )?contents$|^inhalt(?:sverzeichnis)?$|^sommaire$|^list of (?:figures|tables)$`)
	tocPlain = regexp.MustCompile(`^((?:\d+[a-z]?(?:\.\d+)*|[A-Z](?:\.\d+)*|§\d+[a-z]?)\.?\s+\S.*?|[A-Z]\S.*?)\s+(\d{1,4}|[ivxlc]{1,6})$`)
)

// takeContents removes tables of contents and returns the titles they list, by plain form, with their depth.
func takeContents(lines []line) ([]line, map[string]int) {
	toc := map[string]int{}
	drop := make([]bool, len(lines))
	for i := 0; i < len(lines); {
		// A run of lines that end in page numbers, behind dots or under a heading that says Contents.
		titled := tocTitle.MatchString(strings.TrimSpace(lines[i].text))
		j, hits, misses := i, 0, 0
		if titled {
			j++
		}
		end := j
		for ; j < len(lines); j++ {
			t := lines[j].text
			if leader.MatchString(t) || (titled || hits > 3) && tocPlain.MatchString(t) && pageNumberApart(lines[j]) {
				hits++
				misses = 0
				end = j + 1
				continue
			}
			if misses++; misses > 2 || hits == 0 && !titled {
				break
			}
		}
		if hits < 3 {
			i++
			continue
		}
		var minX float64 = 1e9
		for k := i; k < end; k++ {
			minX = min(minX, lines[k].x0)
		}
		carried := ""
		for k := i; k < end; k++ {
			drop[k] = true
			t := lines[k].text
			title := ""
			if m := leader.FindStringSubmatch(t); m != nil {
				title = m[1] + m[3]
			} else if m := tocPlain.FindStringSubmatch(t); m != nil {
				title = m[1]
			} else {
				carried = strings.TrimSpace(carried + " " + t)
				continue
			}
			title = strings.TrimRight(strings.TrimSpace(carried+" "+title), ". ")
			carried = ""
			d := 1 + int((lines[k].x0-minX)/8)
			if m := numbered.FindStringSubmatch(title); m != nil {
				d = depth(m[1])
			}
			toc[plain(title)] = d
		}
		i = end
	}
	var out []line
	for i, l := range lines {
		if !drop[i] {
			out = append(out, l)
		}
	}
	return out, toc
}

// pageNumberApart reports whether a line's last word stands well apart, as page numbers in a table of contents do.
func pageNumberApart(l line) bool {
	n := len(l.words)
	return n > 1 && l.words[n-1].X0-l.words[n-2].X1 > 1.2*l.size
}
