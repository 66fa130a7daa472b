package surgery

import (
	"bytes"
	"fmt"
	"strings"

	"substrate/corpus/markdown"
)

// Apply carries a plan out, whole or not at all. Its error says which edit failed and what to try; the source given is never changed.
// The edits are applied one after the other, so that one may name a section that another made.
func Apply(source []byte, p Plan) (Result, error) {
	lay, err := markdown.Locate(source)
	if err != nil {
		return Result{}, err
	}
	if err := p.check(); err != nil {
		return Result{}, err
	}
	w := &work{first: source, src: source, lay: lay, last: map[string]string{}}
	var h *head
	if p.Bump != nil {
		h = newHead(lay) // before an edit or a new row says something else
	}
	for i, e := range p.Edits {
		w.edit, w.part, w.kind = i, PartEdit, e.Kind
		if err := w.one(e); err != nil {
			return Result{}, fmt.Errorf("edit %d (%s in %q): %w", i+1, e.Kind, e.Section, err)
		}
	}
	w.edit, w.kind = -1, ""
	if p.Log != nil {
		w.part = PartLog
		if err := w.log(*p.Log); err != nil {
			return Result{}, fmt.Errorf("change log: %w", err)
		}
	}
	if p.Bump != nil {
		w.part = PartHead
		if err := w.bump(h, *p.Bump); err != nil {
			return Result{}, fmt.Errorf("version: %w", err)
		}
	}
	return w.result(lay), nil
}

func (w *work) one(e Edit) error {
	i, err := find(w.lay, e.Section)
	if err != nil {
		return err
	}
	switch e.Kind {
	case Append:
		return w.append(i, e)
	case InsertAfter, NewChild:
		return w.newSection(i, e)
	case AddRow:
		return w.addRow(i, e)
	case Replace:
		return w.replace(i, e)
	case ReplaceCell:
		return w.replaceCell(i, e)
	case Delete:
		return w.delete(i, e)
	}
	return fmt.Errorf("%w: kind %q; use append, insert-after, new-child, add-row, replace, replace-cell or delete", ErrEdit, e.Kind)
}

// work is a source on its way through a plan.
type work struct {
	first   []byte // as given
	src     []byte // as it is now
	lay     *markdown.Layout
	splices []splice
	done    []Done
	notes   []string
	last    map[string]string // the section that this plan put last behind another one, by anchors

	edit int
	part string
	kind Kind
}

// splice is one change: text at a place of the source as it was then.
type splice struct {
	at   int
	old  int // length of what was there
	text string
}

// try makes the source after a splice and reads it.
func (w *work) try(s splice) ([]byte, *markdown.Layout, error) {
	out := make([]byte, 0, len(w.src)+len(s.text)-s.old)
	out = append(out, w.src[:s.at]...)
	out = append(out, s.text...)
	out = append(out, w.src[s.at+s.old:]...)
	lay, err := markdown.Locate(out)
	return out, lay, err
}

// commit makes a splice when what comes of it is as expected.
func (w *work) commit(s splice, want expect, d Done) error {
	out, lay, err := w.try(s)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsafe, err)
	}
	if err := want.hold(w.lay, lay); err != nil {
		return err
	}
	d.Part, d.Edit, d.Kind = w.part, w.edit, w.kind
	if d.Before == "" {
		d.Before = strings.Trim(string(w.src[s.at:s.at+s.old]), "\r\n")
	}
	if d.After == "" {
		d.After = strings.Trim(s.text, "\r\n")
	}
	if sec := want.names(lay); sec != nil {
		d.Number, d.Heading, d.Anchor = sec.Number, sec.Title, sec.Anchor
	}
	w.src, w.lay = out, lay
	w.splices = append(w.splices, s)
	w.done = append(w.done, d)
	return nil
}

func (w *work) result(old *markdown.Layout) Result {
	body := len(w.first) - (old.FrontMatter.End - old.FrontMatter.Start)
	for _, p := range logPlaces(old) {
		body -= p.End - p.Start
	}
	touched := 0
	for k, s := range w.splices {
		w.done[k].Old = w.back(k, markdown.Span{Start: s.at, End: s.at + s.old})
		w.done[k].New = w.forward(k, markdown.Span{Start: s.at, End: s.at + len(s.text)})
		if w.done[k].Part == PartEdit {
			touched += max(s.old, len(s.text))
		}
	}
	r := Result{Source: w.src, Done: w.done, Notes: w.notes}
	if touched > 0 {
		r.Touched = min(1, float64(touched)/float64(max(body, 1)))
	}
	return r
}

// back finds the place in the first source of a span that splice k found.
func (w *work) back(k int, sp markdown.Span) markdown.Span {
	for i := k - 1; i >= 0; i-- {
		s := w.splices[i]
		move := func(p, inside int) int {
			switch {
			case p <= s.at:
				return p
			case p >= s.at+len(s.text):
				return p - len(s.text) + s.old
			}
			return inside
		}
		sp = markdown.Span{Start: move(sp.Start, s.at), End: move(sp.End, s.at+s.old)}
		sp.End = max(sp.Start, sp.End)
	}
	return sp
}

// forward finds the place in the last source of a span that splice k left.
func (w *work) forward(k int, sp markdown.Span) markdown.Span {
	for _, s := range w.splices[k+1:] {
		more := len(s.text) - s.old
		switch {
		case sp.Start >= s.at+s.old:
			sp.Start += more
		case sp.Start > s.at:
			sp.Start = s.at
		}
		switch {
		case sp.End <= s.at:
		case sp.End >= s.at+s.old:
			sp.End += more
		default:
			sp.End = s.at + len(s.text)
		}
		sp.End = max(sp.Start, sp.End)
	}
	return sp
}

// eol is the line end that the source uses before a place.
func (w *work) eol(at int) string {
	i := bytes.LastIndexByte(w.src[:at], '\n')
	if i < 0 {
		i = bytes.IndexByte(w.src, '\n')
	}
	if i > 0 && w.src[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// lines writes text with the line ends of the source.
func lines(text, eol string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", eol)
}

// insertion makes the splice that puts whole lines at a place between lines, with a blank line on both sides, or as many above as asked for.
func (w *work) insertion(at, above int, text string) splice {
	eol := w.eol(at)
	var sb strings.Builder
	if at > 0 && w.src[at-1] != '\n' {
		sb.WriteString(eol)
	}
	if len(bytes.TrimSpace(bytes.TrimPrefix(w.src[:at], []byte("\xef\xbb\xbf")))) > 0 {
		sb.WriteString(strings.Repeat(eol, above))
	}
	sb.WriteString(lines(text, eol))
	rest := w.src[at:]
	if len(rest) > 0 || at == 0 || w.src[at-1] == '\n' {
		sb.WriteString(eol)
	}
	if len(rest) > 0 && !blankLine(rest) {
		sb.WriteString(eol)
	}
	return splice{at: at, text: sb.String()}
}

// blankLine reports whether b begins with a blank line.
func blankLine(b []byte) bool {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		b = b[:i]
	}
	return len(bytes.TrimSpace(b)) == 0
}
