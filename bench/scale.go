package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"substrate/library"
)

// Scale is what a library of a size costs on this machine.
type Scale struct {
	Documents  int           `json:"documents"`
	Versions   int           `json:"versions"`
	Bytes      int64         `json:"bytes"`
	Ingest     time.Duration `json:"ingest_ns"`       // all versions in one cascade
	First      time.Duration `json:"first_search_ns"` // after opening
	P50        time.Duration `json:"search_p50_ns"`
	P95        time.Duration `json:"search_p95_ns"`
	Heap       uint64        `json:"heap_bytes"`   // alive after the searches
	System     uint64        `json:"system_bytes"` // what the process had from the system; it never shrinks from size to size
	Index      int64         `json:"index_bytes"`
	OneCascade time.Duration `json:"one_cascade_ns"` // a new version of one document; median of three
}

// Grow makes a library of generated documents in dir, which must be empty, and measures it.
func Grow(ctx context.Context, dir string, documents int, seed uint64) (*Scale, error) {
	in, home := filepath.Join(dir, "in"), filepath.Join(dir, "library")
	for _, d := range []string{in, home} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return nil, err
		}
	}
	made, err := Generate(in, documents, seed)
	if err != nil {
		return nil, err
	}
	if _, err := library.Init(home); err != nil {
		return nil, err
	}
	l, err := library.Open(home, library.Config{})
	if err != nil {
		return nil, err
	}
	defer func() { l.Close() }()
	s := &Scale{Documents: documents, Versions: len(made.Files), Bytes: made.Bytes}
	start := time.Now()
	r, err := l.Ingest(ctx, []string{in}, library.IngestOptions{})
	if err != nil {
		return nil, err
	}
	s.Ingest = time.Since(start)
	if len(r.Failed)+len(r.Held) > 0 {
		return nil, fmt.Errorf("%d of the generated files failed and %d are held: the generator or the rules are wrong", len(r.Failed), len(r.Held))
	}
	l.Close()
	if l, err = library.Open(home, library.Config{}); err != nil {
		return nil, err
	}
	var times []time.Duration
	for i := range 200 {
		start := time.Now()
		if _, err := l.Search(ctx, made.Questions[i%len(made.Questions)], library.SearchOptions{}); err != nil {
			return nil, err
		}
		if i == 0 {
			s.First = time.Since(start)
			continue
		}
		times = append(times, time.Since(start))
	}
	s.P50, s.P95 = Percentile(times, 0.5), Percentile(times, 0.95)
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	s.Heap, s.System = m.HeapAlloc, m.Sys
	if s.Index, err = size(filepath.Join(home, library.StateDir, "index")); err != nil {
		return nil, err
	}
	var cascades []time.Duration
	for n := range 3 {
		d, err := oneMore(ctx, l, made.Files[0], dir, n)
		if err != nil {
			return nil, err
		}
		cascades = append(cascades, d)
	}
	s.OneCascade = Percentile(cascades, 0.5)
	return s, nil
}

// oneMore takes in one new version of the document in file.
func oneMore(ctx context.Context, l *library.Library, file, dir string, n int) (time.Duration, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	to := filepath.Join(dir, fmt.Sprintf("next-%d.md", n))
	if err := os.WriteFile(to, relabel(raw, n), 0o644); err != nil {
		return 0, err
	}
	start := time.Now()
	r, err := l.Ingest(ctx, []string{to}, library.IngestOptions{})
	took := time.Since(start)
	if err == nil && len(r.Added) != 1 {
		err = fmt.Errorf("the next version of a document was not taken as its current one: %d added, %d held, %d failed", len(r.Added), len(r.Held), len(r.Failed))
	}
	return took, err
}

func size(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}
