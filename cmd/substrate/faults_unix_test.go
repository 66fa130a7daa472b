//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// shell runs a script in which substrate is the program, in dir; what it wrote to both streams comes back.
func shell(t *testing.T, dir, script string, wrap ...string) (string, error) {
	t.Helper()
	script = fmt.Sprintf("substrate() { %s=1 '%s' \"$@\"; }\n", asProgram, os.Args[0]) + script
	words := append(append([]string{}, wrap...), "sh", "-c", script)
	c := exec.Command(words[0], words[1:]...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	return string(out), err
}

// fullDisk is told to both ways in which a disk can be full. A change that finds no space is given up, says so, and leaves the
// library as it was; with space again it goes through.
const fullDisk = `
set -u
substrate init -q --library lib && substrate ingest -q --library lib a > /dev/null || exit 90
before=$(substrate documents --json --library lib) || exit 91
said=$( (LIMIT; substrate ingest -q --library lib b) 2>&1 ) && exit 92
echo "$said"
said=$( (LIMIT; substrate backup -q --library lib backup.tar.gz) 2>&1 ) && exit 93
echo "$said"
test ! -e backup.tar.gz || exit 94
after=$(substrate documents --json --library lib) || exit 95
test "$before" = "$after" || exit 96
found=$(substrate search --library lib "alder valve") || exit 97
case "$found" in *alder-manual@1.0*) ;; *) exit 98 ;; esac
RELIEF
substrate doctor --repair --library lib || exit 99
substrate ingest -q --library lib b > /dev/null || exit 100
substrate doctor -q --library lib || exit 101
substrate search --library lib "alder valve" | grep -q 'alder-manual@1.1' || exit 102
`

func TestAFullDisk(t *testing.T) {
	// Nobody may write a file of more than 24 kB: as when a quota is spent.
	t.Run("file size limit", func(t *testing.T) {
		dir := t.TempDir()
		inboxes(t, dir)
		out, err := shell(t, dir, strings.NewReplacer("LIMIT", "ulimit -f 48", "RELIEF", "").Replace(fullDisk))
		if err != nil || !strings.Contains(out, "free some space") {
			t.Errorf("%v\n%s", err, out)
		}
	})
	// A small disk that something else fills, where the machine lets a user mount one of his own.
	own := []string{"unshare", "--user", "--map-root-user", "--mount"}
	if os.Getuid() == 0 {
		own = []string{"unshare", "--mount"}
	}
	if out, err := exec.Command(own[0], append(own[1:], "mount", "-t", "tmpfs", "none", t.TempDir())...).CombinedOutput(); err != nil {
		t.Logf("no disk of its own can be mounted here (%v %s); the limit above stands for it", err, out)
		return
	}
	t.Run("small disk", func(t *testing.T) {
		dir := t.TempDir()
		inboxes(t, dir)
		script := "mount -t tmpfs -o size=80m none lib0 && cp -r a b lib0/ && cd lib0 || exit 89\n" + strings.NewReplacer(
			"LIMIT", "dd if=/dev/zero of=filler bs=64k 2>/dev/null; truncate -s -16k filler", "RELIEF", "rm filler").Replace(fullDisk)
		if err := os.Mkdir(filepath.Join(dir, "lib0"), 0o755); err != nil {
			t.Fatal(err)
		}
		out, err := shell(t, dir, script, own...)
		if err != nil || !strings.Contains(out, "free some space") {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// TestAReadOnlyLibrary: who may not write can ask, and is told plainly why he cannot change anything.
func TestAReadOnlyLibrary(t *testing.T) {
	dir, err := os.MkdirTemp("", "substrate-readonly-") // t.TempDir lies in a folder that others may not enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = exec.Command("chmod", "-R", "u+w", dir).Run()
		os.RemoveAll(dir)
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	a, b := inboxes(t, dir)
	lib := filepath.Join(dir, "lib")
	mustRun(t, "init", "-q", "--library", lib)
	mustRun(t, "ingest", "-q", "--library", lib, a)
	if out, err := exec.Command("chmod", "-R", "a-w", lib).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	exe := filepath.Join(dir, "substrate")
	raw, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(exe, raw, 0o755); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (string, int) {
		c := exec.Command(exe, append(args, "--library", lib)...)
		c.Env = append(os.Environ(), asProgram+"=1", "HOME="+dir)
		if os.Getuid() == 0 { // modes do not bind root
			c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		out, err := c.CombinedOutput()
		if err != nil && c.ProcessState == nil {
			t.Fatal(err)
		}
		return string(out), c.ProcessState.ExitCode()
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"documents"}, 0, "alder-manual"},
		{[]string{"search", "alder valve"}, 0, "alder-manual@1.0"},
		{[]string{"ingest", b}, 1, "permission denied"},
		{[]string{"undo"}, 1, "permission denied"},
		{[]string{"doctor"}, 7, "cannot write into it"},
		{[]string{"doctor", "--skip", "files"}, 0, "nothing is wrong"},
		{[]string{"backup", filepath.Join(lib, "b.tar.gz")}, 1, "permission denied"},
	} {
		if out, code := run(c.args...); code != c.code || !strings.Contains(out, c.says) {
			t.Errorf("substrate %v: exit status %d, want %d, and %q in\n%s", c.args, code, c.code, c.says, out)
		}
	}
}
