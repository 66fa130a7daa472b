package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"substrate/epoch"
)

// State reads what a change must be based on.
func (c *Catalog) State(ctx context.Context) (State, error) { return state(ctx, c.db) }

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func state(ctx context.Context, q querier) (State, error) {
	var s State
	rows, err := q.QueryContext(ctx, "SELECT key, value FROM meta WHERE key IN ('revision', 'index_name', 'index_digest', 'index_cascade', 'rules')")
	if err != nil {
		return s, fmt.Errorf("read the catalog's state: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var k, v string
		if err := rows.Scan(&k, &v); err != nil {
			return s, err
		}
		switch k {
		case "revision":
			s.Revision, _ = strconv.Atoi(v)
		case "index_name":
			s.Generation.Name = v
		case "index_digest":
			s.Generation.Digest = v
		case "index_cascade":
			s.Generation.Cascade, _ = strconv.Atoi(v)
		case "rules":
			s.Rules = v
		}
	}
	if err := rows.Err(); err != nil {
		return s, err
	}
	err = q.QueryRowContext(ctx, "SELECT coalesce(max(CASE WHEN undone_at IS NULL THEN number END), 0), coalesce(max(number), 0)+1 FROM cascades").Scan(&s.Cascade, &s.Next)
	return s, err
}

// Commit makes one change, whole or not at all. It returns the number of the cascade it recorded, or of the one that is
// newest after an undo.
func (c *Catalog) Commit(ctx context.Context, ch Change) (int, error) {
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("change the catalog: %w", err)
	}
	defer tx.Rollback()
	n, err := c.apply(ctx, tx, ch)
	if err != nil {
		return 0, fmt.Errorf("change the catalog: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return 0, fmt.Errorf("change the catalog: %w", err)
	}
	return n, nil
}

func (c *Catalog) apply(ctx context.Context, tx *sql.Tx, ch Change) (int, error) {
	st, err := state(ctx, tx)
	if err != nil {
		return 0, err
	}
	if st.Revision != ch.Expect {
		return 0, ErrMoved
	}
	n := st.Next
	at := ch.At.UTC().Format(time.RFC3339Nano)
	switch {
	case ch.Quiet:
		n = st.Cascade
	case ch.Undo != 0:
		if err := undo(ctx, tx, ch.Undo, at); err != nil {
			return 0, err
		}
	default:
		report := json.RawMessage("null")
		if ch.Report != nil {
			if report, err = ch.Report(n); err != nil {
				return 0, err
			}
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO cascades(number, at, kind, report) VALUES(?,?,?,?)", n, at, ch.Kind, string(report)); err != nil {
			return 0, err
		}
	}
	if err := addOriginals(ctx, tx, ch, n); err != nil {
		return 0, err
	}
	for _, s := range ch.Sightings {
		if _, err := tx.ExecContext(ctx, "INSERT INTO sightings(key, path, cascade) VALUES(?,?,?)", s.Key, s.Path, n); err != nil {
			return 0, err
		}
	}
	for _, d := range ch.Decisions {
		said, err := json.Marshal(d.Said)
		if err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO decisions(key, said, source, cascade, at) VALUES(?,?,?,?,?)", d.Key, string(said), d.Source, n, at); err != nil {
			return 0, err
		}
	}
	for key, id := range ch.Identities {
		raw, err := json.Marshal(id)
		if err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE originals SET identity=?, identified=? WHERE key=?", string(raw), ch.Identified, key); err != nil {
			return 0, err
		}
	}
	if ch.Shelf != nil {
		if err := storeShelf(ctx, tx, ch.Shelf); err != nil {
			return 0, err
		}
	}
	if err := storeDrift(ctx, tx, ch, at); err != nil {
		return 0, err
	}
	if ch.Issue != nil {
		if err := storeIssue(ctx, tx, ch.Issue, n, at); err != nil {
			return 0, err
		}
	}
	for k, v := range map[string]string{"revision": strconv.Itoa(st.Revision + 1), "index_name": ch.Generation.Name, "index_digest": ch.Generation.Digest, "index_cascade": strconv.Itoa(ch.Generation.Cascade), "rules": ch.Rules} {
		if _, err := tx.ExecContext(ctx, "INSERT INTO meta(key, value) VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value", k, v); err != nil {
			return 0, err
		}
	}
	if ch.Undo != 0 {
		st, err = state(ctx, tx)
		n = st.Cascade
	}
	return n, err
}

