package index

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// scheme numbers how passages become terms. It must grow with every change to word.go, stem.go, document.go
// or Split: a generation of another scheme is never opened nor built upon.
const scheme = 1

// ErrMismatch is returned by [Open] for a generation that is missing, damaged or not what was asked for.
// The remedy is always the same: build a new one from nothing.
var ErrMismatch = errors.New("search index does not fit the library; rebuild the index")

// Stamp says what a generation was built for. The caller keeps Generation, Cascade and Digest in its catalog
// and opens a generation by them.
type Stamp struct {
	Generation string `json:"generation"`
	Cascade    int    `json:"cascade"`
	// Digest stands for the sets of keys that may be found; see [Digest].
	Digest string `json:"digest"`
}

// stampFile is the file stamp.json of a generation: the stamp and what an Open checks and ranking needs.
type stampFile struct {
	Stamp
	Scheme  int              `json:"scheme"`
	Current total            `json:"current"`
	Archive total            `json:"archive"`
	Files   map[string]int64 `json:"files"` // size in bytes by name within the folder
}

// total counts living passages and the words of their texts.
type total struct {
	Passages int `json:"passages"`
	Words    int `json:"words"`
}

func (t *total) add(o total) { t.Passages += o.Passages; t.Words += o.Words }

// counts is the file counts.json: totals per key. It grows with the library, and only Build needs it, so
// that it is not a part of stamp.json, which every process reads at its start.
type counts struct {
	Current map[string]total `json:"current"`
	Archive map[string]total `json:"archive"`
}

// Digest names a pair of sets of keys, independent of their order. It also changes with the way texts are
// indexed, so that after a program update a digest kept in a catalog no longer fits and the index is rebuilt.
func Digest(current, archive []string) string {
	h := sha256.New()
	fmt.Fprintf(h, "scheme %d\n", scheme)
	for _, set := range [][]string{current, archive} {
		sorted := slices.Compact(slices.Sorted(slices.Values(set)))
		for _, k := range sorted {
			fmt.Fprintf(h, "%s\n", k)
		}
		fmt.Fprintln(h)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

const (
	stampName  = "stamp.json"
	countsName = "counts.json"
	currentDir = "current"
	archiveDir = "archive"
	tempPrefix = ".building-"
)

// readStamp reads and checks the stamp of a generation: scheme, own name, presence and size of all files.
func readStamp(dir, name string) (stampFile, error) {
	var s stampFile
	if err := checkName(name); err != nil {
		return s, err
	}
	return s, s.read(filepath.Join(dir, name), name)
}

func (s *stampFile) read(folder, name string) error {
	b, err := os.ReadFile(filepath.Join(folder, stampName))
	if err != nil {
		return fmt.Errorf("%w: generation %q: %w", ErrMismatch, name, err)
	}
	if err := json.Unmarshal(b, s); err != nil {
		return fmt.Errorf("%w: generation %q: %w", ErrMismatch, name, err)
	}
	if s.Scheme != scheme {
		return fmt.Errorf("%w: generation %q was built by another version of this program", ErrMismatch, name)
	}
	if s.Generation != name {
		return fmt.Errorf("%w: generation %q is stamped %q", ErrMismatch, name, s.Generation)
	}
	for f, size := range s.Files {
		fi, err := os.Stat(filepath.Join(folder, filepath.FromSlash(f)))
		if err != nil {
			return fmt.Errorf("%w: generation %q: %w", ErrMismatch, name, err)
		}
		if fi.Size() != size {
			return fmt.Errorf("%w: generation %q: %q has %d bytes, not %d", ErrMismatch, name, f, fi.Size(), size)
		}
	}
	return nil
}

func checkName(name string) error {
	if name == "" || strings.HasPrefix(name, ".") || name != filepath.Base(name) {
		return fmt.Errorf("generation name %q is not a plain folder name; use letters, digits and hyphens", name)
	}
	return nil
}

// Clean removes every generation and leftover in dir but those named. A process that has one of them open
// keeps reading it undisturbed (its files stay until it closes them). A missing dir is clean.
func Clean(dir string, keep ...string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("clean search index: %w", err)
	}
	for _, e := range entries {
		// Only what this package makes: folders with a stamp, and unfinished ones.
		if !e.IsDir() || slices.Contains(keep, e.Name()) {
			continue
		}
		if !strings.HasPrefix(e.Name(), tempPrefix) {
			if _, err := os.Stat(filepath.Join(dir, e.Name(), stampName)); err != nil {
				continue
			}
		}
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return fmt.Errorf("clean search index: %w", err)
		}
	}
	return nil
}
