package library

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"substrate/capture"
	"substrate/corpus/catalog"
)

// sessions opens the catalog to write what sessions say. It takes no lock of the library: a cascade that runs for minutes
// must not keep a finding waiting, and both change different things.
func (l *Library) sessions(ctx context.Context) (*catalog.Catalog, error) {
	return catalog.Open(ctx, l.state(), catalog.ReadWrite)
}

// Captured is the answer to a finding. The JSON form is stable.
type Captured struct {
	Finding capture.Finding `json:"finding"`
	Session capture.Session `json:"session"`
	Again   bool            `json:"again"`  // it was there already
	Opened  bool            `json:"opened"` // a session was opened for it
	Notes   []string        `json:"notes,omitempty"`
}

// CaptureOptions say what is done with a finding besides keeping it.
type CaptureOptions struct {
	Later bool // it is placed when it is looked at next
	Drift bool // a statement that it contradicts goes into the drift log
}

// Capture keeps a finding and says where it would go; see [Library.CaptureWith].
func (l *Library) Capture(ctx context.Context, f capture.Finding) (*Captured, error) {
	return l.CaptureWith(ctx, f, CaptureOptions{})
}

// CaptureWith keeps a finding. It is on the disk when this returns; what cannot be placed is kept all the same. Without a
// session number it belongs to the one that is open, or to a new one.
func (l *Library) CaptureWith(ctx context.Context, f capture.Finding, o CaptureOptions) (*Captured, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	out := &Captured{}
	var err error
	if f.To != "" {
		if f.To, err = l.target(ctx, f.To); err != nil {
			return nil, err
		}
	}
	cat, err := l.sessions(ctx)
	if err != nil {
		return nil, err
	}
	defer cat.Close()
	if out.Session, out.Opened, err = l.sessionFor(ctx, cat, f); err != nil {
		return nil, err
	}
	f.Session, f.At, f.State, f.Places = out.Session.ID, l.Now(), capture.Pending, []capture.Place{}
	keep := func() error {
		raw, err := json.Marshal(f)
		if err != nil {
			return err
		}
		f.ID, out.Again, err = cat.AddFinding(ctx, catalog.Finding{Retry: f.Retry(), Session: f.Session, At: f.At, State: string(f.State), Finding: raw})
		return err
	}
	if err := keep(); err != nil {
		return nil, err
	}
	if out.Again {
		list, err := findings(ctx, cat, f.Session, "")
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(list, func(o capture.Finding) bool { return o.ID == f.ID }); i >= 0 {
			f = list[i]
		}
	}
	out.Finding = f
	if o.Later {
		return out, nil
	}
	// From here on the finding is safe; what fails now is told beside it.
	if f.Places, err = l.Place(ctx, f); err != nil {
		out.Notes = append(out.Notes, "it is kept, but not placed: "+err.Error())
	} else if err := setFinding(ctx, cat, f); err != nil {
		out.Notes = append(out.Notes, err.Error())
	}
	l.contradiction(ctx, &f, out, o.Drift)
	out.Finding = f
	return out, nil
}

// contradiction tells of a current statement that the finding says is not so, and puts it into the drift log when asked to.
func (l *Library) contradiction(ctx context.Context, f *capture.Finding, out *Captured, record bool) {
	if len(f.Places) == 0 || f.Places[0].Form != capture.Replace || f.Places[0].Old == "" {
		return
	}
	p := f.Places[0]
	if !record {
		out.Notes = append(out.Notes, fmt.Sprintf("it contradicts %s, which says: %s. A revision will correct it; until then the drift log can: substrate drift add --ref %s --says %q --actually %q",
			p.Ref, p.Old, p.Ref, p.Old, f.Title(200)))
		return
	}
	e, err := l.AddDrift(ctx, DriftNew{Ref: p.Ref, Says: p.Old, Actually: f.Title(200), Because: fmt.Sprintf("finding F-%d", f.ID)})
	if err != nil {
		out.Notes = append(out.Notes, "the contradiction was not put into the drift log: "+err.Error())
		return
	}
	out.Notes = append(out.Notes, fmt.Sprintf("%s contradicts it and carries %s of the drift log from now on", p.Ref, e.ID))
}

