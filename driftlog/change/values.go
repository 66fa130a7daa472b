package change

import (
	"slices"
	"strings"
	"unicode"

	"substrate/driftlog/claim"
	"substrate/driftlog/value"
)

// scattered pairs values of a section whose sentences were written anew: those about the same thing, and the only one of its
// unit that left with the only one that came.
func (d *Diff) scattered(was, is map[string][]claim.Claim, done []Value, alike float64) []Value {
	used := map[string]bool{}
	for _, v := range done {
		used["-"+v.Old.Value.Norm], used["+"+v.New.Value.Norm] = true, true
	}
	left := func(a, b map[string][]claim.Claim, sign string) []claim.Claim {
		in := map[string]bool{}
		for _, list := range b {
			for _, c := range list {
				in[c.Value.Norm] = true
			}
		}
		var out []claim.Claim
		for _, u := range sortedKeys(a) {
			for _, c := range once(a[u]) {
				if !in[c.Value.Norm] && !used[sign+c.Value.Norm] && c.Value.Numeric() && c.Cell < 0 {
					out = append(out, c)
				}
			}
		}
		return out
	}
	gone, come := left(was, is, "-"), left(is, was, "+")
	var out []Value
	taken := map[int]bool{}
	for _, o := range gone {
		best, at, sorts := 0.0, -1, 0
		for i, c := range come {
			if taken[i] || !value.Comparable(o.Value, c.Value) {
				continue
			}
			sorts++
			if s := claim.Common(o.Local, c.Local); s >= 0.9 && claim.Overlap(o.Local, c.Local) >= 0.3 && s > best || at < 0 && s > best {
				best, at = s, i
			}
		}
		only := sorts == 1 && count(gone, o) == 1 && o.Value.Kind == value.Quantity && alike >= 0.4
		if only && at < 0 {
			for i, c := range come {
				if !taken[i] && value.Comparable(o.Value, c.Value) {
					at = i
				}
			}
		}
		if at >= 0 && (best >= 0.9 || only) {
			taken[at] = true
			out = append(out, Value{Old: o, New: come[at], Row: -1})
		}
	}
	return out
}

func count(list []claim.Claim, c claim.Claim) int {
	n := 0
	for _, x := range list {
		if value.Comparable(x.Value, c.Value) {
			n++
		}
	}
	return n
}

func sortedKeys(m map[string][]claim.Claim) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// once is the claims of one unit: a section may say the same sentence twice.
func once(list []claim.Claim) []claim.Claim {
	for i, c := range list {
		if i > 0 && c.Unit != list[0].Unit {
			return list[:i]
		}
	}
	return list
}

// changedValues pairs the values that only the old unit has with those that only the new one has.
func changedValues(old, new []claim.Claim, u Unit) []Value {
	gone, come := without(wholly(old), wholly(new)), without(wholly(new), wholly(old))
	alike := dice(bag(u.Old), bag(u.New)) >= 0.5
	var out []Value
	used := map[int]bool{}
	for _, o := range gone {
		best, at := 0.0, -1
		for i, c := range come {
			if used[i] || !pairable(o.Value, c.Value) || o.Cell != c.Cell && o.Cell >= 0 && c.Cell >= 0 && len(o.Unit.Cells) == len(c.Unit.Cells) {
				continue
			}
			s := claim.Overlap(o.Local, c.Local)
			if o.Key != "" && o.Key == c.Key {
				s += 1
			}
			if value.Comparable(o.Value, c.Value) {
				s += 0.5
			}
			if s > best || at < 0 {
				best, at = s, i
			}
		}
		if at < 0 || best < 0.25 && len(gone)+len(come) > 2 {
			continue
		}
		if !alike && o.Cell < 0 && o.Key == "" && (o.Value.Kind == value.Address || claim.Overlap(o.Local, come[at].Local) < 0.5 || o.Local.Weight() < 1) {
			continue // two sentences that happen to stand in one place
		}
		if (o.Value.Kind == value.Name || o.Value.Kind == value.Words && o.Cell < 0) && !replaced(u.Words, o.Value.Text, come[at].Value.Text) {
			continue // one name left, another came elsewhere in the sentence: words, no value
		}
		if value.Same(o.Value, come[at].Value) {
			continue
		}
		used[at] = true
		out = append(out, Value{Old: o, New: come[at], Row: -1})
	}
	return out
}

// wholly leaves out names that are only a part of a cell: a cell may name many things.
func wholly(list []claim.Claim) []claim.Claim {
	var out []claim.Claim
	for _, c := range list {
		if c.Cell >= 0 && c.Cell < len(c.Unit.Cells) && (c.Value.Kind == value.Name || c.Value.Kind == value.State) && len(c.Value.Text)*2 < len(strings.TrimSpace(c.Unit.Cells[c.Cell])) {
			continue
		}
		out = append(out, c)
	}
	return out
}

// replaced says that new stands where old stood.
func replaced(words []Edit, old, new string) bool {
	for i, e := range words {
		if e.Op == '-' && strings.Contains(e.Text, old) && few(e.Text) {
			for _, j := range []int{i - 1, i + 1} {
				if j >= 0 && j < len(words) && words[j].Op == '+' && strings.Contains(words[j].Text, new) && few(words[j].Text) {
					return true
				}
			}
		}
	}
	return false
}

func few(s string) bool { return len(strings.Fields(s)) <= 4 }

func pairable(a, b value.Value) bool {
	if value.Comparable(a, b) {
		return true
	}
	if !telling(a) || !telling(b) {
		return false
	}
	text := func(k value.Kind) bool { return k == value.Words || k == value.Name || k == value.Path }
	return text(a.Kind) && text(b.Kind) || a.Kind == value.Address && b.Kind == value.Words || a.Kind == value.Words && b.Kind == value.Address
}

// telling says that a value is more than a dash.
func telling(v value.Value) bool {
	return strings.ContainsFunc(v.Norm[strings.IndexByte(v.Norm, ':')+1:], unicode.IsLetter) || strings.ContainsAny(v.Norm, "0123456789")
}

func without(a, b []claim.Claim) []claim.Claim {
	var out []claim.Claim
	used := map[int]bool{}
next:
	for _, x := range a {
		for i, y := range b {
			if !used[i] && value.Same(x.Value, y.Value) {
				used[i] = true
				continue next
			}
		}
		out = append(out, x)
	}
	return out
}

// crossed drops changes that are none: both sides still say both values about the same, as when rows were sorted anew.
func crossed(vals []Value, was, is map[string][]claim.Claim) []Value {
	has := func(m map[string][]claim.Claim, c claim.Claim) bool {
		for _, list := range m {
			for _, x := range list {
				if value.Same(x.Value, c.Value) && claim.Overlap(x.Local, c.Local) > 0.8 {
					return true
				}
			}
		}
		return false
	}
	out := vals[:0]
	for _, v := range vals {
		if !(has(is, v.Old) && has(was, v.New)) {
			out = append(out, v)
		}
	}
	return out
}
