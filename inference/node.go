package inference

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"substrate/inference/budget"
	"substrate/inference/route"
	"substrate/inference/wire"
)

// node is a tier with its server and what is known of it at the moment.
type node struct {
	tier  Tier
	srv   wire.Server
	feat  wire.Features
	slots *semaphore.Weighted
	clock Clock

	mu      sync.Mutex
	running int
	waiting int
	health  Health
	callErr string // of the last failed call
	brk     breaker
	models  map[string]*modelState
	listed  map[string]bool // models on the server at the last probe; nil: not known
	noEmbed bool            // the server has no embeddings endpoint
	heat    []route.Reading
}

// modelState is what is known of one model on one tier.
type modelState struct {
	details *wire.Details
	asked   time.Time
	est     *budget.Estimator
	recent  []string // latest prompts, for knowing a cached beginning
}

func newNode(t Tier, h *http.Client, clock Clock) (*node, error) {
	o := wire.Options{URL: t.URL, Key: t.Key, HTTP: h}
	var srv wire.Server
	var err error
	switch t.API {
	case OpenAI:
		srv, err = wire.NewOpenAI(o)
	case Hailo:
		srv, err = wire.NewHailo(o)
	default:
		srv, err = wire.NewOllama(o)
	}
	if err != nil {
		return nil, fmt.Errorf("tier %q: %w", t.Name, err)
	}
	return &node{tier: t, srv: srv, feat: srv.Features(), slots: semaphore.NewWeighted(int64(t.MaxParallel)), clock: clock,
		models: map[string]*modelState{}, health: Health{State: route.Unknown, Since: clock.Now(), Why: "not probed yet"}}, nil
}

// model returns the state of a model; the caller holds n.mu.
func (n *node) model(name string) *modelState {
	m := n.models[name]
	if m == nil {
		m = &modelState{est: &budget.Estimator{}}
		n.models[name] = m
	}
	return m
}

func (n *node) estimator(model string) *budget.Estimator {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.model(model).est
}

// quant is the quantisation of a model, where its server told.
func (n *node) quant(model string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if d := n.model(model).details; d != nil {
		return d.Quant
	}
	return ""
}

// slot waits for a turn on the tier. Its release must be called once. A full queue refuses at once.
func (n *node) slot(ctx context.Context) (release func(), err error) {
	n.mu.Lock()
	if n.waiting >= n.tier.MaxQueue && n.running >= n.tier.MaxParallel {
		w := n.waiting
		n.mu.Unlock()
		return nil, &wire.Error{Kind: wire.QueueFull, Op: "queue", URL: n.tier.Name,
			Message: fmt.Sprintf("%d requests already wait; raise max_queue or try again", w)}
	}
	n.waiting++
	n.mu.Unlock()
	err = n.slots.Acquire(ctx, 1)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.waiting--
	if err != nil {
		return nil, &wire.Error{Kind: wire.Busy, Op: "queue", URL: n.tier.Name, Message: "the wait ended before its turn", Err: context.Cause(ctx)}
	}
	n.running++
	return func() {
		n.mu.Lock()
		n.running--
		n.mu.Unlock()
		n.slots.Release(1)
	}, nil
}

// idleSlot takes a turn only if the tier is idle: probes must not stand in a caller's way.
func (n *node) idleSlot() (release func(), ok bool) {
	n.mu.Lock()
	busy := n.waiting > 0
	n.mu.Unlock()
	if busy || !n.slots.TryAcquire(1) {
		return nil, false
	}
	return func() { n.slots.Release(1) }, true
}

// shared is the part of a prompt (0 to 1) that a recent prompt to the same model began with; it then remembers it.
func (n *node) shared(model, prompt string) float64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	m := n.model(model)
	best := 0
	for _, old := range m.recent {
		k := 0
		for k < len(old) && k < len(prompt) && old[k] == prompt[k] {
			k++
		}
		best = max(best, k)
	}
	m.recent = append(m.recent, prompt)
	m.recent = m.recent[max(0, len(m.recent)-4):]
	if len(prompt) == 0 {
		return 0
	}
	return float64(best) / float64(len(prompt))
}
