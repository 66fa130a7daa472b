// Package ask answers a question out of the library by a model, and then holds the answer against what the model was given: every
// citation must have been in the pack, and every value must stand in the passages cited. A model's answer is worth what this
// check says of it.
//
// It is not for searching (package library) nor for talking to servers (package inference).
package ask

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"substrate/inference"
	"substrate/inference/budget"
	"substrate/inference/route"
	"substrate/library"
	"substrate/prompts"
)

// Finder is what is asked for passages.
type Finder interface {
	Search(ctx context.Context, query string, o library.SearchOptions) (*library.Found, error)
	SystemPrompt(ctx context.Context, o library.PromptOptions) (*prompts.Prompt, error)
}

// Model is what answers; an *inference.Client is one.
type Model interface {
	Decide(ctx context.Context, r inference.Request) (inference.Decision, error)
	Window(ctx context.Context, tier, model string) (inference.Window, error)
	Pack(ctx context.Context, tier, model string, parts []budget.Part, reserve int) (*budget.Packed, error)
	Chat(ctx context.Context, r inference.Request, each func(inference.Chunk) error) (*inference.Reply, error)
	DraftAndVerify(ctx context.Context, d inference.Drafting, each func(inference.Chunk) error) (*inference.Drafted, error)
}

// Options say who answers, and out of how much.
type Options struct {
	Limit         int            // passages at most
	Tier          string         // "": routed
	Task          inference.Task // "": reasoning over passages is chat
	Reserve       int            // tokens kept for the answer; 0: a quarter of the window, at most 1,024
	Draft, Verify string         // tiers: the first drafts, the second accepts or corrects
}

// Source is something that the model was given, or that did not fit.
type Source struct {
	ID       string `json:"id"` // a reference, or the ID of a drift entry
	Text     string `json:"text"`
	Title    string `json:"title,omitempty"`
	Standing string `json:"standing,omitempty"`
	Because  string `json:"because,omitempty"` // what the standing rests on; of what was cut: why
}

// Answer is what came of a question. The JSON form is stable.
type Answer struct {
	Question string `json:"question"`
	// Nothing tells that no passage was found; no model was asked then.
	Nothing bool   `json:"nothing"`
	Text    string `json:"text"`
	// Sentences are the answer's statements, each with what the check says of it; Sound that all of them hold.
	Sentences []Sentence `json:"sentences"`
	Lines     []Line     `json:"-"` // the same, laid out as the answer is
	Sound     bool       `json:"sound"`
	Pack      []Source   `json:"pack"`
	Cut       []Source   `json:"cut"`
	Tokens    int        `json:"tokens"` // of the prompt
	Window    int        `json:"window"`
	Prompt    string     `json:"-"` // as the model was given it
	// Short tells what of the library's system prompt had no room; "" when all of it was there.
	Short string `json:"short,omitempty"`

	Decision *inference.Decision `json:"decision,omitempty"`
	Timing   *inference.Sample   `json:"timing,omitempty"`
	Drafted  *inference.Drafted  `json:"drafted,omitempty"`
	Failed   []string            `json:"failed,omitempty"` // tiers that were tried in vain
	Notes    []string            `json:"notes,omitempty"`
}

// Ask searches, packs, asks and checks. What the model says goes to each as it comes, when each is not nil; it may
// turn out unsound only when the answer is whole.
func Ask(ctx context.Context, lib Finder, m Model, question string, o Options, each func(string)) (*Answer, error) {
	if strings.TrimSpace(question) == "" {
		return nil, errors.New("the question is empty: say what you want to know")
	}
	found, err := lib.Search(ctx, question, library.SearchOptions{Limit: max(o.Limit, 1)})
	if err != nil {
		return nil, err
	}
	a := &Answer{Question: question, Sentences: []Sentence{}, Pack: []Source{}, Cut: []Source{}, Notes: found.Notes}
	if len(found.Hits) == 0 && len(found.Drift) == 0 {
		a.Nothing, a.Sound = true, true
		a.Text = "No current version says anything about this."
		return a, nil
	}
	parts, sources := partsOf(found)
	if err := a.ask(ctx, lib, m, parts, sources, o, each); err != nil {
		return nil, err
	}
	a.Lines = Lay(a.Text, a.Pack)
	a.Sentences = statements(a.Lines)
	a.Sound = sound(a.Sentences)
	return a, nil
}

