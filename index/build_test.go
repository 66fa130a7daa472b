package index

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

// tree is the content of a folder: hash by path.
func tree(t testing.TB, dir string) map[string][32]byte {
	t.Helper()
	out := map[string][32]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		out[path] = sha256.Sum256(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestManySmallBuildsEqualOne(t *testing.T) {
	m := invented(14, 4)
	keys := slices.Sorted(maps.Keys(m))
	words := vocabulary()
	var queries []string
	for i := range 12 {
		queries = append(queries, words[i*3]+" "+words[i*7+5]+" "+words[i*20+9])
	}
	queries = append(queries, words[0]+" "+words[1], `"`+words[0]+" "+words[1]+`"`, "10.3.4.5", "conifg")
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 1))
		dir := t.TempDir()
		base := ""
		var c Change
		for step := range 12 {
			c = Change{Cascade: step}
			for _, k := range keys {
				switch r.IntN(3) {
				case 0:
					c.Current = append(c.Current, k)
				case 1:
					c.Archive = append(c.Archive, k)
				}
			}
			if base != "" && r.IntN(2) == 0 {
				c.Refresh = keys[:2]
			}
			before := tree(t, dir)
			next := fmt.Sprintf("g%d", step)
			if err := Build(t.Context(), dir, base, next, c, from(m)); err != nil {
				t.Fatal(err)
			}
			after := tree(t, dir)
			for path, sum := range before {
				if after[path] != sum {
					t.Fatalf("building %s changed %s", next, path)
				}
			}
			base = next
		}
		if err := Build(t.Context(), dir, "", "scratch", c, from(m)); err != nil {
			t.Fatal(err)
		}
		a, b := open(t, dir, base, c), open(t, dir, "scratch", c)
		found := 0
		for _, q := range queries {
			for _, archive := range []bool{false, true} {
				ra := search(t, a, Query{Text: q, Archive: archive, Limit: 30})
				rb := search(t, b, Query{Text: q, Archive: archive, Limit: 30})
				if !reflect.DeepEqual(ra, rb) {
					t.Errorf("seed %d, %q, archive %v: many small builds and one answer differently", seed, q, archive)
				}
				found += len(ra.Hits)
			}
		}
		if found < 100 {
			t.Errorf("seed %d: only %d hits compared", seed, found)
		}
		// However many builds there were, few segments are read for each term.
		files, err := filepath.Glob(filepath.Join(dir, base, "*", "*.zap"))
		if err != nil || len(files) > 2*maxSegments+2 {
			t.Errorf("seed %d: %d segment files: %v", seed, len(files), err)
		}
	}
}

func TestSegmentsStayFew(t *testing.T) {
	m := invented(30, 4)
	keys := slices.Sorted(maps.Keys(m))
	dir := t.TempDir()
	base := ""
	for i := range keys {
		next := fmt.Sprintf("g%d", i)
		if err := Build(t.Context(), dir, base, next, Change{Cascade: i, Current: keys[:i+1]}, from(m)); err != nil {
			t.Fatal(err)
		}
		if err := Clean(dir, next); err != nil {
			t.Fatal(err)
		}
		base = next
		files, err := filepath.Glob(filepath.Join(dir, base, "*", "*.zap"))
		if err != nil || len(files) > maxSegments {
			t.Fatalf("after %d builds: %d segment files: %v", i+1, len(files), err)
		}
	}
}

