package mcp

import (
	"crypto/rand"
	"fmt"
	"sync"
	"time"
)

// sessions are the HTTP clients that shook hands. There is a most, and who says nothing for a while is forgotten.
type sessions struct {
	most int
	idle time.Duration
	now  func() time.Time

	mu   sync.Mutex
	last map[string]time.Time // by session id
}

func newSessions(most int, idle time.Duration) *sessions {
	return &sessions{most: most, idle: idle, now: time.Now, last: map[string]time.Time{}}
}

// full reports whether no further client can shake hands.
func (s *sessions) full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.last) < s.most {
		return false
	}
	for id, t := range s.last {
		if s.now().Sub(t) > s.idle {
			delete(s.last, id)
		}
	}
	return len(s.last) >= s.most
}

// Generate makes a session.
func (s *sessions) Generate() string {
	id := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last[id] = s.now()
	return id
}

// Validate refuses sessions that are over or never were.
func (s *sessions) Validate(id string) (terminated bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.last[id]
	if ok && s.now().Sub(t) > s.idle {
		delete(s.last, id)
		ok = false
	}
	if !ok {
		return false, fmt.Errorf("no session %.40q; initialize a new one", id)
	}
	s.last[id] = s.now()
	return false, nil
}

// Terminate ends a session.
func (s *sessions) Terminate(id string) (notAllowed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.last, id)
	return false, nil
}
