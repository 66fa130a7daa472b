package index

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/index/scorch/mergeplan"
	bleveindex "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// store is one scorch index: a folder of immutable segment files (*.zap) and a root.bolt that says which of
// them count and which of their documents are deleted.
type store struct {
	path string
	idx  *scorch.Scorch
	fail chan error // errors of the background persister, when writing
}

// openReader opens the store read-only: no lock that excludes others, no background writing.
func openReader(path string) (s *store, err error) {
	defer func() {
		// Mapped segment files are trusted by bleve: damage in them can surface as a panic.
		if r := recover(); r != nil {
			s, err = nil, fmt.Errorf("open %q: %v", path, r)
		}
	}()
	if _, err := os.Stat(filepath.Join(path, "root.bolt")); err != nil {
		return nil, err // else bolt would wait to create it
	}
	return openStore(path, map[string]any{"read_only": true, "bolt_timeout": "2s"}, nil)
}

// asyncFailures routes errors of scorch's background work to the store they belong to: bleve knows
// callbacks only by a name registered for the whole process.
var asyncFailures sync.Map // path → chan error

const asyncCallback = "substrate-index"

func init() {
	scorch.RegistryAsyncErrorCallbacks[asyncCallback] = func(err error, path string) {
		if ch, ok := asyncFailures.Load(path); ok {
			select {
			case ch.(chan error) <- err:
			default: // the first error is enough
			}
		}
	}
}

var (
	analysis     *bleveindex.AnalysisQueue
	analysisOnce sync.Once
)

// openWriter opens or creates the store for writing.
func openWriter(path string) (*store, error) {
	analysisOnce.Do(func() { analysis = bleveindex.NewAnalysisQueue(runtime.GOMAXPROCS(0)) })
	fail := make(chan error, 1)
	asyncFailures.Store(path, fail)
	s, err := openStore(path, map[string]any{
		"bolt_timeout": "2s",
		// A batch need not be on disk before the next begins: nothing counts before the folder has its
		// name. persist() waits once, at the end.
		"unsafe_batch":           true,
		"asyncErrorCallbackName": asyncCallback,
		// No merging of files in the background: compact() does it when it is due and waits for it.
		"scorchMergePlanOptions": map[string]any{"MaxSegmentsPerTier": math.MaxInt32},
	}, analysis)
	if err != nil {
		asyncFailures.Delete(path)
		return nil, err
	}
	s.fail = fail
	return s, nil
}

func openStore(path string, config map[string]any, q *bleveindex.AnalysisQueue) (*store, error) {
	config["path"] = path
	i, err := scorch.NewScorch(scorch.Name, config, q)
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", path, err)
	}
	if err := i.Open(); err != nil {
		return nil, fmt.Errorf("open %q: %w", path, err)
	}
	return &store{path: path, idx: i.(*scorch.Scorch)}, nil
}

func (s *store) close() error {
	if s == nil || s.idx == nil {
		return nil
	}
	asyncFailures.Delete(s.path)
	err := s.idx.Close()
	s.idx = nil
	return err
}

// snapshot is the state of the store; close it after use.
func (s *store) snapshot() (*scorch.IndexSnapshot, error) {
	r, err := s.idx.Reader()
	if err != nil {
		return nil, err
	}
	return r.(*scorch.IndexSnapshot), nil
}

var persistRound atomic.Int64

// persist waits until everything written so far is on disk.
func (s *store) persist(ctx context.Context) error {
	b := bleveindex.NewBatch()
	// A batch must change something to be persisted.
	b.SetInternal([]byte("round"), []byte(fmt.Sprint(persistRound.Add(1))))
	done := make(chan error, 1)
	b.SetPersistedCallback(func(err error) { done <- err })
	if err := s.idx.Batch(b); err != nil {
		return err
	}
	select {
	case err := <-done:
		return err
	case err := <-s.fail:
		// The persister would try again for ever, on a full disk for instance.
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Every segment is looked into for every term of a search, so their number is bounded: small ones are
// merged, which costs in total a few times the writing of each passage, however many ingests there are.
const maxSegments = 6

var compactPlan = mergeplan.MergePlanOptions{
	MaxSegmentsPerTier: 3, SegmentsPerMergeTask: 6, MaxSegmentSize: 1 << 30,
	TierGrowth: 8, FloorSegmentSize: 4000, ReclaimDeletesWeight: 2,
}

// compact merges segments when there are many; everything must have been persisted.
func (s *store) compact(ctx context.Context) error {
	snap, err := s.snapshot()
	if err != nil {
		return err
	}
	n := len(snap.Segments())
	if err := snap.Close(); err != nil {
		return err
	}
	if n <= maxSegments {
		return nil
	}
	plan := compactPlan
	if err := s.idx.ForceMerge(ctx, &plan); err != nil {
		return err
	}
	return s.persist(ctx)
}

// prune removes segment files that the newest snapshot does not use: superseded ones, and links to those.
// Scorch would do so at some later time of its own; here a generation is complete when it gets its name.
func prune(path string) error {
	used := map[string]bool{}
	s, err := openReader(path)
	if err != nil {
		return err
	}
	snap, err := s.snapshot()
	if err != nil {
		s.close()
		return err
	}
	for _, seg := range snap.Segments() {
		if p, ok := seg.Segment().(segment.PersistedSegment); ok {
			used[filepath.Base(p.Path())] = true
		}
	}
	if err := snap.Close(); err != nil {
		return err
	}
	if err := s.close(); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(path, "*.zap"))
	if err != nil {
		return err
	}
	for _, f := range files {
		if !used[filepath.Base(f)] {
			if err := os.Remove(f); err != nil {
				return err
			}
		}
	}
	return nil
}
