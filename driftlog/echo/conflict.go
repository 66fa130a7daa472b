package echo

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"substrate/driftlog/claim"
	"substrate/driftlog/value"
)

// Conflicts finds claims of the pool that speak against fresh ones: two values of one sort about one thing. What known
// has as an echo is not told again.
func Conflicts(ctx context.Context, fresh []Said, p *Pool, known []Candidate) ([]Candidate, error) {
	var out []Candidate
	seen, echoes := map[string]bool{}, map[string]bool{}
	for _, k := range known {
		echoes[k.Ref+"\x00"+k.Text] = true
	}
	for _, a := range fresh {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if a.Aside != "" || !firm(a.Claim) || a.Local.Weight() < 1.9 {
			continue
		}
		best := map[string]match{} // by version: the claim that is most about the same
		agreed := map[string]float64{}
		for _, b := range p.About(a.Claim, 1.9, 60) {
			if b.Aside != "" || b.Unit == a.Unit || !firm(b.Claim) || sameSection(a, b) {
				continue
			}
			score, ok := same(a, b)
			if !ok {
				continue
			}
			if value.Agree(a.Value, b.Value) {
				agreed[b.Key] = max(agreed[b.Key], score)
				continue
			}
			if score > best[b.Key].score {
				best[b.Key] = match{b, score}
			}
		}
		for _, key := range slices.Sorted(maps.Keys(best)) {
			m := best[key]
			if agreed[key] >= m.score || p.has(m.Claim, a.Value) || p.has(a.Claim, m.Value) {
				continue
			}
			first, second := a, m.Said
			if first.Ref > second.Ref || first.Ref == second.Ref && first.Unit.Text > second.Unit.Text {
				first, second = second, first
			}
			id := first.Ref + "\x00" + first.Unit.Text + "\x00" + second.Ref + "\x00" + second.Unit.Text
			if seen[id] || echoes[first.Ref+"\x00"+first.Unit.Text] || echoes[second.Ref+"\x00"+second.Unit.Text] {
				continue
			}
			seen[id] = true
			out = append(out, Candidate{
				Kind: Conflict, Ref: first.Ref, Text: first.Unit.Text, Value: first.Value.Text, Other: second.Ref, OtherText: second.Unit.Text, OtherValue: second.Value.Text,
				Because: "both are current and speak of " + strings.Join(sharedTerms(first.Local, second.Claim), ", ") + "; no rule decides between them",
				Key:     first.Key, Anchor: first.Anchor, norm: first.Value.Norm,
			})
		}
	}
	return out, nil
}

type match struct {
	Said
	score float64
}

var bound = regexp.MustCompile(`(?i)\b(?:at most|at least|up to|no more than|not more than|no less than|less than|more than|under|over|below|above|minimum|maximum|max\.?|min\.?|within|limit(?:ed)?(?: to)?|exceeds?|longer than|shorter than|between)\s*(?:of\s*)?$`)

// firm says that a claim names a value of a thing, so that another value for it would contradict it. Names and words in
// running text do not: much can be said of a thing besides.
func firm(c claim.Claim) bool {
	switch c.Value.Kind {
	case value.Name, value.Words, value.Path, value.Address:
		return c.Key != "" || c.Cell > 0 && c.Unit.Form == claim.Cell && len(c.Unit.Cells) == 2
	case value.Number:
		return c.Key != "" || c.Cell > 0 || c.Local.Weight() >= 2
	case value.State, value.Date, value.Version:
		return c.Local.Weight() >= 2
	}
	return true
}

// same tells whether two claims are about one thing, and how surely.
func same(a, b Said) (float64, bool) {
	if !value.Comparable(a.Value, b.Value) || limit(a.Claim) != limit(b.Claim) {
		return 0, false
	}
	l := claim.About(a.Claim, b.Claim)
	if l.Against != "" {
		return 0, false
	}
	score := min(l.Cover, l.Back)
	row := sameRow(a.Claim, b.Claim)
	if row {
		score = max(score, 0.9)
	}
	if score < 0.7 || l.Shared < 1.9 {
		return 0, false
	}
	if a.Unit.Form == claim.Code && (a.Claim.Key == "" || a.Claim.Key != b.Claim.Key) || b.Unit.Form == claim.Code && b.Claim.Key != a.Claim.Key {
		return 0, false // a line of code is compared with its own setting only
	}
	if claim.Exclusive(a.Claim, b.Claim) || a.Value.Kind == value.Number && a.Claim.Key == "" && !counts(a.Claim, b.Claim) {
		return 0, false
	}
	if a.Document != b.Document && l.Strong < 2 && l.Shared < 2.9 && !row {
		return 0, false
	}
	return score, true
}

