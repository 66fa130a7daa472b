// Package markdown reads Markdown documents into sections: front matter becomes metadata, headings with their numbers
// become sections, and paragraphs, lists, tables and code become blocks, as they do when read from a PDF.
package markdown

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"gopkg.in/yaml.v3"

	"substrate/corpus"
)

// ErrNotText says that a file with a Markdown name holds something else.
var ErrNotText = errors.New("not Markdown")

var (
	number  = regexp.MustCompile(`^(§\s?\d+[a-z]?(?:\.\d+[a-z]?)*|\d{1,4}[a-z]?(?:\.\d{1,3}[a-z]?)*|[A-Z](?:\.\d{1,3}[a-z]?)+|(?:Appendix|Annex|Chapter|Part|Section)\s+(?:\d{1,3}|[A-Z]|[IVX]+))(?:[.:)]|\s*[–—-])?\s+(\S.*)$`)
	labels  = regexp.MustCompile(`^v?\d+\.\d+(?:\.\d+)*(?:\s|$|-)`)
	leaders = regexp.MustCompile(`^[–—-]\s`)
)

// Read parses a Markdown file. Front matter (YAML between lines of three dashes) is optional.
func Read(src []byte) (*corpus.Reading, error) {
	w, err := walk(src, false)
	if err != nil {
		return nil, err
	}
	return w.r, nil
}

// walk reads a file, and when it is asked to, notes where each part stands.
func walk(src []byte, locate bool) (*walker, error) {
	whole := src
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(src)) == 0 {
		return nil, fmt.Errorf("%w: the file is empty", ErrNotText)
	}
	if bytes.IndexByte(src, 0) >= 0 || !utf8.Valid(src) {
		return nil, fmt.Errorf("%w: it holds bytes that are no UTF-8 text; save it as UTF-8", ErrNotText)
	}
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	r := &corpus.Reading{Format: "markdown", Meta: map[string]string{}}
	body := frontMatter(src, r)
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(body))
	w := &walker{src: body, r: r}
	if locate {
		w.note = newNotes(whole, src, body)
	}
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		w.note.top(n)
		w.block(n)
	}
	w.close()
	r.Sections = w.out
	shiftLevels(r)
	corpus.Finish(r.Sections)
	r.Front = front(r)
	return w, nil
}

func frontMatter(src []byte, r *corpus.Reading) []byte {
	if !bytes.HasPrefix(src, []byte("---\n")) {
		return src
	}
	end := bytes.Index(src[4:], []byte("\n---"))
	if end < 0 {
		return src
	}
	head, rest := src[4:4+end], src[4+end+4:]
	if i := bytes.IndexByte(rest, '\n'); i >= 0 && len(bytes.TrimSpace(rest[:i])) == 0 {
		rest = rest[i+1:]
	} else if i < 0 && len(bytes.TrimSpace(rest)) == 0 {
		rest = nil
	} else {
		return src
	}
	var node yaml.Node
	if err := yaml.Unmarshal(head, &node); err != nil || len(node.Content) == 0 || node.Content[0].Kind != yaml.MappingNode {
		// People write "subtitle: Elroy: a guide" without quotes: then each line counts by itself.
		for _, line := range strings.Split(string(head), "\n") {
			if k, v, ok := strings.Cut(line, ":"); ok && len(k) > 0 && k[0] != ' ' && k[0] != '#' && k[0] != '-' {
				v, _, _ = strings.Cut(v, " #")
				if v = strings.Trim(strings.TrimSpace(v), `"'`); v != "" {
					r.Meta[strings.ToLower(strings.TrimSpace(k))] = v
				}
			}
		}
		if err != nil && len(r.Meta) == 0 {
			r.Warnings = append(r.Warnings, fmt.Sprintf("front matter cannot be read: %v", err))
		}
		return rest
	}
	// Scalars are kept as written: a version 2.10 must not become the number 2.1.
	kv := node.Content[0].Content
	for i := 0; i+1 < len(kv); i += 2 {
		if kv[i+1].Kind == yaml.ScalarNode {
			r.Meta[strings.ToLower(kv[i].Value)] = strings.TrimSpace(kv[i+1].Value)
		}
	}
	return rest
}

type walker struct {
	src []byte
	r   *corpus.Reading
	out []corpus.Section
	cur *corpus.Section
	// note is nil when only the text is wanted; its methods then do nothing.
	note *notes
}

func (w *walker) close() {
	keep := w.cur != nil && (w.cur.Level > 0 || len(w.cur.Blocks) > 0)
	if keep {
		w.out = append(w.out, *w.cur)
	}
	w.note.close(keep)
	w.cur = nil
}

// add takes a block that was made of the node n; the units say where its texts stand.
func (w *walker) add(b corpus.Block, n ast.Node, units []unit) {
	if w.cur == nil {
		w.cur = &corpus.Section{}
	}
	w.note.block(n, len(w.cur.Blocks), b.Kind, units)
	w.cur.Blocks = append(w.cur.Blocks, b)
}

