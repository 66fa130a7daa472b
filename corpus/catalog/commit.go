package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"substrate/corpus"
	"substrate/epoch"
)

// Commit stores a change in one transaction and returns its number, which is ch.Expect. When it fails nothing is changed.
// Its errors wrap [ErrMoved] when another process committed since the caller read the state, [ErrBadChange] when the change
// does not fit the library, [ErrNoCascade], [ErrReadOnly] or [ErrBusy]. The bytes of added originals must be on disk before:
// see [Batch.Sync].
func (c *Catalog) Commit(ctx context.Context, ch Change) (int, error) {
	n := 0
	err := c.write(ctx, func(w *writer) error {
		next, err := nextNumber(ctx, w.tx)
		if err != nil {
			return err
		}
		if next != ch.Expect {
			return fmt.Errorf("%w: cascade %d was to be next and %d is; another process changed the library, try again", ErrMoved, ch.Expect, next)
		}
		n = next
		w.number, w.at = next, ch.At
		return w.change(ch)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// SetGeneration names the generation of the index in force without a cascade: after the index was built anew from the
// same state. It wraps [ErrMoved] when expect is no longer State.Next.
func (c *Catalog) SetGeneration(ctx context.Context, expect int, g Generation) error {
	return c.write(ctx, func(w *writer) error {
		next, err := nextNumber(ctx, w.tx)
		if err != nil {
			return err
		}
		if next != expect {
			return fmt.Errorf("%w: cascade %d was to be next and %d is; build the index for the present state", ErrMoved, expect, next)
		}
		return w.exec("UPDATE state SET generation = ?, generation_digest = ?, generation_cascade = ?", g.Name, g.Digest, g.Cascade)
	})
}

func (c *Catalog) write(ctx context.Context, fn func(*writer) error) error {
	if c.mode != ReadWrite {
		return fmt.Errorf("%w: %q was opened for reading", ErrReadOnly, c.path)
	}
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		return explain(c.path, err)
	}
	defer tx.Rollback()
	// The driver starts a goroutine per statement to watch a context that can be cancelled, which costs more than most
	// statements here do. The transaction itself still ends with ctx.
	w := &writer{ctx: context.WithoutCancel(ctx), outer: ctx, tx: tx, step: c.step}
	if err := fn(w); err != nil {
		if ctx.Err() != nil {
			// database/sql took the transaction away and says only that it is gone.
			return ctx.Err()
		}
		return explain(c.path, err)
	}
	w.step("written")
	if err := ctx.Err(); err != nil {
		return explain(c.path, err)
	}
	return explain(c.path, tx.Commit())
}

func nextNumber(ctx context.Context, q querier) (int, error) {
	var next int
	err := q.QueryRowContext(ctx, "SELECT coalesce(max(number), 0) + 1 FROM cascades").Scan(&next)
	return next, err
}

// writer is one transaction on its way to a commit.
type writer struct {
	ctx, outer context.Context
	tx         *sql.Tx
	number     int
	at         time.Time
	seq        int
	ids        map[string]int64 // of the originals that are there, by key
	step       func(string)
}

func (w *writer) exec(query string, args ...any) error {
	_, err := w.tx.ExecContext(w.ctx, query, args...)
	return err
}

func (w *writer) change(ch Change) error {
	if ch.Kind == "" || ch.At.IsZero() {
		return fmt.Errorf("%w: a cascade needs a kind and a time", ErrBadChange)
	}
	moves := len(ch.Add) > 0 || len(ch.Decisions) > 0 || len(ch.Reidentified) > 0 || ch.Undo != 0
	if moves && ch.Shelf == nil {
		return fmt.Errorf("%w: it changes what the rules judge and comes without the shelf that follows", ErrBadChange)
	}
	if err := w.tx.QueryRowContext(w.ctx, lastSeq).Scan(&w.seq); err != nil {
		return err
	}
	var identify []string // keys whose identity is stale until reidentified
	if ch.Undo != 0 {
		u, err := w.undo(ch.Undo)
		if err != nil {
			return err
		}
		identify = u.Reidentify
		w.step("undone")
	}
	if err := w.loadIDs(); err != nil {
		return err
	}
	if err := w.add(ch.Add); err != nil {
		return err
	}
	w.step("added")
	if err := w.sightings(ch.Sightings); err != nil {
		return err
	}
	for _, d := range ch.Decisions {
		identify = append(identify, d.Key)
	}
	if err := w.decisions(ch.Decisions); err != nil {
		return err
	}
	if err := w.reidentify(ch.Reidentified); err != nil {
		return err
	}
	for _, k := range identify {
		if !slices.ContainsFunc(ch.Reidentified, func(r Reidentified) bool { return r.Key == k }) &&
			!slices.ContainsFunc(ch.Add, func(a Added) bool { return a.Original.Key == k }) {
			return fmt.Errorf("%w: what was decided about %q, or its name, changes, and it comes without the identity that follows", ErrBadChange, k)
		}
	}
	w.step("identified")
	if ch.Shelf != nil {
		if err := w.shelve(ch.Shelf); err != nil {
			return err
		}
		w.step("shelved")
	}
	return w.finish(ch)
}

// finish writes the cascade itself and the state it leaves.
func (w *writer) finish(ch Change) error {
	if g := ch.Generation; g != nil {
		cascade := g.Cascade
		if cascade == 0 {
			cascade = w.number
		}
		if err := w.exec("UPDATE state SET generation = ?, generation_digest = ?, generation_cascade = ?", g.Name, g.Digest, cascade); err != nil {
			return err
		}
	}
	if ch.RulesDigest != "" {
		if err := w.exec("UPDATE state SET rules_digest = ?", ch.RulesDigest); err != nil {
			return err
		}
	}
	report := ch.Report
	if report == nil {
		report = json.RawMessage("{}")
	}
	if !json.Valid(report) {
		return fmt.Errorf("%w: its report is not JSON", ErrBadChange)
	}
	return w.exec("INSERT INTO cascades (number, at, kind, report, rules_digest) SELECT ?, ?, ?, ?, rules_digest FROM state",
		w.number, timeText(w.at), ch.Kind, string(report))
}

func (w *writer) loadIDs() error {
	w.ids = map[string]int64{}
	rows, err := w.tx.QueryContext(w.ctx, "SELECT key, id FROM originals")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k string
		var id int64
		if err := rows.Scan(&k, &id); err != nil {
			return err
		}
		w.ids[k] = id
	}
	return rows.Err()
}

func (w *writer) arrive(seq int) int {
	if seq == 0 {
		seq = w.seq + 1
	}
	w.seq = max(w.seq, seq)
	return seq
}

func (w *writer) sightings(list []Sighting) error {
	for _, s := range list {
		if _, ok := w.ids[s.Key]; !ok {
			return fmt.Errorf("%w: sighting %q: %w %q", ErrBadChange, s.File, ErrNoOriginal, s.Key)
		}
		err := w.exec("INSERT INTO sightings (seq, key, file, path, cascade, at) VALUES (?, ?, ?, ?, ?, ?)",
			w.arrive(s.Seq), s.Key, s.File, s.Path, w.number, timeText(w.at))
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) decisions(list []Decision) error {
	for _, d := range list {
		if _, ok := w.ids[d.Key]; !ok {
			return fmt.Errorf("%w: decision: %w %q", ErrBadChange, ErrNoOriginal, d.Key)
		}
		err := w.exec("INSERT INTO decisions (key, title, version, epoch, date, document, because, cascade, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			d.Key, d.Title, d.Version, d.Epoch, d.Date, d.Document, d.Because, w.number, timeText(w.at))
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) reidentify(list []Reidentified) error {
	for _, r := range list {
		id, ok := w.ids[r.Key]
		if !ok {
			return fmt.Errorf("%w: identity: %w %q", ErrBadChange, ErrNoOriginal, r.Key)
		}
		f, err := facts(r.Identity)
		if err != nil {
			return err
		}
		err = w.exec(`UPDATE originals SET title = ?, label = ?, date = ?, marker = ?, supersedes = ?, conflict = ?, decided = ?,
			identified_with = ? WHERE id = ?`, f.title, f.label, f.date, f.marker, f.supersedes, f.conflict, f.decided, r.IdentifiedWith, id)
		if err != nil {
			return err
		}
		if err := w.exec("UPDATE readings SET identity = ? WHERE original = ?", f.whole, id); err != nil {
			return err
		}
	}
	return nil
}

// identityFacts are the parts of an identity that lists and rules need, as columns, and the whole of it.
type identityFacts struct {
	title, label, date, marker, supersedes, conflict, whole string
	decided                                                 bool
}

func facts(id corpus.Identity) (identityFacts, error) {
	f := identityFacts{title: id.Title, label: id.Label.String(), date: id.Date.String(), marker: id.Epoch, conflict: id.Conflict}
	var err error
	if len(id.Supersedes) > 0 {
		if f.supersedes, err = encode(id.Supersedes); err != nil {
			return f, err
		}
	}
	f.decided = DecidedVersion(id)
	f.whole, err = encode(id)
	return f, err
}

// DecidedVersion reports whether a person gave the version of an identity, which is what [epoch.Edition] wants to know.
func DecidedVersion(id corpus.Identity) bool {
	return slices.ContainsFunc(id.Evidence, func(e corpus.Evidence) bool { return e.Field == "version" && e.Source == "decision" })
}

// EditionOf is an original as the rules see it.
func EditionOf(o Original) epoch.Edition {
	return epoch.Edition{
		Key: o.Key, Title: o.Identity.Title, Label: o.Identity.Label, Date: o.Identity.Date, Marker: o.Identity.Epoch,
		Supersedes: o.Identity.Supersedes, Conflict: o.Identity.Conflict, Text: o.TextDigest,
		Decided: DecidedVersion(o.Identity), File: o.File, Path: o.Path, Seq: o.Seq,
	}
}
