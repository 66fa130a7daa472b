// Package web serves the pages on which people look at a library: the shelf, a document beside pictures of its pages, search,
// the drift board, differences, cascades, uploads, a wall view and a ticker. Pages are made on the server and can be read
// without JavaScript. It decides nothing: every answer is package library's, and every change goes through it.
//
// It is not for programs; those have MCP and --json. Who may call, under which host name and how often, is settled by the
// server that mounts the handler.
//
// Words:
//
//   - Area: an entry of the navigation with the pages behind it; see area.go for how one is added.
//   - Part: a piece of a page that htmx asks for and puts in place of an older one.
package web

import (
	"context"
	"net/http"
	"sync"

	"substrate/library"
)

// Options say how a handler serves. The zero value serves everything to everybody who reaches it.
type Options struct {
	// Version is shown at the foot of pages.
	Version string
	// Allowed reports whether a request may do what needs a scope: "read", "capture" or "approve". nil allows everything.
	Allowed func(ctx context.Context, scope string) bool
	// Holder is the name of the token that a request came with, "" without one; may be nil.
	Holder func(ctx context.Context) string
	// SignIn reports whether a secret opens anything; the browser keeps it in a cookie named TokenCookie. nil: there is no signing in.
	SignIn func(secret string) bool
	// Tiers are the inference servers as they are now; nil: none is configured.
	Tiers func() []Tier
	// Routed are the latest requests to them, the newest first; may be nil.
	Routed func() []Routed
	// Ask answers questions by a model; nil: no tier is configured, and questions get passages.
	Ask Asker
	// Metrics answers /metrics to who may read; nil: there are none.
	Metrics http.Handler
	// MaxUpload is how many bytes one upload may have; 0 means 1 GiB.
	MaxUpload int64
}

// TokenCookie is the name of the cookie that holds the token of who signed in.
const TokenCookie = "substrate-token"

// Scopes, as tokens have them.
const (
	scopeRead    = "read"
	scopeCapture = "capture"
	scopeApprove = "approve"
)

// site is the handler's state.
type site struct {
	lib     *library.Library
	o       Options
	areas   []area
	views   *views
	static  *static
	uploads uploads
	diffs   diffs
	memory  memory
	ingest  sync.Mutex // one upload is taken in at a time
}

// Handler serves the pages of lib, which stays open as long as it is used. It is mounted at the root.
func Handler(lib *library.Library, o Options) http.Handler {
	if o.MaxUpload == 0 {
		o.MaxUpload = 1 << 30
	}
	s := &site{lib: lib, o: o, static: newStatic(), areas: areas}
	s.views = newViews(s.static)
	s.uploads.byID = map[string]*upload{}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", s.static)
	mux.HandleFunc("GET /sign-in", s.signInPage)
	mux.HandleFunc("POST /sign-in", s.signIn)
	mux.HandleFunc("POST /sign-out", s.signOut)
	for _, a := range s.areas {
		if a.mount != nil {
			a.mount(s, mux)
		}
	}
	mux.HandleFunc("/", s.notFound)
	return guard(mux)
}
