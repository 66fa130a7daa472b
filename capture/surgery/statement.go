package surgery

import (
	"fmt"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"substrate/corpus"
	"substrate/corpus/markdown"
)

// place is where a statement stands: bytes i to j of the text of a unit.
type place struct {
	unit int
	i, j int
}

// occurrences finds a text in a unit, white space counting as one blank, and never inside a longer word or number.
func occurrences(text, want string) [][2]int {
	want = strings.Join(strings.Fields(want), " ")
	if want == "" {
		return nil
	}
	flat, at := flatten(text)
	var out [][2]int
	for from := 0; from+len(want) <= len(flat); {
		k := strings.Index(flat[from:], want)
		if k < 0 {
			break
		}
		k += from
		if whole(flat, k, k+len(want)) {
			out = append(out, [2]int{at[k], at[k+len(want)-1] + 1})
			from = k + len(want)
			continue
		}
		_, n := utf8.DecodeRuneInString(flat[k:])
		from = k + n
	}
	return out
}

// flatten puts a blank in the place of white space, and says where each byte was.
func flatten(text string) (string, []int) {
	b := make([]byte, 0, len(text))
	at := make([]int, 0, len(text))
	for i, r := range text {
		if unicode.IsSpace(r) {
			if len(b) == 0 || b[len(b)-1] != ' ' {
				b, at = append(b, ' '), append(at, i)
			}
			continue
		}
		_, n := utf8.DecodeRuneInString(text[i:])
		for k := range n {
			b, at = append(b, text[i+k]), append(at, i+k)
		}
	}
	return string(b), at
}

// whole reports whether text[i:j] is not cut out of a word or of a number: not "80" of "8080", nor "1" of "1.8".
func whole(text string, i, j int) bool {
	before, nb := utf8.DecodeLastRuneInString(text[:i])
	after, na := utf8.DecodeRuneInString(text[j:])
	first, _ := utf8.DecodeRuneInString(text[i:])
	last, _ := utf8.DecodeLastRuneInString(text[:j])
	if nb > 0 && isWord(before) && isWord(first) || na > 0 && isWord(last) && isWord(after) {
		return false
	}
	if nb > 0 && unicode.IsDigit(first) && strings.ContainsRune(".,:", before) {
		if r, n := utf8.DecodeLastRuneInString(text[:i-nb]); n > 0 && unicode.IsDigit(r) {
			return false
		}
	}
	if na > 0 && unicode.IsDigit(last) && strings.ContainsRune(".,:", after) {
		if r, n := utf8.DecodeRuneInString(text[j+na:]); n > 0 && unicode.IsDigit(r) {
			return false
		}
	}
	return true
}

func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_'
}

// statements finds a text in the units of a section: as it is read, or, when that is nowhere, as it may have been written in Markdown.
func statements(units []markdown.Unit, want string) []place {
	for _, form := range []string{want, plain(want)} {
		var out []place
		for k, u := range units {
			for _, o := range occurrences(u.Text, form) {
				out = append(out, place{k, o[0], o[1]})
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// single is the one place of a text in a section's own text, or an error that says what there is instead.
func (w *work) single(i int, old, now string) (place, error) {
	p := w.lay.Places[i]
	found := statements(p.Units, old)
	var open []place
	for _, f := range found {
		if !insideNew(p.Units[f.unit].Text, f, old, now) {
			open = append(open, f)
		}
	}
	switch {
	case len(open) == 1:
		return open[0], nil
	case len(open) > 1:
		return place{}, fmt.Errorf("%w: %q stands in the section %d times: %s; give more of the text around it", ErrAmbiguous, old, len(open), describe(p.Units, open))
	case len(found) > 0 || now != "" && len(statements(p.Units, now)) > 0:
		return place{}, fmt.Errorf("%w: the section says %q", ErrDone, now)
	}
	return place{}, fmt.Errorf("%w: %q is not in the section's own text%s", ErrNotFound, old, w.elsewhere(i, old))
}

// insideNew reports whether a text was found only as a part of what would be put in its place.
func insideNew(text string, f place, old, now string) bool {
	if now == "" || !strings.Contains(strings.Join(strings.Fields(now), " "), strings.Join(strings.Fields(old), " ")) {
		return false
	}
	for _, form := range []string{now, plain(now)} {
		for _, o := range occurrences(text, form) {
			if o[0] <= f.i && f.j <= o[1] {
				return true
			}
		}
	}
	return false
}

// describe says where places are, for a person to tell them apart.
func describe(units []markdown.Unit, found []place) string {
	var out []string
	for _, f := range found[:min(len(found), 5)] {
		u := units[f.unit]
		from, to := max(0, f.i-24), min(len(u.Text), f.j+24)
		for from > 0 && !utf8.RuneStart(u.Text[from]) {
			from--
		}
		for to < len(u.Text) && !utf8.RuneStart(u.Text[to]) {
			to++
		}
		where := string(u.Kind)
		switch u.Kind {
		case corpus.Table:
			where = fmt.Sprintf("row %d column %d", u.Row, u.Col+1)
		case corpus.List:
			where = fmt.Sprintf("item %d", u.Row+1)
		}
		out = append(out, fmt.Sprintf("%s of block %d (%q)", where, u.Block+1, strings.Join(strings.Fields(u.Text[from:to]), " ")))
	}
	if len(found) > 5 {
		out = append(out, "…")
	}
	return strings.Join(out, ", ")
}

// elsewhere says where a text that was not found might be meant: in other sections, or in words that look like it.
func (w *work) elsewhere(i int, old string) string {
	var names []string
	for j, p := range w.lay.Places {
		if j != i && len(statements(p.Units, old)) > 0 {
			names = append(names, "#"+w.lay.Reading.Sections[j].Anchor)
		}
	}
	if len(names) > 0 {
		return "; it is in " + strings.Join(names[:min(3, len(names))], ", ")
	}
	want := map[string]bool{}
	for _, f := range strings.Fields(strings.ToLower(old)) {
		want[f] = true
	}
	type near struct {
		text  string
		share float64
	}
	var all []near
	for _, u := range w.lay.Places[i].Units {
		words := strings.Fields(strings.ToLower(u.Text))
		hit := 0
		for _, f := range words {
			if want[f] {
				hit++
			}
		}
		if hit > 0 {
			all = append(all, near{u.Text, float64(hit) / float64(len(want)+len(words))})
		}
	}
	sort.SliceStable(all, func(a, b int) bool { return all[a].share > all[b].share })
	if len(all) == 0 {
		return "; the section shows it otherwise, or not at all"
	}
	return fmt.Sprintf("; the nearest is %q", short(all[0].text))
}

func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= 120 {
		return s
	}
	cut := 120
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
