package web

import "net/http"

// area is an entry of the navigation with the pages behind it. A new one gets a file of its own that declares it, and a place
// in areas; until its mount is set it has no pages and is not shown.
type area struct {
	name  string // in the navigation; "" for pages that are reached from others
	path  string
	mount func(s *site, mux *http.ServeMux)
}

// areas in the order of the navigation.
var areas = []area{shelfArea, searchArea, documentArea, pictureArea, diffArea, driftArea, sessionsArea, cascadesArea, askArea, tiersArea, uploadArea, wallArea, tickerArea, metricsArea}

// read registers a page for people who may read.
func (s *site) read(mux *http.ServeMux, pattern string, page func(http.ResponseWriter, *http.Request) error) {
	mux.HandleFunc(pattern, s.may(scopeRead, page))
}

// change registers what changes the library.
func (s *site) change(mux *http.ServeMux, pattern string, page func(http.ResponseWriter, *http.Request) error) {
	mux.HandleFunc(pattern, s.may(scopeApprove, page))
}

func (s *site) may(scope string, page func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.allowed(r, scope) {
			s.refuse(w, r, scope)
			return
		}
		if err := page(w, r); err != nil {
			s.fail(w, r, err)
		}
	}
}
