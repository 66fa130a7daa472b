package inference

import "time"

// breaker holds requests back from a tier that keeps failing: after some failures in a row it opens for a while, then
// lets one trial through; each failed trial doubles the while. The caller locks.
type breaker struct {
	fails  int
	until  time.Time // open until then
	pause  time.Duration
	trial  bool // a trial is under way
	byCall bool // the last failure was a request, not a probe
}

const (
	breakAfter = 3
	firstPause = 5 * time.Second
	longPause  = 2 * time.Minute
)

// ready says whether a request may go now.
func (b *breaker) ready(now time.Time) bool {
	return b.fails < breakAfter || !b.trial && !now.Before(b.until)
}

// begin claims the way; end, ok or fail must follow.
func (b *breaker) begin(now time.Time) bool {
	if !b.ready(now) {
		return false
	}
	b.trial = b.fails >= breakAfter
	return true
}

// end is for an outcome that says nothing about the tier, such as a caller's cancellation.
func (b *breaker) end() { b.trial = false }

func (b *breaker) ok() { *b = breaker{} }

// fail counts a failure; hard ones (no connection at all) open at once.
func (b *breaker) fail(now time.Time, hard bool) {
	wasOpen := b.fails >= breakAfter
	b.fails++
	if hard {
		b.fails = max(b.fails, breakAfter)
	}
	if b.fails < breakAfter {
		return
	}
	switch {
	case b.pause == 0:
		b.pause = firstPause
	case wasOpen && b.trial:
		b.pause = min(2*b.pause, longPause)
	}
	b.trial = false
	b.until = now.Add(b.pause)
}
