package library

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"substrate/corpus/catalog"
)

const restorePrefix = ".substrate.restoring-"

// RestoreOptions say how to restore.
type RestoreOptions struct {
	// Force allows a folder that holds something. A library there is moved aside, whole, into a folder that is named in the answer.
	Force bool
	// Prepare is called with the restored library before it gets its place, for example to build its index. It may be nil; its
	// error ends the restore.
	Prepare func(dir string) error
}

// Restored tells what a restore did.
type Restored struct {
	Folder   string   `json:"folder"`
	Manifest Manifest `json:"manifest"`
	Aside    string   `json:"aside,omitempty"` // where the library that was there lies now
}

// Restore makes the library in a backup that r reads into dir. All checksums are compared before anything in dir is touched,
// and substrate.yaml, which makes a folder a library, gets its place last.
func Restore(ctx context.Context, r io.Reader, dir string, o RestoreOptions) (*Restored, error) {
	out, err := restore(ctx, r, dir, o)
	if err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	return out, nil
}

func restore(ctx context.Context, r io.Reader, dir string, o RestoreOptions) (*Restored, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := vacant(dir, o.Force); err != nil {
		return nil, err
	}
	made := !exists(dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	stage, done, err := catalog.Scratch(dir, restorePrefix)
	if err != nil {
		return nil, err
	}
	ok := false
	defer func() {
		done()
		if made && !ok {
			_ = os.Remove(dir) // only if nothing is in it
		}
	}()
	lib := filepath.Join(stage, filepath.Base(dir))
	m, err := unpack(ctx, r, lib)
	if err != nil {
		return nil, err
	}
	if err := sound(ctx, lib, m); err != nil {
		return nil, err
	}
	if o.Prepare != nil {
		if err := o.Prepare(lib); err != nil {
			return nil, err
		}
	}
	out := &Restored{Folder: dir, Manifest: *m}
	if out.Aside, err = place(ctx, lib, dir); err != nil {
		return nil, err
	}
	ok = true
	return out, nil
}

// vacant refuses a folder that holds something, unless told otherwise.
func vacant(dir string, force bool) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	abandoned := map[string]bool{}
	for _, a := range catalog.Abandoned(dir, restorePrefix) {
		abandoned[filepath.Base(a)] = true
	}
	for _, e := range entries {
		switch {
		case abandoned[e.Name()] || force:
		case strings.HasPrefix(e.Name(), restorePrefix):
			return fmt.Errorf("another restore into %q is under way, or was killed as it began; then try again in a minute", dir)
		case e.Name() == StateDir && !exists(filepath.Join(dir, ConfigFile)):
			return fmt.Errorf("%q holds a %s and no %s, as after a restore that was cut off; run it again with --force, and what is there is moved aside", dir, StateDir, ConfigFile)
		default:
			return fmt.Errorf("%q is not empty (%s); name a new folder, or add --force: a library there is moved aside, and other files stay", dir, e.Name())
		}
	}
	return nil
}

// unpack writes the archive into a new folder and compares every file with the manifest.
func unpack(ctx context.Context, r io.Reader, lib string) (*Manifest, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("this is no backup: %w", err)
	}
	got := map[string]ManifestFile{}
	var m *Manifest
	for t := tar.NewReader(z); ; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		h, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("the backup is damaged or cut off: %w", err)
		}
		if m != nil {
			return nil, fmt.Errorf("the backup is damaged: %q stands behind its manifest", h.Name)
		}
		if h.Name == manifestName {
			m = &Manifest{}
			if err := json.NewDecoder(io.LimitReader(t, 1<<30)).Decode(m); err != nil {
				return nil, fmt.Errorf("the backup's manifest cannot be read: %w", err)
			}
			continue
		}
		to, err := slotOf(h)
		if err != nil {
			return nil, err
		}
		if _, twice := got[h.Name]; twice {
			return nil, fmt.Errorf("the backup is damaged: %q stands in it twice", h.Name)
		}
		f, err := writeEntry(filepath.Join(lib, to), t)
		if err != nil {
			return nil, fmt.Errorf("unpack %q: %w", h.Name, err)
		}
		f.Path = h.Name
		got[h.Name] = f
	}
	// What follows the archive in the stream belongs to its checksum.
	if _, err := io.Copy(io.Discard, z); err != nil {
		return nil, fmt.Errorf("the backup is damaged or cut off: %w", err)
	}
	if m == nil {
		return nil, errors.New("the backup is cut off: its manifest, which comes last, is missing")
	}
	if m.Format > manifestFormat {
		return nil, fmt.Errorf("the backup has format %d, this program reads up to %d; update it", m.Format, manifestFormat)
	}
	for _, want := range m.Files {
		f, ok := got[want.Path]
		if !ok {
			return nil, fmt.Errorf("the backup is damaged: %q is missing", want.Path)
		}
		if f != want {
			return nil, fmt.Errorf("the backup is damaged: %q has %d bytes with SHA-256 %s, not %d with %s", want.Path, f.Size, f.SHA256, want.Size, want.SHA256)
		}
		delete(got, want.Path)
	}
	for name := range got {
		return nil, fmt.Errorf("the backup is damaged: %q is not in its manifest", name)
	}
	if !exists(filepath.Join(lib, ConfigFile)) {
		return nil, fmt.Errorf("the backup is damaged: it holds no %s", ConfigFile)
	}
	return m, nil
}

