package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"substrate/library"
)

func (a *app) backupCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Write the whole library into one archive",
		Long: `Writes one gzipped tar archive: the catalog, every original, substrate.yaml, prompts/ and the hashes of tokens, with a checksum of
each file. It is the library at one instant, while others serve and ingest; it waits for nobody. FILE is replaced in one step, when
the archive is complete and on the disk; a file that is no backup is never replaced. "-" writes to standard output. The index is not
in it: restore builds it anew.

Only its owner can read the file. Keep it where the library's documents may be kept.

Exit status: 0 done; 1 failed, nothing was written; 2 wrong command line; 3 done, but originals are missing or damaged in the library
(substrate doctor names them).`,
		Example: `  substrate backup /backups/docs.tar.gz
  substrate backup - | ssh nas 'cat > docs.tar.gz'`,
		Args: args(cobra.ExactArgs(1), "name the file to write, or - for standard output"),
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			m, err := a.backup(ctx, l, list[0])
			if err != nil {
				return err
			}
			if len(m.Missing) > 0 {
				a.code = exitSome
			}
			if a.json && list[0] != "-" {
				return a.printJSON(m)
			}
			var size int64
			for _, f := range m.Files {
				size += f.Size
			}
			a.say("%s, %d MB, of cascade %d; %s", counted(len(m.Files), "file"), size>>20, m.Cascade, "restore with substrate restore FILE DIR")
			for _, k := range m.Missing {
				fmt.Fprintf(a.err, "  MISSING   original %s; substrate doctor tells more\n", k)
			}
			return nil
		}),
	}
}

func (a *app) backup(ctx context.Context, l *library.Library, file string) (*library.Manifest, error) {
	if file != "-" {
		return l.BackupFile(ctx, file)
	}
	if isTerminal(a.out) {
		return nil, usageError{errors.New("an archive is not for a terminal; name a file, or send standard output somewhere")}
	}
	scratch, err := os.MkdirTemp("", "substrate-backup-")
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	defer os.RemoveAll(scratch)
	w := bufio.NewWriterSize(a.out, 1<<20)
	m, err := l.Backup(ctx, w, scratch)
	if err != nil {
		return nil, err
	}
	return m, w.Flush()
}

func (a *app) restoreCmd() *cobra.Command {
	var o library.RestoreOptions
	c := &cobra.Command{
		Use:   "restore FILE [DIR]",
		Short: "Make a library from a backup",
		Long: `Makes the library of a backup in DIR (default: --library, else the current folder). All checksums are compared and the index is
built before anything in DIR is touched; "-" reads from standard input. A folder that is not empty is refused, unless --force: then
a library there is moved aside as a whole, and other files stay. Stop servers of that library first: they would go on with the one that
was moved.

Exit status: 0 done; 1 failed, nothing was changed; 2 wrong command line; 3 done, but the backup lacks some originals; 6 another
process is changing the library that would be moved aside.`,
		Example: `  substrate restore /backups/docs.tar.gz ~/docs
  ssh nas cat docs.tar.gz | substrate restore - ~/docs
  substrate restore --force docs.tar.gz ~/docs`,
		Args: args(cobra.RangeArgs(1, 2), "name the backup, and the folder to restore it into"),
		RunE: func(c *cobra.Command, list []string) error {
			dir := "."
			switch {
			case len(list) == 2:
				dir = list[1]
			case a.lib != "":
				dir = a.lib
			}
			var r io.Reader = a.in
			if list[0] != "-" {
				f, err := os.Open(list[0])
				if err != nil {
					return fmt.Errorf("open the backup %q: %w", list[0], errors.Unwrap(err))
				}
				defer f.Close()
				r = f
			}
			o.Prepare = a.prepare(c.Context())
			out, err := library.Restore(c.Context(), bufio.NewReaderSize(r, 1<<20), dir, o)
			if err != nil {
				return err
			}
			if len(out.Manifest.Missing) > 0 {
				a.code = exitSome
			}
			if a.json {
				return a.printJSON(out)
			}
			fmt.Fprintf(a.out, "%s is restored as of cascade %d (backup of %s)\n", out.Folder, out.Manifest.Cascade, out.Manifest.Created)
			if out.Aside != "" {
				fmt.Fprintf(a.out, "what was there lies in %s; remove it when you no longer need it\n", out.Aside)
			}
			for _, k := range out.Manifest.Missing {
				fmt.Fprintf(a.out, "  MISSING   original %s was not there when the backup was made\n", k)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&o.Force, "force", false, "restore into a folder that is not empty; a library there is moved aside")
	return c
}

// prepare builds the index of a restored library before it gets its place. Settings that this program does not understand do not
// stop a restore: the index is then built once they are mended.
func (a *app) prepare(ctx context.Context) func(string) error {
	return func(dir string) error {
		cfg, err := a.config(dir)
		if err == nil {
			err = cfg.Check()
		}
		if err != nil {
			a.say("the index was not built: %v", err)
			return nil
		}
		l, err := library.Open(dir, cfg)
		if err != nil {
			return err
		}
		defer l.Close()
		if err := l.Reindex(ctx); err != nil && !errors.Is(err, library.ErrEmpty) {
			return fmt.Errorf("build the index: %w", err)
		}
		return nil
	}
}

func (a *app) exportCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "export DIR",
		Short: "Write everything that the library holds as plain files",
		Long: `Writes every version as its original file and as Markdown, and all that the library knows (versions with standing and reason, drift log,
candidates, findings, cascades, and every table of the catalog) as CSV and JSON, with a README that explains them. DIR must be new or
empty. It is the library at one instant, and needs this program no more.

Exit status: 0 done; 1 failed, nothing was written; 2 wrong command line; 3 done, but originals are missing or damaged in the library.`,
		Example: "  substrate export ~/everything",
		Args:    args(cobra.ExactArgs(1), "name the folder to write"),
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			x, err := l.Export(ctx, list[0])
			if err != nil {
				return err
			}
			if len(x.Missing) > 0 {
				a.code = exitSome
			}
			if a.json {
				return a.printJSON(x)
			}
			fmt.Fprintf(a.out, "%s of %s and %s in %s; README.md explains them\n", counted(x.Versions, "version"), counted(x.Documents, "document"), counted(len(x.Tables), "table"), x.Folder)
			if len(x.Missing) > 0 {
				fmt.Fprintf(a.out, "  MISSING   the originals of %s\n", strings.Join(x.Missing, ", "))
			}
			return nil
		}),
	}
}
