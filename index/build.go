package index

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/blevesearch/bleve/v2/index/scorch"
	bleveindex "github.com/blevesearch/bleve_index_api"
)

// Change is what a generation shall hold.
type Change struct {
	Cascade int
	// Current and Archive are the full sets of keys wanted; Build finds the difference to the base itself.
	Current, Archive []string
	// Refresh are keys whose passages changed (another title, another reading): they are indexed anew.
	Refresh []string
}

// Stamp is the stamp that Build gives to a generation with this name.
func (c Change) Stamp(generation string) Stamp {
	return Stamp{Generation: generation, Cascade: c.Cascade, Digest: Digest(c.Current, c.Archive)}
}

// batchPassages bounds the memory of a build: a batch and its segment take about 10 kB a passage, and a few
// batches are under way at once. Larger ones gain nothing measurable.
const batchPassages = 1000

// Build makes the generation next in dir for the change and returns when it is complete, checked and on disk.
// It starts from the generation base, sharing its files; base "" or one that does not fit (damaged, of
// another program version) means from nothing. source gives the passages of a key, as Split makes them.
// base is never changed. When Build fails or the process dies, there is no generation next, only a leftover
// that Clean removes. A generation next that already exists was never put in force and is replaced.
func Build(ctx context.Context, dir, base, next string, c Change, source func(version string) ([]Passage, error)) error {
	if err := build(ctx, dir, base, next, c, source); err != nil {
		return fmt.Errorf("build search index %q: %w", next, err)
	}
	return nil
}

func build(ctx context.Context, dir, base, next string, c Change, source func(string) ([]Passage, error)) error {
	if err := checkName(next); err != nil {
		return err
	}
	if base == next {
		return fmt.Errorf("it cannot be built from itself; give the new generation another name")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(dir, tempPrefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp) // after the rename there is nothing left to remove
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}

	g := generation{folder: tmp, stamp: stampFile{Stamp: c.Stamp(next), Scheme: scheme}, source: source}
	err = g.fill(ctx, dir, base, c)
	if errors.Is(err, errBase) {
		// The base cannot be trusted: start again without it. It is derived data, so nothing is lost but time.
		for _, d := range []string{currentDir, archiveDir} {
			if err := os.RemoveAll(filepath.Join(tmp, d)); err != nil {
				return err
			}
		}
		err = g.fill(ctx, dir, "", c)
	}
	if err != nil {
		return err
	}
	if err := g.seal(); err != nil {
		return err
	}
	if err := g.verify(); err != nil {
		return err
	}
	return install(dir, tmp, next)
}

// errBase marks a base that is not what its stamp says.
var errBase = errors.New("the base is damaged")

// generation is one under construction.
type generation struct {
	folder string
	stamp  stampFile
	counts counts
	source func(string) ([]Passage, error)
}

func (g *generation) fill(ctx context.Context, dir, base string, c Change) error {
	var have counts
	baseFolder := ""
	if base != "" {
		if _, err := readStamp(dir, base); err == nil {
			if have, err = readCounts(filepath.Join(dir, base)); err == nil {
				baseFolder = filepath.Join(dir, base)
			}
		}
	}
	if baseFolder == "" {
		have = counts{}
	}
	for _, half := range []struct {
		name string
		have map[string]total
		want []string
		sum  *total
		out  *map[string]total
	}{
		{currentDir, have.Current, c.Current, &g.stamp.Current, &g.counts.Current},
		{archiveDir, have.Archive, c.Archive, &g.stamp.Archive, &g.counts.Archive},
	} {
		path := filepath.Join(g.folder, half.name)
		from := ""
		if baseFolder != "" {
			from = filepath.Join(baseFolder, half.name)
		}
		var err error
		if *half.out, err = g.fillHalf(ctx, from, path, half.have, half.want, c.Refresh); err != nil {
			return fmt.Errorf("%s: %w", half.name, err)
		}
		*half.sum = total{}
		for _, t := range *half.out {
			half.sum.add(t)
		}
	}
	return nil
}

