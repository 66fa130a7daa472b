package driftlog

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"substrate/corpus"
	"substrate/driftlog/claim"
	"substrate/driftlog/value"
)

// Edition is one version of a central document, with what its log says.
type Edition struct {
	Document corpus.Slug
	Label    corpus.Label
	Date     corpus.Date
	Ref      string // of the log's section
	Current  bool   // it stands for its document now
	Entries  []Entry
	Problems []Problem
}

// Note is what a person did about drift by command.
type Note struct {
	Seq      int       `json:"-"`
	Kind     string    `json:"kind"` // "add", "resolve", "dismiss"
	ID       string    `json:"id"`   // of the entry or candidate
	Document string    `json:"document,omitempty"`
	Version  string    `json:"version,omitempty"`
	Section  string    `json:"section,omitempty"`
	Says     string    `json:"says,omitempty"`
	Actually string    `json:"actually,omitempty"`
	By       string    `json:"by,omitempty"`
	Because  string    `json:"because,omitempty"`
	At       time.Time `json:"at"`
}

// State is an entry as it stands now.
type State struct {
	Entry
	RecordedIn string   `json:"recorded_in"` // ref of the newest log that has it; "this library" for one added by command
	Since      string   `json:"since"`       // ref of the first log that has it
	Because    string   `json:"because"`     // why it has its status
	Also       []string `json:"also,omitempty"`
	Target     string   `json:"target,omitempty"`  // ref of the section that it speaks of, as far as it was found
	Targets    []Target `json:"targets,omitempty"` // every section that must not be quoted without it
	Gone       string   `json:"gone,omitempty"`    // why its target is not there any more: a person may resolve it
	Note       string   `json:"note,omitempty"`    // what a command said about it
}

// Target is a section of a version.
type Target struct {
	Ref    string `json:"ref"`
	Key    string `json:"key"`
	Anchor string `json:"anchor"`
}

// Merge makes one list of all editions of all logs, newest found first. Entries keep their identity by id, or by document and words.
func Merge(editions []Edition, notes []Note) []State {
	byDoc := map[corpus.Slug][]Edition{}
	var docs []corpus.Slug
	for _, e := range editions { // oldest first
		if len(byDoc[e.Document]) == 0 {
			docs = append(docs, e.Document)
		}
		byDoc[e.Document] = append(byDoc[e.Document], e)
	}
	var out []State
	for _, d := range docs {
		out = append(out, mergeOne(byDoc[d])...)
	}
	out = apply(out, notes)
	sort.SliceStable(out, func(i, j int) bool {
		if c := out[i].Found.Compare(out[j].Found); c != 0 {
			return c > 0
		}
		return out[i].ID > out[j].ID
	})
	return out
}

func mergeOne(list []Edition) []State {
	at := map[string]int{}
	var out []State
	lastSeen := map[int]int{}
	for n, ed := range list {
		for _, e := range ed.Entries {
			i, known := at[e.Key()]
			if !known {
				i, known = at[bare(e)]
			}
			if !known {
				i = len(out)
				out = append(out, State{Since: ed.Ref})
			}
			s := &out[i]
			found := s.Found
			s.Entry, s.RecordedIn = e, ed.Ref
			if s.Found.IsZero() {
				s.Found = found
			}
			if s.Found.IsZero() {
				s.Found = ed.Date
			}
			at[e.Key()], at[bare(e)] = i, i
			lastSeen[i] = n
		}
	}
	newest := list[len(list)-1]
	for i := range out {
		s := &out[i]
		name := list[lastSeen[i]].Label.String()
		switch {
		case lastSeen[i] < len(list)-1:
			gone := list[lastSeen[i]+1].Label.String()
			if s.Status == Open {
				s.Status, s.Because = Closed, "absent since "+gone
			} else {
				s.Because = "resolved in the log of " + name + ", absent since " + gone
			}
		case s.Status == Resolved:
			s.Because = "the log of " + newest.Label.String() + " says so"
			if s.By != "" {
				s.Because += ": " + s.By
			}
		default:
			s.Because = "listed in the log of " + strings.TrimSpace(newest.Label.String())
		}
		if s.ID == "" {
			s.ID = unnamed(s.Entry)
		}
	}
	return out
}

// bare names an entry by place and words, without its id.
func bare(e Entry) string {
	e.ID = ""
	return e.Key()
}

// unnamed is the id of an entry that its log gave none: it holds as long as its words do.
func unnamed(e Entry) string {
	h := uint32(2166136261)
	for _, c := range []byte(bare(e)) {
		h = (h ^ uint32(c)) * 16777619
	}
	return fmt.Sprintf("N-%04x", h&0xffff)
}

// apply adds what was done by command. An added entry that a log carries now is that log's entry, and only known by both ids.
func apply(list []State, notes []Note) []State {
	for _, n := range notes {
		switch n.Kind {
		case "add":
			e := Entry{ID: n.ID, Found: corpus.DateOf(n.At), Document: n.Document, Version: n.Version, Section: n.Section, Says: n.Says, Actually: n.Actually, Status: Open}
			if i := sameEntry(list, e); i >= 0 {
				list[i].Also = append(list[i].Also, n.ID)
				continue
			}
			because := "added by command"
			if n.Because != "" {
				because += ": " + n.Because
			}
			list = append(list, State{Entry: e, RecordedIn: "this library", Since: "this library", Because: because, Note: n.Because})
		case "resolve":
			for i := range list {
				if Named(list[i], n.ID) && list[i].Status == Open {
					list[i].Status, list[i].By = Resolved, n.By
					list[i].Because = strings.TrimSpace("resolved by command on " + corpus.DateOf(n.At).String())
					if n.By != "" {
						list[i].Because += " by " + n.By
					}
					if n.Because != "" {
						list[i].Because += ": " + n.Because
					}
				}
			}
		}
	}
	return list
}

// Named says that id means an entry, now or formerly, however its case is written.
func Named(s State, id string) bool {
	want := sameID(id)
	return sameID(s.ID) == want || slices.ContainsFunc(s.Also, func(a string) bool { return sameID(a) == want })
}

var leadingZeros = regexp.MustCompile(`(^|[^0-9])0+([0-9])`)

// sameID is what ids that mean the same have in common: d-7 is D-07.
func sameID(id string) string {
	return leadingZeros.ReplaceAllString(strings.ToLower(strings.TrimSpace(id)), "$1$2")
}

// sameEntry finds the entry of a log that tells the same as an added one.
func sameEntry(list []State, e Entry) int {
	for i, s := range list {
		if s.RecordedIn == "this library" {
			continue
		}
		a, b := corpus.MakeSlug(s.Document), corpus.MakeSlug(e.Document)
		if a != b && !strings.Contains(string(b), string(a)) && !strings.Contains(string(a), string(b)) {
			continue
		}
		if sameWords(s.Says, e.Says) && sameWords(s.Actually, e.Actually) {
			return i
		}
	}
	return -1
}

// sameWords says that two short texts tell the same: the same values, and most words of the shorter.
func sameWords(a, b string) bool {
	if corpus.MakeSlug(a) == corpus.MakeSlug(b) {
		return true
	}
	x, y := value.Extract(a), value.Extract(b)
	common := 0
	for _, v := range x {
		for _, w := range y {
			if v.Kind != value.Name && value.Same(v, w) {
				common++
				break
			}
		}
	}
	if common == 0 {
		return false
	}
	s, t := claim.Words(a), claim.Words(b)
	return min(len(s), len(t)) == 0 || claim.Overlap(s, t) >= 0.5
}
