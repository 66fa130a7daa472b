package mcp

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"substrate/corpus"
	"substrate/library"
)

// SearchIn are the arguments of search.
type SearchIn struct {
	Query    string `json:"query" about:"words to find; \"quoted words\" must stand together" text:"long"`
	Document string `json:"document,omitempty" about:"slug, to search one document only"`
	History  bool   `json:"history,omitempty" about:"also superseded versions and snapshots, each labelled"`
	AsOf     string `json:"as_of,omitempty" about:"answer as the library stood on this day: 2026-01-31"`
	Limit    int    `json:"limit,omitempty" about:"passages at most, 8 if left out"`
	Budget   int    `json:"budget,omitempty" about:"tokens the result may cost, 2000 if left out"`
	Cursor   string `json:"cursor,omitempty" about:"from the last result, for more"`
}

// SearchOut is what a search found.
type SearchOut struct {
	Query     string       `json:"query"`
	Searched  string       `json:"searched"`
	Cascade   int          `json:"cascade"`
	Corrected string       `json:"corrected,omitempty"`
	Notes     []string     `json:"notes,omitempty"`
	Passages  []Passage    `json:"passages"`
	Drift     []Correction `json:"drift,omitempty"`
	Older     []Older      `json:"older,omitempty"`
	Nearest   []string     `json:"nearest_documents,omitempty"`
	LeftOut   string       `json:"left_out,omitempty"`
	Cursor    string       `json:"cursor,omitempty"`
}

// Passage is one quoted piece of a version.
type Passage struct {
	Ref      string       `json:"ref"`
	Version  string       `json:"version"`
	Standing string       `json:"standing"`
	Because  string       `json:"because"`
	Epoch    string       `json:"epoch,omitempty"`
	Heading  string       `json:"heading"`
	Pages    []int        `json:"pages,omitempty"`
	Text     string       `json:"text"`
	Warning  string       `json:"warning,omitempty"`
	Drift    []Correction `json:"drift,omitempty"`
	title    string
}

// Older is a version that left and mentions what no current one does.
type Older struct {
	Ref      string `json:"ref"`
	Standing string `json:"standing"`
	Because  string `json:"because"`
}

var searchTool = define("search", "Search the library",
	"Find passages in the current versions of the team's documents, each with the ref to cite, its standing and why. "+
		"Superseded versions are left out unless history or as_of asks for them. Read a whole section with read.",
	lookup, search)

func search(ctx context.Context, l *library.Library, in SearchIn) (*SearchOut, error) {
	budget, err := budgetOf(in.Budget)
	if err != nil {
		return nil, err
	}
	if in.Limit == 0 {
		in.Limit = 8
	}
	if in.Limit < 1 || in.Limit > 50 {
		return nil, mendf("limit %d: ask for 1 to 50 passages", in.Limit)
	}
	if strings.TrimSpace(in.Query) == "" {
		return nil, mendf("query is empty; give it the words to look for")
	}
	at, err := resume(in.Cursor, "search", in.Query, in.Document, strconv.FormatBool(in.History), in.AsOf)
	if err != nil {
		return nil, err
	}
	o := library.SearchOptions{Limit: at.At + in.Limit + 1, History: in.History}
	if o.AsOf, err = day(in.AsOf); err != nil {
		return nil, err
	}
	query := in.Query
	if in.Document != "" {
		vs, err := l.Versions(ctx, in.Document)
		if err != nil {
			return nil, err
		}
		query = "document:" + string(vs[0].Document) + " " + query
	}
	found, err := l.Search(ctx, query, o)
	if err != nil {
		return nil, err
	}
	if err := at.stale(found.Cascade); err != nil {
		return nil, err
	}
	out := &SearchOut{Query: in.Query, Searched: searched(in), Cascade: found.Cascade, Corrected: found.Corrected, Notes: found.Notes, Passages: []Passage{}, Drift: corrections(found.Drift)}
	if len(found.Hits) == 0 {
		return out, nothing(ctx, l, in, out)
	}
	hits := found.Hits[min(at.At, len(found.Hits)):]
	return out.pack(hits, in.Limit, budget, at), nil
}

// pack takes as many whole passages as the budget holds.
func (o *SearchOut) pack(hits []library.Hit, limit, budget int, at cursor) *SearchOut {
	var all []Passage
	for _, h := range hits[:min(limit, len(hits))] {
		all = append(all, passageOf(h))
	}
	build := func(n int) *SearchOut {
		c := *o
		c.Passages = append([]Passage{}, all[:n]...)
		if n < len(hits) {
			next := at
			next.At, next.Rev = at.At+n, o.Cascade
			c.Cursor = next.String()
			c.LeftOut = "more passages were found: call again with cursor"
			if n < len(all) {
				c.LeftOut = fmt.Sprintf("%d of %d passages did not fit the budget: call again with cursor, or with a larger budget", len(all)-n, len(all))
			}
		}
		return &c
	}
	n, out := fit(len(all), budget, build)
	if n == 0 && len(all) > 0 {
		// Not even one passage fits: say where it stands, so that it can be read.
		need := cost(build(1))
		all[0].Text = ""
		out = build(1)
		out.LeftOut = fmt.Sprintf("the text of the first passage did not fit: it needs a budget of %d; more: call again with cursor", need)
	}
	return out
}

