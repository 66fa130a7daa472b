package library

import (
	"context"
	"fmt"

	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/driftlog/change"
	"substrate/driftlog/claim"
)

// Diff is what differs between two versions of a document. The JSON form is stable.
type Diff struct {
	Document corpus.Slug   `json:"document"`
	Title    string        `json:"title"`
	Old      string        `json:"old"` // ref
	New      string        `json:"new"`
	OldDate  string        `json:"old_date"`
	NewDate  string        `json:"new_date"`
	Sections []DiffSection `json:"sections"`
	Rows     []DiffRow     `json:"change_log"`
	Notes    []string      `json:"notes,omitempty"`
	diff     *change.Diff  // for scans
	old, new catalog.Row   // the rows compared
}

// DiffSection is one section that differs.
type DiffSection struct {
	Kind       change.Kind `json:"kind"`
	Ref        string      `json:"ref"` // in the newer version; in the older one when it was removed
	Heading    string      `json:"heading"`
	OldHeading string      `json:"old_heading,omitempty"` // when it was another
	Logged     bool        `json:"in_change_log"`
	Values     []DiffValue `json:"values"`
	Units      []DiffUnit  `json:"changes"`
}

// DiffValue is a value that changed.
type DiffValue struct {
	Old     string `json:"old"`
	New     string `json:"new"`
	OldText string `json:"old_text"`
	NewText string `json:"new_text"`
	Logged  bool   `json:"in_change_log"`
	Row     string `json:"change_log_row,omitempty"`
}

// DiffUnit is a sentence, item, row or line that differs; one side is "" when it was added or removed.
type DiffUnit struct {
	Old   string     `json:"old,omitempty"`
	New   string     `json:"new,omitempty"`
	Words []DiffWord `json:"words,omitempty"`
}

// DiffWord is a run of words: "=" in both, "-" in the old, "+" in the new.
type DiffWord struct {
	Op   string `json:"op"`
	Text string `json:"text"`
}

// DiffRow is a row of the newer version's change log.
type DiffRow struct {
	Version string `json:"version"`
	Date    string `json:"date"`
	Text    string `json:"text"`
	Shown   bool   `json:"shown_in_text"`
}

// Unlogged counts the values that the change log does not mention.
func (d *Diff) Unlogged() int {
	n := 0
	for _, s := range d.Sections {
		for _, v := range s.Values {
			if !v.Logged {
				n++
			}
		}
	}
	return n
}

// Diff compares two versions. With one reference it compares that version with the one before.
func (l *Library) Diff(ctx context.Context, from, to string) (*Diff, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	_, a, rows, err := l.resolve(ctx, s.cat, from)
	if err != nil {
		return nil, err
	}
	if to == "" {
		b := a
		prev := before(rows, a.Key)
		if prev == nil {
			return nil, fmt.Errorf("%w: %s is the oldest version here; there is none before to compare it with", ErrNotFound, refOf(a.Document, a.Label))
		}
		return diffRows(ctx, s.cat, *prev, b)
	}
	_, b, _, err := l.resolve(ctx, s.cat, to)
	if err != nil {
		return nil, err
	}
	if a.Document != b.Document {
		return nil, fmt.Errorf("%s and %s are two documents; diff compares two versions of one: substrate diff %s@… %s@…", a.Document, b.Document, b.Document, b.Document)
	}
	return diffRows(ctx, s.cat, a, b)
}

// before is the version that a version followed; rows are newest first.
func before(rows []catalog.Row, key string) *catalog.Row {
	for i, r := range rows {
		if r.Key == key && i+1 < len(rows) {
			return &rows[i+1]
		}
	}
	return nil
}

func sourceOf(ctx context.Context, cat *catalog.Catalog, r catalog.Row) (claim.Source, error) {
	list, err := cat.Sections(ctx, r.Key)
	return claim.NewSource(r.Document, r.Title, list), err
}

