package capture

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Kind says what came of a finding; a session in which nothing came of anything left nothing durable.
type Kind string

// The kinds, as people mark them: (a), (b) and (c). "" is not settled yet.
const (
	System   Kind = "a" // a change to the system
	Document Kind = "b" // a change to a document
	Both     Kind = "c"
)

// ParseKind reads a kind by its letter or its word.
func ParseKind(s string) (Kind, error) {
	switch strings.ToLower(strings.Trim(strings.TrimSpace(s), "()")) {
	case "":
		return "", nil
	case "a", "system":
		return System, nil
	case "b", "document":
		return Document, nil
	case "c", "both":
		return Both, nil
	}
	return "", fmt.Errorf("kind %q: say a (a change to the system), b (a change to a document) or c (both)", s)
}

// State is how far a finding has come.
type State string

// The states.
const (
	Pending State = "pending" // captured, in no revision yet
	Drafted State = "drafted" // part of a revision that waits for a person
	Done    State = "done"    // in an issued version
	Dropped State = "dropped" // a person said that it reaches no document
)

// Finding is something learned in a session. The JSON form is stable.
type Finding struct {
	ID      int       `json:"id"`
	Session int       `json:"session"`
	At      time.Time `json:"at"`
	By      string    `json:"by"` // a person, or the name of the client that handed it in
	Kind    Kind      `json:"kind,omitempty"`
	Text    string    `json:"text"`
	// Evidence is kept as it was given: a command and what it printed, a log.
	Evidence string `json:"evidence,omitempty"`
	// To is where a person said it goes; it always wins.
	To string `json:"to,omitempty"`
	// Heading is that of the section of its own that a person wants for it, behind the one that it goes to.
	Heading string `json:"heading,omitempty"`
	State   State  `json:"state"`
	// Revision is the one that it is in; 0 for none.
	Revision int `json:"revision,omitempty"`
	// Places are where it would go, best first, as placed when it was captured.
	Places []Place `json:"places"`
	// Settled is where it went, or why it goes nowhere.
	Settled string `json:"settled,omitempty"`
}

// Form says in what form a finding enters its place.
type Form string

// The forms.
const (
	Into        Form = "into"         // text in an existing section
	Replace     Form = "replace"      // a statement there is not so any more
	Row         Form = "row"          // a row of a table there
	NewSection  Form = "new section"  // a section of its own, behind the one named
	NewDocument Form = "new document" // no document is about this
)

// Place is where a finding would go. The JSON form is stable.
type Place struct {
	Ref        string  `json:"ref"` // of the section; "" for a new document
	Heading    string  `json:"heading"`
	Form       Form    `json:"form"`
	Confidence float64 `json:"confidence"` // 0 to 1
	Because    string  `json:"because"`
	// Old is the statement that the finding replaces, as it stands there.
	Old string `json:"old,omitempty"`
	// New is the statement as it would stand.
	New string `json:"new,omitempty"`
	// Cells are the row that a table there gains; Table tells which one, as an edit does.
	Cells []string `json:"cells,omitempty"`
	Table string   `json:"table,omitempty"`
	// Below says that a new section goes below the one named instead of behind it.
	Below bool `json:"below,omitempty"`
}

// Session is a stretch of work that ends with what it learned. The JSON form is stable.
type Session struct {
	ID      int        `json:"id"`
	Title   string     `json:"title"`
	By      string     `json:"by"`
	At      time.Time  `json:"at"`
	Ended   *time.Time `json:"ended,omitempty"`
	Because string     `json:"because,omitempty"` // why nothing durable came of it, as a person said
}

// Limits of a finding, in bytes.
const (
	maxText     = 64 << 10
	maxEvidence = 1 << 20
)

// Check reports what is wrong with a finding as it was handed in.
func (f *Finding) Check() error {
	switch {
	case strings.TrimSpace(f.Text) == "":
		return fmt.Errorf("the finding is empty; say in a sentence what was learned")
	case !utf8.ValidString(f.Text):
		return fmt.Errorf("the finding is no text; give what was learned in words, and what a program printed as evidence")
	case strings.ContainsRune(f.Text, 0) || strings.ContainsRune(f.Evidence, 0):
		return fmt.Errorf("the finding holds NUL bytes: it is no text")
	case len(f.Text) > maxText:
		return fmt.Errorf("the finding has %d bytes, the most is %d; put what a program printed into the evidence", len(f.Text), maxText)
	case len(f.Evidence) > maxEvidence:
		return fmt.Errorf("the evidence has %d bytes, the most is %d; keep the lines that matter", len(f.Evidence), maxEvidence)
	}
	return nil
}

// Retry is the same for the same finding handed in twice in one session, so that a client that heard no answer can ask again.
func (f *Finding) Retry() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%s\x00%s", f.Session, strings.Join(strings.Fields(f.Text), " "), f.Evidence, f.To+"\x00"+f.Heading))
	return hex.EncodeToString(sum[:])
}

// Title is the finding's first sentence or line, at most n runes.
func (f *Finding) Title(n int) string {
	s, _, _ := strings.Cut(strings.TrimSpace(f.Text), "\n")
	if i := strings.Index(s, ". "); i > 20 {
		s = s[:i]
	}
	if r := []rune(s); len(r) > n {
		return strings.TrimSpace(string(r[:n-1])) + "…"
	}
	return s
}
