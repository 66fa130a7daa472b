// Package page is what a PDF engine gives to the rest of the reader: pages of words with their place and look, in the
// order the file paints them. It holds no layout: lines, sections and tables are found by package layout, which does not
// know which engine ran.
//
// Lengths are points (1/72 inch). The origin is the lower left corner of the page as shown (rotation applied): X grows to
// the right, Y upwards.
package page

import (
	"context"
	"errors"
	"fmt"
)

// Document is the raw content of one PDF.
type Document struct {
	Pages   []Page
	Styles  []Style
	Outline []Bookmark
	// Meta is the document information dictionary by lower-case key: "title", "author", "subject", "keywords",
	// "creator", "producer", "creationdate", "moddate". Empty values are left out.
	Meta map[string]string
	// Warnings say in a sentence each what an engine could not read.
	Warnings []string
}

// Page is one page of words.
type Page struct {
	Width, Height float64
	// Words in the order the file paints them, which is reading order within a column or a table cell for nearly every producer.
	Words []Word
	// Bare says that the page paints something and has no text: most likely a scan.
	Bare bool
}

// Word is a run of characters without white space, in one style.
type Word struct {
	Text   string
	X0, X1 float64 // left and right edge
	Y0, Y1 float64 // bottom and top of the glyphs
	Base   float64 // baseline
	C0, C1 float64 // centres of the first and the last glyph: a fixed-pitch grid is told from these
	Style  int     // index into Document.Styles
	Glued  bool    // no white space between this word and the one painted before it
}

// Style is how words look.
type Style struct {
	Font   string // as named in the file, subset prefix removed
	Size   float64
	Bold   bool
	Italic bool
	Mono   bool
}

// Bookmark is one entry of the document outline.
type Bookmark struct {
	Title string
	Level int // 1 at the top
	Page  int // counted from 1; 0 when the entry leads nowhere
}

// Limits bound what one file may cost.
type Limits struct {
	Pages int // pages read; 0 means no limit
	Chars int // characters of text read; 0 means no limit
}

// Engine reads PDFs. An engine is used by one goroutine at a time.
type Engine interface {
	// Extract reads one PDF. password may be "". It returns ErrPassword when the file is encrypted and password
	// does not open it, a LimitError when the file is larger than lim, and nil with every error.
	Extract(ctx context.Context, pdf []byte, password string, lim Limits) (*Document, error)
	Close() error
}

// ErrPassword says that the file is encrypted and the password given (if any) does not open it.
var ErrPassword = errors.New("encrypted")

// LimitError says which limit a file broke.
type LimitError struct {
	What  string // "pages", "characters", "seconds", "megabytes of memory"
	Limit int
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("needs more than %d %s", e.Limit, e.What)
}
