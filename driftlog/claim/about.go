package claim

import (
	"strings"
)

// Overlap is the share of the lighter side's weight that both have, 0 to 1.
func Overlap(a, b Terms) float64 {
	common := Common(a, b)
	least := min(a.Weight(), b.Weight())
	if least == 0 {
		return 0
	}
	return common / least
}

// Common is the weight of the terms that both have.
func Common(a, b Terms) float64 {
	s := 0.0
	for k, w := range a {
		if x, ok := b[k]; ok {
			s += min(w, x)
		}
	}
	return s
}

// Likeness tells how far two claims are about the same thing.
type Likeness struct {
	// Cover is the share of the first claim's subject that the second speaks of, Back the same the other way.
	Cover, Back float64
	// Shared is the weight of local terms that both have; Strong that of names which both name.
	Shared, Strong float64
	// Against is why they cannot be about the same, "" when nothing speaks against it.
	Against string
}

// About compares the subjects of two claims.
func About(a, b Claim) Likeness {
	l := Likeness{Cover: cover(a, b), Back: cover(b, a), Shared: Common(a.Local, b.Local)}
	x, y := naming(a), naming(b)
	for n, w := range x {
		switch {
		case y[n] > 0:
			l.Strong += w
		case b.Above[n] > 0:
			l.Strong += w / 2
		}
	}
	for n, w := range y {
		if x[n] == 0 && a.Above[n] > 0 {
			l.Strong += w / 2
		}
	}
	for _, t := range a.numbers {
		for _, u := range b.numbers {
			if t == u {
				l.Strong += 2.5 // both speak of pump 2
			}
		}
	}
	l.Against = against(a, b, l)
	return l
}

// naming are the names that tell what a claim is about: those near its value, and those that its sentence begins with. The
// value itself is none.
func naming(c Claim) Terms {
	if c.names != nil {
		return c.names
	}
	own := termsOf(c.Value.Text, nil)
	out := Terms{}
	from := c.Local
	if c.Unit.Form == Cell && c.of != nil {
		from = c.of
	}
	for n, w := range from {
		if w >= 2 && own[n] == 0 && n != c.Key && n != strings.ToLower(c.Value.Text) {
			out[n] = w
		}
	}
	return out
}

// subject are the terms that tell what a claim is about, each with what it counts. What stands around a claim that says little
// itself counts too: a lone "interval: 30s" is about what its file and its chapter are about.
func subject(c Claim) Terms {
	if c.subject != nil {
		return c.subject
	}
	out := Terms{}
	for k, w := range c.Local {
		out[k] = w
	}
	add := func(t Terms, share float64) {
		for k, w := range t {
			if out[k] < w*share {
				out[k] = w * share
			}
		}
	}
	own := termsOf(c.Value.Text, nil)
	if w := out.Weight(); w < 3 || c.Unit.Form == Code {
		lack := max(1-w/3, 0.1)
		if c.Unit.Form != Cell {
			add(c.Rest, 0.6*lack)
		}
		add(c.Above, 0.35*lack)
	}
	for k := range own {
		if c.Local[k] == 0 {
			delete(out, k)
		}
	}
	return out
}

// cover is how much of a's subject b speaks of.
func cover(a, b Claim) float64 {
	have, all := 0.0, 0.0
	for k, w := range subject(a) {
		all += w
		switch {
		case b.Local[k] > 0 || b.Rest[k] > 0 && b.Unit.Form != Cell:
			have += w
		case b.Rest[k] > 0:
			have += 0.6 * w
		case b.Above[k] > 0:
			have += 0.8 * w
		}
	}
	if all == 0 {
		return 0
	}
	return have / all
}

// Wide is the weight of the terms that both units have, wherever they stand in a sentence; of a cell its own ones.
func Wide(a, b Claim) float64 { return Common(a.Wide(), b.Wide()) }

// Wide are the terms of a whole sentence, and of a cell those of its row's label, its column and itself.
func (c Claim) Wide() Terms {
	if c.Unit.Form == Prose {
		return c.Rest
	}
	return c.Local
}
