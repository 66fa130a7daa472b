package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"substrate/corpus"
)

// Revision is a plan from one version of a document to the next; Revision is its plan and text, as package capture writes it.
type Revision struct {
	ID       int
	At       time.Time
	Document corpus.Slug
	State    string // "draft", "approved", "rejected"
	Cascade  int    // that issued it; 0 for none
	Revision json.RawMessage
}

// Issue is what a cascade that issues a revision changes besides taking its version in.
type Issue struct {
	Revision Revision
	Findings []Finding
	Key      string // of the original that was issued
	Source   []byte // its Markdown
}

// PutRevision keeps a revision, a new one with ID 0, together with the findings that it changes; it answers its number.
func (c *Catalog) PutRevision(ctx context.Context, r Revision, findings func(id int) []Finding) (int, error) {
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("keep the revision: %w", err)
	}
	defer tx.Rollback()
	if r.ID == 0 {
		res, err := tx.ExecContext(ctx, "INSERT INTO revisions (at, document, state, cascade, revision) VALUES (?, ?, ?, 0, ?)",
			r.At.UTC().Format(time.RFC3339Nano), string(r.Document), r.State, string(r.Revision))
		if err != nil {
			return 0, fmt.Errorf("keep the revision: %w", err)
		}
		n, err := res.LastInsertId()
		if err != nil {
			return 0, err
		}
		r.ID = int(n)
	} else if _, err := tx.ExecContext(ctx, "UPDATE revisions SET state = ?, revision = ? WHERE id = ?", r.State, string(r.Revision), r.ID); err != nil {
		return 0, fmt.Errorf("keep the revision: %w", err)
	}
	for _, f := range findings(r.ID) {
		if err := setFinding(ctx, tx, f); err != nil {
			return 0, err
		}
	}
	if err := tx.Commit(); err != nil {
		return 0, fmt.Errorf("keep the revision: %w", err)
	}
	return r.ID, nil
}

// Revisions lists revisions by number.
func (c *Catalog) Revisions(ctx context.Context) ([]Revision, error) {
	return list(ctx, c, "revisions", "SELECT id, at, document, state, cascade, revision FROM revisions ORDER BY id", func(rs *sql.Rows, r *Revision) error {
		return rs.Scan(&r.ID, instant{&r.At}, &r.Document, &r.State, &r.Cascade, (*[]byte)(&r.Revision))
	})
}

// Source is the Markdown that an original was made from, or that was made from it; ok is false when none is kept.
func (c *Catalog) Source(ctx context.Context, key string) (source []byte, ok bool, err error) {
	err = c.db.QueryRowContext(ctx, "SELECT source FROM sources WHERE key = ?", key).Scan(&source)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read the source: %w", err)
	}
	return source, true, nil
}

// PutSource keeps an original's Markdown.
func (c *Catalog) PutSource(ctx context.Context, key string, source []byte, at time.Time) error {
	return putSource(ctx, c.db, key, source, at.UTC().Format(time.RFC3339Nano))
}

func putSource(ctx context.Context, q execer, key string, source []byte, at string) error {
	if _, err := q.ExecContext(ctx, "INSERT INTO sources (key, at, source) VALUES (?, ?, ?) ON CONFLICT(key) DO UPDATE SET at = excluded.at, source = excluded.source", key, at, source); err != nil {
		return fmt.Errorf("keep the source: %w", err)
	}
	return nil
}

func storeIssue(ctx context.Context, tx *sql.Tx, i *Issue, cascade int, at string) error {
	if _, err := tx.ExecContext(ctx, "UPDATE revisions SET state = ?, cascade = ?, revision = ? WHERE id = ?", i.Revision.State, cascade, string(i.Revision.Revision), i.Revision.ID); err != nil {
		return err
	}
	for _, f := range i.Findings {
		if err := setFinding(ctx, tx, f); err != nil {
			return err
		}
	}
	return putSource(ctx, tx, i.Key, i.Source, at)
}
