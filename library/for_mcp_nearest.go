package library

import (
	"context"

	"substrate/corpus"
)

// Nearest lists up to three documents that a text may have meant, best first.
func (l *Library) Nearest(ctx context.Context, text string) ([]string, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	slugs, _, err := s.cat.Slugs(ctx)
	if err != nil {
		return nil, err
	}
	return nearest(string(corpus.MakeSlug(text)), slugs), nil
}
