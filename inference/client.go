package inference

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"substrate/inference/route"
	"substrate/inference/timing"
	"substrate/inference/wire"
)

// The vocabulary of the sub-packages under the client's own name.
type (
	Task     = route.Task
	Decision = route.Decision
	Estimate = route.Estimate
	Message  = wire.Message
	Chunk    = wire.Chunk
	Sample   = timing.Sample
	Store    = timing.Store
)

// Options are what a client needs beyond its tiers. The zero value works.
type Options struct {
	Clock      Clock
	HTTPClient *http.Client  // nil: one of the client's own, without a total timeout
	Logger     *slog.Logger  // nil: silent; never sees prompts or answers
	Store      Store         // nil: the last 10,000 samples in memory
	ProbeEvery time.Duration // how often each tier is probed, ± a fifth; 0: 15 s, negative: never
	Prometheus string        // base URL for temperature queries
	// Examples help task: auto where the rules are unsure; they are embedded by a tier with an embed model.
	Examples []route.Example
}

// ErrClosed is returned by every call after Close.
var ErrClosed = errors.New("the inference client is closed")

// Client talks to all tiers. It is safe for concurrent use. Close it when done.
type Client struct {
	nodes  []*node
	byName map[string]*node
	clock  Clock
	log    *slog.Logger
	store  Store
	speeds timing.Speeds
	routed routedLog
	http   *http.Client
	own    *http.Transport // closed with the client; nil when the HTTP client was given
	prom   string
	every  time.Duration

	examples *examples

	ctx    context.Context
	cancel context.CancelCauseFunc
	mu     sync.Mutex
	closed bool
	wg     sync.WaitGroup
}

// New checks the tiers and starts their background probes. It connects to nothing itself. With no tiers the client is
// valid and every request fails with route.ErrNoTier.
func New(tiers []Tier, o Options) (*Client, error) {
	if err := Validate(tiers); err != nil {
		return nil, err
	}
	c := &Client{byName: map[string]*node{}, clock: o.Clock, log: o.Logger, store: o.Store, http: o.HTTPClient, prom: o.Prometheus, every: o.ProbeEvery}
	if c.clock == nil {
		c.clock = systemClock{}
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.store == nil {
		c.store = &timing.Memory{}
	}
	if c.every == 0 {
		c.every = 15 * time.Second
	}
	if c.prom != "" {
		if u, err := url.Parse(c.prom); err != nil || u.Host == "" {
			return nil, fmt.Errorf("prometheus address %q: write it like http://host:9090", c.prom)
		}
	}
	if c.http == nil {
		c.own = &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			MaxIdleConnsPerHost: 16,
			IdleConnTimeout:     90 * time.Second,
			DisableCompression:  true, // a compressed stream would arrive in lumps
		}
		c.http = &http.Client{Transport: c.own}
	}
	for _, t := range tiers {
		n, err := newNode(t.filled(), c.http, c.clock)
		if err != nil {
			return nil, err
		}
		c.nodes = append(c.nodes, n)
		c.byName[t.Name] = n
	}
	c.ctx, c.cancel = context.WithCancelCause(context.Background())
	c.examples = &examples{list: slices.Clone(o.Examples)}
	if err := c.remember(c.ctx); err != nil {
		return nil, err
	}
	if c.every > 0 {
		for _, n := range c.nodes {
			c.wg.Add(1)
			go c.watch(n, rand.Float64)
		}
	}
	return c, nil
}

// remember takes the speeds of earlier runs from the store.
func (c *Client) remember(ctx context.Context) error {
	list, err := c.store.Samples(ctx, timing.Query{Since: c.clock.Now().Add(-30 * 24 * time.Hour)})
	if err != nil {
		return fmt.Errorf("reading earlier timings: %w", err)
	}
	for _, s := range list {
		c.speeds.Add(s)
	}
	return nil
}

// Close ends every running request with ErrClosed, stops the probes and waits for both. It may be called twice.
func (c *Client) Close() error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.cancel(ErrClosed)
	c.wg.Wait()
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
	return nil
}

// enter begins a call: its context ends with the client, too. leave must be called.
func (c *Client) enter(ctx context.Context) (context.Context, func(), error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, nil, ErrClosed
	}
	c.wg.Add(1)
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(c.ctx, func() { cancel(ErrClosed) })
	return ctx, func() {
		stop()
		cancel(nil)
		c.wg.Done()
	}, nil
}

// Tiers lists the tiers with their defaults filled in.
func (c *Client) Tiers() []Tier {
	out := make([]Tier, len(c.nodes))
	for i, n := range c.nodes {
		out[i] = n.tier
	}
	return out
}

func (c *Client) node(name string) (*node, error) {
	if n := c.byName[name]; n != nil {
		return n, nil
	}
	var names []string
	for _, n := range c.nodes {
		names = append(names, n.tier.Name)
	}
	return nil, fmt.Errorf("no tier is called %q: there are %q", name, names)
}
