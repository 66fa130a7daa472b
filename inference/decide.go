package inference

import (
	"context"
	"fmt"
	"sync"
	"time"

	"substrate/inference/route"
	"substrate/inference/wire"
)

// Decide tells where a request would go and why, without sending it.
func (c *Client) Decide(ctx context.Context, r Request) (Decision, error) {
	if err := r.check(); err != nil {
		return Decision{}, err
	}
	ctx, leave, err := c.enter(ctx)
	if err != nil {
		return Decision{}, err
	}
	defer leave()
	task, note := c.task(ctx, &r)
	d, err := c.decide(ctx, &r, task)
	if err == nil && note != "" {
		d.Because = fmt.Sprintf("%s (task %s: %s)", d.Because, task, note)
	}
	return d, err
}

// Estimate tells when a tier's model would answer a prompt of so many tokens, a cold model's load included.
func (c *Client) Estimate(ctx context.Context, tier, model string, promptTokens, outputTokens int) (Estimate, error) {
	ctx, leave, err := c.enter(ctx)
	if err != nil {
		return Estimate{}, err
	}
	defer leave()
	n, model, err := c.named(tier, model, route.Chat)
	if err != nil {
		return Estimate{}, err
	}
	cand := c.candidate(n, model)
	if d, err := c.details(ctx, n, model); err == nil && n.tier.API == Ollama {
		cand.Cold = !d.Loaded
	}
	return route.EstimateOf(cand, promptTokens, outputTokens), nil
}

// windowLimit is how long a decision waits for servers to tell their windows.
const windowLimit = 2 * time.Second

func (c *Client) decide(ctx context.Context, r *Request, task Task) (Decision, error) {
	if r.Tier != "" {
		if _, err := c.node(r.Tier); err != nil {
			return Decision{}, err
		}
	}
	need := route.Need{Task: task, OutputTokens: r.MaxTokens, Images: r.images(), Tier: r.Tier, Model: r.Model}
	list := make([]route.Candidate, len(c.nodes))
	var wg sync.WaitGroup
	for i, n := range c.nodes {
		model := r.Model
		if model == "" {
			model = n.tier.Model(task)
		}
		list[i] = c.candidate(n, model)
		cand := &list[i]
		switch {
		case r.Tier != "" && r.Tier != n.tier.Name:
			continue
		case model == "":
			cand.Cannot = fmt.Sprintf("it has no model for %s", task)
		case task == route.Embed && (!n.feat.Embed || n.noEmbedding()):
			cand.Cannot = "its server has no embeddings"
		case r.Model != "" && !n.knows(r.Model):
			cand.Cannot = fmt.Sprintf("its server does not list %q", r.Model)
		case r.Model == "" && !n.knows(model):
			cand.Cannot = fmt.Sprintf("its server does not list its model %q: pull it", model)
		}
		if cand.Cannot != "" || cand.Health == route.Down || cand.Open {
			continue
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			c.measure(ctx, n, model, r, cand)
		}()
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return Decision{}, context.Cause(ctx)
	}
	for _, cand := range list { // what Decide prints; each candidate is judged by its own count
		need.PromptTokens = max(need.PromptTokens, cand.PromptTokens)
	}
	d, err := route.Decide(need, list)
	if err != nil {
		return d, &wire.Error{Kind: wire.NoRoute, Op: "route", URL: "any tier", Err: err}
	}
	return d, nil
}

// measure finds a candidate's window and how large the prompt is to it. Where the server refuses by itself what does
// not fit, only a prompt that surely does not fit is kept from it: the estimate is from above.
func (c *Client) measure(ctx context.Context, n *node, model string, r *Request, cand *route.Candidate) {
	limit := windowLimit
	if at, ok := ctx.Deadline(); ok { // a server that hangs must leave the others their time
		limit = min(limit, time.Until(at)/4)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if w, err := c.window(ctx, n, model); err == nil {
		cand.Window = w.Tokens
	}
	n.mu.Lock()
	if d := n.model(model).details; d != nil {
		cand.Cold = n.tier.API == Ollama && !d.Loaded
		for _, can := range d.Capabilities {
			cand.CanSee = cand.CanSee || can == "vision"
		}
	}
	n.mu.Unlock()
	msgs := n.withIdentity(r.messages())
	cand.PromptTokens = n.estimate(model, msgs)
	if cand.Window == 0 || cand.PromptTokens+r.MaxTokens <= cand.Window || n.feat.FixedWindow > 0 {
		return
	}
	if k, err := c.count(ctx, n, model, msgs); err == nil && k.Exact {
		cand.PromptTokens = k.Tokens
		return
	}
	cand.PromptTokens = (cand.PromptTokens + 1) / 2
}

// candidate is a tier's model as it is now.
func (c *Client) candidate(n *node, model string) route.Candidate {
	sp := c.speeds.Of(n.tier.Name, model)
	n.mu.Lock()
	defer n.mu.Unlock()
	state := n.health.State
	if state == route.Down && c.every < 0 && n.brk.ready(n.clock.Now()) {
		state = route.Degraded // nobody probes: only a request can find out whether it is back
	}
	return route.Candidate{Tier: n.tier.Name, Model: model, GoodAt: n.tier.GoodAt, Health: state, Why: n.health.Why,
		CanSee:  n.feat.Vision && (n.tier.Models[route.Vision] == model && model != ""),
		Open:    !n.brk.ready(n.clock.Now()) && state != route.Down,
		Running: n.running, Waiting: n.waiting, Parallel: n.tier.MaxParallel, QueueRoom: n.tier.MaxQueue - n.waiting,
		PromptRate: sp.PromptRate, OutputRate: sp.OutputRate, Load: sp.Load, Samples: sp.Samples, Heat: n.trend()}
}

func (n *node) noEmbedding() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.noEmbed
}

