package surgery

import (
	"fmt"
	"regexp"
	"strings"

	"substrate/corpus"
	"substrate/corpus/identity"
	"substrate/corpus/markdown"
)

// logPlaces are the change log's own lines, with the sections below it.
func logPlaces(l *markdown.Layout) []markdown.Span {
	i := logSection(l)
	if i < 0 || !identity.IsChangeLog(l.Reading.Sections[i].Title) {
		return nil
	}
	return []markdown.Span{{Start: l.Places[i].Head.Start, End: l.Places[subtree(l, i)-1].Own.End}}
}

// logSection finds the change log: by its heading, or by a table of versions, dates and changes in the first sections. -1 for none.
func logSection(l *markdown.Layout) int {
	for i, s := range l.Reading.Sections {
		if identity.IsChangeLog(s.Title) {
			return i
		}
	}
	for i, s := range l.Reading.Sections[:min(3, len(l.Reading.Sections))] {
		if logTableIn(s, false) >= 0 {
			return i
		}
	}
	return -1
}

func logTableIn(s corpus.Section, named bool) int {
	for b, k := range s.Blocks {
		if k.Kind != corpus.Table {
			continue
		}
		if _, d, t, ok := identity.ChangeLogColumns(k.Rows[0]); ok && (named || d >= 0 && t >= 0) {
			return b
		}
	}
	return -1
}

// logging is one entry on its way into the change log.
type logging struct {
	w   *work
	l   Log
	now corpus.Label
	i   int // the section
}

// log adds the rows of a version to the change log, in its own form and order.
func (w *work) log(l Log) error {
	c := &logging{w: w, l: l, now: corpus.ParseLabel(l.Version)}
	if c.now.IsZero() {
		return fmt.Errorf("%w: the new version has no label", ErrEdit)
	}
	if len(l.Rows) == 0 {
		return fmt.Errorf("%w: it has no rows", ErrEdit)
	}
	for k := range l.Rows {
		l.Rows[k].Text = strings.Join(strings.Fields(l.Rows[k].Text), " ")
		if l.Rows[k].Text == "" {
			return fmt.Errorf("%w: row %d has no text", ErrEdit, k+1)
		}
		for _, r := range w.logRows() {
			if identity.SameLabel(r.Label, c.now) && strings.Contains(strings.Join(strings.Fields(r.Text), " "), plain(l.Rows[k].Text)) {
				return fmt.Errorf("%w: the change log has this row for %s", ErrDone, c.now)
			}
		}
	}
	if c.i = logSection(w.lay); c.i < 0 {
		return c.create()
	}
	s := w.lay.Reading.Sections[c.i]
	if b := logTableIn(s, identity.IsChangeLog(s.Title)); b >= 0 {
		return c.table(b)
	}
	for b, k := range s.Blocks {
		if k.Kind == corpus.List && len(identifyRows(k.Items)) > 0 {
			return c.list(b)
		}
	}
	for j := c.i + 1; j < subtree(w.lay, c.i); j++ {
		if !labelIn(w.lay.Reading.Sections[j].Heading()).IsZero() {
			return c.sections()
		}
	}
	for b, k := range s.Blocks {
		if k.Kind == corpus.Paragraph && !labelIn(k.Text).IsZero() {
			return c.paragraphs(b)
		}
	}
	return w.commit(w.insertion(w.lay.Places[c.i].Content, 1, c.fresh()), expect{section: c.i, text: true, blocks: appended}, Done{})
}

func (w *work) logRows() []corpus.ChangeRow {
	return identity.Identify(w.lay.Reading, "", identity.Options{}).ChangeLog
}

var labelStart = regexp.MustCompile(`(?i)^[\s•*_\[\d.)-]*?((?:` + labelWordForm + `[\s.:#_-]*)?\[?(?:\d+(?:[._-]\d+)*[a-z]?(?:-(?:rc|beta|alpha|draft)\.?\d*)?|\b[a-z]{1,2}\b)|\d+(?:st|nd|rd|th) edition)`)

// labelIn reads the label that a heading, an item or a paragraph begins with.
func labelIn(text string) corpus.Label {
	text = strings.TrimLeft(text, "•*_[ \t")
	m := labelStart.FindStringSubmatch(text)
	if m == nil {
		return corpus.Label{}
	}
	l := corpus.ParseLabel(strings.Trim(m[1], "[]* "))
	if k, core := coreOf(l); k == "?" || k == "" && !strings.ContainsAny(core, "._-") && !strings.HasPrefix(strings.ToLower(text), "v") && !strings.HasPrefix(strings.ToLower(text), "r") {
		return corpus.Label{}
	}
	return l
}

func identifyRows(items []string) []corpus.Label {
	var out []corpus.Label
	for _, it := range items {
		if l := labelIn(marker.ReplaceAllString(it, "")); !l.IsZero() && !strings.HasPrefix(it, " ") {
			out = append(out, l)
		}
	}
	return out
}

