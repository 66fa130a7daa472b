package mcp

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"substrate/fixtures"
	"substrate/library"
)

var update = flag.Bool("update", false, "write the goldens anew")

// fixed is the time of all cascades in these tests.
var fixed = time.Date(2026, 4, 27, 18, 2, 0, 0, time.UTC)

// sample is the sample library, read from its Markdown sources, made once for all tests that only read.
var sample = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "substrate-mcp-*")
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "sample")
	return dir, ingest(dir, filepath.Join(fixtures.Dir(), "library", "src"))
})

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if dir, err := sample(); err == nil {
		os.RemoveAll(filepath.Dir(dir))
	}
	os.Exit(code)
}

func ingest(dir string, paths ...string) error {
	if _, err := library.Init(dir); err != nil {
		return err
	}
	l, err := library.Open(dir, library.Config{})
	if err != nil {
		return err
	}
	defer l.Close()
	l.Now = func() time.Time { return fixed }
	_, err = l.Ingest(context.Background(), paths, library.IngestOptions{})
	return err
}

func sampleDir(t testing.TB) string {
	t.Helper()
	dir, err := sample()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// ownSample is a copy of the sample library, for tests that write to it.
func ownSample(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "sample")
	if err := os.CopyFS(dir, os.DirFS(sampleDir(t))); err != nil {
		t.Fatal(err)
	}
	return dir
}

func openSample(t testing.TB) *library.Library {
	t.Helper()
	l, err := library.Open(sampleDir(t), library.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func serverOf(t testing.TB, dir string) *Server {
	t.Helper()
	s := New(Options{Dir: dir, Version: "test", Open: func() (*library.Library, error) {
		l, err := library.Open(dir, library.Config{})
		if err == nil {
			l.Now = func() time.Time { return fixed }
		}
		return l, err
	}})
	t.Cleanup(s.Close)
	return s
}

// callTool runs a tool as a client would, and fails the test on an error.
func callTool(t testing.TB, l *library.Library, name string, args any) Answer {
	t.Helper()
	a, err := tryTool(l, name, args)
	if err != nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return a
}

func tryTool(l *library.Library, name string, args any) (Answer, error) {
	raw, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	for _, t := range tools {
		if t.name == name {
			return t.call(context.Background(), l, raw)
		}
	}
	panic("no tool " + name)
}

type given map[string]any
