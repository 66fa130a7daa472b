package prompts

// Fields are what a template of a person's own may use. The first group is finished text, a section each; the second is the
// same as rows, for a layout of one's own. Rows that were shed are in neither.
//
// {{.Rules}}, {{.Citation}} and {{.Cut}} belong into every prompt: a template that leaves one out gets it at its end.
type Fields struct {
	Library  string // the library's name
	Role     string // what the reader is here for
	Rules    string // the rules of authority, numbered
	Shelf    string // the current versions, a line each
	Drift    string // open entries of the drift log, reality first
	Absent   string // what is history only or deliberately not here
	Citation string // the form of citations
	Unknown  string // what to say when nothing is recorded
	Ending   string // how a session ends
	Owner    string // the owner's text; "" when there is none
	Cut      string // what was left out and where it is; "" when nothing was

	Epochs    []EpochField    // newest first
	Documents []DocumentField // authoritative ones first
	Entries   []DriftField    // open drift, newest first
	Gone      []GoneField
}

// EpochField is a row of Fields.Epochs.
type EpochField struct {
	Name    string
	Marks   string // how a document shows that it belongs
	Current bool
}

// DocumentField is a row of Fields.Documents.
type DocumentField struct {
	Ref      string // "user-guide@2.1"
	Slug     string
	Title    string
	Version  string // "V2.1"
	Epoch    string
	Date     string // "2026-04-27"
	Standing string
	Because  string
}

// DriftField is a row of Fields.Entries.
type DriftField struct {
	ID       string
	Actually string // in quotation marks
	Says     string // in quotation marks; "" when not recorded or shed
	Where    string // the reference in brackets, or the log's words
	Found    string
	Recorded string // the reference in brackets
}

// GoneField is a row of Fields.Gone.
type GoneField struct {
	Ref     string // in brackets
	Title   string
	How     string // "history only", "deliberately not here"
	Because string
	Instead string // the reference in brackets
}

// ChangeField is a row of what changed; briefs have it.
type ChangeField struct {
	Kind, Ref, Date, Before, Text string
	Cascade                       int
	Sections                      []string
}
