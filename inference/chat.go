package inference

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"substrate/inference/route"
	"substrate/inference/timing"
	"substrate/inference/wire"
)

// Chat routes a request and streams the answer into each, which may be nil. It returns when the answer is whole. When a
// tier fails before its first token the next fitting one is asked and Reply.Attempts says so; after it the error is a
// *BrokenError with what had come. An error from each ends the answer on the server, too, and comes back wrapped in an
// *AbandonedError.
//
// The time of ctx is shared: with k tiers left to try, a tier has a k-th of what is left until its first token.
func (c *Client) Chat(ctx context.Context, r Request, each func(Chunk) error) (_ *Reply, err error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	ctx, leave, err := c.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	start := c.clock.Now()
	task, note := c.task(ctx, &r)
	var d Decision
	var failed []Attempt
	defer func() { c.routed.add(Routed{At: start, Decision: d, Failed: failed, Err: errText(err)}) }()
	if d, err = c.decide(ctx, &r, task); err != nil {
		d = Decision{Task: task, Others: d.Others}
		return nil, outside(ctx, err)
	}
	if note != "" {
		d.Because = fmt.Sprintf("%s (task %s: %s)", d.Because, task, note)
	}
	if r.Chosen != nil {
		d.Because, d.Others = r.Chosen.Because, notNext(r.Chosen.Others)
	}
	order := order(d)
	for i, o := range order {
		n := c.byName[o.Tier]
		began := c.clock.Now()
		a := &attempt{c: c, n: n, model: o.Model, req: &r, task: task, start: start, each: each}
		a.share = share(ctx, len(order)-i)
		reply, err := a.run(ctx)
		if err == nil {
			if i > 0 {
				d.Others = append([]route.Other{{Tier: d.Tier, Model: d.Model, WhyNot: "failed before its first token: " + failed[0].Why}}, without(d.Others, o.Tier)...)
				d.Tier, d.Model = o.Tier, o.Model
				d.Because = fmt.Sprintf("%s failed, and it was the next choice", order[0].Tier)
			}
			reply.Decision, reply.Attempts = d, failed
			return reply, nil
		}
		var broke *BrokenError
		var left *AbandonedError
		if errors.As(err, &broke) || errors.As(err, &left) {
			return reply, err
		}
		if ctx.Err() != nil {
			if len(failed) > 0 {
				err = fmt.Errorf("%w (after %s)", err, tried(failed))
			}
			return nil, outside(ctx, fmt.Errorf("tier %q: %w", o.Tier, err))
		}
		c.log.Warn("a tier failed before its first token", "tier", o.Tier, "model", o.Model, "kind", string(wire.KindOf(err)))
		failed = append(failed, Attempt{Tier: o.Tier, Model: o.Model, Took: c.clock.Now().Sub(began), Err: err, Why: err.Error()})
	}
	return nil, &FailedError{Task: task, Attempts: failed}
}

// Stream is Chat as an iterator: chunks, and at the end an error if there was one. Leaving the loop ends the answer.
func (c *Client) Stream(ctx context.Context, r Request) iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) {
		left := errors.New("left")
		_, err := c.Chat(ctx, r, func(k Chunk) error {
			if !yield(k, nil) {
				return left
			}
			return nil
		})
		if err != nil && !errors.Is(err, left) {
			yield(Chunk{}, err)
		}
	}
}

// outside makes the caller's own end of the context the error, with what was under way.
func outside(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	cause := context.Cause(ctx)
	if errors.Is(err, cause) {
		return err
	}
	return fmt.Errorf("%w: %w", cause, err)
}

func tried(list []Attempt) string {
	var s []string
	for _, a := range list {
		s = append(s, a.Tier+" failed: "+a.Why)
	}
	return strings.Join(s, "; ")
}

func order(d Decision) []route.Other {
	out := []route.Other{{Tier: d.Tier, Model: d.Model}}
	for _, o := range d.Others {
		if o.Next {
			out = append(out, o)
		}
	}
	return out
}

// notNext are tiers that a request does not go on to.
func notNext(list []route.Other) []route.Other {
	out := slices.Clone(list)
	for i := range out {
		out[i].Next = false
	}
	return out
}

func without(list []route.Other, tier string) []route.Other {
	var out []route.Other
	for _, o := range list {
		if o.Tier != tier {
			out = append(out, o)
		}
	}
	return out
}

