package mcp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"substrate/capture"
	"substrate/library"
)

// Tools for a person who approves in a conversation. They are listed to callers whose token has the scope "approve", which no
// token has by default, and over stdio to a server that was started for it.

// lockWait is how long a change waits for another one that is under way.
const lockWait = 20 * time.Second

// RevisionIn are the arguments of revision.
type RevisionIn struct {
	ID       string `json:"id,omitempty" about:"one revision: R-12"`
	Document string `json:"document,omitempty" about:"slug: draft the next version from its waiting findings"`
}

// RevisionOut is one revision as it would change its document, or a list of all.
type RevisionOut struct {
	Revisions []RevisionLine `json:"revisions"`
	Seen      string         `json:"seen,omitempty"`
	Stale     string         `json:"stale,omitempty"`
	Changes   []RevisionPart `json:"changes,omitempty"`
	Notes     []string       `json:"notes,omitempty"`
}

// RevisionLine is a revision in a line.
type RevisionLine struct {
	ID       string `json:"id"`
	State    string `json:"state"`
	Document string `json:"document"`
	From     string `json:"from"`
	Version  string `json:"version"`
	Findings []int  `json:"findings"`
	Settled  string `json:"settled,omitempty"`
}

// RevisionPart is what changes in one section.
type RevisionPart struct {
	Kind    string   `json:"kind"`
	Ref     string   `json:"ref"`
	Heading string   `json:"heading"`
	Removed []string `json:"removed,omitempty"`
	Added   []string `json:"added,omitempty"`
}

var revisionTool = needs("approve", define("revision", "Look at a revision",
	"Show what a revision would change in its document, or list all revisions, or draft one from what waits. Drafting publishes nothing.",
	Hints{Idempotent: true}, revision))

func revision(ctx context.Context, l *library.Library, in RevisionIn) (*RevisionOut, error) {
	if in.ID != "" && in.Document != "" {
		return nil, mendf("give id or document, not both")
	}
	out := &RevisionOut{Revisions: []RevisionLine{}}
	if in.ID == "" && in.Document == "" {
		list, err := l.Revisions(ctx)
		if err != nil {
			return nil, err
		}
		for i := range list {
			out.Revisions = append(out.Revisions, lineOf(&list[i]))
		}
		return out, nil
	}
	var r *library.Revised
	var err error
	if in.Document != "" {
		if r, err = l.Revise(ctx, in.Document, library.ReviseOptions{}); err != nil {
			return nil, mendable(err)
		}
	} else if r, err = l.Revision(ctx, in.ID); err != nil {
		return nil, err
	}
	out.Revisions = append(out.Revisions, lineOf(&r.Revision))
	out.Seen, out.Stale, out.Notes = r.Seen(), r.Stale, r.Notes
	for _, x := range r.Left {
		out.Notes = append(out.Notes, fmt.Sprintf("F-%d is left out: %s", x.Finding, x.Why))
	}
	for _, s := range r.Sections {
		p := RevisionPart{Kind: string(s.Kind), Ref: s.Ref, Heading: s.Heading}
		for _, u := range s.Units {
			if u.Old != "" {
				p.Removed = append(p.Removed, u.Old)
			}
			if u.New != "" {
				p.Added = append(p.Added, u.New)
			}
		}
		out.Changes = append(out.Changes, p)
	}
	return out, nil
}

func lineOf(r *capture.Revision) RevisionLine {
	return RevisionLine{fmt.Sprintf("R-%d", r.ID), string(r.State), string(r.Document), r.From, r.Version, r.Findings, r.Settled}
}

// Text is the revision for a person to judge.
func (o *RevisionOut) Text() string {
	var sb strings.Builder
	if o.Seen == "" && len(o.Revisions) == 0 {
		return "There is no revision. The tool revision drafts one: give it the document that findings wait for."
	}
	for _, r := range o.Revisions {
		fmt.Fprintf(&sb, "%s %s: %s → %s, %d findings", r.ID, r.State, r.From, r.Version, len(r.Findings))
		if r.Settled != "" {
			sb.WriteString(" (" + r.Settled + ")")
		}
		sb.WriteString("\n")
	}
	for _, p := range o.Changes {
		fmt.Fprintf(&sb, "\n%s [%s] %s\n", p.Kind, p.Ref, p.Heading)
		for _, t := range p.Removed {
			sb.WriteString("- " + quote(p.Ref, t) + "\n")
		}
		for _, t := range p.Added {
			sb.WriteString("+ " + quote(p.Ref, t) + "\n")
		}
	}
	for _, n := range o.Notes {
		fmt.Fprintf(&sb, "note: %s\n", n)
	}
	switch {
	case o.Stale != "":
		sb.WriteString("It cannot be approved as it is: " + o.Stale + "\n")
	case o.Seen != "":
		fmt.Fprintf(&sb, "\nNothing is published. Show this to the person; only when they say yes call approve with id %s, seen %s and their name.\n", o.Revisions[0].ID, o.Seen)
	}
	return strings.TrimRight(sb.String(), "\n")
}

