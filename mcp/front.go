package mcp

import (
	"context"
	"io"
	"net/http"
	"time"
)

// FrontCookie is the cookie that a browser keeps its token in.
const FrontCookie = "substrate-token"

// front lets browsers in: to the pages that are mounted at the root the same rules apply as to the protocol. What a token
// allows is noted; the pages themselves tell who lacks one, in words for people.
type front struct {
	g    *gate
	next http.Handler
}

// noScope is a scope that allows nothing: of who has no token where one is needed.
const noScope = "none"

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// A link to a page may stand anywhere; what follows it only shows something.
	seen := r
	if followed(r) {
		seen = r.Clone(r.Context())
		seen.Header.Del("Sec-Fetch-Site")
	}
	if err := checkHost(seen, f.g.local, f.g.o.Hosts); err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	if !f.g.rate.take(r.RemoteAddr) {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too many requests; wait a second", http.StatusTooManyRequests)
		return
	}
	select {
	case f.g.slots <- struct{}{}:
		defer func() { <-f.g.slots }()
	default:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too many requests at the same time; wait a second", http.StatusServiceUnavailable)
		return
	}
	if c, err := r.Cookie(FrontCookie); err == nil && r.Header.Get("Authorization") == "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+c.Value)
	}
	scope, name, err := f.g.authorize(r)
	switch {
	case err != nil && r.Header.Get("Authorization") == "" && f.g.o.OpenMetrics && neighbour(r):
		scope = "read"
	case err != nil:
		scope = noScope
	}
	ctx := r.Context()
	if scope != "" {
		ctx = withHolder(withScope(ctx, scope), name)
	}
	// Streams end with the server, so that a shutdown does not wait for them; a change that was begun is finished.
	if r.Method == http.MethodGet {
		c, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(f.g.open, cancel)()
		ctx = c
	}
	c := http.NewResponseController(w)
	r = r.WithContext(ctx)
	if r.Body != nil {
		r.Body = &slowBody{r.Body, c}
	}
	f.next.ServeHTTP(&slowWriter{w, c}, r)
}

// neighbour reports whether a request for the metrics comes from this machine itself. What a proxy on it passes on comes from
// elsewhere, and says so.
func neighbour(r *http.Request) bool {
	if r.URL.Path != "/metrics" || r.Method != http.MethodGet {
		return false
	}
	for _, h := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"} {
		if len(r.Header.Values(h)) > 0 {
			return false
		}
	}
	return loopbackName(hostName(r.RemoteAddr))
}

// slowBody gives each piece of an upload its own time: a large one may take long, one that stops is let go.
type slowBody struct {
	io.ReadCloser
	c *http.ResponseController
}

func (b *slowBody) Read(p []byte) (int, error) {
	_ = b.c.SetReadDeadline(time.Now().Add(writeTime))
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		_ = b.c.SetReadDeadline(time.Time{})
	}
	return n, err
}

// slowWriter gives each write its own time.
type slowWriter struct {
	http.ResponseWriter
	c *http.ResponseController
}

func (w *slowWriter) Write(p []byte) (int, error) {
	_ = w.c.SetWriteDeadline(time.Now().Add(writeTime))
	return w.ResponseWriter.Write(p)
}

func (w *slowWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// followed reports whether a person followed a link or typed an address: a new page in the window itself, not a part of
// another site's page.
func followed(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document" && r.Header.Get("Origin") == ""
}

// Allowed reports whether a request that came in through a server may do what needs a scope: "read", "capture" or "approve".
func Allowed(ctx context.Context, scope string) bool { return allowed(ctx, scope) }

// Holder is the name of the token that a request came in with through a server; "" without one.
func Holder(ctx context.Context) string { return holder(ctx) }
