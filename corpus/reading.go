package corpus

// Reading is everything a reader found in one original, before anyone decides what it is.
type Reading struct {
	// Format is "pdf" or "markdown".
	Format string `json:"format"`
	// Pages counts the pages; 0 for Markdown.
	Pages int `json:"pages"`
	// Front holds the lines of the first pages as printed, biggest evidence first by position: the cover or title block.
	Front []FrontLine `json:"front,omitempty"`
	// Running holds the distinct texts of running headers and footers, page numbers taken out.
	Running []string `json:"running,omitempty"`
	// Meta holds document metadata by lower-case key: "title", "subject", "keywords", "author", "created", "producer", "version", …
	// For Markdown it is the front matter.
	Meta map[string]string `json:"meta,omitempty"`
	// Sections in reading order, Anchor and Path filled.
	Sections []Section `json:"sections"`
	// BarePages are pages that show something but hold no text (scans), counted from 1.
	BarePages []int `json:"bare_pages,omitempty"`
	// Warnings say in a sentence each what could not be read.
	Warnings []string `json:"warnings,omitempty"`
}

// FrontLine is one printed line of the first pages, with how it looks: a title is told by its size.
type FrontLine struct {
	Text string  `json:"text"`
	Page int     `json:"page"`
	Size float64 `json:"size"` // points; for Markdown, 20 for a level-1 heading and 10 for text
	Bold bool    `json:"bold,omitempty"`
}

// ChangeRow is one row of a change log.
type ChangeRow struct {
	Label Label  `json:"version"`
	Date  Date   `json:"date"`
	Text  string `json:"text"`
}

// Claim names an edition that a document says it replaces: "Supersedes: Relay Manual V4.2".
type Claim struct {
	Title string `json:"title"` // "" when the claim names only a version of the same document
	Label Label  `json:"version"`
}

// Evidence is one thing seen that speaks for a value of an identity.
type Evidence struct {
	Field  string `json:"field"`  // "title", "version", "epoch", "date", "supersedes"
	Value  string `json:"value"`  // as normalised
	Source string `json:"source"` // "cover", "running header", "metadata", "change log", "file name", "front matter", "sidecar", "decision"
	Quote  string `json:"quote"`  // the text it was read from
	Weight int    `json:"weight"` // higher convinces more; see package identity
}

// Identity is what an original is, as far as its evidence tells.
type Identity struct {
	Title      string      `json:"title"`
	Label      Label       `json:"version"` // the zero Label when none was found
	Epoch      string      `json:"epoch"`   // as the document says it; "" when it does not
	Date       Date        `json:"date"`
	Supersedes []Claim     `json:"supersedes,omitempty"`
	ChangeLog  []ChangeRow `json:"change_log,omitempty"`
	Evidence   []Evidence  `json:"evidence,omitempty"`
	// Conflict says in a sentence why the evidence does not decide ("cover says V3.7, file name says V3.8"); "" when it does.
	Conflict string `json:"conflict,omitempty"`
}
