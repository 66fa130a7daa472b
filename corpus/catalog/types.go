package catalog

import (
	"encoding/json"
	"time"

	"substrate/corpus"
	"substrate/epoch"
)

// Original is what is known of one file's bytes.
type Original struct {
	// Key is the SHA-256 of the bytes in lower-case hexadecimal.
	Key string
	// File is the base name and Path the absolute path under which the bytes were first ingested.
	File, Path string
	// Size in bytes.
	Size int64
	// Format is "pdf" or "markdown".
	Format string
	// Cascade is the number of the cascade that added it.
	Cascade int
	// Added is when that was, in UTC.
	Added time.Time
	// Reading is what the reader found, always without its Sections: see [Catalog.Sections].
	Reading corpus.Reading
	// Identity is what the original is, decisions included.
	Identity corpus.Identity
	// TextDigest is a digest of its words: two originals with one digest are one edition printed twice.
	TextDigest string
	// Sections is their number; Commit counts them itself.
	Sections int
	// Seq is the order of arrival over all originals and sightings. Commit gives the next ones to those that have 0.
	Seq int
	// IdentifiedWith is a digest of the options that gave Identity, so that changed rules show.
	IdentifiedWith string
}

// Decision is a person's word about an original. Empty fields say nothing; the newest decision wins field by field.
type Decision struct {
	// ID orders decisions, the oldest first; Commit gives it.
	ID  int
	Key string
	// Title, Version, Epoch, Date and Document are as the person wrote them.
	Title, Version, Epoch, Date, Document string
	// Because is the person's reason; it may be empty.
	Because string
	// Cascade and At are given by Commit: its number and time.
	Cascade int
	At      time.Time
}

// Sighting is the same bytes met again.
type Sighting struct {
	Key, File, Path string
	// Seq is the order of arrival over all originals and sightings. Commit gives the next one to a sighting that has 0.
	Seq int
	// Cascade and At are given by Commit: its number and time.
	Cascade int
	At      time.Time
}

// Cascade is one change of the library.
type Cascade struct {
	Number int
	At     time.Time
	// Kind is "ingest", "identify", "undo" or "rules".
	Kind string
	// Report is what the caller wants to show of it later, as JSON; never nil.
	Report json.RawMessage
	// Undone tells that a later cascade took it back, at UndoneAt.
	Undone   bool
	UndoneAt time.Time
	// RulesDigest is that of the rules in force after it.
	RulesDigest string
}

// KindUndo is the kind of a cascade that takes another one back. It cannot be taken back itself.
const KindUndo = "undo"

// Generation names the generation of the search index that belongs to a state.
type Generation struct {
	Name, Digest string
	// Cascade is the cascade whose state it holds.
	Cascade int
}

// State is where the library stands.
type State struct {
	// Cascade is the latest cascade that was not taken back; 0 in a new library.
	Cascade int
	// Next is the number that the next cascade gets.
	Next int
	// Seq is the highest order of arrival given so far.
	Seq         int
	Generation  Generation
	RulesDigest string
	// CurrentEpoch is the newest epoch of the stored shelf; "" when no edition names one.
	CurrentEpoch string
}

// Added is an original that enters the library, with its sections in reading order.
type Added struct {
	Original Original
	Sections []corpus.Section
}

// Reidentified is a new identity of an original that stays.
type Reidentified struct {
	Key            string
	Identity       corpus.Identity
	IdentifiedWith string
}

// Change is what one cascade does. A change of originals, identities or decisions needs the Shelf that follows from it.
type Change struct {
	// Expect is the State.Next that the caller saw, and so the number that the cascade gets.
	Expect int
	At     time.Time
	Kind   string
	// Report is any JSON; nil is stored as {}.
	Report    json.RawMessage
	Add       []Added
	Sightings []Sighting
	// Decisions about originals that are there or added. Each key must also be added or reidentified by the same change,
	// for an identity holds what was decided.
	Decisions    []Decision
	Reidentified []Reidentified
	// Undo is the number of a cascade to take back, 0 for none; see [Catalog.Undoing] for what that does and for the keys
	// that must be reidentified with it.
	Undo int
	// Shelf is stored whole; nil keeps the stored one.
	Shelf *epoch.Shelf
	// Generation nil keeps the stored one. Its Cascade 0 means the number of this cascade.
	Generation *Generation
	// RulesDigest "" keeps the stored one.
	RulesDigest string
}

// Row is an original with its verdict, made for lists: it comes without reading and identity.
type Row struct {
	Key, File, Path, Format string
	Size                    int64
	Added                   time.Time
	// Cascade is the number of the cascade that added it.
	Cascade int
	// Pages, BarePages (pages that show something but hold no text) and Sections are counts.
	Pages, BarePages, Sections int
	// Title, Label and Date are those of the edition as identified, decisions included.
	Title string
	Label corpus.Label
	Date  corpus.Date
	// DocumentTitle is the title of its document, which is that of the document's newest edition.
	DocumentTitle string
	// Editions and Held count the editions of its document, and those of them that wait for a person.
	Editions, Held int
	// Verdict comes without Rivals, except from [Catalog.Row].
	Verdict epoch.Verdict
	// ReplacedBy is the label of the edition that replaced it; the zero Label when none did or it has no label.
	ReplacedBy corpus.Label
}
