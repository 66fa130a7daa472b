package route

import (
	"cmp"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"
)

// Need is what a request asks of a tier.
type Need struct {
	Task         Task
	PromptTokens int // counted or estimated from above; 0: unknown
	OutputTokens int // room for the answer
	Images       bool
	Tier         string // "": any
	Model        string // "": the tier's own for the task
}

// Health is a tier's state.
type Health string

// The states. Unknown tiers (not probed yet) are tried like those that are up.
const (
	Unknown  Health = "unknown"
	Up       Health = "up"
	Degraded Health = "degraded"
	Down     Health = "down"
)

// Candidate is one model on one tier as it is now. Zero figures are unknown.
type Candidate struct {
	Tier, Model  string
	GoodAt       []Task
	Window       int  // tokens
	CanSee       bool // takes pictures
	PromptTokens int  // the prompt by this candidate's own count; 0: as in Need
	Health       Health
	Why          string // of a health other than up
	Open         bool   // the breaker holds requests back
	Running      int
	Waiting      int
	Parallel     int
	QueueRoom    int  // requests that may still wait
	Cold         bool // the model has to be loaded first
	PromptRate   float64
	OutputRate   float64
	Load         time.Duration
	Samples      int
	Heat         Heat
	Cannot       string // what else speaks against it: "has no embed model", …
}

// Other is a candidate that was not taken.
type Other struct {
	Tier   string `json:"tier"`
	Model  string `json:"model,omitempty"`
	WhyNot string `json:"why_not"`
	// Next is set for those that fit: they are tried in this order when the first fails.
	Next bool `json:"next,omitempty"`
}

// Decision says where a request goes.
type Decision struct {
	Tier     string   `json:"tier"`
	Model    string   `json:"model"`
	Task     Task     `json:"task"`
	Because  string   `json:"because"`
	Estimate Estimate `json:"estimate"`
	Others   []Other  `json:"others"`
}

// ErrNoTier is wrapped by Decide's error when nothing fits.
var ErrNoTier = errors.New("no tier fits")

// weight is how much longer a wait on a tier that is made for a task is worth. A quick question goes where it is
// answered soon; work that needs thought waits for the tier that thinks.
func weight(t Task, distance int) float64 {
	step := 3.0
	switch t {
	case Fast, Chat:
		step = 1.5
	case Reasoning, Long, Code:
		step = 6
	}
	w := 1.0
	for range distance {
		w *= step
	}
	return w
}

// distance is 0 for a strength, 1 for the closest neighbour, and so on.
func distance(t Task, goodAt []Task) int {
	has := func(x Task) bool {
		for _, g := range goodAt {
			if g == x {
				return true
			}
		}
		return false
	}
	if has(t) || t == Chat && len(goodAt) == 0 {
		return 0
	}
	for i, n := range near[t] {
		if has(n) {
			return min(i+1, 3)
		}
	}
	return 3
}

type scored struct {
	Candidate
	est  Estimate
	dist int
	cost float64
}

