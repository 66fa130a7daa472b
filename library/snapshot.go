package library

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"substrate/corpus/catalog"
	"substrate/index"
)

// snapshot is the catalog and the index generation that belong together at one revision. Several callers share one; each
// gives it back with done. When another process finishes a cascade the next caller gets a new snapshot, and the old one
// lets go of its index once the last who reads from it is done.
type snapshot struct {
	lib     *Library
	cat     *catalog.Catalog
	state   catalog.State
	rows    sync.Map // catalog rows by key that searches have asked for
	grounds grounds

	// What follows is guarded by lib.mu.
	idx     *index.Index
	drift   *driftState
	conn    *connection
	users   int
	retired bool
}

// connection is an open catalog and how many snapshots read from it; guarded by Library.mu.
type connection struct {
	cat   *catalog.Catalog
	users int
}

// done gives the snapshot back.
func (s *snapshot) done() {
	s.lib.mu.Lock()
	defer s.lib.mu.Unlock()
	s.users--
	_ = s.freeLocked() // it was only read from
}

// retireLocked makes it free itself once nobody uses it.
func (s *snapshot) retireLocked() error {
	s.retired = true
	return s.freeLocked()
}

func (s *snapshot) freeLocked() error {
	if !s.retired || s.users > 0 {
		return nil
	}
	s.retired = false // once
	var err error
	if s.idx != nil {
		err = s.idx.Close()
	}
	if s.conn.users--; s.conn.users == 0 {
		err = errors.Join(err, s.conn.cat.Close())
	}
	return err
}

// Close lets go of catalog and index, as soon as nobody reads from them.
func (l *Library) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closeLocked()
}

func (l *Library) closeLocked() error {
	s := l.open
	if s == nil {
		return nil
	}
	l.open = nil
	return s.retireLocked()
}

// reader is the catalog as it stands now, to be given back with done.
func (l *Library) reader(ctx context.Context) (*snapshot, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.readerLocked(ctx)
}

func (l *Library) readerLocked(ctx context.Context) (*snapshot, error) {
	if l.open == nil {
		cat, err := catalog.Open(ctx, l.state(), catalog.ReadOnly)
		if err != nil {
			return nil, err
		}
		st, err := cat.State(ctx)
		if err != nil {
			return nil, errors.Join(err, cat.Close())
		}
		l.open = &snapshot{lib: l, cat: cat, state: st, conn: &connection{cat, 1}, users: 1}
		return l.open, nil
	}
	st, err := l.open.cat.State(ctx)
	if err != nil {
		return nil, err
	}
	if old := l.open; st.Revision != old.state.Revision {
		// A cascade was finished: its index generation is another one.
		old.conn.users++
		l.open = &snapshot{lib: l, cat: old.cat, state: st, conn: old.conn}
		_ = old.retireLocked()
	}
	l.open.users++
	return l.open, nil
}

// moved reports whether the library was changed since s was taken.
func (s *snapshot) moved(ctx context.Context) bool {
	st, err := s.cat.State(ctx)
	return err == nil && st.Revision != s.state.Revision
}

// searcher is a snapshot with its index open. A generation that does not match the catalog is never answered from: it is
// rebuilt, and the note says so.
func (l *Library) searcher(ctx context.Context) (_ *snapshot, note string, _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for range 5 {
		s, err := l.readerLocked(ctx)
		if err != nil {
			return nil, "", err
		}
		ready, err := l.openIndexLocked(s)
		if ready {
			return s, note, nil
		}
		moved := s.moved(ctx)
		s.users--
		if err != nil && !errors.Is(err, index.ErrMismatch) {
			return nil, "", err
		}
		if moved {
			continue // another process moved on between the two reads: then the newer generation is there
		}
		if err := l.closeLocked(); err != nil {
			return nil, "", err
		}
		if err := l.rebuild(ctx); err != nil {
			return nil, "", fmt.Errorf("the search index does not match the catalog and could not be rebuilt: %w", err)
		}
		note = "the search index did not match the catalog and was rebuilt"
	}
	return nil, "", errors.New("the library is being changed too fast to be read; try again")
}

func (l *Library) openIndexLocked(s *snapshot) (bool, error) {
	if s.state.Revision == 0 {
		return false, catalog.ErrNone
	}
	if s.idx != nil {
		return true, nil
	}
	g := s.state.Generation
	idx, err := index.Open(l.indexDir(), g.Name, index.Stamp{Generation: g.Name, Cascade: g.Cascade, Digest: g.Digest})
	if err != nil {
		return false, err
	}
	s.idx = idx
	return true, nil
}

// Reindex builds the index anew from the catalog.
func (l *Library) Reindex(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.closeLocked(); err != nil {
		return err
	}
	return l.rebuild(ctx)
}

func (l *Library) rebuild(ctx context.Context) error {
	w, err := l.change(ctx, "substrate (rebuilding the search index)", time.Minute)
	if err != nil {
		return err
	}
	defer w.close()
	shelf := l.shelve(w.facts)
	w.state.Generation = catalog.Generation{}
	_, err = l.commit(ctx, w, shelf, shelf, catalog.Change{Expect: w.state.Revision, At: l.Now(), Quiet: true, Shelf: shelf, Rules: l.rulesDigest()},
		w.sections)
	return err
}
