// Package driftlog reads drift logs out of documents, keeps their entries' identity over versions, ties each entry to the
// sections it speaks of, and finds what no log has yet: echoes of values that changed, and statements that conflict.
//
// It is pure: documents come in as sections, answers go out as values. It keeps nothing and asks no clock.
//
// Words:
//
//   - Entry: a known inconsistency: document X says A; actually B.
//   - Log: the section of a central document that lists entries, in all of that document's versions.
//   - Echo: a value that a newer version changed and that another current document still repeats.
//   - Conflict: two current statements about the same thing with different values.
package driftlog

import (
	"strings"

	"substrate/corpus"
)

// Status of an entry.
type Status string

// The statuses. A closed entry left the log without a word.
const (
	Open     Status = "open"
	Resolved Status = "resolved"
	Closed   Status = "closed"
)

// Entry is a known inconsistency as a log has it.
type Entry struct {
	ID       string      `json:"id"`
	Found    corpus.Date `json:"found"`
	Document string      `json:"document"`          // as the log names it
	Version  string      `json:"version,omitempty"` // as the log has it; "" when it names none
	Section  string      `json:"section,omitempty"` // anchor, or the words for it; "" when the log names none
	Says     string      `json:"says"`
	Actually string      `json:"actually"`
	Status   Status      `json:"status"`
	By       string      `json:"by,omitempty"` // what resolved it, as the log says
	Row      int         `json:"row"`          // in its table or list, from 1
	Page     int         `json:"page,omitempty"`
	Anchor   string      `json:"anchor"` // of the section that holds the log
}

// Problem is a piece of a log that could not be read, or was read with a doubt.
type Problem struct {
	Where string `json:"where"` // ref of the log's section
	Page  int    `json:"page,omitempty"`
	Row   int    `json:"row,omitempty"`
	Text  string `json:"text"`
	Why   string `json:"why"`
}

// Key names an entry over the versions of its log: its id, or what it speaks of.
func (e Entry) Key() string {
	if e.ID != "" {
		return strings.ToUpper(strings.ReplaceAll(e.ID, " ", ""))
	}
	return "~" + string(corpus.MakeSlug(e.Document)) + "#" + corpus.MakeAnchor(e.Section) + "~" + string(corpus.MakeSlug(e.Says))
}

// Place is where the entry says that the wrong words stand, as people write it: "Phase 2 Guide V1.2 §4.1".
func (e Entry) Place() string {
	s := e.Document
	if e.Version != "" {
		s += " " + e.Version
	}
	if e.Section != "" {
		s += " §" + e.Section
	}
	return strings.TrimSpace(s)
}

// ResolvedIn reports whether a version resolved the entry, or a section of it.
func (e Entry) ResolvedIn(ref string) bool { return e.By == ref || strings.HasPrefix(e.By, ref+"#") }
