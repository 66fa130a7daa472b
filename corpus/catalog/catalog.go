// Package catalog keeps the truth of a library: which originals were taken in by which cascade, what they were read as,
// what a person said about them, and the standings that the rules gave. It is one SQLite file beside a store of the
// original bytes by hash. It decides nothing: the library hands it a shelf that epoch has judged.
//
// Every change is one transaction ([Catalog.Commit]); the name of the index generation in force is part of it, so
// that catalog and index change at the same instant.
package catalog

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver
)

// Mode says what a catalog is opened for.
type Mode int

// The modes.
const (
	ReadOnly Mode = iota
	ReadWrite
)

var (
	// ErrNone says that there is no catalog yet: nothing was ever ingested.
	ErrNone = errors.New("nothing was ingested into this library yet")
	// ErrNewer says that the catalog was written by a newer program.
	ErrNewer = errors.New("the library was written by a newer version of this program; update it")
	// ErrMoved says that another process changed the catalog since the caller read its state.
	ErrMoved = errors.New("the library changed meanwhile; run the command again")
)

//go:embed migrations/*.sql
var migrations embed.FS

// schema is the number of the newest migration.
const schema = 4

// Catalog is an open catalog. It is safe for several goroutines.
type Catalog struct {
	db  *sql.DB
	dir string
}

// Open opens the catalog in dir, and in mode ReadWrite makes or migrates it.
func Open(ctx context.Context, dir string, mode Mode) (*Catalog, error) {
	file := filepath.Join(dir, "catalog.db")
	if _, err := os.Stat(file); err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("open the catalog: %w", err)
		}
		if mode == ReadOnly {
			return nil, ErrNone
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("make the library's state folder: %w", err)
		}
	}
	q := url.Values{}
	for _, p := range []string{"busy_timeout(10000)", "foreign_keys(1)", "synchronous(FULL)"} {
		q.Add("_pragma", p)
	}
	if mode == ReadWrite {
		q.Add("_pragma", "journal_mode(WAL)")
		q.Set("_txlock", "immediate")
	} else {
		q.Add("_pragma", "query_only(1)")
	}
	var db *sql.DB
	var err error
	if mode == ReadOnly {
		db, err = openToRead(ctx, file, q)
	} else {
		db, err = sql.Open("sqlite", dsn(file, q))
	}
	if err != nil {
		return nil, fmt.Errorf("open the catalog: %w", err)
	}
	c := &Catalog{db: db, dir: dir}
	if err := c.migrate(ctx, mode); err != nil {
		db.Close()
		return nil, err
	}
	return c, nil
}

func (c *Catalog) migrate(ctx context.Context, mode Mode) error {
	var v int
	if err := c.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&v); err != nil {
		hint := ""
		if Damaged(err) {
			hint = "; substrate doctor says what can be saved"
		}
		return fmt.Errorf("read the catalog %q: %w%s", filepath.Join(c.dir, File), err, hint)
	}
	switch {
	case v == schema:
		return nil
	case v > schema:
		return ErrNewer
	case mode == ReadOnly && v == 0:
		return ErrNone
	}
	// An older catalog is migrated even for reading: the caller holds no lock, and migrations take SQLite's own.
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	db := c.db
	if mode == ReadOnly {
		rw, err := Open(ctx, c.dir, ReadWrite)
		if err != nil {
			return err
		}
		return rw.Close()
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, dir)
	if err != nil {
		return fmt.Errorf("migrate the catalog: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate the catalog: %w", err)
	}
	if _, err := db.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", schema)); err != nil {
		return fmt.Errorf("migrate the catalog: %w", err)
	}
	return nil
}

// Close closes the catalog.
func (c *Catalog) Close() error { return c.db.Close() }
