package markdown

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// view is the text of a node without its markup, with the place in the body that each of its bytes was read from.
// Without places (at is nil) it is only text: most readers want no more.
type view struct {
	b  []byte
	at []Span // of each byte of b; nil when nobody asked
	// raw marks bytes of code, in which a backslash is a backslash.
	raw []bool
}

func (v view) text() string { return string(v.b) }

// put adds text that stands in the body from a place on; text that the body does not hold in these letters covers its whole place.
func (v *view) put(src []byte, text []byte, place Span, raw, locate bool) {
	for i := range text {
		v.raw = append(v.raw, raw)
		if !locate {
			continue
		}
		at := place
		if place.End-place.Start == len(text) {
			at = Span{place.Start + i, place.Start + i + 1}
		}
		v.at = append(v.at, at)
	}
	v.b = append(v.b, text...)
}

// keep is the view with only some of its bytes.
func (v view) keep(i, j int) view {
	w := view{b: v.b[i:j]}
	if v.at != nil {
		w.at = v.at[i:j]
	}
	if v.raw != nil {
		w.raw = v.raw[i:j]
	}
	return w
}

func (v view) trim() view {
	const blank = " \t\r\n\v\f"
	j := len(bytes.TrimRight(v.b, blank))
	i := j - len(bytes.TrimLeft(v.b[:j], blank))
	return v.keep(i, j)
}

// oneLine puts one space where there was any run of white space, and none at the ends.
func (v view) oneLine() view {
	if v.at == nil {
		return view{b: []byte(strings.Join(strings.Fields(string(v.b)), " "))}
	}
	out := view{b: make([]byte, 0, len(v.b)), at: make([]Span, 0, len(v.b))}
	var gap Span
	open := false
	for i := 0; i < len(v.b); {
		r, n := utf8.DecodeRune(v.b[i:])
		if unicode.IsSpace(r) {
			if !open {
				gap = v.at[i]
			}
			gap.End = max(gap.End, v.at[i+n-1].End)
			open = true
			i += n
			continue
		}
		if open && len(out.b) > 0 {
			out.b = append(out.b, ' ')
			out.at = append(out.at, gap)
		}
		open = false
		out.b = append(out.b, v.b[i:i+n]...)
		out.at = append(out.at, v.at[i:i+n]...)
		i += n
	}
	return out
}

// unescape takes the backslash off punctuation outside code.
func (v view) unescape() view {
	if !bytes.Contains(v.b, []byte{'\\'}) {
		return v
	}
	var out view
	for i := 0; i < len(v.b); i++ {
		from := i
		if v.b[i] == '\\' && !v.raw[i] && i+1 < len(v.b) && !v.raw[i+1] && isPunct(v.b[i+1]) {
			i++
		}
		out.b = append(out.b, v.b[i])
		if v.at != nil {
			out.at = append(out.at, Span{v.at[from].Start, v.at[i].End})
		}
	}
	return out
}

func isPunct(c byte) bool {
	return c >= '!' && c <= '/' || c >= ':' && c <= '@' || c >= '[' && c <= '`' || c >= '{' && c <= '~'
}

// tag matches comments first: one may hold a tag, and a tag must not end inside it.
var tag = regexp.MustCompile(`<!--[\s\S]*?-->|<[^>]*>`)

// stripTags puts a space in the place of each HTML tag and comment.
func (v view) stripTags() view {
	var out view
	last := 0
	take := func(to int) {
		out.b = append(out.b, v.b[last:to]...)
		if v.at != nil {
			out.at = append(out.at, v.at[last:to]...)
		}
	}
	for _, m := range tag.FindAllIndex(v.b, -1) {
		take(m[0])
		out.b = append(out.b, ' ')
		if v.at != nil {
			out.at = append(out.at, Span{v.at[m[0]].Start, v.at[m[1]-1].End})
		}
		last = m[1]
	}
	take(len(v.b))
	return out
}

