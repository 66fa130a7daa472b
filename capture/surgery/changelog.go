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

// logSection finds the change log: by its heading and its entries, or by a table of versions, dates and changes that names the
// document's own version, wherever it stands. A chapter called History that holds prose is none. -1 when there is none.
func logSection(l *markdown.Layout) int {
	empty := -1
	for i, s := range l.Reading.Sections {
		if !identity.IsChangeLog(s.Title) {
			continue
		}
		if hasEntries(l, i) {
			return i
		}
		if empty < 0 && (len(s.Blocks) == 0 && subtree(l, i) == i+1 || plainLog.MatchString(s.Title)) {
			empty = i
		}
	}
	if empty >= 0 {
		return empty
	}
	for i, s := range l.Reading.Sections {
		if b := logTableIn(s, false); b >= 0 {
			own := identity.Identify(l.Reading, "", identity.Options{}).Label
			v, _, _, _ := identity.ChangeLogColumns(s.Blocks[b].Rows[0])
			for _, r := range s.Blocks[b].Rows[1:] {
				if cell := corpus.ParseLabel(r[v]); i < 3 || !own.IsZero() && !cell.IsZero() && identity.SameLabel(cell, own) {
					return i
				}
			}
		}
	}
	return -1
}

// plainLog names a change log that may have no entries yet.
var plainLog = regexp.MustCompile(`(?i)change ?log|revision|version|amendment`)

func hasEntries(l *markdown.Layout, i int) bool {
	s := l.Reading.Sections[i]
	if logTableIn(s, true) >= 0 {
		return true
	}
	for _, b := range s.Blocks {
		if b.Kind == corpus.List && len(identifyRows(b.Items)) > 0 || b.Kind == corpus.Paragraph && !labelIn(b.Text).IsZero() {
			return true
		}
	}
	for j := i + 1; j < subtree(l, i); j++ {
		if !labelIn(l.Reading.Sections[j].Heading()).IsZero() {
			return true
		}
	}
	return false
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
	if err := w.enter(l); err != nil {
		return err
	}
	for _, r := range l.Rows {
		if now := corpus.ParseLabel(l.Version); !w.logged(now, plain(strings.Join(strings.Fields(r.Text), " "))) {
			return fmt.Errorf("%w: %q would not be read as a row for %s", ErrUnsafe, r.Text, now)
		}
	}
	return nil
}

func (w *work) enter(l Log) error {
	c := &logging{w: w, l: l, now: corpus.ParseLabel(l.Version)}
	if c.now.IsZero() {
		return fmt.Errorf("%w: the new version has no label", ErrEdit)
	}
	if len(l.Rows) == 0 {
		return fmt.Errorf("%w: it has no rows", ErrEdit)
	}
	l.Rows = append([]LogRow{}, l.Rows...) // the plan stays the caller's
	c.l.Rows = l.Rows
	for k := range l.Rows {
		l.Rows[k].Text = strings.Join(strings.Fields(l.Rows[k].Text), " ")
		if l.Rows[k].Text == "" {
			return fmt.Errorf("%w: row %d has no text", ErrEdit, k+1)
		}
		if w.logged(c.now, plain(l.Rows[k].Text)) {
			return fmt.Errorf("%w: the change log has this row for %s", ErrDone, c.now)
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

// logged reports whether the change log names a version and has a text.
func (w *work) logged(now corpus.Label, text string) bool {
	i := logSection(w.lay)
	if i < 0 {
		return false
	}
	forms := newLabelForms(now, now.String())
	label, said := false, false
	for j := i; j < subtree(w.lay, i); j++ {
		label = label || j > i && len(forms.find(w.lay.Reading.Sections[j].Heading(), true)) > 0
		for _, u := range w.lay.Places[j].Units {
			label = label || len(forms.find(u.Text, u.Kind == corpus.Table)) > 0 || identity.SameLabel(labelIn(u.Text), now)
			said = said || len(occurrences(u.Text, text)) > 0
		}
	}
	return label && said
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

// cellLabel reads a label whose word may stand in the header: 2 under "Issue".
func (c *logging) cellLabel(header, cell string) corpus.Label {
	l := corpus.ParseLabel(cell)
	want, _ := coreOf(c.now)
	if have, _ := coreOf(l); have != want {
		if keyed := corpus.ParseLabel(header + " " + cell); !l.IsZero() && keyed.Comparable(c.now) {
			return keyed
		}
	}
	return l
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
	return c.w.commit(c.w.insertion(at, above, head+"\n\n"+c.fresh()), expect{section: -1, at: k, added: 1, title: "Change Log"}, Done{})
}