func diffRows(ctx context.Context, cat *catalog.Catalog, a, b catalog.Row) (*Diff, error) {
	old, err := sourceOf(ctx, cat, a)
	if err != nil {
		return nil, err
	}
	new, err := sourceOf(ctx, cat, b)
	if err != nil {
		return nil, err
	}
	d := &Diff{
		Document: b.Document, Title: b.Title, Old: refOf(a.Document, a.Label).String(), New: refOf(b.Document, b.Label).String(),
		OldDate: a.Date.String(), NewDate: b.Date.String(), Sections: []DiffSection{}, Rows: []DiffRow{}, old: a, new: b,
	}
	if a.Label.Comparable(b.Label) && a.Label.Compare(b.Label) > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("%s is older than %s: this reads backwards", d.New, d.Old))
	}
	d.diff = change.Compare(old, new)
	rows, err := logRows(ctx, cat, a, b)
	if err != nil {
		return nil, err
	}
	d.diff.Explain(rows)
	for i, r := range rows {
		d.Rows = append(d.Rows, DiffRow{r.Label.String(), r.Date.String(), r.Text, d.diff.Rows[i]})
	}
	if len(rows) == 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("%s has no change log row for what came after %s", d.New, a.Label))
	}
	for k, s := range d.diff.Sections {
		d.Sections = append(d.Sections, sectionDiff(d, old, new, s, d.diff.Told[k], rows))
	}
	return d, nil
}

func sectionDiff(d *Diff, old, new claim.Source, s change.Section, told bool, rows []corpus.ChangeRow) DiffSection {
	out := DiffSection{Kind: s.Kind, Logged: told, Values: []DiffValue{}, Units: []DiffUnit{}}
	switch {
	case s.New >= 0:
		sec := new.Sections[s.New]
		out.Ref, out.Heading = d.New+"#"+sec.Anchor, sec.Heading()
		if s.Old >= 0 && old.Sections[s.Old].Heading() != sec.Heading() {
			out.OldHeading = old.Sections[s.Old].Heading()
		}
	default:
		sec := old.Sections[s.Old]
		out.Ref, out.Heading = d.Old+"#"+sec.Anchor, sec.Heading()
	}
	for _, v := range s.Values {
		x := DiffValue{Old: v.Old.Value.Text, New: v.New.Value.Text, OldText: v.Old.Unit.Text, NewText: v.New.Unit.Text, Logged: v.Row >= 0}
		if v.Row >= 0 {
			x.Row = rows[v.Row].Text
		}
		out.Values = append(out.Values, x)
	}
	for _, u := range s.Units {
		x := DiffUnit{Old: u.Old, New: u.New}
		for _, w := range u.Words {
			x.Words = append(x.Words, DiffWord{string(w.Op), w.Text})
		}
		out.Units = append(out.Units, x)
	}
	return out
}

// logRows are the rows of the newer version's change log that came after the older version.
func logRows(ctx context.Context, cat *catalog.Catalog, a, b catalog.Row) ([]corpus.ChangeRow, error) {
	list, err := cat.Originals(ctx, b.Key)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	var out []corpus.ChangeRow
	for _, r := range list[0].Identity.ChangeLog {
		switch {
		case a.Title != b.Title && r.Label.Comparable(b.Label) && r.Label.Compare(b.Label) == 0:
			out = append(out, r)
		case r.Label.Comparable(a.Label) && r.Label.Comparable(b.Label):
			if r.Label.Compare(a.Label) > 0 && r.Label.Compare(b.Label) <= 0 {
				out = append(out, r)
			}
		case !r.Date.IsZero() && r.Date.Compare(a.Date) > 0 && r.Date.Compare(b.Date) <= 0:
			out = append(out, r)
		}
	}
	return out, nil
}

// DiffCascade compares what a cascade brought with what was there before it.
func (l *Library) DiffCascade(ctx context.Context, n int) ([]*Diff, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	all, err := s.cat.All(ctx)
	if err != nil {
		return nil, err
	}
	out := []*Diff{}
	any := false
	for i, r := range all { // by document, oldest first
		if r.Cascade != n {
			continue
		}
		any = true
		if i == 0 || all[i-1].Document != r.Document {
			continue
		}
		d, err := diffRows(ctx, s.cat, all[i-1], r)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	if !any {
		return nil, fmt.Errorf("%w: cascade %d brought no version that is still here; substrate cascades lists them", ErrNotFound, n)
	}
	return out, nil
}
