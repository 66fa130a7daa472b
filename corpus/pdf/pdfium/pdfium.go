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
	"slices"
	"strings"
	"time"
	"unicode"

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

// Extract implements [page.Engine].
func (e *Engine) Extract(ctx context.Context, pdf []byte, password string, lim page.Limits) (*page.Document, error) {
	g := e.guest
	data := g.put(pdf)
	defer g.free(data)
	pass := uint32(0)
	if password != "" {
		pass = g.put([]byte(password))
		defer g.free(pass)
	}
	doc := g.call("FPDF_LoadMemDocument64", uint64(data), uint64(len(pdf)), uint64(pass))
	if g.err != nil {
		return nil, fmt.Errorf("PDFium failed on it: %w", g.err)
	}
	if doc == 0 {
		return nil, openError(uint32(g.call("FPDF_GetLastError")))
	}
	defer g.call("FPDF_CloseDocument", doc)
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

// char is a character as PDFium gives it, on the page as stored.
type char struct {
	r                        rune    // 0 for white space
	guessed                  bool    // white space that the file does not hold: PDFium concluded it from a gap
	angle                    float64 // radians, clockwise
	left, right, bottom, top float64
}

func (e *Engine) chars(text uint64, count int) []char {
	g := e.guest
	out := make([]char, 0, max(count, 0))
	angle, known := 0.0, false
	for i := range count {
		c := char{r: rune(uint32(g.call("FPDFText_GetUnicode", text, uint64(i))))}
		if c.r == 0 || unicode.IsSpace(c.r) || unicode.IsControl(c.r) && c.r != 2 {
			c.r, known = 0, false
			c.guessed = g.call("FPDFText_IsGenerated", text, uint64(i)) == 1
			out = append(out, c)
			continue
		}
		// Characters of a word run the same way: one of them is asked.
		if !known {
			angle, known = float64(api.DecodeF32(g.call("FPDFText_GetCharAngle", text, uint64(i)))), true
		}
		g.call("FPDFText_GetCharBox", text, uint64(i), uint64(g.out), uint64(g.out+8), uint64(g.out+16), uint64(g.out+24))
		b := g.result(32)
		c.left, c.right, c.bottom, c.top, c.angle = double(b), double(b[8:]), double(b[16:]), double(b[24:]), angle
		out = append(out, c)
	}
	return out
}

// words splits a page's characters at white space, jumps and changes of direction, and asks for the style once per word.
func (e *Engine) words(text uint64, chars []char, p *page.Page, styles *page.StyleSet) {
	stored := *p
	glyphs, quarter := upright(chars, stored.Width, stored.Height)
	if quarter&1 == 1 {
		p.Width, p.Height = p.Height, p.Width
	}
	var sb strings.Builder
	var w page.Word
	open, spaced := false, true
	flush := func() {
		if open {
			w.Text = sb.String()
			p.Words = append(p.Words, w)
		}
		open = false
		sb.Reset()
	}
	for i, g := range glyphs {
		if g.r == 0 && chars[i].guessed && spacedLetters(glyphs, i) {
			continue
		}
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
			if w.Style, x, y = e.style(text, i, styles); x != 0 || y != 0 {
				_, w.Base = turn(quarter, stored.Width, stored.Height, x, y)
			}
			open = true
		}
		w.X1, w.C1 = max(w.X1, g.x1), centre
		w.Y0, w.Y1 = min(w.Y0, g.y0), max(w.Y1, g.y1)
		sb.WriteRune(g.r)
		spaced = false
	}
	flush()
}

// style asks for the look of character i and for its origin on the page as stored.
func (e *Engine) style(text uint64, i int, styles *page.StyleSet) (style int, x, y float64) {
	g := e.guest
	size := api.DecodeF64(g.call("FPDFText_GetFontSize", text, uint64(i)))
	if g.call("FPDFText_GetMatrix", text, uint64(i), uint64(g.out)) != 0 {
		b := g.result(24) // six floats, a to f
		size *= math.Hypot(single(b[8:]), single(b[12:]))
	}
	if g.call("FPDFText_GetCharOrigin", text, uint64(i), uint64(g.out), uint64(g.out+8)) != 0 {
		b := g.result(16)
		x, y = double(b), double(b[8:])
	}
	return styles.Index(g.fontName(text, i), size), x, y
}

// glyph is a character as a reader sees it, the page turned upright.
type glyph struct {
	r              rune // 0 for white space
	x0, y0, x1, y1 float64
}

// upright turns a page whose text runs sideways, whether the page or its content was rotated, and drops
// text at other angles: watermarks and turned captions. quarter counts the counter-clockwise quarter turns of the text.
func upright(chars []char, w, h float64) (glyphs []glyph, quarter int) {
	count := map[int]int{}
	main, top := 0, 0
	for _, c := range chars {
		if c.r == 0 {
			continue
		}
		a := int(math.Round(c.angle / (math.Pi / 36)))
		if count[a]++; count[a] > top {
			main, top = a, count[a]
		}
	}
	quarter = -int(math.Round(float64(main)/18)) & 3 // PDFium counts angles clockwise
	angle := float64(main) * math.Pi / 36
	glyphs = make([]glyph, len(chars))
	for i, c := range chars {
		if c.r == 0 {
			continue
		}
		off := math.Abs(math.Mod(c.angle-angle, 2*math.Pi))
		if off > 0.1 && off < 2*math.Pi-0.1 {
			continue
		}
		g := glyph{r: c.r}
		if c.r == 2 || c.r == 0xFFFE { // PDFium's mark for a hyphen at the end of a line
			g.r = '\u00ad'
		}
		g.x0, g.y0 = turn(quarter, w, h, c.left, c.bottom)
		g.x1, g.y1 = turn(quarter, w, h, c.right, c.top)
		g.x0, g.x1 = min(g.x0, g.x1), max(g.x0, g.x1)
		g.y0, g.y1 = min(g.y0, g.y1), max(g.y0, g.y1)
		glyphs[i] = g
	}
	return glyphs, quarter
}

// spacedLetters reports whether a gap that PDFium took for white space is only letter spacing: hardly wider than the gaps
// between the letters around it.
func spacedLetters(glyphs []glyph, i int) bool {
	if i == 0 || i+1 == len(glyphs) || glyphs[i-1].r == 0 || glyphs[i+1].r == 0 {
		return false
	}
	a, b := glyphs[i-1], glyphs[i+1]
	gap := b.x0 - a.x1
	if gap < 0 || b.y0 > a.y1 || b.y1 < a.y0 {
		return false // a new line
	}
	var inner []float64
	em := 0.0
	for k := max(i-20, 1); k < min(i+20, len(glyphs)); k++ {
		p, q := glyphs[k-1], glyphs[k]
		if p.r == 0 || q.r == 0 || q.y0 > a.y1 || q.y1 < a.y0 || q.x0 < p.x0 {
			continue
		}
		inner = append(inner, q.x0-p.x1)
		em = max(em, (q.y1-q.y0)/0.72)
	}
	if len(inner) == 0 {
		return false
	}
	slices.Sort(inner)
	// Letters of ordinary text stand less than a tenth of an em apart.
	usual := inner[len(inner)/2]
	return usual > 0.1*em && gap < usual+0.14*em
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
