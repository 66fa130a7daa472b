package library

import (
	"context"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/driftlog"
)

const exportPrefix = ".substrate-export-"

// Exported tells what an export wrote.
type Exported struct {
	Folder    string   `json:"folder"`
	Cascade   int      `json:"cascade"`
	Documents int      `json:"documents"`
	Versions  int      `json:"versions"`
	Tables    []string `json:"tables"`
	// Missing are refs of versions whose original is missing or damaged; everything else about them is there.
	Missing []string `json:"missing"`
}

// Export writes everything that the library holds as plain files into dir, which must be new or empty: each version as its
// original and as Markdown, lists as CSV and JSON, every table of the catalog, and a README that explains them. It is that of
// one instant, and dir gets its name when all of it is written.
func (l *Library) Export(ctx context.Context, dir string) (*Exported, error) {
	out, err := l.export(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	return out, nil
}

func (l *Library) export(ctx context.Context, dir string) (*Exported, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return nil, fmt.Errorf("%q is not empty; name a new folder", dir)
	}
	scratch, done, err := catalog.Scratch(filepath.Dir(dir), exportPrefix)
	if err != nil {
		return nil, err
	}
	defer done()
	// A copy of the catalog is one instant, however long the writing takes.
	if _, err := l.copyCatalog(ctx, filepath.Join(scratch, catalog.File), &Manifest{}); err != nil {
		return nil, err
	}
	cat, err := catalog.Open(ctx, scratch, catalog.ReadOnly)
	if err != nil {
		return nil, err
	}
	defer cat.Close()
	x := &exporter{l: l, cat: cat, to: filepath.Join(scratch, "out"), out: &Exported{Folder: dir, Tables: []string{}, Missing: []string{}}}
	for _, step := range []func(context.Context) error{x.versions, x.drift, x.candidates, x.findings, x.cascades, x.tables, x.settings, x.readme} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	_ = os.Remove(dir) // an empty one
	if err := os.Rename(x.to, dir); err != nil {
		return nil, err
	}
	return x.out, nil
}

type exporter struct {
	l   *Library
	cat *catalog.Catalog
	to  string
	out *Exported
}

// write writes one file, folders included.
func (x *exporter) write(name string, raw []byte) error {
	path := filepath.Join(x.to, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, raw, 0o644)
}

func (x *exporter) json(name string, v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return x.write(name, append(raw, '\n'))
}

// list writes the same rows as CSV and as JSON.
func (x *exporter) list(name string, header []string, rows [][]string, asJSON any) error {
	var b strings.Builder
	w := csv.NewWriter(&b)
	if err := errors.Join(w.Write(header), w.WriteAll(rows)); err != nil {
		return err
	}
	return errors.Join(x.write(name+".csv", []byte(b.String())), x.json(name+".json", asJSON))
}

// versions writes every version of every document: its original, its text, and what it is, in three trees, so that the originals
// can be taken in again without their texts.
func (x *exporter) versions(ctx context.Context) error {
	st, err := x.cat.State(ctx)
	if err != nil {
		return err
	}
	x.out.Cascade = st.Cascade
	rows, err := x.cat.All(ctx)
	if err != nil {
		return err
	}
	all := versionsOf(rows)
	files := map[string]string{} // key → folder
	taken, documents := map[string]bool{}, map[corpus.Slug]bool{}
	for i, r := range rows {
		folder := plainName(string(r.Document)) + "/" + plainName(r.Label.String())
		if r.Label.IsZero() || taken[folder] { // no version, or one that several files claim
			folder += "-" + r.Key[:8]
		}
		taken[folder], documents[r.Document], files[r.Key] = true, true, folder
		if err := x.version(ctx, folder, r, all[i]); err != nil {
			return err
		}
	}
	x.out.Versions, x.out.Documents = len(rows), len(documents)
	header := []string{"document", "title", "version", "date", "epoch", "standing", "rule", "because", "current", "replaced_by", "file", "format", "pages", "sections", "bytes", "sha256", "cascade", "ingested", "folder"}
	var lines [][]string
	for i, r := range rows {
		v := all[i]
		lines = append(lines, []string{string(v.Document), v.Title, v.Version, v.Date, v.Epoch, string(v.Standing), v.Rule, v.Because, fmt.Sprint(r.Current), v.ReplacedBy, v.File, r.Format, fmt.Sprint(r.Pages), fmt.Sprint(r.Sections), fmt.Sprint(r.Size), r.Key, fmt.Sprint(r.Cascade), r.Added.UTC().Format(time.RFC3339), files[r.Key]})
	}
	return x.list("versions", header, lines, all)
}