// newestLast reports whether a log grows at its end. One row alone says nothing, and most logs grow at their top.
func newestLast(labels []corpus.Label, dates []corpus.Date) bool {
	if n := len(labels); n > 1 && labels[0].Comparable(labels[n-1]) {
		if c := labels[0].Compare(labels[n-1]); c != 0 {
			return c < 0
		}
	}
	if n := len(dates); n > 1 && !dates[0].IsZero() && !dates[n-1].IsZero() {
		return dates[0].Compare(dates[n-1]) < 0
	}
	return false
}

// stampLike writes a text with another label and another date in the places of the first ones.
func (c *logging) stampLike(text string, old corpus.Label) string {
	var list []token
	if t := newLabelForms(old, c.l.Version).find(text, true); len(t) > 0 {
		list = append(list, t[0])
	}
	if !c.l.Date.IsZero() {
		if t := dates(text, corpus.Date{}, c.l.Date); len(t) > 0 && (len(list) == 0 || t[0].i >= list[0].j || t[0].j <= list[0].i) {
			list = append(list, t[0])
		}
	}
	if len(list) == 2 && list[0].i > list[1].i {
		list[0], list[1] = list[1], list[0]
	}
	for k := len(list) - 1; k >= 0; k-- {
		text = text[:list[k].i] + list[k].write() + text[list[k].j:]
	}
	return text
}

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
		if l := corpus.ParseLabel(r[v]); !l.IsZero() {
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
					if n := c.stampLike(s, corpus.ParseLabel(t[model][v])); n != s {
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
	glue     = regexp.MustCompile(`^[\s)\]*_:,–—.(\[-]*`)
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

// sections adds a section to a log that has one for each version.
func (c *logging) sections() error {
	l := c.w.lay
	end := subtree(l, c.i)
	level := 7
	var at []int
	var labels []corpus.Label
	var days []corpus.Date
	for j := c.i + 1; j < end; j++ {
		h := l.Reading.Sections[j].Heading()
		if v := labelIn(h); !v.IsZero() && l.Places[j].Level <= level {
			level = l.Places[j].Level
			at, labels, days = append(at, j), append(labels, v), append(days, identity.FindDate(h))
		}
	}
	last := newestLast(labels, days)
	k := 0
	if last {
		k = len(at) - 1
	}
	model := at[k]
	p := l.Places[model]
	raw := strings.Join(strings.Fields(string(c.w.src[p.Title.Start:p.Title.End])), " ")
	title := c.stampLike(raw, labels[k])
	if title == raw {
		title = strings.TrimSpace(c.l.Version + " " + c.l.Date.String())
	}
	text := c.w.heading(c.i, level, "", "X")
	text = strings.Replace(text, "X", title, 1)
	mark := ""
	for _, b := range l.Reading.Sections[model].Blocks {
		if b.Kind == corpus.List {
			mark = "- "
			line := string(c.w.src[p.Own.Start:p.Own.End])
			for _, s := range strings.Split(line, "\n") {
				if m := itemLine.FindStringSubmatch(strings.TrimRight(s, "\r")); m != nil && m[3] == "" {
					mark = m[2] + m[5]
					break
				}
			}
			break
		}
	}
	if mark == "" && len(c.l.Rows) > 1 {
		mark = "- "
	}
	text += strings.Repeat("\n", 1+c.w.blanksBelow(model))
	for n, r := range c.l.Rows {
		if n > 0 {
			text += "\n"
		}
		text += mark + r.Text
	}
	index := model
	if last {
		index = end
	}
	return c.w.commit(c.w.insertion(l.Places[index-1].Content, c.w.blanksAbove(model), text), expect{section: -1, at: index, added: 1, any: true}, Done{})
}

// fresh is a table for a document that has no change log yet.
func (c *logging) fresh() string {
	var sb strings.Builder
	sb.WriteString("| Version | Date | Changes |\n| --- | --- | --- |")
	for _, r := range c.l.Rows {
		fmt.Fprintf(&sb, "\n| %s | %s | %s |", c.l.Version, c.l.Date, escapePipes(r.Text))
	}
	return sb.String()
}

// create makes a change log behind the head of the document: before its first real section.
func (c *logging) create() error {
	l := c.w.lay
	zone := zoneOf(l, newHead(l))
	k := 0
	for k < len(l.Places) && (l.Places[k].Level == 0 || zone[k]) {
		k++
	}
	level, model := 1, k
	if k < len(l.Places) {
		level = l.Places[k].Level
		for j := k; j < len(l.Places); j++ {
			level = min(level, l.Places[j].Level)
		}
	} else if k > 0 && l.Places[k-1].Level > 0 {
		model, level = k-1, l.Places[k-1].Level+1
	}
	at := l.FrontMatter.End
	if k > 0 {
		at = l.Places[k-1].Content
	} else if at == 0 && len(c.w.src) > 3 && string(c.w.src[:3]) == "\xef\xbb\xbf" {
		at = 3
	}
	head := strings.Repeat("#", level) + " Change Log"
	above := 1
	if model < len(l.Places) {
		if l.Places[model].Level > 0 {
			head = c.w.heading(model, level, "", "Change Log")
		}
		above = c.w.blanksAbove(model)
	}
	return c.w.commit(c.w.insertion(at, above, head+"\n\n"+c.fresh()), expect{section: -1, at: k, added: 1}, Done{})
}