// Decide chooses among candidates, deterministically: equal ones by their order. Its error wraps ErrNoTier and says of
// each candidate why not.
func Decide(n Need, list []Candidate) (Decision, error) {
	d := Decision{Task: n.Task}
	var fit []scored
	var hot []scored
	for _, c := range list {
		if why := unfit(n, c); why != "" {
			d.Others = append(d.Others, Other{Tier: c.Tier, Model: c.Model, WhyNot: why})
			continue
		}
		s := scored{Candidate: c, est: EstimateOf(c, cmp.Or(c.PromptTokens, n.PromptTokens), n.OutputTokens), dist: distance(n.Task, c.GoodAt)}
		s.cost = s.est.Total.Seconds() * weight(n.Task, s.dist)
		if c.Health == Degraded {
			s.cost *= 3
		}
		if c.Heat.Sheds() {
			hot = append(hot, s)
			continue
		}
		fit = append(fit, s)
	}
	byCost := func(l []scored) {
		sort.SliceStable(l, func(a, b int) bool { return l[a].cost < l[b].cost })
	}
	byCost(fit)
	byCost(hot)
	all := append(append([]scored(nil), fit...), hot...)
	if len(all) == 0 {
		var why []string
		for _, o := range d.Others {
			why = append(why, o.Tier+": "+o.WhyNot)
		}
		if len(why) == 0 {
			why = append(why, "none is configured: add one under tiers")
		}
		return d, fmt.Errorf("%w the task %q (%s)", ErrNoTier, n.Task, strings.Join(why, "; "))
	}
	best := all[0]
	d.Tier, d.Model, d.Estimate = best.Tier, best.Model, best.est
	d.Because = because(n, best, len(fit) == 0)
	next := make([]Other, 0, len(all)-1)
	for _, s := range all[1:] {
		next = append(next, Other{Tier: s.Tier, Model: s.Model, WhyNot: whyNot(n, s, best), Next: true})
	}
	d.Others = append(next, d.Others...)
	return d, nil
}

// unfit says what excludes a candidate, or "".
func unfit(n Need, c Candidate) string {
	if c.PromptTokens > 0 {
		n.PromptTokens = c.PromptTokens
	}
	switch {
	case n.Tier != "" && n.Tier != c.Tier:
		return fmt.Sprintf("%q was asked for", n.Tier)
	case c.Cannot != "":
		return c.Cannot
	case n.Images && !c.CanSee:
		return "takes no pictures"
	case c.Health == Down:
		return "down: " + c.Why
	case c.Open:
		return "held back after failures: " + c.Why
	case c.Window > 0 && n.PromptTokens+n.OutputTokens > c.Window:
		return fmt.Sprintf("its window of %d tokens is too small for %d and %d for the answer", c.Window, n.PromptTokens, n.OutputTokens)
	case c.Running >= c.Parallel && c.Parallel > 0 && c.QueueRoom <= 0:
		return fmt.Sprintf("its queue is full (%d running, %d waiting)", c.Running, c.Waiting)
	}
	return ""
}

func because(n Need, s scored, hotOnly bool) string {
	if s.PromptTokens > 0 {
		n.PromptTokens = s.PromptTokens
	}
	var p []string
	switch {
	case n.Tier != "":
		p = append(p, "it was asked for by name")
	case s.dist == 0:
		p = append(p, fmt.Sprintf("it is good at %s", n.Task))
	case s.dist < 3:
		p = append(p, fmt.Sprintf("its strengths (%s) come closest to %s", join(s.GoodAt), n.Task))
	default:
		p = append(p, fmt.Sprintf("nothing better for %s is free", n.Task))
	}
	p = append(p, s.est.String())
	if s.Window > 0 && n.PromptTokens > 0 {
		p = append(p, fmt.Sprintf("%d + %d tokens fit its window of %d", n.PromptTokens, n.OutputTokens, s.Window))
	}
	if s.Health == Degraded {
		p = append(p, "although degraded: "+s.Why)
	}
	if hotOnly {
		p = append(p, "although it is hot, for nothing else fits: "+s.Heat.String())
	}
	return strings.Join(p, "; ")
}

func whyNot(n Need, s, best scored) string {
	switch {
	case s.Heat.Sheds() && !best.Heat.Sheds():
		return s.Heat.String()
	case s.dist > best.dist:
		return fmt.Sprintf("less suited to %s (good at %s); %s", n.Task, join(s.GoodAt), s.est)
	case s.Health == Degraded && best.Health != Degraded:
		return "degraded: " + s.Why
	case s.est.Total > best.est.Total:
		return "slower: " + s.est.String()
	}
	return "second choice: " + s.est.String()
}

func join(ts []Task) string {
	if len(ts) == 0 {
		return "nothing named"
	}
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = string(t)
	}
	return strings.Join(out, ", ")
}