func (n *node) knows(model string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.has(model)
}

// examples are the user's labelled prompts, embedded once.
type examples struct {
	mu   sync.Mutex
	list []route.Example
	tier string // whose vectors they are
}

// task finds a request's task, with a note how.
func (c *Client) task(ctx context.Context, r *Request) (Task, string) {
	switch {
	case r.Task == "" && r.images():
		return route.Vision, ""
	case r.Task == "":
		return route.Chat, ""
	case r.Task != route.Auto:
		return r.Task, ""
	}
	return c.Task(ctx, r.ask(), r.images())
}

// Task finds out what kind of work a prompt is: by the rules; where they are unsure by the labelled examples, if a tier
// embeds; then by a small model, if a tier is good at classifying. It never fails: the rules always say something, and
// the note says who decided.
func (c *Client) Task(ctx context.Context, prompt string, images bool) (Task, string) {
	ruled := route.Rules(prompt, images)
	if ruled.Sure {
		return ruled.Task, "rule " + ruled.Rule + ", " + ruled.Because
	}
	if len(c.examples.list) > 0 && c.serves(route.Embed) {
		task, because, sure, err := c.nearest(ctx, prompt)
		switch {
		case err != nil:
			c.log.Debug("examples were not used", "err", err)
		case sure:
			return task, because
		}
	}
	if c.serves(route.Classify) {
		names := make([]string, 0, len(route.Tasks))
		for _, t := range route.Tasks {
			if t != route.Chat && t != route.Embed {
				names = append(names, string(t))
			}
		}
		got, err := c.Classify(ctx, ClassifyRequest{Text: prompt, Labels: names,
			Hint: "fast: a short factual question or small talk; reasoning: weigh, explain, plan; long: write or read a long text; code: programs; vision: a picture; classify: put a label on something"})
		if err == nil {
			return Task(got.Label), fmt.Sprintf("%s on tier %s says so", got.Model, got.Tier)
		}
		c.log.Debug("no small model was used", "err", err)
	}
	return ruled.Task, ruled.Because
}

func (c *Client) serves(task Task) bool {
	for _, n := range c.nodes {
		for _, g := range n.tier.GoodAt {
			if g == task && n.now() != route.Down && n.tier.Model(task) != "" {
				return true
			}
		}
	}
	return false
}

const exampleVotes = 5

func (c *Client) nearest(ctx context.Context, prompt string) (Task, string, bool, error) {
	c.examples.mu.Lock()
	defer c.examples.mu.Unlock()
	v, err := c.Embed(ctx, EmbedRequest{Inputs: []string{prompt}, Tier: c.examples.tier})
	if err != nil {
		if ctx.Err() == nil {
			c.examples.tier = "" // the next tier's vectors are others
		}
		return "", "", false, err
	}
	if c.examples.tier == "" {
		inputs := make([]string, len(c.examples.list))
		for i, e := range c.examples.list {
			inputs[i] = e.Prompt
		}
		all, err := c.Embed(ctx, EmbedRequest{Inputs: inputs, Tier: v.Tier, Model: v.Model})
		if err != nil {
			return "", "", false, err
		}
		for i := range c.examples.list {
			c.examples.list[i].Vector = all.Vectors[i]
		}
		c.examples.tier = v.Tier
	}
	task, because, sure := route.Nearest(v.Vectors[0], c.examples.list, exampleVotes)
	return task, because, sure, nil
}
