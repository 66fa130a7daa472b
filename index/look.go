package index

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Look tells which generation dir holds for want, without opening it: want itself where its files are there, else the newest
// whole one that was built before it. built is when it was finished. It fails with [ErrMismatch] when there is neither. Only
// names and sizes of files are read; see [Verify] for their bytes.
func Look(dir string, want Stamp) (have Stamp, built time.Time, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return Stamp{}, time.Time{}, fmt.Errorf("look at the search index: %w", err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		s, err := readStamp(dir, e.Name())
		if err != nil || s.Cascade > want.Cascade || s.Generation == want.Generation && s.Stamp != want {
			continue
		}
		if have.Generation != "" && s.Cascade <= have.Cascade {
			continue
		}
		if fi, err := os.Stat(filepath.Join(dir, e.Name(), stampName)); err == nil {
			have, built = s.Stamp, fi.ModTime()
		}
	}
	if have.Generation == "" {
		return Stamp{}, time.Time{}, fmt.Errorf("%w: no whole generation is in %q", ErrMismatch, dir)
	}
	return have, built, nil
}
