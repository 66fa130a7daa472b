package pdfium

import (
	"bytes"
	"context"
	"fmt"
	"image/png"

	"github.com/klippa-app/go-pdfium/requests"
)

// maxPixels bounds a page's picture: A3 at 300 dots per inch has 17 million.
const maxPixels = 40_000_000

// Render draws a page, counted from 0, as a PNG at dpi dots per inch. Pages too large for that are drawn coarser.
func (e *Engine) Render(ctx context.Context, pdf []byte, password string, index, dpi int) ([]byte, error) {
	req := &requests.OpenDocument{File: &pdf}
	if password != "" {
		req.Password = &password
	}
	doc, err := e.inst.OpenDocument(req)
	if err != nil {
		return nil, fmt.Errorf("PDFium cannot open it: %w", err)
	}
	defer e.inst.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: doc.Document})
	page := requests.Page{ByIndex: &requests.PageByIndex{Document: doc.Document, Index: index}}
	size, err := e.inst.GetPageSize(&requests.GetPageSize{Page: page})
	if err != nil {
		return nil, fmt.Errorf("page %d: %w", index+1, err)
	}
	for dpi > 20 && size.Width*size.Height/72/72*float64(dpi)*float64(dpi) > maxPixels {
		dpi = dpi * 3 / 4
	}
	out, err := e.inst.RenderPageInDPI(&requests.RenderPageInDPI{Page: page, DPI: dpi})
	if err != nil {
		return nil, fmt.Errorf("draw page %d: %w", index+1, err)
	}
	defer out.Cleanup()
	var buf bytes.Buffer
	if err := png.Encode(&buf, out.Result.RenderedImage); err != nil {
		return nil, fmt.Errorf("draw page %d: %w", index+1, err)
	}
	return buf.Bytes(), nil
}
