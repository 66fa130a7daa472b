package pdfium

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image/png"
	"strings"
	"unicode"

	"github.com/klippa-app/go-pdfium/requests"
	"github.com/tetratelabs/wazero/api"

	"substrate/corpus"
	"substrate/corpus/pdf/page"
)

// maxPictureWords bounds what is told about one page.
const maxPictureWords = 20_000

// Picture draws a page, counted from 1, as a PNG of width pixels. The height follows from the page; a page so tall that the
// picture would have more than 40 million pixels is drawn narrower.
func (e *Engine) Picture(ctx context.Context, pdf []byte, password string, number, width int) ([]byte, error) {
	req := &requests.OpenDocument{File: &pdf}
	if password != "" {
		req.Password = &password
	}
	doc, err := e.inst.OpenDocument(req)
	if err != nil {
		if strings.Contains(err.Error(), "password") {
			return nil, page.ErrPassword
		}
		return nil, fmt.Errorf("PDFium cannot open it: %w", err)
	}
	defer e.inst.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: doc.Document})
	at := requests.Page{ByIndex: &requests.PageByIndex{Document: doc.Document, Index: number - 1}}
	size, err := e.inst.GetPageSize(&requests.GetPageSize{Page: at})
	if err != nil || size.Width <= 0 || size.Height <= 0 {
		return nil, fmt.Errorf("it has no page %d that can be drawn", number)
	}
	ratio := size.Height / size.Width
	for width > 64 && float64(width)*float64(width)*ratio > maxPixels {
		width = width * 3 / 4
	}
	if float64(width)*float64(width)*ratio > maxPixels {
		return nil, fmt.Errorf("page %d is too tall to be drawn", number)
	}
	out, err := e.inst.RenderPageInPixels(&requests.RenderPageInPixels{Page: at, Width: width, Height: max(1, int(float64(width)*ratio+0.5))})
	if err != nil {
		return nil, fmt.Errorf("draw page %d: %w", number, err)
	}
	defer out.Cleanup()
	var buf bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(&buf, out.Result.RenderedImage); err != nil {
		return nil, fmt.Errorf("draw page %d: %w", number, err)
	}
	return buf.Bytes(), nil
}

// Words tells what stands where in the picture of a page, counted from 1, in the order that the file paints it.
func (e *Engine) Words(ctx context.Context, pdf []byte, password string, number int) ([]corpus.PlacedWord, error) {
	g := e.guest
	doc, close, err := e.load(pdf, password)
	if err != nil {
		return nil, err
	}
	defer close()
	ref := g.call("FPDF_LoadPage", doc, uint64(number-1))
	if ref == 0 {
		return nil, fmt.Errorf("it has no page %d that can be read", number)
	}
	defer g.call("FPDF_ClosePage", ref)
	text := g.call("FPDFText_LoadPage", ref)
	if text == 0 {
		return nil, errors.New("its text cannot be read")
	}
	defer g.call("FPDFText_ClosePage", text)
	out := e.placed(ref, text)
	if g.err != nil {
		return nil, fmt.Errorf("PDFium failed on page %d: %w", number, g.err)
	}
	return out, nil
}

// placed splits a page's characters at white space and at jumps to another line.
func (e *Engine) placed(ref, text uint64) []corpus.PlacedWord {
	var out []corpus.PlacedWord
	var sb strings.Builder
	var box corpus.Box
	flush := func() {
		if sb.Len() > 0 {
			out = append(out, corpus.PlacedWord{Text: sb.String(), Box: box})
		}
		sb.Reset()
	}
	count := int(int32(e.guest.call("FPDFText_CountChars", text)))
	for i := 0; i < count && len(out) < maxPictureWords && e.guest.err == nil; i++ {
		r := rune(uint32(e.guest.call("FPDFText_GetUnicode", text, uint64(i))))
		if r == 2 || r == 0xFFFE {
			continue // a hyphen at the end of a line
		}
		if r == 0 || unicode.IsSpace(r) || unicode.IsControl(r) {
			flush()
			continue
		}
		b := e.shown(ref, text, i)
		if sb.Len() > 0 && (b.Y > box.Y+box.H || b.Y+b.H < box.Y) {
			flush()
		}
		if sb.Len() == 0 {
			box = b
		} else {
			box = box.Union(b)
		}
		sb.WriteRune(r)
	}
	flush()
	return out
}

// shown is where a character stands on the page as it is shown: turned and cropped.
func (e *Engine) shown(ref, text uint64, i int) corpus.Box {
	g := e.guest
	g.call("FPDFText_GetCharBox", text, uint64(i), uint64(g.out), uint64(g.out+8), uint64(g.out+16), uint64(g.out+24))
	b := g.result(32)
	left, right, bottom, top := double(b), double(b[8:]), double(b[16:]), double(b[24:])
	const grid = 20_000
	at := func(x, y float64) (float64, float64) {
		g.call("FPDF_PageToDevice", ref, 0, 0, grid, grid, 0, api.EncodeF64(x), api.EncodeF64(y), uint64(g.out), uint64(g.out+4))
		r := g.result(8)
		return float64(int32(binary.LittleEndian.Uint32(r))) / grid, float64(int32(binary.LittleEndian.Uint32(r[4:]))) / grid
	}
	x0, y0 := at(left, top)
	x1, y1 := at(right, bottom)
	return corpus.Box{X: min(x0, x1), Y: min(y0, y1), W: max(x0, x1) - min(x0, x1), H: max(y0, y1) - min(y0, y1)}
}
