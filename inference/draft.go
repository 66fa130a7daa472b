package inference

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"substrate/inference/route"
)

// Drafting lets a small tier draft and a stronger one accept or correct.
type Drafting struct {
	Request Request // as it would be sent to the strong tier alone
	Draft   string  // tier that drafts
	Verify  string  // tier that verifies
	// Check finds what is wrong with an answer without a model: citations that do not exist, values that differ. Each
	// problem is a sentence for the verifying model. nil: none.
	Check func(answer string) []string
}

// Drafted is a verified answer and what it cost.
type Drafted struct {
	Text     string   `json:"text"`
	Accepted bool     `json:"accepted"` // the draft stands as it was
	Problems []string `json:"problems"` // what Check still finds in Text
	Draft    *Reply   `json:"draft"`
	Verdict  *Reply   `json:"verdict"`
	Saved    Saving   `json:"saved"`
}

// Saving compares with the strong tier alone. What it would have taken is estimated from its measured rates; Known is
// false while these are not measured, and the times are then zero. Negative figures are a loss.
type Saving struct {
	StrongTokens int           `json:"strong_tokens"` // that the strong tier generated
	AloneTokens  int           `json:"alone_tokens"`  // that it would have: those of the final answer
	Took         time.Duration `json:"took"`
	Alone        time.Duration `json:"alone"`
	Known        bool          `json:"known"`
}

// Tokens is how many generated tokens the strong tier was spared.
func (s Saving) Tokens() int { return s.AloneTokens - s.StrongTokens }

// Time is how much sooner the answer was there.
func (s Saving) Time() time.Duration {
	if !s.Known {
		return 0
	}
	return s.Alone - s.Took
}

const acceptWord = "ACCEPT"

// DraftAndVerify lets one tier draft and another accept the draft or write it anew. The draft streams into nothing; a
// correction streams into each as it comes, an accepted draft at once.
func (c *Client) DraftAndVerify(ctx context.Context, d Drafting, each func(Chunk) error) (*Drafted, error) {
	if d.Draft == d.Verify {
		return nil, fmt.Errorf("draft and verify name the same tier %q: name two", d.Draft)
	}
	if len(d.Request.Messages) == 0 {
		return nil, errors.New("the request has no messages: drafting needs a conversation")
	}
	for _, t := range []string{d.Draft, d.Verify} {
		if _, err := c.node(t); err != nil {
			return nil, err
		}
	}
	start := c.clock.Now()
	r := d.Request
	r.Tier, r.Model = d.Draft, ""
	draft, err := c.Chat(ctx, r, nil)
	if err != nil {
		return nil, fmt.Errorf("drafting: %w", err)
	}
	var problems []string
	if d.Check != nil {
		problems = d.Check(draft.Text)
	}
	v := d.Request
	v.Tier, v.Model = d.Verify, ""
	v.Messages = append(append([]Message(nil), d.Request.Messages...),
		Message{Role: "assistant", Content: draft.Text}, Message{Role: "user", Content: verdictPrompt(problems)})
	g := gate{each: each}
	verdict, err := c.Chat(ctx, v, g.take)
	if err != nil {
		return nil, fmt.Errorf("verifying: %w", err)
	}
	out := &Drafted{Draft: draft, Verdict: verdict, Text: verdict.Text}
	switch {
	case strings.TrimSpace(verdict.Text) == "":
		return nil, fmt.Errorf("verifying: tier %q answered nothing; the draft was %q", d.Verify, draft.Text)
	case accepts(verdict.Text):
		// A model does not overrule the checks: its word for a draft with problems leaves the problems standing.
		out.Accepted, out.Text = len(problems) == 0, draft.Text
		if each != nil {
			if err := each(Chunk{Text: draft.Text}); err != nil {
				return nil, &AbandonedError{err}
			}
		}
	default:
		if err := g.flush(); err != nil {
			return nil, err
		}
	}
	if d.Check != nil {
		out.Problems = d.Check(out.Text)
	}
	out.Saved = c.saving(d, out, c.clock.Now().Sub(start))
	return out, nil
}

func verdictPrompt(problems []string) string {
	var b strings.Builder
	b.WriteString("Check the answer above against the passages given. ")
	if len(problems) == 0 {
		b.WriteString("If every statement is supported and nothing asked for is missing, reply with the single word " + acceptWord + ". Otherwise write the corrected answer in full and nothing else.")
		return b.String()
	}
	b.WriteString("These faults were found in it:\n")
	for _, p := range problems {
		b.WriteString("- " + p + "\n")
	}
	b.WriteString("Write the corrected answer in full and nothing else.")
	return b.String()
}

// accepts says whether a verdict is an acceptance: the word alone, or in capitals with a remark behind it, as small
// models like to add one.
func accepts(s string) bool {
	s = strings.TrimLeft(s, verdictMarks)
	if strings.EqualFold(strings.TrimRight(s, verdictMarks+".!"), acceptWord) || strings.EqualFold(strings.TrimRight(s, verdictMarks+".!"), acceptWord+"ED") {
		return true
	}
	rest, ok := strings.CutPrefix(s, acceptWord)
	rest = strings.TrimPrefix(rest, "ED")
	return ok && rest != "" && strings.ContainsRune(".!:,;*\n", rune(rest[0]))
}

const verdictMarks = " \t\n\r\"'`*"

// gate holds a verdict back until it is plain that it is a correction and no acceptance.
type gate struct {
	each func(Chunk) error
	held strings.Builder
	sent bool
}

func (g *gate) take(k Chunk) error {
	if g.each == nil {
		return nil
	}
	if g.sent {
		return g.each(k)
	}
	g.held.WriteString(k.Text)
	s := strings.TrimLeft(g.held.String(), verdictMarks)
	if accepts(s) || len(s) <= len(acceptWord)+2 && strings.HasPrefix(acceptWord+"ED", strings.ToUpper(s)) {
		return nil
	}
	return g.flush()
}

func (g *gate) flush() error {
	if g.each == nil || g.sent {
		return nil
	}
	g.sent = true
	if err := g.each(Chunk{Text: g.held.String()}); err != nil {
		return &AbandonedError{err}
	}
	return nil
}

func (c *Client) saving(d Drafting, out *Drafted, took time.Duration) Saving {
	strong := c.byName[d.Verify]
	model := strong.tier.Model(taskOf(d.Request))
	sp := c.speeds.Of(d.Verify, model)
	s := Saving{StrongTokens: out.Verdict.Usage.Output, Took: took}
	s.AloneTokens = out.Draft.Usage.Output
	if !out.Accepted {
		s.AloneTokens = out.Verdict.Usage.Output
	}
	if sp.PromptRate > 0 && sp.OutputRate > 0 {
		prompt := strong.estimate(model, strong.withIdentity(d.Request.Messages))
		// The verdict's own count is nearer than the estimate, less what the draft added to it.
		if !out.Verdict.Usage.Estimated {
			prompt = max(min(prompt, out.Verdict.Usage.Prompt-out.Draft.Usage.Output), 1)
		}
		s.Known = true
		s.Alone = time.Duration((float64(prompt)/sp.PromptRate + float64(s.AloneTokens)/sp.OutputRate) * float64(time.Second))
	}
	return s
}

func taskOf(r Request) Task {
	if r.Task == "" || r.Task == route.Auto {
		return route.Chat
	}
	return r.Task
}
