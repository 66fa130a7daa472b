package surgery

import (
	"fmt"
	"regexp"
	"strings"

	"substrate/corpus"
	"substrate/corpus/identity"
	"substrate/corpus/markdown"
)

// table adds rows to a table.
func (c *logging) table(b int) error {
	t := c.w.lay.Reading.Sections[c.i].Blocks[b].Rows
	v, d, x, _ := identity.ChangeLogColumns(t[0])
	if x < 0 {
		for x = len(t[0]) - 1; x >= 0 && (x == v || x == d); x-- {
		}
	}
	var labels []corpus.Label
	var days []corpus.Date
	for _, r := range t[1:] {
		if l := c.cellLabel(t[0][v], r[v]); !l.IsZero() {
			labels = append(labels, l)
		}
		if d >= 0 {
			days = append(days, identity.FindDate(r[d]))
		}
	}
	last := newestLast(labels, days)
	model := 1
	if last {
		model = len(t) - 1
	}
	for k, r := range c.l.Rows {
		cells := make([]string, len(t[0]))
		for h, name := range t[0] {
			for want, text := range r.Cells {
				if named(name, want) {
					cells[h] = text
				}
			}
		}
		cells[v] = c.l.Version
		if d >= 0 {
			cells[d] = c.l.Date.String()
		}
		if model < len(t) {
			rows := c.w.rows(c.w.lay.Places[c.i].Blocks[b])
			at := model + 1
			if !last {
				at += k // the rows before this one were put above the model
			}
			if at < len(rows) {
				raw := func(col int) string {
					if col >= len(rows[at].cells) {
						return ""
					}
					return strings.TrimSpace(string(c.w.src[rows[at].cells[col].Start:rows[at].cells[col].End]))
				}
				if s := raw(v); s != "" {
					if n := c.stampLike(s, c.cellLabel(t[0][v], t[model][v])); n != s {
						cells[v] = n
					}
				}
				if d >= 0 && d != v && !c.l.Date.IsZero() {
					if s := raw(d); !identity.FindDate(s).IsZero() {
						cells[d] = c.stampLike(s, corpus.Label{})
					}
				}
			}
		}
		if x >= 0 {
			cells[x] = r.Text
		} else {
			return fmt.Errorf("%w: the change log's table has no column for what changed", ErrEdit)
		}
		at := len(c.w.lay.Reading.Sections[c.i].Blocks[b].Rows)
		if !last {
			at = 1 + k
		}
		if err := c.w.putRow(c.i, b, at, cells); err != nil {
			return err
		}
	}
	return nil
}

var (
	glue     = regexp.MustCompile(`^(?:[\s)\]*_:,–—.(\[-]|\b(?:of|from|dated|on)\b)*`)
	glueBack = regexp.MustCompile(`[\s(\[*_,–—-]*$`)
)

// entry writes an item or a paragraph like another one: its marks, the label and the date, then the new text.
func (c *logging) entry(model string, old corpus.Label, text string) string {
	flat := strings.Join(strings.Fields(model), " ")
	t := newLabelForms(old, c.l.Version).find(flat, true)
	if len(t) == 0 {
		return c.l.Version + ": " + text
	}
	head := flat[:t[0].i] + t[0].write()
	rest := flat[t[0].j:]
	day := c.l.Date
	d := dates(rest, corpus.Date{}, day)
	sep := glue.FindString(rest)
	switch {
	case len(d) > 0 && !day.IsZero() && d[0].i <= len(sep):
		after := rest[d[0].j:]
		return head + rest[:d[0].i] + d[0].write() + ending(glue.FindString(after), after) + text
	case len(d) > 0 && !day.IsZero() && strings.Trim(rest[d[len(d)-1].j:], ")] .*_") == "":
		e := d[len(d)-1]
		before := glueBack.FindString(rest[:e.i])
		return head + ending(sep, rest) + text + before + e.write() + rest[e.j:]
	}
	return head + ending(sep, rest) + text
}

// ending is the sign between head and text; a model that had no text lends none.
func ending(sep, rest string) string {
	if sep == rest && !strings.HasSuffix(sep, " ") {
		if strings.ContainsAny(sep, ":–—-") {
			return sep + " "
		}
		return sep + ": "
	}
	if sep == "" {
		return " "
	}
	return sep
}

