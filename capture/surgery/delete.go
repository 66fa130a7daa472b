package surgery

import (
	"bytes"
	"fmt"
	"strings"

	"substrate/corpus"
	"substrate/corpus/markdown"
)

// delete takes a statement out, so that it cannot be taken out again.
func (w *work) delete(i int, e Edit) error {
	if err := w.takeOut(i, e); err != nil {
		return err
	}
	if len(w.wholeRows(i, e.Text))+len(statements(w.lay.Places[i].Units, e.Text)) > 0 {
		return fmt.Errorf("%w: %q would still stand in the section; give more of the text around it", ErrUnsafe, e.Text)
	}
	return nil
}

// takeOut removes the whole paragraph, row, item or line of code when the text is all of it, else the words.
func (w *work) takeOut(i int, e Edit) error {
	if strings.TrimSpace(e.Text) == "" {
		return fmt.Errorf("%w: it has no text to take out", ErrEdit)
	}
	p := w.lay.Places[i]
	d := Done{Before: e.Text}
	rows := w.wholeRows(i, e.Text)
	found := statements(p.Units, e.Text)
	if len(rows)+len(found) == 0 {
		if text := marker.ReplaceAllString(strings.TrimLeft(e.Text, "-*+ "), ""); text != e.Text && text != "" {
			found = statements(p.Units, text)
		}
	}
	switch {
	case len(rows) == 1 && len(found) == 0:
		d.In = strings.Join(strings.Fields(e.Text), " ")
		u := p.Units[rows[0]]
		s := w.cut(u.Lines)
		return w.commit(s, expect{section: i, text: true, blocks: lessRow(u)}, d)
	case len(rows)+len(found) > 1:
		for _, k := range rows {
			found = append(found, place{k, 0, len(p.Units[k].Text)})
		}
		return fmt.Errorf("%w: %q stands in the section %d times: %s; give more of the text around it", ErrAmbiguous, e.Text, len(found), describe(p.Units, found))
	case len(found) == 0:
		return fmt.Errorf("%w: %q is not in the section's own text%s", ErrNotFound, e.Text, w.elsewhere(i, e.Text))
	}
	at := found[0]
	u := p.Units[at.unit]
	d.In = u.Text
	whole := at.i == 0 && at.j == len(u.Text)
	only := whole && w.alone(p, u)
	switch {
	case u.Kind == corpus.Table:
		if whole {
			return w.fillCell(i, u, "", d)
		}
	case u.Kind == corpus.List && whole:
		if u.Nested {
			return fmt.Errorf("%w: items stand below this one; take them out first", ErrEdit)
		}
		if !only {
			return w.commit(w.cut(u.Lines), expect{section: i, text: true, blocks: lessItem(u)}, d)
		}
		return w.commit(w.cutBlock(p.Blocks[u.Block]), expect{section: i, text: true, blocks: onlyBlock(u.Block)}, d)
	case whole && only:
		return w.commit(w.cutBlock(p.Blocks[u.Block]), expect{section: i, text: true, blocks: onlyBlock(u.Block)}, d)
	case u.Kind == corpus.Code || whole:
		sp := u.Source(at.i, at.j)
		line := markdown.Span{Start: bytes.LastIndexByte(w.src[:sp.Start], '\n') + 1, End: sp.End}
		if k := bytes.IndexByte(w.src[sp.End:], '\n'); k >= 0 {
			line.End = sp.End + k + 1
		}
		if len(bytes.TrimSpace(w.src[line.Start:sp.Start])) == 0 && len(bytes.TrimSpace(w.src[sp.End:line.End])) == 0 {
			return w.commit(w.cut(line), expect{section: i, text: true, blocks: onlyBlock(u.Block)}, d)
		}
	}
	return w.cutWords(i, at, d)
}

// wholeRows finds the rows that a text is all of, cells divided by pipes.
func (w *work) wholeRows(i int, text string) []int {
	p := w.lay.Places[i]
	norm := func(s string) string {
		s = strings.Trim(strings.TrimSpace(s), "|")
		parts := strings.Split(s, " | ")
		for k := range parts {
			parts[k] = plain(parts[k])
		}
		return strings.Join(parts, " | ")
	}
	want := norm(text)
	var out []int
	for k, u := range p.Units {
		if u.Kind != corpus.Table || u.Row == 0 || u.Col != 0 {
			continue
		}
		cells := w.lay.Reading.Sections[i].Blocks[u.Block].Rows[u.Row]
		if len(cells) > 1 && strings.TrimSpace(strings.Join(cells, " | ")) == want {
			out = append(out, k)
		}
	}
	return out
}

