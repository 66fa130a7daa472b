package mcp

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"substrate/library"
)

// ChangesIn are the arguments of changes: one of them says what is asked.
type ChangesIn struct {
	From    string `json:"from,omitempty" about:"older version: elroy-user-guide@2.0"`
	To      string `json:"to,omitempty" about:"newer version; the one in force if left out"`
	Cascade int    `json:"cascade,omitempty" about:"what one ingest run changed"`
	Since   string `json:"since,omitempty" about:"which documents changed after cascade 7, or since 2026-04-01"`
	Term    string `json:"term,omitempty" about:"history of a term, a value or a section ref, with recorded reasons" text:"long"`
	Budget  int    `json:"budget,omitempty"`
	Cursor  string `json:"cursor,omitempty"`
}

// ChangesOut is what changed.
type ChangesOut struct {
	Asked   string   `json:"asked"`
	Changes []Change `json:"changes"`
	Notes   []string `json:"notes,omitempty"`
	LeftOut string   `json:"left_out,omitempty"`
	Cursor  string   `json:"cursor,omitempty"`
}

// Change is one thing that changed: a value, a section, a version, or a step in a history.
type Change struct {
	Kind    string `json:"kind"`
	Ref     string `json:"ref"`
	Date    string `json:"date,omitempty"`
	Heading string `json:"heading,omitempty"`
	Old     string `json:"old,omitempty"`
	New     string `json:"new,omitempty"`
	// Logged is yes or no where a change log could tell of it.
	Logged string `json:"in_change_log,omitempty"`
	Reason string `json:"reason,omitempty"`
	Source string `json:"source,omitempty"`
}

var changesTool = define("changes", "What changed",
	"Compare two versions, list what a cascade or the time since a date changed, or tell the history of a term with its recorded reasons. "+
		"Never invents a reason: where none is recorded it says so.",
	lookup, changes)

func changes(ctx context.Context, l *library.Library, in ChangesIn) (*ChangesOut, error) {
	budget, err := budgetOf(in.Budget)
	if err != nil {
		return nil, err
	}
	at, err := resume(in.Cursor, "changes", in.From, in.To, strconv.Itoa(in.Cascade), in.Since, in.Term)
	if err != nil {
		return nil, err
	}
	pulse, err := l.Pulse(ctx)
	if err != nil {
		return nil, err
	}
	if err := at.stale(pulse.Cascade); err != nil {
		return nil, err
	}
	out, all, err := askChanges(ctx, l, in)
	if err != nil {
		return nil, err
	}
	return paged(all, at, pulse.Cascade, budget, "change", func(items []Change, left, cur string) *ChangesOut {
		c := *out
		c.Changes, c.LeftOut, c.Cursor = append([]Change{}, items...), left, cur
		return &c
	}), nil
}

func askChanges(ctx context.Context, l *library.Library, in ChangesIn) (_ *ChangesOut, _ []Change, err error) {
	asked := 0
	for _, given := range []bool{in.From != "" || in.To != "", in.Cascade != 0, in.Since != "", in.Term != ""} {
		if given {
			asked++
		}
	}
	if asked > 1 {
		return nil, nil, mendf("ask one thing: from and to, or cascade, or since, or term")
	}
	switch {
	case in.Term != "":
		h, err := l.History(ctx, in.Term)
		if err != nil {
			return nil, nil, err
		}
		return &ChangesOut{Asked: fmt.Sprintf("history of %q; searched %s", in.Term, h.Searched), Notes: h.Notes}, eventsOf(h), nil
	case in.Cascade != 0:
		list, err := l.DiffCascade(ctx, in.Cascade)
		if err != nil {
			return nil, nil, err
		}
		return diffsOut(fmt.Sprintf("cascade %d", in.Cascade), list...)
	case in.From != "" || in.To != "":
		from, to := in.From, in.To
		if from == "" {
			from, to = to, ""
		}
		if to == "" {
			if to, err = newerThan(ctx, l, from); err != nil {
				return nil, nil, err
			}
		}
		d, err := l.Diff(ctx, from, to)
		if err != nil {
			return nil, nil, err
		}
		return diffsOut(d.Old+" → "+d.New, d)
	}
	list, since, err := l.ChangesSince(ctx, in.Since)
	if err != nil {
		return nil, nil, mendf("%s", err)
	}
	out := &ChangesOut{Asked: "what changed since " + since}
	var all []Change
	for _, c := range list {
		all = append(all, Change{Kind: c.Kind, Ref: c.Ref.String(), Date: c.Date.String(), Old: c.Before, New: strings.Join(c.Sections, "; ")})
	}
	return out, all, nil
}

