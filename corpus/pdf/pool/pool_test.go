package pool_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"substrate/corpus/pdf/pool"
	"substrate/fixtures"
)

func TestMain(m *testing.M) {
	pool.Main()
	os.Exit(m.Run())
}

func bad(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(fixtures.Dir(), "bad", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestAFileThatBreaksALimitCostsNoOther reads a bomb and sound files at the same time, with both engines.
func TestAFileThatBreaksALimitCostsNoOther(t *testing.T) {
	for _, engine := range []string{"pdfium", "light"} {
		t.Run(engine, func(t *testing.T) {
			p := pool.New(pool.Options{Engine: engine, Processes: 2, Chars: 100_000, Seconds: 30})
			defer p.Close()
			var wg sync.WaitGroup
			for range 3 {
				for _, name := range []string{"text-bomb.pdf", "ligatures.pdf", "soft-hyphens.pdf", "deep-nesting.pdf"} {
					wg.Add(1)
					go func() {
						defer wg.Done()
						r, err := p.Read(context.Background(), bad(t, name))
						switch name {
						case "text-bomb.pdf":
							if err == nil {
								t.Errorf("%s was read: %d sections", name, len(r.Sections))
							}
						case "deep-nesting.pdf": // read or refused, but answered
						default:
							if err != nil {
								t.Errorf("%s: %v", name, err)
							}
						}
					}()
				}
			}
			wg.Wait()
		})
	}
}

func TestPasswordsAreTriedAndEncryptionIsSaid(t *testing.T) {
	without := pool.New(pool.Options{Processes: 1})
	defer without.Close()
	if _, err := without.Read(context.Background(), bad(t, "encrypted.pdf")); err == nil || !strings.Contains(err.Error(), "--password-file") {
		t.Errorf("%v", err)
	}
	with := pool.New(pool.Options{Processes: 1, Passwords: []string{"no", "open sesame"}})
	defer with.Close()
	r, err := with.Read(context.Background(), bad(t, "encrypted.pdf"))
	if err != nil || r.Pages != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestTheLightEngineReadsTheSampleLibrary expects words and headings from files of all three programs.
func TestTheLightEngineReadsTheSampleLibrary(t *testing.T) {
	pairs, err := fixtures.Library()
	if err != nil || len(pairs) == 0 {
		t.Fatalf("no sample library: %v", err)
	}
	light := pool.New(pool.Options{Engine: "light"})
	defer light.Close()
	full := pool.New(pool.Options{})
	defer full.Close()
	for _, pair := range pairs {
		raw, err := os.ReadFile(pair.PDF)
		if err != nil {
			t.Fatal(err)
		}
		got, err := light.Read(context.Background(), raw)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(pair.PDF), err)
			continue
		}
		want, err := full.Read(context.Background(), raw)
		if err != nil {
			t.Fatal(err)
		}
		has := map[string]bool{}
		for _, s := range got.Sections {
			has[s.Anchor] = true
		}
		missing := 0
		for _, s := range want.Sections {
			if !has[s.Anchor] {
				missing++
			}
		}
		if missing*10 > len(want.Sections) {
			t.Errorf("%s: %d of %d sections are missing", filepath.Base(pair.PDF), missing, len(want.Sections))
		}
	}
}

func TestCancelling(t *testing.T) {
	p := pool.New(pool.Options{Processes: 1})
	defer p.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.Read(ctx, bad(t, "ligatures.pdf")); err == nil {
		t.Error("a cancelled read answered")
	}
	if _, err := p.Read(context.Background(), bad(t, "ligatures.pdf")); err != nil {
		t.Errorf("after a cancelled read: %v", err)
	}
}
