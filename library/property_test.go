package library_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"substrate/corpus/catalog"
	"substrate/corpus/identity"
	"substrate/library"
)

func said(version string) identity.Said { return identity.Said{Version: version} }

// editions are what random sequences draw from: renames, drafts, epochs, rivals and late arrivals are among them.
// Each body has a word of its own.
func editions() []edition {
	var out []edition
	add := func(e edition) {
		e.body = fmt.Sprintf("The common setting is here. word%cq", 'a'+len(out))
		out = append(out, e)
	}
	for _, v := range []string{"V1.0", "V1.1", "V2.0", "V10.0"} {
		add(edition{title: "Guide", version: v, epoch: map[bool]string{true: "EPOCH 2", false: "EPOCH 1"}[v > "V1.2"]})
	}
	add(edition{title: "Guide", version: "V10.1-draft"})
	add(edition{title: "Manual", version: "Rev A", date: "2025-01-01"})
	add(edition{title: "Manual", version: "Rev B", date: "2025-06-01"})
	add(edition{title: "Manual", version: "Rev B", date: "2025-07-01"})
	add(edition{title: "Handbook", version: "V1.0", date: "2026-01-01", supersedes: "Manual Rev B"})
	add(edition{title: "Notes", date: "2026-01-01"})
	add(edition{title: "Notes", date: "2026-02-01"})
	add(edition{title: "Plan", version: "2026-01"})
	add(edition{title: "Plan", version: "2026-03"})
	return out
}

// promises checks both promises on every edition: what search of the present finds is never superseded, and what
// stands for its document, or is held in its place, is always found.
func promises(t *testing.T, l *testLibrary) {
	t.Helper()
	rows := map[string]library.Version{}
	docs, err := l.Documents(context.Background())
	if errors.Is(err, catalog.ErrNone) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range docs {
		vs, err := l.Versions(context.Background(), string(d.Document))
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range vs {
			rows[v.File] = v
		}
	}
	for i := range editions() {
		word := fmt.Sprintf("word%cq", 'a'+i)
		file := fmt.Sprintf("e%02d.md", i)
		v, known := rows[file]
		found := false
		for _, h := range l.search(word, library.SearchOptions{}).Hits {
			if h.Standing == "superseded" || h.Standing == "snapshot" {
				t.Fatalf("search of the present found %s, which is %s", h.Ref, h.Standing)
			}
			found = found || strings.Contains(h.Text, word)
		}
		if current := known && (v.Standing == "authoritative" || v.Standing == "historical"); current && !found {
			t.Fatalf("%s is %s and is not found", v.Ref, v.Standing)
		}
		if !known && found {
			t.Fatalf("%s is not in the library and is found", file)
		}
	}
}

func TestAnyOrderGivesTheSameState(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	want := ""
	for round := range 6 {
		l := newLibrary(t, library.Config{})
		var paths []string
		for i, e := range editions() {
			paths = append(paths, l.put(fmt.Sprintf("e%02d.md", i), e))
		}
		switch round {
		case 0:
			l.ingest(l.inbox)
		default:
			r.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
			for len(paths) > 0 {
				n := 1 + r.Intn(len(paths))
				l.ingest(paths[:n]...)
				paths = paths[n:]
			}
			l.ingest(l.inbox) // twice
		}
		got := l.shelf()
		if want == "" {
			want = got
		}
		if got != want {
			t.Fatalf("round %d:\n%s\nwant\n%s", round, got, want)
		}
		promises(t, l)
	}
}

