// Package pdfium reads PDFs with PDFium compiled to WebAssembly: the default engine. The file is parsed inside
// wazero's sandbox, which sees no file system and a bounded memory; compiled code is cached on disk, so that only the
// first start on a machine pays for compilation.
package pdfium

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
	"unicode"

	gopdfium "github.com/klippa-app/go-pdfium"
	perrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/responses"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"substrate/corpus/pdf/page"
)

// Options configure the engine.
type Options struct {
	// CacheDir holds compiled code between runs; "" compiles anew at every start (seconds).
	CacheDir string
	// MemoryMB bounds the sandbox's memory in MiB; 0 means 512.
	MemoryMB int
}

// Engine is one PDFium instance.
type Engine struct {
	pool  gopdfium.Pool
	inst  gopdfium.Pdfium
	cache wazero.CompilationCache
}

const wasmPage = 64 << 10

// New starts an engine.
func New(ctx context.Context, o Options) (*Engine, error) {
	if o.MemoryMB <= 0 {
		o.MemoryMB = 512
	}
	e := &Engine{}
	rc := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(uint32(o.MemoryMB << 20 / wasmPage))
	if o.CacheDir != "" {
		cache, err := wazero.NewCompilationCacheWithDir(o.CacheDir)
		if err == nil {
			e.cache = cache
			rc = rc.WithCompilationCache(cache)
		}
	}
	pool, err := webassembly.Init(webassembly.Config{
		Context: ctx, MinIdle: 1, MaxIdle: 1, MaxTotal: 1,
		FSConfig: wazero.NewFSConfig(), RuntimeConfig: rc, Stdout: io.Discard, Stderr: io.Discard,
	})
	if err != nil {
		return nil, fmt.Errorf("start PDFium: %w", err)
	}
	e.pool = pool
	e.inst, err = pool.GetInstance(time.Minute)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("start PDFium: %w", err)
	}
	return e, nil
}

// Close stops the engine.
func (e *Engine) Close() error {
	err := errors.Join(e.inst.Close(), e.pool.Close())
	if e.cache != nil {
		err = errors.Join(err, e.cache.Close(context.Background()))
	}
	return err
}

// Extract implements [page.Engine].
func (e *Engine) Extract(ctx context.Context, pdf []byte, password string, lim page.Limits) (*page.Document, error) {
	req := &requests.OpenDocument{File: &pdf}
	if password != "" {
		req.Password = &password
	}
	opened, err := e.inst.OpenDocument(req)
	if err != nil {
		if errors.Is(err, perrors.ErrPassword) {
			return nil, page.ErrPassword
		}
		return nil, fmt.Errorf("PDFium cannot open it (%s)", strings.TrimLeft(err.Error(), "0123456789: "))
	}
	doc := opened.Document
	defer e.inst.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: doc})
	count, err := e.inst.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc})
	if err != nil {
		return nil, fmt.Errorf("count pages: %w", err)
	}
	if lim.Pages > 0 && count.PageCount > lim.Pages {
		return nil, &page.LimitError{What: "pages", Limit: lim.Pages}
	}
	out := &page.Document{Meta: map[string]string{}}
	var styles page.StyleSet
	chars := 0
	for i := range count.PageCount {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p, n, err := e.page(doc, i, &styles, lim.Chars-chars)
		var over *page.LimitError
		if errors.As(err, &over) && lim.Chars > 0 {
			return nil, &page.LimitError{What: "characters", Limit: lim.Chars}
		}
		if err != nil {
			out.Warnings = append(out.Warnings, fmt.Sprintf("page %d: %v", i+1, err))
		}
		if chars += n; lim.Chars > 0 && chars > lim.Chars {
			return nil, &page.LimitError{What: "characters", Limit: lim.Chars}
		}
		out.Pages = append(out.Pages, p)
	}
	out.Styles = styles.List
	e.meta(doc, out)
	e.outline(doc, out)
	return out, nil
}

func (e *Engine) meta(doc references.FPDF_DOCUMENT, out *page.Document) {
	m, err := e.inst.GetMetaData(&requests.GetMetaData{Document: doc})
	if err != nil {
		return
	}
	for _, t := range m.Tags {
		if v := strings.TrimSpace(strings.Trim(t.Value, "\x00")); v != "" {
			out.Meta[strings.ToLower(t.Tag)] = v
		}
	}
}