func (w *walker) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		w.close()
		s := corpus.Section{Level: n.Level, Title: w.inline(n)}
		if m := number.FindStringSubmatch(s.Title); m != nil && !labels.MatchString(s.Title) || m != nil && strings.Contains(m[1], ".") && !leaders.MatchString(m[2]) && !strings.HasPrefix(strings.ToLower(s.Title), "v") {
			s.Number, s.Title = strings.ReplaceAll(m[1], "§ ", "§"), m[2]
		}
		w.cur = &s
		w.note.heading(n)
	case *ast.Paragraph, *ast.TextBlock:
		for _, t := range w.paragraph(n) {
			w.add(corpus.Block{Kind: corpus.Paragraph, Text: t.text()}, n, w.units(unit{v: t}))
		}
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		t := w.raw(n)
		w.add(corpus.Block{Kind: corpus.Code, Text: t.text()}, n, w.units(unit{v: t}))
	case *ast.HTMLBlock:
		if t := w.raw(n).stripTags().trim(); len(t.b) > 0 {
			w.add(corpus.Block{Kind: corpus.Paragraph, Text: t.text()}, n, w.units(unit{v: t}))
		}
	case *ast.List:
		b := corpus.Block{Kind: corpus.List}
		var units []unit
		w.items(n, 0, &b, &units)
		if len(b.Items) > 0 {
			w.add(b, n, units)
		}
	case *east.Table:
		w.table(n)
	case *ast.ThematicBreak:
	default: // a quotation and the like
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			w.block(c)
		}
	}
}

func (w *walker) items(l *ast.List, level int, b *corpus.Block, units *[]unit) {
	i := l.Start
	for it := l.FirstChild(); it != nil; it = it.NextSibling() {
		marker := "•"
		if l.IsOrdered() {
			marker = fmt.Sprintf("%d%c", i, l.Marker)
			i++
		}
		var parts []view
		var rest []ast.Node
		for c := it.FirstChild(); c != nil; c = c.NextSibling() {
			switch c.(type) {
			case *ast.TextBlock, *ast.Paragraph:
				parts = append(parts, w.line(c))
			case *ast.FencedCodeBlock, *ast.CodeBlock:
				parts = append(parts, w.raw(c))
			default:
				rest = append(rest, c)
			}
		}
		t := join(parts)
		*units = append(*units, w.units(unit{v: t, row: len(b.Items), node: it})...)
		b.Items = append(b.Items, strings.Repeat("  ", level)+marker+" "+t.text())
		for _, c := range rest {
			if sub, ok := c.(*ast.List); ok {
				w.items(sub, level+1, b, units)
			} else {
				w.block(c)
			}
		}
	}
}

func (w *walker) table(t *east.Table) {
	b := corpus.Block{Kind: corpus.Table}
	width := 0
	var units []unit
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			v := w.line(c)
			units = append(units, w.units(unit{v: v, row: len(b.Rows), col: len(cells), node: c})...)
			cells = append(cells, v.text())
		}
		width = max(width, len(cells))
		b.Rows = append(b.Rows, cells)
	}
	for i := range b.Rows {
		for len(b.Rows[i]) < width {
			b.Rows[i] = append(b.Rows[i], "")
		}
	}
	if width > 0 {
		w.add(b, t, units)
	}
}

var field = regexp.MustCompile(`^\p{L}[\p{L} ]{0,24}: *\S`)

// shiftLevels makes the shallowest heading below a lone title level 1: in "# Guide" followed by "## 1 Purpose" the
// first names the document.
func shiftLevels(r *corpus.Reading) {
	tops, low := 0, 0
	first := -1
	for i, s := range r.Sections {
		switch {
		case s.Level == 1:
			tops++
			if first < 0 {
				first = i
			}
		case s.Level > 1 && (low == 0 || s.Level < low):
			low = s.Level
		}
	}
	if tops != 1 || first > 1 || low == 0 || r.Sections[first].Number != "" || r.Meta["title"] != "" && !strings.EqualFold(r.Meta["title"], r.Sections[first].Title) {
		return
	}
	r.Sections[first].Level = 0
	for i := range r.Sections {
		if r.Sections[i].Level > 0 {
			r.Sections[i].Level -= low - 1
		}
	}
}

// front is the title block: what stands before the first real section.
func front(r *corpus.Reading) []corpus.FrontLine {
	var out []corpus.FrontLine
	for _, s := range r.Sections {
		if len(out) > 0 && s.Level > 0 {
			break
		}
		if s.Level <= 1 && s.Title != "" {
			out = append(out, corpus.FrontLine{Text: s.Heading(), Page: 1, Size: 20, Bold: true})
		}
		for _, b := range s.Blocks {
			if b.Kind == corpus.Table && len(b.Rows[0]) != 2 || b.Kind == corpus.Code {
				continue // a change log, say; what says "Version: 2.1" has two columns
			}
			for _, l := range strings.Split(b.Plain(), "\n") {
				if len(out) < 40 {
					out = append(out, corpus.FrontLine{Text: l, Page: 1, Size: 10})
				}
			}
		}
		if s.Level > 0 {
			break
		}
	}
	return out
}
