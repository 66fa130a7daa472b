package prompts

import (
	"slices"
	"time"

	"substrate/corpus"
	"substrate/epoch"
)

// Facts are the state of a library. The order of Epochs means something; all other lists may come in any order, and the text
// is the same.
type Facts struct {
	// Library is the library's name as people say it. Required.
	Library string
	// Epochs, newest first. Empty when no document and no rule names one.
	Epochs []Epoch
	// Documents is the shelf: the current version of each document, and held versions of those that have none.
	Documents []Document
	// Drift holds the open entries of the drift log.
	Drift []Drift
	// Gone is what a reader may look for and should not find among the current versions.
	Gone []Gone
	// Owner is text that the library's owner adds, Markdown, passed on as written. May be empty.
	Owner string
	// Cascade and Revision number the state of the library. They stand below the text and are no part of its hash.
	Cascade, Revision int
	// Version counts the prompts whose hash differed; the caller keeps the count. 0 is unknown.
	Version int
	// Generated is when; the zero Time is not printed. It is no part of the hash.
	Generated time.Time

	// The rest is used by Brief and the prompts built on it.

	// Waiting are findings of earlier sessions that have no sure place yet, "F-7 Written in an editor", oldest first. They head the
	// brief: the next session can settle them.
	Waiting []string

	// Since says from where Changes are told, as people say it: "cascade 4", "2026-04-01". May be empty.
	Since string
	// Changes since then.
	Changes []Change
	// Priorities is the top of the document that says what matters next, in reading order; PrioritiesRef says where it stands.
	Priorities    []corpus.Block
	PrioritiesRef corpus.Ref
}

// Epoch is a named era, with the sentences that say what belongs to it; see [EpochsOf].
type Epoch struct {
	Name string
	// Marks say how a document shows that it belongs: `marked "EPOCH 2"`, "version >= 3.6 of project-roadmap". May be empty.
	Marks []string
}

// Document is a row of the shelf.
type Document struct {
	Slug     corpus.Slug // required
	Title    string
	Label    corpus.Label // zero when the document carries no version
	Epoch    string
	Date     corpus.Date
	Standing epoch.Standing // required
	Because  string
}

// Drift is an open entry of the drift log: a document says one thing, actually it is another.
type Drift struct {
	ID             string
	Says, Actually string
	// Ref is the place that says it. Where the log names a document that is not on the shelf, Ref.Document is "" and Place
	// has the log's words.
	Ref   corpus.Ref
	Place string
	Found corpus.Date
	// Recorded is where the entry stands; the zero Ref is not printed.
	Recorded corpus.Ref
}

// Gone is a document or version that is not among the current ones.
type Gone struct {
	Ref   corpus.Ref // required
	Title string
	Kind  GoneKind
	// Because is why; Instead is what to read instead. Both may be empty.
	Because string
	Instead corpus.Ref
}

// GoneKind says how something is gone.
type GoneKind string

// The kinds of absence.
const (
	// History: kept, labelled, and not found by a search of the present.
	History GoneKind = "history"
	// Absent: deliberately not in the library.
	Absent GoneKind = "absent"
)

// Change is a row of what changed.
type Change struct {
	Cascade int
	Date    corpus.Date
	// Kind is "added", "replaced", "archived", "snapshot", "held", "drift opened", "drift resolved" or another such word.
	Kind string
	Ref  corpus.Ref
	// Before is the version that was current until then; "" when there was none.
	Before string
	// Text is a sentence on it, perhaps the change log's; may be empty.
	Text string
	// Sections are the headings that differ, in reading order.
	Sections []string
}

// Ref is how the row is cited.
func (d Document) Ref() corpus.Ref { return corpus.Ref{Document: d.Slug, Version: d.Label.Key()} }

// EpochsOf lists the epochs of a library, newest first: those of the rules in their order, with what puts a document into
// them, and those that documents name and no rule does. found must come newest first.
func EpochsOf(rules epoch.Rules, found []string) []Epoch {
	var out []Epoch
	known := map[string]bool{}
	for _, e := range rules.Epochs {
		n := Epoch{Name: e.Name}
		for _, r := range e.Rules {
			if m := mark(r); m != "" {
				n.Marks = append(n.Marks, m)
			}
		}
		known[e.Name] = true
		out = append(out, n)
	}
	var fresh []Epoch
	first := map[string]bool{"": true}
	found = slices.DeleteFunc(slices.Clone(found), func(name string) bool {
		again := first[name]
		first[name] = true
		return again
	})
	for i, name := range found {
		if known[name] {
			continue
		}
		e := Epoch{Name: name}
		// An epoch that no rule lists goes before the first listed one that was found after it, so that a new era is not
		// taken for an old one because nobody configured it yet.
		at := len(out)
		for _, later := range found[i+1:] {
			if k := indexOf(out, later); k >= 0 {
				at = k
				break
			}
		}
		if at == len(out) {
			fresh = append(fresh, e)
			continue
		}
		out = append(out[:at], append([]Epoch{e}, out[at:]...)...)
	}
	return append(out, fresh...)
}

func indexOf(list []Epoch, name string) int {
	for i, e := range list {
		if e.Name == name {
			return i
		}
	}
	return -1
}

func mark(r epoch.Rule) string {
	var parts []string
	if r.Marker != "" {
		parts = append(parts, `marked "`+r.Marker+`"`)
	}
	if r.Version != "" {
		parts = append(parts, "version "+r.Version)
	}
	if r.Date != "" {
		parts = append(parts, "dated "+r.Date)
	}
	if len(parts) == 0 {
		return ""
	}
	s := parts[0]
	for _, p := range parts[1:] {
		s += ", " + p
	}
	if r.Document != "" {
		s += " of " + string(r.Document)
	}
	return s
}
