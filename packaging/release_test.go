package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// tool runs a command and returns what it wrote to both streams; it must succeed.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestThePackage builds the package of this machine, twice; installs it into a root of its own, so that the machine stays as it
// is; runs what was installed; and removes it again.
func TestThePackage(t *testing.T) {
	t.Chdir("..")
	t.Setenv("SOURCE_DATE_EPOCH", "1780000000")
	here := target{os: "linux", arch: runtime.GOARCH}
	out := t.TempDir()
	if err := run("1.2.3-rc1", out, here.String()); err != nil {
		t.Fatal(err)
	}
	deb := filepath.Join(out, "substrate_1.2.3~rc1_"+strings.TrimSpace(tool(t, "dpkg", "--print-architecture"))+".deb")
	again := t.TempDir()
	if err := run("1.2.3-rc1", again, here.String()); err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(out, "SHA256SUMS"))
	if other, err2 := os.ReadFile(filepath.Join(again, "SHA256SUMS")); err != nil || err2 != nil || !bytes.Equal(sums, other) {
		t.Errorf("the same tree gave other bytes:\n%s%s", sums, other)
	}
	if n := strings.Count(string(sums), "\n"); n != 2 {
		t.Errorf("%d files are in SHA256SUMS:\n%s", n, sums)
	}
	check := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	check.Dir = out
	if said, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}

	root := t.TempDir()
	for _, d := range []string{"var/lib/dpkg/info", "var/lib/dpkg/updates", "var/log"} {
		if err := os.MkdirAll(filepath.Join(root, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "var/lib/dpkg/status"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	// As another user than root, dpkg finds fault with a PATH without sbin.
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	dpkg := func(args ...string) string {
		t.Helper()
		return tool(t, "dpkg", append([]string{"--root=" + root, "--force-not-root", "--force-script-chrootless", "--log=" + filepath.Join(root, "var/log/dpkg.log")}, args...)...)
	}
	dpkg("--install", deb)
	if said := dpkg("--status", "substrate"); !strings.Contains(said, "Status: install ok installed") || !strings.Contains(said, "Version: 1.2.3~rc1") {
		t.Errorf("%s", said)
	}
	exe := filepath.Join(root, "usr/bin/substrate")
	if said := tool(t, exe, "--version"); said != "substrate 1.2.3-rc1\n" {
		t.Errorf("it says %q", said)
	}
	works(t, exe)
	units(t, root)
	texts(t, root)

	dpkg("--remove", "substrate")
	if _, err := os.Stat(exe); !os.IsNotExist(err) {
		t.Errorf("after removing, the program is there: %v", err)
	}
	if _, err := os.Stat(filepath.Join(root, "etc/default/substrate")); err != nil {
		t.Errorf("removing keeps what a person may have edited: %v", err)
	}
	dpkg("--purge", "substrate")
	var left []string
	_ = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(path, filepath.Join(root, "var")) {
			left = append(left, path)
		}
		return nil
	})
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// works does the main job with the installed program.
func works(t *testing.T, exe string) {
	t.Helper()
	dir := t.TempDir()
	lib, inbox := filepath.Join(dir, "lib"), filepath.Join(dir, "guide.md")
	if err := os.WriteFile(inbox, []byte("---\ntitle: Guide\nversion: V1.0\n---\n# 1 Purpose\n\nThe pressure is 7 bar.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	tool(t, exe, "init", "-q", "--library", lib)
	tool(t, exe, "ingest", "-q", "--library", lib, inbox)
	if said := tool(t, exe, "search", "--library", lib, "pressure"); !strings.Contains(said, "[guide@1.0#1]") {
		t.Errorf("search says %s", said)
	}
	tool(t, exe, "doctor", "--library", lib)
	if kind := tool(t, "go", "version", "-m", exe); !strings.Contains(kind, "CGO_ENABLED=0") {
		t.Errorf("the program is not static:\n%s", kind)
	}
}

// units asks systemd for what it thinks of the units.
func units(t *testing.T, root string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(root, "usr/lib/systemd/system"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, u := range []string{"substrate.service", "substrate-watch.service"} {
		unit := filepath.Join(root, "usr/lib/systemd/system", u)
		// Its program lies in the scratch root, and what it refers to is the machine's own.
		raw, err := os.ReadFile(unit)
		if err != nil {
			t.Fatal(err)
		}
		tried := filepath.Join(t.TempDir(), u)
		raw = bytes.ReplaceAll(raw, []byte("=/usr/bin/"), []byte("="+filepath.Join(root, "usr/bin")+"/"))
		if err := os.WriteFile(tried, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		if said := tool(t, "systemd-analyze", "verify", "--man=no", tried); strings.Contains(said, u) || strings.Contains(said, "cycle") {
			t.Errorf("%s: %s", u, said)
		}
		// 10 is wide open; below 2.5 systemd itself says OK.
		tool(t, "systemd-analyze", "security", "--offline=true", "--threshold=25", "--no-pager", tried)
	}
}

// texts looks at manual pages and completions.
func texts(t *testing.T, root string) {
	t.Helper()
	for file, want := range map[string]string{
		"usr/share/man/man1/substrate.1.gz":                  `.TH "SUBSTRATE" "1" "May 2026" "substrate 1.2.3-rc1"`,
		"usr/share/man/man1/substrate-doctor.1.gz":           "Exit status: 0",
		"usr/share/man/man1/substrate-drift-scan.1.gz":       ".SH EXAMPLE",
		"usr/share/doc/substrate/changelog.gz":               "# Changelog",
		"usr/share/bash-completion/completions/substrate":    "__start_substrate",
		"usr/share/zsh/vendor-completions/_substrate":        "#compdef substrate",
		"usr/share/fish/vendor_completions.d/substrate.fish": "complete -c substrate",
		"etc/default/substrate":                              "SUBSTRATE_SERVE_OPTIONS=",
		"usr/lib/systemd/system/substrate.service":           "ProtectSystem=strict",
		"usr/lib/systemd/system/substrate-watch.service":     "PrivateNetwork=yes",
		"usr/share/doc/substrate/README.md":                  "# substrate",
		"usr/share/man/man1/substrate-completion-bash.1.gz":  "completion",
		"usr/share/man/man1/substrate-mcp-install.1.gz":      "claude-desktop",
		"usr/share/man/man1/substrate-token-create.1.gz":     "--scope",
		"usr/share/man/man1/substrate-backup.1.gz":           "checksum",
		"usr/share/man/man1/substrate-restore.1.gz":          "--force",
	} {
		raw, err := os.ReadFile(filepath.Join(root, file))
		if err == nil && strings.HasSuffix(file, ".gz") {
			var z *gzip.Reader
			if z, err = gzip.NewReader(bytes.NewReader(raw)); err == nil {
				raw, err = io.ReadAll(z)
			}
		}
		if err != nil || !strings.Contains(strings.ReplaceAll(string(raw), `\-`, "-"), want) {
			t.Errorf("%s: no %q in it (%v):\n%.300s", file, want, err, raw)
		}
	}
}

func TestDebianOrdersVersionsAsTheyAreMeant(t *testing.T) {
	list := []string{"0.0.0-dev.7+abc", "1.2.3-beta-2", "1.2.3-rc1", "1.2.3", "1.2.3+5", "1.10.0"}
	for i := 1; i < len(list); i++ {
		a, b := debVersion(list[i-1]), debVersion(list[i])
		if out, err := exec.Command("dpkg", "--compare-versions", a, "lt", b).CombinedOutput(); err != nil {
			t.Errorf("%s is not before %s: %v %s", a, b, err, out)
		}
	}
}
