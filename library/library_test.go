package library_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"substrate/corpus"
	"substrate/corpus/pdf/pool"
	"substrate/library"
)

func TestMain(m *testing.M) {
	pool.Main()
	victim()
	os.Exit(m.Run())
}

// fixed is the time of all runs in these tests.
var fixed = time.Date(2026, 4, 27, 18, 2, 0, 0, time.UTC)

// testLibrary is a library in a temporary folder with an inbox beside it.
type testLibrary struct {
	*library.Library
	t     *testing.T
	inbox string
}

func newLibrary(t *testing.T, cfg library.Config) *testLibrary {
	t.Helper()
	return openLibrary(t, t.TempDir(), cfg)
}

func openLibrary(t *testing.T, dir string, cfg library.Config) *testLibrary {
	t.Helper()
	if _, err := library.Init(filepath.Join(dir, "lib")); err != nil {
		t.Fatal(err)
	}
	l, err := library.Open(filepath.Join(dir, "lib"), cfg)
	if err != nil {
		t.Fatal(err)
	}
	l.Now = func() time.Time { return fixed }
	p := pool.New(pool.Options{Processes: 2})
	l.PDF = func() (library.PDFReader, error) { return p, nil }
	t.Cleanup(func() { l.Close(); p.Close() })
	inbox := filepath.Join(dir, "inbox")
	if err := os.MkdirAll(inbox, 0o755); err != nil {
		t.Fatal(err)
	}
	return &testLibrary{l, t, inbox}
}

// edition is a Markdown document that tests write.
type edition struct{ title, version, date, epoch, supersedes, body string }

func (e edition) text() string {
	var sb strings.Builder
	sb.WriteString("---\ntitle: " + e.title + "\n")
	for _, f := range [][2]string{{"version", e.version}, {"date", e.date}, {"epoch", e.epoch}, {"supersedes", e.supersedes}} {
		if f[1] != "" {
			fmt.Fprintf(&sb, "%s: %s\n", f[0], f[1])
		}
	}
	fmt.Fprintf(&sb, "---\n\n# 1 Purpose\n\n%s\n", e.body)
	return sb.String()
}

func (l *testLibrary) put(name string, e edition) string {
	l.t.Helper()
	path := filepath.Join(l.inbox, name)
	if err := os.WriteFile(path, []byte(e.text()), 0o644); err != nil {
		l.t.Fatal(err)
	}
	return path
}

