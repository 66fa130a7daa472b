package library

import (
	"context"
	"time"
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
