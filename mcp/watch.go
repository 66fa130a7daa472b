package mcp

import (
	"context"
	"crypto/sha256"
	"strings"
	"sync"
	"time"

	"substrate/library"
)

// pollEvery is how often the catalog's counters are read: one row, from a page that is in memory.
const pollEvery = time.Second

// subscription is one client's wish to hear of changes. key tells subscriptions of different clients apart; tell sends.
type subscription struct {
	key  string
	uri  string
	tell func(uri string)
}

// subscriptions remembers who wants to hear of which resource, and what the resource was when it was last looked at.
type subscriptions struct {
	mu    sync.Mutex
	list  []subscription
	state map[string][32]byte
}

// add remembers a wish; state is what the resource is now.
func (s *subscriptions) add(sub subscription, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == nil {
		s.state = map[string][32]byte{}
	}
	if _, known := s.state[sub.uri]; !known {
		s.state[sub.uri] = sha256.Sum256([]byte(state))
	}
	for _, o := range s.list {
		if o.key == sub.key && o.uri == sub.uri {
			return
		}
	}
	if len(s.list) < maxSubscriptions {
		s.list = append(s.list, sub)
	}
}

// maxSubscriptions bounds what all clients together can make the server remember.
const maxSubscriptions = 10_000

// drop forgets a client's wish for one resource; with uri "" all its wishes.
func (s *subscriptions) drop(key, uri string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	keep := s.list[:0]
	for _, o := range s.list {
		if o.key != key || uri != "" && o.uri != uri {
			keep = append(keep, o)
		}
	}
	clear(s.list[len(keep):])
	s.list = keep
	if len(keep) == 0 {
		clear(s.state)
	}
}

// changed compares every resource that somebody subscribed to with what it was, and returns whom to tell.
func (s *subscriptions) changed(read func(uri string) string) []subscription {
	s.mu.Lock()
	list := append([]subscription(nil), s.list...)
	s.mu.Unlock()
	now := map[string][32]byte{}
	for _, o := range list {
		if _, done := now[o.uri]; !done {
			now[o.uri] = sha256.Sum256([]byte(read(o.uri)))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []subscription
	for _, o := range list {
		if was, known := s.state[o.uri]; known && was != now[o.uri] {
			out = append(out, o)
		}
	}
	for uri, state := range now {
		s.state[uri] = state
	}
	return out
}

// watch looks for cascades that another process finished, until ctx ends, and tells clients what they changed.
func (s *Server) watch(ctx context.Context) {
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.look(ctx)
		}
	}
}

// look compares the library with what it was when it was last looked at.
func (s *Server) look(ctx context.Context) {
	var p library.Pulse
	err := s.desk.with(ctx, func(l *library.Library) (err error) {
		p, err = l.Pulse(ctx)
		return err
	})
	if err == nil && p == s.seen {
		return
	}
	if err == nil {
		err = s.refresh(ctx)
	}
	if err != nil {
		if ctx.Err() == nil {
			s.log.Warn("watch the library", "error", err)
		}
		return
	}
	s.seen = p
	for _, sub := range s.sdk.subs.changed(func(uri string) string { return s.stateOf(ctx, uri) }) {
		sub.tell(sub.uri)
	}
}

// stateOf is a resource's text; a resource that is not there has none.
func (s *Server) stateOf(ctx context.Context, uri string) string {
	text := ""
	_ = s.desk.with(ctx, func(l *library.Library) (err error) {
		text, err = readResource(ctx, l, uri)
		return err
	})
	if uri == promptURI {
		// Its last line counts cascades; who follows the prompt wants to hear when it says something else.
		text, _, _ = strings.Cut(text, promptStamp)
	}
	return text
}

// promptStamp is how the last line of a prompt begins.
const promptStamp = "\nThis text: "

// refresh brings the resources that clients list up to date; the SDK tells clients when the list changed.
func (s *Server) refresh(ctx context.Context) error {
	return s.desk.with(ctx, func(l *library.Library) error {
		p, err := l.Pulse(ctx)
		if err != nil {
			return err
		}
		s.shelfMu.Lock()
		defer s.shelfMu.Unlock()
		if p == s.shelf {
			return nil
		}
		list, err := listResources(ctx, l)
		if err != nil {
			return err
		}
		s.sdk.setResources(list)
		s.shelf = p
		return nil
	})
}
