package library

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/corpus/identity"
	"substrate/corpus/markdown"
)

// taken is what became of one file.
type taken struct {
	file  found
	key   string
	orig  *catalog.Original // nil when the bytes were known
	said  identity.Said     // by its sidecar
	fresh bool
	err   error
}

// take reads one file, if its bytes are new.
func (r *ingest) take(ctx context.Context, f found, store *catalog.Store, claimed map[string]bool) taken {
	t := taken{file: f, err: f.err}
	if t.err != nil {
		return t
	}
	limit := int64(r.l.Config.PDF.Limits.FileMB)
	if limit == 0 {
		limit = 512
	}
	info, err := os.Stat(f.path)
	if err != nil {
		t.err = fmt.Errorf("cannot be read: %w", errors.Unwrap(err))
		return t
	}
	if info.Size() > limit<<20 {
		t.err = fmt.Errorf("it has %d MB, more than pdf.limits.file_mb (%d)", info.Size()>>20, limit)
		return t
	}
	raw, err := os.ReadFile(f.path)
	if err != nil {
		t.err = fmt.Errorf("cannot be read: %w", errors.Unwrap(err))
		return t
	}
	if t.said, t.err = sidecar(f.path); t.err != nil {
		return t
	}
	t.key = catalog.Key(raw)
	r.mu.Lock()
	_, known := r.w.facts.originals[t.key]
	claim := t.key + " " + formatOf(f.path)
	twin := claimed[claim]
	claimed[claim] = true
	r.mu.Unlock()
	if known || twin {
		return t
	}
	reading, err := r.read(ctx, f, raw)
	if err != nil {
		t.err = err
		return t
	}
	if err := r.spoolSections(t.key, reading.Sections); err != nil {
		t.err = err
		return t
	}
	if !r.o.DryRun {
		if _, err := store.Put(raw); err != nil {
			t.err = err
			return t
		}
	}
	opts, with := r.l.identifyWith(t.said)
	o := &catalog.Original{
		Key: t.key, File: filepath.Base(f.path), Size: int64(len(raw)), Format: reading.Format, Added: r.l.Now(),
		TextDigest: textDigest(reading.Sections), Identity: identity.Identify(reading, f.path, opts), Identified: with,
		Pages: reading.Pages, Bare: len(reading.BarePages), Sections: len(reading.Sections),
	}
	if o.Identity.Title == "" {
		o.Identity.Title = "Untitled " + t.key[:8]
	}
	o.Reading = *reading
	o.Reading.Sections = nil
	t.orig, t.fresh = o, true
	return t
}

func (r *ingest) read(ctx context.Context, f found, raw []byte) (*corpus.Reading, error) {
	if formatOf(f.path) == "markdown" {
		return markdown.Read(raw)
	}
	reader, err := r.l.PDF()
	if err != nil {
		return nil, err
	}
	return reader.Read(ctx, raw)
}

func (r *ingest) spoolSections(key string, s []corpus.Section) error {
	raw, err := json.Marshal(s)
	if err == nil {
		err = os.WriteFile(filepath.Join(r.spool, key), raw, 0o600)
	}
	if err != nil {
		return fmt.Errorf("keep what was read: %w", err)
	}
	return nil
}

// sections reads an original's sections, fresh or known.
func (r *ingest) sections(ctx context.Context, key string) ([]corpus.Section, error) {
	if !r.fresh[key] {
		return r.w.cat.Sections(ctx, key)
	}
	raw, err := os.ReadFile(filepath.Join(r.spool, key))
	if err != nil {
		return nil, fmt.Errorf("read back what was read: %w", err)
	}
	var s []corpus.Section
	return s, json.Unmarshal(raw, &s)
}
