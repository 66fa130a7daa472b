package inference

import "time"

// Clock is where the client takes its time from; nil in Options is the system's. After delivers once after d unless
// stopped.
type Clock interface {
	Now() time.Time
	After(d time.Duration) (c <-chan time.Time, stop func())
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}
