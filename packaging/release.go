// Command packaging builds what is released: a static program for each platform with its manual pages and shell completions in
// an archive, Debian packages, and their checksums. It is for releases and their test; make build is for daily work.
//
// Everything is built from the tree as it lies there. The same tree, version and compiler give the same bytes.
package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// target is a platform that a release is built for.
type target struct {
	os, arch, arm string
	deb           string // the architecture as Debian calls it; "" where there is no package
}

func (t target) String() string {
	if t.arm != "" {
		return t.os + "_" + t.arch + "v" + t.arm
	}
	return t.os + "_" + t.arch
}

var targets = []target{
	{"linux", "amd64", "", "amd64"}, {"linux", "arm64", "", "arm64"}, {"linux", "arm", "7", "armhf"},
	{"darwin", "amd64", "", ""}, {"darwin", "arm64", "", ""}, {"windows", "amd64", "", ""},
}

// release is one run.
type release struct {
	version string
	out     string    // folder of the results
	work    string    // folder of what is thrown away
	when    time.Time // the time of every file in the results
}

func main() {
	version := flag.String("version", "", "version that the programs tell, for example 1.2.0 (default: as git describes the tree)")
	out := flag.String("out", "dist", "folder of the results; it is made anew")
	only := flag.String("only", "", "build only these platforms, for example linux_amd64,linux_armv7")
	flag.Parse()
	if err := run(*version, *out, *only); err != nil {
		fmt.Fprintf(os.Stderr, "release: %v\n", err)
		os.Exit(1)
	}
}

func run(version, out, only string) (err error) {
	r := &release{out: out}
	if r.version, r.when, err = describe(version); err != nil {
		return err
	}
	chosen := targets
	if only != "" {
		names := strings.Split(only, ",")
		chosen = slices.DeleteFunc(slices.Clone(targets), func(t target) bool { return !slices.Contains(names, t.String()) })
		if len(chosen) != len(names) {
			return fmt.Errorf("-only %q: the platforms are %v", only, targets)
		}
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if r.work, err = os.MkdirTemp("", "substrate-release-"); err != nil {
		return err
	}
	defer os.RemoveAll(r.work)
	if err := r.extras(); err != nil {
		return err
	}
	for _, t := range chosen {
		fmt.Fprintf(os.Stderr, "building %v\n", t)
		if err := r.build(t); err != nil {
			return fmt.Errorf("%v: %w", t, err)
		}
	}
	return r.sums()
}

// describe is the version and the time of the tree: SOURCE_DATE_EPOCH, else that of the last commit.
func describe(version string) (string, time.Time, error) {
	git := func(args ...string) string {
		out, err := exec.Command("git", args...).Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(out))
	}
	if version == "" {
		if version = strings.TrimPrefix(git("describe", "--tags", "--match", "v[0-9]*", "--dirty"), "v"); version == "" {
			version = "0.0.0-dev." + git("rev-list", "--count", "HEAD") + "+" + git("rev-parse", "--short=12", "HEAD")
		}
	}
	if version[0] < '0' || version[0] > '9' || strings.ContainsAny(version, " _/") {
		return "", time.Time{}, fmt.Errorf("version %q must begin with a digit and hold no spaces, underscores and slashes", version)
	}
	seconds := os.Getenv("SOURCE_DATE_EPOCH")
	if seconds == "" {
		if seconds = git("log", "-1", "--format=%ct"); seconds == "" {
			seconds = "0"
		}
	}
	var n int64
	if _, err := fmt.Sscan(seconds, &n); err != nil {
		return "", time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH %q is no number of seconds", seconds)
	}
	return version, time.Unix(n, 0).UTC(), nil
}

// command runs a tool with the environment that makes its results repeatable.
func (r *release) command(env []string, name string, args ...string) error {
	c := exec.Command(name, args...)
	c.Env = append(append(os.Environ(), fmt.Sprintf("SOURCE_DATE_EPOCH=%d", r.when.Unix())), env...)
	c.Stderr = os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}

