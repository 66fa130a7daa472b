package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"substrate/library"
)

var kills = flag.Int("kills", 20, "how many processes TestKilledAtRandomMoments kills")
var seed = flag.Uint64("seed", 1, "where its random moments begin")

// asProgram makes the test binary be the program.
const asProgram = "SUBSTRATE_TEST_AS_PROGRAM"

// program is a command line of the program in a process of its own.
func program(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), asProgram+"=1")
	return c
}

// inboxes are two folders of documents: b has newer versions of half of what a has, and more.
func inboxes(t *testing.T, dir string) (a, b string) {
	t.Helper()
	a, b = filepath.Join(dir, "a"), filepath.Join(dir, "b")
	write := func(folder, name, version string, seed int) {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		var sb strings.Builder
		fmt.Fprintf(&sb, "---\ntitle: %s Manual\nversion: %s\ndate: 2026-01-%02d\n---\n", name, version, seed%28+1)
		for s := 1; s <= 12; s++ {
			fmt.Fprintf(&sb, "\n# %d Part %d\n\n", s, s)
			for p := range 4 {
				fmt.Fprintf(&sb, "The %s valve %d is set to %d bar in version %s. %s\n\n", strings.ToLower(name), p, seed*s+p, version, strings.Repeat("It is looked at every week. ", 10))
			}
		}
		if err := os.WriteFile(filepath.Join(folder, name+version+".md"), []byte(sb.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for i, n := range []string{"Alder", "Birch", "Cedar", "Elm", "Fir", "Hazel"} {
		write(a, n, "V1.0", i)
		if i%2 == 0 {
			write(b, n, "V1.1", i+40)
		}
	}
	for i, n := range []string{"Larch", "Maple", "Oak", "Pine"} {
		write(b, n, "V1.0", i+80)
	}
	return a, b
}

// standings are all versions of a library with what the rules say of them.
func standings(t *testing.T, l *library.Library) string {
	t.Helper()
	docs, err := l.Documents(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var sb strings.Builder
	for _, d := range docs {
		vs, err := l.Versions(context.Background(), string(d.Document))
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range vs {
			fmt.Fprintln(&sb, v.Ref, v.Standing, v.Rule, v.Because, v.SHA256)
		}
	}
	return sb.String()
}

func openLib(t *testing.T, dir string) *library.Library {
	t.Helper()
	l, err := library.Open(dir, library.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// mustRun runs the program to its end.
func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	out, err := program(args...).CombinedOutput()
	if err != nil {
		t.Fatalf("substrate %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestKilledAtRandomMoments kills ingest, undo and backup as kill -9 does. Afterwards the library is one of the two states, the
// index agrees with it without being mended, every original is there, an earlier backup is whole, and the doctor removes what
// was left.
func TestKilledAtRandomMoments(t *testing.T) {
	dir := t.TempDir()
	a, b := inboxes(t, dir)
	lib, backup := filepath.Join(dir, "lib"), filepath.Join(dir, "backup.tar.gz")
	mustRun(t, "init", "-q", "--library", lib)
	mustRun(t, "ingest", "-q", "--library", lib, a)
	see := func() string {
		l := openLib(t, lib)
		defer l.Close()
		return standings(t, l)
	}
	without := see()
	ops := map[string][]string{"ingest": {"ingest", "-q", "--library", lib, b}, "undo": {"undo", "-q", "--library", lib}, "backup": {"backup", "-q", "--library", lib, backup}}
	took := map[string]time.Duration{} // only chooses the moments
	var with string
	for _, op := range []string{"ingest", "backup", "undo"} {
		start := time.Now()
		mustRun(t, ops[op]...)
		took[op] = time.Since(start)
		if op == "ingest" {
			with = see()
		}
	}
	if now := see(); without == with || now != without {
		t.Fatal("undo does not lead back")
	}
	rng := rand.New(rand.NewPCG(*seed, 0))
	hits, late := map[string]int{}, 0
	for n := 0; n < *kills; {
		op := []string{"ingest", "undo", "backup"}[rng.IntN(3)]
		// The state that it starts from: an ingest of what is there already would be nothing, and an undo would go too far.
		if now := see(); op == "ingest" && now == with {
			mustRun(t, ops["undo"]...)
		} else if op == "undo" && now == without {
			mustRun(t, ops["ingest"]...)
		}
		c := program(ops[op]...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rng.Int64N(int64(took[op]) * 11 / 10)))
		_ = c.Process.Kill()
		if err := c.Wait(); err == nil {
			if late++; late > 20*(*kills) {
				t.Fatal("the processes end before they can be killed")
			}
			took[op] = took[op] * 9 / 10 // the machine is faster now
			continue
		}
		n++
		hits[op]++
		checkAfterKill(t, fmt.Sprintf("kill %d, of %s", n, op), lib, without, with)
		checkBackup(t, backup, without, with)
	}
	t.Logf("killed: %v; %d had ended before", hits, late)
	// A work folder whose maker had no time to lock it is known to be abandoned a minute later.
	old, _ := filepath.Glob(filepath.Join(dir, ".*"))
	for _, f := range old {
		if err := os.Chtimes(f, time.Now(), time.Now().Add(-2*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	mustRun(t, ops["backup"]...)
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("a backup leaves what killed ones left: %v", left)
	}
}

// TestARestoreThatIsKilled kills restores into a new folder and over a library. Afterwards the folder is the library that was, or
// the restored one, or none at all; never half of each. The same command again, with --force where it asks for it, ends it.
func TestARestoreThatIsKilled(t *testing.T) {
	dir := t.TempDir()
	a, b := inboxes(t, dir)
	from, backup := filepath.Join(dir, "from"), filepath.Join(dir, "backup.tar.gz")
	mustRun(t, "init", "-q", "--library", from)
	mustRun(t, "ingest", "-q", "--library", from, a, b)
	mustRun(t, "backup", "-q", "--library", from, backup)
	l := openLib(t, from)
	want := standings(t, l)
	l.Close()
	start := time.Now()
	mustRun(t, "restore", "-q", backup, filepath.Join(dir, "first"))
	took := time.Since(start)
	rng := rand.New(rand.NewPCG(*seed, 1))
	for n, tries := 0, 0; n < *kills/4 && tries < 20*(*kills); tries++ {
		to := filepath.Join(dir, fmt.Sprint("to", tries))
		args, was := []string{"restore", "-q", backup, to}, ""
		if rng.IntN(2) == 0 { // over another library
			mustRun(t, "init", "-q", "--library", to)
			mustRun(t, "ingest", "-q", "--library", to, a)
			l := openLib(t, to)
			was = standings(t, l)
			l.Close()
			args = append(args, "--force")
		}
		c := program(args...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rng.Int64N(int64(took) * 11 / 10)))
		_ = c.Process.Kill()
		if c.Wait() == nil {
			took = took * 9 / 10
			continue
		}
		n++
		if l, err := library.Open(to, library.Config{}); err == nil {
			if got := standings(t, l); got != want && got != was {
				t.Fatalf("kill %d: neither of the two:\n%s", n, got)
			}
			l.Close()
		}
		// One that was killed before it could lock its work folder is known to be gone a minute later.
		aged, _ := filepath.Glob(filepath.Join(to, ".*"))
		for _, f := range aged {
			if err := os.Chtimes(f, time.Now(), time.Now().Add(-2*time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
		if out, err := program(args...).CombinedOutput(); err != nil {
			if !strings.Contains(string(out), "--force") {
				t.Fatalf("kill %d: the same command again: %v\n%s", n, err, out)
			}
			mustRun(t, append(args, "--force")...)
		}
		l := openLib(t, to)
		if got := standings(t, l); got != want {
			t.Fatalf("kill %d: restored\n%s", n, got)
		}
		l.Close()
		mustRun(t, "doctor", "-q", "--library", to)
	}
}

func checkAfterKill(t *testing.T, when, lib, without, with string) {
	t.Helper()
	l := openLib(t, lib)
	defer l.Close()
	got := standings(t, l)
	if got != without && got != with {
		t.Fatalf("%s: neither of the two states:\n%s", when, got)
	}
	f, err := l.Search(context.Background(), "alder valve bar", library.SearchOptions{})
	want := "alder-manual@1.0#"
	if got == with {
		want = "alder-manual@1.1#"
	}
	if err != nil || len(f.Hits) == 0 || len(f.Notes) != 0 || !strings.HasPrefix(f.Hits[0].Ref, want) {
		t.Fatalf("%s: search, which should find %s: %+v, %v", when, want, f, err)
	}
	d, err := l.Doctor(context.Background(), library.DoctorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range d.Faults {
		if x.Grave || !x.Repairable {
			t.Errorf("%s: %+v", when, x)
		}
	}
	if d, err = l.Doctor(context.Background(), library.DoctorOptions{Repair: true}); err != nil || !d.Healthy {
		t.Fatalf("%s: after the repair %+v, %v", when, d, err)
	}
	if got != standings(t, l) {
		t.Errorf("%s: the repair changed the shelf", when)
	}
}

// checkBackup restores the backup: whatever was killed, there is a whole one.
func checkBackup(t *testing.T, backup, without, with string) {
	t.Helper()
	f, err := os.Open(backup)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dir := filepath.Join(t.TempDir(), "restored")
	if _, err := library.Restore(context.Background(), f, dir, library.RestoreOptions{}); err != nil {
		t.Fatalf("the backup: %v", err)
	}
	l := openLib(t, dir)
	defer l.Close()
	if got := standings(t, l); got != without && got != with {
		t.Errorf("the backup is neither of the two states:\n%s", got)
	}
}

// TestManyProcessesAtOnce ingests from two processes while two more make backups and one asks. Nobody fails, and the outcome is
// that of any order.
func TestManyProcessesAtOnce(t *testing.T) {
	dir := t.TempDir()
	a, b := inboxes(t, dir)
	plain := filepath.Join(dir, "plain")
	mustRun(t, "init", "-q", "--library", plain)
	mustRun(t, "ingest", "-q", "--library", plain, a, b)
	want := openLib(t, plain)
	defer want.Close()

	lib := filepath.Join(dir, "lib")
	mustRun(t, "init", "-q", "--library", lib)
	mustRun(t, "ingest", "-q", "--library", lib, filepath.Join(a, "ElmV1.0.md"))
	type run struct {
		c   *exec.Cmd
		out *strings.Builder
	}
	var runs []run
	for _, args := range [][]string{{"ingest", "-q", a}, {"ingest", "-q", b}, {"backup", "-q", filepath.Join(dir, "1.tar.gz")}, {"backup", "-q", filepath.Join(dir, "2.tar.gz")}, {"search", "elm valve"}, {"doctor", "-q"}} {
		r := run{program(append(args, "--library", lib)...), &strings.Builder{}}
		r.c.Stdout, r.c.Stderr = r.out, r.out
		if err := r.c.Start(); err != nil {
			t.Fatal(err)
		}
		runs = append(runs, r)
	}
	for _, r := range runs {
		if err := r.c.Wait(); err != nil {
			t.Errorf("%v: %v\n%s", r.c.Args[1:], err, r.out)
		}
	}
	l := openLib(t, lib)
	defer l.Close()
	if got := standings(t, l); got != standings(t, want) {
		t.Errorf("together\n%s\none after the other\n%s", got, standings(t, want))
	}
	if d, err := l.Doctor(context.Background(), library.DoctorOptions{}); err != nil || !d.Healthy {
		t.Errorf("%+v, %v", d, err)
	}
	for _, f := range []string{"1", "2"} {
		mustRun(t, "restore", filepath.Join(dir, f+".tar.gz"), filepath.Join(dir, "back"+f))
		mustRun(t, "doctor", "--library", filepath.Join(dir, "back"+f))
	}
}

// TestAnApprovalThatIsKilled kills approvals: the next version is issued and its revision says so, or neither.
func TestAnApprovalThatIsKilled(t *testing.T) {
	dir := t.TempDir()
	a, _ := inboxes(t, dir)
	lib := filepath.Join(dir, "lib")
	sub := func(args ...string) string { t.Helper(); return mustRun(t, append(args, "--library", lib)...) }
	sub("init", "-q")
	sub("ingest", "-q", a)
	sub("capture", "-q", "The alder valve 0 is set to 99 bar in version V1.0.", "--to", "alder-manual#3")
	sub("revise", "-q", "alder-manual")
	see := func() string {
		l := openLib(t, lib)
		defer l.Close()
		rs, err := l.Revisions(context.Background())
		if err != nil || len(rs) != 1 {
			t.Fatalf("%+v, %v", rs, err)
		}
		return standings(t, l) + string(rs[0].State)
	}
	before := see()
	start := time.Now()
	sub("revise", "approve", "-q", "R-1")
	took := time.Since(start)
	after := see()
	sub("undo", "-q")
	if before == after || see() != before {
		t.Fatal("undo does not lead back")
	}
	rng := rand.New(rand.NewPCG(*seed, 2))
	for n, tries := 0, 0; n < *kills/4 && tries < 20*(*kills); tries++ {
		c := program("revise", "approve", "-q", "R-1", "--library", lib)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rng.Int64N(int64(took) * 11 / 10)))
		_ = c.Process.Kill()
		if c.Wait() == nil {
			took = took * 9 / 10
		} else {
			n++
		}
		got := see()
		if got != before && got != after {
			t.Fatalf("kill %d: neither of the two states:\n%s", n, got)
		}
		sub("doctor", "--repair", "-q")
		if got == after {
			sub("undo", "-q")
		}
	}
}
