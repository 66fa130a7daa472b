package catalog_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/corpus/identity"
	"substrate/epoch"
)

var at = time.Date(2026, 4, 27, 18, 2, 0, 0, time.UTC)

func open(t testing.TB, dir string) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Open(context.Background(), dir, catalog.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func original(key, title, version string) catalog.Original {
	return catalog.Original{Key: key, File: key + ".pdf", Format: "pdf", Added: at, Identity: corpus.Identity{Title: title, Label: corpus.ParseLabel(version)}, Reading: corpus.Reading{Pages: 3}}
}

func sectionsOf(key string) ([]corpus.Section, error) {
	s := []corpus.Section{
		{Number: "1", Title: "Purpose", Level: 1, Pages: corpus.Pages{First: 1, Last: 2}, Blocks: []corpus.Block{{Kind: corpus.Table, Rows: [][]string{{"a", "b"}, {key, "d"}}}}},
		{Title: "Notes", Level: 1, Blocks: []corpus.Block{{Kind: corpus.Code, Text: "x\n  y"}}},
	}
	corpus.Finish(s)
	return s, nil
}

// commit adds originals to what is there and stores the shelf of all of them.
func commit(t testing.TB, c *catalog.Catalog, add ...catalog.Original) int {
	t.Helper()
	ctx := context.Background()
	st, err := c.State(ctx)
	if err != nil {
		t.Fatal(err)
	}
	n, err := c.Commit(ctx, catalog.Change{
		Expect: st.Revision, At: at, Kind: "ingest", Add: add, Sections: sectionsOf, Shelf: shelf(t, c, add, 0),
		Generation: catalog.Generation{Name: fmt.Sprintf("gen-%d", st.Revision+1), Digest: "d", Cascade: st.Revision + 1},
		Report:     func(n int) (json.RawMessage, error) { return json.Marshal(n) },
		Sightings:  []catalog.Sighting{{Key: add[0].Key, Path: "/inbox/" + add[0].File}},
		Decisions:  []catalog.Decision{{Key: add[0].Key, Said: identity.Said{Epoch: "EPOCH 1"}, Source: "command"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func shelf(t testing.TB, c *catalog.Catalog, add []catalog.Original, without int) *epoch.Shelf {
	t.Helper()
	have, err := c.Originals(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var eds []epoch.Edition
	for _, o := range append(have, add...) {
		if without == 0 || o.Cascade != without {
			eds = append(eds, epoch.Edition{Key: o.Key, Title: o.Identity.Title, Label: o.Identity.Label, File: o.File})
		}
	}
	return epoch.Shelve(eds, epoch.Rules{})
}

func dump(t *testing.T, c *catalog.Catalog) string {
	t.Helper()
	ctx := context.Background()
	rows, err1 := c.All(ctx)
	decisions, err2 := c.Decisions(ctx)
	sightings, err3 := c.Sightings(ctx)
	slugs, aliases, err4 := c.Slugs(ctx)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(rows, decisions, sightings, slugs, aliases)
}

func TestUndoRestoresEveryRow(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	c := open(t, dir)
	commit(t, c, original("aa", "Guide", "V1.0"), original("bb", "Notes", "V1.0"))
	before := dump(t, c)
	if n := commit(t, c, original("cc", "Guide", "V1.1")); n != 2 {
		t.Fatalf("cascade %d", n)
	}
	if dump(t, c) == before {
		t.Fatal("the second cascade changed nothing")
	}
	st, err := c.State(ctx)
	if err != nil {
		t.Fatal(err)
	}
	n, err := c.Commit(ctx, catalog.Change{Expect: st.Revision, At: at, Undo: 2, Shelf: shelf(t, c, nil, 2)})
	if err != nil || n != 1 {
		t.Fatalf("undo leads to %d, %v", n, err)
	}
	if got := dump(t, c); got != before {
		t.Errorf("after undo\n%s\nbefore\n%s", got, before)
	}
	c.Close()
	again := open(t, dir)
	st, err = again.State(ctx)
	if err != nil || st.Cascade != 1 || st.Next != 3 {
		t.Errorf("%+v, %v: numbers are never used twice", st, err)
	}
	if _, ok, err := again.Section(ctx, "cc", "1"); ok || err != nil {
		t.Errorf("a section of what left is still there (%v)", err)
	}
}

func TestSectionsComeBackAsTheyWere(t *testing.T) {
	ctx := context.Background()
	c := open(t, t.TempDir())
	commit(t, c, original("aa", "Guide", "V1.0"))
	got, err := c.Sections(ctx, "aa")
	want, _ := sectionsOf("aa")
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	one, ok, err := c.Section(ctx, "aa", "notes")
	if err != nil || !ok || one.Blocks[0].Text != "x\n  y" {
		t.Errorf("%+v %v %v", one, ok, err)
	}
}

func TestAStaleWriterIsRefused(t *testing.T) {
	ctx := context.Background()
	c := open(t, t.TempDir())
	commit(t, c, original("aa", "Guide", "V1.0"))
	_, err := c.Commit(ctx, catalog.Change{Expect: 0, At: at, Kind: "ingest"})
	if !errors.Is(err, catalog.ErrMoved) {
		t.Errorf("%v", err)
	}
}

func TestReadersSeeWholeStates(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	if _, err := catalog.Open(ctx, dir, catalog.ReadOnly); !errors.Is(err, catalog.ErrNone) {
		t.Fatalf("an empty folder: %v", err)
	}
	w := open(t, dir)
	commit(t, w, original("aa", "Guide", "V1.0"))
	r, err := catalog.Open(ctx, dir, catalog.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	commit(t, w, original("bb", "Guide", "V1.1"))
	rows, err := r.Shelf(ctx)
	if err != nil || len(rows) != 1 || rows[0].Key != "bb" {
		t.Errorf("%+v, %v", rows, err)
	}
	if _, err := r.Commit(ctx, catalog.Change{Expect: 2, At: at, Kind: "ingest"}); err == nil {
		t.Error("a reader wrote")
	}
}

func TestACatalogFromTheFutureIsRefused(t *testing.T) {
	dir := t.TempDir()
	open(t, dir).Close()
	db, err := sql.Open("sqlite", filepath.Join(dir, "catalog.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := catalog.Open(context.Background(), dir, catalog.ReadOnly); !errors.Is(err, catalog.ErrNewer) {
		t.Errorf("%v", err)
	}
}

func TestOriginalsAreCheckedAgainstTheirName(t *testing.T) {
	dir := t.TempDir()
	s := catalog.OpenStore(dir)
	key, err := s.Put([]byte("bytes"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.Put([]byte("bytes")); err != nil || again != key {
		t.Errorf("%s, %v", again, err)
	}
	if b, err := s.Get(key); err != nil || string(b) != "bytes" {
		t.Errorf("%q, %v", b, err)
	}
	if err := os.Chmod(s.Path(key), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.Path(key), []byte("byteS"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(key); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("%v", err)
	}
}

func BenchmarkCommit(b *testing.B) {
	for i := 0; b.Loop(); i++ {
		c := open(b, b.TempDir())
		var add []catalog.Original
		for k := range 100 {
			add = append(add, original(fmt.Sprintf("%04d-%d", k, i), fmt.Sprintf("Guide %d", k), "V1.0"))
		}
		commit(b, c, add...)
	}
}
