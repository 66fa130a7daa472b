package web

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"substrate/library"
)

// policy lets a page load what comes from here and nothing else: no outside host, no inline script or style, no frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard sets what every answer carries and refuses changes that another site's page sends through a browser.
func guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "a change can only be sent from this site's own pages", http.StatusForbidden)
	}))
	inner := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		inner.ServeHTTP(w, r)
	})
}

func (s *site) allowed(r *http.Request, scope string) bool {
	return s.o.Allowed == nil || s.o.Allowed(r.Context(), scope)
}

// refuse sends who may not even read to sign in, and tells the others which token they need.
func (s *site) refuse(w http.ResponseWriter, r *http.Request, scope string) {
	if s.allowed(r, scopeRead) || s.o.SignIn == nil {
		s.failWith(w, r, http.StatusForbidden, "This needs a token of another scope", "What you asked for changes the library; sign in with a token of scope “"+scope+"”. substrate token create --scope "+scope+" makes one.")
		return
	}
	if r.Method != http.MethodGet || part(r) {
		w.Header().Set("HX-Redirect", "/sign-in")
		http.Error(w, "sign in first", http.StatusUnauthorized)
		return
	}
	s.showSignIn(w, r, http.StatusUnauthorized, r.URL.RequestURI(), "")
}

type signInView struct{ Next, Wrong string }

func (s *site) showSignIn(w http.ResponseWriter, r *http.Request, status int, next, wrong string) {
	w.WriteHeader(status)
	_ = s.views.page(w, r, s, "sign-in", "Sign in", signInView{next, wrong})
}

func (s *site) signInPage(w http.ResponseWriter, r *http.Request) {
	s.showSignIn(w, r, http.StatusOK, ownPath(r.URL.Query().Get("next")), "")
}

func (s *site) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<14)
	secret, next := strings.TrimSpace(r.PostFormValue("token")), ownPath(r.PostFormValue("next"))
	if s.o.SignIn == nil || !s.o.SignIn(secret) {
		s.showSignIn(w, r, http.StatusUnauthorized, next, "That token was not accepted. substrate token list shows those that are.")
		return
	}
	http.SetCookie(w, &http.Cookie{Name: TokenCookie, Value: secret, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil, MaxAge: 30 * 24 * 3600})
	http.Redirect(w, r, next, http.StatusSeeOther)
}

func (s *site) signOut(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: TokenCookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: -1})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// ownPath is a path of this site, whatever was asked for.
func ownPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.Contains(next, `\`) {
		return "/"
	}
	return next
}

// part reports whether htmx asks for a piece of a page.
func part(r *http.Request) bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-History-Restore-Request") != "true"
}

type failView struct{ Title, Text string }

// fail answers an error of the library in its own words.
func (s *site) fail(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case r.Context().Err() != nil:
		return // nobody listens any more
	case errors.Is(err, library.ErrEmpty):
		s.failWith(w, r, http.StatusOK, "The library is empty", "Nothing was taken in yet. Drop documents on the upload page, or run substrate ingest.")
	case errors.Is(err, library.ErrNotFound), errors.Is(err, library.ErrNoPicture):
		s.failWith(w, r, http.StatusNotFound, "Not here", sentence(strings.TrimPrefix(err.Error(), library.ErrNotFound.Error()+": ")))
	case errors.Is(err, library.ErrBadRef), errors.Is(err, errAsked):
		s.failWith(w, r, http.StatusBadRequest, "That cannot be answered", sentence(err.Error()))
	default:
		s.lib.Log.Error("page failed", "path", r.URL.Path, "error", err)
		s.failWith(w, r, http.StatusInternalServerError, "That failed", sentence(err.Error()))
	}
}

// errAsked is wrapped when a request is wrong in itself.
var errAsked = errors.New("wrong request")

func (s *site) failWith(w http.ResponseWriter, r *http.Request, status int, title, text string) {
	if wantsPicture(r) {
		http.Error(w, text, status)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = s.views.page(w, r, s, "fail", title, failView{title, text})
}

func wantsPicture(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/picture/") || strings.HasPrefix(r.URL.Path, "/sessions/revisions/") && strings.Contains(r.URL.Path, "/picture/")
}

func (s *site) notFound(w http.ResponseWriter, r *http.Request) {
	if !s.allowed(r, scopeRead) {
		s.refuse(w, r, scopeRead)
		return
	}
	s.failWith(w, r, http.StatusNotFound, "Not here", "There is no page "+r.URL.Path+".")
}

// sentence makes an error's text one.
func sentence(s string) string {
	if s == "" {
		return s
	}
	if !strings.ContainsAny(s[len(s)-1:], ".?!") {
		s += "."
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// inert takes away what HTML escaping leaves: control characters, and marks that turn the direction of text around, by which
// a title could make the words beside it lie.
func inert(b []byte) []byte {
	return bytes.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r < 0x20, r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0xfeff:
			return -1
		}
		return r
	}, b)
}