// alone reports whether a unit is all that its block has, on lines of its own.
func (w *work) alone(p markdown.Place, u markdown.Unit) bool {
	n := 0
	for _, v := range p.Units {
		if v.Block == u.Block {
			n++
		}
	}
	for b, sp := range p.Blocks {
		if b != u.Block && sp.Start < p.Blocks[u.Block].End && p.Blocks[u.Block].Start < sp.End {
			return false // two fields of one paragraph
		}
	}
	return n == 1
}

// cut takes whole lines out. Where they were the last ones of a file without a final line end, the one before goes instead.
func (w *work) cut(sp markdown.Span) splice {
	if sp.End == len(w.src) && sp.End > 0 && w.src[sp.End-1] != '\n' && sp.Start > 0 {
		sp.Start--
		if sp.Start > 0 && w.src[sp.Start-1] == '\r' {
			sp.Start--
		}
	}
	return splice{at: sp.Start, old: sp.End - sp.Start}
}

// cutBlock takes a block out with the blank lines on one side of it.
func (w *work) cutBlock(sp markdown.Span) splice {
	end := sp.End
	for end < len(w.src) && blankLine(w.src[end:]) {
		k := bytes.IndexByte(w.src[end:], '\n')
		if k < 0 {
			end = len(w.src)
			break
		}
		end += k + 1
	}
	if end < len(w.src) {
		return splice{at: sp.Start, old: end - sp.Start}
	}
	// At the end of the file the blank lines before it go.
	start := sp.Start
	for start > 0 {
		k := bytes.LastIndexByte(w.src[:start-1], '\n') + 1
		if len(bytes.TrimSpace(w.src[k:start])) > 0 {
			break
		}
		start = k
	}
	return w.cut(markdown.Span{Start: start, End: sp.End})
}

// cutWords takes words out of a unit, with one of the blanks around them.
func (w *work) cutWords(i int, at place, d Done) error {
	p := w.lay.Places[i]
	u := p.Units[at.unit]
	left, right := at.i, at.j
	if u.Kind != corpus.Code {
		switch {
		case left > 0 && u.Text[left-1] == ' ':
			left--
		case right < len(u.Text) && u.Text[right] == ' ':
			right++
		}
	}
	want := u.Text[:left] + u.Text[right:]
	if u.Kind != corpus.Code {
		want = strings.TrimSpace(want)
	}
	inner, outer := u.Source(at.i, at.j), u.Source(left, right)
	wider := w.around(u, place{at.unit, at.i, at.j}, "")
	var spans []markdown.Span
	for _, sp := range append([]markdown.Span{outer}, wider...) {
		spans = append(spans, markdown.Span{Start: min(sp.Start, outer.Start), End: max(sp.End, outer.End)})
	}
	spans = append(spans, inner)
	for _, sp := range spans {
		s := splice{at: sp.Start, old: sp.End - sp.Start}
		if u.Kind == corpus.Table {
			s = w.fitCell(p, u, s)
		}
		_, lay, err := w.try(s)
		if err != nil || len(lay.Places) != len(w.lay.Places) {
			continue
		}
		for _, v := range lay.Places[i].Units {
			if v.Block == u.Block && v.Row == u.Row && v.Col == u.Col && v.Kind == u.Kind && v.Text == want {
				return w.commit(s, expect{section: i, text: true, blocks: oneUnit(u)}, d)
			}
		}
	}
	return fmt.Errorf("%w: the text cuts through markup; give the whole sentence, or replace it", ErrUnsafe)
}

// lessRow allows that a row is gone.
func lessRow(u markdown.Unit) func(old, now []corpus.Block) error {
	return func(old, now []corpus.Block) error {
		if err := onlyBlock(u.Block)(old, now); err != nil {
			return err
		}
		if len(old) != len(now) || len(now[u.Block].Rows) != len(old[u.Block].Rows)-1 {
			return fmt.Errorf("%w: more than the row would go", ErrUnsafe)
		}
		for r, row := range now[u.Block].Rows {
			k := r
			if r >= u.Row {
				k++
			}
			if strings.Join(row, "\x00") != strings.Join(old[u.Block].Rows[k], "\x00") {
				return fmt.Errorf("%w: other rows would read differently", ErrUnsafe)
			}
		}
		return nil
	}
}

// lessItem allows that an item is gone and that those behind it count anew.
func lessItem(u markdown.Unit) func(old, now []corpus.Block) error {
	return func(old, now []corpus.Block) error {
		if err := onlyBlock(u.Block)(old, now); err != nil {
			return err
		}
		if len(old) == len(now) {
			a, b := bare(old[u.Block].Items), bare(now[u.Block].Items)
			left := append(append([]string{}, a[:u.Row]...), a[u.Row+1:]...)
			if strings.Join(left, "\n") == strings.Join(b, "\n") {
				return nil
			}
		}
		return fmt.Errorf("%w: other items would read differently", ErrUnsafe)
	}
}