// target is where a person said that a finding goes: a section or a document that must be there.
func (l *Library) target(ctx context.Context, to string) (string, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return "", err
	}
	defer s.done()
	ref, row, rows, err := l.resolve(ctx, s.cat, to)
	if err != nil {
		return "", err
	}
	for _, r := range rows {
		if r.Current {
			row = r // a finding goes into the version that is current, whichever was named
		}
	}
	if ref.Anchor == "" {
		return refOf(row.Document, row.Label).String(), nil
	}
	outline, err := s.cat.Outline(ctx, row.Key)
	if err != nil {
		return "", err
	}
	i := findSection(outline, ref.Anchor)
	if i < 0 {
		return "", fmt.Errorf("%w: %s has no section %q; substrate show %s lists them", ErrNotFound, refOf(row.Document, row.Label), ref.Anchor, row.Document)
	}
	return refAt(row, outline[i].Anchor), nil
}

// sessionFor is the session that a finding belongs to.
func (l *Library) sessionFor(ctx context.Context, cat *catalog.Catalog, f capture.Finding) (s capture.Session, opened bool, err error) {
	open, err := cat.Sessions(ctx, f.Session == 0)
	if err != nil {
		return s, false, err
	}
	for _, o := range open {
		if f.Session != 0 && o.ID != f.Session {
			continue
		}
		s = sessionOf(o)
		if f.Session != 0 && s.Ended != nil {
			return s, false, fmt.Errorf("session %d was ended at %s; leave the session out to capture into the open one", s.ID, s.Ended.Local().Format("2006-01-02 15:04"))
		}
		return s, false, nil
	}
	if f.Session != 0 {
		return s, false, fmt.Errorf("%w: no session %d; substrate session list shows them", ErrNotFound, f.Session)
	}
	s, err = l.addSession(ctx, cat, capture.Session{By: f.By})
	return s, true, err
}

func (l *Library) addSession(ctx context.Context, cat *catalog.Catalog, s capture.Session) (capture.Session, error) {
	s.At = l.Now()
	raw, err := json.Marshal(s)
	if err != nil {
		return s, err
	}
	s.ID, err = cat.AddSession(ctx, catalog.Session{At: s.At, Session: raw})
	return s, err
}

func sessionOf(c catalog.Session) capture.Session {
	var s capture.Session
	_ = json.Unmarshal(c.Session, &s) // as this package wrote it
	s.ID, s.At = c.ID, c.At
	if !c.Ended.IsZero() {
		s.Ended = &c.Ended
	}
	return s
}

func findings(ctx context.Context, cat *catalog.Catalog, session int, state capture.State) ([]capture.Finding, error) {
	list, err := cat.Findings(ctx, session, string(state))
	if err != nil {
		return nil, err
	}
	out := []capture.Finding{}
	for _, c := range list {
		var f capture.Finding
		if err := json.Unmarshal(c.Finding, &f); err != nil {
			return nil, fmt.Errorf("finding %d: %w", c.ID, err)
		}
		f.ID, f.Session, f.At, f.State, f.Revision = c.ID, c.Session, c.At, capture.State(c.State), c.Revision
		if f.State == capture.Pending || f.State == capture.Drafted {
			f.Settled = "" // an undo may have brought it back
		}
		out = append(out, f)
	}
	return out, nil
}

func setFinding(ctx context.Context, cat *catalog.Catalog, f capture.Finding) error {
	return cat.SetFinding(ctx, findingRow(f))
}

func findingRow(f capture.Finding) catalog.Finding {
	raw, _ := json.Marshal(f) // strings and numbers only
	return catalog.Finding{ID: f.ID, State: string(f.State), Revision: f.Revision, Finding: raw}
}

// Findings lists findings by number: those in a state, or all with "".
func (l *Library) Findings(ctx context.Context, state capture.State) ([]capture.Finding, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	return findings(ctx, s.cat, 0, state)
}

// FindingCounts counts findings by state, and tells when the newest of all was captured, to the second; the zero time is never.
// Unlike Findings it reads none of them.
func (l *Library) FindingCounts(ctx context.Context) (counts map[capture.State]int, newest time.Time, err error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer s.done()
	list, err := s.cat.FindingCounts(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	counts = map[capture.State]int{}
	for _, x := range list {
		counts[capture.State(x.State)] = x.Count
		if x.Newest.After(newest) {
			newest = x.Newest
		}
	}
	return counts, newest, nil
}