// Links are none: a draft is no version yet.
func (o *RevisionOut) Links() []Link { return nil }

// ApproveIn are the arguments of approve.
type ApproveIn struct {
	ID         string `json:"id" about:"the revision: R-12"`
	Seen       string `json:"seen" about:"as the tool revision gave it: what the person looked at"`
	ApprovedBy string `json:"approved_by" about:"the name of the person who said yes in this conversation"`
}

// ApproveOut is what came of an approval.
type ApproveOut struct {
	Ref      string   `json:"ref"`
	Cascade  int      `json:"cascade"`
	Resolved []string `json:"resolved"` // drift entries
	Notes    []string `json:"notes,omitempty"`
}

var approveTool = needs("approve", define("approve", "Issue a revision",
	"Issue a revision as the next version of its document. Only after a person has read it and said yes; a model never decides this by itself.",
	Hints{Destructive: true}, approve))

func approve(ctx context.Context, l *library.Library, in ApproveIn) (*ApproveOut, error) {
	r, err := l.Revision(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Seen != r.Seen() {
		return nil, mendf("R-%d was drafted anew since that person looked at it: show it again with the tool revision", r.ID)
	}
	by := strings.TrimSpace(in.ApprovedBy) + ", by " + clientOf(ctx)
	if name := holder(ctx); name != "" {
		by += " with the token " + name
	}
	// An approval that was begun is finished, whether the client waits or not.
	issued, err := l.ApproveRevision(context.WithoutCancel(ctx), in.ID, by, lockWait)
	if err != nil {
		return nil, mendable(err)
	}
	out := &ApproveOut{Ref: issued.Ref, Resolved: []string{}, Notes: issued.Notes}
	if issued.Report != nil {
		out.Cascade = issued.Report.Cascade
	}
	settled, err := l.ResolvedBy(ctx, issued.Ref)
	if err != nil {
		return nil, err
	}
	for _, e := range settled {
		out.Resolved = append(out.Resolved, e.ID)
	}
	return out, nil
}

// Text tells what was issued.
func (o *ApproveOut) Text() string {
	text := fmt.Sprintf("Issued as [%s] with cascade %d; the version before is archived.", o.Ref, o.Cascade)
	if len(o.Resolved) > 0 {
		text += " Resolved drift: " + strings.Join(o.Resolved, ", ") + "."
	}
	for _, n := range o.Notes {
		text += "\nnote: " + n
	}
	return text + "\nsubstrate undo takes it back."
}

// Links is the new version.
func (o *ApproveOut) Links() []Link { return linksOf(o.Ref) }

// RejectIn are the arguments of reject.
type RejectIn struct {
	ID      string `json:"id" about:"the revision: R-12"`
	Because string `json:"because" about:"why, so that the next draft can do better" text:"long"`
}

// RejectOut is a revision that was set aside.
type RejectOut struct {
	ID       string `json:"id"`
	Findings []int  `json:"findings"`
}

var rejectTool = needs("approve", define("reject", "Set a revision aside",
	"Set a revision aside, because a person said so; its findings wait again.",
	Hints{}, reject))

func reject(ctx context.Context, l *library.Library, in RejectIn) (*RejectOut, error) {
	r, err := l.RejectRevision(context.WithoutCancel(ctx), in.ID, in.Because)
	if err != nil {
		return nil, mendable(err)
	}
	return &RejectOut{fmt.Sprintf("R-%d", r.ID), r.Findings}, nil
}

// Text tells what waits again.
func (o *RejectOut) Text() string {
	return fmt.Sprintf("%s is set aside; %d findings wait again.", o.ID, len(o.Findings))
}

// Links are none.
func (o *RejectOut) Links() []Link { return nil }

// mendable are errors of changes, which say what to try: a draft that is stale, a lock that another holds.
func mendable(err error) error {
	if _, ok := words(err); ok {
		return err
	}
	return mendf("%s", err)
}