func passageOf(h library.Hit) Passage {
	p := Passage{
		Ref: h.Ref, Version: h.Version, Standing: string(h.Standing), Because: h.Because, Epoch: h.Epoch, Heading: h.Heading, Text: h.Text,
		title: strings.TrimSpace(h.Title + " " + h.Version), Warning: warning(h.Ref, h.Text), Drift: corrections(h.Drift),
	}
	if len(h.Pages) == 2 {
		p.Pages = h.Pages
	}
	return p
}

// nothing says what was searched, what comes nearest, and which versions that left mention it.
func nothing(ctx context.Context, l *library.Library, in SearchIn, out *SearchOut) error {
	if out.Cascade == 0 {
		return nil
	}
	var err error
	if out.Nearest, err = l.Nearest(ctx, in.Query); err != nil {
		return err
	}
	if in.History {
		return nil
	}
	past, err := l.Search(ctx, in.Query, library.SearchOptions{Limit: 5, History: true})
	if err != nil {
		return err
	}
	for _, h := range past.Hits[:min(3, len(past.Hits))] {
		out.Older = append(out.Older, Older{h.Ref, string(h.Standing), h.Because})
	}
	return nil
}

func searched(in SearchIn) string {
	what := "current versions"
	if in.Document != "" {
		what = "current version of " + in.Document
	}
	if in.History {
		what = strings.Replace(what, "current version", "current and older version", 1)
	}
	if in.AsOf != "" {
		what += ", as of " + in.AsOf
	}
	return what
}

// day reads a date; a month or a year means its last day.
func day(s string) (corpus.Date, error) {
	if s == "" {
		return corpus.Date{}, nil
	}
	d, err := corpus.ParseISODate(s)
	if err != nil {
		return d, mendf("as_of: %s", err)
	}
	if d.Month == 0 {
		d.Month = 12
	}
	if d.Day == 0 {
		d.Day = 31
	}
	return d, nil
}

// Text tells a model what was found.
func (o *SearchOut) Text() string {
	var sb strings.Builder
	for _, n := range o.Notes {
		fmt.Fprintf(&sb, "note: %s\n", n)
	}
	if o.Corrected != "" {
		fmt.Fprintf(&sb, "nothing matches all of it; searched for: %s\n", o.Corrected)
	}
	if len(o.Passages) == 0 {
		fmt.Fprintf(&sb, "Nothing found for %q in the %s (cascade %d). Do not guess: say that nothing is recorded.", o.Query, o.Searched, o.Cascade)
		if len(o.Drift) > 0 {
			sb.WriteString("\n" + strings.TrimRight(correctionLines(o.Drift), "\n"))
		}
		for _, p := range o.Older {
			fmt.Fprintf(&sb, "\nolder: [%s] %s mentions it; %s", p.Ref, p.Standing, p.Because)
		}
		if len(o.Nearest) > 0 {
			fmt.Fprintf(&sb, "\nnearest documents: %s", strings.Join(o.Nearest, ", "))
		}
		return sb.String()
	}
	said := map[string]bool{}
	for _, p := range o.Passages {
		for _, c := range p.Drift {
			said[c.ID] = true
		}
	}
	fmt.Fprintf(&sb, "%s for %q in the %s (cascade %d). %s\n", count(len(o.Passages), "passage"), o.Query, o.Searched, o.Cascade, quoteNote)
	for _, p := range o.Passages {
		fmt.Fprintf(&sb, "\n[%s] %s\nbecause: %s\n", p.Ref, dotted(p.Standing, p.Epoch, p.title+" › "+p.Heading, pagesText(p.Pages)), p.Because)
		sb.WriteString(correctionLines(p.Drift))
		if p.Warning != "" {
			sb.WriteString(p.Warning + "\n")
		}
		if p.Text != "" {
			sb.WriteString(quote(p.Ref, p.Text) + "\n")
		}
	}
	// What the log says of the question, where none of the passages carries it.
	for _, c := range o.Drift {
		if !said[c.ID] {
			sb.WriteString("\n" + strings.TrimRight(correctionLines([]Correction{c}), "\n"))
		}
	}
	if o.LeftOut != "" {
		fmt.Fprintf(&sb, "\nleft out: %s", o.LeftOut)
	}
	if o.Cursor != "" {
		fmt.Fprintf(&sb, "\ncursor: %s", o.Cursor)
	}
	return sb.String()
}

// Links are the sections that the first passages stand in.
func (o *SearchOut) Links() []Link {
	var refs []string
	for _, p := range o.Passages {
		refs = append(refs, p.Ref)
	}
	return linksOf(refs...)
}