func undo(ctx context.Context, tx *sql.Tx, n int, at string) error {
	for _, q := range []string{
		"DELETE FROM sources WHERE key IN (SELECT key FROM originals WHERE cascade=?)",
		"UPDATE findings SET state='drafted' WHERE state='done' AND revision IN (SELECT id FROM revisions WHERE cascade=?)",
		"UPDATE revisions SET state='draft', cascade=0 WHERE cascade=?",
		"DELETE FROM sections WHERE key IN (SELECT key FROM originals WHERE cascade=?)",
		"DELETE FROM originals WHERE cascade=?",
		"DELETE FROM sightings WHERE cascade=?",
		"DELETE FROM decisions WHERE cascade=?",
	} {
		if _, err := tx.ExecContext(ctx, q, n); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "UPDATE cascades SET undone_at=? WHERE number=?", at, n)
	return err
}

func addOriginals(ctx context.Context, tx *sql.Tx, ch Change, cascade int) error {
	if len(ch.Add) == 0 {
		return nil
	}
	orig, err := tx.PrepareContext(ctx, "INSERT INTO originals(key,file,size,format,cascade,added,pages,bare,sections,text_digest,reading,identity,identified) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)")
	if err != nil {
		return err
	}
	defer orig.Close()
	sect, err := tx.PrepareContext(ctx, "INSERT INTO sections(key,seq,anchor,number,title,level,path,first,last,blocks) VALUES(?,?,?,?,?,?,?,?,?,?)")
	if err != nil {
		return err
	}
	defer sect.Close()
	for _, o := range ch.Add {
		sections, err := ch.Sections(o.Key)
		if err != nil {
			return err
		}
		bare := o.Reading
		bare.Sections = nil
		reading, err := json.Marshal(bare)
		if err != nil {
			return err
		}
		id, err := json.Marshal(o.Identity)
		if err != nil {
			return err
		}
		if _, err := orig.ExecContext(ctx, o.Key, o.File, o.Size, o.Format, cascade, o.Added.UTC().Format(time.RFC3339Nano), o.Reading.Pages, len(o.Reading.BarePages), len(sections), o.TextDigest, string(reading), string(id), o.Identified); err != nil {
			return err
		}
		for i, s := range sections {
			path, err := json.Marshal(s.Path)
			if err != nil {
				return err
			}
			blocks, err := json.Marshal(s.Blocks)
			if err != nil {
				return err
			}
			if _, err := sect.ExecContext(ctx, o.Key, i, s.Anchor, s.Number, s.Title, s.Level, string(path), s.Pages.First, s.Pages.Last, string(blocks)); err != nil {
				return err
			}
		}
	}
	return nil
}

// storeShelf writes the standings: of every document on the shelf whole, and nothing for others.
func storeShelf(ctx context.Context, tx *sql.Tx, shelf *epoch.Shelf) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM verdicts"); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM aliases"); err != nil {
		return err
	}
	put, err := tx.PrepareContext(ctx, `INSERT INTO verdicts(key,document,rank,title,label,label_key,date,epoch,standing,rule,because,replaced_by,findable,face) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)`)
	if err != nil {
		return err
	}
	defer put.Close()
	for _, d := range shelf.Documents {
		for i, k := range d.Editions {
			v, e := shelf.Verdicts[k], shelf.Editions[k]
			face := d.Current == k || d.Current == "" && (v.Findable || len(d.Editions) == 1)
			if _, err := put.ExecContext(ctx, k, string(d.Slug), i, e.Title, e.Label.String(), e.Label.Key(), e.Date.String(), v.Epoch, string(v.Standing), v.Rule, v.Because, v.ReplacedBy, v.Findable, face); err != nil {
				return err
			}
		}
		for _, a := range d.Aliases {
			if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO aliases(slug, document) VALUES(?,?)", string(a), string(d.Slug)); err != nil {
				return err
			}
		}
	}
	return nil
}
