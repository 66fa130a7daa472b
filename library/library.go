// Package library holds the use cases: ingest, undo, identify, the shelf, verdicts, show and search. Commands and servers
// call it and print what it answers. It joins the pure rules (epoch, corpus/identity) to the catalog, which keeps the
// truth, and the index, which can always be rebuilt from it.
//
// Every answer says what was requested, what it was resolved to, and why.
package library

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"substrate/corpus"
)

// ConfigFile is the file that makes a folder a library.
const ConfigFile = "substrate.yaml"

// StateDir is the folder beside it that holds catalog, originals and index.
const StateDir = ".substrate"

// ErrNoLibrary says that a folder is no library.
var ErrNoLibrary = errors.New("no library here")

// Library is one project's documents, rules and state.
type Library struct {
	Dir    string
	Config Config
	// Now is the clock; times appear in reports and never decide anything.
	Now func() time.Time
	Log *slog.Logger
	// PDF reads PDFs; it is asked for only when a PDF has to be read.
	PDF func() (PDFReader, error)
	// Observe is told of searches and ingests; nil: nobody is.
	Observe Observer

	mu   sync.Mutex
	open *snapshot
}

// PDFReader reads one PDF; it is safe for several goroutines. Its errors are sentences that say what to try.
type PDFReader interface {
	Read(ctx context.Context, raw []byte) (*corpus.Reading, error)
}

// Find looks for the library that dir belongs to: the nearest folder upwards that holds substrate.yaml.
func Find(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for d := abs; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, ConfigFile)); err == nil {
			return d, nil
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("%w: neither %q nor a folder above it holds %s; make one with substrate init, or name one with --library DIR", ErrNoLibrary, abs, ConfigFile)
		}
	}
}

// Open opens the library in dir, which must hold substrate.yaml.
func Open(dir string, cfg Config) (*Library, error) {
	if _, err := os.Stat(filepath.Join(dir, ConfigFile)); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %q holds no %s; make it with substrate init --library %s", ErrNoLibrary, dir, ConfigFile, dir)
	}
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	return &Library{Dir: dir, Config: cfg, Now: time.Now, Log: slog.New(slog.DiscardHandler)}, nil
}

// Name is how reports call the library: as its configuration says, or the name of its folder.
func (l *Library) Name() string {
	if l.Config.Name != "" {
		return l.Config.Name
	}
	return filepath.Base(l.Dir)
}

func (l *Library) state() string    { return filepath.Join(l.Dir, StateDir) }
func (l *Library) indexDir() string { return filepath.Join(l.state(), "index") }