// TestRandomSequences mixes ingests, late arrivals, decisions, undo and new processes.
func TestRandomSequences(t *testing.T) {
	r := rand.New(rand.NewSource(4))
	for range 4 {
		dir := t.TempDir()
		l := openLibrary(t, dir, library.Config{})
		all := editions()
		states := []string{""} // shelf after each cascade that stands
		for range 14 {
			switch k := r.Intn(10); {
			case k < 6:
				i := r.Intn(len(all))
				rep := l.ingest(l.put(fmt.Sprintf("e%02d.md", i), all[i]))
				if rep.Cascade != 0 {
					states = append(states, l.shelf())
				}
			case k < 7:
				if docs, err := l.Documents(context.Background()); err == nil && len(docs) > 0 {
					d := docs[r.Intn(len(docs))]
					if _, err := l.Decide(context.Background(), d.SHA256[:16], said("V7.7"), 0); err != nil {
						t.Fatal(err)
					}
					states = append(states, l.shelf())
				}
			case k < 9:
				_, err := l.Undo(context.Background(), 0)
				if len(states) == 1 {
					if !errors.Is(err, library.ErrNothingToUndo) && !errors.Is(err, catalog.ErrNone) {
						t.Fatalf("undo of nothing: %v", err)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				states = states[:len(states)-1]
				got := ""
				if _, err := l.Documents(context.Background()); err == nil {
					got = l.shelf()
				}
				if got != states[len(states)-1] {
					t.Fatalf("undo gave\n%s\nwant\n%s", got, states[len(states)-1])
				}
			default:
				l.Close()
				l = openLibrary(t, dir, library.Config{})
			}
			promises(t, l)
		}
	}
}

// victim ingests until it is killed, when the test binary is started as one.
func victim() {
	dir := os.Getenv("SUBSTRATE_TEST_VICTIM")
	if dir == "" {
		return
	}
	l, err := library.Open(filepath.Join(dir, "lib"), library.Config{})
	if err != nil {
		panic(err)
	}
	fmt.Println("started")
	ctx := context.Background()
	for i := 0; ; i++ {
		var err error
		if i%2 == 0 {
			_, err = l.Ingest(ctx, []string{filepath.Join(dir, "inbox")}, library.IngestOptions{Wait: time.Minute})
		} else {
			_, err = l.Undo(ctx, time.Minute)
		}
		if err != nil {
			panic(err)
		}
	}
}

// TestKilledAtAnyMoment kills a process that ingests and undoes in a loop: the library is afterwards one of the two
// states, the index agrees with it, and the next command works.
func TestKilledAtAnyMoment(t *testing.T) {
	dir := t.TempDir()
	l := openLibrary(t, dir, library.Config{})
	all := editions()
	for i, e := range all[:6] {
		l.put(fmt.Sprintf("e%02d.md", i), e)
	}
	l.ingest(l.inbox)
	without := l.shelf()
	for i, e := range all[6:] {
		l.put(fmt.Sprintf("e%02d.md", i+6), e)
	}
	l.ingest(l.inbox)
	with := l.shelf()
	if _, err := l.Undo(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	l.Close()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewSource(5))
	for range 25 {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), "SUBSTRATE_TEST_VICTIM="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 8)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(r.Intn(120_000)) * time.Microsecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		l := openLibrary(t, dir, library.Config{})
		switch got := l.shelf(); got {
		case without:
		case with:
			if _, err := l.Undo(context.Background(), time.Minute); err != nil {
				t.Fatal(err)
			}
		default:
			t.Fatalf("between the states:\n%s", got)
		}
		promises(t, l)
		l.Close()
	}
}

func TestTwoAtOnceSayWhoHoldsTheLibrary(t *testing.T) {
	l := newLibrary(t, library.Config{})
	path := l.put("a.md", edition{"Guide", "V1.0", "", "", "", "x"})
	release, err := catalog.Lock(context.Background(), filepath.Join(l.Dir, library.StateDir), "substrate ingest", fixed, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.Ingest(context.Background(), []string{path}, library.IngestOptions{})
	if !errors.Is(err, catalog.ErrLocked) || !strings.Contains(err.Error(), "substrate ingest, process") {
		t.Errorf("%v", err)
	}
	release()
	l.ingest(path)
}
