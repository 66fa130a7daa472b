package inferencetest

import (
	"sync"
	"time"
)

// Clock is a clock that moves only when it is told to.
type Clock struct {
	mu    sync.Mutex
	now   time.Time
	waits []wait
	armed chan struct{}
}

type wait struct {
	at time.Time
	c  chan time.Time
}

// NewClock starts at a time.
func NewClock(now time.Time) *Clock { return &Clock{now: now, armed: make(chan struct{})} }

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// After delivers when the clock has been moved d on.
func (c *Clock) After(d time.Duration) (<-chan time.Time, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan time.Time, 1)
	if d <= 0 {
		ch <- c.now
		return ch, func() {}
	}
	c.waits = append(c.waits, wait{c.now.Add(d), ch})
	close(c.armed)
	c.armed = make(chan struct{})
	return ch, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		for i, w := range c.waits {
			if w.c == ch {
				c.waits = append(c.waits[:i], c.waits[i+1:]...)
				return
			}
		}
	}
}

// Advance moves the clock and delivers what became due.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	var left []wait
	for _, w := range c.waits {
		if w.at.After(c.now) {
			left = append(left, w)
			continue
		}
		w.c <- c.now
	}
	c.waits = left
}

// Waiting is how many waits are armed.
func (c *Clock) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waits)
}

// Armed waits until at least n waits are armed.
func (c *Clock) Armed(n int) {
	for {
		c.mu.Lock()
		armed, have := c.armed, len(c.waits)
		c.mu.Unlock()
		if have >= n {
			return
		}
		<-armed
	}
}
