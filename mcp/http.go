package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"substrate/library"
)

// HTTPOptions say who may talk to the server, and how much.
type HTTPOptions struct {
	// Tokens are asked for where they are needed: everywhere but on loopback. A token that is sent is always checked.
	Tokens *Tokens
	// RequireToken asks for a token on loopback too, as behind a proxy.
	RequireToken bool
	// Hosts are names by which clients may call the server, besides its addresses.
	Hosts []string
	// Sessions is how many clients may be connected; Rate how many requests a client's address may send in a second.
	Sessions, Rate int
	// Idle is how long a silent client is remembered.
	Idle time.Duration
	// Grace is how long a shutdown waits for what is in flight.
	Grace time.Duration
	// OpenMetrics lets this machine itself ask for /metrics without a token, even where one is needed.
	OpenMetrics bool
	// Around, if there is one, is put around all that is served, to watch it.
	Around func(http.Handler) http.Handler
	// Front, if there is one, is served at the root to whom the same rules let in; see Allowed.
	Front http.Handler
}

// Defaults fills in what was left out.
func (o HTTPOptions) defaults() HTTPOptions {
	if o.Sessions == 0 {
		o.Sessions = 256
	}
	if o.Rate == 0 {
		o.Rate = 2000
	}
	if o.Idle == 0 {
		o.Idle = time.Hour
	}
	if o.Grace == 0 {
		o.Grace = 10 * time.Second
	}
	return o
}

const (
	headerTime = 10 * time.Second // to send a request's head, and again for its body
	writeTime  = 30 * time.Second // to take what was written
	maxHeader  = 64 << 10
	maxOpen    = 1024 // requests at the same time, streams among them
)

// ServeHTTP serves on listener until ctx ends; then it finishes what is in flight.
func (s *Server) ServeHTTP(ctx context.Context, listener net.Listener, o HTTPOptions) error {
	o = o.defaults()
	if !isLoopback(listener.Addr()) && o.Tokens == nil {
		return errors.New("an address other than loopback needs tokens")
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go s.watch(watching)
	srv := &http.Server{
		Handler: s.handler(watching, isLoopback(listener.Addr()), o), ReadHeaderTimeout: headerTime, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: maxHeader,
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(listener) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.Grace)
	defer cancel()
	if err := srv.Shutdown(grace); err != nil {
		srv.Close()
		return fmt.Errorf("shut down: some requests were cut off after %s: %w", o.Grace, err)
	}
	return nil
}

// handler is everything that the server answers. Streams end with open, so that a shutdown does not wait for them.
func (s *Server) handler(open context.Context, local bool, o HTTPOptions) http.Handler {
	clients := newSessions(o.Sessions, o.Idle)
	g := &gate{local: local, o: o, sessions: clients, rate: newRate(o.Rate), open: open, slots: make(chan struct{}, maxOpen), next: s.sdk.httpHandler(clients, o.Idle)}
	mux := http.NewServeMux()
	mux.Handle("/mcp", g)
	if o.Front != nil {
		mux.Handle("/", &front{g, o.Front})
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		err := s.desk.with(r.Context(), func(l *library.Library) error {
			_, err := l.Pulse(r.Context())
			return err
		})
		if err == nil {
			err = open.Err()
		}
		if err != nil {
			s.log.Error("not ready", "error", err)
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	if o.Around != nil {
		return o.Around(mux)
	}
	return mux
}

// gate lets requests to the protocol that may come in, whole and of bounded size.
type gate struct {
	local    bool
	o        HTTPOptions
	sessions *sessions
	rate     *rate
	open     context.Context
	slots    chan struct{}
	next     http.Handler
}

const sessionHeader = "Mcp-Session-Id"

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := checkHost(r, g.local, g.o.Hosts); err != nil {
		refuse(w, http.StatusForbidden, err.Error())
		return
	}
	scope, name, err := g.authorize(r)
	if err != nil {
		w.Header().Set("WWW-Authenticate", `Bearer realm="substrate"`)
		refuse(w, http.StatusUnauthorized, err.Error())
		return
	}
	if !g.rate.take(r.RemoteAddr) {
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusTooManyRequests, fmt.Sprintf("more than %d requests a second; wait a second", g.o.Rate))
		return
	}
	select {
	case g.slots <- struct{}{}:
		defer func() { <-g.slots }()
	default:
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusServiceUnavailable, "too many requests at the same time; wait a second")
		return
	}
	ctx := r.Context()
	if scope != "" {
		ctx = withHolder(withScope(ctx, scope), name)
	}
	modern := r.Header.Get("Mcp-Protocol-Version") >= "2026-07-28"
	stream := r.Method == http.MethodGet || r.Header.Get("Mcp-Method") == "subscriptions/listen"
	if stream {
		c, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(g.open, cancel)()
		ctx = c
	}
	r = r.WithContext(ctx)
	switch r.Method {
	case http.MethodPost:
		if !g.body(w, r) {
			return
		}
		if !modern && r.Header.Get(sessionHeader) == "" && g.sessions.full() {
			w.Header().Set("Retry-After", "60")
			refuse(w, http.StatusServiceUnavailable, fmt.Sprintf("%d clients are connected, which is the most; try again later", g.o.Sessions))
			return
		}
	case http.MethodGet, http.MethodDelete:
		if !modern && !g.known(w, r) {
			return
		}
	default:
		w.Header().Set("Allow", "GET, POST, DELETE")
		refuse(w, http.StatusMethodNotAllowed, r.Method+" is not a method of this endpoint")
		return
	}
	g.next.ServeHTTP(&patient{w, http.NewResponseController(w)}, r)
}

// body reads all of a request before anything is done about it: a client that stops in the middle holds nothing but a
// connection, and that not for long.
func (g *gate) body(w http.ResponseWriter, r *http.Request) bool {
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Now().Add(headerTime))
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
	_ = c.SetReadDeadline(time.Time{})
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		refuse(w, http.StatusRequestEntityTooLarge, "message is longer than 4 MiB")
		return false
	case err != nil:
		refuse(w, http.StatusBadRequest, "the request's body did not arrive")
		return false
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	return true
}

// known refuses streams of sessions that are over or never were.
func (g *gate) known(w http.ResponseWriter, r *http.Request) bool {
	id := r.Header.Get(sessionHeader)
	if id == "" {
		refuse(w, http.StatusBadRequest, "header "+sessionHeader+" is missing; initialize first")
		return false
	}
	if _, err := g.sessions.Validate(id); err != nil {
		refuse(w, http.StatusNotFound, err.Error())
		return false
	}
	return true
}

// refuse answers in the protocol's own form, which every client can show.
func refuse(w http.ResponseWriter, status int, words string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"jsonrpc": "2.0", "id": nil, "error": map[string]any{"code": -32600, "message": words}})
}

// patient gives every write its own time: a client that stops reading is let go, one that listens for days is not.
type patient struct {
	http.ResponseWriter
	c *http.ResponseController
}

func (p *patient) Write(b []byte) (int, error) {
	_ = p.c.SetWriteDeadline(time.Now().Add(writeTime))
	if _, err := p.ResponseWriter.Write(missing(b)); err != nil { // an answer is one write
		return 0, err
	}
	return len(b), nil
}

func (p *patient) Flush() {
	_ = p.c.SetWriteDeadline(time.Now().Add(writeTime))
	_ = p.c.Flush()
}

func (p *patient) Unwrap() http.ResponseWriter { return p.ResponseWriter }
