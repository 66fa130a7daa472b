package mcp

import (
	"context"
	"sync"
	"sync/atomic"

	"substrate/library"
)

// desk hands out libraries that are open for reading, one caller each: while a cascade moves one of them on to a new index
// generation, nobody else can be reading from the old one.
type desk struct {
	open  func() (*library.Library, error)
	slots chan struct{}
	// waiting counts callers that asked for a library and have none yet.
	waiting atomic.Int64

	mu     sync.Mutex
	free   []*library.Library
	closed bool
}

func newDesk(open func() (*library.Library, error), size int) *desk {
	return &desk{open: open, slots: make(chan struct{}, size)}
}

// with lends a library to f, waiting for one while all are lent.
func (d *desk) with(ctx context.Context, f func(*library.Library) error) error {
	d.waiting.Add(1)
	select {
	case d.slots <- struct{}{}:
		d.waiting.Add(-1)
	case <-ctx.Done():
		d.waiting.Add(-1)
		return ctx.Err()
	}
	defer func() { <-d.slots }()
	if err := ctx.Err(); err != nil {
		return err
	}
	l, err := d.take()
	if err != nil {
		return err
	}
	defer d.give(l)
	return f(l)
}

func (d *desk) take() (*library.Library, error) {
	d.mu.Lock()
	if n := len(d.free); n > 0 {
		l := d.free[n-1] // the last one given back is the warmest
		d.free = d.free[:n-1]
		d.mu.Unlock()
		return l, nil
	}
	d.mu.Unlock()
	return d.open()
}

func (d *desk) give(l *library.Library) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		l.Close()
		return
	}
	d.free = append(d.free, l)
}

// close closes what is not lent; what is lent is closed when it comes back.
func (d *desk) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	for _, l := range d.free {
		l.Close()
	}
	d.free = nil
}