func TestBuildReadsOnlyWhatChanged(t *testing.T) {
	m := shelf()
	dir := t.TempDir()
	var read []string
	source := func(k string) ([]Passage, error) {
		read = append(read, k)
		return m[k], nil
	}
	build := func(base, next string, c Change, want ...string) {
		t.Helper()
		read = nil
		if err := Build(t.Context(), dir, base, next, c, source); err != nil {
			t.Fatal(err)
		}
		slices.Sort(read)
		slices.Sort(want)
		if !slices.Equal(read, want) {
			t.Errorf("building %s read %d versions, want %d", next, len(read), len(want))
		}
	}
	ops, ops1, lab, legal := key("ops"), key("ops1"), key("lab"), key("legal")
	build("", "g1", Change{Current: []string{ops1, lab}}, ops1, lab)
	build("g1", "g2", Change{Current: []string{ops, lab}, Archive: []string{ops1}}, ops, ops1)
	build("g2", "g3", Change{Current: []string{ops, lab}, Archive: []string{ops1}})
	build("g3", "g4", Change{Current: []string{ops, lab, legal}, Archive: []string{ops1}, Refresh: []string{lab, key("absent")}}, legal, lab)
	build("absent", "g5", Change{Current: []string{ops}}, ops)
	build("g4", "g6", Change{})
	x := open(t, dir, "g6", Change{})
	if r := search(t, x, Query{Text: "kestrel", Archive: true}); r.Total != 0 {
		t.Errorf("an empty library answers: %+v", r)
	}
	// Another title reaches the index by Refresh.
	m[lab] = doc("lab", "Bench Handbook", labSource)
	c := Change{Current: []string{lab}, Refresh: []string{lab}}
	build("g2", "g7", c, lab)
	if h := search(t, open(t, dir, "g7", c), Query{Text: "handbook"}).Hits; len(h) == 0 || h[0].Title != "Bench Handbook" {
		t.Errorf("after refresh: %+v", h)
	}
}

func TestVersionsWithoutText(t *testing.T) {
	m := map[string][]Passage{key("scan"): nil, key("lab"): shelf()[key("lab")]}
	dir := t.TempDir()
	c := Change{Current: []string{key("scan"), key("lab")}, Archive: []string{key("scan")}}
	for _, g := range [][2]string{{"", "g1"}, {"g1", "g2"}} {
		if err := Build(t.Context(), dir, g[0], g[1], c, from(m)); err != nil {
			t.Fatal(err)
		}
		if r := search(t, open(t, dir, g[1], c), Query{Text: "chloroform", Archive: true}); r.Total != 1 {
			t.Errorf("%s: %d hits", g[1], r.Total)
		}
	}
}

func TestFailedBuildLeavesNothing(t *testing.T) {
	m := shelf()
	all := Change{Current: []string{key("ops"), key("lab")}}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, f := range map[string]func(dir string) error{
		"source fails": func(dir string) error {
			return Build(t.Context(), dir, "g1", "g2", Change{Current: []string{key("ops"), key("absent")}}, from(m))
		},
		"wrong version": func(dir string) error {
			return Build(t.Context(), dir, "g1", "g2", Change{Current: []string{key("x")}}, func(string) ([]Passage, error) { return m[key("ops")], nil })
		},
		"same passage twice": func(dir string) error {
			return Build(t.Context(), dir, "g1", "g2", Change{Current: []string{key("legal")}}, func(k string) ([]Passage, error) { return append(m[k], m[k]...), nil })
		},
		"cancelled": func(dir string) error {
			return Build(cancelled, dir, "g1", "g2", Change{Current: []string{key("legal")}}, from(m))
		},
		"from itself": func(dir string) error { return Build(t.Context(), dir, "g1", "g1", all, from(m)) },
		"path":        func(dir string) error { return Build(t.Context(), dir, "g1", "../g2", all, from(m)) },
	} {
		dir := t.TempDir()
		if err := Build(t.Context(), dir, "", "g1", all, from(m)); err != nil {
			t.Fatal(err)
		}
		before := tree(t, dir)
		if err := f(dir); err == nil {
			t.Errorf("%s: no error", name)
		}
		if after := tree(t, dir); !maps.Equal(before, after) {
			t.Errorf("%s: files changed", name)
		}
	}
}