func (l *testLibrary) ingest(paths ...string) *library.Report {
	l.t.Helper()
	r, err := l.Ingest(context.Background(), paths, library.IngestOptions{})
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

func (l *testLibrary) search(query string, o library.SearchOptions) *library.Found {
	l.t.Helper()
	f, err := l.Search(context.Background(), query, o)
	if err != nil {
		l.t.Fatal(err)
	}
	return f
}

// refs are the references of a search's hits, sections left out.
func refs(f *library.Found) string {
	var out []string
	for _, h := range f.Hits {
		r, _, _ := strings.Cut(h.Ref, "#")
		out = append(out, r)
	}
	return strings.Join(out, " ")
}

// shelf is what a person sees of the library's state, without when things were ingested.
func (l *testLibrary) shelf() string {
	l.t.Helper()
	docs, err := l.Documents(context.Background())
	if err != nil {
		l.t.Fatal(err)
	}
	var sb strings.Builder
	seen := map[corpus.Slug]bool{}
	for _, d := range docs {
		if seen[d.Document] {
			continue
		}
		seen[d.Document] = true
		vs, err := l.Versions(context.Background(), string(d.Document))
		if err != nil {
			l.t.Fatal(err)
		}
		for _, v := range vs {
			fmt.Fprintf(&sb, "%s | %s | %s | %s | %s | %s | %s\n", v.Ref, v.Date, v.Epoch, v.Standing, v.Rule, v.Because, v.ReplacedBy)
		}
	}
	return sb.String()
}

func TestIngestReplacesAndUndoRestores(t *testing.T) {
	l := newLibrary(t, library.Config{})
	l.ingest(l.put("g1.md", edition{"Pump Guide", "V1.0", "2026-01-01", "EPOCH 1", "", "The zebrafinch setting is 7 bar."}))
	l.ingest(l.put("n.md", edition{"Notes", "V1.0", "2026-01-02", "EPOCH 1", "", "Unrelated."}))
	before := l.shelf()
	r := l.ingest(l.put("g2.md", edition{"Pump Guide", "V1.1", "2026-02-01", "EPOCH 1", "", "The zebrafinch setting is 9 bar."}))
	if r.Cascade != 3 || len(r.Added) != 1 || len(r.Replaced) != 1 || r.Replaced[0].Ref != "pump-guide@1.0" || len(r.Added[0].Changes) != 1 {
		t.Fatalf("report %+v", r)
	}
	if got := refs(l.search("zebrafinch", library.SearchOptions{})); got != "pump-guide@1.1" {
		t.Errorf("found %q", got)
	}
	history := l.search("zebrafinch", library.SearchOptions{History: true})
	if len(history.Hits) != 2 || history.Hits[0].Standing != "authoritative" || history.Hits[1].Standing != "superseded" {
		t.Errorf("history %+v", history.Hits)
	}
	u, err := l.Undo(context.Background(), 0)
	if err != nil || u.Cascade != 3 || u.Now != 2 {
		t.Fatalf("undo %+v, %v", u, err)
	}
	if got := l.shelf(); got != before {
		t.Errorf("after undo\n%s\nbefore\n%s", got, before)
	}
	if got := refs(l.search("zebrafinch", library.SearchOptions{})); got != "pump-guide@1.0" {
		t.Errorf("after undo found %q", got)
	}
	if r := l.ingest(filepath.Join(l.inbox, "g2.md")); r.Cascade != 4 {
		t.Errorf("a number was used twice: cascade %d", r.Cascade)
	}
}

func TestSameBytesUnderAnotherNameAreUnchanged(t *testing.T) {
	l := newLibrary(t, library.Config{})
	e := edition{"Pump Guide", "V1.0", "", "", "", "Text."}
	l.ingest(l.put("a.md", e))
	r := l.ingest(l.put("b.md", e))
	if len(r.Unchanged) != 1 || r.Unchanged[0].File != "b.md" || len(r.Added) != 0 {
		t.Errorf("%+v", r)
	}
	both := newLibrary(t, library.Config{})
	both.put("a.md", e)
	both.put("b.md", e)
	r = both.ingest(both.inbox)
	if len(r.Added) != 1 || len(r.Unchanged) != 1 {
		t.Errorf("together: %+v", r)
	}
}

func TestAFailingFileStopsNoOther(t *testing.T) {
	l := newLibrary(t, library.Config{})
	l.put("a.md", edition{"A", "V1.0", "", "", "", "alpha"})
	for name, text := range map[string]string{"notes.pdf": "hello there", "empty.pdf": "", "binary.md": "a\x00b", "bad.md": "---\ntitle: B\n---\n# 1\n\ntext"} {
		if err := os.WriteFile(filepath.Join(l.inbox, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(l.inbox, "bad.md.yaml"), []byte("colour: red\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := l.ingest(l.inbox)
	want := map[string]string{"notes.pdf": `not a PDF: it starts with "hello there"`, "empty.pdf": "the file is empty", "binary.md": "not Markdown", "bad.md": "sidecar"}
	if len(r.Failed) != len(want) || len(r.Added) != 1 {
		t.Fatalf("%+v", r)
	}
	for _, f := range r.Failed {
		if !strings.Contains(f.Reason, want[f.File]) {
			t.Errorf("%s: %s", f.File, f.Reason)
		}
	}
}

func TestRenameKeepsTheDocumentInAnyOrder(t *testing.T) {
	old := edition{"Relay Manual", "V4.2", "2025-01-01", "", "", "quetzal old"}
	now := edition{"Switchgear Manual", "V5.0", "2026-01-01", "", "Relay Manual V4.2", "quetzal new"}
	for _, swap := range []bool{false, true} {
		l := newLibrary(t, library.Config{})
		a, b := l.put("relay.md", old), l.put("switch.md", now)
		if swap {
			a, b = b, a
		}
		l.ingest(a)
		l.ingest(b)
		if got := refs(l.search("quetzal", library.SearchOptions{})); got != "switchgear-manual@5.0" {
			t.Errorf("swap %v: found %q", swap, got)
		}
		v, err := l.Why(context.Background(), "relay-manual@4.2")
		if err != nil || v.Resolved != "switchgear-manual@4.2" || v.RenamedTo != "switchgear-manual" || v.Standing != "superseded" {
			t.Errorf("swap %v: %+v, %v", swap, v, err)
		}
	}
}

func TestHeldUntilAPersonDecides(t *testing.T) {
	ctx := context.Background()
	l := newLibrary(t, library.Config{})
	l.put("t1.md", edition{"Torque Table", "V1.2", "", "", "", "ocelot 40 Nm"})
	l.put("t2.md", edition{"Torque Table", "V1.2", "", "", "", "ocelot 45 Nm"})
	r := l.ingest(l.inbox)
	if len(r.Held) != 2 || r.Held[0].Rule != "same-version" {
		t.Fatalf("%+v", r)
	}
	f := l.search("ocelot", library.SearchOptions{})
	if len(f.Hits) != 2 || f.Hits[0].Standing != "held" {
		t.Errorf("two rivals without a decided version must both be found, labelled: %+v", f.Hits)
	}
	d, err := l.Decide(ctx, filepath.Join(l.inbox, "t2.md"), said("V1.2"), 0)
	if err != nil || d.Verdict.Standing != "authoritative" {
		t.Fatalf("%+v, %v", d, err)
	}
	f = l.search("ocelot", library.SearchOptions{})
	if len(f.Hits) != 1 || !strings.Contains(f.Hits[0].Text, "45") {
		t.Errorf("%+v", f.Hits)
	}
	if _, err := l.Undo(ctx, 0); err != nil {
		t.Fatal(err)
	}
	if f = l.search("ocelot", library.SearchOptions{}); len(f.Hits) != 2 {
		t.Errorf("after undo: %+v", f.Hits)
	}
}

func TestCoverAgainstFileName(t *testing.T) {
	l := newLibrary(t, library.Config{})
	path := l.put("Valve Manual V3.8.md", edition{"Valve Manual", "V3.7", "", "", "", "text"})
	r := l.ingest(path)
	if len(r.Held) != 1 || !strings.Contains(r.Held[0].Because, "V3.7") || !strings.Contains(r.Held[0].Because, "V3.8") {
		t.Fatalf("%+v", r.Held)
	}
	if err := os.WriteFile(path+".yaml", []byte("version: V3.8\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r = l.ingest(path)
	if len(r.Changed) != 1 || r.Changed[0].Ref != "valve-manual@3.8" || r.Changed[0].Standing != "authoritative" {
		t.Errorf("after the sidecar: %+v", r)
	}
}

func TestAsOf(t *testing.T) {
	l := newLibrary(t, library.Config{})
	l.put("a.md", edition{"Guide", "V1.0", "2026-01-10", "EPOCH 1", "", "marmoset one"})
	l.put("b.md", edition{"Guide", "V2.0", "2026-03-20", "EPOCH 2", "", "marmoset two"})
	l.put("c.md", edition{"Plan", "V1.0", "2026-01-05", "EPOCH 1", "", "marmoset plan"})
	l.ingest(l.inbox)
	day, _ := corpus.ParseISODate("2026-01-31")
	f := l.search("marmoset", library.SearchOptions{AsOf: day})
	for _, h := range f.Hits {
		if h.Standing != "authoritative" || h.Version != "V1.0" {
			t.Errorf("as of January: %+v", h)
		}
	}
	if len(f.Hits) != 2 {
		t.Errorf("as of January: %s", refs(f))
	}
	f = l.search("marmoset", library.SearchOptions{})
	if len(f.Hits) != 2 || f.Hits[0].Ref != "guide@2.0#1" || f.Hits[1].Standing != "historical" {
		t.Errorf("now: %+v", f.Hits)
	}
}

func TestAnIndexThatDoesNotMatchIsRebuilt(t *testing.T) {
	l := newLibrary(t, library.Config{})
	l.ingest(l.put("a.md", edition{"Guide", "V1.0", "", "", "", "capybara"}))
	l.Close()
	if err := os.RemoveAll(filepath.Join(l.Dir, library.StateDir, "index")); err != nil {
		t.Fatal(err)
	}
	f := l.search("capybara", library.SearchOptions{})
	if len(f.Hits) != 1 || len(f.Notes) != 1 || !strings.Contains(f.Notes[0], "rebuilt") {
		t.Errorf("%+v", f)
	}
	if f = l.search("capybara", library.SearchOptions{}); len(f.Notes) != 0 {
		t.Errorf("rebuilt twice: %+v", f.Notes)
	}
}

func TestAMissingVersionIsNeverAnotherOne(t *testing.T) {
	l := newLibrary(t, library.Config{})
	l.put("a.md", edition{"Guide", "V3.5", "", "", "", "x"})
	l.put("b.md", edition{"Guide", "V3.7", "", "", "", "x"})
	l.ingest(l.inbox)
	_, err := l.Why(context.Background(), "guide@3.6")
	if err == nil || !strings.Contains(err.Error(), "no version 3.6; nearest are V3.5 and V3.7") {
		t.Errorf("%v", err)
	}
	if _, err := l.Show(context.Background(), "gide#1", false); err == nil || !strings.Contains(err.Error(), "did you mean guide?") {
		t.Errorf("%v", err)
	}
}

func TestAFileEditedInPlaceReplacesItself(t *testing.T) {
	l := newLibrary(t, library.Config{})
	a := edition{"Field Notes", "", "", "", "", "pangolin first"}
	b := edition{"Field Notes", "", "", "", "", "pangolin second"}
	path := l.put("notes.md", a)
	l.ingest(path)
	l.put("notes.md", b)
	l.ingest(path)
	if f := l.search("pangolin", library.SearchOptions{}); len(f.Hits) != 1 || !strings.Contains(f.Hits[0].Text, "second") {
		t.Fatalf("%+v", f.Hits)
	}
	l.put("notes.md", a)
	l.ingest(path)
	if f := l.search("pangolin", library.SearchOptions{}); len(f.Hits) != 1 || !strings.Contains(f.Hits[0].Text, "first") {
		t.Errorf("a file that was set back is what it says now: %+v", f.Hits)
	}
}

func TestDryRunChangesNothing(t *testing.T) {
	l := newLibrary(t, library.Config{})
	l.put("a.md", edition{"Guide", "V1.0", "", "", "", "x"})
	r, err := l.Ingest(context.Background(), []string{l.inbox}, library.IngestOptions{DryRun: true})
	if err != nil || len(r.Added) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if docs, err := l.Documents(context.Background()); err == nil && len(docs) != 0 {
		t.Errorf("a dry run left %v", docs)
	}
	if r := l.ingest(l.inbox); r.Cascade != 1 {
		t.Errorf("cascade %d", r.Cascade)
	}
}

func TestRulesThatChangeAreHeeded(t *testing.T) {
	dir := t.TempDir()
	l := openLibrary(t, dir, library.Config{})
	l.put("a.md", edition{"Guide", "V1.0", "", "", "", "x"})
	l.put("b.md", edition{"Roadmap", "V3.8", "", "", "", "x"})
	l.ingest(l.inbox)
	cfg := library.Config{Epochs: []library.EpochConfig{{Name: "After", Rules: []library.RuleConfig{{Version: ">= 3", Document: "roadmap"}}}, {Name: "Before", Rules: []library.RuleConfig{{Version: "< 3"}}}}}
	l2 := openLibrary(t, dir, cfg)
	r := l2.ingest(l2.inbox)
	if len(r.Changed) != 1 || r.Changed[0].Standing != "historical" {
		t.Errorf("%+v", r)
	}
}
