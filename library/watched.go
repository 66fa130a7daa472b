package library

import (
	"context"
	"errors"
	"time"

	"substrate/corpus/catalog"
	"substrate/index"
)

// Observer is told when a piece of work begins, and by the function that it returns how it ended. Kind is one of a few words
// ("search", "ingest", "tool", "http"); name tells pieces of a kind apart and may be "". Neither holds text of documents or
// questions. What belongs to the work gets the context that it returns.
type Observer func(ctx context.Context, kind, name string) (context.Context, func(error))

// begin tells the library's observer, if there is one.
func (l *Library) begin(ctx context.Context, kind string) (context.Context, func(error)) {
	if l.Observe == nil {
		return ctx, func(error) {}
	}
	return l.Observe(ctx, kind, "")
}

// IndexState compares the search index on disk with what the catalog says it should be.
type IndexState struct {
	// Found tells that there is a whole generation at all; without one the rest is zero.
	Found bool
	// Behind counts the changes of the shelf that the newest whole generation does not know; 0 is as it should be.
	Behind int
	// Built is when that generation was finished.
	Built time.Time
}

// IndexState looks at the index without opening it; it fails with ErrEmpty before the first ingest.
func (l *Library) IndexState(ctx context.Context) (IndexState, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return IndexState{}, err
	}
	defer s.done()
	g := s.state.Generation
	if g.Name == "" {
		return IndexState{}, catalog.ErrNone
	}
	have, built, err := index.Look(l.indexDir(), index.Stamp{Generation: g.Name, Cascade: g.Cascade, Digest: g.Digest})
	if errors.Is(err, index.ErrMismatch) {
		return IndexState{}, nil
	}
	if err != nil {
		return IndexState{}, err
	}
	return IndexState{Found: true, Behind: g.Cascade - have.Cascade, Built: built}, nil
}
