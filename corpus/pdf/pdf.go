// Package pdf reads a PDF into sections: an engine gives pages of words, package layout finds the structure in them,
// and pages that are pictures go through optical character recognition where it is installed. Package pool runs a
// [Reader] in child processes, so that a hostile file costs a child and never the program.
package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"substrate/corpus"
	"substrate/corpus/pdf/layout"
	"substrate/corpus/pdf/page"
)

// Recogniser reads the words of pages that are pictures.
type Recogniser interface {
	// Ready reports whether recognition can be used, and if not, how to get it.
	Ready() (ok bool, hint string)
	// Words reads a page of width by height points from its picture, a PNG.
	Words(ctx context.Context, png []byte, width, height float64) (page.Page, []page.Style, error)
}

// Renderer draws pages; an engine that can, does.
type Renderer interface {
	Render(ctx context.Context, pdf []byte, password string, index, dpi int) ([]byte, error)
}

// Reader reads PDFs, one at a time.
type Reader struct {
	Engine page.Engine
	Limits page.Limits
	OCR    Recogniser // nil when switched off
	DPI    int        // of the pictures for OCR
	// Tick is told before each page that is recognised: that takes its time.
	Tick func()
}

// ErrPassword says that a file is encrypted and none of the passwords opens it.
var ErrPassword = errors.New("it is encrypted and no given password opens it; give the password with --password-file FILE, or list it under pdf.passwords in substrate.yaml")

// Read reads one PDF with the first of the passwords that opens it. The error is a sentence that says what to try.
func (r *Reader) Read(ctx context.Context, pdf []byte, passwords []string) (*corpus.Reading, error) {
	if err := check(pdf); err != nil {
		return nil, err
	}
	doc, password, err := r.extract(ctx, pdf, passwords)
	if err != nil {
		return nil, err
	}
	r.recognise(ctx, pdf, password, doc)
	reading := layout.Read(doc)
	switch {
	case reading.Pages == 0:
		return nil, errors.New("it has no pages")
	case len(reading.BarePages) == reading.Pages:
		return nil, r.scanOnly(reading.Pages)
	case len(reading.Sections) == 0:
		return nil, errors.New("it holds no text at all: its pages are empty")
	}
	return reading, nil
}

func (r *Reader) scanOnly(pages int) error {
	hint := "switch recognition on with pdf.ocr: auto"
	if r.OCR != nil {
		hint = "recognition found no words in it"
		if ok, how := r.OCR.Ready(); !ok {
			hint = how
		}
	}
	what := "its only page is a picture"
	if pages > 1 {
		what = fmt.Sprintf("all %d pages are pictures", pages)
	}
	return fmt.Errorf("%s without text (a scan); %s", what, hint)
}

// check looks at the first bytes: most files that are no PDF say so.
func check(pdf []byte) error {
	switch {
	case len(pdf) == 0:
		return errors.New("the file is empty")
	case bytes.Contains(pdf[:min(len(pdf), 1024)], []byte("%PDF-")):
		return nil
	}
	start := string(pdf[:min(len(pdf), 12)])
	if i := strings.IndexAny(start, "\r\n"); i >= 0 {
		start = start[:i]
	}
	return fmt.Errorf("not a PDF: it starts with %q", start)
}

func (r *Reader) extract(ctx context.Context, pdf []byte, passwords []string) (*page.Document, string, error) {
	doc, err := r.Engine.Extract(ctx, pdf, "", r.Limits)
	if !errors.Is(err, page.ErrPassword) {
		return doc, "", explain(err)
	}
	for _, p := range passwords {
		doc, err := r.Engine.Extract(ctx, pdf, p, r.Limits)
		if !errors.Is(err, page.ErrPassword) {
			return doc, p, explain(err)
		}
	}
	return nil, "", ErrPassword
}

func explain(err error) error {
	var limit *page.LimitError
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &limit):
		return Limited(limit)
	}
	return fmt.Errorf("%w; if it is damaged, open it in a PDF viewer and print it again", err)
}

// Limited words the error for a file that broke a limit.
func Limited(l *page.LimitError) error {
	return fmt.Errorf("it %w; raise pdf.limits in substrate.yaml if the file is sound", l)
}

// recognise fills pages that hold a picture only.
func (r *Reader) recognise(ctx context.Context, pdf []byte, password string, doc *page.Document) {
	draw, can := r.Engine.(Renderer)
	if r.OCR == nil {
		return
	}
	for i := range doc.Pages {
		if !doc.Pages[i].Bare {
			continue
		}
		if ok, how := r.OCR.Ready(); !ok || !can {
			if ok {
				how = "the light engine cannot draw pages; set pdf.engine: pdfium"
			}
			doc.Warnings = append(doc.Warnings, "pages that are pictures were not read: "+how)
			return
		}
		if r.Tick != nil {
			r.Tick()
		}
		words, styles, err := r.recognisePage(ctx, draw, pdf, password, i, doc.Pages[i])
		if err != nil {
			doc.Warnings = append(doc.Warnings, fmt.Sprintf("page %d is a picture and could not be read: %v", i+1, err))
			continue
		}
		if len(words.Words) == 0 {
			continue
		}
		base := len(doc.Styles)
		doc.Styles = append(doc.Styles, styles...)
		for w := range words.Words {
			words.Words[w].Style += base
		}
		doc.Pages[i] = words
		doc.Warnings = append(doc.Warnings, fmt.Sprintf("page %d is a picture; its text was recognised and may have errors", i+1))
	}
}

func (r *Reader) recognisePage(ctx context.Context, draw Renderer, pdf []byte, password string, i int, p page.Page) (page.Page, []page.Style, error) {
	png, err := draw.Render(ctx, pdf, password, i, r.DPI)
	if err != nil {
		return page.Page{}, nil, err
	}
	return r.OCR.Words(ctx, png, p.Width, p.Height)
}
