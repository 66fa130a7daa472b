package library

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"substrate/inference"
	"substrate/inference/timing"
)

func TestSamplesAreKeptInTheCatalog(t *testing.T) {
	dir := t.TempDir()
	if _, err := Init(dir); err != nil {
		t.Fatal(err)
	}
	l, err := Open(dir, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, at := context.Background(), time.Date(2026, 4, 27, 9, 0, 0, 5, time.UTC)
	first := timing.Sample{At: at, Tier: "big", Model: "m", Kind: "chat", OutputTokens: 20, OutputTime: time.Second}
	if err := l.Samples().Add(ctx, first); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, StateDir, "catalog.db")); err == nil {
		t.Error("a sample made a catalog where nothing was ingested")
	}
	doc := filepath.Join(dir, "a.md")
	if err := os.WriteFile(doc, []byte("---\ntitle: A Guide\nversion: V1.0\ndate: 2026-01-02\n---\n# 1 One\n\nText.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Ingest(ctx, []string{doc}, IngestOptions{}); err != nil {
		t.Fatal(err)
	}
	later := timing.Sample{At: at.Add(time.Hour), Tier: "small", Model: "n", Kind: "embed", Err: "down"}
	for _, s := range []timing.Sample{later, first} {
		if err := l.Samples().Add(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		q    timing.Query
		want []timing.Sample
	}{
		"all, oldest first": {timing.Query{}, []timing.Sample{first, later}},
		"of a tier":         {timing.Query{Tier: "small"}, []timing.Sample{later}},
		"of a model":        {timing.Query{Model: "m"}, []timing.Sample{first}},
		"since":             {timing.Query{Since: at.Add(time.Minute)}, []timing.Sample{later}},
		"none":              {timing.Query{Tier: "small", Model: "m"}, nil},
	} {
		got, err := l.Samples().Samples(ctx, c.q)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(c.want) {
			t.Fatalf("%s: %d samples, want %d", name, len(got), len(c.want))
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %+v, want %+v", name, got[i], c.want[i])
			}
		}
	}
}

func TestTiersAreCheckedWithTheSettings(t *testing.T) {
	if err := (Config{Tiers: []inference.Tier{{Name: "a", URL: "host:1", Models: map[inference.Task]string{"chat": "m"}}}}).Check(); err == nil {
		t.Error("an address without http:// was taken")
	}
}
