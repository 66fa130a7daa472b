package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// File is the catalog's name within a library's state folder.
const File = "catalog.db"

// Inspection is what a look into a catalog found, without changing it.
type Inspection struct {
	Schema int // as the file says; Newest is what this program writes
	Newest int
	// Damage are what SQLite finds wrong with the file, at most twenty sentences. Where there is any, nothing that the catalog
	// answers can be trusted.
	Damage []string
	// Odd are rows that contradict each other in a file that is whole.
	Odd []string
}

// Inspect looks into the catalog in dir: whether SQLite finds the file whole, its schema, and whether its tables agree. It
// neither migrates nor repairs. The error is [ErrNone] when there is no catalog, and otherwise says that it cannot be opened at all.
func Inspect(ctx context.Context, dir string) (*Inspection, error) {
	file := filepath.Join(dir, File)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	} else if err != nil {
		return nil, fmt.Errorf("open the catalog: %w", err)
	}
	return InspectFile(ctx, file)
}

// InspectFile does the same for one file, for example a copy that was taken for a backup.
func InspectFile(ctx context.Context, file string) (*Inspection, error) {
	db, err := openToRead(ctx, file, url.Values{"_pragma": {"busy_timeout(10000)", "query_only(1)"}})
	if err != nil {
		return nil, fmt.Errorf("open the catalog: %w", err)
	}
	defer db.Close()
	in := &Inspection{Newest: schema}
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&in.Schema); err != nil {
		if Damaged(err) {
			in.Damage = append(in.Damage, err.Error())
			return in, nil
		}
		return nil, fmt.Errorf("read the catalog: %w", err)
	}
	if in.Damage, err = lines(ctx, db, "PRAGMA integrity_check(20)", 0); err != nil {
		return nil, err
	}
	if len(in.Damage) == 1 && in.Damage[0] == "ok" {
		in.Damage = nil
	}
	if len(in.Damage) > 0 {
		return in, nil
	}
	broken, err := lines(ctx, db, "PRAGMA foreign_key_check", 20)
	if err != nil {
		return nil, err
	}
	for _, b := range broken {
		in.Odd = append(in.Odd, "a row points to nothing: "+b)
	}
	if in.Schema > schema || in.Schema == 0 {
		return in, nil // its tables may be others than those below
	}
	for _, q := range agreements {
		if q.since > in.Schema {
			continue
		}
		found, err := lines(ctx, db, q.query, 5)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			in.Odd = append(in.Odd, q.says+": "+f)
		}
	}
	return in, nil
}

// agreements are queries that find nothing in a sound catalog.
var agreements = []struct {
	since       int // schema
	says, query string
}{
	{1, "an original has no standing", "SELECT key FROM originals WHERE key NOT IN (SELECT key FROM verdicts)"},
	{1, "a standing belongs to no original", "SELECT key FROM verdicts WHERE key NOT IN (SELECT key FROM originals)"},
	{1, "a version is replaced by one that is not there", "SELECT key FROM verdicts WHERE replaced_by <> '' AND replaced_by NOT IN (SELECT key FROM originals)"},
	{1, "an original has not as many sections as were read", "SELECT key FROM originals o WHERE sections <> (SELECT count(*) FROM sections s WHERE s.key = o.key)"},
	{1, "a section cannot be read", "SELECT key || '#' || anchor FROM sections WHERE NOT json_valid(blocks) OR NOT json_valid(path)"},
	{1, "an original belongs to a cascade that is not recorded", "SELECT key FROM originals WHERE cascade NOT IN (SELECT number FROM cascades WHERE undone_at IS NULL)"},
	{1, "there are cascades and no revision", "SELECT 'meta' FROM cascades WHERE NOT EXISTS (SELECT 1 FROM meta WHERE key = 'revision' AND value > 0) LIMIT 1"},
	{2, "a candidate cannot be read", "SELECT id FROM candidates WHERE NOT json_valid(candidate)"},
	{3, "a finding belongs to no session", "SELECT id FROM findings WHERE session NOT IN (SELECT id FROM sessions)"},
}

// lines are the rows of a query, columns joined, at most limit (0: all). Damage that the query runs into is a line too.
func lines(ctx context.Context, db *sql.DB, query string, limit int) ([]string, error) {
	var out []string
	rs, err := db.QueryContext(ctx, query)
	if err == nil {
		defer rs.Close()
		cols, _ := rs.Columns()
		for rs.Next() && (limit == 0 || len(out) < limit) {
			cells := make([]sql.NullString, len(cols))
			into := make([]any, len(cols))
			for i := range cells {
				into[i] = &cells[i]
			}
			if err := rs.Scan(into...); err != nil {
				return out, err
			}
			words := make([]string, len(cells))
			for i, c := range cells {
				words[i] = c.String
			}
			out = append(out, strings.Join(words, " "))
		}
		err = rs.Err()
	}
	if Damaged(err) {
		return append(out, err.Error()), nil
	}
	if err != nil {
		return out, fmt.Errorf("inspect the catalog: %w", err)
	}
	return out, nil
}
