package library

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sort"
	"sync"
	"time"

	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/epoch"
)

// IngestOptions say how to ingest.
type IngestOptions struct {
	DryRun bool
	// Wait is how long to wait for another process that is changing the library.
	Wait time.Duration
	// Progress is told after each file; it may be nil.
	Progress func(done, total int, file string)
}

// Ingest takes in the files that paths name, in one cascade: read, identify, decide, plan, commit. A file that cannot be
// read never stops the others; it is in the report. With nothing new there is no cascade, and Report.Cascade is 0.
func (l *Library) Ingest(ctx context.Context, paths []string, o IngestOptions) (_ *Report, err error) {
	ctx, done := l.begin(ctx, "ingest")
	defer func() { done(err) }()
	files, skipped, err := l.collect(paths)
	if err != nil {
		return nil, err
	}
	w, err := l.change(ctx, "substrate ingest", o.Wait)
	if err != nil {
		return nil, err
	}
	defer w.close()
	run := &ingest{l: l, w: w, o: o, report: newReport(l.Now()), fresh: map[string]bool{}, now: w.facts.clone()}
	run.report.Skipped, run.report.DryRun = skipped, o.DryRun
	defer run.clean()
	if err := run.readAll(ctx, files); err != nil {
		return nil, err
	}
	return run.finish(ctx)
}

// ingest is one run.
type ingest struct {
	l      *Library
	w      *writer
	o      IngestOptions
	report *Report
	now    *facts
	fresh  map[string]bool // keys that this run brings
	spool  string          // sections of fresh originals, so that a large cascade is not held in memory

	mu        sync.Mutex
	done      int
	decisions []catalog.Decision
	sightings []catalog.Sighting
	redo      map[string]bool // originals whose identity must be made anew
	issue     *catalog.Issue  // the revision that this run issues
}

func (r *ingest) clean() {
	if r.spool != "" {
		os.RemoveAll(r.spool)
	}
}

// readAll reads files on all processors. The outcome is gathered in the order of the files, so that it does not
// depend on which was ready first.
func (r *ingest) readAll(ctx context.Context, files []found) error {
	dir, err := os.MkdirTemp(r.l.state(), ".spool-")
	if err != nil {
		return fmt.Errorf("make a work folder: %w", err)
	}
	r.spool = dir
	store := catalog.OpenStore(r.l.state())
	results := make([]taken, len(files))
	claimed := map[string]bool{}
	next := make(chan int)
	var wg sync.WaitGroup
	workers := r.l.Config.PDF.Workers
	if workers <= 0 {
		workers = runtime.NumCPU()
	}
	for range min(workers+1, max(len(files), 1)) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range next {
				results[i] = r.take(ctx, files[i], store, claimed)
				r.mu.Lock()
				r.done++
				if r.o.Progress != nil {
					r.o.Progress(r.done, len(files), files[i].name)
				}
				r.mu.Unlock()
			}
		}()
	}
	for i := range files {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("stopped before anything was changed: %w", err)
	}
	r.gather(results)
	return nil
}

// gather sorts what became of the files into the facts and the report.
func (r *ingest) gather(results []taken) {
	seq := 0
	for _, s := range r.now.sightings {
		seq = max(seq, s.Seq)
	}
	failed := map[string]error{} // bytes that could not be read, for files that hold the same ones
	for _, t := range results {
		if t.err != nil && t.key != "" {
			failed[t.key+" "+formatOf(t.file.path)] = t.err
		}
	}
	r.redo = map[string]bool{}
	for _, t := range results {
		if t.orig != nil {
			r.fresh[t.key] = true
			r.now.originals[t.key] = t.orig
		}
	}
	reported := map[string]bool{}
	for _, t := range results {
		err := t.err
		if err == nil && t.key != "" {
			err = failed[t.key+" "+formatOf(t.file.path)]
		}
		if err != nil {
			r.report.Failed = append(r.report.Failed, Failed{File: t.file.name, Reason: err.Error()})
			continue
		}
		if r.now.holder(t.file.path) != t.key {
			seq++
			s := catalog.Sighting{Seq: seq, Key: t.key, Path: t.file.path}
			r.now.sightings = append(r.now.sightings, s)
			r.sightings = append(r.sightings, s)
		}
		if !t.said.IsZero() && r.now.lastSaid(t.key, "sidecar") != t.said {
			d := catalog.Decision{Key: t.key, Said: t.said, Source: "sidecar", At: r.l.Now()}
			r.now.decisions = append(r.now.decisions, d)
			r.decisions = append(r.decisions, d)
			r.redo[t.key] = true
		}
		if !r.fresh[t.key] || reported[t.key] {
			r.report.Unchanged = append(r.report.Unchanged, Entry{File: t.file.name, Ref: t.key})
		}
		reported[t.key] = true
	}
	sort.SliceStable(r.report.Failed, func(i, j int) bool { return r.report.Failed[i].File < r.report.Failed[j].File })
}

