package library

import (
	"context"
	"encoding/json"
	"fmt"

	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/corpus/identity"
	"substrate/driftlog"
	"substrate/epoch"
	"substrate/index"
)

func (l *Library) rulesDigest() string { return digest(l.Config.Rules()) }

// commit builds the index generation that belongs to the new shelf and then changes the catalog, which names it: until
// that one transaction is through, the library is as it was.
func (l *Library) commit(ctx context.Context, w *writer, before, after *epoch.Shelf, ch catalog.Change, sections func(context.Context, string) ([]corpus.Section, error)) (int, error) {
	current, archive := places(after)
	c := index.Change{Cascade: w.state.Revision + 1, Current: current, Archive: archive}
	for k, e := range after.Editions {
		if old, ok := before.Editions[k]; ok && old.Title != e.Title {
			c.Refresh = append(c.Refresh, k)
		}
	}
	next := generationName(w.state.Revision + 1)
	err := index.Build(ctx, l.indexDir(), w.state.Generation.Name, next, c, func(key string) ([]index.Passage, error) {
		s, err := sections(ctx, key)
		if err != nil {
			return nil, err
		}
		return index.Split(key, after.Editions[key].Title, s), nil
	})
	if err != nil {
		return 0, err
	}
	if err := l.deriveDrift(ctx, w, after, &ch, sections); err != nil {
		return 0, err
	}
	st := c.Stamp(next)
	ch.Generation = catalog.Generation{Name: st.Generation, Digest: st.Digest, Cascade: st.Cascade}
	n, err := w.cat.Commit(ctx, ch)
	if err != nil {
		_ = index.Clean(l.indexDir(), w.state.Generation.Name)
		return 0, err
	}
	// The generation before stays for readers that are on their way to it.
	if err := index.Clean(l.indexDir(), next, w.state.Generation.Name); err != nil {
		l.Log.Warn("old index generations were not removed", "error", err)
	}
	return n, nil
}

// deriveDrift computes the drift state that belongs to a shelf and puts it into the change that makes the shelf.
func (l *Library) deriveDrift(ctx context.Context, w *writer, after *epoch.Shelf, ch *catalog.Change, sections sectionsOf) error {
	headings, err := w.cat.Headings(ctx)
	if err != nil {
		return err
	}
	for _, o := range ch.Add {
		list, err := sections(ctx, o.Key)
		if err != nil {
			return err
		}
		for _, s := range list {
			headings = append(headings, catalog.Heading{Key: o.Key, Anchor: s.Anchor, Title: s.Title})
		}
	}
	notes, err := driftNotes(ctx, w.cat)
	if err != nil {
		return err
	}
	for _, raw := range ch.DriftNotes {
		var n driftlog.Note
		if err := json.Unmarshal(raw, &n); err != nil {
			return err
		}
		notes = append(notes, n)
	}
	st, err := l.computeDrift(ctx, after, headings, sections, notes)
	if err != nil {
		return fmt.Errorf("read the drift logs: %w", err)
	}
	raw, err := json.Marshal(st)
	ch.Derived = map[string]json.RawMessage{"drift": raw}
	return err
}

func generationName(revision int) string { return fmt.Sprintf("gen-%06d", revision) }

// reidentify makes identities anew: of the originals in redo, and of all that were identified with other options.
func (l *Library) reidentify(ctx context.Context, f *facts, redo map[string]bool, sections func(context.Context, string) ([]corpus.Section, error)) (map[string]corpus.Identity, string, error) {
	_, with := l.identifyWith(identity.Said{})
	out := map[string]corpus.Identity{}
	for k, o := range f.originals {
		if !redo[k] && o.Identified == with {
			continue
		}
		s, err := sections(ctx, k)
		if err != nil {
			return nil, "", err
		}
		opts, _ := l.identifyWith(f.said(k))
		reading := o.Reading
		reading.Sections = s
		id := identity.Identify(&reading, o.File, opts)
		if id.Title == "" {
			id.Title = "Untitled " + k[:8]
		}
		o.Identity, o.Identified = id, with
		out[k] = id
	}
	return out, with, nil
}
