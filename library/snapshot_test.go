package library_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"substrate/library"
)

// Several callers share one open library while another one ingests, as a server does: each answer is that of one state.
func TestReadersWhileAnotherIngests(t *testing.T) {
	l := newLibrary(t, library.Config{})
	write := func(n int) string {
		return l.put(fmt.Sprintf("pump-%d.md", n), edition{title: "Pump Guide", version: fmt.Sprintf("V1.%d", n), date: "2026-01-01", body: fmt.Sprintf("The pump runs at %d bar.\n", 100+n)})
	}
	l.ingest(write(0))
	reader, err := library.Open(l.Dir, library.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for range 6 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			last := 0
			for ctx.Err() == nil {
				f, err := reader.Search(ctx, "pump bar", library.SearchOptions{})
				if err != nil {
					if !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
					return
				}
				if len(f.Hits) != 1 || f.Hits[0].Standing != "authoritative" {
					t.Errorf("cascade %d: %+v", f.Cascade, f.Hits)
					return
				}
				var v int
				if _, err := fmt.Sscanf(f.Hits[0].Version, "V1.%d", &v); err != nil || v < last || v != f.Cascade-1 {
					t.Errorf("V1.%d at cascade %d after V1.%d: %v", v, f.Cascade, last, err)
					return
				}
				last = v
				if _, err := reader.Documents(ctx); err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			}
		}()
	}
	for n := range 8 {
		l.ingest(write(n + 1))
	}
	stop()
	wg.Wait()
}