func (x *exporter) version(ctx context.Context, folder string, r catalog.Row, v Version) error {
	sections, err := x.cat.Sections(ctx, r.Key)
	if err != nil {
		return err
	}
	raw, err := catalog.OpenStore(x.l.state()).Get(r.Key)
	if err != nil {
		x.out.Missing = append(x.out.Missing, v.Ref)
	} else {
		if err := x.write("documents/"+folder+"/"+plainName(r.File), raw); err != nil {
			return err
		}
	}
	return errors.Join(x.write("text/"+folder+".md", []byte(markdownOf(v, sections))), x.json("versions/"+folder+".json", v))
}

// plainName makes a name that every file system takes.
func plainName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, s)
	if s = strings.Trim(s, " ."); s == "" {
		return "no-version"
	}
	return s
}

// drift writes the drift log as it stands, closed entries too.
func (x *exporter) drift(ctx context.Context) error {
	raw, err := x.cat.Derived(ctx, "drift")
	if err != nil {
		return err
	}
	st := &driftState{Entries: []driftlog.State{}}
	if raw != nil {
		if err := json.Unmarshal(raw, st); err != nil {
			return fmt.Errorf("read the drift state: %w", err)
		}
	}
	var lines [][]string
	for _, e := range st.Entries {
		lines = append(lines, []string{e.ID, e.Found.String(), e.Place(), e.Says, e.Actually, string(e.Status), e.By, e.Because, e.RecordedIn, e.Since, e.Target, e.Note})
	}
	return x.list("drift", []string{"id", "found", "document", "says", "actually", "status", "resolved_by", "because", "recorded_in", "since", "speaks_of", "note"}, lines, st.Entries)
}

// candidates writes what scans proposed and what became of it.
func (x *exporter) candidates(ctx context.Context) error {
	list, err := x.cat.Candidates(ctx)
	if err != nil {
		return err
	}
	all := []Candidate{}
	var lines [][]string
	for _, k := range list {
		c, err := candidateOf(k)
		if err != nil {
			return err
		}
		all = append(all, c)
		lines = append(lines, []string{c.ID, c.State, c.Note, string(c.Kind), c.Ref, c.Text, c.Value, c.Other, c.OtherText, c.OtherValue, c.Because, k.At.UTC().Format(time.RFC3339)})
	}
	return x.list("candidates", []string{"id", "state", "note", "kind", "ref", "text", "value", "other_ref", "other_text", "other_value", "because", "at"}, lines, all)
}

// findings writes what was captured in sessions.
func (x *exporter) findings(ctx context.Context) error {
	list, err := findings(ctx, x.cat, 0, "")
	if err != nil {
		return err
	}
	var lines [][]string
	for _, f := range list {
		var places []string
		for _, p := range f.Places {
			places = append(places, p.Ref)
		}
		lines = append(lines, []string{fmt.Sprint(f.ID), fmt.Sprint(f.Session), f.At.UTC().Format(time.RFC3339), string(f.State), string(f.Kind), f.By, f.Text, f.Evidence, f.To, strings.Join(places, " "), f.Settled})
	}
	return x.list("findings", []string{"id", "session", "at", "state", "kind", "by", "text", "evidence", "to", "places", "settled"}, lines, list)
}

