package layout

import (
	"math"
	"regexp"
	"sort"
	"strings"
	"unicode"
)

// Running headers and footers stand at the same place on many pages, at the page's edge, and say the same apart from numbers.

var (
	digits     = regexp.MustCompile(`\d+`)
	pageOnly   = regexp.MustCompile(`(?i)^[\s\-–—|·\[(]*(?:page|seite|p\.)?\s*(?:\d{1,4}|[ivxlc]{1,6})\s*(?:(?:/|of|von|sur)\s*\d{1,4})?[\s\-–—|·\])]*$`)
	printedURL = regexp.MustCompile(`(?i)^(?:file|https?)://\S+`)
	pageCount  = regexp.MustCompile(`(?i)(?:\bpage\s*)?\b\d{1,4}\s*(?:/|of)\s*\d{1,4}\b|\bpage\s*\d{1,4}\b`)
)

// stripRunning takes running headers, footers and page numbers out of the pages' lines. It returns what is
// left, and the distinct texts that were taken out, page numbers and addresses removed: they often carry the version.
func stripRunning(pages [][]line, heights []float64) ([][]line, []string) {
	type place struct {
		text string
		y    int
	}
	seen := map[place]map[int]bool{}
	edge := func(p, i int) bool {
		l, h := pages[p][i], heights[p]
		return l.base > h*0.88 || l.base < h*0.12
	}
	key := func(l line) place {
		t := digits.ReplaceAllString(strings.ToLower(l.text), "#")
		return place{strings.Join(strings.Fields(t), " "), int(math.Round(l.base / 4))}
	}
	for p := range pages {
		for i, l := range pages[p] {
			if edge(p, i) {
				for _, d := range []int{-1, 0, 1} {
					k := key(l)
					k.y += d
					if seen[k] == nil {
						seen[k] = map[int]bool{}
					}
					seen[k][p] = true
				}
			}
		}
	}
	need := 2
	if len(pages) > 6 {
		need = 3
	}
	texts := map[string]int{}
	out := make([][]line, len(pages))
	for p := range pages {
		top, bottom := edges(pages[p])
		for i, l := range pages[p] {
			want := need
			if l.mono || len(l.text) < 4 {
				want = max(need, len(pages)/2) // lines of code recur at the foot of pages by chance
			}
			running := edge(p, i) && len(seen[key(l)]) >= want
			number := edge(p, i) && (i == top || i == bottom) && pageOnly.MatchString(l.text)
			if !running && edge(p, i) && printedURL.MatchString(l.text) {
				running = true
			}
			if !running && len(pages) > 4 && (i == top || i == bottom) && edge(p, i) && changingHeader(pages, p, i) {
				running = true
			}
			switch {
			case number:
			case running:
				for _, c := range l.cells() {
					t := joinWords(c)
					t = strings.Trim(pageCount.ReplaceAllString(t, ""), " |·–—-")
					if t != "" && !pageOnly.MatchString(t) && !printedURL.MatchString(t) {
						texts[clean(t)]++
					}
				}
			default:
				out[p] = append(out[p], l)
			}
		}
	}
	var run []string
	for t := range texts {
		run = append(run, t)
	}
	sort.Slice(run, func(i, j int) bool {
		if texts[run[i]] != texts[run[j]] {
			return texts[run[i]] > texts[run[j]]
		}
		return run[i] < run[j]
	})
	return out, run
}

// edges are the indices of the highest and the lowest line of a page.
func edges(lines []line) (top, bottom int) {
	for i, l := range lines {
		if l.base > lines[top].base {
			top = i
		}
		if l.base < lines[bottom].base {
			bottom = i
		}
	}
	return top, bottom
}

// changingHeader tells a running header whose words change with the chapter: it carries this page's number at one end, as
// its neighbours carry theirs, and stands at the height of theirs.
func changingHeader(pages [][]line, p, i int) bool {
	n, ok := endNumber(pages[p][i].text)
	if !ok {
		return false
	}
	match := 0
	for d := -3; d <= 3; d++ {
		if q := p + d; d != 0 && q >= 0 && q < len(pages) {
			for _, o := range pages[q] {
				if m, ok := endNumber(o.text); ok && math.Abs(o.base-pages[p][i].base) < 3 && m-n == d {
					match++
					break
				}
			}
		}
	}
	return match >= 2
}

// endNumber is the number that a line starts or ends with.
func endNumber(s string) (int, bool) {
	for _, f := range []string{firstField(s), lastField(s)} {
		n := 0
		for _, r := range f {
			if !unicode.IsDigit(r) || n > 9999 {
				n = -1
				break
			}
			n = n*10 + int(r-'0')
		}
		if n >= 0 && f != "" {
			return n, true
		}
	}
	return 0, false
}