func (r *release) compile(t target, to string) error {
	env := []string{"CGO_ENABLED=0", "GOOS=" + t.os, "GOARCH=" + t.arch, "GOARM=" + t.arm, "GOFLAGS="}
	return r.command(env, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -X main.version="+r.version, "-o", to, "substrate/cmd/substrate")
}

// extras makes manual pages and completions with a program for this machine.
func (r *release) extras() error {
	exe := filepath.Join(r.work, "here")
	if err := r.compile(target{os: runtime.GOOS, arch: runtime.GOARCH}, exe); err != nil {
		return err
	}
	if err := r.command(nil, exe, "manual", filepath.Join(r.work, "man")); err != nil {
		return err
	}
	for shell, file := range map[string]string{"bash": "substrate.bash", "zsh": "_substrate", "fish": "substrate.fish"} {
		out, err := exec.Command(exe, "completion", shell).Output()
		if err != nil {
			return fmt.Errorf("completion %s: %w", shell, err)
		}
		if err := write(filepath.Join(r.work, "completions", file), out, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func write(path string, raw []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, raw, mode); err != nil {
		return err
	}
	return os.Chmod(path, mode) // whatever the umask
}

func (r *release) build(t target) error {
	exe := filepath.Join(r.work, t.String(), "substrate")
	if t.os == "windows" {
		exe += ".exe"
	}
	if err := r.compile(t, exe); err != nil {
		return err
	}
	name := fmt.Sprintf("substrate_%s_%s", r.version, t)
	files := map[string]string{filepath.Base(exe): exe, "README.md": "README.md", "CHANGELOG.md": "CHANGELOG.md"}
	for _, dir := range []string{"man", "completions"} {
		found, err := filepath.Glob(filepath.Join(r.work, dir, "*"))
		if err != nil {
			return err
		}
		for _, f := range found {
			files[dir+"/"+filepath.Base(f)] = f
		}
	}
	if t.os == "windows" {
		return r.zip(filepath.Join(r.out, name+".zip"), name, files)
	}
	if err := r.tar(filepath.Join(r.out, name+".tar.gz"), name, files); err != nil || t.deb == "" {
		return err
	}
	return r.deb(t, exe)
}

func sorted(files map[string]string) []string {
	var names []string
	for n := range files {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func mode(name string) os.FileMode {
	if base := filepath.Base(name); base == "substrate" || base == "substrate.exe" {
		return 0o755
	}
	return 0o644
}

func (r *release) tar(path, dir string, files map[string]string) error {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, n := range sorted(files) {
		raw, err := os.ReadFile(files[n])
		if err != nil {
			return err
		}
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: dir + "/" + n, Size: int64(len(raw)), Mode: int64(mode(n)), ModTime: r.when, Format: tar.FormatUSTAR}); err != nil {
			return err
		}
		if _, err := w.Write(raw); err != nil {
			return err
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		return err
	}
	return write(path, b.Bytes(), 0o644)
}

func (r *release) zip(path, dir string, files map[string]string) error {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, n := range sorted(files) {
		raw, err := os.ReadFile(files[n])
		if err != nil {
			return err
		}
		h := &zip.FileHeader{Name: dir + "/" + n, Method: zip.Deflate, Modified: r.when}
		h.SetMode(mode(n))
		e, err := w.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := e.Write(raw); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return write(path, b.Bytes(), 0o644)
}

// sums writes SHA256SUMS, which sha256sum --check understands.
func (r *release) sums() error {
	found, err := filepath.Glob(filepath.Join(r.out, "substrate_*"))
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, f := range found {
		raw, err := os.Open(f)
		if err != nil {
			return err
		}
		h := sha256.New()
		_, err = io.Copy(h, raw)
		if err = errors.Join(err, raw.Close()); err != nil {
			return err
		}
		fmt.Fprintf(&b, "%x  %s\n", h.Sum(nil), filepath.Base(f))
	}
	return write(filepath.Join(r.out, "SHA256SUMS"), []byte(b.String()), 0o644)
}
