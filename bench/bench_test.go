package bench

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"substrate/fixtures"
	"substrate/library"
)

// sample is the sample library from its Markdown sources, so that no PDF engine is needed.
func sample(t *testing.T) *library.Library {
	t.Helper()
	dir := t.TempDir()
	if _, err := library.Init(dir); err != nil {
		t.Fatal(err)
	}
	l, err := library.Open(dir, library.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	r, err := l.Ingest(context.Background(), []string{filepath.Join(fixtures.Dir(), "library", "src")}, library.IngestOptions{})
	if err != nil || len(r.Failed) > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	return l
}

func TestFloorsOnTheFixtures(t *testing.T) {
	l := sample(t)
	for file, floor := range map[string]float64{"questions/questions.tsv": 0.95, "questions-unseen/b.tsv": 0.8} {
		cases, err := ReadCases(filepath.Join(fixtures.Dir(), file))
		if err != nil {
			t.Fatal(err)
		}
		r, err := Retrieve(context.Background(), l, cases)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %+v", file, *r)
		if r.Ours.Recall < floor || r.Ours.NDCG < floor-0.15 {
			t.Errorf("%s: recall@5 %.3f and nDCG@10 %.3f", file, r.Ours.Recall, r.Ours.NDCG)
		}
		if r.Ours.Left > 0 || r.Ours.Stale > 0 || r.Retired > 0 || r.Missing > 0 {
			t.Errorf("%s: stale %+v, retired %d, missing %d", file, r.Ours, r.Retired, r.Missing)
		}
		if r.Blind.Left == 0 {
			t.Error("the version-blind search finds no old version: it is not what it should be")
		}
	}
}

func TestGenerateIsDeterministic(t *testing.T) {
	read := func(seed uint64) []byte {
		m, err := Generate(t.TempDir(), 5, seed)
		if err != nil || len(m.Files) != 9 || len(m.Questions) != 5 {
			t.Fatalf("%+v, %v", m, err)
		}
		var all []byte
		for _, f := range m.Files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all = append(append(all, filepath.Base(f)...), raw...)
		}
		return all
	}
	if !bytes.Equal(read(7), read(7)) {
		t.Error("one seed wrote two things")
	}
	if bytes.Equal(read(7), read(8)) {
		t.Error("two seeds wrote the same")
	}
}

func TestGrow(t *testing.T) {
	s, err := Grow(context.Background(), t.TempDir(), 6, 1)
	if err != nil {
		t.Fatal(err)
	}
	if s.Versions != 12 || s.Index == 0 || s.Bytes == 0 {
		t.Errorf("%+v", s)
	}
}

func TestTheTruthOfThePublicFamilies(t *testing.T) {
	truth, err := ReadTruth("corpora/public-families.tsv")
	if err != nil || len(truth) != 60 {
		t.Errorf("%d files, %v", len(truth), err)
	}
}

func TestPackKeepsAnswersAndSaysWhatItLeavesOut(t *testing.T) {
	l := sample(t)
	cases, err := ReadCases(filepath.Join(fixtures.Dir(), "questions/questions.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Pack(context.Background(), l, cases[:30], []int{500, 4000})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range got {
		t.Logf("%+v", p)
		if p.Silent > 0 || p.Over > 0 || p.Drift < p.Drifting {
			t.Errorf("%+v", p)
		}
	}
	if got[1].Kept < 27 || got[1].Kept < got[0].Kept {
		t.Errorf("a budget of 4000 keeps %d answers of 30, one of 500 keeps %d", got[1].Kept, got[0].Kept)
	}
}

func BenchmarkOneMoreCascade(b *testing.B) {
	dir := b.TempDir()
	made, err := Generate(dir, 150, 1)
	if err != nil {
		b.Fatal(err)
	}
	home := b.TempDir()
	if _, err := library.Init(home); err != nil {
		b.Fatal(err)
	}
	l, err := library.Open(home, library.Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	if _, err := l.Ingest(context.Background(), made.Files, library.IngestOptions{}); err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		if _, err := oneMore(context.Background(), l, made.Files[0], dir, n); err != nil {
			b.Fatal(err)
		}
		n++
	}
}
