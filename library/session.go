package library

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"substrate/capture"
	"substrate/corpus/catalog"
)

// ErrOpenSession is wrapped when a session was never ended.
var ErrOpenSession = errors.New("a session is open")

// SessionInfo is a session with what it learned. The JSON form is stable.
type SessionInfo struct {
	capture.Session
	Findings []capture.Finding `json:"findings"`
	Audit    capture.Audit     `json:"audit"`
}

// StartSession opens a session. One that was never ended is an error that names it, unless another is wanted beside it.
func (l *Library) StartSession(ctx context.Context, title, by string, beside bool) (*capture.Session, error) {
	cat, err := l.sessions(ctx)
	if err != nil {
		return nil, err
	}
	defer cat.Close()
	open, err := cat.Sessions(ctx, true)
	if err != nil {
		return nil, err
	}
	if len(open) > 0 && !beside {
		s := sessionOf(open[0])
		list, err := findings(ctx, cat, s.ID, "")
		if err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("%w: session %d%s of %s was never ended and has %d finding(s); go on in it, end it with substrate session end, or start another beside it with --new",
			ErrOpenSession, s.ID, quotedTitle(s.Title), s.At.Local().Format("2006-01-02 15:04"), len(list))
	}
	s, err := l.addSession(ctx, cat, capture.Session{Title: title, By: by})
	return &s, err
}

func quotedTitle(t string) string {
	if t == "" {
		return ""
	}
	return fmt.Sprintf(" %q", t)
}

// SessionNow is the open session, or with a number that one.
func (l *Library) SessionNow(ctx context.Context, id int) (*SessionInfo, error) {
	cat, err := l.sessions(ctx)
	if err != nil {
		return nil, err
	}
	defer cat.Close()
	list, err := cat.Sessions(ctx, id == 0)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		if id == 0 || c.ID == id {
			return sessionInfo(ctx, cat, sessionOf(c))
		}
	}
	if id != 0 {
		return nil, fmt.Errorf("%w: no session %d; substrate session list shows them", ErrNotFound, id)
	}
	return nil, fmt.Errorf("%w: no session is open; substrate session start opens one, and substrate capture does so by itself", ErrNotFound)
}

func sessionInfo(ctx context.Context, cat *catalog.Catalog, s capture.Session) (*SessionInfo, error) {
	list, err := findings(ctx, cat, s.ID, "")
	if err != nil {
		return nil, err
	}
	return &SessionInfo{Session: s, Findings: list, Audit: capture.AuditOf(list)}, nil
}

// Sessions lists all sessions, newest first.
func (l *Library) Sessions(ctx context.Context) ([]SessionInfo, error) {
	cat, err := l.sessions(ctx)
	if err != nil {
		return nil, err
	}
	defer cat.Close()
	list, err := cat.Sessions(ctx, false)
	if err != nil {
		return nil, err
	}
	out := []SessionInfo{}
	for _, c := range list {
		info, err := sessionInfo(ctx, cat, sessionOf(c))
		if err != nil {
			return nil, err
		}
		out = append(out, *info)
	}
	return out, nil
}

// EndSession ends the open session, or with a number that one. A session of which nothing durable came stays open, unless a
// person says why that is so; ended tells.
func (l *Library) EndSession(ctx context.Context, id int, nothing bool, because string) (info *SessionInfo, ended bool, err error) {
	if nothing && strings.TrimSpace(because) == "" {
		return nil, false, errors.New("a session of which nothing came needs a reason: --nothing --because \"only read the guides\"")
	}
	if info, err = l.SessionNow(ctx, id); err != nil {
		return nil, false, err
	}
	if info.Ended != nil || !info.Audit.Durable && !nothing {
		return info, false, nil
	}
	cat, err := l.sessions(ctx)
	if err != nil {
		return nil, false, err
	}
	defer cat.Close()
	now := l.Now()
	info.Ended, info.Because = &now, because
	raw, err := json.Marshal(info.Session)
	if err != nil {
		return nil, false, err
	}
	return info, true, cat.SetSession(ctx, catalog.Session{ID: info.ID, At: info.At, Ended: now, Session: raw})
}

// PlaceFindings places anew what waits without a place that is sure, of one session or of all with 0. It answers how many have one now.
func (l *Library) PlaceFindings(ctx context.Context, session int) (int, error) {
	cat, err := l.sessions(ctx)
	if err != nil {
		return 0, err
	}
	defer cat.Close()
	list, err := findings(ctx, cat, session, capture.Pending)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, f := range list {
		if f.Placed() {
			continue
		}
		if f.Places, err = l.Place(ctx, f); err != nil {
			return n, err
		}
		if err := setFinding(ctx, cat, f); err != nil {
			return n, err
		}
		if f.Placed() {
			n++
		}
	}
	return n, nil
}

// FindingChange is what a person says of a finding afterwards. Empty fields change nothing.
type FindingChange struct {
	To, Kind string
	Drop     bool
	Because  string
}

// Finding is one finding by its number: "F-3" or "3".
func (l *Library) Finding(ctx context.Context, id string) (*capture.Finding, error) {
	cat, err := l.sessions(ctx)
	if err != nil {
		return nil, err
	}
	defer cat.Close()
	return findingOf(ctx, cat, id)
}

func findingOf(ctx context.Context, cat *catalog.Catalog, id string) (*capture.Finding, error) {
	list, err := findings(ctx, cat, 0, "")
	if err != nil {
		return nil, err
	}
	for _, f := range list {
		if fmt.Sprint(f.ID) == strings.TrimPrefix(strings.ToUpper(id), "F-") {
			return &f, nil
		}
	}
	return nil, fmt.Errorf("%w: no finding %q; substrate session list --findings shows them", ErrNotFound, id)
}

// ChangeFinding settles where a finding goes, of what kind it is, or that it reaches no document.
func (l *Library) ChangeFinding(ctx context.Context, id string, c FindingChange) (*capture.Finding, error) {
	cat, err := l.sessions(ctx)
	if err != nil {
		return nil, err
	}
	defer cat.Close()
	f, err := findingOf(ctx, cat, id)
	if err != nil {
		return nil, err
	}
	if f.State == capture.Done || f.State == capture.Drafted {
		return nil, fmt.Errorf("finding F-%d is %s already: %s", f.ID, f.State, f.Settled)
	}
	if c.Kind != "" {
		if f.Kind, err = capture.ParseKind(c.Kind); err != nil {
			return nil, err
		}
	}
	if c.To != "" {
		if f.To, err = l.target(ctx, c.To); err != nil {
			return nil, err
		}
		if f.Places, err = l.Place(ctx, *f); err != nil {
			return nil, err
		}
		f.State = capture.Pending
	}
	if c.Drop {
		if strings.TrimSpace(c.Because) == "" {
			return nil, errors.New("say why it reaches no document: --because \"was a typing error\"")
		}
		f.State, f.Settled = capture.Dropped, c.Because
	}
	return f, setFinding(ctx, cat, *f)
}
