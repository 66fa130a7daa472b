package surgery

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"substrate/corpus"
	"substrate/corpus/markdown"
)

// row is a line of a table as it is written.
type row struct {
	start       int    // of the line, in the source
	prefix      string // indentation, and the marks of a quotation
	lead, trail bool   // pipes at the ends
	cells       []markdown.Span
}

// rowAt takes a line of a table apart.
func (w *work) rowAt(line markdown.Span) row {
	b := w.src[line.Start:line.End]
	n := len(b) - len(bytes.TrimLeft(b, "> \t"))
	r := row{start: line.Start, prefix: string(b[:n])}
	at, end := line.Start+n, line.Start+len(bytes.TrimRight(b, " \t\r\n"))
	if end > at && w.src[at] == '|' {
		r.lead = true
		at++
	}
	if end > at && w.src[end-1] == '|' {
		r.trail = true
		end--
	}
	for from := at; from <= end; {
		to := from
		for to < end && (w.src[to] != '|' || to > line.Start && w.src[to-1] == '\\') {
			to++
		}
		r.cells = append(r.cells, markdown.Span{Start: from, End: to})
		from = to + 1
	}
	return r
}

// rows are the lines of a table: the header, the line of dashes, the rows.
func (w *work) rows(block markdown.Span) []row {
	var out []row
	for at := block.Start; at < block.End; {
		end := block.End
		if k := bytes.IndexByte(w.src[at:block.End], '\n'); k >= 0 {
			end = at + k + 1
		}
		out = append(out, w.rowAt(markdown.Span{Start: at, End: end}))
		at = end
	}
	return out
}

// columns counts the signs that a text takes on a screen where East Asian letters take two.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n++
		}
		n++
	}
	return n
}

// widths are the widths of a table's columns when it is written with pipes below each other; nil when it is not. A text that is
// too long for its column may stand out.
func (w *work) widths(rows []row) []int {
	padded := false
	out := make([]int, len(rows[0].cells))
	for k, r := range rows {
		if len(r.cells) != len(out) {
			return nil
		}
		for c, sp := range r.cells {
			raw := string(w.src[sp.Start:sp.End])
			n := columns(raw)
			wide := strings.HasSuffix(raw, "  ") || strings.HasPrefix(raw, "  ")
			switch {
			case c == len(out)-1 && !r.trail: // an open end says nothing
			case k == 0:
				out[c] = n
			case n != out[c] && (k == 1 || n < out[c] || wide):
				return nil
			default:
				padded = padded || wide
			}
			padded = padded || k == 0 && wide
		}
	}
	if !padded {
		return nil
	}
	return out
}

var unescapedPipe = regexp.MustCompile(`(^|[^\\])\|`)

