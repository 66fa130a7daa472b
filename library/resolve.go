package library

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"

	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/epoch"
)

// ErrBadRef is wrapped when text is no reference; servers branch on it without knowing how references are read.
var ErrBadRef = corpus.ErrBadRef

// ErrNotFound is wrapped when a reference names nothing. The message says what comes nearest.
var ErrNotFound = errors.New("not found")

// Version is one edition as lists show it.
type Version struct {
	Document   corpus.Slug    `json:"document"`
	Title      string         `json:"title"`
	Version    string         `json:"version"`
	Epoch      string         `json:"epoch"`
	Standing   epoch.Standing `json:"standing"`
	Rule       string         `json:"rule"`
	Because    string         `json:"because"`
	Date       string         `json:"date"`
	Pages      int            `json:"pages"`
	Sections   int            `json:"sections"`
	SHA256     string         `json:"sha256"`
	Ref        string         `json:"ref"`
	File       string         `json:"file"`
	ReplacedBy string         `json:"replaced_by,omitempty"` // ref
	Ingested   string         `json:"ingested"`
	Cascade    int            `json:"cascade"`
	Bare       int            `json:"pages_without_text,omitempty"`
}

func versionOf(r catalog.Row, by map[string]catalog.Row) Version {
	v := Version{
		Document: r.Document, Title: r.Title, Version: r.Label.String(), Epoch: r.Epoch, Standing: r.Standing, Rule: r.Rule, Because: r.Because,
		Date: r.Date.String(), Pages: r.Pages, Sections: r.Sections, SHA256: r.Key, Ref: refOf(r.Document, r.Label).String(), File: r.File,
		Ingested: r.Added.Local().Format("2006-01-02 15:04"), Cascade: r.Cascade, Bare: r.Bare,
	}
	if b, ok := by[r.ReplacedBy]; ok {
		v.ReplacedBy = refOf(b.Document, b.Label).String()
	}
	return v
}

func versionsOf(rows []catalog.Row) []Version {
	by := make(map[string]catalog.Row, len(rows))
	for _, r := range rows {
		by[r.Key] = r
	}
	out := make([]Version, len(rows))
	for i, r := range rows {
		out[i] = versionOf(r, by)
	}
	return out
}

// Documents is the shelf: the current edition of every document, and those on which a person has to decide.
func (l *Library) Documents(ctx context.Context) ([]Version, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	rows, err := s.cat.Shelf(ctx)
	if err != nil {
		return nil, err
	}
	held, err := s.cat.Held(ctx)
	if err != nil {
		return nil, err
	}
	on := map[string]bool{}
	for _, r := range rows {
		on[r.Key] = true
	}
	for _, r := range held {
		if !on[r.Key] {
			rows = append(rows, r)
		}
	}
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].Document < rows[j].Document })
	return versionsOf(rows), nil
}

// Versions lists every edition of a document ever seen, newest first; slug may be a former one.
func (l *Library) Versions(ctx context.Context, name string) ([]Version, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	ref, err := corpus.ParseRef(name)
	if err != nil {
		return nil, err
	}
	slug, err := l.document(ctx, s.cat, ref.Document)
	if err != nil {
		return nil, err
	}
	rows, err := s.cat.Versions(ctx, slug)
	return versionsOf(rows), err
}

// document is the slug of the document that slug names now.
func (l *Library) document(ctx context.Context, cat *catalog.Catalog, slug corpus.Slug) (corpus.Slug, error) {
	found, err := cat.Canonical(ctx, slug)
	if err != nil || found != "" {
		return found, err
	}
	slugs, aliases, err := cat.Slugs(ctx)
	if err != nil {
		return "", err
	}
	all := append([]corpus.Slug(nil), slugs...)
	for a := range aliases {
		all = append(all, a)
	}
	if near := nearest(string(slug), all); len(near) > 0 {
		return "", fmt.Errorf("%w: no document %q; did you mean %s?", ErrNotFound, slug, strings.Join(near, " or "))
	}
	return "", fmt.Errorf("%w: no document %q; substrate documents lists all %d", ErrNotFound, slug, len(slugs))
}

