package library_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"substrate/library"
)

// TestShelvesAreDocumentsAndAll reads both lists at once, of a library with replaced versions and rivals that a person has to
// decide on.
func TestShelvesAreDocumentsAndAll(t *testing.T) {
	ctx, dir := context.Background(), filepath.Join(t.TempDir(), "lib")
	if _, err := library.Init(dir); err != nil {
		t.Fatal(err)
	}
	l, err := library.Open(dir, library.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	in := t.TempDir()
	for i, h := range [][3]string{{"Pump Guide", "V1.0", "2026-01-02"}, {"Pump Guide", "V1.1", "2026-02-02"}, {"Lease", "2024", "2024-03-01"}, {"Boiler", "V2.0", "2026-01-02"}, {"Boiler", "V2.0", "2026-01-03"}} {
		text := fmt.Sprintf("---\ntitle: %s\nversion: %s\ndate: %s\n---\n\n# 1 Text\n\nNumber %d.\n", h[0], h[1], h[2], i)
		if err := os.WriteFile(filepath.Join(in, fmt.Sprintf("f%d.md", i)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.Ingest(ctx, []string{in}, library.IngestOptions{}); err != nil {
		t.Fatal(err)
	}
	docs, err := l.Documents(ctx)
	if err != nil {
		t.Fatal(err)
	}
	all, err := l.All(ctx)
	if err != nil {
		t.Fatal(err)
	}
	gotDocs, gotAll, err := l.Shelves(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 5 || len(docs) < 4 || fmt.Sprint(gotAll) != fmt.Sprint(all) {
		t.Errorf("all: %v, not %v", gotAll, all)
	}
	if fmt.Sprint(keys(gotDocs)) != fmt.Sprint(keys(docs)) {
		t.Errorf("documents: %v, not %v", keys(gotDocs), keys(docs))
	}
}

func keys(list []library.Version) []string {
	var out []string
	for _, v := range list {
		out = append(out, v.Ref+" "+string(v.Standing)+" "+v.SHA256[:8])
	}
	return out
}
