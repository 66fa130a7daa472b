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
		if a.Aside != "" || !firm(a.Claim) || a.Wide().Weight() < 1.9 {
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
			id := first.Ref + "\x00" + first.Value.Norm + "\x00" + second.Ref + "\x00" + second.Value.Norm
			pair := first.Ref + "\x00" + first.Unit.Text + "\x00" + second.Ref + "\x00" + second.Unit.Text
			if seen[id] || seen[pair] || echoes[first.Ref+"\x00"+first.Unit.Text] || echoes[second.Ref+"\x00"+second.Unit.Text] {
				continue
			}
			seen[id], seen[pair] = true, true
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
	if !value.Comparable(a.Value, b.Value) || a.limit != b.limit {
		return 0, false
	}
	wide := claim.Wide(a.Claim, b.Claim)
	if wide < 1.9 {
		return 0, false
	}
	l := claim.About(a.Claim, b.Claim)
	if l.Against != "" {
		return 0, false
	}
	score := min(l.Cover, l.Back)
	row := a.row != "" && a.row == b.row
	if row {
		score = max(score, 0.9)
	}
	if !(score >= 0.7 && l.Shared >= 1.9) && !(wide >= 3.9 && l.Shared >= 0.9 && score >= 0.5 && max(l.Cover, l.Back) >= 0.8) {
		return 0, false
	}
	if a.Unit.Form == claim.Code && (a.Claim.Key == "" || a.Claim.Key != b.Claim.Key) || b.Unit.Form == claim.Code && b.Claim.Key != a.Claim.Key {
		return 0, false // a line of code is compared with its own setting only
	}
	if a.Document == b.Document && l.Strong < 2 {
		return 0, false // its sections are about different things, and say so in their headings only
	}
	if !row && a.Document != b.Document && l.Strong < 2 && a.Unit.Form != claim.Prose && b.Unit.Form != claim.Prose {
		return 0, false // two tables, two files: a label or a setting alone says little of whose it is
	}
	if claim.Exclusive(a.Claim, b.Claim) || a.Value.Kind == value.Number && (a.Claim.Key == "" || a.Claim.Key != b.Claim.Key) && !counts(a.Claim, b.Claim) {
		return 0, false
	}
	if a.Document != b.Document && l.Strong < 2 && max(l.Shared, wide-1) < 2.9 && !row {
		return 0, false
	}
	return score, true
}

// rowOf names row and column of a cell, when its label has more than one word; a table of two columns needs no header.
func rowOf(c claim.Claim) string {
	if c.Unit.Form != claim.Cell || c.Cell < 1 || c.Cell >= len(c.Unit.Header) {
		return ""
	}
	label := claim.Words(strings.Join(c.Unit.Cells[:min(c.Unit.Label(), c.Cell)], " · "))
	if label.Weight() < 1.9 {
		return ""
	}
	head := claim.Words(c.Unit.Header[c.Cell])
	return strings.Join(slices.Sorted(maps.Keys(label)), " ") + "|" + strings.Join(slices.Sorted(maps.Keys(head)), " ")
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

// Asked is a statement taken apart, to be held against any number of pools.
type Asked struct {
	wanted     []claim.Claim
	words, all claim.Terms // without the values, and with them
}

// Ask takes a statement apart.
func Ask(statement string) Asked {
	asked := claim.Of(&claim.Unit{Text: statement})
	var wanted []claim.Claim
	for _, soft := range []bool{false, true} {
		for _, c := range asked {
			if isSoft := c.Value.Kind == value.Name || c.Value.Kind == value.State; isSoft == soft {
				wanted = append(wanted, c)
			}
		}
		if len(wanted) > 0 {
			break
		}
	}
	words := claim.Words(statement)
	for i, c := range wanted {
		for k := range claim.Words(c.Value.Text) {
			delete(words, k)
		}
		wanted[i].Local = words
	}
	for i := range wanted {
		wanted[i].Rest = words
		wanted[i].Ready()
	}
	return Asked{wanted, words, claim.Words(statement)}
}

// Check finds what speaks for and against a statement, the surest first. A unit speaks for it that has its values, and against it
// that has another value of the sort in the place of one. A statement without values is supported by a unit that has
// nearly all of its words.
func Check(statement string, p *Pool) []Found { return Ask(statement).Check(p) }

// Check is like the function.
func (a Asked) Check(p *Pool) []Found {
	units := map[*claim.Unit][]Said{}
	var order []*claim.Unit
	for i := range a.wanted {
		for _, s := range p.About(a.wanted[i], min(2, 0.5*a.words.Weight()), 400) {
			if s.Aside == "" {
				if units[s.Unit] == nil {
					order = append(order, s.Unit)
				}
				units[s.Unit] = append(units[s.Unit], s)
			}
		}
	}
	var out []Found
	for _, u := range order {
		if f, ok := judge(a.wanted, units[u]); ok {
			out = append(out, f)
		}
	}
	if len(a.wanted) == 0 || a.wanted[0].Value.Kind == value.Name || a.wanted[0].Value.Kind == value.State {
		for _, i := range p.phrases {
			s := p.all[i]
			if s.Aside != "" || units[s.Unit] != nil {
				continue
			}
			if share := claim.Common(a.all, s.Rest) / max(a.all.Weight(), 1); share >= 0.85 {
				out = append(out, Found{s, true, share})
			}
		}
	}
	byScore(out)
	return out
}

// judge holds the claims of one unit against the values asked for.
func judge(wanted []claim.Claim, list []Said) (Found, bool) {
	agree, against := Found{}, Found{}
	yes, no := false, false
	for _, c := range wanted {
		hit, other := Found{}, Found{}
		for _, s := range list {
			if !value.Comparable(c.Value, s.Value) {
				continue
			}
			l := claim.About(c, s.Claim)
			if value.Agree(c.Value, s.Value) {
				if l.Cover >= 0.5 && l.Cover > hit.Score {
					hit = Found{s, true, l.Cover}
				}
				continue
			}
			taken := false
			for _, w := range wanted {
				taken = taken || value.Agree(w.Value, s.Value)
			}
			if score := l.Cover * (0.5 + l.Back/2); !taken && l.Cover >= 0.6 && l.Against == "" && (l.Back >= 0.3 || l.Cover >= 0.9) && score > other.Score {
				other = Found{s, false, score}
			}
		}
		switch {
		case hit.Score > 0:
			yes = true
			if hit.Score > agree.Score {
				agree = hit
			}
		case other.Score > 0:
			no = true
			if other.Score > against.Score {
				against = other
			}
		}
	}
	switch {
	case no:
		return against, true
	case yes:
		return agree, true
	}
	return Found{}, false
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
