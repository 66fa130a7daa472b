package inference

import (
	"context"
	"fmt"
	"strings"
	"time"

	"substrate/inference/budget"
	"substrate/inference/route"
	"substrate/inference/wire"
)

// Window is how many tokens prompt and answer share.
type Window struct {
	Tokens int    `json:"tokens"`
	Max    int    `json:"max,omitempty"` // what the model was trained for; 0: not said
	Source string `json:"source"`        // who says so
}

// ollamaDefault is what is asked of an Ollama that tells nothing: the smallest default that its versions had was 2,048,
// and a model loaded at that can be reloaded with this.
const ollamaDefault = 4096

// detailsAge is how long details are believed; a model can be reloaded with another window at any time.
const detailsAge = time.Minute

// Window asks the tier's server for the window of a model. "" is the tier's chat model. It is an error when nobody can
// say: it names the field to set.
func (c *Client) Window(ctx context.Context, tier, model string) (Window, error) {
	ctx, leave, err := c.enter(ctx)
	if err != nil {
		return Window{}, err
	}
	defer leave()
	n, model, err := c.named(tier, model, route.Chat)
	if err != nil {
		return Window{}, err
	}
	return c.window(ctx, n, model)
}

func (c *Client) named(tier, model string, task Task) (*node, string, error) {
	n, err := c.node(tier)
	if err != nil {
		return nil, "", err
	}
	if model == "" {
		model = n.tier.Model(task)
	}
	if model == "" {
		return nil, "", fmt.Errorf("tier %q has no model for %q: add it under models", tier, task)
	}
	return n, model, nil
}

func (c *Client) window(ctx context.Context, n *node, model string) (Window, error) {
	if n.tier.Context > 0 && !n.feat.SetsWindow {
		return Window{Tokens: n.tier.Context, Source: "configured"}, nil
	}
	if n.feat.FixedWindow > 0 {
		return Window{Tokens: n.feat.FixedWindow, Max: n.feat.FixedWindow, Source: "compiled into the model"}, nil
	}
	d, err := c.details(ctx, n, model)
	if err != nil {
		if n.tier.Context > 0 && wire.KindOf(err) != wire.NotFound {
			return Window{Tokens: n.tier.Context, Source: "configured"}, nil
		}
		return Window{}, err
	}
	return windowOf(n, model, d)
}

func windowOf(n *node, model string, d *wire.Details) (Window, error) {
	w := Window{Tokens: d.Window, Max: d.MaxWindow, Source: d.WindowSource}
	switch {
	case n.tier.Context > 0:
		w.Tokens, w.Source = n.tier.Context, "configured"
	case w.Tokens == 0 && n.feat.SetsWindow:
		w.Tokens, w.Source = ollamaDefault, "asked for with each request"
	case w.Tokens == 0:
		return w, fmt.Errorf("the server of tier %q does not tell the window of %q: set context in the tier", n.tier.Name, model)
	}
	if w.Max > 0 && w.Tokens > w.Max {
		w.Tokens = w.Max
		w.Source += fmt.Sprintf(", but the model was trained for %d", w.Max)
	}
	return w, nil
}

// details asks the server, or remembers for a minute.
func (c *Client) details(ctx context.Context, n *node, model string) (*wire.Details, error) {
	n.mu.Lock()
	m := n.model(model)
	if m.details != nil && n.clock.Now().Sub(m.asked) < detailsAge {
		d := m.details
		n.mu.Unlock()
		return d, nil
	}
	n.mu.Unlock()
	d, err := n.srv.Details(ctx, model)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	m = n.model(model)
	m.details, m.asked = d, n.clock.Now()
	if d.Vocab > 0 {
		m.est.SetVocab(d.Vocab)
	}
	return d, nil
}

// forget makes the next question go to the server: what was known proved wrong.
func (n *node) forget(model string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.model(model).details = nil
}

// Counted is a number of tokens and whose it is.
type Counted struct {
	Tokens int  `json:"tokens"`
	Exact  bool `json:"exact"` // by the server's tokenizer; else estimated from above
}

// Room for what a chat template puts around messages, where the server cannot count with it.
const (
	templateTokens = 32
	perMessage     = 12
	perImage       = 1200
)

// Count counts messages as the tier's model would see them, template included.
func (c *Client) Count(ctx context.Context, tier, model string, msgs []Message) (Counted, error) {
	ctx, leave, err := c.enter(ctx)
	if err != nil {
		return Counted{}, err
	}
	defer leave()
	n, model, err := c.named(tier, model, route.Chat)
	if err != nil {
		return Counted{}, err
	}
	return c.count(ctx, n, model, msgs)
}