// Verdict answers what a reference means and why.
type Verdict struct {
	Requested string         `json:"requested"`
	Resolved  string         `json:"resolved"`
	Standing  epoch.Standing `json:"standing"`
	Rule      string         `json:"rule"`
	Because   string         `json:"because"`
	Version   Version        `json:"version"`
	Rivals    []Version      `json:"rivals"`
	Evidence  []Evidence     `json:"evidence"`
	Current   string         `json:"current,omitempty"` // ref of the current version, when another was requested
	RenamedTo string         `json:"renamed_to,omitempty"`
}

// Evidence is one thing that speaks for what an edition is.
type Evidence = corpus.Evidence

// Why resolves a reference and explains it.
func (l *Library) Why(ctx context.Context, request string) (*Verdict, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	ref, row, rows, err := l.resolve(ctx, s.cat, request)
	if err != nil {
		return nil, err
	}
	all := versionsOf(rows)
	v := &Verdict{Requested: request, Resolved: refOf(row.Document, row.Label).String(), Standing: row.Standing, Rule: row.Rule, Because: row.Because, Rivals: []Version{}}
	for _, o := range all {
		switch {
		case o.SHA256 == row.Key:
			v.Version = o
		default:
			v.Rivals = append(v.Rivals, o)
		}
	}
	for _, r := range rows {
		if r.Current && r.Key != row.Key {
			v.Current = refOf(r.Document, r.Label).String()
		}
	}
	if ref.Document != row.Document {
		v.RenamedTo = string(row.Document)
	}
	list, err := s.cat.Originals(ctx, row.Key)
	if err != nil {
		return nil, err
	}
	if len(list) == 1 {
		v.Evidence = list[0].Identity.Evidence
	}
	return v, nil
}

// resolve finds the edition that a reference means. Without a version it is the current one; a version that does not exist is
// an error that names the nearest, never another version.
func (l *Library) resolve(ctx context.Context, cat *catalog.Catalog, request string) (corpus.Ref, catalog.Row, []catalog.Row, error) {
	ref, err := corpus.ParseRef(request)
	if err != nil {
		return ref, catalog.Row{}, nil, err
	}
	slug, err := l.document(ctx, cat, ref.Document)
	if err != nil {
		return ref, catalog.Row{}, nil, err
	}
	rows, err := cat.Versions(ctx, slug)
	if err != nil {
		return ref, catalog.Row{}, nil, err
	}
	var hits []catalog.Row
	want := corpus.ParseLabel(ref.Version)
	for _, r := range rows {
		switch {
		case ref.Version == "" && r.Current:
			hits = append(hits, r)
		case ref.Version != "" && (r.Label.Key() == ref.Version || r.Label.Comparable(want) && r.Label.Compare(want) == 0):
			hits = append(hits, r)
		}
	}
	if len(hits) == 0 && ref.Version == "" {
		hits = rows[:min(1, len(rows))]
	}
	if len(hits) == 0 {
		return ref, catalog.Row{}, nil, noVersion(slug, want, ref.Version, rows)
	}
	// Of several files that claim one version, the one that holds stands first.
	sort.SliceStable(hits, func(i, j int) bool { return standingRank(hits[i].Standing) < standingRank(hits[j].Standing) })
	return ref, hits[0], rows, nil
}

func standingRank(s epoch.Standing) int {
	switch s {
	case epoch.Authoritative:
		return 0
	case epoch.Historical:
		return 1
	case epoch.Snapshot:
		return 2
	case epoch.Held:
		return 3
	}
	return 4
}

// noVersion says that a version does not exist, and which come before and after it.
func noVersion(slug corpus.Slug, want corpus.Label, asked string, rows []catalog.Row) error {
	below, above := "", ""
	var have []string
	for i := len(rows) - 1; i >= 0; i-- { // oldest first
		r := rows[i]
		have = append(have, r.Label.String())
		if !r.Label.Comparable(want) {
			continue
		}
		if r.Label.Compare(want) < 0 {
			below = r.Label.String()
		} else if above == "" {
			above = r.Label.String()
		}
	}
	near := "it has " + strings.Join(have, ", ")
	switch {
	case below != "" && above != "":
		near = fmt.Sprintf("nearest are %s and %s", below, above)
	case below != "":
		near = "the newest is " + below
	case above != "":
		near = "the oldest is " + above
	}
	return fmt.Errorf("%w: %s has no version %s; %s", ErrNotFound, slug, asked, near)
}

func sortEntries(list []Entry) {
	sort.Slice(list, func(i, j int) bool { return list[i].Ref < list[j].Ref })
}
