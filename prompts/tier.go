package prompts

import (
	"fmt"
	"strconv"
	"strings"
)

// Format is how a prompt is written.
type Format string

// The formats. Text is Markdown without its marks.
const (
	Markdown Format = "markdown"
	Text     Format = "text"
	JSON     Format = "json"
)

// Options say how a prompt is written. The zero Options write everything, as Markdown.
type Options struct {
	// Budget is the most tokens the text may cost, by [Tokens], in its format. 0 is the tier's.
	Budget int
	// Tier is "small", "medium", "large", or a context window in tokens: "8192", "32k". "" is large.
	//   small:  short sentences, no reasons in the shelf, 1,200 tokens; windows up to 16k
	//   medium: full sentences, reasons only where a version is not authoritative, 4,000 tokens; windows up to 64k
	//   large:  everything, no limit; larger windows
	// A window also bounds the budget to a quarter of it, so that there is room for the work.
	Tier string
	// Format "" is Markdown.
	Format Format
	// Template is the text of a person's own template for the system prompt; "" is the one that [DefaultTemplate] shows.
	// It may be written in Go's text/template with the fields of [Fields]. TemplateName is how errors call it; "" is "system.md.tmpl".
	Template, TemplateName string
}

type tier struct {
	words   string // the templates with its wording
	sparing bool   // leaves the reasons of authoritative rows out
	terse   bool   // leaves all reasons out
	budget  int    // 0: none
}

var (
	smallTier  = tier{words: "small", sparing: true, terse: true, budget: 1200}
	mediumTier = tier{words: "full", sparing: true, budget: 4000}
	largeTier  = tier{words: "full"}
)

func readTier(s string) (tier, error) {
	name := strings.ToLower(strings.TrimSpace(s))
	switch name {
	case "", "large":
		return largeTier, nil
	case "medium":
		return mediumTier, nil
	case "small":
		return smallTier, nil
	}
	digits, factor := strings.ReplaceAll(strings.ReplaceAll(name, ",", ""), "_", ""), 1
	if d, ok := strings.CutSuffix(digits, "k"); ok {
		digits, factor = d, 1024
	} else if d, ok := strings.CutSuffix(digits, "m"); ok {
		digits, factor = d, 1024*1024
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n <= 0 || n > 1<<30 {
		return tier{}, fmt.Errorf("no tier %q; say small, medium, large or a context window such as 8192 or 32k", s)
	}
	window := n * factor
	t := largeTier
	if window <= 16*1024 {
		t = smallTier
	} else if window <= 64*1024 {
		t = mediumTier
	}
	if t.budget == 0 || window/4 < t.budget {
		t.budget = window / 4
	}
	return t, nil
}

// settle reads options into what Render and Brief work with.
func (o Options) settle() (tier, Format, error) {
	t, err := readTier(o.Tier)
	if err != nil {
		return t, "", err
	}
	if o.Budget < 0 {
		return t, "", fmt.Errorf("a budget of %d tokens is none; leave it out for the tier's", o.Budget)
	}
	if o.Budget > 0 {
		t.budget = o.Budget
	}
	switch o.Format {
	case "":
		return t, Markdown, nil
	case Markdown, Text, JSON:
		return t, o.Format, nil
	}
	return t, "", fmt.Errorf("no format %q; say text, markdown or json", o.Format)
}
