package library

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/driftlog/claim"
	"substrate/driftlog/echo"
	"substrate/index"
)

// pool is what the current documents say, as far as it can matter: all of it after a change of much, and after a change of
// little only the sections that search finds for what changed, so that a scan costs what the change is worth.
func (s *scan) pool(ctx context.Context, changes []echo.Changed, fresh []echo.Said) (*echo.Pool, error) {
	current := map[string]catalog.Row{}
	for _, r := range s.rows {
		if speaks(r) {
			current[r.Key] = r
		}
	}
	if len(changes)+len(fresh) < 8*len(current) {
		return s.narrow(ctx, current, changes, fresh)
	}
	p := echo.NewPool()
	for _, r := range s.rows {
		if _, ok := current[r.Key]; !ok {
			continue
		}
		src, err := s.source(ctx, r)
		if err != nil {
			return nil, err
		}
		p.Add(src, r.Key, r.Date, func(a string) string { return refAt(r, a) })
	}
	return p, nil
}

// narrow asks the index for the sections that may speak of what changed.
func (s *scan) narrow(ctx context.Context, current map[string]catalog.Row, changes []echo.Changed, fresh []echo.Said) (*echo.Pool, error) {
	now, _, err := s.l.searcher(ctx)
	if err != nil {
		return nil, err
	}
	defer now.done()
	keys := slices.Sorted(maps.Keys(current))
	p, seen, asked := echo.NewPool(), map[string]bool{}, map[string]bool{}
	ask := func(query string, limit int) error {
		if query = strings.TrimSpace(query); query == "" || asked[query] {
			return nil
		}
		asked[query] = true
		res, err := now.idx.Search(ctx, index.Query{Text: query, Versions: keys, Limit: limit})
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		for _, h := range res.Hits {
			id := h.Version + "#" + h.Anchor
			if seen[id] {
				continue
			}
			seen[id] = true
			sec, ok, err := s.cat.Section(ctx, h.Version, h.Anchor)
			if err != nil {
				return err
			}
			if r := current[h.Version]; ok {
				p.Add(claim.NewSource(r.Document, r.Title, []corpus.Section{sec}), r.Key, r.Date, func(a string) string { return refAt(r, a) })
			}
		}
		return nil
	}
	for _, c := range changes {
		// Where the old value stands as it was written, and where its subject is spoken of: there it may stand in another form.
		if err := errors.Join(ask(`"`+strings.ReplaceAll(c.Old.Value.Text, `"`, " ")+`"`, 200), ask(c.Old.Unit.Text, 30), ask(c.New.Unit.Text, 30)); err != nil {
			return nil, err
		}
	}
	for _, f := range fresh {
		if err := ask(f.Unit.Text, 12); err != nil {
			return nil, err
		}
	}
	return p, nil
}
