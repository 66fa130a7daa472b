package layout

import (
	"sort"
	"strings"
)

// setLevels gives every heading its level. Numbers come first (10.3 is on level 2); headings without a number take the
// level that headings of their look have by number, else by the outline, else by the rank of their look.
func setLevels(hs []*heading) {
	byLook := map[look]map[int]int{}
	letters := 0
	for _, h := range hs {
		if h.number == "" || suffixed(h.number) {
			continue
		}
		if byLook[h.look] == nil {
			byLook[h.look] = map[int]int{}
		}
		byLook[h.look][depth(h.number)]++
		letters++
	}
	common := map[look]int{}
	for k, m := range byLook {
		best := 0
		for d, n := range m {
			if n > best || n == best && d < common[k] {
				best, common[k] = n, d
			}
		}
	}
	// Where the outline starts a level deeper than the numbers (a title on top of everything), shift it.
	shift, votes := 0, map[int]int{}
	for _, h := range hs {
		if h.number != "" && h.outline > 0 && !suffixed(h.number) {
			votes[h.outline-depth(h.number)]++
		}
	}
	for s, n := range votes {
		if n > votes[shift] || n == votes[shift] && s < shift {
			shift = s
		}
	}
	ranks := rankLooks(hs)
	for _, h := range hs {
		switch {
		case h.number != "" && !suffixed(h.number):
			h.level = depth(h.number)
		case common[h.look] > 0:
			h.level = common[h.look]
		case h.outline > 0:
			h.level = max(1, h.outline-shift)
		default:
			h.level = between(h.look, common, ranks)
		}
	}
	// No heading is more than one level below the one before it, unless its number says so.
	for i, h := range hs {
		if i > 0 && h.number == "" {
			h.level = min(h.level, hs[i-1].level+1)
		}
	}
	// A first heading deeper than its numbers say cannot be: levels start where the shallowest heading is.
	low := 0
	for _, h := range hs {
		if low == 0 || h.level < low {
			low = h.level
		}
	}
	for _, h := range hs {
		h.level -= max(low-1, 0)
	}
}

// suffixed tells numbers like §0a and 13.3a: an insert whose depth is told by its look, not by its number.
func suffixed(number string) bool {
	if number == "" {
		return false
	}
	c := number[len(number)-1]
	return c >= 'a' && c <= 'z' && strings.ContainsAny(number, "0123456789")
}

// rankLooks orders the looks of headings: larger first, bold before light, and counts from 1.
func rankLooks(hs []*heading) map[look]int {
	seen := map[look]bool{}
	var list []look
	for _, h := range hs {
		if !seen[h.look] {
			seen[h.look] = true
			list = append(list, h.look)
		}
	}
	sort.Slice(list, func(i, j int) bool { return heavier(list[i], list[j]) })
	out := map[look]int{}
	rank := 0
	for i, k := range list {
		if i == 0 || heavier(list[i-1], k) {
			rank++
		}
		out[k] = rank
	}
	return out
}

func heavier(a, b look) bool {
	if a.size != b.size {
		return a.size > b.size
	}
	if a.bold != b.bold {
		return a.bold
	}
	return !a.italic && b.italic
}

// between places a look among those whose level is known by number: one deeper than the nearest heavier look.
func between(k look, common map[look]int, ranks map[look]int) int {
	if len(common) == 0 {
		return ranks[k]
	}
	level := 0
	var nearest look
	for o, d := range common {
		if heavier(o, k) && (level == 0 || heavier(nearest, o)) {
			nearest, level = o, d+1
		}
	}
	if level == 0 {
		return 1
	}
	return level
}