func (e *Engine) outline(doc references.FPDF_DOCUMENT, out *page.Document) {
	b, err := e.inst.GetBookmarks(&requests.GetBookmarks{Document: doc})
	if err != nil {
		return
	}
	var walk func(list []responses.GetBookmarksBookmark, level int)
	walk = func(list []responses.GetBookmarksBookmark, level int) {
		for _, m := range list {
			if len(out.Outline) >= 20_000 || level > 32 {
				return
			}
			n := 0
			switch {
			case m.DestInfo != nil:
				n = m.DestInfo.PageIndex + 1
			case m.ActionInfo != nil && m.ActionInfo.DestInfo != nil:
				n = m.ActionInfo.DestInfo.PageIndex + 1
			}
			if t := strings.TrimSpace(m.Title); t != "" {
				out.Outline = append(out.Outline, page.Bookmark{Title: t, Level: level, Page: n})
			}
			walk(m.Children, level+1)
		}
	}
	walk(b.Bookmarks, 1)
}

// page reads one page. room is how many characters it may have, counted before any is read: a small file can hold a page of
// hundreds of megabytes.
func (e *Engine) page(doc references.FPDF_DOCUMENT, index int, styles *page.StyleSet, room int) (page.Page, int, error) {
	loaded, err := e.inst.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if err != nil {
		return page.Page{}, 0, fmt.Errorf("cannot be read: %w", err)
	}
	ref := requests.Page{ByReference: &loaded.Page}
	defer e.inst.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page})
	var p page.Page
	if size, err := e.inst.GetPageSize(&requests.GetPageSize{Page: ref}); err == nil {
		p.Width, p.Height = size.Width, size.Height
	}
	if rot, err := e.inst.FPDFPage_GetRotation(&requests.FPDFPage_GetRotation{Page: ref}); err == nil && rot.PageRotation&1 == 1 {
		p.Width, p.Height = p.Height, p.Width // text stands where it is stored, not where it is shown
	}
	tp, err := e.inst.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: ref})
	if err != nil {
		return p, 0, fmt.Errorf("text cannot be read: %w", err)
	}
	defer e.inst.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: tp.TextPage})
	count, err := e.inst.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: tp.TextPage})
	if err == nil && room > 0 && count.Count > room {
		return p, 0, &page.LimitError{What: "characters", Limit: room}
	}
	st, err := e.inst.GetPageTextStructured(&requests.GetPageTextStructured{Page: ref, Mode: requests.GetPageTextStructuredModeChars})
	if err != nil {
		return p, 0, fmt.Errorf("text cannot be read: %w", err)
	}
	e.words(tp.TextPage, st.Chars, &p, styles)
	if len(p.Words) == 0 {
		if n, err := e.inst.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: ref}); err == nil && n.Count > 0 {
			p.Bare = true
		}
	}
	return p, len(st.Chars), nil
}

// words splits a page's characters at white space, jumps and changes of direction, and asks for the
// style once per word: asking per character costs five times the rest.
func (e *Engine) words(tp references.FPDF_TEXTPAGE, chars []*responses.GetPageTextStructuredChar, p *page.Page, styles *page.StyleSet) {
	stored := *p
	glyphs, quarter := upright(chars, stored.Width, stored.Height)
	if quarter&1 == 1 {
		p.Width, p.Height = p.Height, p.Width
	}
	var text strings.Builder
	var w page.Word
	open, spaced := false, true
	flush := func() {
		if open {
			w.Text = text.String()
			p.Words = append(p.Words, w)
		}
		open = false
		text.Reset()
	}
	for i, g := range glyphs {
		if g.r == 0 {
			flush()
			spaced = true
			continue
		}
		if open {
			// A dash is flat: what counts as a jump is measured by the size of the font as well.
			height := max(w.Y1-w.Y0, g.y1-g.y0, 0.7*styles.List[w.Style].Size, 1)
			switch {
			case g.x0 < w.X0-height*0.3, g.x0-w.X1 > height*0.8, g.y1 < w.Y0-height*0.2, g.y0 > w.Y1+height*0.2:
				flush()
			}
		}
		centre := (g.x0 + g.x1) / 2
		if !open {
			w = page.Word{X0: g.x0, Y0: g.y0, X1: g.x1, Y1: g.y1, C0: centre, Glued: !spaced, Base: g.y0}
			var x, y float64
			if w.Style, x, y = e.style(tp, i, styles); x != 0 || y != 0 {
				_, w.Base = turn(quarter, stored.Width, stored.Height, x, y)
			}
			open = true
		}
		w.X1, w.C1 = max(w.X1, g.x1), centre
		w.Y0, w.Y1 = min(w.Y0, g.y0), max(w.Y1, g.y1)
		text.WriteRune(g.r)
		spaced = false
	}
	flush()
}

