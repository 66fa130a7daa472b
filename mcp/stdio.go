package mcp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	maxMessage  = 4 << 20          // bytes of one message on stdio and of one HTTP request
	maxInFlight = 32               // requests of one stdio client that are worked on at the same time
	drainTime   = 10 * time.Second // for what is in flight when the client hangs up
)

// line is what the loop has to know of a message.
type line struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		RequestID json.RawMessage `json:"requestId"`
	} `json:"params"`
}

// wire is one client on a pair of streams. Only messages of the protocol are ever written to it, one on each line.
type wire struct {
	out io.Writer
	mu  sync.Mutex // writing
	err error

	running sync.Mutex
	cancels map[string]context.CancelFunc // by request id
	group   sync.WaitGroup
}

// ServeStdio talks to one client until it closes in or ctx ends. When the client hangs up, what it asked for before is
// still answered.
func (s *Server) ServeStdio(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &wire{out: out, cancels: map[string]context.CancelFunc{}}
	handle, hangUp := s.sdk.connect(ctx, w.send)
	defer hangUp()
	go s.watch(ctx)

	lines := make(chan []byte)
	failed := make(chan error, 1)
	go func() { // reading cannot be cancelled; this goroutine ends with the process at the latest
		failed <- readLines(bufio.NewReaderSize(in, 64<<10), func(l []byte) bool {
			select {
			case lines <- l:
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	slots := make(chan struct{}, maxInFlight)
	for {
		select {
		case l := <-lines:
			w.take(ctx, l, handle, slots)
			if err := w.failure(); err != nil {
				return fmt.Errorf("write to the client: %w", err)
			}
		case err := <-failed:
			w.drain()
			if err != nil && ctx.Err() == nil {
				return fmt.Errorf("read from the client: %w", err)
			}
			return nil
		case <-ctx.Done():
			w.drain()
			return nil
		}
	}
}

// take starts work on one message. Requests run beside each other; notifications are done at once, so that a cancellation
// never waits behind what it cancels.
func (w *wire) take(ctx context.Context, raw []byte, handle func(context.Context, []byte) []byte, slots chan struct{}) {
	var l line
	_ = json.Unmarshal(raw, &l) // what cannot be read gets its answer from the protocol
	id := string(l.ID)
	switch {
	case raw == nil:
		w.send([]byte(`{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"message is longer than 4 MiB"}}`))
		return
	case l.Method == "notifications/cancelled":
		w.cancel(string(l.Params.RequestID))
		return
	case id == "" || id == "null" || l.Method == "initialize": // nothing can run before the handshake is done
		if answer := handle(ctx, raw); answer != nil {
			w.send(answer)
		}
		return
	}
	listening := l.Method == "subscriptions/listen" // stays open and must not use up a slot
	if !listening {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	w.running.Lock()
	w.cancels[id] = cancel
	w.running.Unlock()
	work := func() {
		defer cancel()
		answer := handle(ctx, raw)
		w.running.Lock()
		delete(w.cancels, id)
		w.running.Unlock()
		if answer != nil && ctx.Err() == nil { // who cancelled a request expects no answer
			w.send(answer)
		}
	}
	if listening {
		go work()
		return
	}
	w.group.Go(func() {
		defer func() { <-slots }()
		work()
	})
}

func (w *wire) cancel(id string) {
	w.running.Lock()
	defer w.running.Unlock()
	if cancel := w.cancels[id]; cancel != nil {
		cancel()
	}
}

// drain waits for what is in flight.
func (w *wire) drain() {
	done := make(chan struct{})
	go func() { w.group.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(drainTime):
	}
}

func (w *wire) send(message []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		_, w.err = w.out.Write(append(bytes.TrimRight(message, "\n"), '\n'))
	}
}

func (w *wire) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// readLines hands each line to take until that says stop; a line that is too long comes as nil, and blank ones do not
// come. A last line without its end is still one.
func readLines(r *bufio.Reader, take func([]byte) bool) error {
	for {
		var buf []byte
		long := false
		for {
			part, err := r.ReadSlice('\n')
			if len(buf)+len(part) > maxMessage {
				long, buf = true, nil
			}
			if !long {
				buf = append(buf, part...)
			}
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			if l := bytes.TrimSpace(buf); long || len(l) > 0 {
				if long {
					l = nil
				}
				if !take(l) {
					return nil
				}
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			break
		}
	}
}
