package inference

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"substrate/inference/route"
	"substrate/inference/wire"
)

// Health is a tier's state, since when and why.
type Health struct {
	State   route.Health `json:"state"`
	Since   time.Time    `json:"since"`
	Why     string       `json:"why,omitempty"`
	Checked time.Time    `json:"checked"` // last probe or call that told something
}

// TierStatus is a tier as it is now.
type TierStatus struct {
	Name        string     `json:"name"`
	API         string     `json:"api"`
	Health      Health     `json:"health"`
	BreakerOpen bool       `json:"breaker_open"`
	Running     int        `json:"running"`
	Waiting     int        `json:"waiting"`
	MaxParallel int        `json:"max_parallel"`
	Heat        route.Heat `json:"heat"`
}

// Status tells how every tier is, in the order of the configuration.
func (c *Client) Status() []TierStatus {
	var out []TierStatus
	now := c.clock.Now()
	for _, n := range c.nodes {
		n.mu.Lock()
		out = append(out, TierStatus{Name: n.tier.Name, API: n.tier.API, Health: n.health, BreakerOpen: !n.brk.ready(now),
			Running: n.running, Waiting: n.waiting, MaxParallel: n.tier.MaxParallel, Heat: n.trend()})
		n.mu.Unlock()
	}
	return out
}

// set changes the state; since moves only when the state does. The caller holds n.mu.
func (n *node) set(now time.Time, state route.Health, why string) {
	if n.health.State != state {
		n.health.Since = now
	}
	n.health.State, n.health.Why, n.health.Checked = state, why, now
}

// tells says that an error is the tier's own failure, and whether a hard one.
func tells(err error) (failure, hard bool) {
	switch wire.KindOf(err) {
	case wire.Unreachable:
		var dns *net.DNSError
		return true, errors.Is(err, syscall.ECONNREFUSED) || errors.As(err, &dns)
	case wire.Fault, wire.BadAnswer, wire.Interrupted, wire.TimedOut, wire.WrongModel:
		return true, false
	}
	return false, false
}

// note records the outcome of a call, or of a probe. A server whose list comes while its answers fail is not up: a probe
// does not wipe out what calls have shown, it only lets the next trial come.
func (n *node) note(err error, call bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.clock.Now()
	failure, hard := tells(err)
	switch {
	case err == nil && !call && n.brk.byCall && n.brk.fails > 0:
		if n.brk.fails >= breakAfter {
			n.set(now, route.Degraded, "it answers probes, but requests failed: "+n.callErr)
		}
	case err == nil:
		n.brk.ok()
		if why := n.blemish(); why != "" {
			n.set(now, route.Degraded, why)
		} else {
			n.set(now, route.Up, "")
		}
	case failure:
		n.brk.fail(now, hard)
		if n.brk.byCall = call; call {
			n.callErr = err.Error()
		}
		if n.brk.fails >= breakAfter {
			n.set(now, route.Down, err.Error())
		} else {
			n.set(now, route.Degraded, err.Error())
		}
	default:
		n.brk.end()
		if k := wire.KindOf(err); k == wire.Busy || k == wire.Denied {
			n.set(now, route.Degraded, err.Error())
		}
	}
}

// blemish is what is wrong with a tier that answers. The caller holds n.mu.
func (n *node) blemish() string {
	if n.listed == nil {
		return ""
	}
	for _, task := range route.Tasks {
		if m := n.tier.Models[task]; m != "" && !n.has(m) {
			return fmt.Sprintf("the server does not list the model %q for %s: pull it or name another", m, task)
		}
	}
	return ""
}

// has says whether the server listed a model; unknown counts as yes. A server of one model answers to any name.
func (n *node) has(model string) bool {
	if n.listed == nil || n.tier.API == OpenAI && len(n.listed) == 1 {
		return true
	}
	return n.listed[model] || !strings.Contains(model, ":") && n.listed[model+":latest"]
}

// jitter spreads a period by a fifth to either side; u is uniform in [0, 1).
func jitter(d time.Duration, u float64) time.Duration {
	return time.Duration(float64(d) * (0.8 + 0.4*u))
}

// watch probes a tier until the client is closed. The first probe comes soon, so that a routing knows something.
func (c *Client) watch(n *node, random func() float64) {
	defer c.wg.Done()
	wait := time.Duration(random() * float64(min(c.every, time.Second)))
	for {
		tick, stop := c.clock.After(wait)
		select {
		case <-c.ctx.Done():
			stop()
			return
		case <-tick:
		}
		c.probe(c.ctx, n)
		wait = jitter(c.every, random())
	}
}

// Check probes every tier now, side by side, and returns their status.
func (c *Client) Check(ctx context.Context) ([]TierStatus, error) {
	ctx, leave, err := c.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	done := make(chan struct{})
	for _, n := range c.nodes {
		go func() {
			c.probe(ctx, n)
			done <- struct{}{}
		}()
	}
	for range c.nodes {
		<-done
	}
	return c.Status(), nil
}

// probeLimit is how long a server has for listing its models.
const probeLimit = 5 * time.Second

func (c *Client) probe(ctx context.Context, n *node) {
	// Asked first, and of a busy tier too: that is the one that heats up.
	if n.tier.TemperatureQuery != "" && c.prom != "" {
		warm, cancel := context.WithTimeout(ctx, probeLimit)
		c.feel(warm, n)
		cancel()
	}
	if n.feat.SingleFlight {
		// The running request is itself the evidence, and the server would refuse a second.
		release, ok := n.idleSlot()
		if !ok {
			return
		}
		defer release()
	}
	limited, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	list, err := n.srv.Models(limited)
	if ctx.Err() != nil {
		return
	}
	if err == nil {
		listed := map[string]bool{}
		for _, m := range list {
			listed[m.Name] = true
		}
		n.mu.Lock()
		n.listed = listed
		n.mu.Unlock()
	} else {
		c.log.Debug("probe failed", "tier", n.tier.Name, "err", err)
	}
	before := n.now()
	n.note(err, false)
	if after := n.now(); before != after {
		c.log.Info("tier changed", "tier", n.tier.Name, "from", before, "to", after)
	}
	if err == nil {
		for _, m := range n.tier.Models {
			if _, err := c.details(limited, n, m); err != nil && ctx.Err() == nil {
				c.log.Debug("details failed", "tier", n.tier.Name, "model", m, "err", err)
			}
		}
	}
}

func (n *node) now() route.Health {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.health.State
}
