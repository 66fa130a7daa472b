package library_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"substrate/library"
)

// full is a library with everything that a backup must bring back.
func full(t *testing.T) *testLibrary {
	t.Helper()
	l := kept(t)
	if _, err := l.AddDrift(context.Background(), library.DriftNew{Ref: "notes#1", Says: "Unrelated", Actually: "Related"}); err != nil {
		t.Fatal(err)
	}
	l.Config.Theme.Logo = "brand/logo.png"
	for name, text := range map[string]string{"brand/logo.png": "a picture", "prompts/system.md": "{{.Library}} of mine\n", ".substrate/tokens.json": `[{"id":"a","scope":"read","created":"","sha256":"00"}]`} {
		path := filepath.Join(l.Dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func (l *testLibrary) backup() []byte {
	l.t.Helper()
	var b bytes.Buffer
	if _, err := l.Backup(context.Background(), &b, l.t.TempDir()); err != nil {
		l.t.Fatal(err)
	}
	return b.Bytes()
}

func TestBackupAndRestore(t *testing.T) {
	l := full(t)
	archive := l.backup()
	if again := l.backup(); !bytes.Equal(archive, again) {
		t.Error("the same library at the same time gave other bytes")
	}
	dir := filepath.Join(t.TempDir(), "new", "docs")
	var prepared string
	out, err := library.Restore(context.Background(), bytes.NewReader(archive), dir, library.RestoreOptions{Prepare: func(d string) error {
		prepared = d
		if exists(filepath.Join(dir, library.ConfigFile)) {
			t.Error("it has its place before it is prepared")
		}
		return nil
	}})
	if err != nil || prepared == "" || out.Manifest.Cascade != 3 || out.Aside != "" {
		t.Fatalf("%+v, %v", out, err)
	}
	r, err := library.Open(dir, library.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	back := &testLibrary{Library: r, t: t}
	if got, want := back.shelf(), l.shelf(); got != want {
		t.Errorf("restored\n%s\nwas\n%s", got, want)
	}
	if got := refs(back.search("setting bar", library.SearchOptions{})); got != "pump-guide@1.1" {
		t.Errorf("search finds %q", got)
	}
	if list, err := r.DriftLog(context.Background(), library.DriftOptions{}); err != nil || list.Open != 1 {
		t.Errorf("drift %+v, %v", list, err)
	}
	for name, mode := range map[string]os.FileMode{"brand/logo.png": 0o644, "prompts/system.md": 0o644, ".substrate/tokens.json": 0o600} {
		a, err1 := os.ReadFile(filepath.Join(l.Dir, name))
		b, err2 := os.ReadFile(filepath.Join(dir, name))
		info, err3 := os.Stat(filepath.Join(dir, name))
		if err1 != nil || err2 != nil || err3 != nil || !bytes.Equal(a, b) || info.Mode().Perm() != mode {
			t.Errorf("%s: %q, %q, %v", name, a, b, info.Mode())
		}
	}
	if d := back.doctor(library.DoctorOptions{}); !d.Healthy {
		t.Errorf("%+v", d.Faults)
	}
	// The restored library goes on where the other stood.
	if u, err := r.Undo(context.Background(), 0); err != nil || u.Cascade != 3 {
		t.Errorf("undo %+v, %v", u, err)
	}
}

func TestRestoreRefusesWhatIsNotWhole(t *testing.T) {
	archive := full(t).backup()
	plain := func(change func(w *tar.Writer, h *tar.Header, raw []byte)) []byte { // written again with a change
		z, err := gzip.NewReader(bytes.NewReader(archive))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		out := gzip.NewWriter(&b)
		w := tar.NewWriter(out)
		for r := tar.NewReader(z); ; {
			h, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			change(w, h, raw)
		}
		w.Close()
		out.Close()
		return b.Bytes()
	}
	put := func(w *tar.Writer, h *tar.Header, raw []byte) {
		h.Size = int64(len(raw))
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(raw); err != nil {
			t.Fatal(err)
		}
	}
	flipped := bytes.Clone(archive)
	flipped[len(flipped)/2] ^= 1
	cases := map[string][]byte{
		"cut off":        archive[:len(archive)*2/3],
		"cut at the end": archive[:len(archive)-6],
		"a flipped bit":  flipped,
		"no archive":     []byte("hello"),
		"empty":          nil,
		"no manifest": plain(func(w *tar.Writer, h *tar.Header, raw []byte) {
			if h.Name != "MANIFEST.json" {
				put(w, h, raw)
			}
		}),
		"other bytes": plain(func(w *tar.Writer, h *tar.Header, raw []byte) {
			if strings.HasPrefix(h.Name, "prompts/") {
				raw = bytes.ToUpper(raw)
			}
			put(w, h, raw)
		}),
		"one file less": plain(func(w *tar.Writer, h *tar.Header, raw []byte) {
			if h.Name != "tokens.json" {
				put(w, h, raw)
			}
		}),
		"one file more": plain(func(w *tar.Writer, h *tar.Header, raw []byte) {
			put(w, h, raw)
			if h.Name == "tokens.json" {
				h.Name = "prompts/more.md"
				put(w, h, raw)
			}
		}),
		"a path that climbs out": plain(func(w *tar.Writer, h *tar.Header, raw []byte) {
			if h.Name == "tokens.json" {
				h.Name = "prompts/../../../escaped.md"
			}
			put(w, h, raw)
		}),
		"a file for the state folder": plain(func(w *tar.Writer, h *tar.Header, raw []byte) {
			if h.Name == "tokens.json" {
				h.Name = "files/.substrate/tokens.json"
			}
			put(w, h, raw)
		}),
		"a link": plain(func(w *tar.Writer, h *tar.Header, raw []byte) {
			if h.Name == "tokens.json" {
				h.Typeflag, h.Linkname, raw = tar.TypeSymlink, "/etc/passwd", nil
			}
			put(w, h, raw)
		}),
	}
	for name, raw := range cases {
		parent := t.TempDir()
		dir := filepath.Join(parent, "docs")
		_, err := library.Restore(context.Background(), bytes.NewReader(raw), dir, library.RestoreOptions{})
		if err == nil {
			t.Errorf("%s: it was restored", name)
			continue
		}
		if left, _ := os.ReadDir(parent); len(left) != 0 {
			t.Errorf("%s: left %v", name, left)
		}
	}
}

func TestRestoreIntoAFolderThatHoldsSomething(t *testing.T) {
	l := full(t)
	archive := l.backup()
	other := newLibrary(t, library.Config{})
	other.ingest(other.put("o.md", edition{"Other", "V1.0", "", "", "", "Other text."}))
	other.Close()
	mine := filepath.Join(other.Dir, "mine.txt")
	logo := filepath.Join(other.Dir, "brand", "logo.png")
	if err := os.MkdirAll(filepath.Dir(logo), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{mine, logo} {
		if err := os.WriteFile(f, []byte("mine"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	before := tree(t, other.Dir)
	_, err := library.Restore(context.Background(), bytes.NewReader(archive), other.Dir, library.RestoreOptions{})
	if err == nil || !strings.Contains(err.Error(), "--force") {
		t.Fatalf("it was not refused: %v", err)
	}
	if after := tree(t, other.Dir); after != before {
		t.Errorf("a refusal changed the folder:\n%s\nbefore\n%s", after, before)
	}
	// Damage is found before the library that is there is touched.
	_, err = library.Restore(context.Background(), bytes.NewReader(archive[:len(archive)-100]), other.Dir, library.RestoreOptions{Force: true})
	if after := tree(t, other.Dir); err == nil || after != before {
		t.Errorf("a damaged backup: %v\n%s", err, after)
	}
	out, err := library.Restore(context.Background(), bytes.NewReader(archive), other.Dir, library.RestoreOptions{Force: true})
	if err != nil || out.Aside == "" || !exists(mine) {
		t.Fatalf("%+v, %v", out, err)
	}
	if got, want := (&testLibrary{Library: other.Library, t: t}).shelf(), l.shelf(); got != want {
		t.Errorf("restored\n%s\nwas\n%s", got, want)
	}
	if was, err := os.ReadFile(filepath.Join(out.Aside, "brand", "logo.png")); err != nil || string(was) != "mine" {
		t.Errorf("a file that the backup has too: %q, %v", was, err)
	}
	if now, err := os.ReadFile(logo); err != nil || string(now) != "a picture" {
		t.Errorf("the logo: %q, %v", now, err)
	}
	other.Close()
	aside, err := library.Open(out.Aside, library.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer aside.Close()
	if docs, err := aside.Documents(context.Background()); err != nil || len(docs) != 1 || docs[0].Document != "other" {
		t.Errorf("what was there: %+v, %v", docs, err)
	}
}

// tree lists a folder's files with their sizes, but for locks.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var sb strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && !strings.HasSuffix(path, "/lock") && !strings.Contains(d.Name(), ".db-") {
			i, err := d.Info()
			if err != nil {
				return err
			}
			sb.WriteString(strings.TrimPrefix(path, dir) + " " + i.Mode().String() + " " + i.ModTime().String() + "\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sb.String()
}

func TestABackupSaysWhichOriginalsItLacks(t *testing.T) {
	l := kept(t)
	path := l.original("g1.md")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "b.tar.gz")
	m, err := l.BackupFile(context.Background(), file)
	if err != nil || len(m.Missing) != 1 || m.Missing[0] != filepath.Base(path) {
		t.Fatalf("%+v, %v", m, err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dir := filepath.Join(t.TempDir(), "docs")
	if out, err := library.Restore(context.Background(), f, dir, library.RestoreOptions{}); err != nil || len(out.Manifest.Missing) != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	// A file of somebody else's is not replaced by a backup.
	precious := filepath.Join(t.TempDir(), "thesis.tar.gz")
	if err := os.WriteFile(precious, []byte("years of work"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := l.BackupFile(context.Background(), precious); err == nil || !strings.Contains(err.Error(), "is no backup") {
		t.Errorf("%v", err)
	}
	if _, err := l.BackupFile(context.Background(), file); err != nil {
		t.Errorf("an earlier backup: %v", err)
	}
}

func TestExportHoldsEverything(t *testing.T) {
	l := full(t)
	dir := filepath.Join(t.TempDir(), "all")
	x, err := l.Export(context.Background(), dir)
	if err != nil || x.Versions != 3 || x.Documents != 2 {
		t.Fatalf("%+v, %v", x, err)
	}
	for from, to := range map[string]string{"g1.md": "pump-guide/V1.0", "g2.md": "pump-guide/V1.1", "n.md": "notes/V1.0"} {
		a, err1 := os.ReadFile(filepath.Join(l.inbox, from))
		b, err2 := os.ReadFile(filepath.Join(dir, "documents", to, from))
		if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: %v %v", to, err1, err2)
		}
		text, err := os.ReadFile(filepath.Join(dir, "text", to+".md"))
		if err != nil || !strings.Contains(string(text), "\n# 1 Purpose\n") {
			t.Errorf("%s: %q, %v", to, text, err)
		}
	}
	rows := func(name string) [][]string {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		list, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return list[1:]
	}
	for name, n := range map[string]int{"versions.csv": 3, "drift.csv": 1, "cascades.csv": 3, "candidates.csv": 0, "findings.csv": 0, "tables/originals.csv": 3, "tables/cascades.csv": 3, "tables/drift_notes.csv": 1} {
		if got := len(rows(name)); got != n {
			t.Errorf("%s has %d rows, want %d", name, got, n)
		}
	}
	if d := rows("drift.csv")[0]; d[3] != "Unrelated" || d[4] != "Related" {
		t.Errorf("drift %q", d)
	}
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range x.Tables {
		if !strings.Contains(string(readme), "**"+table+"**: ") || strings.Contains(string(readme), "see the catalog's schema") {
			t.Errorf("the README does not explain the table %s", table)
		}
	}
	// A library made from the exported originals stands as the exported one did.
	again := newLibrary(t, library.Config{})
	again.ingest(filepath.Join(dir, "documents"))
	if got, want := again.shelf(), l.shelf(); got != want {
		t.Errorf("from the export\n%s\nwas\n%s", got, want)
	}
	if _, err := l.Export(context.Background(), dir); err == nil {
		t.Error("a folder that is not empty was written into")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), ".substrate-*")); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}
