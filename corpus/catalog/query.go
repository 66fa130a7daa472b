package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"substrate/corpus"
	"substrate/epoch"
)

const rowColumns = `SELECT o.key,o.file,o.format,o.size,o.added,o.cascade,o.pages,o.bare,o.sections,v.document,v.title,v.label,v.date,v.epoch,v.standing,v.rule,v.because,v.replaced_by,v.findable,v.face FROM verdicts v JOIN originals o ON o.key=v.key `

func (c *Catalog) rows(ctx context.Context, where string, args ...any) ([]Row, error) {
	rs, err := c.db.QueryContext(ctx, rowColumns+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read the shelf: %w", err)
	}
	defer rs.Close()
	var out []Row
	for rs.Next() {
		var r Row
		var added, doc, label, date, standing string
		if err := rs.Scan(&r.Key, &r.File, &r.Format, &r.Size, &added, &r.Cascade, &r.Pages, &r.Bare, &r.Sections, &doc, &r.Title, &label, &date, &r.Epoch, &standing, &r.Rule, &r.Because, &r.ReplacedBy, &r.Findable, &r.Current); err != nil {
			return nil, fmt.Errorf("read the shelf: %w", err)
		}
		r.Document, r.Label, r.Standing = corpus.Slug(doc), corpus.ParseLabel(label), epoch.Standing(standing)
		r.Added, _ = time.Parse(time.RFC3339Nano, added)
		r.Date, _ = corpus.ParseISODate(date)
		out = append(out, r)
	}
	return out, rs.Err()
}

// Shelf lists the current edition of every document; of a document on which a person has to decide, its rivals.
func (c *Catalog) Shelf(ctx context.Context) ([]Row, error) {
	return c.rows(ctx, "WHERE v.face=1 ORDER BY v.document, v.rank")
}

// Held lists the editions on which a person has to decide.
func (c *Catalog) Held(ctx context.Context) ([]Row, error) {
	return c.rows(ctx, "WHERE v.standing='held' ORDER BY v.document, v.rank")
}

// All lists every edition.
func (c *Catalog) All(ctx context.Context) ([]Row, error) {
	return c.rows(ctx, "ORDER BY v.document, v.rank")
}

// Versions lists all editions of a document, newest first.
func (c *Catalog) Versions(ctx context.Context, slug corpus.Slug) ([]Row, error) {
	return c.rows(ctx, "WHERE v.document=? ORDER BY v.rank DESC", string(slug))
}

// Row is one edition by key; ok is false when there is none.
func (c *Catalog) Row(ctx context.Context, key string) (r Row, ok bool, err error) {
	rs, err := c.rows(ctx, "WHERE v.key=?", key)
	if err != nil || len(rs) == 0 {
		return Row{}, false, err
	}
	return rs[0], true, nil
}

// Canonical is the slug of the document that slug names, now or formerly; "" when there is none.
func (c *Catalog) Canonical(ctx context.Context, slug corpus.Slug) (corpus.Slug, error) {
	var s string
	err := c.db.QueryRowContext(ctx, "SELECT document FROM verdicts WHERE document=? UNION SELECT document FROM aliases WHERE slug=? LIMIT 1", string(slug), string(slug)).Scan(&s)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return corpus.Slug(s), err
}

// Slugs lists all documents' slugs, and former slugs with the document each leads to.
func (c *Catalog) Slugs(ctx context.Context) (slugs []corpus.Slug, aliases map[corpus.Slug]corpus.Slug, err error) {
	aliases = map[corpus.Slug]corpus.Slug{}
	rs, err := c.db.QueryContext(ctx, "SELECT DISTINCT document, '' FROM verdicts UNION SELECT document, slug FROM aliases ORDER BY 1, 2")
	if err != nil {
		return nil, nil, fmt.Errorf("list documents: %w", err)
	}
	defer rs.Close()
	for rs.Next() {
		var d, a string
		if err := rs.Scan(&d, &a); err != nil {
			return nil, nil, err
		}
		if a == "" {
			slugs = append(slugs, corpus.Slug(d))
		} else {
			aliases[corpus.Slug(a)] = corpus.Slug(d)
		}
	}
	return slugs, aliases, rs.Err()
}

// Sections reads an edition's sections in order.
func (c *Catalog) Sections(ctx context.Context, key string) ([]corpus.Section, error) {
	return c.sections(ctx, "SELECT anchor,number,title,level,path,first,last,blocks FROM sections WHERE key=? ORDER BY seq", key)
}

// Section reads one section; ok is false when the edition has none of that anchor.
func (c *Catalog) Section(ctx context.Context, key, anchor string) (s corpus.Section, ok bool, err error) {
	list, err := c.sections(ctx, "SELECT anchor,number,title,level,path,first,last,blocks FROM sections WHERE key=? AND anchor=?", key, anchor)
	if err != nil || len(list) == 0 {
		return corpus.Section{}, false, err
	}
	return list[0], true, nil
}

