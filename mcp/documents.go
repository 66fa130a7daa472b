package mcp

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"substrate/library"
)

// DocumentsIn are the arguments of documents.
type DocumentsIn struct {
	Document string `json:"document,omitempty" about:"slug, former slug or title: list this document's versions"`
	Budget   int    `json:"budget,omitempty"`
	Cursor   string `json:"cursor,omitempty"`
}

// DocumentsOut is the shelf, or one document's versions.
type DocumentsOut struct {
	Document string  `json:"document,omitempty"`
	Cascade  int     `json:"cascade"`
	Total    int     `json:"total"`
	Items    []Entry `json:"items"`
	LeftOut  string  `json:"left_out,omitempty"`
	Cursor   string  `json:"cursor,omitempty"`
}

// Entry is one version as the shelf shows it.
type Entry struct {
	Ref        string `json:"ref"`
	Title      string `json:"title"`
	Version    string `json:"version"`
	Standing   string `json:"standing"`
	Because    string `json:"because"`
	Epoch      string `json:"epoch,omitempty"`
	Date       string `json:"date,omitempty"`
	ReplacedBy string `json:"replaced_by,omitempty"`
}

var documentsTool = define("documents", "List documents and versions",
	"List the team's documents with the version in force, its standing and why; with document, every version of it ever "+
		"issued, also those that left, and what replaced them.",
	lookup, documents)

func documents(ctx context.Context, l *library.Library, in DocumentsIn) (*DocumentsOut, error) {
	budget, err := budgetOf(in.Budget)
	if err != nil {
		return nil, err
	}
	at, err := resume(in.Cursor, "documents", in.Document)
	if err != nil {
		return nil, err
	}
	var list []library.Version
	if in.Document == "" {
		list, err = l.Documents(ctx)
	} else {
		list, err = l.Versions(ctx, in.Document)
	}
	if err != nil && !(errors.Is(err, library.ErrEmpty) && in.Document == "") {
		return nil, err
	}
	pulse, err := l.Pulse(ctx)
	if err != nil {
		return nil, err
	}
	if err := at.stale(pulse.Cascade); err != nil {
		return nil, err
	}
	out := &DocumentsOut{Cascade: pulse.Cascade, Total: len(list), Items: []Entry{}}
	if in.Document != "" {
		out.Document = string(list[0].Document)
	}
	rest := list[min(at.At, len(list)):]
	_, out = fit(len(rest), budget, func(n int) *DocumentsOut {
		c := *out
		c.Items = []Entry{}
		for _, v := range rest[:n] {
			c.Items = append(c.Items, entryOf(v))
		}
		if n < len(rest) {
			next := at
			next.At, next.Rev = at.At+n, pulse.Cascade
			c.Cursor, c.LeftOut = next.String(), fmt.Sprintf("%d more: call again with cursor", len(rest)-n)
		}
		return &c
	})
	return out, nil
}

func entryOf(v library.Version) Entry {
	return Entry{Ref: v.Ref, Title: v.Title, Version: v.Version, Standing: string(v.Standing), Because: v.Because, Epoch: v.Epoch, Date: v.Date, ReplacedBy: v.ReplacedBy}
}

// Text tells a model what is on the shelf.
func (o *DocumentsOut) Text() string {
	var sb strings.Builder
	switch {
	case o.Total == 0:
		return "The library is empty: nothing was ingested yet, so nothing is recorded."
	case o.Document != "":
		// No cascade: subscribers hear of a document when its text changed, and another document's cascade is not that.
		fmt.Fprintf(&sb, "%s of %s, newest first:\n", count(o.Total, "version"), o.Document)
	default:
		fmt.Fprintf(&sb, "%s, with the version in force (cascade %d):\n", count(o.Total, "document"), o.Cascade)
	}
	for _, e := range o.Items {
		replaced := ""
		if e.ReplacedBy != "" {
			replaced = "replaced by " + e.ReplacedBy
		}
		fmt.Fprintf(&sb, "[%s] %s; %s\n", e.Ref, dotted(e.Standing, e.Title+" "+e.Version, e.Epoch, e.Date, replaced), e.Because)
	}
	if o.LeftOut != "" {
		fmt.Fprintf(&sb, "left out: %s\ncursor: %s\n", o.LeftOut, o.Cursor)
	}
	return strings.TrimRight(sb.String(), "\n")
}

// Links are the first documents listed.
func (o *DocumentsOut) Links() []Link {
	if o.Document != "" {
		return linksOf(o.Document)
	}
	return []Link{{URI: libraryURI, Name: "library"}}
}
