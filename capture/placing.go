package capture

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Candidate is a section that a finding may belong to, with what speaks for it. A caller that can search gathers them; which one
// it is, and how sure that is, is decided here.
type Candidate struct {
	Ref, Document, Heading string
	// Match is how well the section's words answer the finding's, about 1 for all of them; Cover is the share of the finding's
	// words, rare ones counting more, that stand in the section.
	Match, Cover float64
	// Weight is what those words weigh: 1 for one that no other passage has. How large the library is does not matter to it.
	Weight float64
	// Aside tells that the section is the document's bookkeeping, as its change log: what is said there speaks for the document, and
	// nothing is placed there.
	Aside bool
	// Worth is what the standing of its version counts: 1 for authoritative.
	Worth float64
	// Named tells that the finding names the document by a word of its title that few titles have.
	Named bool
	// Headed is the share of its own heading's words that the finding has: it speaks of what the section is called after.
	Headed float64
	// Trouble tells that the section, or the chapter it stands in, is about things that go wrong.
	Trouble bool
	// Tracker is a document of work to be done: it tells of facts only until they stand where they belong.
	Tracker bool
	// Old is a statement of the section that the finding says is not so, New how it would stand, Against how surely it is about the
	// same thing: 0 to 1. Says is a statement that says it already.
	Old, New string
	Against  float64
	Says     string
	// Cells are the row that a table of the section would gain.
	Cells  []string
	Table  string
	Filled int // how many cells besides the first
	// Siblings are the sections beside it under one heading, itself included; Parent is the ref of that heading, and LastSibling
	// that of the last of them.
	Siblings            int
	Parent, LastSibling string

	score float64
}

// How much each thing counts. They were set by reasoning and looked at on cases that are kept apart from those they are
// measured on; see fixtures/findings.
const (
	countNamed    = 0.20
	countHeaded   = 0.25
	countTrouble  = 0.12 // for a finding that tells of a failure
	countDocument = 0.30
	countAgainst  = 0.45
	countRow      = 0.15 // each cell that is filled, three at most
	countTracker  = 0.85

	// Below this, and with nothing else for it, a finding is about nothing that the library has. It is the share of its words that
	// stand in one place, times what those weigh: a long story shares a few plain words with anything, a short one may name one rare thing.
	foreign = 0.37
)

// failure matches words by which people tell that something went wrong.
var failure = regexp.MustCompile(`(?i)\b(?:fail\w*|errors?|hangs?|hung|refus\w+|crash\w*|broke\w*|dead|stuck|wrong|slow|crawl\w*|drops?|dropped|lost|leak\w*|missing|timed? ?out|times out|did(?:n't| not) (?:work|start|come|answer)|does(?:n't| not) (?:work|start|answer)|stopped|fired|symptoms?|locked? out|locks|jammed|overheat\w*|denied|rejected|bounced)\b`)

// trouble matches headings of chapters about such things.
var trouble = regexp.MustCompile(`(?i)troubleshoot|\bwrong\b|symptom|fault|error|problem|failure|known (?:limits|issues)|pitfall|incident|emergenc|when (?:it|something|things)|what to do if|recover|diagnos|deviation`)

// IsTrouble tells that a heading, or one of those above it, is about things that go wrong.
func IsTrouble(headings ...string) bool { return slices.ContainsFunc(headings, trouble.MatchString) }

// PlaceIn says where a finding would go among candidates, best first, at most three. None is a place too: the first is then a
// new document.
func PlaceIn(f Finding, list []Candidate) []Place {
	list = slices.Clone(list)
	best := ofDocuments(list)
	list = slices.DeleteFunc(list, func(c Candidate) bool { return c.Aside })
	top := 0.0
	for _, v := range best {
		top = max(top, v)
	}
	named := slices.ContainsFunc(list, func(c Candidate) bool { return c.Named })
	failing := failure.MatchString(f.Text)
	for i := range list {
		c := &list[i]
		against := c.Against
		if named && !c.Named {
			against *= 0.6 // another machine, another contract: perhaps not the same thing at all
		}
		c.score = min(c.Match, 1.2) + countAgainst*against
		if top > 0 {
			c.score += countDocument * best[c.Document] / top
		}
		if c.Named {
			c.score += countNamed
		} else if named {
			c.score -= countNamed / 4
		}
		c.score += countHeaded * c.Headed
		if c.Trouble && failing {
			c.score += countTrouble
		}
		c.score += countRow * float64(min(c.Filled, 3))
		if c.Tracker {
			c.score *= countTracker
		}
		c.score *= c.Worth
	}
	slices.SortStableFunc(list, func(a, b Candidate) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.Ref, b.Ref)) })
	if !slices.ContainsFunc(list[:min(5, len(list))], func(c Candidate) bool { return !c.foreign() }) {
		return append([]Place{nowhere(list)}, places(f, list, 2, 0.5)...)
	}
	return places(f, list, 3, 1)
}