// escapePipes keeps pipes from ending a cell.
func escapePipes(s string) string {
	for range 2 { // twice, because of two pipes side by side
		s = unescapedPipe.ReplaceAllString(s, `$1\|`)
	}
	if strings.HasSuffix(s, `\`) {
		s += " " // and a backslash from hiding the pipe behind the cell
	}
	return s
}

// pad writes a cell's text as wide as its column, on the side that the column is set on.
func pad(text string, wide int, left, right int, toRight bool) string {
	text = strings.Repeat(" ", left) + text + strings.Repeat(" ", right)
	more := max(0, wide-columns(text))
	if toRight {
		return strings.Repeat(" ", more) + text
	}
	return text + strings.Repeat(" ", more)
}

// tables lists the blocks of a section that a name means: all of them when there is no name.
func (w *work) tables(i int, name string) ([]int, error) {
	var all []int
	var headers []string
	for b, k := range w.lay.Reading.Sections[i].Blocks {
		if k.Kind == corpus.Table {
			all = append(all, b)
			headers = append(headers, strings.Join(k.Rows[0], " | "))
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: the section has no table", ErrNotFound)
	}
	name = strings.TrimSpace(name)
	if name == "" {
		return all, nil
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(name, "#")); err == nil {
		if n < 1 || n > len(all) {
			return nil, fmt.Errorf("%w: table %d of %d; their headers are %s", ErrNotFound, n, len(all), quoted(headers))
		}
		return all[n-1 : n], nil
	}
	var hits []int
	for k, h := range headers {
		if named(h, name) {
			hits = append(hits, all[k])
		}
	}
	if len(hits) == 0 {
		for k, h := range headers {
			if strings.Contains("-"+string(corpus.MakeSlug(h))+"-", "-"+string(corpus.MakeSlug(name))+"-") {
				hits = append(hits, all[k])
			}
		}
	}
	if len(hits) == 0 {
		return nil, fmt.Errorf("%w: no table with the header %q; there are %s", ErrNotFound, name, quoted(headers))
	}
	return hits, nil
}

// addRow puts a row into a table.
func (w *work) addRow(i int, e Edit) error {
	tables, err := w.tables(i, e.Table)
	if err != nil {
		return err
	}
	if len(tables) > 1 {
		var headers []string
		for _, b := range tables {
			headers = append(headers, strings.Join(w.lay.Reading.Sections[i].Blocks[b].Rows[0], " | "))
		}
		return fmt.Errorf("%w: the section has %d such tables: %s; name one by its header or as 1, 2, …", ErrAmbiguous, len(tables), quoted(headers))
	}
	b := tables[0]
	t := w.lay.Reading.Sections[i].Blocks[b].Rows
	if len(e.Cells) != len(t[0]) {
		return fmt.Errorf("%w: the row has %d cells, and the table %d columns (%s)", ErrEdit, len(e.Cells), len(t[0]), strings.Join(t[0], " | "))
	}
	at := len(t)
	if k, sorted := sortedPlace(t, plain(e.Cells[0])); sorted {
		at = k
	}
	return w.putRow(i, b, at, e.Cells)
}

// putRow writes a row before row at of a table, or behind its last one.
func (w *work) putRow(i, b, at int, cells []string) error {
	t := w.lay.Reading.Sections[i].Blocks[b].Rows
	read := make([]string, len(cells))
	any := false
	for c, s := range cells {
		if strings.ContainsAny(strings.TrimSpace(s), "\r\n") {
			return fmt.Errorf("%w: a cell is one line: %q", ErrEdit, s)
		}
		read[c] = plain(s)
		any = any || read[c] != ""
	}
	if !any {
		return fmt.Errorf("%w: all cells are empty", ErrEdit)
	}
	for _, r := range t[1:] {
		if strings.Join(r, "\x00") == strings.Join(read, "\x00") {
			return fmt.Errorf("%w: the table has the row %q", ErrDone, strings.Join(r, " | "))
		}
	}
	block := w.lay.Places[i].Blocks[b]
	rows := w.rows(block)
	if len(rows) != len(t)+1 {
		return fmt.Errorf("%w: the table is written in a way that rows cannot be told apart in", ErrUnsafe)
	}
	text := w.writeRow(rows, cells)
	s := splice{at: block.End}
	if at < len(t) {
		s.at = rows[at+1].start
	}
	eol := w.eol(s.at)
	s.text = text + eol
	if s.at > 0 && w.src[s.at-1] != '\n' {
		s.text = eol + text
	}
	return w.commit(s, expect{section: i, text: true, blocks: newRow(b, at, read)}, Done{After: strings.TrimSpace(text)})
}

// newRow allows one row more, in its place and with its cells.
func newRow(b, at int, cells []string) func(old, now []corpus.Block) error {
	return func(old, now []corpus.Block) error {
		if err := onlyBlock(b)(old, now); err != nil {
			return err
		}
		bad := fmt.Errorf("%w: the row would not be read with these cells", ErrUnsafe)
		if len(old) != len(now) || len(now[b].Rows) != len(old[b].Rows)+1 {
			return bad
		}
		for r, have := range now[b].Rows {
			want := cells
			if r < at {
				want = old[b].Rows[r]
			} else if r > at {
				want = old[b].Rows[r-1]
			}
			if strings.Join(have, "\x00") != strings.Join(want, "\x00") {
				return bad
			}
		}
		return nil
	}
}

// writeRow writes a row in the style of the others: their pipes, blanks and widths.
func (w *work) writeRow(rows []row, cells []string) string {
	model := rows[len(rows)-1]
	if len(rows) == 2 || len(model.cells) != len(cells) {
		model = rows[0]
	}
	wide := w.widths(rows)
	last := len(cells) - 1
	var sb strings.Builder
	sb.WriteString(rows[len(rows)-1].prefix)
	if model.lead || cells[0] == "" {
		sb.WriteByte('|')
	}
	for c, text := range cells {
		text = escapePipes(strings.TrimSpace(text))
		left, right := 1, 1
		if c < len(model.cells) {
			raw := w.src[model.cells[c].Start:model.cells[c].End]
			if len(bytes.TrimSpace(raw)) > 0 {
				left, right = min(1, len(raw)-len(bytes.TrimLeft(raw, " \t"))), min(1, len(raw)-len(bytes.TrimRight(raw, " \t")))
			}
		}
		if text == "" {
			left, right = 1, 0
		}
		n := 0
		if wide != nil && (c < last || model.trail) {
			n = wide[c]
		}
		sb.WriteString(pad(text, n, left, right, wide != nil && c < len(rows[1].cells) && w.toRight(rows[1].cells[c])))
		if c < last || model.trail {
			sb.WriteByte('|')
		}
	}
	out := sb.String()
	if !model.trail {
		out = strings.TrimRight(out, " ")
		if cells[last] == "" {
			out += " |"
		}
	}
	return out
}

// toRight reads a cell of the line of dashes: "---:" sets a column to the right.
func (w *work) toRight(dashes markdown.Span) bool {
	d := bytes.TrimSpace(w.src[dashes.Start:dashes.End])
	return bytes.HasSuffix(d, []byte(":")) && !bytes.HasPrefix(d, []byte(":"))
}

// fitCell widens a change of a cell to the blanks around it, so that the pipes stay below each other.
func (w *work) fitCell(p markdown.Place, u markdown.Unit, s splice) splice {
	rows := w.rows(p.Blocks[u.Block])
	wide := w.widths(rows)
	if wide == nil || u.Col >= len(wide) {
		return s
	}
	r := w.rowAt(u.Lines)
	if u.Col >= len(r.cells) || u.Col == len(r.cells)-1 && !r.trail {
		return s
	}
	cell := r.cells[u.Col]
	if s.at < cell.Start || s.at+s.old > cell.End {
		return s
	}
	text := strings.TrimSpace(string(w.src[cell.Start:s.at]) + s.text + string(w.src[s.at+s.old:cell.End]))
	return splice{at: cell.Start, old: cell.End - cell.Start, text: pad(text, wide[u.Col], 1, 1, w.toRight(rows[1].cells[u.Col]))}
}

// fillCell writes into an empty cell, or empties one.
func (w *work) fillCell(i int, u markdown.Unit, text string, d Done) error {
	r := w.rowAt(u.Lines)
	if u.Col >= len(r.cells) {
		return fmt.Errorf("%w: the row ends before that column; write the whole row with delete and add-row", ErrNotFound)
	}
	cell := r.cells[u.Col]
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, "\r\n") {
		return fmt.Errorf("%w: a cell is one line", ErrEdit)
	}
	put := " " + escapePipes(text) + " "
	if text == "" {
		put = " "
	}
	s := splice{at: cell.Start, old: cell.End - cell.Start, text: put}
	if wide := w.widths(w.rows(w.lay.Places[i].Blocks[u.Block])); wide != nil && u.Col < len(wide) {
		s.text = pad(escapePipes(text), wide[u.Col], 1, 1, false)
	}
	return w.commit(s, expect{section: i, text: true, blocks: oneUnit(u)}, d)
}