// share is the part of the time left for one of k tiers; 0: no limit.
func share(ctx context.Context, k int) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok || k <= 1 {
		return 0
	}
	return max(time.Until(deadline)/time.Duration(k), time.Millisecond)
}

// attempt is one request to one tier.
type attempt struct {
	c     *Client
	n     *node
	model string
	req   *Request
	task  Task
	start time.Time
	share time.Duration
	each  func(Chunk) error

	sent, first, last time.Time
	queue             time.Duration
	waits             bool // in the client's own queue
	text, think       strings.Builder
	window            int // that the server was told or told us; 0: unknown
	chunks            int
}

func (a *attempt) run(ctx context.Context) (*Reply, error) {
	n, c := a.n, a.c
	n.mu.Lock()
	ok := n.brk.begin(c.clock.Now())
	why := n.health.Why
	n.mu.Unlock()
	if !ok {
		return nil, a.error(wire.Unreachable, "held back after failures: "+why)
	}
	w, wctx := newWatch(ctx, c.clock, n.tier.FirstToken, n.tier.Idle, a.share)
	defer w.stop()
	reply, err := a.answer(wctx, w)
	// The watch's own cause is the tier's failure; the caller's end is not.
	var late *lateError
	if err != nil && ctx.Err() == nil && errors.As(context.Cause(wctx), &late) {
		e := n.late("chat", a.model, late, a.waits)
		var broke *BrokenError
		if errors.As(err, &broke) {
			broke.Err = e
		} else {
			err = e
		}
	}
	var left *AbandonedError
	switch {
	case errors.As(err, &left), err != nil && ctx.Err() != nil:
		n.mu.Lock()
		n.brk.end()
		n.mu.Unlock()
	default:
		n.note(err, true)
	}
	if wire.KindOf(err) == wire.TooLong || wire.KindOf(err) == wire.NotFound {
		n.forget(a.model)
	}
	if ctx.Err() == nil || err == nil {
		a.record(ctx, reply, err)
	}
	return reply, err
}

func (a *attempt) error(k wire.Kind, msg string) *wire.Error {
	return &wire.Error{Kind: k, Op: "chat", URL: a.n.tier.URL, Model: a.model, Message: msg}
}

func (a *attempt) answer(ctx context.Context, w *watch) (*Reply, error) {
	n, c := a.n, a.c
	queued := c.clock.Now()
	a.waits = true
	release, err := n.slot(ctx)
	if err != nil {
		return nil, err
	}
	a.waits = false
	defer release()
	a.queue = c.clock.Now().Sub(queued)
	req, err := a.wire(ctx)
	if err != nil {
		return nil, err
	}
	a.sent = c.clock.Now()
	stream, err := n.srv.Chat(ctx, req)
	if err != nil {
		a.learn(err)
		return nil, err
	}
	defer stream.Close()
	for {
		k, err := stream.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if a.chunks == 0 {
				a.learn(err)
				return nil, err
			}
			return a.reply(wire.Final{Reason: "broken"}), &BrokenError{Tier: n.tier.Name, Model: a.model, Text: a.text.String(), Err: err}
		}
		a.last = c.clock.Now()
		if a.chunks == 0 {
			a.first = a.last
		}
		a.chunks++
		w.alive(a.last)
		a.text.WriteString(k.Text)
		a.think.WriteString(k.Thinking)
		if a.each != nil {
			w.busy.Store(true) // a slow reader is no slow server
			if err := a.each(k); err != nil {
				return a.reply(wire.Final{Reason: "abandoned"}), &AbandonedError{err}
			}
			w.alive(c.clock.Now())
			w.busy.Store(false)
		}
	}
	return a.reply(stream.Final()), nil
}

// wire makes the server's request and checks that it fits, where the server would not say so itself.
func (a *attempt) wire(ctx context.Context) (*wire.Request, error) {
	r, n := a.req, a.n
	out := &wire.Request{Model: a.model, Prompt: r.Prompt, Raw: r.Raw, MaxTokens: r.MaxTokens, Temperature: r.Temperature,
		TopP: r.TopP, Seed: r.Seed, Stop: r.Stop, Format: r.Format, Think: r.Think, Options: merge(n.tier.Options, r.Options)}
	if r.Messages != nil {
		out.Messages = n.withIdentity(r.Messages)
	}
	if n.tier.KeepAlive != 0 {
		out.KeepAlive = &n.tier.KeepAlive
	}
	w, err := a.c.window(ctx, n, a.model)
	switch {
	case err == nil:
		out.Window, a.window = w.Tokens, w.Tokens
	case n.feat.SetsWindow:
		return nil, err // without num_ctx the server would choose one and cut to it
	}
	if n.feat.FixedWindow > 0 && w.Tokens > 0 {
		if k := n.estimate(a.model, n.withIdentity(r.messages())) + r.MaxTokens; k > w.Tokens {
			e := a.error(wire.TooLong, fmt.Sprintf("about %d tokens for a window of %d: pack less, or route to a larger window", k, w.Tokens))
			e.Prompt, e.Window = k, w.Tokens
			return nil, e
		}
	}
	return out, nil
}

