package inference

import (
	"slices"
	"sync"
	"time"
)

// Routed is a request as it was routed: no text of it is kept.
type Routed struct {
	At       time.Time `json:"at"`
	Decision Decision  `json:"decision"` // without a tier when none fitted
	Failed   []Attempt `json:"failed,omitempty"`
	Err      string    `json:"err,omitempty"` // what the caller was told; "" for a whole answer
}

// routedKept is how many requests are remembered.
const routedKept = 50

// routedLog remembers the latest requests.
type routedLog struct {
	mu   sync.Mutex
	list []Routed
}

func (l *routedLog) add(r Routed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.list) == routedKept {
		l.list = slices.Delete(l.list, 0, 1)
	}
	l.list = append(l.list, r)
}

// Routed returns the latest requests, the newest first: at most 50, of this client alone.
func (c *Client) Routed() []Routed {
	c.routed.mu.Lock()
	defer c.routed.mu.Unlock()
	out := slices.Clone(c.routed.list)
	slices.Reverse(out)
	return out
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
