package library

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/corpus/identity"
	"substrate/corpus/markdown"
	"substrate/epoch"

	"github.com/moby/sys/atomicwriter"
)

// Identified is what a file was found to be.
type Identified struct {
	File     string          `json:"file"`
	Key      string          `json:"sha256"`
	Identity corpus.Identity `json:"identity"`
	Known    bool            `json:"known"` // it is in the library
	Verdict  *epoch.Verdict  `json:"verdict,omitempty"`
	Report   *Report         `json:"report,omitempty"` // of the cascade that a decision made
}

// Identify shows what a file is taken for, with the evidence. file is a path, a reference to an edition in the library, or
// the file name it was ingested under.
func (l *Library) Identify(ctx context.Context, file string) (*Identified, error) {
	key, name, raw, err := l.locate(ctx, file)
	if err != nil {
		return nil, err
	}
	out := &Identified{File: name, Key: key}
	if s, err := l.reader(ctx); err == nil {
		defer s.done()
		if list, err := s.cat.Originals(ctx, key); err == nil && len(list) == 1 {
			out.Known, out.Identity = true, list[0].Identity
			if row, ok, err := s.cat.Row(ctx, key); err == nil && ok {
				out.Verdict = &epoch.Verdict{Key: key, Document: row.Document, Standing: row.Standing, Rule: row.Rule, Because: row.Because, Epoch: row.Epoch, ReplacedBy: row.ReplacedBy, Findable: row.Findable}
			}
			return out, nil
		}
	}
	said, err := sidecar(file)
	if err != nil {
		return nil, err
	}
	reading, err := l.readBytes(ctx, name, raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	opts, _ := l.identifyWith(said)
	out.Identity = identity.Identify(reading, file, opts)
	return out, nil
}

func (l *Library) readBytes(ctx context.Context, name string, raw []byte) (*corpus.Reading, error) {
	switch formatOf(name) {
	case "markdown":
		return markdown.Read(raw)
	case "pdf":
		reader, err := l.PDF()
		if err != nil {
			return nil, err
		}
		return reader.Read(ctx, raw)
	}
	return nil, errors.New("its name ends in neither .pdf nor .md")
}

// locate finds the original that a path, a reference or a file name means.
func (l *Library) locate(ctx context.Context, file string) (key, name string, raw []byte, err error) {
	if info, err := os.Stat(file); err == nil && !info.IsDir() {
		raw, err := os.ReadFile(file)
		if err != nil {
			return "", "", nil, fmt.Errorf("%q cannot be read: %w", file, errors.Unwrap(err))
		}
		return catalog.Key(raw), filepath.Base(file), raw, nil
	}
	s, err := l.reader(ctx)
	if err != nil {
		return "", "", nil, fmt.Errorf("%q is no file, and %w", file, err)
	}
	defer s.done()
	rows, err := s.cat.All(ctx)
	if err != nil {
		return "", "", nil, err
	}
	ref, refErr := corpus.ParseRef(file)
	var hits []catalog.Row
	for _, r := range rows {
		if r.File == file || len(file) >= 8 && len(r.Key) > len(file) && r.Key[:len(file)] == file || refErr == nil && r.Document == ref.Document && (ref.Version == "" && r.Current || ref.Version != "" && r.Label.Key() == ref.Version) {
			hits = append(hits, r)
		}
	}
	switch len(hits) {
	case 0:
		return "", "", nil, fmt.Errorf("%q is no file here, and the library knows no file or reference of that name; substrate documents lists what it knows", file)
	case 1:
		return hits[0].Key, hits[0].File, nil, nil
	}
	names := ""
	for _, h := range hits {
		names += fmt.Sprintf("\n  %s  %s", h.Key[:12], h.File)
	}
	return "", "", nil, fmt.Errorf("%q means several files; name one by its path or by the first letters of its hash:%s", file, names)
}

// Decide records what a person says about a file. A file that is in the library gets its standing anew, in a cascade of its
// own; one that is not yet gets a sidecar, which the next ingest heeds.
func (l *Library) Decide(ctx context.Context, file string, said identity.Said, wait time.Duration) (*Identified, error) {
	if said.Version != "" && corpus.ParseLabel(said.Version).IsZero() {
		return nil, fmt.Errorf("version %q is empty; write it as V2.1, Rev C or 2026-03", said.Version)
	}
	if said.Date != "" {
		if _, err := corpus.ParseISODate(said.Date); err != nil {
			return nil, err
		}
	}
	key, name, raw, err := l.locate(ctx, file)
	if err != nil {
		return nil, err
	}
	w, err := l.change(ctx, "substrate identify", wait)
	if err != nil {
		return nil, err
	}
	defer w.close()
	if _, known := w.facts.originals[key]; !known {
		if raw == nil {
			return nil, fmt.Errorf("%q is not in the library", file)
		}
		old, err := sidecar(file)
		if err != nil {
			return nil, err
		}
		if err := writeSidecar(file, said.Over(old)); err != nil {
			return nil, err
		}
		return l.Identify(ctx, file)
	}
	now := w.facts.clone()
	d := catalog.Decision{Key: key, Said: said, Source: "command", At: l.Now()}
	now.decisions = append(now.decisions, d)
	ids, with, err := l.reidentify(ctx, now, map[string]bool{key: true}, w.sections)
	if err != nil {
		return nil, err
	}
	before, err := storedShelf(ctx, w.cat)
	if err != nil {
		return nil, err
	}
	after := l.shelve(now)
	r := newReport(l.Now())
	compare(r, before, after, w.facts, now, nil)
	_, err = l.commit(ctx, w, before, after, catalog.Change{
		Expect: w.state.Revision, At: l.Now(), Kind: "identify", Decisions: []catalog.Decision{d}, Identities: ids, Identified: with,
		Shelf: after, Rules: l.rulesDigest(),
		Report: func(n int) (json.RawMessage, error) { r.Cascade = n; return json.Marshal(r) },
	}, w.sections)
	if err != nil {
		return nil, err
	}
	v := after.Verdicts[key]
	return &Identified{File: name, Key: key, Identity: now.originals[key].Identity, Known: true, Verdict: &v, Report: r}, nil
}

func writeSidecar(file string, s identity.Said) error {
	text := "# What substrate takes " + filepath.Base(file) + " for, by a person's word.\n"
	for _, f := range []struct{ key, value string }{{"title", s.Title}, {"version", s.Version}, {"epoch", s.Epoch}, {"date", s.Date}, {"supersedes", s.Supersedes}} {
		if f.value != "" {
			text += fmt.Sprintf("%s: %q\n", f.key, f.value)
		}
	}
	if err := atomicwriter.WriteFile(file+".yaml", []byte(text), 0o644); err != nil {
		return fmt.Errorf("write the sidecar: %w", err)
	}
	return nil
}
