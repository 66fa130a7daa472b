package inference

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"substrate/inference/wire"
)

// lateError is the cause when a tier shows no sign of life in time.
type lateError struct{ msg string }

func (e *lateError) Error() string { return e.msg }

// late is the error of an attempt that the watch ended. Where it still waited in our own queue the tier did nothing wrong.
func (n *node) late(op, model string, late *lateError, waits bool) *wire.Error {
	e := &wire.Error{Kind: wire.TimedOut, Op: op, URL: n.tier.URL, Model: model, Message: late.Error()}
	if waits {
		e.Kind, e.Message = wire.QueueFull, "its turn did not come: "+late.Error()
	}
	return e
}

// watch ends an attempt whose first token, or whose next one, does not come in time.
type watch struct {
	seen   atomic.Int64 // when the last chunk came, in ns; 0: none yet
	busy   atomic.Bool  // the reader has the chunk: its time is not the server's
	done   chan struct{}
	ended  chan struct{}
	cancel context.CancelCauseFunc
	share  *time.Timer
}

func newWatch(ctx context.Context, clock Clock, first, idle, share time.Duration) (*watch, context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watch{done: make(chan struct{}), ended: make(chan struct{}), cancel: cancel}
	if share > 0 {
		// The caller's deadline is in the system's time, and so is this part of it.
		w.share = time.AfterFunc(share, func() {
			if w.seen.Load() == 0 {
				cancel(&lateError{fmt.Sprintf("no token within its share of the time, %s", share.Round(time.Millisecond))})
			}
		})
	}
	began := clock.Now()
	go func() {
		defer close(w.ended)
		wait := min(first, idle) // the first token may come at any time, and idle counts from then
		for {
			tick, stop := clock.After(wait)
			select {
			case <-w.done:
				stop()
				return
			case <-tick:
			}
			seen, now := w.seen.Load(), clock.Now()
			switch {
			case seen == 0 && now.Sub(began) >= first:
				cancel(&lateError{fmt.Sprintf("no token within %s", first)})
				return
			case seen == 0:
				wait = min(first-now.Sub(began), idle)
			case w.busy.Load():
				wait = idle
			case now.Sub(time.Unix(0, seen)) >= idle:
				cancel(&lateError{fmt.Sprintf("no further token within %s", idle)})
				return
			default:
				wait = idle - now.Sub(time.Unix(0, seen))
			}
		}
	}()
	return w, ctx
}

// alive notes a chunk.
func (w *watch) alive(now time.Time) { w.seen.Store(now.UnixNano()) }

// stop ends the watch and the attempt's context, and waits for the watch to be gone.
func (w *watch) stop() {
	if w.share != nil {
		w.share.Stop()
	}
	close(w.done)
	<-w.ended
	w.cancel(nil)
}
