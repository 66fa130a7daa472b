package library

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"substrate/capture"
	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/corpus/identity"
	"substrate/corpus/markdown"
	"substrate/typeset"

	"github.com/moby/sys/atomicwriter"
)

// IssuedDir is the folder of a library in which issued versions are put as files.
const IssuedDir = "issued"

// Issued is what an approval did. The JSON form is stable.
type Issued struct {
	Revision capture.Revision `json:"revision"`
	Ref      string           `json:"ref"`
	File     string           `json:"file"` // where the new version stands as a file
	Report   *Report          `json:"report"`
	Notes    []string         `json:"notes,omitempty"`
}

// ApproveRevision issues the next version of a document: one change of the library takes it in, archives the version before,
// keeps its Markdown, and marks the revision and its findings; undo takes all of it back. by is the person who approves.
func (l *Library) ApproveRevision(ctx context.Context, id, by string, wait time.Duration) (*Issued, error) {
	w, err := l.change(ctx, "substrate revise approve", wait)
	if err != nil {
		return nil, err
	}
	defer w.close()
	r, err := revisionOf(ctx, w.cat, id)
	if err != nil {
		return nil, err
	}
	if r.State != capture.Draft {
		return nil, fmt.Errorf("revision R-%d is %s already: %s", r.ID, r.State, r.Settled)
	}
	_, row, err := l.base(ctx, w.cat, string(r.Document))
	if err != nil {
		return nil, err
	}
	if row.Key != r.Base {
		return nil, fmt.Errorf("%w: R-%d was drafted on %s, and %s is current now; substrate revise %s drafts it anew on that", ErrStale, r.ID, r.From, refOf(row.Document, row.Label), r.Document)
	}
	raw, notes, err := l.edition(ctx, r, row.Format)
	if err != nil {
		return nil, err
	}
	out := &Issued{Ref: refOf(r.Document, corpus.ParseLabel(r.Version)).String(), Notes: notes}
	name := fileName(r.Title+" "+r.Version) + map[string]string{"pdf": ".pdf", "markdown": ".md"}[row.Format]
	out.File = filepath.Join(l.Dir, IssuedDir, name)
	if err := l.issue(ctx, w, r, row, raw, by, out); err != nil {
		return nil, err
	}
	out.Revision = *r
	// The library has the version from here on; the file is for people to hand on, and can be written again at any time.
	if err := writeFile(out.File, raw, 0o644); err != nil {
		out.Notes = append(out.Notes, "it is in the library, but not written as a file: "+err.Error())
		out.File = ""
	}
	return out, nil
}

// edition is the new version as bytes, in the format of the one before. It is read back, so that nothing is issued that the
// library would take for something else.
func (l *Library) edition(ctx context.Context, r *capture.Revision, format string) ([]byte, []string, error) {
	want, err := markdown.Read([]byte(r.Source))
	if err != nil {
		return nil, nil, err
	}
	if format == "markdown" {
		return []byte(r.Source), nil, nil
	}
	raw, notes, err := l.print(ctx, r.Source)
	if err != nil {
		return nil, nil, err
	}
	reader, err := l.PDF()
	if err != nil {
		return nil, nil, err
	}
	got, err := reader.Read(ctx, raw)
	if err != nil {
		return nil, nil, fmt.Errorf("the printed version cannot be read back: %w", err)
	}
	id := identity.Identify(got, r.Title+".pdf", identity.Options{Markers: l.Config.markers()})
	if id.Label.Key() != corpus.ParseLabel(r.Version).Key() {
		return nil, nil, fmt.Errorf("the printed version reads back as %q, not %s: nothing was issued; look at it with substrate revise show R-%d --pdf", id.Label, r.Version, r.ID)
	}
	was, now := anchorsOf(want.Sections), anchorsOf(got.Sections)
	for _, a := range was {
		if !slices.Contains(now, a) {
			notes = append(notes, fmt.Sprintf("the printed version reads back without its section %s", a))
		}
	}
	return raw, notes, nil
}