func TestOpenMismatch(t *testing.T) {
	m := shelf()
	c := Change{Cascade: 3, Current: []string{key("ops"), key("lab")}, Archive: []string{key("ops1")}}
	zap := func(dir, half string) string {
		f, err := filepath.Glob(filepath.Join(dir, "g1", half, "*.zap"))
		if err != nil || len(f) == 0 {
			t.Fatal("no segment file", err)
		}
		return f[0]
	}
	write := func(path, text string) {
		os.Remove(path)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	same := func(path string) string { // other bytes of the same size
		fi, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Repeat("\xa5", int(fi.Size()))
	}
	for name, damage := range map[string]func(dir string, want *Stamp){
		"other cascade":      func(_ string, s *Stamp) { s.Cascade = 4 },
		"other digest":       func(_ string, s *Stamp) { s.Digest = Digest(nil, nil) },
		"missing":            func(dir string, _ *Stamp) { os.RemoveAll(filepath.Join(dir, "g1")) },
		"no stamp":           func(dir string, _ *Stamp) { os.Remove(filepath.Join(dir, "g1", stampName)) },
		"garbage stamp":      func(dir string, _ *Stamp) { write(filepath.Join(dir, "g1", stampName), "{") },
		"no segment":         func(dir string, _ *Stamp) { os.Remove(zap(dir, currentDir)) },
		"truncated segment":  func(dir string, _ *Stamp) { write(zap(dir, archiveDir), "short") },
		"overwritten":        func(dir string, _ *Stamp) { f := zap(dir, currentDir); write(f, same(f)) },
		"no bolt":            func(dir string, _ *Stamp) { os.Remove(filepath.Join(dir, "g1", currentDir, "root.bolt")) },
		"garbage bolt":       func(dir string, _ *Stamp) { f := filepath.Join(dir, "g1", currentDir, "root.bolt"); write(f, same(f)) },
		"no archive":         func(dir string, _ *Stamp) { os.RemoveAll(filepath.Join(dir, "g1", archiveDir)) },
		"renamed generation": func(dir string, s *Stamp) { os.Rename(filepath.Join(dir, "g1"), filepath.Join(dir, "g0")) },
	} {
		dir := t.TempDir()
		if err := Build(t.Context(), dir, "", "g1", c, from(m)); err != nil {
			t.Fatal(err)
		}
		want := c.Stamp("g1")
		damage(dir, &want)
		if x, err := Open(dir, "g1", want); !errors.Is(err, ErrMismatch) {
			t.Errorf("%s: got %v", name, err)
			if x != nil {
				x.Close()
			}
		}
		// A new generation can be built on it all the same, and answers as it should.
		next := Change{Cascade: 5, Current: []string{key("ops"), key("legal")}, Archive: []string{key("ops1")}}
		if err := Build(t.Context(), dir, "g1", "g2", next, from(m)); err != nil {
			t.Errorf("%s: build on it: %v", name, err)
			continue
		}
		x := open(t, dir, "g2", next)
		if r := search(t, x, Query{Text: "Kestrel deposit Merlin", Archive: true}); r.Total != len(search(t, opened(t, m, next), Query{Text: "Kestrel deposit Merlin", Archive: true}).Hits) {
			t.Errorf("%s: built on it, it finds %d", name, r.Total)
		}
	}
}

func TestClean(t *testing.T) {
	dir := t.TempDir()
	m := shelf()
	c := Change{Current: []string{key("ops")}}
	for _, g := range []string{"g1", "g2", "g3"} {
		if err := Build(t.Context(), dir, "", g, c, from(m)); err != nil {
			t.Fatal(err)
		}
	}
	x := open(t, dir, "g1", c)
	os.Mkdir(filepath.Join(dir, tempPrefix+"left"), 0o755)
	os.Mkdir(filepath.Join(dir, "notes"), 0o755)
	if err := Clean(dir, "g2", ""); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if !slices.Equal(names, []string{"g2", "notes"}) {
		t.Errorf("left: %q", names)
	}
	if r := search(t, x, Query{Text: "kestrel"}); r.Total == 0 {
		t.Error("a generation in use went blind when it was removed")
	}
	if err := Clean(filepath.Join(dir, "absent")); err != nil {
		t.Error(err)
	}
}

// A build that is killed at any point leaves the base as it was and does not stand in the way of the next.
func TestKilledBuild(t *testing.T) {
	if dir := os.Getenv("INDEX_KILLED_BUILD"); dir != "" {
		m := invented(12, 4)
		keys := slices.Sorted(maps.Keys(m))
		n := 0
		err := Build(context.Background(), dir, "g1", "g2", Change{Cascade: 2, Current: keys}, func(k string) ([]Passage, error) {
			if n++; fmt.Sprint(n) == os.Getenv("INDEX_KILLED_AT") {
				p, _ := os.FindProcess(os.Getpid())
				p.Kill()
				select {}
			}
			return m[k], nil
		})
		fmt.Println(err)
		os.Exit(3)
	}
	m := invented(12, 4)
	keys := slices.Sorted(maps.Keys(m))
	for _, at := range []int{1, 6, 9} {
		dir := t.TempDir()
		c := Change{Cascade: 1, Current: keys[:3]}
		if err := Build(t.Context(), dir, "", "g1", c, from(m)); err != nil {
			t.Fatal(err)
		}
		before := tree(t, filepath.Join(dir, "g1"))
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledBuild$")
		cmd.Env = append(os.Environ(), "INDEX_KILLED_BUILD="+dir, fmt.Sprint("INDEX_KILLED_AT=", at))
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatalf("the build was not killed: %v\n%s", err, out)
		}
		if !maps.Equal(before, tree(t, filepath.Join(dir, "g1"))) {
			t.Errorf("killed at %d: the base changed", at)
		}
		left, err := filepath.Glob(filepath.Join(dir, tempPrefix+"*"))
		if err != nil || len(left) != 1 {
			t.Errorf("killed at %d: left over: %q", at, left)
		}
		if _, err := Open(dir, "g2", Change{Cascade: 2, Current: keys}.Stamp("g2")); !errors.Is(err, ErrMismatch) {
			t.Errorf("killed at %d: a generation is there: %v", at, err)
		}
		open(t, dir, "g1", c)
		c = Change{Cascade: 2, Current: keys}
		// Twice: the second time as after a death between the rename and the catalog's commit.
		for range 2 {
			if err := Build(t.Context(), dir, "g1", "g2", c, from(m)); err != nil {
				t.Fatal(err)
			}
		}
		open(t, dir, "g2", c)
		if err := Clean(dir, "g2"); err != nil {
			t.Fatal(err)
		}
		if e, err := os.ReadDir(dir); err != nil || len(e) != 1 {
			t.Errorf("after Clean: %v", e)
		}
	}
}