// Outline lists an edition's sections without their blocks.
func (c *Catalog) Outline(ctx context.Context, key string) ([]corpus.Section, error) {
	return c.sections(ctx, "SELECT anchor,number,title,level,path,first,last,'null' FROM sections WHERE key=? ORDER BY seq", key)
}

func (c *Catalog) sections(ctx context.Context, query string, args ...any) ([]corpus.Section, error) {
	rs, err := c.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read sections: %w", err)
	}
	defer rs.Close()
	var out []corpus.Section
	for rs.Next() {
		var s corpus.Section
		var path, blocks []byte
		if err := rs.Scan(&s.Anchor, &s.Number, &s.Title, &s.Level, &path, &s.Pages.First, &s.Pages.Last, &blocks); err != nil {
			return nil, fmt.Errorf("read sections: %w", err)
		}
		if err := errors.Join(json.Unmarshal(path, &s.Path), json.Unmarshal(blocks, &s.Blocks)); err != nil {
			return nil, fmt.Errorf("read sections: %w", err)
		}
		out = append(out, s)
	}
	return out, rs.Err()
}

// Originals lists every original, readings without their sections.
func (c *Catalog) Originals(ctx context.Context, keys ...string) ([]Original, error) {
	q := "SELECT key,file,size,format,cascade,added,pages,bare,sections,text_digest,reading,identity,identified FROM originals ORDER BY key"
	var args []any
	if len(keys) == 1 {
		q, args = "SELECT key,file,size,format,cascade,added,pages,bare,sections,text_digest,reading,identity,identified FROM originals WHERE key=?", []any{keys[0]}
	}
	rs, err := c.db.QueryContext(ctx, q, args...)
	if err != nil {
		return nil, fmt.Errorf("list originals: %w", err)
	}
	defer rs.Close()
	var out []Original
	for rs.Next() {
		var o Original
		var added string
		var reading, id []byte
		if err := rs.Scan(&o.Key, &o.File, &o.Size, &o.Format, &o.Cascade, &added, &o.Pages, &o.Bare, &o.Sections, &o.TextDigest, &reading, &id, &o.Identified); err != nil {
			return nil, fmt.Errorf("list originals: %w", err)
		}
		o.Added, _ = time.Parse(time.RFC3339Nano, added)
		if err := errors.Join(json.Unmarshal(reading, &o.Reading), json.Unmarshal(id, &o.Identity)); err != nil {
			return nil, fmt.Errorf("original %s: %w", o.Key, err)
		}
		out = append(out, o)
	}
	return out, rs.Err()
}

// Decisions lists what was said about originals, oldest first.
func (c *Catalog) Decisions(ctx context.Context) ([]Decision, error) {
	rs, err := c.db.QueryContext(ctx, "SELECT key,said,source,cascade,at FROM decisions ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("list decisions: %w", err)
	}
	defer rs.Close()
	var out []Decision
	for rs.Next() {
		var d Decision
		var said []byte
		var at string
		if err := rs.Scan(&d.Key, &said, &d.Source, &d.Cascade, &at); err != nil {
			return nil, err
		}
		d.At, _ = time.Parse(time.RFC3339Nano, at)
		if err := json.Unmarshal(said, &d.Said); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rs.Err()
}

// Sightings lists where bytes were seen, in order.
func (c *Catalog) Sightings(ctx context.Context) ([]Sighting, error) {
	rs, err := c.db.QueryContext(ctx, "SELECT seq,key,path,cascade FROM sightings ORDER BY seq")
	if err != nil {
		return nil, fmt.Errorf("list sightings: %w", err)
	}
	defer rs.Close()
	var out []Sighting
	for rs.Next() {
		var s Sighting
		if err := rs.Scan(&s.Seq, &s.Key, &s.Path, &s.Cascade); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rs.Err()
}

// Cascades lists recorded runs, newest first, at most limit.
func (c *Catalog) Cascades(ctx context.Context, limit int) ([]Cascade, error) {
	rs, err := c.db.QueryContext(ctx, "SELECT number,at,kind,report,undone_at FROM cascades ORDER BY number DESC LIMIT ?", limit)
	if err != nil {
		return nil, fmt.Errorf("list cascades: %w", err)
	}
	defer rs.Close()
	var out []Cascade
	for rs.Next() {
		var k Cascade
		var at string
		var undone *string
		var report []byte
		if err := rs.Scan(&k.Number, &at, &k.Kind, &report, &undone); err != nil {
			return nil, err
		}
		k.Report = report
		k.At, _ = time.Parse(time.RFC3339Nano, at)
		if undone != nil {
			t, _ := time.Parse(time.RFC3339Nano, *undone)
			k.Undone = &t
		}
		out = append(out, k)
	}
	return out, rs.Err()
}
