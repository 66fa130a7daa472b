package library

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"substrate/corpus/catalog"
)

// A backup is a gzipped tar archive. Its entries, all regular files, stand in this order: substrate.yaml, prompts/…, files/… (what
// the theme names), tokens.json, catalog.db, originals/ab/abcd… by name, and last MANIFEST.json, so that an archive without one was cut off.
const (
	manifestName   = "MANIFEST.json"
	tokensName     = "tokens.json"
	originalsName  = "originals"
	ownName        = "files"
	manifestFormat = 1
)

// Manifest is the last file of a backup: what the others are. The JSON form is stable.
type Manifest struct {
	Format   int            `json:"format"`
	Library  string         `json:"library"`
	Created  string         `json:"created"` // UTC, RFC 3339
	Cascade  int            `json:"cascade"`
	Revision int            `json:"revision"`
	Schema   int            `json:"schema"` // of the catalog
	Files    []ManifestFile `json:"files"`
	// Missing are originals that the catalog knows and that were missing or damaged when the backup was made.
	Missing []string `json:"missing"`
}

// ManifestFile is one file of a backup.
type ManifestFile struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Backup writes the library into w as it is at one instant, while others serve and change it. scratch is a folder for a copy of
// the catalog. Originals that are missing or damaged are named in the manifest; everything else that fails ends the backup.
func (l *Library) Backup(ctx context.Context, w io.Writer, scratch string) (*Manifest, error) {
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed) // most of it is PDFs, which nothing makes smaller
	if err != nil {
		return nil, err
	}
	p := &packer{tar: tar.NewWriter(z), m: &Manifest{Format: manifestFormat, Library: l.Name(), Created: l.Now().UTC().Format("2006-01-02T15:04:05Z"), Files: []ManifestFile{}, Missing: []string{}}}
	if err := l.pack(ctx, p, scratch); err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	raw, err := json.MarshalIndent(p.m, "", "  ")
	if err == nil {
		err = p.bytes(manifestName, append(raw, '\n'))
	}
	if err = errors.Join(err, p.tar.Close(), z.Close()); err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	p.m.Files = p.m.Files[:len(p.m.Files)-1] // the manifest does not list itself
	return p.m, nil
}