// slotOf says where an entry belongs within a library. Only names that a backup has are taken, so that an archive made by a
// stranger writes nowhere else.
func slotOf(h *tar.Header) (string, error) {
	foreign := fmt.Errorf("this is no backup of a library: it holds %q", h.Name)
	if h.Typeflag != tar.TypeReg || h.Name != path.Clean(h.Name) || !filepath.IsLocal(filepath.FromSlash(h.Name)) || strings.ContainsAny(h.Name, `\:`) {
		return "", foreign
	}
	parts := strings.Split(h.Name, "/")
	switch {
	case h.Name == ConfigFile:
		return ConfigFile, nil
	case h.Name == tokensName, h.Name == catalog.File:
		return filepath.Join(StateDir, h.Name), nil
	case parts[0] == PromptsDir && len(parts) > 1:
		return filepath.FromSlash(h.Name), nil
	case parts[0] == ownName && len(parts) > 1 && ownFilePath(strings.Join(parts[1:], "/")):
		return filepath.FromSlash(h.Name), nil
	case parts[0] == originalsName && len(parts) == 3 && len(parts[2]) == sha256.Size*2 && parts[1] == parts[2][:2]:
		return filepath.Join(StateDir, filepath.FromSlash(h.Name)), nil
	}
	return "", foreign
}

func writeEntry(to string, r io.Reader) (ManifestFile, error) {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return ManifestFile{}, err
	}
	mode := os.FileMode(0o644)
	switch {
	case filepath.Base(to) == tokensName:
		mode = 0o600
	case strings.Contains(to, string(filepath.Separator)+originalsName+string(filepath.Separator)):
		mode = 0o444
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return ManifestFile{}, err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), r)
	err = errors.Join(err, f.Sync(), f.Close())
	return ManifestFile{Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, err
}

// sound compares the unpacked catalog with the unpacked originals.
func sound(ctx context.Context, lib string, m *Manifest) error {
	state := filepath.Join(lib, StateDir)
	in, err := catalog.Inspect(ctx, state)
	if errors.Is(err, catalog.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(in.Damage) > 0 {
		return fmt.Errorf("the catalog in the backup is damaged: %s", in.Damage[0])
	}
	c, err := catalog.Open(ctx, state, catalog.ReadOnly)
	if err != nil {
		return err
	}
	defer c.Close()
	list, err := c.Originals(ctx)
	if err != nil {
		return err
	}
	missing := map[string]bool{}
	for _, k := range m.Missing {
		missing[k] = true
	}
	store := catalog.OpenStore(state)
	for _, o := range list {
		got, err := store.Look(o.Key, o.Size)
		if got != catalog.Sound && !missing[o.Key] {
			return errors.Join(fmt.Errorf("the backup is damaged: the original %s (%s) is %s", o.Key, o.File, got), err)
		}
	}
	return nil
}

// place moves the restored parts into dir. A library that is there is moved aside first, its substrate.yaml before all else:
// until the new one is complete the folder is no library, so that nothing answers from half of each.
func place(ctx context.Context, lib, dir string) (aside string, err error) {
	parts := []string{ConfigFile, StateDir, PromptsDir}
	var old []string
	for _, p := range parts {
		if exists(filepath.Join(dir, p)) {
			old = append(old, p)
		}
	}
	away := func() (string, error) {
		for i := 1; aside == ""; i++ {
			name := filepath.Join(dir, fmt.Sprintf(".substrate.before-restore-%d", i))
			if err := os.Mkdir(name, 0o755); err == nil {
				aside = name
			} else if !os.IsExist(err) {
				return "", err
			}
		}
		return aside, nil
	}
	if len(old) > 0 {
		if exists(filepath.Join(dir, StateDir)) {
			release, err := catalog.Lock(ctx, filepath.Join(dir, StateDir), "substrate restore", time.Now(), 0)
			if err != nil {
				return "", err
			}
			defer release()
		}
		if _, err := away(); err != nil {
			return "", err
		}
		for _, p := range old {
			if err := os.Rename(filepath.Join(dir, p), filepath.Join(aside, p)); err != nil {
				return "", fmt.Errorf("move the library that is there aside: %w", err)
			}
		}
	}
	if err := putOwn(filepath.Join(lib, ownName), dir, away); err != nil {
		return aside, err
	}
	for _, p := range []string{StateDir, PromptsDir, ConfigFile} {
		if from := filepath.Join(lib, p); exists(from) {
			if err := os.Rename(from, filepath.Join(dir, p)); err != nil {
				return aside, err
			}
		}
	}
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		d.Close()
	}
	return aside, nil
}
