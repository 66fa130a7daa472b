package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"substrate/corpus"
	"substrate/library"
)

var searchArea = area{name: "", path: "/search", mount: func(s *site, mux *http.ServeMux) { s.read(mux, "GET /search", s.search) }}

type searchView struct {
	Query, AsOf string
	History     bool
	Found       *library.Found
	Thumbs      []thumb // one for each hit
	Link        string  // to share
	Other       string  // the same question with history, or without
}

// thumb is the page that a hit stands on.
type thumb struct {
	Key  string
	Page int
}

func (s *site) search(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := searchView{Query: strings.TrimSpace(q.Get("q")), History: q.Get("history") != "", AsOf: q.Get("as_of")}
	v.Link, v.Other = searchLink(v.Query, v.History, v.AsOf), searchLink(v.Query, !v.History, v.AsOf)
	if v.Query != "" {
		o := library.SearchOptions{Limit: 12, History: v.History}
		if v.AsOf != "" {
			day, err := corpus.ParseISODate(v.AsOf)
			if err != nil {
				return fmt.Errorf("%w: as_of: %w", errAsked, err)
			}
			o.AsOf = day
		}
		found, err := s.lib.Search(r.Context(), v.Query, o)
		if err != nil {
			return err
		}
		v.Found = found
		if v.Thumbs, err = s.thumbs(r, found.Hits); err != nil {
			return err
		}
	}
	if part(r) {
		// The address follows what is typed, but going back leaves the search and does not take letters away.
		head := "HX-Push-Url"
		if at, err := url.Parse(r.Header.Get("HX-Current-URL")); err == nil && at.Path == "/search" {
			head = "HX-Replace-Url"
		}
		w.Header().Set(head, v.Link)
	}
	title := "Search"
	if v.Query != "" {
		title = v.Query + " · Search"
	}
	return s.views.page(w, r, s, "search", title, v)
}

func searchLink(q string, history bool, asOf string) string {
	past := ""
	if history {
		past = "1"
	}
	return linkTo("/search", "q", q, "history", past, "as_of", asOf)
}

// linkTo is a path with a query of names and values; what is empty is left out.
func linkTo(path string, query ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		if query[i+1] != "" {
			v.Set(query[i], query[i+1])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// originals are the SHA-256 of the originals that have pages, by the ref of their version.
func (s *site) originals(r *http.Request) (map[string]string, error) {
	all, err := s.lib.All(r.Context())
	if err != nil {
		return nil, err
	}
	keys := map[string]string{}
	for _, v := range all {
		if v.Pages > 0 {
			keys[v.Ref] = v.SHA256
		}
	}
	return keys, nil
}

func (s *site) thumbs(r *http.Request, hits []library.Hit) ([]thumb, error) {
	if len(hits) == 0 {
		return nil, nil
	}
	keys, err := s.originals(r)
	if err != nil {
		return nil, err
	}
	out := make([]thumb, len(hits))
	for i, h := range hits {
		ref, _, _ := strings.Cut(h.Ref, "#")
		if len(h.Pages) > 0 {
			out[i] = thumb{keys[ref], h.Pages[0]}
		}
	}
	return out, nil
}
