// Package typeset turns a document's Markdown into the PDF that is handed to people: cover, table of contents, outline,
// running header, numbered pages, tables, code.
//
// It is pure: fonts are part of the program, no other program is run, time is a parameter, and the same input gives the
// same bytes. What it prints, the readers of package corpus read back: title, version, date and epoch from the cover,
// sections from the outline, cells and code with their white space. It changes no word and no number of the text. It is
// not for HTML, for scripts that need shaping (Arabic, Devanagari), nor for deciding what the next version says.
//
// Words: a face is one font file; a span is text in one style; an item is the smallest thing that a page takes whole: a
// line, a table's row, an image; a panel is what is painted behind a row of items.
package typeset

import (
	"context"
	"fmt"
	"io/fs"
	"time"
)

// Meta says what the document is. Empty fields are filled from the document's own head (see [ReadHead]).
type Meta struct {
	Title      string
	Subtitle   string
	Version    string // as people write it: "V2.1", "Rev C", "2026-03"
	Date       string // as it is to be printed: "2026-04-27"
	Epoch      string
	Supersedes string
	Author     string
	Language   string   // BCP 47, "en" when empty
	Keywords   []string // for the file's metadata only
	Fields     []Field  // further lines of the cover, in order
	// Created is the time that the file bears. When zero, it is noon UTC of Date; one of the two is needed.
	Created time.Time
}

// Field is a line of the cover beyond the known ones: "Owner", "R. Hall".
type Field struct{ Name, Value string }

// Result is a finished PDF and what a person should know of it.
type Result struct {
	PDF   []byte
	Pages int
	// Missing lists the characters that no font has. Each was printed as a box.
	Missing []Missing
	// Warnings say in a sentence each what could not be set as written: an image that is not there, a code line
	// that had to be broken.
	Warnings []string
}

// Missing is a character that no font has.
type Missing struct {
	Rune  rune
	Count int
	Near  string // the text it stands in, for finding it
}

// PDF sets a Markdown document. files holds the images it names by relative path and may be nil: what is missing is
// printed by its description and told in Result.Warnings. The error, with a nil Result, says what to change: a theme
// that cannot be used, no title, no date.
func PDF(ctx context.Context, source []byte, m Meta, t Theme, files fs.FS) (*Result, error) {
	d, pages, err := lay(ctx, source, m, t, files)
	if err != nil {
		return nil, err
	}
	raw, err := d.write(pages)
	if err != nil {
		return nil, err
	}
	return &Result{PDF: raw, Pages: len(pages), Missing: d.fonts.report(source), Warnings: d.warnings}, nil
}

// lay does all but writing the file: it gives the pages with what is painted on them.
func lay(ctx context.Context, source []byte, m Meta, t Theme, files fs.FS) (*doc, []*page, error) {
	t, err := t.withDefaults()
	if err != nil {
		return nil, nil, err
	}
	head, err := readHead(source)
	if err != nil {
		return nil, nil, err
	}
	m = m.over(head.Meta)
	if m.Title == "" {
		return nil, nil, fmt.Errorf("the document has no title; begin it with a line %q", "# Title")
	}
	if m.Created, err = m.created(); err != nil {
		return nil, nil, err
	}
	faces, err := loadFonts(t)
	if err != nil {
		return nil, nil, err
	}
	d := &doc{theme: t, meta: m, fonts: faces, files: files, anchors: map[string]*mark{}}
	d.measurePage()
	b := &builder{doc: d, src: head.body, x: d.left, w: d.width}
	b.blocks(head.root, head.skip)
	b.notes()
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	pages := paginate(d.bind(b.items), d.top, d.bottom)
	d.running(pages)
	return d, pages, ctx.Err()
}

// over returns m with empty fields taken from the document's head.
func (m Meta) over(h Meta) Meta {
	for _, f := range []struct{ to, from *string }{
		{&m.Title, &h.Title}, {&m.Subtitle, &h.Subtitle}, {&m.Version, &h.Version}, {&m.Date, &h.Date}, {&m.Epoch, &h.Epoch},
		{&m.Supersedes, &h.Supersedes}, {&m.Author, &h.Author}, {&m.Language, &h.Language},
	} {
		if *f.to == "" {
			*f.to = *f.from
		}
	}
	if m.Language == "" {
		m.Language = "en"
	}
	if len(m.Keywords) == 0 {
		m.Keywords = h.Keywords
	}
	if len(m.Fields) == 0 {
		m.Fields = h.Fields
	}
	return m
}

func (m Meta) created() (time.Time, error) {
	if !m.Created.IsZero() {
		return m.Created.UTC(), nil
	}
	for _, form := range []string{"2006-01-02", "2 January 2006", "2 Jan 2006", "January 2, 2006", "02.01.2006", "2006-01"} {
		if d, err := time.Parse(form, m.Date); err == nil {
			return d.Add(12 * time.Hour), nil
		}
	}
	return time.Time{}, fmt.Errorf("no time of issue is given and the document's date %q cannot be read; write it as 2026-04-27", m.Date)
}

// doc is one document being set. Lengths are points, y grows downwards from the page's upper edge.
type doc struct {
	theme    Theme
	meta     Meta
	fonts    *fonts
	files    fs.FS
	warnings []string

	pageW, pageH             float64
	left, top, width, bottom float64 // of the text's rectangle; bottom is its lower edge
	headings                 []*mark
	anchors                  map[string]*mark
	images                   map[string]*picture
}

// mark is a place that links, the outline and the table of contents lead to.
type mark struct {
	level int // 1 for chapters; 0 for what is no heading
	text  string
	page  int // counted from 1, known once the pages are made
	y     float64
}

func (d *doc) warn(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	for _, w := range d.warnings {
		if w == s {
			return
		}
	}
	d.warnings = append(d.warnings, s)
}
