package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Session is a stretch of work; what it is called and how it ended is in Session, as package capture writes it.
type Session struct {
	ID      int
	At      time.Time
	Ended   time.Time // zero while it is open
	Session json.RawMessage
}

// Finding is something learned in a session; Finding is its text and place, as package capture writes it.
type Finding struct {
	ID       int
	Retry    string // the same for a repeated capture; set when it is added
	Session  int
	At       time.Time
	State    string
	Revision int // that it is in; 0 for none
	Finding  json.RawMessage
}

// AddSession opens a session and answers its number.
func (c *Catalog) AddSession(ctx context.Context, s Session) (int, error) {
	r, err := c.db.ExecContext(ctx, "INSERT INTO sessions (at, ended, session) VALUES (?, '', ?)", s.At.UTC().Format(time.RFC3339Nano), string(s.Session))
	if err != nil {
		return 0, fmt.Errorf("open a session: %w", err)
	}
	n, err := r.LastInsertId()
	return int(n), err
}

// SetSession writes a session anew; ended zero opens it.
func (c *Catalog) SetSession(ctx context.Context, s Session) error {
	ended := ""
	if !s.Ended.IsZero() {
		ended = s.Ended.UTC().Format(time.RFC3339Nano)
	}
	if _, err := c.db.ExecContext(ctx, "UPDATE sessions SET ended = ?, session = ? WHERE id = ?", ended, string(s.Session), s.ID); err != nil {
		return fmt.Errorf("write session %d: %w", s.ID, err)
	}
	return nil
}

// Sessions lists sessions, newest first; open ones only when asked.
func (c *Catalog) Sessions(ctx context.Context, open bool) ([]Session, error) {
	q := "SELECT id, at, ended, session FROM sessions "
	if open {
		q += "WHERE ended = '' "
	}
	return list(ctx, c, "sessions", q+"ORDER BY id DESC", func(rs *sql.Rows, s *Session) error {
		return rs.Scan(&s.ID, instant{&s.At}, instant{&s.Ended}, (*[]byte)(&s.Session))
	})
}

// AddFinding keeps a finding and answers its number: written to the disk when it returns. A finding with the same retry key is
// the one that is there already; again says so.
func (c *Catalog) AddFinding(ctx context.Context, f Finding) (id int, again bool, err error) {
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, false, fmt.Errorf("keep the finding: %w", err)
	}
	defer tx.Rollback()
	err = tx.QueryRowContext(ctx, "SELECT id FROM findings WHERE retry = ?", f.Retry).Scan(&id)
	if err == nil {
		return id, true, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return 0, false, fmt.Errorf("keep the finding: %w", err)
	}
	r, err := tx.ExecContext(ctx, "INSERT INTO findings (retry, session, at, state, revision, finding) VALUES (?, ?, ?, ?, 0, ?)",
		f.Retry, f.Session, f.At.UTC().Format(time.RFC3339Nano), f.State, string(f.Finding))
	if err != nil {
		return 0, false, fmt.Errorf("keep the finding: %w", err)
	}
	n, err := r.LastInsertId()
	if err != nil {
		return 0, false, err
	}
	if err := tx.Commit(); err != nil {
		return 0, false, fmt.Errorf("keep the finding: %w", err)
	}
	return int(n), false, nil
}

// SetFinding writes a finding's state and text anew.
func (c *Catalog) SetFinding(ctx context.Context, f Finding) error {
	return setFinding(ctx, c.db, f)
}

func setFinding(ctx context.Context, q execer, f Finding) error {
	if _, err := q.ExecContext(ctx, "UPDATE findings SET state = ?, revision = ?, finding = ? WHERE id = ?", f.State, f.Revision, string(f.Finding), f.ID); err != nil {
		return fmt.Errorf("write finding %d: %w", f.ID, err)
	}
	return nil
}

// execer is a database or a transaction.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Findings lists findings by number: of one session, or of all with session 0; in one state, or in any with "".
func (c *Catalog) Findings(ctx context.Context, session int, state string) ([]Finding, error) {
	return list(ctx, c, "findings", "SELECT id, retry, session, at, state, revision, finding FROM findings WHERE (? = 0 OR session = ?) AND (? = '' OR state = ?) ORDER BY id",
		func(rs *sql.Rows, f *Finding) error {
			return rs.Scan(&f.ID, &f.Retry, &f.Session, instant{&f.At}, &f.State, &f.Revision, (*[]byte)(&f.Finding))
		}, session, session, state, state)
}

// FindingCount is how many findings are in a state, and when the newest of them was kept, to the second.
type FindingCount struct {
	State  string
	Count  int
	Newest time.Time
}

// FindingCounts counts findings by state without reading them.
func (c *Catalog) FindingCounts(ctx context.Context) ([]FindingCount, error) {
	return list(ctx, c, "findings", "SELECT state, count(*), max(substr(at, 1, 19)) || 'Z' FROM findings GROUP BY state ORDER BY state",
		func(rs *sql.Rows, n *FindingCount) error { return rs.Scan(&n.State, &n.Count, instant{&n.Newest}) })
}
