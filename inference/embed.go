package inference

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"substrate/inference/route"
	"substrate/inference/wire"
)

// EmbedRequest asks for a vector for each input.
type EmbedRequest struct {
	Tier   string // "": routed
	Model  string // "": the tier's embed model
	Inputs []string
}

// Embeddings are vectors in the order of the inputs.
type Embeddings struct {
	Tier, Model string
	Vectors     [][]float32
	Timing      Sample
	Attempts    []Attempt
}

// Embed routes and asks. An input that does not fit the model's window is an error (wire.TooLong), never a vector of its
// beginning, where the server lets that be chosen. When a tier fails the next one with the same embed model is asked:
// vectors of another model cannot be compared.
func (c *Client) Embed(ctx context.Context, r EmbedRequest) (*Embeddings, error) {
	if len(r.Inputs) == 0 {
		return nil, errors.New("nothing to embed: give at least one input")
	}
	ctx, leave, err := c.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	d, err := c.decide(ctx, &Request{Task: route.Embed, Tier: r.Tier, Model: r.Model, Prompt: "-"}, route.Embed)
	if err != nil {
		return nil, outside(ctx, err)
	}
	var failed []Attempt
	order := order(d)
	for i, o := range order {
		if o.Model != d.Model && wire.KindOf(lastErr(failed)) != wire.Unsupported && r.Model == "" && !sameName(o.Model, d.Model) {
			continue
		}
		began := c.clock.Now()
		e, err := c.embed(ctx, c.byName[o.Tier], o.Model, r.Inputs, share(ctx, len(order)-i))
		if err == nil {
			e.Attempts = failed
			return e, nil
		}
		if ctx.Err() != nil {
			return nil, outside(ctx, err)
		}
		failed = append(failed, Attempt{Tier: o.Tier, Model: o.Model, Took: c.clock.Now().Sub(began), Err: err, Why: err.Error()})
	}
	return nil, &FailedError{Task: route.Embed, Attempts: failed}
}

func lastErr(list []Attempt) error {
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1].Err
}

// sameName compares model names without their tags' details: all-minilm and all-minilm:latest.
func sameName(a, b string) bool {
	return strings.TrimSuffix(a, ":latest") == strings.TrimSuffix(b, ":latest")
}

func (c *Client) embed(ctx context.Context, n *node, model string, inputs []string, share time.Duration) (*Embeddings, error) {
	start := c.clock.Now()
	n.mu.Lock()
	ok := n.brk.begin(start)
	why := n.health.Why
	n.mu.Unlock()
	if !ok {
		return nil, &wire.Error{Kind: wire.Unreachable, Op: "embed", URL: n.tier.URL, Model: model, Message: "held back after failures: " + why}
	}
	w, wctx := newWatch(ctx, c.clock, n.tier.FirstToken, n.tier.FirstToken, share)
	defer w.stop()
	s := Sample{At: start, Tier: n.tier.Name, Model: model, Kind: "embed", Task: string(route.Embed), Quant: n.quant(model)}
	waits := true
	got, err := func() (*wire.Embeddings, error) {
		release, err := n.slot(wctx)
		if err != nil {
			return nil, err
		}
		defer release()
		waits = false
		s.Queue = c.clock.Now().Sub(start)
		return n.srv.Embed(wctx, model, inputs)
	}()
	var late *lateError
	if err != nil && ctx.Err() == nil && errors.As(context.Cause(wctx), &late) {
		err = n.late("embed", model, late, waits)
	}
	if err != nil && ctx.Err() != nil {
		n.mu.Lock()
		n.brk.end()
		n.mu.Unlock()
		return nil, err
	}
	n.note(err, true)
	s.Total = c.clock.Now().Sub(start)
	if err != nil {
		if wire.KindOf(err) == wire.Unsupported {
			n.mu.Lock()
			n.noEmbed = true
			n.mu.Unlock()
		}
		s.Err = string(wire.KindOf(err))
		c.keep(ctx, s)
		return nil, err
	}
	s.PromptTokens, s.Load = got.PromptTokens, got.Load
	if s.PromptTime = got.Total - got.Load; got.Total == 0 {
		s.PromptTime, s.ClientTimed = s.Total-s.Queue, true
	}
	s.FirstToken = s.Total
	c.keep(ctx, s)
	return &Embeddings{Tier: n.tier.Name, Model: model, Vectors: got.Vectors, Timing: s}, nil
}

// ClassifyRequest asks for one label for a text.
type ClassifyRequest struct {
	Text   string
	Labels []string
	Hint   string // what the labels mean; optional
	Tier   string // "": routed to a tier that is good at it
	Model  string
}

// Classification is a label and who gave it.
type Classification struct {
	Label       string
	Raw         string // the model's own words
	Tier, Model string
	Timing      Sample
}

// Classify asks a small model for one of the labels. An answer that is none of them is an error with the answer in it,
// never a guess.
func (c *Client) Classify(ctx context.Context, r ClassifyRequest) (*Classification, error) {
	if len(r.Labels) < 2 {
		return nil, fmt.Errorf("%d labels to choose from: give at least two", len(r.Labels))
	}
	sys := "You put exactly one label on a text. Answer with the label alone, nothing else. Labels: " + strings.Join(r.Labels, ", ") + "."
	if r.Hint != "" {
		sys += " " + r.Hint + "."
	}
	zero := 0.0
	reply, err := c.Chat(ctx, Request{Task: route.Classify, Tier: r.Tier, Model: r.Model, MaxTokens: 16, Temperature: &zero,
		Messages: []Message{{Role: "system", Content: sys}, {Role: "user", Content: "Text:\n" + r.Text + "\n\nLabel:"}}}, nil)
	if err != nil {
		return nil, err
	}
	label, ok := findLabel(reply.Text, r.Labels)
	if !ok {
		return nil, fmt.Errorf("tier %q (model %q) answered %q, which is none of %q", reply.Tier, reply.Model, strings.TrimSpace(reply.Text), r.Labels)
	}
	return &Classification{Label: label, Raw: reply.Text, Tier: reply.Tier, Model: reply.Model, Timing: reply.Timing}, nil
}

// findLabel finds the one label that an answer names; two different ones are none.
func findLabel(answer string, labels []string) (string, bool) {
	norm := func(s string) string { return strings.ToLower(strings.Trim(strings.TrimSpace(s), ".,:;!?\"'`*()[]")) }
	a := norm(answer)
	for _, l := range labels {
		if a == norm(l) {
			return l, true
		}
	}
	found := ""
	words := " " + strings.Join(strings.FieldsFunc(a, func(r rune) bool { return strings.ContainsRune(" \t\n.,:;!?\"'`*()[]", r) }), " ") + " "
	for _, l := range labels {
		if strings.Contains(words, " "+norm(l)+" ") {
			if found != "" {
				return "", false
			}
			found = l
		}
	}
	return found, found != ""
}
