package mcp

import (
	"context"
	"fmt"
	"strings"

	"substrate/library"
)

// CheckIn are the arguments of check.
type CheckIn struct {
	Statement string `json:"statement" about:"one statement, with what it is about: GTT on Narnia is 8 GB" text:"long"`
	Budget    int    `json:"budget,omitempty"`
}

// CheckOut is what the library says about a statement.
type CheckOut struct {
	Statement string       `json:"statement"`
	Verdict   string       `json:"verdict"`
	Because   string       `json:"because"`
	For       []Witness    `json:"for"`
	Against   []Witness    `json:"against"`
	Drift     []Correction `json:"drift"`
	Searched  string       `json:"searched"`
	Notes     []string     `json:"notes,omitempty"`
	LeftOut   string       `json:"left_out,omitempty"`
}

// Witness is a passage for or against a statement.
type Witness struct {
	Ref      string `json:"ref"`
	Standing string `json:"standing"`
	Date     string `json:"date,omitempty"`
	Value    string `json:"value,omitempty"`
	Text     string `json:"text"`
	Warning  string `json:"warning,omitempty"`
	against  bool
}

var checkTool = define("check", "Check a statement",
	"Check one statement against the library: supported, contradicted, drifted, historical or unknown, each with refs. "+
		"Use it before stating a value from memory. Unknown means that nothing is recorded.",
	lookup, check)

func check(ctx context.Context, l *library.Library, in CheckIn) (*CheckOut, error) {
	budget, err := budgetOf(in.Budget)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(in.Statement) == "" {
		return nil, mendf("statement is empty; write one, such as \"retention is 45 days\"")
	}
	c, err := l.Check(ctx, in.Statement)
	if err != nil {
		return nil, err
	}
	out := &CheckOut{Statement: in.Statement, Verdict: c.Verdict, Because: c.Because, Drift: corrections(c.Drift), Searched: c.Searched, Notes: c.Notes}
	var all []Witness
	for i, list := range [][]library.Witness{c.For, c.Against} {
		for _, w := range list {
			all = append(all, Witness{Ref: w.Ref, Standing: string(w.Standing), Date: w.Date, Value: w.Value, Text: w.Text, Warning: warning(w.Ref, w.Text), against: i == 1})
		}
	}
	// The verdict stands without the last of its witnesses.
	_, out = fit(len(all), budget, func(n int) *CheckOut {
		c := *out
		c.For, c.Against = []Witness{}, []Witness{}
		for _, w := range all[:n] {
			if w.against {
				c.Against = append(c.Against, w)
			} else {
				c.For = append(c.For, w)
			}
		}
		if n < len(all) {
			c.LeftOut = count(len(all)-n, "further passage") + "; a larger budget shows them"
		}
		return &c
	})
	return out, nil
}

// Text tells a model the verdict first.
func (o *CheckOut) Text() string {
	var sb strings.Builder
	fmt.Fprintf(&sb, "%s: %q. %s\n", strings.ToUpper(o.Verdict), o.Statement, o.Because)
	sb.WriteString(correctionLines(o.Drift))
	for _, n := range o.Notes {
		fmt.Fprintf(&sb, "note: %s\n", n)
	}
	if len(o.For)+len(o.Against) > 0 {
		sb.WriteString(quoteNote + "\n")
	}
	for i, list := range [][]Witness{o.For, o.Against} {
		for _, w := range list {
			fmt.Fprintf(&sb, "%s [%s] %s\n", []string{"for", "against"}[i], w.Ref, dotted(w.Standing, w.Date, w.Value))
			if w.Warning != "" {
				sb.WriteString(w.Warning + "\n")
			}
			sb.WriteString(quote(w.Ref, w.Text) + "\n")
		}
	}
	if o.Verdict == "unknown" {
		fmt.Fprintf(&sb, "Searched: %s. Do not guess: say that nothing is recorded.\n", o.Searched)
	}
	if o.LeftOut != "" {
		fmt.Fprintf(&sb, "left out: %s\n", o.LeftOut)
	}
	return strings.TrimRight(sb.String(), "\n")
}

// Links are the first passages.
func (o *CheckOut) Links() []Link {
	var refs []string
	for _, w := range append(append([]Witness{}, o.For...), o.Against...) {
		refs = append(refs, w.Ref)
	}
	return linksOf(refs...)
}
