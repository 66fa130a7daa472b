package mcp

import (
	"context"
	"sync"
	"sync/atomic"

	"substrate/library"
)

// desk lends the library to so many callers at the same time; more would only wait for each other's processor. It is
// opened when the first one comes.
type desk struct {
	slots chan struct{}
	// waiting counts callers that asked for the library and have not got it.
	waiting atomic.Int64
	open    func() (*library.Library, error)

	mu     sync.Mutex
	lib    *library.Library
	closed bool
}

func newDesk(open func() (*library.Library, error), size int) *desk {
	return &desk{open: open, slots: make(chan struct{}, size)}
}

// with lends the library to f, waiting while too many have it.
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
	l, err := d.library()
	if err != nil {
		return err
	}
	return f(l)
}

func (d *desk) library() (*library.Library, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, context.Canceled
	}
	if d.lib == nil {
		l, err := d.open()
		if err != nil {
			return nil, err
		}
		d.lib = l
	}
	return d.lib, nil
}

// close lets go of the library; who has it keeps what it reads until it is done.
func (d *desk) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	if d.lib != nil {
		d.lib.Close()
	}
	d.lib = nil
}
