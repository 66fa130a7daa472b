package library

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"unicode/utf8"

	"substrate/corpus/catalog"
)

// repair mends what can be mended without loss. failed says, by area, place and words of a fault, why one was not.
func (l *Library) repair(ctx context.Context, faults []Fault) (mended []Mended, failed map[string]error) {
	mended, failed = []Mended{}, map[string]error{}
	for _, f := range faults {
		if f.fix == nil {
			continue
		}
		done, err := f.fix(ctx)
		if err != nil {
			failed[f.Area+f.Where+f.What] = err
			continue
		}
		mended = append(mended, Mended{f.Area, f.What, f.Where, done})
	}
	return mended, failed
}

// Salvaged tells what a salvage brought out.
type Salvaged struct {
	Folder  string   `json:"folder"`
	Files   int      `json:"files"`
	Damaged []string `json:"damaged"` // keys whose bytes are not what they were; they are left out
}

// Salvage writes the originals into dir, each as a file that can be ingested again, without trusting the catalog: it is for a
// library that has lost it. A file has the name it came with where the catalog can still tell, else its hash.
func (l *Library) Salvage(ctx context.Context, dir string) (*Salvaged, error) {
	if err := emptyFolder(dir); err != nil {
		return nil, err
	}
	names := map[string]string{}
	if c, err := catalog.Open(ctx, l.state(), catalog.ReadOnly); err == nil {
		list, _ := c.Originals(ctx)
		for _, o := range list {
			names[o.Key] = o.File
		}
		c.Close()
	}
	store := catalog.OpenStore(l.state())
	keys, err := store.Keys()
	if err != nil {
		return nil, err
	}
	out := &Salvaged{Folder: dir, Damaged: []string{}}
	for _, k := range keys {
		raw, err := store.Get(k)
		if err != nil {
			out.Damaged = append(out.Damaged, k)
			continue
		}
		name := names[k]
		if name == "" || name != filepath.Base(name) {
			name = k[:16] + extension(raw)
		}
		if exists(filepath.Join(dir, name)) {
			name = k[:16] + "-" + name
		}
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o644); err != nil {
			return nil, fmt.Errorf("salvage: %w", err)
		}
		out.Files++
	}
	return out, nil
}

// extension tells by the bytes how a document's name ends.
func extension(raw []byte) string {
	head := raw[:min(len(raw), 1024)]
	if !utf8.Valid(raw) || len(head) > 4 && string(head[:5]) == "%PDF-" {
		return ".pdf"
	}
	return ".md"
}

// emptyFolder makes a folder, or accepts one that is empty.
func emptyFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look into the folder: %w", err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("%q is not empty; name a new folder", dir)
	}
	return nil
}
