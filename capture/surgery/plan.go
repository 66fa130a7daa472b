package surgery

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"substrate/corpus"
	"substrate/corpus/markdown"
)

// Kind tells what an edit does and which of its fields count.
type Kind string

// The kinds of edits. All of them need Section.
const (
	// Append puts Text at the end of the section's own text, before its first subsection. An item goes on with a list that ends there.
	Append Kind = "append"
	// InsertAfter puts a new section with Heading and Text behind the section and all below it.
	InsertAfter Kind = "insert-after"
	// NewChild puts a new section with Heading and Text below the section, behind those that it has.
	NewChild Kind = "new-child"
	// AddRow puts a row of Cells into Table: where the order of its first column says, else at the end.
	AddRow Kind = "add-row"
	// Replace puts New in the place of Old, which must stand in the section's own text once.
	Replace Kind = "replace"
	// ReplaceCell puts New in the place of Old, the whole text of a cell: in the row whose first cell is Row, under the header Column.
	ReplaceCell Kind = "replace-cell"
	// Delete takes Text out, which must stand in the section's own text once: a paragraph, an item, a row ("a | b | c"), or words.
	Delete Kind = "delete"
)

// Edit is one change of one section.
type Edit struct {
	Kind    Kind   `json:"kind" yaml:"kind"`
	Section string `json:"section" yaml:"section"`
	// Heading of a new section, without its number.
	Heading string `json:"heading,omitempty" yaml:"heading"`
	// Number of a new section, when a person wants another than the next free one.
	Number string `json:"number,omitempty" yaml:"number"`
	// Text is Markdown; of a new section it may be empty and may hold deeper headings.
	Text string `json:"text,omitempty" yaml:"text"`
	// Table is a table's place in the section (1 for the first), or words of its header; empty where there is only one.
	Table string   `json:"table,omitempty" yaml:"table"`
	Cells []string `json:"cells,omitempty" yaml:"cells"`
	Row   string   `json:"row,omitempty" yaml:"row"`
	// Column is the header of the column, as the reader shows it.
	Column string `json:"column,omitempty" yaml:"column"`
	// Old may be written as it is read (without markup) or as it stands in the source.
	Old string `json:"old,omitempty" yaml:"old"`
	New string `json:"new,omitempty" yaml:"new"`
}

// Plan is what Apply does, in this order: the edits, the row of the change log, the head.
type Plan struct {
	Edits []Edit `json:"edits,omitempty" yaml:"edits"`
	Log   *Log   `json:"log,omitempty" yaml:"log"`
	Bump  *Bump  `json:"bump,omitempty" yaml:"bump"`
}

// Bump is what the head of the document says of the new version. Fields that are empty stay as they are.
type Bump struct {
	Version    string      `json:"version" yaml:"version"`
	Date       corpus.Date `json:"date" yaml:"date"`
	Supersedes string      `json:"supersedes,omitempty" yaml:"supersedes"` // as the document is to name it: "Pump Guide V2.0"
}

// Log is what the change log says of the new version.
type Log struct {
	Version string      `json:"version" yaml:"version"`
	Date    corpus.Date `json:"date" yaml:"date"`
	Rows    []LogRow    `json:"rows" yaml:"rows"`
}

// LogRow is one row: its text, and what other columns ("Author") hold, by header.
type LogRow struct {
	Text  string            `json:"text" yaml:"text"`
	Cells map[string]string `json:"cells,omitempty" yaml:"cells"`
}

// Result is the new source and what was done.
type Result struct {
	Source []byte `json:"-"`
	Done   []Done `json:"done"` // in the order of the plan
	// Touched is the share of the body that the edits changed, 0 to 1. Front matter, head and change log do not count.
	Touched float64 `json:"touched"`
	// Notes say in a sentence each what could not be stated where it was expected.
	Notes []string `json:"notes,omitempty"`
}

// Major is the share of touched text above which a revision is better called a major version.
const Major = 0.25

// What Done.Part says of changes that belong to no edit.
const (
	PartEdit = "edit"
	PartLog  = "change log"
	PartHead = "head"
)

// Done is one changed place.
type Done struct {
	Part string `json:"part"`
	// Edit is the index of the edit in the plan; -1 for the head and the change log.
	Edit int  `json:"edit"`
	Kind Kind `json:"kind,omitempty"`
	// Number, Heading (without the number) and Anchor of the section: of a new one, if the edit made it.
	Number  string `json:"number,omitempty"`
	Heading string `json:"heading"`
	Anchor  string `json:"anchor"`
	// Before and After are the source's text at the place, without the line ends around it.
	Before string `json:"before"`
	After  string `json:"after"`
	// In is the whole paragraph, item or cell that a statement stands in, as read before the edit.
	In string `json:"in,omitempty"`
	// Old is the place in the source that was given, New the one in the result.
	Old markdown.Span `json:"old"`
	New markdown.Span `json:"new"`
}

// Errors that callers branch on; each comes wrapped in a sentence.
var (
	ErrNoSection = errors.New("no such section")
	ErrNotFound  = errors.New("text not found")
	ErrAmbiguous = errors.New("more than one place")
	// ErrDone says that the document already holds what the edit would put there.
	ErrDone = errors.New("already done")
	// ErrUnsafe says that the change would alter what it must not.
	ErrUnsafe = errors.New("would change more than asked for")
	// ErrEdit says that the edit itself is incomplete or wrong.
	ErrEdit = errors.New("edit cannot be used")
)

// check refuses what no document can hold.
func (p Plan) check() error {
	var texts []string
	for _, e := range p.Edits {
		texts = append(texts, e.Section, e.Heading, e.Number, e.Text, e.Table, e.Row, e.Column, e.Old, e.New)
		texts = append(texts, e.Cells...)
	}
	var heads []string
	if p.Bump != nil {
		heads = append(heads, p.Bump.Version, p.Bump.Supersedes)
	}
	if p.Log != nil {
		heads = append(heads, p.Log.Version)
		for _, r := range p.Log.Rows {
			texts = append(texts, r.Text)
			for k, v := range r.Cells {
				texts = append(texts, k, v)
			}
		}
	}
	for _, t := range slices.Concat(texts, heads) {
		if !utf8.ValidString(t) || strings.ContainsRune(t, 0) {
			return fmt.Errorf("%w: %q holds bytes that are no UTF-8 text", ErrEdit, short(t))
		}
	}
	for _, t := range heads {
		if strings.ContainsFunc(t, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return fmt.Errorf("%w: %q is more than one line", ErrEdit, short(t))
		}
	}
	return nil
}
