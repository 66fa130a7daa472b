package echo

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"substrate/corpus"
	"substrate/driftlog/change"
	"substrate/driftlog/claim"
	"substrate/driftlog/value"
)

// Changed is a value that a newer version changed.
type Changed struct {
	change.Value
	Document       corpus.Slug
	Title          string
	OldRef, NewRef string // of the sections
}

// Kind of a candidate.
type Kind string

// The kinds.
const (
	Echo     Kind = "echo"
	Conflict Kind = "conflict"
)

// Candidate is something that a person should look at.
type Candidate struct {
	Kind Kind `json:"kind"`
	// Ref and Text are where the doubtful words stand, and Value the value in them.
	Ref   string `json:"ref"`
	Text  string `json:"text"`
	Value string `json:"value"`
	// Other is the statement that speaks against it: of an echo the one that changed.
	Other      string `json:"other"`
	OtherText  string `json:"other_text"`
	OtherValue string `json:"other_value"`
	Old        string `json:"old,omitempty"` // ref of the older version that said what the echo says
	Because    string `json:"because"`

	Key, Anchor string `json:"-"`
	norm        string
}

// Echoes finds the claims of the pool that still repeat a value that was changed.
func Echoes(ctx context.Context, changes []Changed, p *Pool) ([]Candidate, error) {
	var out []Candidate
	seen := map[string]bool{}
	for _, ch := range changes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if reference.MatchString(ch.Old.Value.Text) || ch.Old.Aside != "" || ch.Old.Value.Kind == value.Date && ch.New.Value.Kind != value.Date {
			continue
		}
		list := p.Holding(ch.Old.Value)
		if ch.Old.Value.Kind == value.Words || ch.Old.Value.Kind == value.Name {
			list = append(list, p.Phrase(ch.Old.Value.Text)...)
		}
		for _, s := range list {
			because := p.repeats(ch, s)
			id := s.Ref + "\x00" + s.Unit.Text + "\x00" + ch.Old.Value.Norm
			if because == "" || seen[id] {
				continue
			}
			seen[id] = true
			out = append(out, Candidate{
				Kind: Echo, Ref: s.Ref, Text: s.Unit.Text, Value: s.Value.Text, Other: ch.NewRef, OtherText: ch.New.Unit.Text, OtherValue: ch.New.Value.Text,
				Old: ch.OldRef, Because: because, Key: s.Key, Anchor: s.Anchor, norm: ch.Old.Value.Norm,
			})
		}
	}
	return out, nil
}

// repeats says why a claim repeats what was changed; "" when it does not, or may be about something else.
func (p *Pool) repeats(ch Changed, s Said) string {
	if s.Document == ch.Document || s.Aside != "" || value.Agree(s.Value, ch.New.Value) && s.Value.Kind == ch.New.Value.Kind {
		return ""
	}
	if ch.Old.Value.Kind == value.Name && claim.Common(claim.Words(ch.Old.Value.Text), s.Above) > 0 {
		return "" // a document about somebody goes on speaking of them
	}
	if !telling(ch.Old.Value) && claim.Common(ch.Old.Local, s.Local) < 0.9 && claim.Common(ch.New.Local, s.Local) < 0.9 {
		return "" // near would say no; most of a common number's claims end here
	}
	l := claim.About(ch.Old, s.Claim)
	if n := claim.About(ch.New, s.Claim); n.Against == "" && (l.Against != "" || n.Cover > l.Cover) {
		l = n
	}
	if l.Against != "" || !near(l, ch.Old.Value, s.Unit.Form == claim.Prose) || p.has(s.Claim, ch.New.Value) {
		return ""
	}
	shared := sharedTerms(ch.Old.Local, s.Claim)
	if len(shared) == 0 {
		shared = sharedTerms(ch.New.Local, s.Claim)
	}
	return fmt.Sprintf("%s changed %s to %s; this still says %s about %s", ch.NewRef, ch.Old.Value.Text, ch.New.Value.Text, s.Value.Text, strings.Join(shared[:min(3, len(shared))], ", "))
}

// near says that two claims are close enough to be about one thing. A value that hardly anything else has (an address, a
// path, an identifier) speaks for itself more than a number does, and a bare number or a name says least.
func near(l claim.Likeness, v value.Value, prose bool) bool {
	switch {
	case telling(v):
		return l.Cover >= 0.4 && (l.Shared >= 1 || l.Strong >= 2) || l.Cover >= 0.6 || l.Shared >= 1 && l.Cover >= 0.3 && l.Back >= 0.45
	case v.Kind == value.Name && !digits.MatchString(v.Text) && prose:
		return l.Cover >= 0.75 && l.Back >= 0.6 && l.Shared >= 2
	case v.Kind == value.Number, v.Kind == value.Name, v.Kind == value.Words, v.Kind == value.State:
		return l.Cover >= 0.6 && l.Back >= 0.4 && l.Shared >= 1.5 || l.Cover >= 0.75 && l.Shared >= 1 && l.Back >= 0.3
	}
	switch {
	case l.Shared < 0.9:
		return false
	case l.Cover >= 0.55 && l.Back >= 0.25:
		return true
	case l.Cover >= 0.4 && l.Back >= 0.4, l.Shared >= 2.5 && l.Cover >= 0.35 && l.Back >= 0.6:
		return true
	}
	return l.Cover >= 0.35 && l.Strong >= 2 && l.Back >= 0.25
}

// reference is the number of an entry, a milestone, a ticket: lists of them grow, and do not drift.
var reference = regexp.MustCompile(`^[A-Z]{1,5}-?\d{1,4}$`)

var digits = regexp.MustCompile(`\d`)

func telling(v value.Value) bool {
	switch v.Kind {
	case value.Address:
		return !strings.Contains(v.Text, "/") || strings.Contains(v.Text, "://") // a network is many things' address
	case value.Path:
		return true
	case value.Name:
		return !reference.MatchString(v.Text) && (digits.MatchString(v.Text) || strings.ContainsAny(v.Text, "_-:."))
	case value.Version:
		return strings.Count(v.Norm, ".") >= 2
	case value.Number:
		return v.Amount >= 1000 && v.Amount != float64(int(v.Amount/100)*100) && !(v.Amount >= 1900 && v.Amount < 2100)
	}
	return false
}

func sharedTerms(a claim.Terms, c claim.Claim) []string {
	var out []string
	for _, t := range a.List() {
		if c.Local[t] > 0 || c.Rest[t] > 0 || c.Above[t] > 0 {
			out = append(out, t)
		}
	}
	return out
}

// Phrase finds units that hold words, as claims of these words.
func (p *Pool) Phrase(words string) []Said {
	if len(words) < 4 {
		return nil
	}
	low := strings.ToLower(words)
	if known, ok := p.found[low]; ok {
		return known
	}
	var out []Said
	defer func() { p.found[low] = out }()
	for _, i := range p.phrases {
		s := p.all[i]
		if s.Unit.Form == claim.Cell {
			continue // a cell is a value as a whole, or it is not
		}
		text := strings.ToLower(s.Unit.Text)
		at := strings.Index(text, low)
		if at < 0 || at > 0 && isWord(text[at-1]) || at+len(low) < len(text) && isWord(text[at+len(low)]) {
			continue
		}
		v := value.AsWords(words)
		v.Start, v.End = at, at+len(low)
		s.Value, s.Local = v, s.Unit.Around(at, at+len(low))
		s.Ready()
		out = append(out, s)
	}
	return out
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}