// cascades writes what every run changed.
func (x *exporter) cascades(ctx context.Context) error {
	list, err := x.cat.Cascades(ctx, math.MaxInt32)
	if err != nil {
		return err
	}
	all := []CascadeInfo{}
	var lines [][]string
	for _, c := range slices.Backward(list) { // oldest first
		k := cascadeInfo(c)
		all = append(all, k)
		lines = append(lines, []string{fmt.Sprint(k.Number), c.At.UTC().Format(time.RFC3339), k.Kind, k.Summary, k.Undone})
	}
	return x.list("cascades", []string{"cascade", "at", "kind", "summary", "taken_back"}, lines, all)
}

// tables writes every table of the catalog as it is: tables/NAME.csv and tables/NAME.json, one object a line.
func (x *exporter) tables(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Join(x.to, "tables"), 0o755); err != nil {
		return err
	}
	var t *tableWriter
	finish := func() error {
		if t == nil {
			return nil
		}
		return t.close()
	}
	err := x.cat.Dump(ctx, func(name string, columns []string) error {
		err := finish()
		if err == nil {
			x.out.Tables = append(x.out.Tables, name)
			t, err = newTableWriter(filepath.Join(x.to, "tables", plainName(name)), columns)
		}
		return err
	}, func(values []any) error { return t.row(values) })
	return errors.Join(err, finish())
}

// tableWriter writes one table in both forms, row by row: a table of sections need not fit into memory.
type tableWriter struct {
	columns []string
	files   [2]*os.File
	csv     *csv.Writer
}

func newTableWriter(path string, columns []string) (*tableWriter, error) {
	c, err := os.Create(path + ".csv")
	if err != nil {
		return nil, err
	}
	j, err := os.Create(path + ".jsonl")
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	t := &tableWriter{columns: columns, files: [2]*os.File{c, j}, csv: csv.NewWriter(c)}
	return t, t.csv.Write(columns)
}

func (t *tableWriter) row(values []any) error {
	cells, object := make([]string, len(values)), map[string]any{}
	for i, v := range values {
		if b, ok := v.([]byte); ok {
			if v = string(b); !utf8.Valid(b) {
				v = base64.StdEncoding.EncodeToString(b)
			}
		}
		if v != nil {
			cells[i] = fmt.Sprint(v)
		}
		object[t.columns[i]] = v
		// Columns that hold JSON are written as such, not as text of it.
		if s, ok := v.(string); ok && len(s) > 1 && (s[0] == '{' || s[0] == '[') && json.Valid([]byte(s)) {
			object[t.columns[i]] = json.RawMessage(s)
		}
	}
	raw, err := json.Marshal(object)
	if err != nil {
		return err
	}
	_, err = t.files[1].Write(append(raw, '\n'))
	return errors.Join(err, t.csv.Write(cells))
}

func (t *tableWriter) close() error {
	t.csv.Flush()
	return errors.Join(t.csv.Error(), t.files[0].Close(), t.files[1].Close())
}

// settings copies what people wrote: substrate.yaml, prompts/, and the files of the theme. Tokens stay, since they open a server and tell nothing.
func (x *exporter) settings(context.Context) error {
	own, err := plainFiles(filepath.Join(x.l.Dir, PromptsDir))
	if err != nil {
		return err
	}
	names := []string{ConfigFile}
	for _, f := range own {
		names = append(names, filepath.Join(PromptsDir, f))
	}
	for _, n := range x.l.Config.themeFiles() {
		if exists(filepath.Join(x.l.Dir, filepath.FromSlash(n))) {
			names = append(names, filepath.FromSlash(n))
		}
	}
	for _, n := range names {
		f, err := os.Open(filepath.Join(x.l.Dir, n))
		if err != nil {
			return err
		}
		raw, err := io.ReadAll(f)
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
		if err := x.write(filepath.ToSlash(n), raw); err != nil {
			return err
		}
	}
	return nil
}