// fillHalf makes one of the two indexes at path and returns what it holds.
func (g *generation) fillHalf(ctx context.Context, from, path string, have map[string]total, want, refresh []string) (map[string]total, error) {
	now := maps.Clone(have)
	if now == nil {
		now = map[string]total{}
	}
	wanted := make(map[string]bool, len(want))
	for _, k := range want {
		wanted[k] = true
	}
	anew := make(map[string]bool, len(refresh))
	for _, k := range refresh {
		anew[k] = true
	}
	var leave, arrive []string
	for k := range have {
		if !wanted[k] || anew[k] {
			leave = append(leave, k)
			delete(now, k)
		}
	}
	for k := range wanted {
		if _, ok := have[k]; !ok || anew[k] {
			arrive = append(arrive, k)
		}
	}
	slices.Sort(leave) // so that a build can be repeated
	slices.Sort(arrive)

	if len(now) == 0 {
		from, leave = "", nil // nothing of the base stays: its files would only be a burden
	}
	if err := os.Mkdir(path, 0o755); err != nil {
		return nil, err
	}
	if from != "" {
		if err := share(from, path, os.Link); err != nil {
			return nil, err
		}
	}
	if len(leave) == 0 && len(arrive) == 0 {
		return now, nil
	}
	w, err := openWriter(path)
	if err != nil {
		if from != "" {
			return nil, fmt.Errorf("%w: %w", errBase, err)
		}
		return nil, err
	}
	defer w.close()
	if from != "" {
		// If scorch could not load the base it would start at nothing and number its new files from 1
		// again, writing over the base's through the links. So it must have all passages before it gets any.
		expected := 0
		for _, t := range have {
			expected += t.Passages
		}
		if n, err := w.count(); err != nil || n != expected {
			return nil, fmt.Errorf("%w: it has %d passages, not %d", errBase, n, expected)
		}
	}
	if err := w.remove(leave); err != nil {
		return nil, err
	}
	if err := g.add(ctx, w, arrive, now); err != nil {
		return nil, err
	}
	if err := w.persist(ctx); err != nil {
		return nil, err
	}
	if err := w.compact(ctx); err != nil {
		return nil, err
	}
	if err := w.close(); err != nil {
		return nil, err
	}
	return now, prune(path)
}

func (s *store) count() (int, error) {
	snap, err := s.snapshot()
	if err != nil {
		return 0, err
	}
	defer snap.Close()
	n, err := snap.DocCount()
	return int(n), err
}

// remove deletes all passages of the keys.
func (s *store) remove(keys []string) error {
	snap, err := s.snapshot()
	if err != nil {
		return err
	}
	defer snap.Close()
	b := bleveindex.NewBatch()
	for _, k := range keys {
		if err := eachOf(snap, k, func(id string) { b.Delete(id) }); err != nil {
			return err
		}
	}
	if len(b.IndexOps) == 0 {
		return nil
	}
	return s.idx.Batch(b)
}

// eachOf calls f with the ID of each passage of the key.
func eachOf(snap *scorch.IndexSnapshot, key string, f func(id string)) error {
	r, err := snap.TermFieldReader(context.Background(), []byte(key), fieldVersion, false, false, false)
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		d, err := r.Next(nil)
		if err != nil || d == nil {
			return err
		}
		id, err := snap.ExternalID(d.ID)
		if err != nil {
			return err
		}
		f(id)
	}
}

// add indexes the passages of the keys and notes their totals in now. The source is read while earlier
// batches are being analysed; two batches at once keep a second core busy while a segment is written.
func (g *generation) add(ctx context.Context, w *store, keys []string, now map[string]total) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	batches := make(chan []Passage)
	var mu sync.Mutex
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for passages := range batches {
				words, err := w.write(passages)
				if err != nil {
					cancel(err)
					continue // drain, so that the producer ends
				}
				mu.Lock()
				for k, t := range words {
					sum := now[k]
					sum.add(t)
					now[k] = sum
				}
				mu.Unlock()
			}
		})
	}
	var cur []Passage
	seen := map[string]bool{}
	for _, k := range keys {
		if ctx.Err() != nil {
			break
		}
		passages, err := g.source(k)
		if err != nil {
			cancel(fmt.Errorf("read version %q: %w", k, err))
			break
		}
		mu.Lock()
		if _, known := now[k]; !known {
			now[k] = total{} // a version without text is in the index too
		}
		mu.Unlock()
		clear(seen)
		for _, p := range passages {
			if p.Version != k || seen[p.ID] {
				cancel(fmt.Errorf("passage %q does not belong to version %q or comes twice; make passages with Split", p.ID, k))
				break
			}
			seen[p.ID] = true
			cur = append(cur, p)
			if len(cur) == batchPassages {
				batches <- cur
				cur = nil
			}
		}
	}
	if len(cur) > 0 {
		batches <- cur
	}
	close(batches)
	workers.Wait()
	return context.Cause(ctx)
}

// write indexes a batch and returns what it added by key.
func (s *store) write(passages []Passage) (map[string]total, error) {
	b := bleveindex.NewBatch()
	fields := make([]*textField, len(passages))
	for i, p := range passages {
		d := newDocument(p)
		for _, f := range d.Fields {
			if t, ok := f.(*textField); ok && t.name == fieldBody {
				fields[i] = t
			}
		}
		b.Update(d)
	}
	if err := s.idx.Batch(b); err != nil {
		return nil, err
	}
	sums := map[string]total{}
	for i, p := range passages {
		t := sums[p.Version]
		t.Passages++
		if fields[i] != nil {
			t.Words += fields[i].length
		}
		sums[p.Version] = t
	}
	return sums, nil
}

func readCounts(folder string) (counts, error) {
	var c counts
	b, err := os.ReadFile(filepath.Join(folder, countsName))
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(b, &c)
}
