// Package epoch decides which editions of which documents are authoritative, and says why.
//
// It is pure: [Shelve] maps a set of editions and the library's rules to a [Shelf], with no clock and no I/O, so
// the order in which editions arrived cannot change the answer and a past state is had by leaving editions out.
// It does not read documents (corpus/identity finds what an edition says of itself) and does not keep anything.
//
// Words:
//
//   - Edition: the facts about one original: title, label, date, epoch marker, what it supersedes.
//   - Epoch: a named era. The newest is authoritative; documents that were last issued in an earlier one are historical.
//   - Standing: what an edition is worth, always with the rule that gave it and a sentence why.
//   - Shelf: every document with its editions in order and its current one.
package epoch

import "substrate/corpus"

// Standing is what an edition is worth to somebody who asks what is true now.
type Standing string

const (
	// Authoritative: current version of its document, current epoch.
	Authoritative Standing = "authoritative"
	// Historical: current version of its document, earlier epoch: how things were built, not necessarily how they are.
	Historical Standing = "historical"
	// Snapshot: last version of an earlier epoch, kept once a newer epoch has a version of the same document.
	Snapshot Standing = "snapshot"
	// Superseded: replaced; archived, never in the search index.
	Superseded Standing = "superseded"
	// Held: ambiguous; a person decides.
	Held Standing = "held"
)

// The rules that give a standing.
const (
	RuleNewest       = "newest-version"
	RuleOnly         = "only-version"
	RuleEarlierEpoch = "earlier-epoch"
	RuleSnapshot     = "epoch-snapshot"
	RuleReplaced     = "replaced"
	RuleDraft        = "draft"
	RuleEvidence     = "evidence-disagrees"
	RuleSameVersion  = "same-version"
	RuleNoVersion    = "no-version"
	RuleNoOrder      = "no-order"
)

// Edition is what is known of one original.
type Edition struct {
	// Key is the SHA-256 of the original bytes in hexadecimal.
	Key   string
	Title string
	Label corpus.Label
	Date  corpus.Date
	// Marker is the epoch as the document says it ("EPOCH 2"); "" when it says none.
	Marker     string
	Supersedes []corpus.Claim
	// Conflict is a sentence when the evidence for what this is disagrees.
	Conflict string
	// Text is a digest of the words of the edition: two files with one Text are one edition printed twice.
	Text string
	// Decided says that a person gave this edition its version by hand.
	Decided bool
	// File is the name shown to people; Path and Seq tell edits of one unversioned file apart:
	// of editions with the same Path the one with the higher Seq was read later.
	File, Path string
	Seq        int
}

// Verdict is the answer of the rules for one edition.
type Verdict struct {
	Key      string      `json:"key"`
	Document corpus.Slug `json:"document"`
	Standing Standing    `json:"standing"`
	Rule     string      `json:"rule"`
	Because  string      `json:"because"`
	// Epoch is the edition's epoch by marker, rule or succession; "" when none is known.
	Epoch string `json:"epoch"`
	// ReplacedBy is the key of the next edition that was issued after this one; "" for current and held editions.
	ReplacedBy string `json:"replaced_by,omitempty"`
	// Rivals are the keys of the other editions that the rules weighed against this one.
	Rivals []string `json:"rivals,omitempty"`
	// Findable says that search of the present may return the edition: it is current, or it is
	// held and its document has no current edition, so that leaving it out would lose a current statement.
	Findable bool `json:"findable"`
}

// Document is one document of the shelf.
type Document struct {
	Slug  corpus.Slug `json:"slug"`
	Title string      `json:"title"`
	// Aliases are the slugs of former titles.
	Aliases []corpus.Slug `json:"aliases,omitempty"`
	// Current is the key of the current edition; "" when a person has to decide.
	Current string `json:"current,omitempty"`
	// Editions are the keys of all editions, oldest first; held ones stand last.
	Editions []string `json:"editions"`
}

// Shelf is the state of a library as the rules see it.
type Shelf struct {
	Documents []Document         // by slug
	Verdicts  map[string]Verdict // by key
	Editions  map[string]Edition // by key
	// CurrentEpoch is the newest epoch that any edition belongs to; "" when no edition names one.
	CurrentEpoch string
}

// Lookup finds a document by slug or former slug.
func (s *Shelf) Lookup(slug corpus.Slug) (Document, bool) {
	for _, d := range s.Documents {
		if d.Slug == slug {
			return d, true
		}
	}
	for _, d := range s.Documents {
		for _, a := range d.Aliases {
			if a == slug {
				return d, true
			}
		}
	}
	return Document{}, false
}
