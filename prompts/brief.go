package prompts

import (
	"bytes"
	"fmt"
	"strings"
	"text/template"
)

// briefBudget is what a brief may cost when neither options nor tier say, in tokens.
const briefBudget = 2000

var briefPage = template.Must(template.ParseFS(words, "words/brief.md.tmpl"))

// Brief writes the pack that a session starts with: what the library is, the rules, the current versions, what changed since
// Facts.Since, open drift, and the top of the priorities. It has short sentences in every tier, and costs 2,000 tokens at most
// unless options or tier say otherwise. Options.Template is for [Render] only and not looked at.
//
// Errors are those of [Render].
func Brief(f Facts, o Options) (Prompt, error) {
	t, format, err := o.settle()
	if err != nil {
		return Prompt{}, err
	}
	s, err := ready(f)
	if err != nil {
		return Prompt{}, err
	}
	if t.budget == 0 {
		t.budget = briefBudget
	}
	t.words = smallTier.words
	since, ref := clean(f.Since, longestTitle), cite(f.PrioritiesRef)
	j := job{facts: f, state: s, tier: t, format: format, order: briefOrder, never: "the rules of authority, the form of citations and the headings"}
	j.write = func(l levels) (content, error) { return briefContent(s, l, since, ref), nil }
	return j.run()
}

// briefContent is the brief as Markdown, with so much left out.
func briefContent(s *state, l levels, since, ref string) content {
	v := s.view(l)
	v.PrioritiesRef = ref
	cut := cuts(briefOrder, l, s.all())
	v.Cuts = cutLines(cut)
	words := smallTier.words
	told := v.say(words, "cut")
	page := struct{ Library, What, Waiting, Rules, Citation, Shelf, Since, Changed, Drift, Priorities, Owner, Cut string }{
		Library: s.library, What: v.say(words, "what"), Waiting: s.waiting(), Rules: v.say(words, "rules"), Citation: v.say(words, "citation"), Shelf: v.say(words, "shelf"),
		Since: since, Changed: v.say(words, "changed"), Drift: v.say(words, "drift"), Priorities: v.say(words, "priorities"), Cut: told,
	}
	if l[shedOwner] == 0 {
		page.Owner = s.owner
	}
	var b bytes.Buffer
	if err := briefPage.Execute(&b, page); err != nil {
		panic("prompts: wording of the brief: " + err.Error()) // ours, and tested
	}
	return content{text: strings.TrimSpace(b.String()), cut: cut, told: told}
}

// mostWaiting is how many findings head a brief.
const mostWaiting = 5

// waiting lists findings without a place, and what is to be done about them.
func (s *state) waiting() string {
	if len(s.pending) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("Kept by earlier sessions, and nobody said yet where they belong. Settle them with the person you work for, or with capture and a target.\n")
	for i, f := range s.pending {
		if i == mostWaiting {
			fmt.Fprintf(&b, "\n- and %d more", len(s.pending)-i)
			break
		}
		b.WriteString("\n- " + f)
	}
	return b.String()
}