// CountText counts a text alone.
func (c *Client) CountText(ctx context.Context, tier, model, text string) (Counted, error) {
	ctx, leave, err := c.enter(ctx)
	if err != nil {
		return Counted{}, err
	}
	defer leave()
	n, model, err := c.named(tier, model, route.Chat)
	if err != nil {
		return Counted{}, err
	}
	k, err := n.srv.CountText(ctx, model, text)
	if err == nil {
		return Counted{k, true}, nil
	}
	if wire.KindOf(err) != wire.Unsupported {
		return Counted{}, err
	}
	c.vocab(ctx, n, model)
	return Counted{n.estimator(model).Tokens(text), false}, nil
}

// count falls back to the estimate only where the server has no tokenizer; other failures are the caller's to see.
func (c *Client) count(ctx context.Context, n *node, model string, msgs []Message) (Counted, error) {
	images := 0
	for _, m := range msgs {
		images += len(m.Images)
	}
	if images == 0 {
		k, err := n.srv.Count(ctx, model, msgs)
		if err == nil {
			return Counted{k, true}, nil
		}
		if wire.KindOf(err) != wire.Unsupported {
			return Counted{}, err
		}
	}
	c.vocab(ctx, n, model)
	return Counted{n.estimate(model, msgs), false}, nil
}

// vocab asks for the size of the tokenizer, which the estimate leans on; without an answer it assumes a common one.
func (c *Client) vocab(ctx context.Context, n *node, model string) {
	if _, err := c.details(ctx, n, model); err != nil {
		c.log.Debug("details failed", "tier", n.tier.Name, "model", model, "err", err)
	}
}

func (n *node) estimate(model string, msgs []Message) int {
	est := n.estimator(model)
	sum := templateTokens
	for _, m := range msgs {
		sum += est.Tokens(m.Content) + perMessage + perImage*len(m.Images)
	}
	return sum
}

// observe lets the estimate learn from the server's count of messages, of which the template's share is taken off.
func (n *node) observe(model string, msgs []Message, tokens int) {
	var b strings.Builder
	for _, m := range msgs {
		if len(m.Images) > 0 {
			return // who knows what a picture costs
		}
		b.WriteString(m.Content)
		b.WriteString("\n")
	}
	n.estimator(model).Observe(b.String(), tokens-templateTokens-perMessage*len(msgs))
}

// Pack fits parts into the window of a tier's model, keeping reserve tokens for the answer (a quarter of the window, at
// most 1,024, when 0). The tier's identity counts. The prompt is Packed.System and Packed.User.
func (c *Client) Pack(ctx context.Context, tier, model string, parts []budget.Part, reserve int) (*budget.Packed, error) {
	ctx, leave, err := c.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	n, model, err := c.named(tier, model, route.Chat)
	if err != nil {
		return nil, err
	}
	w, err := c.window(ctx, n, model)
	if err != nil {
		return nil, err
	}
	if reserve == 0 {
		reserve = min(w.Tokens/4, 1024)
	}
	exact := true
	p, err := budget.Pack(parts, w.Tokens, reserve, func(parts []budget.Part) (int, error) {
		k, err := c.count(ctx, n, model, n.withIdentity(Messages(parts)))
		exact = exact && k.Exact
		return k.Tokens, err
	})
	if err != nil {
		return nil, fmt.Errorf("packing for %q on tier %q: %w", model, tier, err)
	}
	p.Exact = exact
	return p, nil
}

// Messages turns packed parts into the messages that Pack counted: a system message and a user's.
func Messages(parts []budget.Part) []Message {
	p := budget.Packed{Parts: parts}
	var out []Message
	if s := p.System(); s != "" {
		out = append(out, Message{Role: "system", Content: s})
	}
	return append(out, Message{Role: "user", Content: p.User()})
}

// withIdentity puts the tier's identity in front of the system prompt.
func (n *node) withIdentity(msgs []Message) []Message {
	if n.tier.Identity == "" {
		return msgs
	}
	if len(msgs) > 0 && msgs[0].Role == "system" {
		out := append([]Message(nil), msgs...)
		out[0].Content = n.tier.Identity + "\n\n" + out[0].Content
		return out
	}
	return append([]Message{{Role: "system", Content: n.tier.Identity}}, msgs...)
}

// Models lists what a tier's server has.
func (c *Client) Models(ctx context.Context, tier string) ([]wire.Model, error) {
	ctx, leave, err := c.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	n, err := c.node(tier)
	if err != nil {
		return nil, err
	}
	return n.srv.Models(ctx)
}

// Details tells what a tier's server knows of a model, asked anew.
func (c *Client) Details(ctx context.Context, tier, model string) (*wire.Details, error) {
	ctx, leave, err := c.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	n, model, err := c.named(tier, model, route.Chat)
	if err != nil {
		return nil, err
	}
	n.forget(model)
	return c.details(ctx, n, model)
}