func TestReadersAtOnce(t *testing.T) {
	m := invented(4, 4)
	c := Change{Current: slices.Collect(maps.Keys(m))}
	dir := t.TempDir()
	if err := Build(t.Context(), dir, "", "g1", c, from(m)); err != nil {
		t.Fatal(err)
	}
	x, y := open(t, dir, "g1", c), open(t, dir, "g1", c)
	words := vocabulary()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 20 {
				q := Query{Text: words[j] + " " + words[j*7+i] + " conifguration"}
				a, err := x.Search(t.Context(), q)
				b, err2 := y.Search(t.Context(), q)
				if err != nil || err2 != nil || !reflect.DeepEqual(a, b) {
					t.Errorf("%q: %v, %v, %d and %d hits", q.Text, err, err2, a.Total, b.Total)
				}
			}
		})
	}
	wg.Wait()
}

func TestDigest(t *testing.T) {
	a, b := key("a"), key("b")
	if Digest([]string{a, b, a}, nil) != Digest([]string{b, a}, nil) {
		t.Error("order and repetition must not matter")
	}
	if Digest([]string{a}, []string{b}) == Digest([]string{a, b}, nil) || Digest(nil, []string{a}) == Digest([]string{a}, nil) {
		t.Error("the two sets must be told apart")
	}
}

func TestShareWithoutLinks(t *testing.T) {
	m := shelf()
	dir, to := t.TempDir(), t.TempDir()
	if err := Build(t.Context(), dir, "", "g1", Change{Current: []string{key("ops")}}, from(m)); err != nil {
		t.Fatal(err)
	}
	src := filepath.Join(dir, "g1", currentDir)
	if err := share(src, to, func(string, string) error { return errors.ErrUnsupported }); err != nil {
		t.Fatal(err)
	}
	a, b := tree(t, src), tree(t, to)
	if len(a) < 2 || len(a) != len(b) {
		t.Fatalf("%d files became %d", len(a), len(b))
	}
	for path, sum := range a {
		if b[filepath.Join(to, filepath.Base(path))] != sum {
			t.Errorf("%s was not copied", path)
		}
	}
}