// newerThan is what a version alone is compared with: the one in force; "" when it is that one itself, for the one before it.
func newerThan(ctx context.Context, l *library.Library, ref string) (string, error) {
	v, err := l.Why(ctx, ref)
	if err != nil || v.Current == "" {
		return "", err
	}
	return v.Current, nil
}

func diffsOut(asked string, list ...*library.Diff) (*ChangesOut, []Change, error) {
	out := &ChangesOut{Asked: asked}
	var all []Change
	for _, d := range list {
		out.Notes = append(out.Notes, d.Notes...)
		for _, s := range d.Sections {
			all = append(all, sectionChanges(d, s)...)
		}
		for _, r := range d.Rows {
			if !r.Shown {
				all = append(all, Change{Kind: "change-log row without a visible change", Ref: d.New, Date: r.Date, New: strings.TrimSpace(r.Version + " " + r.Text)})
			}
		}
	}
	return out, all, nil
}

// sectionChanges tell values first: they are what somebody acts on.
func sectionChanges(d *library.Diff, s library.DiffSection) []Change {
	out := []Change{{Kind: "section " + string(s.Kind), Ref: s.Ref, Date: d.NewDate, Heading: s.Heading, Old: s.OldHeading, Logged: yesNo(s.Logged)}}
	for _, v := range s.Values {
		c := Change{Kind: "value", Ref: s.Ref, Old: v.Old, New: v.New, Logged: yesNo(v.Logged)}
		if v.Row != "" {
			c.Reason = v.Row
		}
		out = append(out, c)
	}
	for _, u := range s.Units {
		if string(s.Kind) == "changed" {
			out = append(out, Change{Kind: "text", Ref: s.Ref, Old: u.Old, New: u.New})
		}
	}
	return out
}

func eventsOf(h *library.History) []Change {
	var out []Change
	for _, e := range h.Events {
		c := Change{Kind: e.Kind, Ref: e.Ref, Date: e.Date, Old: e.Old, New: e.New, Reason: e.Reason, Source: e.Source}
		if c.New == "" && c.Old == "" {
			c.New = e.Text
		}
		out = append(out, c)
	}
	return out
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// Text tells a model what changed, a line each.
func (o *ChangesOut) Text() string {
	var sb strings.Builder
	fmt.Fprintf(&sb, "Changes: %s. %s\n", o.Asked, quoteNote)
	for _, n := range o.Notes {
		fmt.Fprintf(&sb, "note: %s\n", n)
	}
	if len(o.Changes) == 0 && o.LeftOut == "" {
		sb.WriteString("Nothing changed, or nothing is recorded of it.\n")
	}
	for _, c := range o.Changes {
		silent := ""
		if c.Logged == "no" {
			silent = "not in the change log"
		}
		fmt.Fprintf(&sb, "%s [%s] %s\n", c.Kind, c.Ref, dotted(c.Date, c.Heading, silent))
		switch {
		case c.Kind == "value":
			fmt.Fprintf(&sb, "  %s → %s\n", c.Old, c.New)
		default:
			for _, side := range [][2]string{{"-", c.Old}, {"+", c.New}} {
				if side[1] != "" {
					fmt.Fprintf(&sb, "  %s %s\n", side[0], quote(c.Ref, side[1]))
				}
			}
		}
		if c.Reason != "" {
			fmt.Fprintf(&sb, "  reason: %s\n", dotted(c.Reason, c.Source))
		}
	}
	if o.LeftOut != "" {
		fmt.Fprintf(&sb, "left out: %s\n", o.LeftOut)
	}
	if o.Cursor != "" {
		fmt.Fprintf(&sb, "cursor: %s\n", o.Cursor)
	}
	return strings.TrimRight(sb.String(), "\n")
}

// Links are the first places that changed.
func (o *ChangesOut) Links() []Link {
	var refs []string
	for _, c := range o.Changes {
		refs = append(refs, c.Ref)
	}
	return linksOf(refs...)
}
