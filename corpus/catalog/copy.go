package catalog

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
)

// CopyTo writes the catalog as it is at one instant into a new file, while others read and change it. It waits for nobody.
func (c *Catalog) CopyTo(ctx context.Context, file string) error {
	// A connection of its own: the usual one for reading refuses whatever writes, even into another file.
	db, err := openToRead(ctx, filepath.Join(c.dir, File), url.Values{"_pragma": {"busy_timeout(10000)"}})
	if err != nil {
		return fmt.Errorf("copy the catalog: %w", err)
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", file); err != nil {
		return fmt.Errorf("copy the catalog: %w", err)
	}
	return nil
}

// Dump hands over every row of every table, tables by name and rows in the order of their keys: what a library holds, in a form
// that needs this program no more. Values are string, int64, float64, []byte or nil.
func (c *Catalog) Dump(ctx context.Context, table func(name string, columns []string) error, row func(values []any) error) error {
	names, err := lines(ctx, c.db, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version' ORDER BY name", 0)
	if err != nil {
		return err
	}
	for _, n := range names {
		if err := c.dump(ctx, n, table, row); err != nil {
			return fmt.Errorf("read table %q: %w", n, err)
		}
	}
	return nil
}

func (c *Catalog) dump(ctx context.Context, name string, table func(string, []string) error, row func([]any) error) error {
	// The name comes from SQLite's own list of tables. A primary key stands in the first columns of each table.
	rs, err := c.db.QueryContext(ctx, `SELECT * FROM "`+name+`" ORDER BY 1, 2`)
	if err != nil {
		return err
	}
	defer rs.Close()
	cols, err := rs.Columns()
	if err != nil {
		return err
	}
	if err := table(name, cols); err != nil {
		return err
	}
	for rs.Next() {
		values := make([]any, len(cols))
		into := make([]any, len(cols))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rs.Scan(into...); err != nil {
			return err
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return rs.Err()
}
