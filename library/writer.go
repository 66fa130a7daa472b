package library

import (
	"context"
	"time"

	"substrate/corpus"
	"substrate/corpus/catalog"
)

// writer is the catalog opened for a change, with all facts, while no other process can change it.
type writer struct {
	cat     *catalog.Catalog
	state   catalog.State
	facts   *facts
	release func()
}

// change takes the library's lock, waiting at most wait, and opens the catalog for writing. who is shown to others who wait.
func (l *Library) change(ctx context.Context, who string, wait time.Duration) (*writer, error) {
	release, err := catalog.Lock(ctx, l.state(), who, l.Now(), wait)
	if err != nil {
		return nil, err
	}
	cat, err := catalog.Open(ctx, l.state(), catalog.ReadWrite)
	if err != nil {
		release()
		return nil, err
	}
	w := &writer{cat: cat, release: release}
	if w.state, err = cat.State(ctx); err == nil {
		w.facts, err = loadFacts(ctx, cat)
	}
	if err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *writer) close() {
	w.cat.Close()
	w.release()
}

// sections reads the sections of an original that the catalog has.
func (w *writer) sections(ctx context.Context, key string) ([]corpus.Section, error) {
	return w.cat.Sections(ctx, key)
}

func (f *facts) clone() *facts {
	out := &facts{originals: make(map[string]*catalog.Original, len(f.originals))}
	for k, o := range f.originals {
		c := *o
		out.originals[k] = &c
	}
	out.decisions = append(out.decisions, f.decisions...)
	out.sightings = append(out.sightings, f.sightings...)
	return out
}
