package library

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long a file must be left alone before it is taken in: programs write PDFs in several steps.
const settle = 2 * time.Second

// Watch ingests what settles in folders until ctx ends. done is told of each run.
func (l *Library) Watch(ctx context.Context, dirs []string, o IngestOptions, done func(*Report, error)) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	defer w.Close()
	for _, d := range dirs {
		info, err := os.Stat(d)
		if err != nil || !info.IsDir() {
			return fmt.Errorf("watch: %q is no folder", d)
		}
		if err := addTree(w, d); err != nil {
			return fmt.Errorf("watch %q: %w", d, err)
		}
	}
	run := func() {
		r, err := l.Ingest(ctx, dirs, o)
		if ctx.Err() == nil {
			done(r, err)
		}
	}
	run()
	quiet := time.NewTimer(time.Hour)
	quiet.Stop()
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-w.Events:
			if !ok {
				return nil
			}
			if e.Has(fsnotify.Create) {
				if info, err := os.Stat(e.Name); err == nil && info.IsDir() {
					_ = addTree(w, e.Name)
				}
			}
			if !strings.HasPrefix(filepath.Base(e.Name), ".") && !e.Has(fsnotify.Chmod) {
				quiet.Reset(settle)
			}
		case err, ok := <-w.Errors:
			if !ok {
				return nil
			}
			l.Log.Warn("watch", "error", err)
			if errors.Is(err, fsnotify.ErrEventOverflow) {
				quiet.Reset(settle)
			}
		case <-quiet.C:
			run()
		}
	}
}

func addTree(w *fsnotify.Watcher, dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if path != dir && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		return w.Add(path)
	})
}
