// Package light reads PDFs in plain Go: it starts at once in a few megabytes, for devices on which the default engine
// (package pdfium) is too large. It is opt-in, because it reads less: no LZW or RunLength streams, no AES-256, no damaged
// cross-reference tables, no text whose fonts hide their characters.
//
// ledongthuc/pdf finds the objects of a file and undoes filters and encryption. Its own text extraction is not used: it
// ignores the displacements by which TeX sets spaces, measures composite fonts as zero and slows down with the square of the
// page. The interpreter here keeps the text state of the PDF standard (ISO 32000-1, 9.3 and 9.4) and finds words by the
// gaps between glyphs. Where the gaps cannot tell words apart the file is refused: glued text found by nobody is worse
// than an error that names the way out.
//
// The library hangs or grows without bound on some hostile files; a guard bounds what can be bounded from outside. Running
// the engine in a child process does the rest.
package light

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode"

	"github.com/ledongthuc/pdf"

	"substrate/corpus/pdf/page"
)

// Engine reads PDFs; the zero value is ready.
type Engine struct {
	// budget bounds the work per file where a test wants less than the default.
	budget budget
}

// New is an engine.
func New() *Engine { return &Engine{} }

// Close implements [page.Engine]; there is nothing to close.
func (e *Engine) Close() error { return nil }

// budget bounds the work that one file may cause, so that its cost is known before it is read.
type budget struct {
	file    int64 // bytes read from the file, rereading included
	content int64 // bytes of page content interpreted, forms counted at each use
}

// hint ends every refusal: the other engine reads these files.
const hint = "set pdf.engine: pdfium"

var errWork = errors.New("it makes the light engine do too much work; " + hint)

// Extract implements [page.Engine]. It also refuses, with an error that says so, files whose words or characters
// it cannot tell.
func (e *Engine) Extract(ctx context.Context, data []byte, password string, lim page.Limits) (doc *page.Document, err error) {
	defer func() {
		if r := recover(); r != nil {
			doc, err = nil, broken(r)
		}
	}()
	b := e.budget
	if b.file == 0 {
		b.file = 64<<20 + 500*int64(len(data))
	}
	if b.content == 0 {
		b.content = 64<<20 + 100*int64(len(data))
	}
	src, err := open(data, b.file)
	if err != nil {
		return nil, err
	}
	r, err := src.reader(password)
	if err != nil {
		return nil, err
	}
	x := &extractor{ctx: ctx, lim: lim, content: b.content, fonts: map[string]*font{}, names: glyphNames{}}
	return x.document(r)
}

// broken is the error for a panic. Panics with errors and strings are how the library reports syntax errors.
func broken(r any) error {
	switch r := r.(type) {
	case stop:
		return r.error
	case runtime.Error:
		return fmt.Errorf("it breaks the light engine (%s); %s", sentence(r), hint)
	}
	return fmt.Errorf("it is not well formed (%s); %s", sentence(r), hint)
}

// sentence cuts an error of the library short: it quotes the file, binary data included.
func sentence(v any) string {
	s := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, fmt.Sprint(v))
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > 100 {
		s = string(runes[:100]) + "…"
	}
	return s
}

// stop is panicked with to leave the library from inside a callback.
type stop struct{ error }

// extractor is the state of reading one file.
type extractor struct {
	ctx     context.Context
	lim     page.Limits
	content int64            // bytes of content left to interpret
	fonts   map[string]*font // by reference, or by the dictionary's text where it is written in place
	names   glyphNames
	styles  page.StyleSet
	chars   int // glyphs shown so far
	judge   judge
}

func (x *extractor) document(r *pdf.Reader) (*page.Document, error) {
	root := r.Trailer().Key("Root")
	leaves, err := x.leaves(root.Key("Pages"))
	if err != nil {
		return nil, err
	}
	if len(leaves) == 0 {
		return nil, fmt.Errorf("it has no pages that the light engine can find; %s", hint)
	}
	out := &page.Document{Meta: map[string]string{}}
	for i, l := range leaves {
		if err := x.ctx.Err(); err != nil {
			return nil, err
		}
		p, err := x.page(l)
		if s := (stop{}); errors.As(err, &s) {
			return nil, s.error
		}
		if err != nil {
			out.Warnings = append(out.Warnings, fmt.Sprintf("page %d: %v", i+1, err))
		}
		x.judge.page(p)
		out.Pages = append(out.Pages, p)
	}
	if err := x.judge.verdict(len(out.Warnings), len(out.Pages)); err != nil {
		return nil, err
	}
	out.Styles = x.styles.List
	// Titles and bookmarks are a help, not the content: what is wrong with them must not cost the file.
	if err := try(func() { meta(r.Trailer().Key("Info"), out.Meta) }); err != nil {
		out.Warnings = append(out.Warnings, "document information: "+err.Error())
	}
	if err := try(func() { out.Outline = outline(root, leaves) }); err != nil {
		out.Warnings = append(out.Warnings, "outline: "+err.Error())
	}
	return out, nil
}

// try runs f and turns a panic into its error; a stop stays one.
func try(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if s, ok := r.(stop); ok {
				err = s
				return
			}
			err = broken(r)
		}
	}()
	f()
	return nil
}

// page reads one page. What was read before an error is kept.
func (x *extractor) page(l leaf) (p page.Page, err error) {
	p.Width, p.Height = l.box[2]-l.box[0], l.box[3]-l.box[1]
	run := &interpreter{x: x, box: l.box}
	err = try(func() { run.page(l) })
	var marks []glyph
	if marks, p.Width, p.Height = upright(run.glyphs, p.Width, p.Height); len(marks) > 0 {
		p.Words = words(marks)
	}
	p.Bare = run.painted && len(p.Words) == 0
	return p, err
}
