package library

import (
	"cmp"
	"context"
	"slices"
	"time"

	"substrate/epoch"
)

// Judged is a candidate with the time when its state was last changed: of an open one, when it was found.
type Judged struct {
	Candidate
	At time.Time `json:"at"`
}

// Candidates lists what scans have found, whatever was said about it, newest first. It looks for nothing new; Scan does.
func (l *Library) Candidates(ctx context.Context) ([]Judged, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	list, err := s.cat.Candidates(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Judged, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		c, err := candidateOf(list[i])
		if err != nil {
			return nil, err
		}
		out = append(out, Judged{c, list[i].At})
	}
	return out, nil
}

// All lists every version of every document, by document, oldest first.
func (l *Library) All(ctx context.Context) ([]Version, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	rows, err := s.cat.All(ctx)
	if err != nil {
		return nil, err
	}
	return versionsOf(rows), nil
}

// Shelves lists what Documents and All do, read once.
func (l *Library) Shelves(ctx context.Context) (documents, all []Version, err error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer s.done()
	rows, err := s.cat.All(ctx)
	if err != nil {
		return nil, nil, err
	}
	all = versionsOf(rows)
	for i, r := range rows {
		if r.Current {
			documents = append(documents, all[i])
		}
	}
	for i, r := range rows {
		if !r.Current && r.Standing == epoch.Held {
			documents = append(documents, all[i])
		}
	}
	slices.SortStableFunc(documents, func(a, b Version) int { return cmp.Compare(a.Document, b.Document) })
	return documents, all, nil
}
