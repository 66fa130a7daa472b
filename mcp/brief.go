package mcp

import (
	"context"
	"errors"

	"substrate/library"
	"substrate/prompts"
)

// BriefIn are the arguments of brief.
type BriefIn struct {
	Since  string `json:"since,omitempty" about:"tell what changed after this cascade or since this day: 7 or 2026-04-01"`
	Budget int    `json:"budget,omitempty"`
}

// BriefOut is the pack that a session starts with.
type BriefOut struct {
	Brief   string   `json:"brief"`
	Hash    string   `json:"hash"`
	Tokens  int      `json:"tokens"`
	LeftOut []string `json:"left_out,omitempty"`
}

var briefTool = define("brief", "Start of session",
	"Call this first in a session: what this library is, its rules of authority, current versions, what changed, open drift, what matters next.",
	lookup, brief)

func brief(ctx context.Context, l *library.Library, in BriefIn) (*BriefOut, error) {
	budget, err := budgetOf(in.Budget)
	if err != nil {
		return nil, err
	}
	p, err := l.Brief(ctx, library.PromptOptions{Budget: budget, Since: in.Since})
	var low *prompts.BudgetError
	if errors.As(err, &low) {
		return nil, mendf("%s", low)
	}
	if err != nil {
		return nil, err
	}
	out := &BriefOut{Brief: p.Text, Hash: p.Hash, Tokens: p.Tokens}
	for _, c := range p.Cut {
		out.LeftOut = append(out.LeftOut, c.What)
	}
	return out, nil
}

// Text is the brief itself.
func (o *BriefOut) Text() string { return o.Brief }

// Links are where what was left out stands.
func (o *BriefOut) Links() []Link {
	return []Link{{URI: libraryURI, Name: "library"}, {URI: driftURI, Name: "drift log"}}
}
