package surgery

import (
	"bytes"
	"fmt"
	"strings"

	"substrate/corpus"
	"substrate/corpus/markdown"
)

// replace puts a new statement in the place of an old one.
func (w *work) replace(i int, e Edit) error {
	if strings.TrimSpace(e.Old) == "" || strings.TrimSpace(e.New) == "" {
		return fmt.Errorf("%w: it needs the old text and the new; use delete to take text out", ErrEdit)
	}
	if same(e.Old, e.New) {
		return fmt.Errorf("%w: old and new text are the same", ErrEdit)
	}
	at, err := w.single(i, e.Old, e.New)
	if err != nil {
		return err
	}
	if err := w.exchange(i, at, e.New, Done{Before: e.Old, After: e.New}); err != nil {
		return err
	}
	if _, err := w.single(i, e.Old, e.New); err == nil {
		return fmt.Errorf("%w: %q would still stand in the section; give more of the text around it", ErrUnsafe, e.Old)
	}
	return nil
}

func same(a, b string) bool {
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

// exchange puts text in the place of a part of a unit, and sees to it that the unit then reads as it should.
func (w *work) exchange(i int, at place, text string, d Done) error {
	p := w.lay.Places[i]
	u := p.Units[at.unit]
	d.In = u.Text
	text = strings.Trim(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	read := text
	if u.Kind != corpus.Code {
		text = strings.TrimSpace(text)
		read = plain(text)
		if strings.Contains(text, "\n") && u.Kind == corpus.Table {
			return fmt.Errorf("%w: a cell is one line, and the new text has several", ErrEdit)
		}
	}
	want := join(u.Text[:at.i], read, u.Text[at.j:], u.Kind)
	unit := func(lay *markdown.Layout) (markdown.Unit, bool) {
		for _, v := range lay.Places[i].Units {
			if v.Block == u.Block && v.Row == u.Row && v.Col == u.Col {
				return v, true
			}
		}
		return markdown.Unit{}, false
	}
	for _, sp := range w.around(u, at, text) {
		put := text
		if u.Kind == corpus.Table {
			put = escapePipes(put)
		}
		s := splice{at: sp.Start, old: sp.End - sp.Start, text: lines(put, w.eol(sp.Start))}
		if u.Kind == corpus.Table {
			s = w.fitCell(p, u, s)
		}
		_, lay, err := w.try(s)
		if err != nil || len(lay.Places) != len(w.lay.Places) || len(lay.Places[i].Blocks) != len(p.Blocks) {
			continue
		}
		if v, ok := unit(lay); !ok || v.Kind != u.Kind || v.Text != want {
			continue
		}
		return w.commit(s, expect{section: i, text: true, blocks: oneUnit(u)}, d)
	}
	return fmt.Errorf("%w: the text cuts through markup, or its new form is read as something else; give the whole sentence as the source has it", ErrUnsafe)
}

// join is a text with another middle, as it will be read.
func join(before, middle, after string, kind corpus.BlockKind) string {
	if kind == corpus.Code {
		return before + middle + after
	}
	return strings.Join(strings.Fields(before+middle+after), " ")
}

// around lists the places in the source that a part of a unit may be: without the markup around it, and with it.
func (w *work) around(u markdown.Unit, at place, text string) []markdown.Span {
	in := u.Source(at.i, at.j)
	out := in
	left, right := in.Start, in.End
	for left > u.Lines.Start && strings.IndexByte("*_`~", w.src[left-1]) >= 0 {
		left--
	}
	for right < u.Lines.End && strings.IndexByte("*_`~", w.src[right]) >= 0 {
		right++
	}
	out = markdown.Span{Start: left, End: right}
	list := []markdown.Span{in, out, {Start: left, End: in.End}, {Start: in.Start, End: right}}
	if edges := "*_`~"; text != "" && strings.IndexByte(edges, text[0]) >= 0 && strings.IndexByte(edges, text[len(text)-1]) >= 0 {
		list[0], list[1] = out, in // the new text brings its own markup
	}
	// An autolink or a link ends behind its target.
	if k := bytes.IndexByte(w.src[in.End:u.Lines.End], ')'); k >= 0 && bytes.HasPrefix(w.src[in.End:], []byte("](")) {
		end := in.End + k + 1
		start := in.Start
		if start > 0 && w.src[start-1] == '[' {
			start--
		}
		list = append(list, markdown.Span{Start: start, End: end}, markdown.Span{Start: in.Start, End: end})
	}
	return list
}

// oneUnit allows a change of one unit of a block, and of nothing else in the section.
func oneUnit(u markdown.Unit) func(old, now []corpus.Block) error {
	return func(old, now []corpus.Block) error {
		if err := onlyBlock(u.Block)(old, now); err != nil {
			return err
		}
		a, b := old[u.Block], now[u.Block]
		ok := len(old) == len(now) && a.Kind == b.Kind && len(a.Items) == len(b.Items) && len(a.Rows) == len(b.Rows)
		for r := range a.Items {
			ok = ok && (r == u.Row || a.Items[r] == b.Items[r])
		}
		for r := range a.Rows {
			ok = ok && len(a.Rows[r]) == len(b.Rows[r])
			for c := range a.Rows[r] {
				ok = ok && (r == u.Row && c == u.Col || a.Rows[r][c] == b.Rows[r][c])
			}
		}
		if !ok {
			return fmt.Errorf("%w: rows, cells or items beside it would read differently", ErrUnsafe)
		}
		return nil
	}
}

// replaceCell puts a new text in a cell that is named by its row and column.
func (w *work) replaceCell(i int, e Edit) error {
	tables, err := w.tables(i, e.Table)
	if err != nil {
		return err
	}
	type hit struct {
		table, row, col int
	}
	var hits []hit
	var columns, rows []string
	for _, b := range tables {
		t := w.lay.Reading.Sections[i].Blocks[b].Rows
		for c, h := range t[0] {
			columns = append(columns, h)
			if !named(h, e.Column) {
				continue
			}
			for r := 1; r < len(t); r++ {
				rows = append(rows, t[r][0])
				if named(t[r][0], e.Row) {
					hits = append(hits, hit{b, r, c})
				}
			}
		}
	}
	switch {
	case len(hits) == 0 && len(rows) == 0:
		return fmt.Errorf("%w: no column %q; there are %s", ErrNotFound, e.Column, quoted(columns))
	case len(hits) == 0:
		return fmt.Errorf("%w: no row %q; there are %s", ErrNotFound, e.Row, quoted(rows))
	case len(hits) > 1:
		return fmt.Errorf("%w: %d rows begin with %q; use replace with more of the text, or name the table", ErrAmbiguous, len(hits), e.Row)
	}
	h := hits[0]
	now := w.lay.Reading.Sections[i].Blocks[h.table].Rows[h.row][h.col]
	switch {
	case same(now, e.New) || same(now, plain(e.New)):
		return fmt.Errorf("%w: the cell says %q", ErrDone, now)
	case !same(now, e.Old) && !same(now, plain(e.Old)):
		return fmt.Errorf("%w: the cell says %q, not %q", ErrNotFound, now, e.Old)
	}
	p := w.lay.Places[i]
	for k, u := range p.Units {
		if u.Block != h.table || u.Row != h.row || u.Col != h.col {
			continue
		}
		d := Done{Before: e.Old, After: e.New, In: now}
		if now != "" && strings.TrimSpace(e.New) != "" {
			return w.exchange(i, place{k, 0, len(u.Text)}, e.New, d)
		}
		return w.fillCell(i, u, e.New, d)
	}
	return fmt.Errorf("%w: the row ends before that column; write the whole row with delete and add-row", ErrNotFound)
}

// named compares names as people repeat them: without regard to case, markup and signs.
func named(have, want string) bool {
	if same(have, want) || same(have, plain(want)) {
		return true
	}
	a, b := corpus.MakeSlug(have), corpus.MakeSlug(want)
	return a != "" && a == b
}

func quoted(list []string) string {
	var out []string
	for _, s := range list[:min(len(list), 12)] {
		out = append(out, fmt.Sprintf("%q", s))
	}
	if len(list) > 12 {
		out = append(out, "…")
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}