// style asks for the look of character i and for its origin on the page as stored.
func (e *Engine) style(tp references.FPDF_TEXTPAGE, i int, styles *page.StyleSet) (style int, x, y float64) {
	size, font := 0.0, ""
	if s, err := e.inst.FPDFText_GetFontSize(&requests.FPDFText_GetFontSize{TextPage: tp, Index: i}); err == nil {
		size = s.FontSize
	}
	if m, err := e.inst.FPDFText_GetMatrix(&requests.FPDFText_GetMatrix{TextPage: tp, Index: i}); err == nil {
		size *= math.Hypot(float64(m.Matrix.C), float64(m.Matrix.D))
	}
	if f, err := e.inst.FPDFText_GetFontInfo(&requests.FPDFText_GetFontInfo{TextPage: tp, Index: i}); err == nil {
		font = f.FontName
	}
	if o, err := e.inst.FPDFText_GetCharOrigin(&requests.FPDFText_GetCharOrigin{TextPage: tp, Index: i}); err == nil {
		x, y = o.X, o.Y
	}
	return styles.Index(font, size), x, y
}

// glyph is a character as a reader sees it, the page turned upright.
type glyph struct {
	r              rune // 0 for white space
	x0, y0, x1, y1 float64
}

// upright turns a page whose text runs sideways, whether the page or its content was rotated, and drops
// text at other angles: watermarks and turned captions. quarter counts the counter-clockwise quarter turns of the text.
func upright(chars []*responses.GetPageTextStructuredChar, w, h float64) (glyphs []glyph, quarter int) {
	count := map[int]int{}
	main, top := 0, 0
	for _, c := range chars {
		if strings.TrimSpace(c.Text) == "" {
			continue
		}
		a := int(math.Round(c.Angle / (math.Pi / 36)))
		if count[a]++; count[a] > top {
			main, top = a, count[a]
		}
	}
	quarter = -int(math.Round(float64(main)/18)) & 3 // PDFium counts angles clockwise
	angle := float64(main) * math.Pi / 36
	glyphs = make([]glyph, len(chars))
	for i, c := range chars {
		r := []rune(c.Text)
		if len(r) == 0 || unicode.IsSpace(r[0]) || unicode.IsControl(r[0]) && r[0] != 2 {
			continue
		}
		off := math.Abs(math.Mod(c.Angle-angle, 2*math.Pi))
		if off > 0.1 && off < 2*math.Pi-0.1 {
			continue
		}
		if r[0] == 2 || r[0] == 0xFFFE { // PDFium's mark for a hyphen at the end of a line
			r[0] = '\u00ad'
		}
		b := c.PointPosition
		g := glyph{r: r[0]}
		g.x0, g.y0 = turn(quarter, w, h, b.Left, b.Bottom)
		g.x1, g.y1 = turn(quarter, w, h, b.Right, b.Top)
		g.x0, g.x1 = min(g.x0, g.x1), max(g.x0, g.x1)
		g.y0, g.y1 = min(g.y0, g.y1), max(g.y0, g.y1)
		glyphs[i] = g
	}
	return glyphs, quarter
}

// turn maps a point of the page as stored, w by h points, to the page as the text sees it.
func turn(quarter int, w, h, x, y float64) (float64, float64) {
	switch quarter {
	case 1:
		return y, w - x
	case 2:
		return w - x, h - y
	case 3:
		return h - y, x
	}
	return x, y
}
