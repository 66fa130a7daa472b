package prompts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Prompt is a text for a language model, with what tells it from others.
type Prompt struct {
	// Text is the whole, in Format, with a last line that tells version, hash, cascade and time.
	Text   string
	Format Format
	// Version is Facts.Version.
	Version int
	// Hash is the first 12 hexadecimal digits of the SHA-256 of the content as Markdown: without version, cascade, revision and
	// time, so that the same rules, shelf and drift have the same hash, whatever else happened. Budget and tier change what is
	// said and therefore the hash; the format does not.
	Hash string
	// Tokens is what Text costs by [Tokens]; Budget is what it was held to, 0 for none.
	Tokens, Budget int
	// Sections are the content, as Markdown; [Diff] compares them.
	Sections []Section
	// Cut is what was left out.
	Cut []Cut
	// Added are the fields that a person's template leaves out and that were put at its end.
	Added []string
	// Warnings are the words of documents that speak to a language model; they were withheld.
	Warnings []Warning
}

// Section is a part of a prompt under one heading.
type Section struct {
	Heading string `json:"heading"` // "" for text before the first heading
	Text    string `json:"text"`
}

const defaultName = "system.md.tmpl"

// DefaultTemplate is the template that Render uses when Options have none: the text to start from for one of one's own.
func DefaultTemplate() string {
	raw, _ := words.ReadFile("words/" + defaultName) // it is embedded
	return string(raw)
}

// Render writes the system prompt of a library.
//
// Errors: a [*BudgetError] when the budget is too small for what is never shed, a [*TemplateError] when a person's template is
// wrong, and plain ones for facts and options that cannot be right.
func Render(f Facts, o Options) (Prompt, error) {
	t, format, err := o.settle()
	if err != nil {
		return Prompt{}, err
	}
	s, err := ready(f)
	if err != nil {
		return Prompt{}, err
	}
	page, err := readPage(o)
	if err != nil {
		return Prompt{}, err
	}
	j := job{facts: f, state: s, tier: t, format: format, order: systemOrder, never: "the rules of authority and the form of citations"}
	if o.Template != "" {
		j.never += ", with the template's own words,"
	}
	j.write = func(l levels) (content, error) {
		return systemContent(s, t, l, page)
	}
	return j.run()
}

// systemContent is the system prompt as Markdown, with so much left out.
func systemContent(s *state, t tier, l levels, page page) (content, error) {
	all := s.all()
	all[shedWording] = 1
	if l[shedWording] > 0 {
		t.words = smallTier.words
	}
	cut := cuts(systemOrder, l, all)
	v := s.view(l)
	v.Cuts = cutLines(cut)
	fields := Fields{
		Library: s.library, Rules: v.say(t.words, "rules"), Shelf: v.say(t.words, "shelf"), Drift: v.say(t.words, "drift"),
		Absent: v.say(t.words, "absent"), Citation: v.say(t.words, "citation"), Cut: v.say(t.words, "cut"),
		Epochs: v.Epochs, Documents: v.Documents, Entries: v.Entries, Gone: v.Gone,
	}
	if l[shedRole] == 0 {
		fields.Role = v.say(t.words, "role")
	}
	if l[shedUnknown] == 0 {
		fields.Unknown = v.say(t.words, "unknown")
	}
	if l[shedEnding] == 0 {
		fields.Ending = v.say(t.words, "ending")
	}
	if l[shedOwner] == 0 {
		fields.Owner = s.owner
	}
	text, err := page.write(fields)
	if err != nil {
		return content{}, err
	}
	c := content{text: join(split(closed(text))), cut: cut, told: fields.Cut}
	for _, must := range []struct{ field, heading, text string }{
		{"Rules", "Rules of authority", fields.Rules}, {"Citation", "How to cite", fields.Citation}, {"Cut", "Left out of this prompt", fields.Cut},
	} {
		if must.text != "" && !strings.Contains(c.text, must.text) {
			c.text += "\n\n## " + must.heading + "\n\n" + must.text
			c.added = append(c.added, must.field)
		}
	}
	return c, nil
}

// content is a text before it is formatted.
type content struct {
	text  string
	cut   []Cut
	told  string // the same in words, as the text has it
	added []string
}

// job is one text on its way through the budget.
type job struct {
	facts  Facts
	state  *state
	tier   tier
	format Format
	order  []shed
	never  string // what is left when all that may go is gone
	write  func(levels) (content, error)
}

func (j job) run() (Prompt, error) {
	all := j.state.all()
	if j.tier.words == smallTier.words {
		all[shedWording] = 0
	}
	var start levels
	if j.tier.sparing {
		start[shedReasons] = all[shedReasons]
	}
	if j.tier.terse {
		start[shedOtherReasons], start[shedGoneReasons] = all[shedOtherReasons], all[shedGoneReasons]
	}
	start = only(j.order, start)
	l, err := fit(j.order, all, start, j.tier.budget, func(l levels) (int, error) {
		p, err := j.prompt(l)
		return p.Tokens, err
	})
	if low, ok := err.(*BudgetError); ok {
		low.What = j.never
	}
	if err != nil {
		return Prompt{}, err
	}
	return j.prompt(l)
}

// only keeps the levels of what the order may shed.
func only(order []shed, l levels) levels {
	var out levels
	for _, k := range order {
		out[k] = l[k]
	}
	return out
}

func (j job) prompt(l levels) (Prompt, error) {
	c, err := j.write(l)
	if err != nil {
		return Prompt{}, err
	}
	sections := split(c.text)
	body := join(sections)
	sum := sha256.Sum256([]byte(body))
	p := Prompt{
		Format: j.format, Version: j.facts.Version, Hash: hex.EncodeToString(sum[:])[:12], Budget: j.tier.budget,
		Sections: sections, Cut: c.cut, Added: c.added, Warnings: j.state.warnings,
	}
	p.Text = format(p, body, c.told, j.state.library, j.facts)
	p.Tokens = Tokens(p.Text)
	return p, nil
}

// stamp is the last line: which prompt this is. It stands last so that the text before it stays the same from one rendering to
// the next, and whoever caches prompts by their beginning keeps what they have.
func (p Prompt) stamp(f Facts) string {
	var parts []string
	if p.Version > 0 {
		parts = append(parts, fmt.Sprintf("version %d", p.Version))
	}
	parts = append(parts, "hash "+p.Hash)
	if f.Cascade > 0 {
		parts = append(parts, fmt.Sprintf("cascade %d", f.Cascade))
	}
	if f.Revision > 0 {
		parts = append(parts, fmt.Sprintf("revision %d", f.Revision))
	}
	if !f.Generated.IsZero() {
		parts = append(parts, "generated "+f.Generated.UTC().Format(time.RFC3339))
	}
	return "This text: " + strings.Join(parts, " · ")
}
