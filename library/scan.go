package library

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"substrate/corpus/catalog"
	"substrate/driftlog/change"
	"substrate/driftlog/claim"
	"substrate/driftlog/echo"
	"substrate/epoch"
)

// Candidate is an echo or a conflict that a person has not judged yet. The JSON form is stable.
type Candidate struct {
	ID    string `json:"id"` // "C-3"
	State string `json:"state"`
	echo.Candidate
	Note string `json:"note,omitempty"` // what was said when it was dismissed
}

// Scan is the outcome of a scan. The JSON form is stable.
type Scan struct {
	Library    string      `json:"library"`
	Cascade    int         `json:"cascade"`
	Documents  int         `json:"documents"` // that were compared
	Changes    int         `json:"changes"`   // values that changed in them
	New        int         `json:"new"`       // candidates that were not known before
	Gone       int         `json:"gone"`      // candidates whose words are not there any more
	Candidates []Candidate `json:"candidates"`
	Notes      []string    `json:"notes,omitempty"`
}

// ScanOptions say what is scanned.
type ScanOptions struct {
	All       bool // every document anew, instead of those that came since the last scan
	Dismissed bool // list dismissed candidates too
}

// scanned is what the catalog keeps of scans.
type scanned struct {
	Cascade int `json:"cascade"`
}

// Scan looks for what no drift log has: echoes of values that changed, and statements that conflict.
func (l *Library) Scan(ctx context.Context, o ScanOptions) (*Scan, error) {
	w, err := l.change(ctx, "substrate drift scan", 30*time.Second)
	if err != nil {
		return nil, err
	}
	defer w.close()
	raw, err := w.cat.Derived(ctx, "scanned")
	if err != nil {
		return nil, err
	}
	var since scanned
	if raw != nil && !o.All {
		_ = json.Unmarshal(raw, &since)
	}
	known, err := w.cat.Candidates(ctx)
	if err != nil {
		return nil, err
	}
	s := &scan{l: l, cat: w.cat, since: since.Cascade, sources: map[string]claim.Source{}, out: &Scan{Library: l.Name(), Cascade: w.state.Cascade, Candidates: []Candidate{}}}
	if s.rows, err = w.cat.All(ctx); err != nil {
		return nil, err
	}
	found, err := s.run(ctx)
	if err != nil {
		return nil, err
	}
	put, err := s.reconcile(ctx, found, known)
	if err != nil {
		return nil, err
	}
	mark, err := json.Marshal(scanned{max(since.Cascade, w.state.Cascade)})
	if err != nil {
		return nil, err
	}
	_, err = w.cat.Commit(ctx, catalog.Change{
		Expect: w.state.Revision, At: l.Now(), Quiet: true, Generation: w.state.Generation, Rules: w.state.Rules,
		Candidates: put, Derived: map[string]json.RawMessage{"scanned": mark},
	})
	if err != nil {
		return nil, err
	}
	list, err := w.cat.Candidates(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		if c.State == "open" || o.Dismissed && c.State == "dismissed" {
			x, err := candidateOf(c)
			if err != nil {
				return nil, err
			}
			s.out.Candidates = append(s.out.Candidates, x)
		}
	}
	return s.out, nil
}

// scan is one run.
type scan struct {
	l       *Library
	cat     *catalog.Catalog
	since   int
	rows    []catalog.Row // by document, oldest first
	sources map[string]claim.Source
	out     *Scan
}

func (s *scan) source(ctx context.Context, r catalog.Row) (claim.Source, error) {
	if src, ok := s.sources[r.Key]; ok {
		return src, nil
	}
	src, err := sourceOf(ctx, s.cat, r)
	s.sources[r.Key] = src
	return src, err
}

// speaks says that a version states how things are: echoes and conflicts are sought among these only.
func speaks(r catalog.Row) bool { return r.Current && r.Standing == epoch.Authoritative }

// run compares what is new and looks for it in the other documents.
func (s *scan) run(ctx context.Context) ([]echo.Candidate, error) {
	var changes []echo.Changed
	var fresh []echo.Said
	compared := map[string]bool{}
	for i, r := range s.rows {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("stopped before anything was changed: %w", err)
		}
		if !speaks(r) {
			continue
		}
		c, f, err := s.document(ctx, i)
		if err != nil {
			return nil, err
		}
		if c != nil || f != nil {
			compared[r.Key] = true
		}
		changes = append(changes, c...)
		fresh = append(fresh, f...)
	}
	s.out.Documents, s.out.Changes = len(compared), len(changes)
	if len(compared) == 0 {
		s.out.Notes = append(s.out.Notes, "nothing has changed since the last scan; substrate drift scan --all looks at everything anew")
		return nil, nil
	}
	pool, err := s.pool(ctx, changes, fresh)
	if err != nil {
		return nil, err
	}
	out, err := echo.Echoes(ctx, changes, pool)
	if err != nil {
		return nil, fmt.Errorf("stopped before anything was changed: %w", err)
	}
	conflicts, err := echo.Conflicts(ctx, fresh, pool, out)
	if err != nil {
		return nil, fmt.Errorf("stopped before anything was changed: %w", err)
	}
	return s.unlogged(ctx, append(out, conflicts...))
}

// document compares the current version at rows[i] with those before it that a scan has not seen.
func (s *scan) document(ctx context.Context, i int) ([]echo.Changed, []echo.Said, error) {
	cur := s.rows[i]
	if cur.Cascade <= s.since {
		return nil, nil, nil
	}
	src, err := s.source(ctx, cur)
	if err != nil {
		return nil, nil, err
	}
	if i == 0 || s.rows[i-1].Document != cur.Document {
		return nil, said(src, cur, src.All()), nil
	}
	var changes []echo.Changed
	var fresh []echo.Said
	for k := i; k > 0 && s.rows[k-1].Document == cur.Document && s.rows[k].Cascade > s.since; k-- {
		old, err := s.source(ctx, s.rows[k-1])
		if err != nil {
			return nil, nil, err
		}
		// Each older version is held against the current one: what a version between them said does not matter any more.
		d := change.Compare(old, src)
		for _, v := range d.Values() {
			changes = append(changes, echo.Changed{
				Value: v, Document: cur.Document, Title: cur.Title,
				OldRef: refAt(s.rows[k-1], old.Sections[v.Old.Section].Anchor), NewRef: refAt(cur, src.Sections[v.New.Section].Anchor),
			})
		}
		if k == i {
			fresh = append(fresh, said(src, cur, d.Fresh())...)
		}
	}
	return changes, fresh, nil
}

func refAt(r catalog.Row, anchor string) string {
	ref := refOf(r.Document, r.Label)
	ref.Anchor = anchor
	return ref.String()
}

func said(src claim.Source, r catalog.Row, list []claim.Claim) []echo.Said {
	out := make([]echo.Said, 0, len(list))
	for _, c := range list {
		a := src.Sections[c.Section].Anchor
		out = append(out, echo.Make(c, r.Document, r.Title, refAt(r, a), r.Key, a, r.Date))
	}
	return out
}
