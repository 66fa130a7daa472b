package library

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"

	"substrate/corpus/identity"
)

// found is a file to be taken in.
type found struct {
	path string // absolute
	name string // as shown: relative to the argument it came from
	err  error  // why it cannot be
}

// formatOf tells the format by name; "" for files that are none of ours.
func formatOf(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".pdf":
		return "pdf"
	case ".md", ".markdown":
		return "markdown"
	}
	return ""
}

// collect lists the files that paths name: folders are walked, their hidden entries and files of other kinds left out.
// skipped counts the latter.
func (l *Library) collect(paths []string) (files []found, skipped int, err error) {
	seen := map[string]bool{}
	add := func(f found) {
		if !seen[f.path] {
			seen[f.path] = true
			files = append(files, f)
		}
	}
	for _, p := range paths {
		abs, err := filepath.Abs(p)
		if err != nil {
			return nil, 0, err
		}
		info, err := os.Stat(abs)
		if err != nil {
			return nil, 0, fmt.Errorf("%q cannot be read: %w", p, errors.Unwrap(err))
		}
		if !info.IsDir() {
			f := found{path: abs, name: filepath.Base(abs)}
			if formatOf(abs) == "" {
				f.err = fmt.Errorf("its name ends in neither .pdf nor .md; rename it if it is one of these")
			}
			add(f)
			continue
		}
		err = filepath.WalkDir(abs, func(path string, d fs.DirEntry, err error) error {
			name, _ := filepath.Rel(abs, path)
			if err != nil {
				add(found{path: path, name: name, err: fmt.Errorf("cannot be read: %w", errors.Unwrap(err))})
				return nil
			}
			if path != abs && strings.HasPrefix(d.Name(), ".") {
				if d.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			if d.IsDir() {
				return nil
			}
			if formatOf(path) == "" {
				if !isSidecar(path) && d.Name() != ConfigFile {
					skipped++
				}
				return nil
			}
			if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
				return nil
			}
			add(found{path: path, name: name})
			return nil
		})
		if err != nil {
			return nil, 0, err
		}
	}
	sort.SliceStable(files, func(i, j int) bool { return files[i].path < files[j].path })
	return files, skipped, nil
}

// isSidecar reports whether a path is the sidecar of a document beside it: guide.pdf.yaml.
func isSidecar(path string) bool {
	base, ok := strings.CutSuffix(path, ".yaml")
	if !ok {
		return false
	}
	_, err := os.Stat(base)
	return err == nil && formatOf(base) != ""
}

// sidecar reads what FILE.yaml says about FILE; nothing when there is none.
func sidecar(path string) (identity.Said, error) {
	var s identity.Said
	raw, err := os.ReadFile(path + ".yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("its sidecar cannot be read: %w", errors.Unwrap(err))
	}
	dec := yaml.NewDecoder(strings.NewReader(string(raw)))
	dec.KnownFields(true)
	if err := dec.Decode(&s); err != nil {
		return s, fmt.Errorf("its sidecar %s cannot be used: %v; it may hold title, version, epoch, date and supersedes", filepath.Base(path)+".yaml", err)
	}
	return s, nil
}
