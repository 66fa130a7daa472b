package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// DriftNote is what a person did about drift by command; the catalog keeps it as it is.
type DriftNote struct {
	Seq  int
	At   time.Time
	Note json.RawMessage
}

// Candidate is what a scan proposed.
type Candidate struct {
	ID          int
	Fingerprint string
	State       string // "open", "accepted", "dismissed", "gone"
	Because     string
	At          time.Time
	Candidate   json.RawMessage
}

// Heading is a section's heading with the version it stands in.
type Heading struct {
	Key, Anchor, Title string
}

// DriftNotes lists what was done by command, oldest first.
func (c *Catalog) DriftNotes(ctx context.Context) ([]DriftNote, error) {
	return list(ctx, c, "drift notes", "SELECT seq, at, note FROM drift_notes ORDER BY seq", func(rs *sql.Rows, n *DriftNote) error {
		return rs.Scan(&n.Seq, instant{&n.At}, (*[]byte)(&n.Note))
	})
}

// Candidates lists what scans proposed, by number.
func (c *Catalog) Candidates(ctx context.Context) ([]Candidate, error) {
	return list(ctx, c, "candidates", "SELECT id, fingerprint, state, because, at, candidate FROM candidates ORDER BY id", func(rs *sql.Rows, n *Candidate) error {
		return rs.Scan(&n.ID, &n.Fingerprint, &n.State, &n.Because, instant{&n.At}, (*[]byte)(&n.Candidate))
	})
}

// Headings lists the headings of all versions.
func (c *Catalog) Headings(ctx context.Context) ([]Heading, error) {
	rs, err := c.db.QueryContext(ctx, "SELECT title, key, anchor FROM sections INDEXED BY sections_title")
	if err != nil {
		return nil, fmt.Errorf("read headings: %w", err)
	}
	defer rs.Close()
	var out []Heading
	for rs.Next() {
		var h Heading
		if err := rs.Scan(&h.Title, &h.Key, &h.Anchor); err != nil {
			return nil, fmt.Errorf("read headings: %w", err)
		}
		out = append(out, h)
	}
	return out, rs.Err()
}

// Derived reads what a commit stored under a name; nil when there is nothing.
func (c *Catalog) Derived(ctx context.Context, name string) (json.RawMessage, error) {
	var s string
	err := c.db.QueryRowContext(ctx, "SELECT value FROM meta WHERE key=?", "derived_"+name).Scan(&s)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the catalog: %w", err)
	}
	return json.RawMessage(s), nil
}

func storeDrift(ctx context.Context, tx *sql.Tx, ch Change, at string) error {
	for _, n := range ch.DriftNotes {
		if _, err := tx.ExecContext(ctx, "INSERT INTO drift_notes(at, note) VALUES(?,?)", at, string(n)); err != nil {
			return err
		}
	}
	for _, n := range ch.Candidates {
		if _, err := tx.ExecContext(ctx, `INSERT INTO candidates(fingerprint, state, because, at, candidate) VALUES(?,?,?,?,?)
			ON CONFLICT(fingerprint) DO UPDATE SET state=excluded.state, because=excluded.because, candidate=excluded.candidate`,
			n.Fingerprint, n.State, n.Because, at, string(n.Candidate)); err != nil {
			return err
		}
	}
	for k, v := range ch.Derived {
		if _, err := tx.ExecContext(ctx, "INSERT INTO meta(key, value) VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value", "derived_"+k, string(v)); err != nil {
			return err
		}
	}
	return nil
}
