package index

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// share makes the files of a finished index available at another path: segment files, which are never
// written again, as hard links (copies where link fails: not every file system has them), root.bolt as a copy.
func share(from, to string, link func(old, new string) error) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		src, dst := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		switch {
		case strings.HasSuffix(e.Name(), ".zap"):
			if link(src, dst) == nil {
				continue
			}
			if err := copyFile(src, dst); err != nil {
				return err
			}
		case e.Name() == "root.bolt":
			if err := copyFile(src, dst); err != nil {
				return err
			}
		}
	}
	return nil
}

func copyFile(src, dst string) error {
	r, err := os.Open(src)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.OpenFile(dst, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err = io.Copy(w, r); err == nil {
		err = w.Sync()
	}
	return errors.Join(err, w.Close())
}

// seal writes the stamp and the counts and brings folder entries to disk. Scorch has synced its own files.
func (g *generation) seal() error {
	g.stamp.Files = map[string]int64{}
	err := filepath.WalkDir(g.folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		fi, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(g.folder, path)
		if err != nil {
			return err
		}
		g.stamp.Files[filepath.ToSlash(name)] = fi.Size()
		// Segment files are shared between generations: nobody, by whatever mistake, shall write to them.
		if strings.HasSuffix(name, ".zap") && fi.Mode().Perm() != 0o444 {
			return os.Chmod(path, 0o444)
		}
		if strings.HasSuffix(name, "root.bolt") && fi.Mode().Perm() != 0o644 {
			// Other users' processes may search too.
			return os.Chmod(path, 0o644)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(g.folder, countsName), g.counts); err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(g.folder, stampName), g.stamp); err != nil {
		return err
	}
	for _, d := range []string{currentDir, archiveDir, ""} {
		if err := syncDir(filepath.Join(g.folder, d)); err != nil {
			return err
		}
	}
	return nil
}

func writeJSON(path string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err = f.Write(b); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// verify opens the sealed folder as a reader would and compares it with what was meant to be in it.
func (g *generation) verify() error {
	var s stampFile
	if err := s.read(g.folder, g.stamp.Generation); err != nil {
		return err
	}
	if s.Stamp != g.stamp.Stamp {
		return fmt.Errorf("%w: stamp changed on its way to disk", ErrMismatch)
	}
	for half, want := range map[string]map[string]total{currentDir: g.counts.Current, archiveDir: g.counts.Archive} {
		if err := verifyHalf(filepath.Join(g.folder, half), want); err != nil {
			return fmt.Errorf("%s: %w", half, err)
		}
	}
	return nil
}

func verifyHalf(path string, want map[string]total) error {
	sum := 0
	for _, t := range want {
		sum += t.Passages
	}
	if sum == 0 {
		return nil // never opened; see Open
	}
	r, err := openReader(path)
	if err != nil {
		return err
	}
	defer r.close()
	segs, closeSegs, err := r.segments(0, false)
	if err != nil {
		return err
	}
	defer closeSegs()
	if n, err := r.count(); err != nil || n != sum {
		return fmt.Errorf("%w: %d passages on disk, %d meant", ErrMismatch, n, sum)
	}
	for _, s := range segs {
		if err := s.open(); err != nil {
			return err
		}
	}
	for key, t := range want {
		n := 0
		for _, s := range segs {
			pl, err := s.postings(fieldVersion, key)
			if err != nil {
				return err
			}
			n += int(pl.Count())
		}
		if n != t.Passages {
			return fmt.Errorf("%w: version %q has %d passages on disk, %d meant", ErrMismatch, key, n, t.Passages)
		}
	}
	return nil
}

// install gives the finished folder its name, durably. A folder that has the name already is a finished
// generation whose build was not recorded by the caller; it is moved away first, as a leftover.
func install(dir, tmp, next string) error {
	final := filepath.Join(dir, next)
	if _, err := os.Lstat(final); err == nil {
		old := tmp + "-old"
		if err := os.Rename(final, old); err != nil {
			return err
		}
		defer os.RemoveAll(old)
	}
	if err := os.Rename(tmp, final); err != nil {
		return err
	}
	return syncDir(dir)
}
