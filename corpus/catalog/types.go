package catalog

import (
	"encoding/json"
	"time"

	"substrate/corpus"
	"substrate/corpus/identity"
	"substrate/epoch"
)

// Original is one file that was taken in.
type Original struct {
	Key        string // SHA-256 of the bytes, hexadecimal
	File       string // its name when first seen
	Size       int64
	Format     string // "pdf" or "markdown"
	Cascade    int    // that brought it
	Added      time.Time
	TextDigest string
	Reading    corpus.Reading // Sections are empty when listed
	Identity   corpus.Identity
	Identified string // digest of the options that Identity was made with
	Pages      int
	Bare       int // pages without text
	Sections   int
}

// Decision is what a person said about an original, by command or by a sidecar file.
type Decision struct {
	Key     string
	Said    identity.Said
	Source  string // "command" or "sidecar"
	Cascade int
	At      time.Time
}

// Sighting says that at a path these bytes were seen.
type Sighting struct {
	Seq     int
	Key     string
	Path    string
	Cascade int
}

// Generation names the index generation that belongs to a state.
type Generation struct {
	Name    string
	Digest  string
	Cascade int // the cascade that it was built for
}

// State is what a caller must know before it changes anything.
type State struct {
	Revision   int // counts commits of every kind
	Cascade    int // the newest that was not undone; 0 when there is none
	Next       int // number of the next cascade; numbers are never used twice
	Generation Generation
	Rules      string // digest of the rules that gave the standings
}

// Cascade is one recorded run.
type Cascade struct {
	Number int
	At     time.Time
	Kind   string
	Report json.RawMessage
	Undone *time.Time
}

// Row is one edition as lists show it.
type Row struct {
	Key, File, Format string
	Size              int64
	Added             time.Time
	Cascade           int
	Pages, Bare       int
	Sections          int
	Document          corpus.Slug
	Title             string
	Label             corpus.Label
	Date              corpus.Date
	Epoch             string
	Standing          epoch.Standing
	Rule, Because     string
	ReplacedBy        string // key
	Findable          bool
	Current           bool // the edition that stands for its document on the shelf
}

// Change is one transaction.
type Change struct {
	Expect int // State.Revision as the caller saw it
	At     time.Time
	Kind   string
	Report func(cascade int) (json.RawMessage, error)
	Add    []Original
	// Sections reads the sections of an added original, so that a large cascade need not be held in memory.
	Sections   func(key string) ([]corpus.Section, error)
	Sightings  []Sighting // Seq is given by the catalog
	Decisions  []Decision
	Identities map[string]corpus.Identity // made anew, by key
	Identified string                     // digest of the options of Identities
	Undo       int                        // cascade to take back; then no new cascade is recorded
	Quiet      bool                       // no cascade is recorded: only derived state changes
	Shelf      *epoch.Shelf
	Generation Generation
	Rules      string
	DriftNotes []json.RawMessage          // done by command, to be kept
	Issue      *Issue                     // the revision that this cascade issues
	Candidates []Candidate                // by fingerprint; ID is given by the catalog
	Derived    map[string]json.RawMessage // what the caller computes from all of this and wants to find again, by name
}