// sameRow says that two cells have one label, of more than one word, and one column.
func sameRow(a, b claim.Claim) bool {
	if a.Unit.Form != claim.Cell || b.Unit.Form != claim.Cell || a.Cell < 1 || b.Cell < 1 || a.Cell >= len(a.Unit.Header) || b.Cell >= len(b.Unit.Header) {
		return false
	}
	x, y := claim.Words(strings.Join(a.Unit.Cells[:min(a.Unit.Label(), a.Cell)], " · ")), claim.Words(strings.Join(b.Unit.Cells[:min(b.Unit.Label(), b.Cell)], " · "))
	h, k := claim.Words(a.Unit.Header[a.Cell]), claim.Words(b.Unit.Header[b.Cell])
	return x.Weight() >= 1.9 && claim.Common(x, y) >= 0.99*max(x.Weight(), y.Weight()) && (len(a.Unit.Cells) == 2 && len(b.Unit.Cells) == 2 || claim.Common(h, k) >= 0.99*max(h.Weight(), k.Weight()))
}

// counts says that two bare numbers count the same: the word behind both is one, or they are large and the word before them is
// ("port 9101"). A small number behind a word is a name: pump 2.
func counts(a, b claim.Claim) bool {
	if a.Cell > 0 || b.Cell > 0 {
		return a.Cell > 0 && b.Cell > 0
	}
	x, y := claim.Beside(a), claim.Beside(b)
	if x[0] != "" && x[0] == y[0] && a.Value.Amount < 1000 && !strings.Contains("is to of be at only", x[0]) {
		return false
	}
	return x[1] != "" && x[1] == y[1] || x[0] != "" && x[0] == y[0] && a.Value.Amount >= 1000 && b.Value.Amount >= 1000
}

func limit(c claim.Claim) bool {
	if c.Unit.Form == claim.Cell {
		return c.Cell >= 0 && c.Cell < len(c.Unit.Cells) && c.Value.Start <= len(c.Unit.Cells[c.Cell]) && bound.MatchString(c.Unit.Cells[c.Cell][:c.Value.Start])
	}
	return c.Value.Start <= len(c.Unit.Text) && bound.MatchString(c.Unit.Text[:c.Value.Start])
}

// sameSection says that two claims stand in one section: its rows differ because that is what they are for, and its sentences
// because whoever wrote them had both before the eyes.
func sameSection(a, b Said) bool { return a.Key == b.Key && a.Anchor == b.Anchor }

// Standing of a statement that was checked.
type Standing string

// What a library says about a statement.
const (
	Supported    Standing = "supported"
	Contradicted Standing = "contradicted"
	Unknown      Standing = "unknown"
)

// Found is a claim that speaks for or against a statement.
type Found struct {
	Said
	Agrees bool
	Score  float64
}

// Check finds what speaks for and against a statement, the surest first. The statement's own values are compared; one
// without values is supported by a unit that has nearly all of its words.
func Check(statement string, p *Pool) []Found {
	unit := &claim.Unit{Text: statement}
	asked := claim.Of(unit)
	var out []Found
	add := func(f Found) {
		for _, o := range out {
			if o.Ref == f.Ref && o.Unit.Text == f.Unit.Text && o.Agrees == f.Agrees {
				return
			}
		}
		out = append(out, f)
	}
	hard := 0
	for _, c := range asked {
		if c.Value.Kind == value.Name && len(asked) > 1 && hasHard(asked) {
			continue
		}
		hard++
		local := claim.Words(statement)
		for k := range claim.Words(c.Value.Text) {
			delete(local, k)
		}
		c.Local, c.Rest = local, claim.Words(statement)
		c.Ready()
		for _, s := range p.About(c, min(2, 0.6*c.Local.Weight()), 400) {
			if s.Aside != "" || !value.Comparable(c.Value, s.Value) {
				continue
			}
			l := claim.About(c, s.Claim)
			need := 0.6
			if value.Agree(c.Value, s.Value) {
				if l.Cover >= 0.5 {
					add(Found{s, true, l.Cover})
				}
				continue
			}
			if l.Cover >= need+0.1 && l.Against == "" && l.Back >= 0.3 && (firm(s.Claim) || s.Value.Kind != value.Name) && !p.has(s.Claim, c.Value) {
				add(Found{s, false, l.Cover * (0.5 + l.Back/2)})
			}
		}
	}
	if hard == 0 {
		words := claim.Words(statement)
		for _, i := range p.phrases {
			s := p.all[i]
			if s.Aside != "" {
				continue
			}
			if share := claim.Common(words, s.Rest) / max(words.Weight(), 1); share >= 0.85 {
				add(Found{s, true, share})
			}
		}
	}
	byScore(out)
	return out
}

func hasHard(list []claim.Claim) bool {
	for _, c := range list {
		if c.Value.Kind != value.Name {
			return true
		}
	}
	return false
}

func byScore(list []Found) {
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && list[j].Score > list[j-1].Score; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}

// Describe is one line for people.
func (c Candidate) Describe() string {
	if c.Kind == Echo {
		return fmt.Sprintf("%s still says %s; %s says %s now", c.Ref, c.Value, c.Other, c.OtherValue)
	}
	return fmt.Sprintf("%s says %s, %s says %s", c.Ref, c.Value, c.Other, c.OtherValue)
}
