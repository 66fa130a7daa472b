package mcp

import (
	"context"
	"fmt"
	"strings"

	"substrate/driftlog"
	"substrate/library"
)

// DriftIn are the arguments of drift.
type DriftIn struct {
	Document string `json:"document,omitempty" about:"slug, for entries about or in one document"`
	Status   string `json:"status,omitempty" about:"open if left out" enum:"open,resolved,all"`
	ID       string `json:"id,omitempty" about:"one entry: D-07"`
	Budget   int    `json:"budget,omitempty"`
	Cursor   string `json:"cursor,omitempty"`
}

// DriftOut is the drift log, or a part of it.
type DriftOut struct {
	Cascade  int      `json:"cascade"`
	Open     int      `json:"open"`
	Entries  []Drift  `json:"entries"`
	Problems []string `json:"problems,omitempty"`
	LeftOut  string   `json:"left_out,omitempty"`
	Cursor   string   `json:"cursor,omitempty"`
	asked    string
}

// Drift is an entry of the drift log.
type Drift struct {
	ID         string   `json:"id"`
	Status     string   `json:"status"`
	Found      string   `json:"found,omitempty"`
	Where      string   `json:"where"`
	Says       string   `json:"says"`
	Actually   string   `json:"actually"`
	RecordedIn string   `json:"recorded_in"`
	Because    string   `json:"because,omitempty"`
	Gone       string   `json:"gone,omitempty"`
	Sections   []string `json:"sections,omitempty"`
}

var driftTool = define("drift", "Read the drift log",
	"List what the documents say and is known to be false: document X says A, actually B. Open entries unless status asks for others.",
	lookup, drift)

func drift(ctx context.Context, l *library.Library, in DriftIn) (*DriftOut, error) {
	budget, err := budgetOf(in.Budget)
	if err != nil {
		return nil, err
	}
	switch in.Status {
	case "", "open", "resolved", "all":
	default:
		return nil, mendf("status %q: say open, resolved or all", in.Status)
	}
	at, err := resume(in.Cursor, "drift", in.Document, in.Status, in.ID)
	if err != nil {
		return nil, err
	}
	list, err := l.DriftLog(ctx, library.DriftOptions{All: in.Status == "resolved" || in.Status == "all" || in.ID != "", Document: in.Document})
	if err != nil {
		return nil, err
	}
	if err := at.stale(list.Cascade); err != nil {
		return nil, err
	}
	var all []Drift
	for _, e := range list.Entries {
		open := e.Status == driftlog.Open
		if in.ID != "" && !driftlog.Named(e, in.ID) || in.ID == "" && in.Status == "resolved" && open {
			continue
		}
		all = append(all, driftOf(e))
	}
	if in.ID != "" && len(all) == 0 {
		_, err := l.DriftEntry(ctx, in.ID)
		if err == nil {
			err = mendf("%s is not about %s; leave the document out", in.ID, in.Document)
		}
		return nil, err
	}
	asked := "open"
	if in.Status != "" {
		asked = in.Status
	}
	out := DriftOut{Cascade: list.Cascade, Open: list.Open, asked: asked}
	for _, p := range list.Problems[:min(5, len(list.Problems))] {
		out.Problems = append(out.Problems, fmt.Sprintf("%s: %s (%q)", p.Where, p.Why, p.Text))
	}
	return paged(all, at, list.Cascade, budget, "entry", func(items []Drift, left, cur string) *DriftOut {
		c := out
		c.Entries, c.LeftOut, c.Cursor = append([]Drift{}, items...), strings.Replace(left, "more entrys", "more entries", 1), cur
		return &c
	}), nil
}

func driftOf(e driftlog.State) Drift {
	d := Drift{
		ID: e.ID, Status: string(e.Status), Found: e.Found.String(), Where: e.Target, Says: e.Says, Actually: e.Actually,
		RecordedIn: e.RecordedIn, Because: e.Because, Gone: e.Gone,
	}
	if d.Where == "" {
		d.Where = strings.TrimSpace(e.Document + " " + e.Version)
	}
	for _, t := range e.Targets {
		d.Sections = append(d.Sections, t.Ref)
	}
	return d
}

// Text tells a model reality first.
func (o *DriftOut) Text() string {
	var sb strings.Builder
	fmt.Fprintf(&sb, "Drift log (cascade %d): %d open. Reality comes first in each line; answer with it.\n", o.Cascade, o.Open)
	if len(o.Entries) == 0 {
		fmt.Fprintf(&sb, "No entries (%s).\n", o.asked)
	}
	for _, e := range o.Entries {
		fmt.Fprintf(&sb, "%s %s: actually %q; [%s] says %q. %s\n", e.ID, e.Status, e.Actually, e.Where, e.Says, dotted("found "+orUnknown(e.Found), "recorded in "+e.RecordedIn, e.Because))
		if e.Gone != "" {
			fmt.Fprintf(&sb, "  %s\n", e.Gone)
		}
	}
	for _, p := range o.Problems {
		fmt.Fprintf(&sb, "could not be read: %s\n", p)
	}
	if o.LeftOut != "" {
		fmt.Fprintf(&sb, "left out: %s\n", o.LeftOut)
	}
	if o.Cursor != "" {
		fmt.Fprintf(&sb, "cursor: %s\n", o.Cursor)
	}
	return strings.TrimRight(sb.String(), "\n")
}

// Links are the sections that the first entries speak of.
func (o *DriftOut) Links() []Link {
	var refs []string
	for _, e := range o.Entries {
		refs = append(refs, e.Where)
	}
	return append([]Link{{URI: driftURI, Name: "drift log"}}, linksOf(refs...)...)
}