func (l *Library) pack(ctx context.Context, p *packer, scratch string) error {
	if err := p.file(ConfigFile, filepath.Join(l.Dir, ConfigFile)); err != nil {
		return err
	}
	own, err := plainFiles(filepath.Join(l.Dir, PromptsDir))
	if err != nil {
		return err
	}
	for _, f := range own {
		if err := p.file(PromptsDir+"/"+filepath.ToSlash(f), filepath.Join(l.Dir, PromptsDir, f)); err != nil {
			return err
		}
	}
	for _, f := range l.Config.themeFiles() {
		if err := p.file(ownName+"/"+f, filepath.Join(l.Dir, filepath.FromSlash(f))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err // one that is missing is missing in the library; the doctor tells
		}
	}
	if err := p.file(tokensName, filepath.Join(l.state(), tokensName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	copied := filepath.Join(scratch, catalog.File)
	rows, err := l.copyCatalog(ctx, copied, p.m)
	if errors.Is(err, catalog.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := p.file(catalog.File, copied); err != nil {
		return err
	}
	store := catalog.OpenStore(l.state())
	for _, o := range rows { // by key
		if err := ctx.Err(); err != nil {
			return err
		}
		// Originals are never changed or removed, so those of the copied catalog are there whatever happens meanwhile.
		if c, _ := store.Look(o.Key, o.Size); c != catalog.Sound {
			p.m.Missing = append(p.m.Missing, o.Key)
			continue
		}
		name := originalsName + "/" + o.Key[:2] + "/" + o.Key
		if err := p.file(name, store.Path(o.Key)); err != nil {
			return err
		}
		if p.m.Files[len(p.m.Files)-1].SHA256 != o.Key {
			return fmt.Errorf("the original %s changed while it was read; run the backup again", o.Key)
		}
	}
	return nil
}

// copyCatalog copies the catalog and makes sure that the copy is whole: a backup of a damaged catalog would replace good ones.
func (l *Library) copyCatalog(ctx context.Context, to string, m *Manifest) ([]catalog.Original, error) {
	c, err := catalog.Open(ctx, l.state(), catalog.ReadOnly)
	if err != nil {
		return nil, err
	}
	err = c.CopyTo(ctx, to)
	if err = errors.Join(err, c.Close()); err != nil {
		return nil, err
	}
	in, err := catalog.InspectFile(ctx, to)
	if err != nil {
		return nil, err
	}
	if len(in.Damage) > 0 {
		return nil, fmt.Errorf("the catalog is damaged (%s); look at it with substrate doctor, and keep the backups that you have", in.Damage[0])
	}
	m.Schema = in.Schema
	if c, err = catalog.Open(ctx, filepath.Dir(to), catalog.ReadOnly); err != nil {
		return nil, err
	}
	defer c.Close()
	st, err := c.State(ctx)
	if err != nil {
		return nil, err
	}
	m.Cascade, m.Revision = st.Cascade, st.Revision
	return c.Originals(ctx)
}

// plainFiles lists the regular files under dir by name, relative to it; none when dir is not there.
func plainFiles(dir string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == dir {
			return nil
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		out = append(out, name)
		return err
	})
	slices.Sort(out)
	return out, err
}

// packer writes files into the archive and lists them. Times and owners are left out, so that the same library gives the same
// bytes but for the time in the manifest.
type packer struct {
	tar *tar.Writer
	m   *Manifest
}

func (p *packer) file(name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return p.stream(name, info.Size(), f)
}

func (p *packer) bytes(name string, raw []byte) error {
	return p.stream(name, int64(len(raw)), bytes.NewReader(raw))
}

func (p *packer) stream(name string, size int64, r io.Reader) error {
	if err := p.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, Format: tar.FormatPAX}); err != nil {
		return err
	}
	h := sha256.New()
	n, err := io.Copy(p.tar, io.TeeReader(io.LimitReader(r, size), h))
	if err == nil && n != size {
		err = fmt.Errorf("%q changed while it was read; run the backup again", name)
	}
	p.m.Files = append(p.m.Files, ManifestFile{Path: name, Size: size, SHA256: hex.EncodeToString(h.Sum(nil))})
	return err
}

const backupPrefix = ".substrate-backup-"

// BackupFile writes a backup to path in one step: until it is complete and on the disk, what was there stays. A file that is no
// backup is never replaced.
func (l *Library) BackupFile(ctx context.Context, path string) (*Manifest, error) {
	if exists(path) && !isBackup(path) {
		return nil, fmt.Errorf("%q is there and is no backup; name another file, or remove it", path)
	}
	dir := filepath.Dir(path)
	scratch, done, err := catalog.Scratch(dir, backupPrefix)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	defer done()
	tmp := filepath.Join(scratch, "backup")
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	b := bufio.NewWriterSize(f, 1<<20)
	m, err := l.Backup(ctx, b, scratch)
	if err == nil {
		err = b.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if err := os.Rename(tmp, path); err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync() // not every file system can
		d.Close()
	}
	return m, nil
}

// isBackup reports whether a file begins as a backup does.
func isBackup(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return false
	}
	h, err := tar.NewReader(z).Next()
	return err == nil && h.Name == ConfigFile
}

// originalIn reads one original out of a backup.
func originalIn(path, key string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the backup: %w", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%q is no backup: %w", path, err)
	}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if err == io.EOF {
			return nil, fmt.Errorf("the backup %q does not hold the original %s", path, key)
		}
		if err != nil {
			return nil, fmt.Errorf("the backup %q cannot be read: %w", path, err)
		}
		if h.Name != originalsName+"/"+key[:2]+"/"+key {
			continue
		}
		raw, err := io.ReadAll(t)
		if err == nil && catalog.Key(raw) != key {
			err = errors.New("its bytes are damaged there too")
		}
		if err != nil {
			return nil, fmt.Errorf("the original %s in the backup %q: %w", key, path, err)
		}
		return raw, nil
	}
}
