// Package pdfium reads PDFs with PDFium compiled to WebAssembly: the default engine. The file is parsed inside
// wazero's sandbox, which sees no file system and a bounded memory; compiled code is cached on disk, so that only the
// first start on a machine pays for compilation.
package pdfium

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	gopdfium "github.com/klippa-app/go-pdfium"
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
	guest *guest
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
	if e.guest, err = newGuest(e.inst); err != nil {
		e.Close()
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

// load opens a file in the sandbox; close gives its memory back.
func (e *Engine) load(pdf []byte, password string) (doc uint64, close func(), err error) {
	g := e.guest
	data := g.put(pdf)
	pass := uint32(0)
	if password != "" {
		pass = g.put([]byte(password))
	}
	free := func() {
		if pass != 0 {
			g.free(pass)
		}
		g.free(data)
	}
	doc = g.call("FPDF_LoadMemDocument64", uint64(data), uint64(len(pdf)), uint64(pass))
	if g.err != nil {
		free()
		return 0, nil, fmt.Errorf("PDFium failed on it: %w", g.err)
	}
	if doc == 0 {
		err := openError(uint32(g.call("FPDF_GetLastError")))
		free()
		return 0, nil, err
	}
	return doc, func() {
		g.call("FPDF_CloseDocument", doc)
		free()
	}, nil
}

// Extract implements [page.Engine].
func (e *Engine) Extract(ctx context.Context, pdf []byte, password string, lim page.Limits) (*page.Document, error) {
	g := e.guest
	doc, close, err := e.load(pdf, password)
	if err != nil {
		return nil, err
	}
	defer close()
	count := int(int32(g.call("FPDF_GetPageCount", doc)))
	if lim.Pages > 0 && count > lim.Pages {
		return nil, &page.LimitError{What: "pages", Limit: lim.Pages}
	}
	out := &page.Document{Meta: e.meta(doc)}
	var styles page.StyleSet
	chars := 0
	for i := range count {
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
		chars += n
		out.Pages = append(out.Pages, p)
		if g.err != nil {
			return nil, fmt.Errorf("PDFium failed on page %d: %w", i+1, g.err)
		}
	}
	out.Styles = styles.List
	out.Outline = e.outline(doc)
	if g.err != nil {
		return nil, fmt.Errorf("PDFium failed on it: %w", g.err)
	}
	return out, nil
}

// openError words PDFium's reasons for not opening a file (FPDF_GetLastError in fpdfview.h).
func openError(code uint32) error {
	switch code {
	case 3:
		return errors.New("PDFium cannot open it (incorrect format)")
	case 4:
		return page.ErrPassword
	case 5:
		return errors.New("PDFium cannot open it (its kind of encryption is not supported)")
	}
	return fmt.Errorf("PDFium cannot open it (error %d)", code)
}

// The document information dictionary, and how long a value may be.
var metaKeys = []string{"Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate"}

const maxText = 1 << 16

func (e *Engine) meta(doc uint64) map[string]string {
	out := map[string]string{}
	for _, k := range metaKeys {
		key := e.guest.put([]byte(k))
		if v := strings.TrimSpace(e.guest.wide(maxText, "FPDF_GetMetaText", doc, uint64(key))); v != "" {
			out[strings.ToLower(k)] = v
		}
		e.guest.free(key)
	}
	return out
}

// maxBookmarks bounds the outline: a damaged file can hold one that leads in circles.
const maxBookmarks = 20_000

func (e *Engine) outline(doc uint64) []page.Bookmark {
	g := e.guest
	var out []page.Bookmark
	seen := map[uint64]bool{}
	var walk func(parent uint64, level int)
	walk = func(parent uint64, level int) {
		for m := g.call("FPDFBookmark_GetFirstChild", doc, parent); m != 0 && !seen[m]; m = g.call("FPDFBookmark_GetNextSibling", doc, m) {
			if len(seen) >= maxBookmarks || level > 32 || g.err != nil {
				return
			}
			seen[m] = true
			dest := g.call("FPDFBookmark_GetDest", doc, m)
			if dest == 0 {
				if action := g.call("FPDFBookmark_GetAction", m); action != 0 {
					dest = g.call("FPDFAction_GetDest", doc, action)
				}
			}
			n := 0
			if dest != 0 {
				n = int(int32(g.call("FPDFDest_GetDestPageIndex", doc, dest))) + 1
			}
			if t := strings.TrimSpace(g.wide(maxText, "FPDFBookmark_GetTitle", m)); t != "" {
				out = append(out, page.Bookmark{Title: t, Level: level, Page: max(n, 0)})
			}
			walk(m, level+1)
		}
	}
	walk(0, 1)
	return out
}

// page reads one page. room is how many characters it may have, counted before any is read: a small file can hold a page of
// hundreds of megabytes.
func (e *Engine) page(doc uint64, index int, styles *page.StyleSet, room int) (page.Page, int, error) {
	g := e.guest
	var p page.Page
	ref := g.call("FPDF_LoadPage", doc, uint64(index))
	if ref == 0 {
		return p, 0, errors.New("cannot be read")
	}
	defer g.call("FPDF_ClosePage", ref)
	p.Width = float64(api.DecodeF32(g.call("FPDF_GetPageWidthF", ref)))
	p.Height = float64(api.DecodeF32(g.call("FPDF_GetPageHeightF", ref)))
	if g.call("FPDFPage_GetRotation", ref)&1 == 1 {
		p.Width, p.Height = p.Height, p.Width // text stands where it is stored, not where it is shown
	}
	text := g.call("FPDFText_LoadPage", ref)
	if text == 0 {
		return p, 0, errors.New("its text cannot be read")
	}
	defer g.call("FPDFText_ClosePage", text)
	count := int(int32(g.call("FPDFText_CountChars", text)))
	if room > 0 && count > room {
		return p, 0, &page.LimitError{What: "characters", Limit: room}
	}
	e.words(text, e.chars(text, count), &p, styles)
	if len(p.Words) == 0 && int32(g.call("FPDFPage_CountObjects", ref)) > 0 {
		p.Bare = true
	}
	return p, max(count, 0), nil
}
