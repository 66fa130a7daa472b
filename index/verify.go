package index

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Verify reads a whole generation and compares it with what it should hold: the stamp, the checksum of every segment file, and
// the number of passages of each key, by half. It costs as much as reading all files once. It fails with [ErrMismatch], whose
// remedy is a new generation.
func Verify(dir string, want Stamp, current, archive map[string]int) (err error) {
	defer func() {
		// Damage that no checksum covers can surface as a panic; see openReader.
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: generation %q: %v", ErrMismatch, want.Generation, r)
		}
	}()
	s, err := readStamp(dir, want.Generation)
	if err != nil {
		return err
	}
	if s.Stamp != want {
		return fmt.Errorf("%w: generation %q is of cascade %d with digest %q, wanted is cascade %d with digest %q", ErrMismatch, want.Generation, s.Cascade, s.Digest, want.Cascade, want.Digest)
	}
	folder := filepath.Join(dir, want.Generation)
	for name := range s.Files {
		if strings.HasSuffix(name, ".zap") {
			if err := checkSegment(filepath.Join(folder, filepath.FromSlash(name))); err != nil {
				return fmt.Errorf("%w: generation %q: %q: %w", ErrMismatch, want.Generation, name, err)
			}
		}
	}
	for _, h := range []struct {
		name  string
		keys  map[string]int
		total int
	}{{currentDir, current, s.Current.Passages}, {archiveDir, archive, s.Archive.Passages}} {
		want, sum := map[string]total{}, 0
		for k, n := range h.keys {
			want[k] = total{Passages: n}
			sum += n
		}
		if sum != h.total {
			return fmt.Errorf("%w: %s: the stamp says %d passages, the catalog %d", ErrMismatch, h.name, h.total, sum)
		}
		if err := verifyHalf(filepath.Join(folder, h.name), want); err != nil {
			return fmt.Errorf("%s: %w", h.name, err)
		}
	}
	return nil
}

// checkSegment compares a segment file with the checksum (CRC-32, IEEE) that zap writes into its last four bytes.
func checkSegment(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() < 4 {
		return fmt.Errorf("it has %d bytes", info.Size())
	}
	h := crc32.NewIEEE()
	if _, err := io.CopyN(h, f, info.Size()-4); err != nil {
		return err
	}
	var sum [4]byte
	if _, err := io.ReadFull(f, sum[:]); err != nil {
		return err
	}
	if binary.BigEndian.Uint32(sum[:]) != h.Sum32() {
		return fmt.Errorf("its checksum does not fit its bytes")
	}
	return nil
}

// Leftovers lists folders in dir that no process needs any more: unfinished generations, those beyond the one in force, and
// those before it but the newest, which readers may still be on their way from. Nothing may be building.
func Leftovers(dir, inForce string) []string {
	entries, _ := os.ReadDir(dir)
	var out, before []string
	for _, e := range entries {
		name := e.Name()
		switch {
		case !e.IsDir():
		case strings.HasPrefix(name, tempPrefix):
			out = append(out, filepath.Join(dir, name))
		case inForce == "" || name == inForce:
		case older(inForce, name) < 0:
			out = append(out, filepath.Join(dir, name))
		default:
			before = append(before, name)
		}
	}
	slices.SortFunc(before, older)
	for i := 0; i < len(before)-1; i++ {
		out = append(out, filepath.Join(dir, before[i]))
	}
	return out
}

// older orders the names of generations, which end in a number that may outgrow its zeros.
func older(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