// lines are the view's lines without their breaks.
func (v view) lines() []view {
	var out []view
	from := 0
	for i, c := range v.b {
		if c == '\n' {
			out = append(out, v.keep(from, i))
			from = i + 1
		}
	}
	return append(out, v.keep(from, len(v.b)))
}

func join(parts []view) view {
	if len(parts) == 1 {
		return parts[0]
	}
	var out view
	for i, p := range parts {
		if i > 0 {
			out.b = append(out.b, ' ')
			if out.at != nil || p.at != nil {
				end := 0
				if n := len(out.at); n > 0 {
					end = out.at[n-1].End
				} else if len(p.at) > 0 {
					end = p.at[0].Start
				}
				out.at = append(out.at, Span{end, end})
			}
		}
		out.b = append(out.b, p.b...)
		out.at = append(out.at, p.at...)
	}
	return out
}

// paragraph is the text of a paragraph: one piece, but for lines of fields ("Version: V2.1", "Date: …"), which are written below
// each other because each stands for itself.
func (w *walker) paragraph(n ast.Node) []view {
	v := w.broken(n)
	var out []view
	for _, l := range v.lines() {
		l = l.oneLine()
		if !field.Match(l.b) {
			out = nil
			break
		}
		out = append(out, l)
	}
	if len(out) > 1 {
		return out
	}
	if t := v.oneLine(); len(t.b) > 0 {
		return []view{t}
	}
	return nil
}

// inline is the text of a node without its markup, in one line.
func (w *walker) inline(n ast.Node) string { return w.line(n).text() }

func (w *walker) line(n ast.Node) view { return w.broken(n).oneLine() }

// broken is the text of a node without its markup, in lines as written.
func (w *walker) broken(n ast.Node) view {
	var v view
	locate := w.note != nil
	put := func(t []byte, at Span, raw bool) { v.put(w.src, t, at, raw, locate) }
	_ = ast.Walk(n, func(c ast.Node, enter bool) (ast.WalkStatus, error) {
		if !enter {
			return ast.WalkContinue, nil
		}
		switch c := c.(type) {
		case *ast.Text:
			_, code := c.Parent().(*ast.CodeSpan)
			put(c.Segment.Value(w.src), Span{c.Segment.Start, c.Segment.Stop}, code)
			if c.SoftLineBreak() || c.HardLineBreak() {
				put([]byte{'\n'}, Span{c.Segment.Stop, min(c.Segment.Stop+1, len(w.src))}, true)
			}
		case *ast.String:
			put(c.Value, Span{max(c.Pos(), 0), max(c.Pos(), 0)}, true)
		case *ast.AutoLink:
			at := max(c.Pos(), 0)
			label := c.Label(w.src) // as printed: www.example.org has no scheme
			place := Span{at, min(at+len(label), len(w.src))}
			if at < len(w.src) && w.src[at] == '<' {
				place.End = min(at+len(label)+2, len(w.src))
			}
			put(label, place, true)
		case *east.TaskCheckBox:
			mark := "[ ] "
			if c.IsChecked {
				mark = "[x] "
			}
			at := max(c.Pos(), 0)
			put([]byte(mark), Span{at, min(at+4, len(w.src))}, true)
		}
		return ast.WalkContinue, nil
	})
	return v.unescape()
}

// raw is the text of code or HTML, line by line.
func (w *walker) raw(n ast.Node) view {
	var v view
	put := func(i int) {
		seg := n.Lines().At(i)
		v.put(w.src, seg.Value(w.src), Span{seg.Start, seg.Stop}, true, w.note != nil)
	}
	for i := range n.Lines().Len() {
		put(i)
	}
	if h, ok := n.(*ast.HTMLBlock); ok && h.HasClosure() {
		seg := h.ClosureLine
		v.put(w.src, seg.Value(w.src), Span{seg.Start, seg.Stop}, true, w.note != nil)
	}
	j := len(bytes.TrimRight(v.b, "\n"))
	return v.keep(0, j)
}
