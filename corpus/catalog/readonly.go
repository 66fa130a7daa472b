package catalog

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"os"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite cannot open a file in WAL mode without a small file of its own beside it, not even for reading: on a read-only disk, in
// another user's folder, or on a full disk a library could not even be asked. Where nobody has the catalog open, its file is
// whole by itself, and can be read as one that does not change. Each query then opens it anew, and looks first whether a writer
// has come.

// dsn is how a file is opened.
func dsn(file string, q url.Values) string {
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + q.Encode()
}

// openToRead opens a file for reading, in the usual way or, where that needs to write and cannot, as it lies there.
func openToRead(ctx context.Context, file string, q url.Values) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(file, q))
	if err != nil {
		return nil, err
	}
	var n int
	if err = db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&n); !cannotWrite(err) || logged(file) {
		return db, nil // what else is wrong is met, and told, by whoever reads
	}
	c := connector{file: file, q: q, driver: db.Driver()}
	db.Close()
	db = sql.OpenDB(c)
	db.SetMaxIdleConns(-1)
	return db, nil
}

type connector struct {
	file   string
	q      url.Values
	driver driver.Driver
}

func (c connector) Driver() driver.Driver { return c.driver }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	q := url.Values{"mode": {"ro"}}
	for k, v := range c.q {
		q[k] = v
	}
	if !logged(c.file) {
		q.Set("immutable", "1")
	}
	return c.driver.Open(dsn(c.file, q))
}

// logged reports whether a part of the catalog may lie in SQLite's log beside it.
func logged(file string) bool {
	info, err := os.Stat(file + "-wal")
	return err == nil && info.Size() > 0
}

// cannotWrite reports whether an error says that SQLite could not make the files it wants beside the catalog.
func cannotWrite(err error) bool {
	return code(err, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL) || Full(err)
}

// Damaged reports whether an error says that the catalog's file is not what SQLite wrote.
func Damaged(err error) bool { return code(err, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) }

// Full reports whether an error says that the disk took no more: it is full, or the space that the user may have is.
func Full(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_TRUNCATE, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMMAP:
		return true
	}
	return false
}

func code(err error, list ...int) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	for _, c := range list {
		if e.Code()&0xff == c {
			return true
		}
	}
	return false
}
