package library

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/driftlog"
	"substrate/driftlog/echo"
)

// unlogged drops what the drift log knows.
func (s *scan) unlogged(ctx context.Context, list []echo.Candidate) ([]echo.Candidate, error) {
	raw, err := s.cat.Derived(ctx, "drift")
	if err != nil {
		return nil, err
	}
	st := &driftState{}
	if raw != nil {
		if err := json.Unmarshal(raw, st); err != nil {
			return nil, err
		}
	}
	out := list[:0]
	for _, c := range list {
		if !st.tells(c.Ref, c.Value) && !(c.Kind == echo.Conflict && st.tells(c.Other, c.OtherValue)) {
			out = append(out, c)
		}
	}
	return out, nil
}

// tells says that an entry, open or not, speaks of a value in a section.
func (st *driftState) tells(ref, val string) bool {
	for _, e := range st.Entries {
		if e.Status == driftlog.Closed || !strings.Contains(squash(e.Says), squash(val)) {
			continue
		}
		for _, t := range e.Targets {
			if t.Ref == ref {
				return true
			}
		}
	}
	return false
}

func squash(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }

func fingerprint(c echo.Candidate) string {
	return digest([]string{string(c.Kind), c.Ref, c.Text, c.Value, c.Other, c.OtherValue})
}

// reconcile joins what was found with what is known: known candidates keep their number and their judgement, those whose words
// are not current any more are gone.
func (s *scan) reconcile(ctx context.Context, found []echo.Candidate, known []catalog.Candidate) ([]catalog.Candidate, error) {
	by := map[string]catalog.Candidate{}
	for _, k := range known {
		by[k.Fingerprint] = k
	}
	var put []catalog.Candidate
	seen := map[string]bool{}
	for _, c := range found {
		f := fingerprint(c)
		raw, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		seen[f] = true
		if k, ok := by[f]; ok && k.State != "gone" {
			continue
		}
		s.out.New++
		put = append(put, catalog.Candidate{Fingerprint: f, State: "open", Candidate: raw})
	}
	current := map[string]bool{}
	for _, r := range s.rows {
		if speaks(r) {
			current[refOf(r.Document, r.Label).String()] = true
		}
	}
	for _, k := range known {
		if k.State != "open" || seen[k.Fingerprint] {
			continue
		}
		x, err := candidateOf(k)
		if err != nil {
			return nil, err
		}
		gone := !current[version(x.Ref)] || !current[version(x.Other)]
		if !gone && s.since == 0 {
			gone = true // everything was looked at, and it was not found again
		}
		if gone {
			s.out.Gone++
			k.State, k.Because = "gone", "its words are not current any more"
			put = append(put, k)
		}
	}
	return put, nil
}

// version is a section's reference without the section.
func version(ref string) string {
	v, _, _ := strings.Cut(ref, "#")
	return v
}

func candidateOf(c catalog.Candidate) (Candidate, error) {
	x := Candidate{ID: "C-" + strconv.Itoa(c.ID), State: c.State, Note: c.Because}
	if err := json.Unmarshal(c.Candidate, &x.Candidate); err != nil {
		return x, fmt.Errorf("candidate %s: %w", x.ID, err)
	}
	return x, nil
}

// Judge accepts a candidate, which makes it an entry of the drift log, or dismisses it for good.
func (l *Library) Judge(ctx context.Context, id string, accept bool, because string) (*Candidate, *driftlog.State, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer s.done()
	list, err := s.cat.Candidates(ctx)
	if err != nil {
		return nil, nil, err
	}
	var ids []string
	for _, k := range list {
		c, err := candidateOf(k)
		if err != nil {
			return nil, nil, err
		}
		if k.State == "open" {
			ids = append(ids, c.ID)
		}
		if !strings.EqualFold(c.ID, id) {
			continue
		}
		if k.State != "open" {
			return nil, nil, fmt.Errorf("%s is %s already; nothing was changed", c.ID, k.State)
		}
		if !accept && strings.TrimSpace(because) == "" {
			return nil, nil, fmt.Errorf("say why %s is none, so that nobody wonders later: --because \"…\"", c.ID)
		}
		k.State, k.Because = "dismissed", because
		var entry string
		var note func(*driftState, []driftlog.Note) (driftlog.Note, error)
		if accept {
			k.State = "accepted"
			note = func(st *driftState, notes []driftlog.Note) (driftlog.Note, error) {
				ref, err := corpus.ParseRef(c.Ref)
				if err != nil {
					return driftlog.Note{}, err
				}
				entry = freeID(st, notes)
				why := c.Because
				if because != "" {
					why = because
				}
				return driftlog.Note{Kind: "add", ID: entry, Document: string(ref.Document), Version: corpus.ParseLabel(ref.Version).String(), Section: ref.Anchor, Says: c.Text, Actually: c.OtherText + " (" + c.Other + ")", Because: why}, nil
			}
		}
		if err := l.noteDrift(ctx, note, k); err != nil {
			return nil, nil, err
		}
		c.State, c.Note = k.State, because
		if !accept {
			return &c, nil, nil
		}
		e, err := l.DriftEntry(ctx, entry)
		return &c, e, err
	}
	sort.Strings(ids)
	hint := "substrate drift scan lists them"
	if len(ids) > 0 {
		hint = "open are " + strings.Join(ids[:min(20, len(ids))], ", ")
	}
	return nil, nil, fmt.Errorf("%w: no candidate %q; %s", ErrNotFound, id, hint)
}
