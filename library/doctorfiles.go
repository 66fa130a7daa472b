package library

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"substrate/corpus/catalog"
	"substrate/index"
)

// files looks at the state folder: whether it can be read and written, what writers that died have left, and free space.
func (x *examination) files() error {
	dir := x.l.state()
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		x.checked("no state folder yet")
		return nil
	}
	x.permissions(dir)
	if who, busy := catalog.Holder(dir); busy {
		x.checked("%s is changing the library; leftovers were not looked for", who)
	} else {
		x.leftovers(dir)
	}
	x.space(dir)
	x.checked("permissions, leftovers, locks, free space")
	return nil
}

func (x *examination) permissions(dir string) {
	for _, p := range []string{dir, filepath.Join(dir, "originals"), x.l.indexDir()} {
		info, err := os.Stat(p)
		if os.IsNotExist(err) {
			continue
		}
		switch {
		case err != nil:
			x.fault(Fault{What: "it cannot be looked at: " + err.Error(), Where: p, Grave: true, Why: "the library lives in it", Mend: "give this user the folder (chown, chmod)"})
		case !info.IsDir():
			x.fault(Fault{What: "it is no folder", Where: p, Grave: true, Why: "the library lives in it", Mend: "move the file away"})
		case !writable(p):
			x.fault(Fault{What: "this user cannot write into it", Where: p, Why: "the library can be read and searched, but not changed", Mend: "give this user the folder (chown, chmod), or work as its owner; on a disk that is read-only on purpose: substrate doctor --skip files"})
		}
	}
	tokens := filepath.Join(dir, "tokens.json")
	if info, err := os.Stat(tokens); err == nil && filepath.Separator == '/' && info.Mode().Perm()&0o077 != 0 {
		x.fault(Fault{What: fmt.Sprintf("other users may read or change it (%v)", info.Mode().Perm()), Where: tokens, Grave: true,
			Why: "who can change it can let himself in", Mend: "chmod 600 " + tokens,
			fix: func(context.Context) (string, error) {
				return "only its owner can read it now", os.Chmod(tokens, 0o600)
			}})
	}
}

// writable reports whether this user could make a file in a folder. It makes one and takes it away: mode bits tell neither of
// read-only disks nor of access lists.
func writable(dir string) bool {
	f, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		// A full disk is another fault.
		return !os.IsPermission(err) && !strings.Contains(err.Error(), "read-only")
	}
	f.Close()
	return os.Remove(f.Name()) == nil
}

// leftovers looks for what writers that were killed could not take away. It is called while nobody holds the lock.
func (x *examination) leftovers(dir string) {
	for _, p := range x.l.leftovers() {
		x.fault(Fault{What: "it was left by a process that died", Where: p, Why: "it takes space and is of no use to anybody", Mend: "substrate doctor --repair removes it",
			fix: func(ctx context.Context) (string, error) {
				return "removed", x.l.removeLeftover(ctx, p)
			}})
	}
	if note := filepath.Join(dir, "lock.holder"); exists(note) {
		x.fault(Fault{What: "it names a process that holds the library, and none does", Where: note, Why: "it misleads who waits for the library", Mend: "substrate doctor --repair removes it",
			fix: func(ctx context.Context) (string, error) {
				return "removed", x.l.removeLeftover(ctx, note)
			}})
	}
}

// leftovers lists unfinished work, but for what belongs to the index generation in force, which index tells apart.
func (l *Library) leftovers() []string {
	dir := l.state()
	var out []string
	for _, pattern := range []string{".spool-*", ".tokens.json.*", ".probe-*"} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern))
		out = append(out, found...)
	}
	out = append(out, catalog.OpenStore(dir).Leftovers()...)
	out = append(out, catalog.Abandoned(l.Dir, restorePrefix)...)
	return append(out, index.Leftovers(l.indexDir(), "")...)
}

// removeLeftover removes it, if it still is one once nobody else can make it a file in use.
func (l *Library) removeLeftover(ctx context.Context, path string) error {
	release, err := catalog.Lock(ctx, l.state(), "substrate doctor", l.Now(), 0)
	if err != nil {
		return err
	}
	defer release()
	if filepath.Base(path) == "lock.holder" {
		return nil // the lock's own note took its place, and goes with it
	}
	return os.RemoveAll(path)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// space compares the free space with what the next change needs: SQLite's log and the next index generation beside this one.
func (x *examination) space(dir string) {
	free, ok := freeSpace(dir)
	if !ok {
		return
	}
	need := uint64(32 << 20)
	for _, p := range []string{x.l.catalogFile(), x.l.indexDir()} {
		need += size(p)
	}
	if free < need {
		x.fault(Fault{What: fmt.Sprintf("%d MB are free on its disk; the next change may need %d MB", free>>20, need>>20), Where: dir,
			Why: "a change that finds the disk full is given up: nothing is lost, and nothing is taken in", Mend: "free space on that disk"})
	}
}

// size is how many bytes a file or a folder has.
func size(path string) (n uint64) {
	_ = filepath.WalkDir(path, func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if i, err := d.Info(); err == nil {
				n += uint64(i.Size())
			}
		}
		return nil
	})
	return n
}
