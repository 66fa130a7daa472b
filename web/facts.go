package web

import (
	"cmp"
	"context"
	"sync"

	"substrate/library"
)

// facts are what most pages ask for, read once for each revision of the library: of a large one it takes longer than all the
// rest of a page. Nobody changes them.
type facts struct {
	docs, all []library.Version
	cascades  []library.CascadeInfo // newest first
	titles    map[string]string     // of versions with their labels, by reference
	names     map[string]string     // of documents, by slug
	current   map[string]string     // content of the version on the shelf, by slug
}

// drawnCascades is how many cascades the shelf and the board of cascades know of.
const drawnCascades = 200

type memory struct {
	mu       sync.Mutex
	revision int
	facts    *facts
}

// facts are those of the library as it stands now.
func (s *site) facts(ctx context.Context) (*facts, error) {
	now, err := s.lib.Pulse(ctx)
	if err != nil {
		return nil, err
	}
	m := &s.memory
	m.mu.Lock()
	kept, revision := m.facts, m.revision
	m.mu.Unlock()
	if kept != nil && revision == now.Revision {
		return kept, nil
	}
	f, err := s.readFacts(ctx)
	if err != nil {
		return nil, err
	}
	if then, err := s.lib.Pulse(ctx); err == nil && then == now { // nobody moved the library meanwhile
		m.mu.Lock()
		m.facts, m.revision = f, now.Revision
		m.mu.Unlock()
	}
	return f, nil
}

func (s *site) readFacts(ctx context.Context) (*facts, error) {
	f := &facts{titles: map[string]string{}, names: map[string]string{}, current: map[string]string{}}
	var noShelf, noCascades error
	var wait sync.WaitGroup
	wait.Go(func() { f.docs, f.all, noShelf = s.lib.Shelves(ctx) })
	wait.Go(func() { f.cascades, noCascades = s.lib.Cascades(ctx, drawnCascades) })
	wait.Wait()
	if err := cmp.Or(noShelf, noCascades); err != nil {
		return nil, err
	}
	for _, v := range f.all {
		f.titles[v.Ref] = v.Title + " " + v.Version
	}
	for _, d := range f.docs {
		slug := string(d.Document)
		f.names[slug] = d.Title
		if d.Standing != "held" || f.current[slug] == "" {
			f.current[slug] = d.SHA256
		}
	}
	return f, nil
}