// print sets a text as a PDF.
func (l *Library) print(ctx context.Context, source string) ([]byte, []string, error) {
	res, err := typeset.PDF(ctx, []byte(source), typeset.Meta{}, l.Config.Theme, os.DirFS(l.Dir))
	if err != nil {
		return nil, nil, fmt.Errorf("print the document: %w", err)
	}
	notes := res.Warnings
	for _, m := range res.Missing {
		notes = append(notes, fmt.Sprintf("no font has %q (%d times, near %q): it is printed as a box", m.Rune, m.Count, m.Near))
	}
	return res.PDF, notes, nil
}

// RevisionPDF is a revision as it would be printed.
func (l *Library) RevisionPDF(ctx context.Context, id string) ([]byte, []string, error) {
	r, err := l.Revision(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	return l.print(ctx, r.Source)
}

// issue takes the new version in, in one change of the catalog.
func (l *Library) issue(ctx context.Context, w *writer, r *capture.Revision, row catalog.Row, raw []byte, by string, out *Issued) error {
	dir, err := os.MkdirTemp(l.state(), ".issue-")
	if err != nil {
		return fmt.Errorf("make a work folder: %w", err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, filepath.Base(out.File))
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		return fmt.Errorf("write the new version: %w", err)
	}
	key := catalog.Key(raw)
	if o, known := w.facts.originals[key]; known {
		return fmt.Errorf("these very bytes are in the library already, as %s", o.File)
	}
	r.State, r.Settled = capture.Approved, "issued as "+out.Ref+" by "+by
	own, err := findings(ctx, w.cat, 0, capture.Drafted)
	if err != nil {
		return err
	}
	issue := &catalog.Issue{Key: key, Source: []byte(r.Source)}
	for _, f := range own {
		if f.Revision == r.ID {
			f.State, f.Settled = capture.Done, "in "+out.Ref
			issue.Findings = append(issue.Findings, findingRow(f))
		}
	}
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	issue.Revision = catalog.Revision{ID: r.ID, Document: r.Document, State: string(r.State), Revision: body}
	run := &ingest{l: l, w: w, report: newReport(l.Now()), fresh: map[string]bool{}, now: w.facts.clone(), issue: issue}
	defer run.clean()
	if err := run.readAll(ctx, []found{{path: file, name: out.File}}); err != nil {
		return err
	}
	if n := len(run.report.Failed); n > 0 {
		return fmt.Errorf("the new version cannot be read: %s", run.report.Failed[0].Reason)
	}
	// What the version is was approved by a person; evidence in the text need not be weighed again.
	said := identity.Said{Title: r.Title, Version: r.Version, Date: r.Date.String(), Epoch: row.Epoch}
	d := catalog.Decision{Key: key, Said: said, Source: "revise", At: l.Now()}
	run.now.decisions = append(run.now.decisions, d)
	run.decisions = append(run.decisions, d)
	run.redo[key] = true
	for i := range run.sightings {
		run.sightings[i].Path = out.File
	}
	for i := range run.now.sightings {
		if run.now.sightings[i].Key == key {
			run.now.sightings[i].Path = out.File
		}
	}
	out.Report, err = run.finish(ctx)
	return err
}

// withdraw takes a file back that an approval wrote, unless somebody changed it since.
func (l *Library) withdraw(name string, was *facts) {
	path := filepath.Join(l.Dir, IssuedDir, name)
	raw, err := os.ReadFile(path)
	if err != nil {
		return
	}
	if o, known := was.originals[catalog.Key(raw)]; known && o.File == name {
		if err := os.Remove(path); err != nil {
			l.Log.Warn("an issued file was not taken back", "file", path, "error", err)
		}
	}
}

// writeFile writes a file whole or not at all, and makes its folder.
func writeFile(path string, raw []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return atomicwriter.WriteFile(path, raw, mode)
}

// fileName is a name that every file system takes.
func fileName(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return ' '
		}
		return r
	}, s)), " ")
}
