package mcp

import (
	"fmt"

	"substrate/corpus"
	"substrate/library"
)

// packText takes as many whole pieces of the sections as the budget holds, from where the cursor stands. A piece that no
// answer of this budget could hold is passed over and said to be: it is never cut.
func (o *ReadOut) packText(s *library.Shown, budget int, at cursor) *ReadOut {
	var all []piece
	for i, sec := range s.Sections {
		list := pieces(i, sec)
		if len(list) == 0 {
			list = []piece{{section: i, pages: sec.Pages}} // a heading alone
		}
		all = append(all, list...)
	}
	start := min(at.At, len(all))
	rest := all[start:]
	build := func(n int) *ReadOut {
		c := *o
		c.Sections = o.parts(s, all, start, start+n)
		if n < len(rest) {
			next := at
			next.At = start + n
			c.Cursor = next.String()
			c.LeftOut = fmt.Sprintf("%s follow: call again with cursor", following(s, all, start+n))
		}
		return &c
	}
	n, out := fit(len(rest), budget, build)
	if n == 0 && len(rest) > 0 {
		need := cost(build(1))
		rest[0].text, rest[0].head = "", ""
		out = build(1)
		out.LeftOut = fmt.Sprintf("%s is passed over, it needs a budget of %d", name(rest[0].kind), need)
		if len(rest) > 1 {
			out.LeftOut += "; " + following(s, all, start+1) + " follow: call again with cursor"
		}
	}
	return out
}

// parts are the sections that the pieces from..to stand in.
func (o *ReadOut) parts(s *library.Shown, all []piece, from, to int) []Part {
	out := []Part{}
	for i := from; i < to; {
		k := i
		for k < to && all[k].section == all[i].section {
			k++
		}
		p := part(s, s.Sections[all[i].section])
		p.Continued = i > 0 && all[i-1].section == all[i].section
		p.Text = assemble(all[i:k])
		p.Warning = warning(p.Ref, p.Text)
		out = append(out, p)
		i = k
	}
	return out
}

// following counts what comes from place i on.
func following(s *library.Shown, all []piece, i int) string {
	n := len(s.Sections) - 1 - all[i].section
	rest := 0
	for _, p := range all[i:] {
		if p.section == all[i].section {
			rest++
		}
	}
	here := part(s, s.Sections[all[i].section]).Ref
	if n == 0 {
		return fmt.Sprintf("%s of %s", count(rest, "piece"), here)
	}
	return fmt.Sprintf("%s of %s and %s", count(rest, "piece"), here, count(n, "more section"))
}

func name(k corpus.BlockKind) string {
	switch k {
	case corpus.Code:
		return "a piece of code"
	case corpus.Table:
		return "a table row"
	case corpus.List:
		return "a list item"
	}
	return "a paragraph"
}
