package prompts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"substrate/corpus"
	"substrate/epoch"
)

// state is Facts made ready: cleaned, in order, with the order in which rows would be shed.
type state struct {
	library string
	epochs  []EpochField
	docs    []DocumentField
	drift   []DriftField
	gone    []GoneField
	changes []ChangeField
	units   []string // the priorities, cut where they may be cut
	owner   string
	pending []string // findings without a place

	shedDocs []int     // indices of docs, the first to go first
	warnings []Warning // words that were withheld
}

// ready checks and orders facts.
func ready(f Facts) (*state, error) {
	s := &state{owner: ownersText(f.Owner)}
	s.library = s.safe("the library's name", f.Library, longestTitle)
	if s.library == "" {
		return nil, fmt.Errorf("the library has no name; Facts.Library is required")
	}
	for _, w := range f.Waiting {
		s.pending = append(s.pending, s.safe("findings", w, longestReason))
	}
	rank := map[string]int{}
	for i, e := range f.Epochs {
		name := s.safe(fmt.Sprintf("epoch %d", i+1), e.Name, longestTitle)
		if name == "" {
			return nil, fmt.Errorf("epoch %d has no name", i+1)
		}
		if _, twice := rank[e.Name]; twice {
			return nil, fmt.Errorf("epoch %q stands twice; list each once, newest first", e.Name)
		}
		rank[e.Name] = i
		var marks []string
		for _, m := range e.Marks {
			marks = append(marks, s.safe("epoch "+name, m, longestReason))
		}
		s.epochs = append(s.epochs, EpochField{Name: name, Marks: strings.Join(marks, "; "), Current: i == 0})
	}
	if err := s.readShelf(f, rank); err != nil {
		return nil, err
	}
	if err := s.readDrift(f); err != nil {
		return nil, err
	}
	if err := s.readGone(f); err != nil {
		return nil, err
	}
	s.readChanges(f)
	s.readPriorities(f)
	return s, nil
}

// safe is a document's words in one line, or what stands for them when they speak to a language model.
func (s *state) safe(where, text string, most int) string {
	if w := Suspicious(text); len(w) > 0 {
		for i := range w {
			w[i].Where = where
		}
		s.warnings = append(s.warnings, w...)
		return withheld
	}
	return clean(text, most)
}

var standings = []epoch.Standing{epoch.Authoritative, epoch.Held, epoch.Historical, epoch.Snapshot, epoch.Superseded}

func (s *state) readShelf(f Facts, rank map[string]int) error {
	drifting := map[corpus.Slug]bool{}
	for _, d := range f.Drift {
		drifting[d.Ref.Document] = true
	}
	changed := map[corpus.Slug]bool{}
	for _, c := range f.Changes {
		changed[c.Ref.Document] = true
	}
	docs := slices.Clone(f.Documents)
	era := func(d Document) int {
		if i, ok := rank[d.Epoch]; ok {
			return i
		}
		return len(rank)
	}
	for _, d := range docs {
		if d.Slug == "" {
			return fmt.Errorf("a document of the shelf has no slug (title %q)", d.Title)
		}
		if !slices.Contains(standings, d.Standing) {
			return fmt.Errorf("%s has no standing that is known: %q", d.Slug, d.Standing)
		}
	}
	slices.SortFunc(docs, func(a, b Document) int {
		return cmp.Or(
			cmp.Compare(slices.Index(standings, a.Standing), slices.Index(standings, b.Standing)), cmp.Compare(era(a), era(b)),
			cmp.Compare(a.Slug, b.Slug), -a.Label.Compare(b.Label), cmp.Compare(a.Label.String(), b.Label.String()), -a.Date.Compare(b.Date),
			cmp.Compare(a.Title, b.Title), cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.Because, b.Because))
	})
	for i, d := range docs {
		ref := d.Ref().String()
		s.docs = append(s.docs, DocumentField{
			Ref: ref, Slug: string(d.Slug), Title: s.safe(ref, d.Title, longestTitle), Version: s.safe(ref, d.Label.String(), longestTitle), Epoch: s.safe(ref, d.Epoch, longestTitle),
			Date: d.Date.String(), Standing: string(d.Standing), Because: s.safe(ref, d.Because, longestReason),
		})
		s.shedDocs = append(s.shedDocs, i)
	}
	// A document that stands as readers would expect is found anyway, with its standing; one that is held or historical, that
	// drifts or just changed, is where they go wrong. So the plain ones go first, the longest unchanged before others.
	worth := func(i int) int {
		d := docs[i]
		n := 0
		if drifting[d.Slug] {
			n += 4
		}
		if d.Standing != epoch.Authoritative {
			n += 2
		}
		if changed[d.Slug] {
			n++
		}
		return n
	}
	slices.SortStableFunc(s.shedDocs, func(a, b int) int {
		return cmp.Or(cmp.Compare(worth(a), worth(b)), docs[a].Date.Compare(docs[b].Date), -cmp.Compare(a, b))
	})
	return nil
}