// finish decides, plans and, unless it is a dry run, commits.
func (r *ingest) finish(ctx context.Context) (*Report, error) {
	ids, with, err := r.l.reidentify(ctx, r.now, r.redo, r.sections)
	if err != nil {
		return nil, err
	}
	before, err := storedShelf(ctx, r.w.cat)
	if err != nil {
		return nil, err
	}
	after := r.l.shelve(r.now)
	compare(r.report, before, after, r.w.facts, r.now, r.fresh)
	if err := r.describeChanges(ctx, before, after); err != nil {
		return nil, err
	}
	for i, u := range r.report.Unchanged {
		o := r.now.originals[u.Ref]
		r.report.Unchanged[i] = entryOf(after, o)
		r.report.Unchanged[i].File = u.File
	}
	r.report.Notes = append(r.report.Notes, lookalikes(after, r.fresh)...)
	moved := r.movedSightings(before, after)
	nothing := len(r.fresh) == 0 && len(r.decisions) == 0 && len(ids) == 0 && !moved
	if nothing && r.w.state.Rules == r.l.rulesDigest() {
		return r.report, nil
	}
	if r.o.DryRun {
		r.report.Cascade = r.w.state.Next
		return r.report, nil
	}
	ch := catalog.Change{
		Expect: r.w.state.Revision, At: r.l.Now(), Kind: r.kind(), Issue: r.issue, Sightings: r.sightings, Decisions: r.decisions,
		Identities: ids, Identified: with, Shelf: after, Rules: r.l.rulesDigest(),
		Sections: func(key string) ([]corpus.Section, error) { return r.sections(ctx, key) },
		Report: func(n int) (json.RawMessage, error) {
			r.report.Cascade = n
			return json.Marshal(r.report)
		},
	}
	for _, d := range after.Documents {
		for _, k := range d.Editions {
			if r.fresh[k] {
				ch.Add = append(ch.Add, *r.now.originals[k])
			}
		}
	}
	n, err := r.l.commit(ctx, r.w, before, after, ch, r.sections)
	if err != nil {
		return nil, err
	}
	r.report.Cascade = n
	note := ""
	if r.report.Prompt, note = r.l.revisitPrompt(ctx); note != "" {
		r.report.Notes = append(r.report.Notes, note)
	}
	return r.report, nil
}

// kind is what the list of cascades calls the run.
func (r *ingest) kind() string {
	if r.issue != nil {
		return "revise"
	}
	return "ingest"
}

// movedSightings reports whether a known file seen again at another path changed any standing.
func (r *ingest) movedSightings(before, after *epoch.Shelf) bool {
	for k, v := range after.Verdicts {
		if old, ok := before.Verdicts[k]; ok && (old.Standing != v.Standing || old.Document != v.Document) {
			return true
		}
	}
	return false
}

// describeChanges tells, for each new current version, which sections differ from the one before.
func (r *ingest) describeChanges(ctx context.Context, before, after *epoch.Shelf) error {
	for i := range r.report.Added {
		e := &r.report.Added[i]
		old := ""
		for _, d := range before.Documents {
			if d.Slug == e.Document {
				old = d.Current
			}
		}
		for _, d := range after.Documents {
			if d.Slug != e.Document || old != "" {
				continue
			}
			for _, a := range d.Aliases {
				if od, ok := before.Lookup(a); ok {
					old = od.Current
				}
			}
			// Versions that arrived together are compared with each other.
			for j, k := range d.Editions {
				if k == d.Current && j > 0 && old == "" {
					old = d.Editions[j-1]
				}
			}
		}
		cur := ""
		for k := range r.fresh {
			if v := after.Verdicts[k]; v.Document == e.Document && v.Findable && v.Standing != epoch.Held {
				cur = k
			}
		}
		if old == "" || cur == "" || old == cur {
			continue
		}
		a, err := r.sections(ctx, old)
		if err != nil {
			return err
		}
		b, err := r.sections(ctx, cur)
		if err != nil {
			return err
		}
		e.Changes = deltas(a, b)
	}
	return nil
}
