package change

import (
	"sort"
	"strings"

	"substrate/corpus"
	"substrate/driftlog/claim"
)

// pairs finds for each new section the old one that it was: new index → old index.
func pairs(old, new []corpus.Section) map[int]int {
	out := map[int]int{}
	taken := map[int]bool{}
	match := func(key func(corpus.Section) string) {
		byKey := map[string][]int{}
		for o, s := range old {
			if k := key(s); k != "" && !taken[o] {
				byKey[k] = append(byKey[k], o)
			}
		}
		count := map[string]int{}
		for n, s := range new {
			if _, ok := out[n]; !ok {
				count[key(s)]++
			}
		}
		for n, s := range new {
			k := key(s)
			if _, ok := out[n]; ok || k == "" || len(byKey[k]) != 1 || count[k] != 1 {
				continue
			}
			out[n] = byKey[k][0]
			taken[byKey[k][0]] = true
		}
	}
	match(func(s corpus.Section) string { return s.Anchor + "\x00" + heading(s) })
	match(func(s corpus.Section) string { return parent(s) + "\x00" + heading(s) })
	match(heading)
	match(func(s corpus.Section) string {
		if t := text(s); len(t) > 40 {
			return t
		}
		return ""
	})
	// What is left is paired by likeness of words, the likest first.
	type like struct {
		n, o  int
		score float64
	}
	var likes []like
	for n, s := range new {
		if _, ok := out[n]; ok {
			continue
		}
		a := bag(text(s))
		for o, t := range old {
			if taken[o] {
				continue
			}
			score := dice(a, bag(text(t)))
			if s.Number != "" && s.Number == t.Number {
				score += 0.15
			}
			if score >= 0.5 {
				likes = append(likes, like{n, o, score})
			}
		}
	}
	sort.SliceStable(likes, func(i, j int) bool { return likes[i].score > likes[j].score })
	for _, l := range likes {
		if _, ok := out[l.n]; !ok && !taken[l.o] {
			out[l.n] = l.o
			taken[l.o] = true
		}
	}
	return out
}

func bag(s string) map[string]int {
	m := map[string]int{}
	for _, w := range strings.Fields(strings.ToLower(s)) {
		if w = strings.Trim(w, ".,;:()\"'`|"); w != "" {
			m[w]++
		}
	}
	return m
}

// dice is the share of words in common, 0 to 1.
func dice(a, b map[string]int) float64 {
	n, common := 0, 0
	for w, x := range a {
		n += x
		common += min(x, b[w])
	}
	for _, x := range b {
		n += x
	}
	if n == 0 {
		return 0
	}
	return 2 * float64(common) / float64(n)
}

// pairUnits pairs the units of two sections: equal ones first, then those that are alike; -1 where there is no partner.
// The result is in the order of the new units, with the removed ones behind.
func pairUnits(old, new []*claim.Unit) [][2]int {
	partner := make([]int, len(new))
	taken := make([]bool, len(old))
	at := map[string][]int{}
	for i, u := range old {
		at[u.Text] = append(at[u.Text], i)
	}
	for i, u := range new {
		partner[i] = -1
		if l := at[u.Text]; len(l) > 0 {
			partner[i], taken[l[0]] = l[0], true
			at[u.Text] = l[1:]
		}
	}
	oldBags, newBags := make([]map[string]int, len(old)), make([]map[string]int, len(new))
	for i, u := range old {
		if !taken[i] {
			oldBags[i] = bag(u.Text)
		}
	}
	type like struct {
		n, o  int
		score float64
	}
	var likes []like
	for n, u := range new {
		if partner[n] >= 0 {
			continue
		}
		newBags[n] = bag(u.Text)
		for o, v := range old {
			if taken[o] || v.Form != u.Form {
				continue
			}
			s := dice(newBags[n], oldBags[o])
			if u.Form == claim.Cell && len(u.Cells) > 0 && len(v.Cells) > 0 {
				k := max(u.Label(), 1)
				if strings.EqualFold(strings.Join(u.Cells[:min(k, len(u.Cells))], "|"), strings.Join(v.Cells[:min(k, len(v.Cells))], "|")) {
					s += 0.6
				} else {
					s -= 0.3
				}
			}
			if u.Form == claim.Code && key(u.Text) != "" {
				if key(u.Text) == key(v.Text) {
					s += 0.6
				} else {
					s -= 0.3
				}
			}
			if s >= 0.34 {
				likes = append(likes, like{n, o, s - 0.0001*float64(abs(n-o))})
			}
		}
	}
	sort.SliceStable(likes, func(i, j int) bool { return likes[i].score > likes[j].score })
	for _, l := range likes {
		if partner[l.n] < 0 && !taken[l.o] {
			partner[l.n], taken[l.o] = l.o, true
		}
	}
	var out [][2]int
	for n, o := range partner {
		out = append(out, [2]int{o, n})
	}
	for o, t := range taken {
		if !t {
			out = append(out, [2]int{o, -1})
		}
	}
	return out
}

// key is what stands before "=" or ":" in a line of code.
func key(line string) string {
	if i := strings.IndexAny(line, "=:"); i > 0 {
		return strings.TrimSpace(line[:i])
	}
	return ""
}

func abs(n int) int { return max(n, -n) }

// Words is the difference of two texts, word by word.
func Words(old, new string) []Edit {
	a, b := strings.Fields(old), strings.Fields(new)
	if len(a)*len(b) > 4_000_000 {
		return []Edit{{'-', old}, {'+', new}}
	}
	w := len(b) + 1
	best := make([]int32, (len(a)+1)*w)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				best[i*w+j] = best[(i+1)*w+j+1] + 1
			} else {
				best[i*w+j] = max(best[(i+1)*w+j], best[i*w+j+1])
			}
		}
	}
	var out []Edit
	add := func(op byte, word string) {
		if n := len(out); n > 0 && out[n-1].Op == op {
			out[n-1].Text += " " + word
			return
		}
		out = append(out, Edit{op, word})
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			add('=', a[i])
			i, j = i+1, j+1
		case j >= len(b) || i < len(a) && best[(i+1)*w+j] >= best[i*w+j+1]:
			add('-', a[i])
			i++
		default:
			add('+', b[j])
			j++
		}
	}
	return out
}
