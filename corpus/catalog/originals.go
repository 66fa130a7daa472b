package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Store keeps original bytes by their hash, in originals/ab/abcdef….
type Store struct{ dir string }

// OpenStore is the store in a library's state folder.
func OpenStore(dir string) *Store { return &Store{filepath.Join(dir, "originals")} }

// Key is the name of bytes in the store: their SHA-256 in hexadecimal.
func Key(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// Path is where the bytes of a key lie.
func (s *Store) Path(key string) string {
	if len(key) < 2 {
		return filepath.Join(s.dir, "_", key)
	}
	return filepath.Join(s.dir, key[:2], key)
}

// Put writes bytes under their key. When it returns without error they are on disk under their final name.
func (s *Store) Put(b []byte) (string, error) {
	key := Key(b)
	path := s.Path(key)
	if c, _ := s.Look(key, int64(len(b))); c == Sound {
		return key, nil // damaged bytes are replaced
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("keep the original: %w", err)
	}
	if err := writeSync(dir, path, b); err != nil {
		return "", fmt.Errorf("keep the original: %w", err)
	}
	return key, nil
}

func writeSync(dir, path string, b []byte) error {
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Chmod(0o444), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}

// Get reads the bytes of a key and checks them against it.
func (s *Store) Get(key string) ([]byte, error) {
	b, err := os.ReadFile(s.Path(key))
	if err != nil {
		return nil, fmt.Errorf("read the original: %w", err)
	}
	if Key(b) != key {
		return nil, fmt.Errorf("the original %s is damaged: its bytes no longer have that hash; substrate doctor --repair looks for them elsewhere", key)
	}
	return b, nil
}
