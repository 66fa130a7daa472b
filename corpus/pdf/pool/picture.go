package pool

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"substrate/corpus"
	"substrate/corpus/pdf"
	"substrate/corpus/pdf/page"
)

// The widths that a picture may have, in pixels.
const (
	MinWidth = 32
	MaxWidth = 4096
)

// drawing asks a child for a page's picture, or for its words.
type drawing struct {
	Page  int // counted from 1
	Width int // 0 asks for the words
}

// painter is an engine that draws pages and tells where their words stand.
type painter interface {
	Picture(ctx context.Context, pdf []byte, password string, number, width int) ([]byte, error)
	Words(ctx context.Context, pdf []byte, password string, number int) ([]corpus.PlacedWord, error)
}

// Picture draws a page, counted from 1, as a PNG of width pixels, in the same children and within the same limits as files
// are read. Its errors are sentences.
func (p *Pool) Picture(ctx context.Context, raw []byte, number, width int) ([]byte, error) {
	if number < 1 || number > p.o.Pages {
		return nil, fmt.Errorf("page %d is none of 1 to %d", number, p.o.Pages)
	}
	if width < MinWidth || width > MaxWidth {
		return nil, fmt.Errorf("a picture of %d pixels is none of %d to %d", width, MinWidth, MaxWidth)
	}
	r, err := p.ask(ctx, request{PDF: raw, Passwords: p.o.Passwords, Draw: &drawing{number, width}})
	return r.Picture, err
}

// Words tells what stands where on a page, counted from 1.
func (p *Pool) Words(ctx context.Context, raw []byte, number int) ([]corpus.PlacedWord, error) {
	if number < 1 || number > p.o.Pages {
		return nil, fmt.Errorf("page %d is none of 1 to %d", number, p.o.Pages)
	}
	r, err := p.ask(ctx, request{PDF: raw, Passwords: p.o.Passwords, Draw: &drawing{Page: number}})
	return r.Words, err
}

// draw answers in the child.
func draw(engine page.Engine, req request) response {
	can, ok := engine.(painter)
	if !ok {
		return response{Err: "the light engine cannot draw pages; set pdf.engine: pdfium in substrate.yaml"}
	}
	ctx := context.Background()
	for _, password := range append([]string{""}, req.Passwords...) {
		var r response
		var err error
		if req.Draw.Width > 0 {
			r.Picture, err = can.Picture(ctx, req.PDF, password, req.Draw.Page, req.Draw.Width)
		} else {
			r.Words, err = can.Words(ctx, req.PDF, password, req.Draw.Page)
		}
		switch {
		case err == nil:
			return r
		case !errors.Is(err, page.ErrPassword):
			return response{Err: err.Error(), Last: strings.Contains(err.Error(), "wasm error")}
		}
	}
	return response{Err: pdf.ErrPassword.Error()}
}
