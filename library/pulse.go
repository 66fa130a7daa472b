package library

import (
	"context"
	"errors"

	"substrate/corpus/catalog"
)

// ErrEmpty is wrapped when nothing was ever ingested.
var ErrEmpty = catalog.ErrNone

// Pulse is what changes when a library does: a watcher compares two of them and need not read more.
type Pulse struct {
	Revision int // counts commits of every kind; 0 when nothing was ingested
	Cascade  int // the newest cascade that was not undone
}

// Pulse reads the catalog's counters: one indexed row.
func (l *Library) Pulse(ctx context.Context) (Pulse, error) {
	s, err := l.reader(ctx)
	if errors.Is(err, catalog.ErrNone) {
		return Pulse{}, nil
	}
	if err != nil {
		return Pulse{}, err
	}
	defer s.done()
	return Pulse{Revision: s.state.Revision, Cascade: s.state.Cascade}, nil
}
