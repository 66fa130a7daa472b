package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// Condition is how the bytes of an original are found.
type Condition string

// The conditions.
const (
	Sound      Condition = "sound"
	Missing    Condition = "missing"
	Truncated  Condition = "truncated"
	Altered    Condition = "altered"    // as long as it was, or longer, with other bytes
	Unreadable Condition = "unreadable" // the operating system refuses it
)

// Look reads the bytes of a key and says in what condition they are. size is what the catalog knows, or -1.
func (s *Store) Look(key string, size int64) (Condition, error) {
	f, err := os.Open(s.Path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return Missing, nil
	}
	if err != nil {
		return Unreadable, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	switch {
	case err != nil:
		return Unreadable, err
	case hex.EncodeToString(h.Sum(nil)) == key:
		return Sound, nil
	case size >= 0 && n < size:
		return Truncated, nil
	}
	return Altered, nil
}

// Keys lists what the store holds, in order, whether the catalog knows it or not. An undone cascade leaves its originals here.
func (s *Store) Keys() ([]string, error) {
	found, err := filepath.Glob(filepath.Join(s.dir, "??", strings.Repeat("?", sha256.Size*2)))
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, len(found))
	for _, f := range found {
		if k := filepath.Base(f); isKey(k) && filepath.Base(filepath.Dir(f)) == k[:2] {
			out = append(out, k)
		}
	}
	return out, nil
}

func isKey(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == sha256.Size && strings.ToLower(s) == s
}

// Leftovers are unfinished files of writers that died, as paths. They are nobody's only while no other process holds the lock.
func (s *Store) Leftovers() []string {
	found, _ := filepath.Glob(filepath.Join(s.dir, "??", ".new-*"))
	return found
}

// Replace puts bytes in the place of damaged ones, which are kept in the folder quarantine. The bytes must be those of the key.
func (s *Store) Replace(key string, b []byte, quarantine string) error {
	if Key(b) != key {
		return fmt.Errorf("put back the original %s: the bytes offered have another hash", key)
	}
	path := s.Path(key)
	if _, err := os.Lstat(path); err == nil {
		if err := os.MkdirAll(quarantine, 0o755); err != nil {
			return fmt.Errorf("put back the original %s: %w", key, err)
		}
		aside := filepath.Join(quarantine, key)
		for i := 2; ; i++ {
			if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
				break
			}
			aside = filepath.Join(quarantine, fmt.Sprintf("%s-%d", key, i))
		}
		if err := os.Rename(path, aside); err != nil {
			return fmt.Errorf("put back the original %s: %w", key, err)
		}
	}
	_, err := s.Put(b)
	return err
}

// Holder tells who is changing the library in dir; busy is false when nobody is. It changes nothing, and says no more than what
// was so at that instant.
func Holder(dir string) (who string, busy bool) {
	file := filepath.Join(dir, "lock")
	if _, err := os.Stat(file); err != nil {
		return "", false
	}
	l := flock.New(file)
	ok, err := l.TryRLock()
	if err == nil && ok {
		_ = l.Unlock()
		return "", false
	}
	if err != nil {
		return "a process that this user may not ask after", true
	}
	raw, _ := os.ReadFile(filepath.Join(dir, "lock.holder"))
	if who = strings.TrimSpace(string(raw)); who == "" {
		who = "unknown"
	}
	return who, true
}

// Scratch makes a work folder in dir, whose name begins with prefix, and removes those that makers which died have left there.
// A folder belongs to a living maker as long as its lock is held. done removes it.
func Scratch(dir, prefix string) (path string, done func(), err error) {
	for _, old := range Abandoned(dir, prefix) {
		removeScratch(old)
	}
	path, err = os.MkdirTemp(dir, prefix)
	if err != nil {
		return "", nil, fmt.Errorf("make a work folder: %w", err)
	}
	l := flock.New(filepath.Join(path, scratchLock))
	if ok, err := l.TryLock(); err != nil || !ok {
		os.RemoveAll(path)
		return "", nil, fmt.Errorf("make a work folder: its lock cannot be taken: %w", err)
	}
	return path, func() {
		removeScratch(path)
		_ = l.Unlock()
		_ = os.RemoveAll(path) // where an open file cannot be removed, its lock was still there
	}, nil
}

// removeScratch removes the lock last: whoever is killed on the way leaves a folder that can be told to be abandoned.
func removeScratch(path string) {
	entries, _ := os.ReadDir(path)
	for _, e := range entries {
		if e.Name() != scratchLock {
			_ = os.RemoveAll(filepath.Join(path, e.Name()))
		}
	}
	_ = os.RemoveAll(path)
}

const scratchLock = "lock"

// settled is how old a work folder without a lock must be before it counts as abandoned: its maker takes the lock at once.
const settled = time.Minute

// Abandoned lists the work folders with this prefix in dir whose makers died.
func Abandoned(dir, prefix string) []string {
	entries, _ := os.ReadDir(dir)
	var out []string
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		lock := filepath.Join(path, scratchLock)
		info, err := os.Stat(lock)
		if err != nil || !info.Mode().IsRegular() {
			if i, err := e.Info(); err == nil && time.Since(i.ModTime()) > settled {
				out = append(out, path)
			}
			continue
		}
		l := flock.New(lock)
		if ok, err := l.TryLock(); err == nil && ok {
			_ = l.Unlock()
			out = append(out, path)
		}
	}
	return out
}
