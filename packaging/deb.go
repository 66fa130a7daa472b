package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// debFiles are the package's files that the tree holds, with where they go and their modes.
var debFiles = []struct {
	from, to string
	mode     os.FileMode
}{
	{"deb/substrate.service", "usr/lib/systemd/system/substrate.service", 0o644},
	{"deb/substrate-watch.service", "usr/lib/systemd/system/substrate-watch.service", 0o644},
	{"deb/default", "etc/default/substrate", 0o644},
	{"deb/postinst", "DEBIAN/postinst", 0o755},
	{"deb/prerm", "DEBIAN/prerm", 0o755},
	{"deb/postrm", "DEBIAN/postrm", 0o755},
	{"../README.md", "usr/share/doc/substrate/README.md", 0o644},
}

// deb builds a Debian package by dpkg-deb.
func (r *release) deb(t target, exe string) error {
	root := filepath.Join(r.work, t.String(), "deb")
	for _, f := range debFiles {
		raw, err := os.ReadFile(filepath.Join("packaging", f.from))
		if err != nil {
			return err
		}
		if err := write(filepath.Join(root, f.to), raw, f.mode); err != nil {
			return err
		}
	}
	raw, err := os.ReadFile(exe)
	if err != nil {
		return err
	}
	if err := write(filepath.Join(root, "usr/bin/substrate"), raw, 0o755); err != nil {
		return err
	}
	for from, to := range map[string]string{
		"completions/substrate.bash": "usr/share/bash-completion/completions/substrate",
		"completions/_substrate":     "usr/share/zsh/vendor-completions/_substrate",
		"completions/substrate.fish": "usr/share/fish/vendor_completions.d/substrate.fish",
	} {
		raw, err := os.ReadFile(filepath.Join(r.work, from))
		if err != nil {
			return err
		}
		if err := write(filepath.Join(root, to), raw, 0o644); err != nil {
			return err
		}
	}
	pages, err := filepath.Glob(filepath.Join(r.work, "man", "*.1"))
	if err != nil {
		return err
	}
	zipped := map[string]string{"CHANGELOG.md": "usr/share/doc/substrate/changelog.gz"}
	for _, p := range pages {
		zipped[p] = "usr/share/man/man1/" + filepath.Base(p) + ".gz"
	}
	for from, to := range zipped {
		raw, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		if raw, err = compress(raw); err != nil {
			return err
		}
		if err := write(filepath.Join(root, to), raw, 0o644); err != nil {
			return err
		}
	}
	version := debVersion(r.version)
	control := fmt.Sprintf(`Package: substrate
Version: %s
Architecture: %s
Maintainer: the substrate project <substrate@localhost>
Installed-Size: %d
Section: text
Priority: optional
Suggests: tesseract-ocr
Description: library of versioned documents that knows which is true now
 Takes in versioned documents (PDF and Markdown), decides by epochs and
 versions which is authoritative and why, finds where they drifted from
 what is so, and serves them to people and to language models.
`, version, t.deb, installedSize(root))
	if err := write(filepath.Join(root, "DEBIAN/control"), []byte(control), 0o644); err != nil {
		return err
	}
	if err := write(filepath.Join(root, "DEBIAN/conffiles"), []byte("/etc/default/substrate\n"), 0o644); err != nil {
		return err
	}
	if err := r.settle(root); err != nil {
		return err
	}
	file := filepath.Join(r.out, fmt.Sprintf("substrate_%s_%s.deb", version, t.deb))
	return r.command(nil, "dpkg-deb", "--root-owner-group", "-Zxz", "--build", root, file)
}

// debVersion is the version as Debian orders it: what precedes a release stands behind a tilde.
func debVersion(v string) string {
	head, build, _ := strings.Cut(v, "+")
	head = strings.Replace(head, "-", "~", 1)
	head = strings.ReplaceAll(head, "-", ".")
	if build != "" {
		return head + "+" + strings.ReplaceAll(build, "-", ".")
	}
	return head
}

func compress(raw []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = z.Write(raw)
	err = errors.Join(err, z.Close())
	return b.Bytes(), err
}

// installedSize is in kibibytes, as control wants it.
func installedSize(root string) (n int64) {
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if i, err := d.Info(); err == nil {
				n += (i.Size() + 1023) / 1024
			}
		}
		return nil
	})
	return n
}

// settle gives all files and folders one time, and folders one mode.
func (r *release) settle(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			err = os.Chmod(path, 0o755)
		}
		if err != nil {
			return err
		}
		return os.Chtimes(path, r.when, r.when)
	})
}