// ask goes to the tier that fits best, and to the next one when it fails before its first word: each has a window of its own, for
// which the pack is made anew.
func (a *Answer) ask(ctx context.Context, lib Finder, m Model, parts []budget.Part, sources map[string]Source, o Options, each func(string)) error {
	// A tier fits when what must not be cut fits its window; passages are packed into what is left.
	request := inference.Request{Task: o.Task, Tier: o.Tier, Messages: inference.Messages([]budget.Part{parts[0], parts[len(parts)-1]})}
	if o.Draft != "" {
		request.Tier = o.Verify
	}
	first, err := m.Decide(ctx, request)
	if err != nil {
		return err
	}
	type target struct{ tier, model string }
	list := []target{{first.Tier, first.Model}}
	if o.Tier == "" && o.Draft == "" {
		for _, x := range first.Others {
			if x.Next {
				list = append(list, target{x.Tier, x.Model})
			}
		}
	}
	var failed []error
	for _, t := range list {
		fit := t
		if o.Draft != "" {
			fit = target{o.Draft, ""} // a draft is made and verified out of one pack, and the draft's window is the smaller one
		}
		packed, note, err := pack(ctx, lib, m, fit.tier, fit.model, parts, o.Reserve)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", t.tier, err))
			continue
		}
		a.packed(packed, sources)
		a.Short = note
		request.Tier, request.Model, request.Messages, request.MaxTokens = t.tier, t.model, inference.Messages(packed.Parts), packed.Reserve
		if o.Tier == "" && o.Draft == "" {
			request.Chosen = chosen(first, t.tier, t.model)
		}
		err = a.answer(ctx, m, request, o, each)
		var none *inference.FailedError
		if errors.As(err, &none) {
			failed = append(failed, err)
			continue
		}
		for _, f := range failed {
			a.Failed = append(a.Failed, f.Error())
		}
		if a.Decision == nil {
			a.Decision = &first
		}
		return err
	}
	return errors.Join(failed...)
}

// chosen is a decision for the tier that the first choice named, or for one that came after it in vain.
func chosen(first inference.Decision, tier, model string) *inference.Decision {
	d := first
	if tier == first.Tier {
		return &d
	}
	d.Because = fmt.Sprintf("%s could not answer, and it was the next choice", first.Tier)
	d.Tier, d.Model, d.Others = tier, model, []route.Other{{Tier: first.Tier, Model: first.Model, WhyNot: "it was asked in vain"}}
	for _, x := range first.Others {
		if x.Tier != tier {
			d.Others = append(d.Others, x)
		}
	}
	return &d
}

func (a *Answer) answer(ctx context.Context, m Model, r inference.Request, o Options, each func(string)) error {
	tell := func(c inference.Chunk) error {
		if each != nil {
			each(c.Text)
		}
		return nil
	}
	if o.Draft != "" {
		d, err := m.DraftAndVerify(ctx, inference.Drafting{Request: r, Draft: o.Draft, Verify: o.Verify, Check: a.problems}, tell)
		if err != nil {
			return err
		}
		a.Text, a.Drafted = d.Text, d
		return nil
	}
	reply, err := m.Chat(ctx, r, tell)
	if err != nil {
		return err
	}
	a.Text, a.Decision, a.Timing = reply.Text, &reply.Decision, &reply.Timing
	a.Notes = append(a.Notes, reply.Warnings...)
	if reply.Reason == "length" {
		a.Notes = append(a.Notes, "the answer was cut off: its room was used up")
	}
	return nil
}

// problems are what a verifying model is told about a draft.
func (a *Answer) problems(text string) []string {
	var out []string
	for _, s := range Check(text, a.Pack) {
		if s.Support != Supported {
			out = append(out, fmt.Sprintf("%q: %s", s.Text, s.Because))
		}
	}
	return out
}