// ofDocuments is how well each document matches: its three best sections together.
func ofDocuments(list []Candidate) map[string]float64 {
	all := map[string][]float64{}
	for _, c := range list {
		all[c.Document] = append(all[c.Document], c.Match*c.Worth)
	}
	out := map[string]float64{}
	for d, v := range all {
		slices.Sort(v)
		for _, x := range v[max(len(v)-3, 0):] {
			out[d] += x
		}
	}
	return out
}

// foreign tells that too little speaks for a section.
func (c *Candidate) foreign() bool {
	limit := foreign
	if c.Named {
		limit = foreign / 2
	}
	return c.Cover*c.Weight < limit && c.Against < 0.5 && c.Filled < 2
}

// nowhere is the answer that no document is about a finding.
func nowhere(list []Candidate) Place {
	cover, much := 0.0, 0.0
	for _, c := range list {
		cover, much = max(cover, c.Cover), max(much, c.Cover*c.Weight)
	}
	// Never sure: words that a document does not have may be other words for what it is about, and a person knows which.
	return Place{
		Form: NewDocument, Confidence: clamp(1-much/(2*foreign), 0.2, Sure-0.05),
		Because: fmt.Sprintf("no section holds more than %.0f %% of what it says", 100*cover),
	}
}

func places(f Finding, list []Candidate, most int, discount float64) []Place {
	var out []Place
	for i, c := range list {
		if i == most {
			break
		}
		p := Place{Ref: c.Ref, Heading: c.Heading, Form: Into, Confidence: discount * confidence(list, i), Because: because(c)}
		switch {
		case c.Old != "" && c.Against >= 0.4 && !c.Tracker:
			p.Form, p.Old, p.New = Replace, c.Old, c.New
		case len(c.Cells) > 0:
			p.Form, p.Cells, p.Table = Row, c.Cells, c.Table
		case i == 0 && isNew(f, list):
			p.Form, p.Ref = NewSection, c.LastSibling
			p.Because += fmt.Sprintf("; none of the %d sections there is about just this", c.Siblings)
		}
		out = append(out, p)
	}
	return out
}

// isNew tells that a finding belongs to a chapter rather than to one of its sections: it says something whole, and several sections of
// the chapter speak of it about as much as the best one.
func isNew(f Finding, list []Candidate) bool {
	c := list[0]
	if c.Siblings < 3 || c.LastSibling == "" || c.Cover > 0.6 || len(strings.Fields(f.Text)) < 12 && f.Evidence == "" {
		return false
	}
	return len(list) > 1 && list[1].Parent == c.Parent && list[1].score > 0.85*c.score && list[1].Match > 0.7*c.Match
}

// confidence is how sure the i-th place is: by how much of the finding stands there, and by how far the next place is behind.
func confidence(list []Candidate, i int) float64 {
	c := list[i]
	gap := c.score
	for k, o := range list {
		if k != i {
			gap = min(gap, c.score-o.score)
			break
		}
	}
	if i == 0 && len(list) > 1 {
		gap = c.score - list[1].score
	}
	margin := clamp(gap/max(c.score, 0.01), -1, 0.5)
	v := 0.15 + 0.55*min(c.Cover, 0.9) + 0.9*margin + 0.25*c.Against + 0.1*float64(min(c.Filled, 3))
	if c.Named {
		v += 0.05
	}
	return clamp(v, 0.02, 0.98)
}

func because(c Candidate) string {
	var parts []string
	if c.Old != "" && c.Against >= 0.4 {
		parts = append(parts, fmt.Sprintf("it says otherwise: %q", c.Old))
	}
	if c.Says != "" && c.Says != c.Old {
		parts = append(parts, fmt.Sprintf("it says so already: %q", c.Says))
	}
	parts = append(parts, fmt.Sprintf("%.0f %% of the finding's words, rare ones counting more, stand there", 100*c.Cover))
	if c.Named {
		parts = append(parts, "the finding names the document")
	}
	if len(c.Cells) > 0 {
		parts = append(parts, "a table there lists things of the kind")
	}
	return strings.Join(parts, "; ")
}

func clamp(v, low, high float64) float64 { return min(max(v, low), high) }
