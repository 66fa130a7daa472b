package library

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"substrate/typeset"
)

// themeFiles are the files in the library's folder that its theme names (logo, fonts), by their path from there. Files elsewhere
// on the machine are not the library's.
func (c Config) themeFiles() []string {
	names := append([]string{c.Theme.Logo}, c.Theme.Fonts.Fallback...)
	for _, f := range []typeset.Family{c.Theme.Fonts.Body, c.Theme.Fonts.Heading, c.Theme.Fonts.Code} {
		names = append(names, f.Regular, f.Bold, f.Italic, f.BoldItalic)
	}
	var out []string
	for _, n := range names {
		if n = filepath.ToSlash(filepath.Clean(n)); n != "." && ownFilePath(n) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ownFilePath reports whether a path, with slashes, leads to a file of a person's within a library, not to a part of its own.
func ownFilePath(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return filepath.IsLocal(filepath.FromSlash(name)) && !strings.HasPrefix(first, ".") && name != ConfigFile && first != PromptsDir
}

// theme tells which files of the theme are not there.
func (x *examination) theme() {
	for _, n := range x.l.Config.themeFiles() {
		path := filepath.Join(x.l.Dir, filepath.FromSlash(n))
		if _, err := os.Stat(path); err != nil {
			x.fault(Fault{What: "theme names a file that cannot be read: " + errors.Unwrap(err).Error(), Where: path, Why: "the next version that is issued would not look as it should, or cannot be printed", Mend: "put the file there, or mend theme: in " + ConfigFile})
		}
	}
}

// putOwn moves files of a person's to their places one by one. A file that is there and differs goes aside, whose folder is
// made when it is needed.
func putOwn(from, dir string, aside func() (string, error)) error {
	names, err := plainFiles(from)
	if err != nil {
		return err
	}
	for _, n := range names {
		to := filepath.Join(dir, n)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		old, err := os.ReadFile(to)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		default:
			if fresh, err := os.ReadFile(filepath.Join(from, n)); err == nil && string(fresh) == string(old) {
				continue
			}
			away, err := aside()
			if err != nil {
				return err
			}
			if err := os.MkdirAll(filepath.Dir(filepath.Join(away, n)), 0o755); err != nil {
				return err
			}
			if err := os.Rename(to, filepath.Join(away, n)); err != nil {
				return err
			}
		}
		if err := os.Rename(filepath.Join(from, n), to); err != nil {
			return err
		}
	}
	return nil
}
