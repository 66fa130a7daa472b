package mcp

import (
	"context"
	"fmt"
	"strings"

	"substrate/capture"
	"substrate/library"
)

// CaptureIn are the arguments of capture.
type CaptureIn struct {
	Text     string `json:"text" about:"what was learned, in a sentence or two" text:"long"`
	Evidence string `json:"evidence,omitempty" about:"a command and what it printed, kept verbatim" text:"long"`
	Target   string `json:"target,omitempty" about:"ref of the section it belongs to, if known"`
	Kind     string `json:"kind,omitempty" about:"a: the system changed, b: a document must, c: both" enum:"a,b,c"`
	Session  int    `json:"session,omitempty" about:"the open session if left out"`
}

// CaptureOut says where a finding would go.
type CaptureOut struct {
	ID      int      `json:"id"`
	Session int      `json:"session"`
	Again   bool     `json:"again,omitempty"`
	Places  []Target `json:"places"`
	Notes   []string `json:"notes,omitempty"`
}

// Target is a place that a finding would go to.
type Target struct {
	Ref        string `json:"ref"`
	Heading    string `json:"heading,omitempty"`
	Form       string `json:"form"`
	Confidence string `json:"confidence"`
	Because    string `json:"because"`
	Old        string `json:"old,omitempty"`
}

var captureTool = define("capture", "Hand in a finding",
	"Keep what this session learned, so that it reaches the documents; answers where it would go. Nothing is published: a person approves. "+
		"The same finding handed in twice is kept once.",
	Hints{Idempotent: true}, captureFinding)

func captureFinding(ctx context.Context, l *library.Library, in CaptureIn) (*CaptureOut, error) {
	kind, err := capture.ParseKind(in.Kind)
	if err != nil {
		return nil, mendf("%s", err)
	}
	f := capture.Finding{Session: in.Session, By: clientOf(ctx), Kind: kind, Text: in.Text, Evidence: in.Evidence, To: in.Target}
	if err := f.Check(); err != nil {
		return nil, mendf("%s", err)
	}
	c, err := l.Capture(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &CaptureOut{ID: c.Finding.ID, Session: c.Session.ID, Again: c.Again, Places: []Target{}, Notes: c.Notes}
	for _, p := range c.Finding.Places {
		out.Places = append(out.Places, Target{p.Ref, p.Heading, string(p.Form), confidence(p.Confidence), p.Because, p.Old})
	}
	return out, nil
}

func confidence(c float64) string {
	switch {
	case c >= 0.8:
		return "high"
	case c >= 0.5:
		return "medium"
	}
	return "low"
}

// Text tells a model what became of its finding.
func (o *CaptureOut) Text() string {
	var sb strings.Builder
	kept := "kept"
	if o.Again {
		kept = "was kept already"
	}
	fmt.Fprintf(&sb, "Finding F-%d %s (session %d). It is a proposal until a person approves it: do not speak of it as recorded.\n", o.ID, kept, o.Session)
	for i, p := range o.Places {
		lead := "it would go to"
		if i > 0 {
			lead = "or"
		}
		where := "[" + p.Ref + "] " + p.Heading
		if p.Ref == "" {
			where = "a new document"
		}
		fmt.Fprintf(&sb, "%s %s (%s, confidence %s): %s\n", lead, where, p.Form, p.Confidence, p.Because)
		if p.Old != "" {
			sb.WriteString("it would replace:\n" + quote(p.Ref, p.Old) + "\n")
		}
	}
	if len(o.Places) == 0 {
		sb.WriteString("No place was found for it: a person will decide.\n")
	}
	for _, n := range o.Notes {
		fmt.Fprintf(&sb, "note: %s\n", n)
	}
	return strings.TrimRight(sb.String(), "\n")
}

// Links are the places.
func (o *CaptureOut) Links() []Link {
	var refs []string
	for _, p := range o.Places {
		refs = append(refs, p.Ref)
	}
	return linksOf(refs...)
}