func (s *state) readDrift(f Facts) error {
	list := slices.Clone(f.Drift)
	slices.SortFunc(list, func(a, b Drift) int {
		return cmp.Or(-a.Found.Compare(b.Found), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Ref.String(), b.Ref.String()), cmp.Compare(a.Place, b.Place),
			cmp.Compare(a.Says, b.Says), cmp.Compare(a.Actually, b.Actually), cmp.Compare(a.Recorded.String(), b.Recorded.String()))
	})
	for _, d := range list {
		if strings.TrimSpace(d.Actually) == "" {
			return fmt.Errorf("drift entry %q does not say what is so; Drift.Actually is required", d.ID)
		}
		id := s.safe("drift log", d.ID, longestTitle)
		r := DriftField{ID: id, Found: d.Found.String(), Actually: s.quote("drift "+id, d.Actually)}
		if strings.TrimSpace(d.Says) != "" {
			r.Says = s.quote("drift "+id, d.Says)
		}
		if r.Where = cite(d.Ref); r.Where == "" {
			r.Where = s.safe("drift "+id, d.Place, longestHeading)
		}
		r.Recorded = cite(d.Recorded)
		s.drift = append(s.drift, r)
	}
	return nil
}

func (s *state) quote(where, text string) string {
	if c := s.safe(where, text, longestQuote); c == withheld {
		return c
	}
	return quoted(text, longestQuote)
}

func (s *state) readGone(f Facts) error {
	list := slices.Clone(f.Gone)
	slices.SortFunc(list, func(a, b Gone) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Ref.String(), b.Ref.String()), cmp.Compare(a.Title, b.Title),
			cmp.Compare(a.Because, b.Because), cmp.Compare(a.Instead.String(), b.Instead.String()))
	})
	for _, g := range list {
		if g.Ref.Document == "" {
			return fmt.Errorf("what is gone has no reference (title %q)", g.Title)
		}
		kind := "history only"
		switch g.Kind {
		case History:
		case Absent:
			kind = "deliberately not here"
		default:
			return fmt.Errorf("%s is gone in no way that is known: %q; say history or absent", g.Ref, g.Kind)
		}
		ref := g.Ref.String()
		s.gone = append(s.gone, GoneField{Ref: cite(g.Ref), Title: s.safe(ref, g.Title, longestTitle), How: kind, Because: s.safe(ref, g.Because, longestReason), Instead: cite(g.Instead)})
	}
	return nil
}

func (s *state) readChanges(f Facts) {
	list := slices.Clone(f.Changes)
	slices.SortFunc(list, func(a, b Change) int {
		return cmp.Or(-cmp.Compare(a.Cascade, b.Cascade), -a.Date.Compare(b.Date), cmp.Compare(a.Ref.String(), b.Ref.String()), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Before, b.Before), cmp.Compare(a.Text, b.Text), slices.Compare(a.Sections, b.Sections))
	})
	for _, c := range list {
		where := c.Ref.String()
		r := ChangeField{Kind: s.safe(where, c.Kind, longestTitle), Ref: cite(c.Ref), Date: c.Date.String(), Cascade: c.Cascade, Before: s.safe(where, c.Before, longestTitle)}
		if t := s.safe(where, c.Text, longestReason); t != "" {
			r.Text = t
		}
		for i, h := range c.Sections {
			if i == 5 {
				r.Sections = append(r.Sections, fmt.Sprintf("and %d more", len(c.Sections)-5))
				break
			}
			r.Sections = append(r.Sections, s.safe(where, h, longestHeading))
		}
		s.changes = append(s.changes, r)
	}
}

// cite is a reference in its citation form; "" for the zero Ref.
func cite(r corpus.Ref) string {
	if r.Document == "" {
		return ""
	}
	return "[" + clean(r.String(), longestReason) + "]"
}
