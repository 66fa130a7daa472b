package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// list reads all rows of a query; what names them in errors.
func list[T any](ctx context.Context, c *Catalog, what, query string, scan func(*sql.Rows, *T) error, args ...any) ([]T, error) {
	rs, err := c.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the %s: %w", what, err)
	}
	defer rs.Close()
	var out []T
	for rs.Next() {
		var v T
		if err := scan(rs, &v); err != nil {
			return nil, fmt.Errorf("read the %s: %w", what, err)
		}
		out = append(out, v)
	}
	if err := rs.Err(); err != nil {
		return nil, fmt.Errorf("read the %s: %w", what, err)
	}
	return out, nil
}

// instant scans a time as the catalog writes it; "" is none.
type instant struct{ to *time.Time }

func (i instant) Scan(src any) error {
	s, _ := src.(string)
	*i.to, _ = time.Parse(time.RFC3339Nano, s) // as this package wrote it
	return nil
}