// learn takes a server's count out of its refusal.
func (a *attempt) learn(err error) {
	var e *wire.Error
	if !errors.As(err, &e) || e.Kind != wire.TooLong {
		return
	}
	// A refusal without a count says at least that the window is exceeded.
	if n := max(e.Prompt, a.window+1); n > 1 {
		a.n.observe(a.model, a.n.withIdentity(a.req.messages()), n)
	}
}

func (a *attempt) reply(f wire.Final) *Reply {
	now := a.c.clock.Now()
	r := &Reply{Text: a.text.String(), Thinking: a.think.String(), Tier: a.n.tier.Name, Model: a.model, Reason: f.Reason,
		Usage: Usage{Prompt: f.PromptTokens, Output: f.OutputTokens, Cached: f.CachedTokens}}
	if f.Model != "" && f.Model != a.model && a.n.tier.API == OpenAI {
		r.Warnings = append(r.Warnings, fmt.Sprintf("asked for %q, the server names %q", a.model, f.Model))
	}
	if a.chunks == 0 {
		r.Warnings = append(r.Warnings, "the answer is empty")
	}
	if f.Reason == "length" {
		r.Warnings = append(r.Warnings, "the answer was cut at its limit of tokens")
	}
	if f.PromptTokens == 0 {
		r.Usage.Prompt, r.Usage.Estimated = a.n.estimate(a.model, a.n.withIdentity(a.req.messages())), true
	}
	if f.OutputTokens == 0 && a.chunks > 0 {
		r.Usage.Output, r.Usage.Estimated = a.chunks, true
	}
	s := Sample{At: a.start, Tier: a.n.tier.Name, Model: a.model, Kind: "chat", Task: string(a.task), Queue: a.queue,
		Load: f.Load, PromptTokens: r.Usage.Prompt, PromptTime: f.PromptTime, OutputTokens: r.Usage.Output,
		OutputTime: f.OutputTime, Total: now.Sub(a.start), CachedTokens: f.CachedTokens}
	if !a.first.IsZero() {
		s.FirstToken = a.first.Sub(a.start)
	}
	if f.PromptTime == 0 && !a.first.IsZero() { // the server does not split: our clock does
		s.ClientTimed = true
		s.PromptTime = max(a.first.Sub(a.sent)-f.Load, 0)
	}
	if f.OutputTime == 0 && !a.first.IsZero() {
		s.ClientTimed = true
		s.OutputTime = a.last.Sub(a.first)
	}
	r.Timing = s
	return r
}

// record keeps the sample and learns from it.
func (a *attempt) record(ctx context.Context, r *Reply, err error) {
	n, c := a.n, a.c
	s := Sample{At: a.start, Tier: n.tier.Name, Model: a.model, Kind: "chat", Task: string(a.task), Queue: a.queue, Total: c.clock.Now().Sub(a.start)}
	if r != nil {
		s = r.Timing
	}
	if err != nil {
		s.Err = string(wire.KindOf(err))
		if s.Err == "" {
			s.Err = "abandoned"
		}
	} else {
		text := a.req.text()
		shared := n.shared(a.model, text)
		switch {
		case r.Usage.Cached > 0:
			s.Cached = true
		default:
			s.Cached = timing.Cached(shared, c.speeds.Of(s.Tier, s.Model).PromptRate, s.PromptRate())
		}
		if !r.Usage.Estimated {
			n.observe(a.model, n.withIdentity(a.req.messages()), r.Usage.Prompt)
		}
	}
	s.Quant = n.quant(a.model)
	if r != nil {
		r.Timing = s
	}
	c.keep(ctx, s)
}

func (c *Client) keep(ctx context.Context, s Sample) {
	c.speeds.Add(s)
	if err := c.store.Add(context.WithoutCancel(ctx), s); err != nil {
		c.log.Error("a timing was not kept", "tier", s.Tier, "err", err)
	}
}