// list adds items to a list of versions.
func (c *logging) list(b int) error {
	p := c.w.lay.Places[c.i]
	var tops []markdown.Unit
	var labels []corpus.Label
	var days []corpus.Date
	items := c.w.lay.Reading.Sections[c.i].Blocks[b].Items
	for _, u := range p.Units {
		if u.Block != b || strings.HasPrefix(items[u.Row], " ") {
			continue
		}
		if l := labelIn(u.Text); !l.IsZero() {
			tops, labels, days = append(tops, u), append(labels, l), append(days, identity.FindDate(u.Text))
		}
	}
	last := newestLast(labels, days)
	model, label := tops[0], labels[0]
	if last {
		model, label = tops[len(tops)-1], labels[len(labels)-1]
	}
	source := lines(strings.TrimRight(string(c.w.src[model.Lines.Start:model.Lines.End]), "\r\n "), "\n")
	first, more, _ := strings.Cut(source, "\n")
	m := itemLine.FindStringSubmatch(first)
	if m == nil {
		return fmt.Errorf("%w: the list of versions is written in a way that items cannot be told apart in", ErrUnsafe)
	}
	mark := m[1] + m[2] + m[5]
	if last && m[3] != "" {
		mark = fmt.Sprintf("%s%d%s%s", m[1], num(m[3])+1, m[4], m[5])
	}
	var out []string
	if model.Nested {
		// The version stands alone and its changes below it.
		out = append(out, mark+c.stampLike(m[6], label))
		inner := "  - "
		if k := strings.Index(lines(string(c.w.src[model.Lines.End:p.Blocks[b].End]), "\n"), "\n"); k >= 0 {
			if n := itemLine.FindStringSubmatch(strings.TrimRight(string(c.w.src[model.Lines.End:model.Lines.End+k]), "\r\n")); n != nil && n[3] == "" {
				inner = n[1] + n[2] + n[5]
			}
		}
		for _, r := range c.l.Rows {
			out = append(out, inner+r.Text)
		}
	} else {
		for _, r := range c.l.Rows {
			out = append(out, mark+c.entry(m[6]+" "+more, label, r.Text))
		}
	}
	text := strings.Join(out, "\n")
	want := expect{section: c.i, text: true, blocks: onlyBlock(b)}
	if last {
		loose := len(tops) > 1 && !blankLine([]byte(first)) && tops[len(tops)-2].Lines.End < model.Lines.Start && blankLine(c.w.src[tops[len(tops)-2].Lines.End:])
		above := 0
		if loose {
			above = 1
		}
		s := c.w.insertion(p.Blocks[b].End, above, text)
		return c.w.commit(s, want, Done{})
	}
	eol := c.w.eol(model.Lines.End)
	gap := eol
	if len(tops) > 1 && blankLine(c.w.src[model.Lines.End:tops[1].Lines.Start]) && model.Lines.End < tops[1].Lines.Start {
		gap = eol + eol
	}
	return c.w.commit(splice{at: model.Lines.Start, text: lines(text, eol) + gap}, want, Done{})
}

// paragraphs adds a paragraph to a log that is made of them.
func (c *logging) paragraphs(b int) error {
	s, p := c.w.lay.Reading.Sections[c.i], c.w.lay.Places[c.i]
	var labels []corpus.Label
	var days []corpus.Date
	var at []int
	for k := b; k < len(s.Blocks); k++ {
		if l := labelIn(s.Blocks[k].Text); s.Blocks[k].Kind == corpus.Paragraph && !l.IsZero() {
			labels, days, at = append(labels, l), append(days, identity.FindDate(s.Blocks[k].Text)), append(at, k)
		}
	}
	last := newestLast(labels, days)
	model, label := at[0], labels[0]
	if last {
		model, label = at[len(at)-1], labels[len(labels)-1]
	}
	raw := lines(strings.TrimRight(string(c.w.src[p.Blocks[model].Start:p.Blocks[model].End]), "\r\n"), "\n")
	var out []string
	for _, r := range c.l.Rows {
		out = append(out, c.entry(raw, label, r.Text))
	}
	text := strings.Join(out, "\n\n")
	added := len(out)
	want := expect{section: c.i, text: true, blocks: func(old, now []corpus.Block) error {
		k := model
		if last {
			k = model + 1
		}
		if len(now) != len(old)+added || !sameBlocks(old[:k], now[:k]) || !sameBlocks(old[k:], now[k+added:]) {
			return fmt.Errorf("%w: other entries of the change log would read differently", ErrUnsafe)
		}
		return nil
	}}
	if last {
		return c.w.commit(c.w.insertion(p.Blocks[model].End, 1, text), want, Done{})
	}
	eol := c.w.eol(p.Blocks[model].Start)
	return c.w.commit(splice{at: p.Blocks[model].Start, text: lines(text, eol) + eol + eol}, want, Done{})
}
