package library

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"substrate/driftlog"
	"substrate/driftlog/claim"
	"substrate/driftlog/echo"
	"substrate/epoch"
	"substrate/index"
)

// Checked is what the library says about a statement. The JSON form is stable.
type Checked struct {
	Statement string    `json:"statement"`
	Verdict   string    `json:"verdict"` // "supported", "contradicted", "drifted", "historical", "unknown"
	Because   string    `json:"because"`
	For       []Witness `json:"for"`
	Against   []Witness `json:"against"`
	Drift     []Drift   `json:"drift"`
	Searched  string    `json:"searched"`
	Notes     []string  `json:"notes,omitempty"`
}

// Witness is a passage that speaks for or against a statement.
type Witness struct {
	Ref      string         `json:"ref"`
	Standing epoch.Standing `json:"standing"`
	Date     string         `json:"date"`
	Value    string         `json:"value"`
	Text     string         `json:"text"`
	Drift    []Drift        `json:"drift"`
}

// Check holds a statement against the library.
func (l *Library) Check(ctx context.Context, statement string) (*Checked, error) {
	if strings.TrimSpace(statement) == "" {
		return nil, errors.New("there is no statement to check; write one: substrate check \"retention is 45 days\"")
	}
	s, _, err := l.searcher(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	st, err := l.drift(ctx, s)
	if err != nil {
		return nil, err
	}
	out := &Checked{Statement: statement, Verdict: "unknown", For: []Witness{}, Against: []Witness{}, Drift: []Drift{}}
	now, past, err := l.witnesses(ctx, s, statement)
	if err != nil {
		return nil, err
	}
	var agree, deny, drifted, old []Witness
	sure := 0.0
	for _, f := range now {
		sure = max(sure, f.Score)
	}
	for _, f := range now {
		w, err := l.witness(ctx, s, st, f)
		if err != nil {
			return nil, err
		}
		switch {
		case f.Agrees && len(w.Drift) > 0 && denies(w.Drift, statement):
			drifted = append(drifted, w)
		case f.Agrees && w.Standing == epoch.Historical:
			old = append(old, w)
		case f.Agrees:
			agree = append(agree, w)
		case w.Standing != epoch.Historical && len(w.Drift) == 0 && f.Score >= weak*sure:
			deny = append(deny, w)
		}
	}
	for _, f := range past {
		if f.Agrees {
			w, err := l.witness(ctx, s, st, f)
			if err != nil {
				return nil, err
			}
			old = append(old, w)
		}
	}
	for _, e := range st.Entries {
		if e.Status == driftlog.Open && driftlog.Answers(e, statement) {
			out.Drift = append(out.Drift, Drift{e.ID, e.Says, e.Actually, e.Found.String(), string(e.Status), e.RecordedIn})
		}
	}
	out.judge(agree, deny, drifted, old)
	all, err := s.cat.Shelf(ctx)
	if err != nil {
		return nil, err
	}
	out.Searched = fmt.Sprintf("the current versions of %d documents, then all earlier versions", len(all))
	if out.Verdict == "unknown" && len(now) == 0 {
		out.Notes = append(out.Notes, l.nearby(ctx, s, statement)...)
	}
	return out, nil
}

// judge names the verdict: what is known to be false is drifted whoever else says it; a current statement for it beats one
// against it only if nothing speaks against it as surely.
func (c *Checked) judge(agree, deny, drifted, old []Witness) {
	c.Against = append(c.Against, deny[:min(5, len(deny))]...)
	switch {
	case len(drifted) > 0:
		d := drifted[0].Drift[0]
		c.Verdict, c.For = "drifted", drifted[:min(5, len(drifted))]
		c.Because = fmt.Sprintf("%s says so, but %s (found %s) says that actually: %s", drifted[0].Ref, d.ID, d.Found, d.Actually)
	case len(agree) > 0:
		c.Verdict, c.For = "supported", agree[:min(5, len(agree))]
		c.Because = fmt.Sprintf("%s, which is current, says %q", agree[0].Ref, agree[0].Text)
		if len(deny) > 0 {
			c.Because += fmt.Sprintf("; but %s says %s", deny[0].Ref, deny[0].Value)
		}
	case len(deny) > 0:
		c.Verdict, c.For = "contradicted", append(c.For, old[:min(3, len(old))]...)
		c.Because = fmt.Sprintf("%s, which is current, says %s: %q", deny[0].Ref, deny[0].Value, deny[0].Text)
	case len(old) > 0:
		c.Verdict, c.For = "historical", old[:min(5, len(old))]
		c.Because = fmt.Sprintf("only %s says so, and it is %s", old[0].Ref, old[0].Standing)
	default:
		c.Because = "no current or earlier version says anything about it that can be compared"
	}
}

// denies says that an entry calls the statement false, and does not support it.
func denies(list []Drift, statement string) bool {
	for _, d := range list {
		if driftlog.Denies(d.Says, d.Actually, statement) {
			return true
		}
	}
	return false
}

// weak is the share of the surest witness's likeness below which another passage is not held to speak of the same thing.
const weak = 0.75

// witnesses are the claims for and against a statement in the sections that search finds for it: of the current versions, and
// of all others.
func (l *Library) witnesses(ctx context.Context, s *snapshot, statement string) (now, past []echo.Found, err error) {
	pools := map[bool]*echo.Pool{true: echo.NewPool(), false: echo.NewPool()}
	for _, archive := range []bool{false, true} {
		res, err := s.idx.Search(ctx, index.Query{Text: statement, Archive: archive, Limit: 40})
		if err != nil {
			return nil, nil, fmt.Errorf("search: %w", err)
		}
		seen := map[string]bool{}
		for _, h := range res.Hits {
			id := h.Version + "#" + h.Anchor
			if seen[id] || archive != h.Archived {
				continue
			}
			seen[id] = true
			row, ok, err := s.cat.Row(ctx, h.Version)
			if err != nil || !ok {
				return nil, nil, err
			}
			sec, ok, err := s.cat.Section(ctx, h.Version, h.Anchor)
			if err != nil || !ok {
				return nil, nil, err
			}
			src := claim.Source{Document: row.Document, Title: row.Title}
			src.Sections = append(src.Sections, sec)
			pools[archive].Add(src, row.Key, row.Date, func(a string) string { return refAt(row, a) })
		}
	}
	return echo.Check(statement, pools[false]), echo.Check(statement, pools[true]), nil
}

func (l *Library) witness(ctx context.Context, s *snapshot, st *driftState, f echo.Found) (Witness, error) {
	row, ok, err := s.cat.Row(ctx, f.Said.Key)
	if err != nil || !ok {
		return Witness{}, err
	}
	return Witness{Ref: f.Ref, Standing: row.Standing, Date: row.Date.String(), Value: f.Value.Text, Text: f.Unit.Text, Drift: st.covering(f.Said.Key, f.Anchor)}, nil
}

// nearby says what comes closest to a statement that nothing speaks of.
func (l *Library) nearby(ctx context.Context, s *snapshot, statement string) []string {
	var out []string
	for _, archive := range []bool{false, true} {
		res, err := s.idx.Search(ctx, index.Query{Text: statement, Archive: archive, Limit: 1})
		if err != nil || len(res.Hits) == 0 {
			continue
		}
		h := res.Hits[0]
		row, ok, err := s.cat.Row(ctx, h.Version)
		if err != nil || !ok {
			continue
		}
		if archive && h.Archived {
			out = append(out, fmt.Sprintf("a version that was replaced mentions the words: %s (%s)", refAt(row, h.Anchor), row.Because))
		} else if !archive {
			out = append(out, fmt.Sprintf("the passage nearest to it is %s", refAt(row, h.Anchor)))
		}
	}
	return out
}
