package web_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"substrate/library"
	"substrate/web"
)

// TestPassagesAreFoundOnTheirPages cites every section of the sample library on the page that it begins on. Printed by three
// programs, with tables, code and columns, nearly all must be found.
func TestPassagesAreFoundOnTheirPages(t *testing.T) {
	_, lib := server(t, false, web.Options{})
	docs, err := lib.Documents(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	all, bare := 0, []string{}
	for _, d := range docs {
		shown, err := lib.Show(context.Background(), d.Ref, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, sec := range shown.Sections {
			if sec.Title == "" {
				continue
			}
			c, err := lib.Cite(context.Background(), d.Ref+"#"+sec.Anchor, 0)
			if err != nil {
				t.Fatal(err)
			}
			if c.Page != sec.Pages.First || c.Pages != d.Pages || c.Key != d.SHA256 {
				t.Errorf("%s: %+v", c.Ref, c)
			}
			if all++; len(c.Boxes) == 0 {
				bare = append(bare, c.Ref)
			}
			for _, b := range c.Boxes {
				if b.X < 0 || b.Y < 0 || b.X+b.W > 1.001 || b.Y+b.H > 1.001 || b.H > 0.2 {
					t.Errorf("%s: a box lies at %+v", c.Ref, b)
				}
			}
		}
	}
	t.Logf("%d of %d sections are marked", all-len(bare), all)
	if all < 200 || len(bare)*50 > all {
		t.Errorf("%d of %d sections are not found on their pages: %v", len(bare), all, bare)
	}
}

// TestABookComesInPieces opens a document of a thousand sections in the middle.
func TestABookComesInPieces(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "book")
	if _, err := library.Init(dir); err != nil {
		t.Fatal(err)
	}
	srv, lib := serve(t, dir, web.Options{})
	var b strings.Builder
	b.WriteString("---\ntitle: Book\nversion: V1.0\ndate: 2026-01-02\n---\n")
	for i := 1; i <= 1000; i++ {
		fmt.Fprintf(&b, "\n# %d Chapter\n\nThe text of chapter %d.\n", i, i)
	}
	file := filepath.Join(t.TempDir(), "book.md")
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := lib.Ingest(context.Background(), []string{file}, library.IngestOptions{}); err != nil {
		t.Fatal(err)
	}
	body, _ := fetch(t, srv.URL+"/d/book?at=500")
	for text, want := range map[string]bool{"The text of chapter 500.": true, "The text of chapter 10.": false, "The text of chapter 990.": false, "Earlier sections": true, "Later sections": true, `href="?at=990#s-990"`: true} {
		if strings.Contains(body, text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
	if strings.Contains(body, "/picture/") {
		t.Error("a document without pages has a picture")
	}
	if _, err := lib.Picture(context.Background(), mustKey(t, lib), 1, 480); err == nil {
		t.Error("a page of Markdown was drawn")
	}
}

func mustKey(t *testing.T, lib *library.Library) string {
	t.Helper()
	docs, err := lib.Documents(context.Background())
	if err != nil || len(docs) == 0 {
		t.Fatal(err)
	}
	return docs[0].SHA256
}
