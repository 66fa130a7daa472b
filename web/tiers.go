package web

import (
	"net/http"
	"time"
)

// Tier is an inference server as it is now.
type Tier struct {
	Name, URL string
	State     string // up, degraded or down
	Why       string
	Since     time.Time
	Up        bool
	Running   int
	Waiting   int
	Models    []string
}

var tiersArea = area{name: "Tiers", path: "/tiers", mount: func(s *site, mux *http.ServeMux) { s.read(mux, "GET /tiers", s.tiers) }}

func (s *site) tiers(w http.ResponseWriter, r *http.Request) error {
	var list []Tier
	if s.o.Tiers != nil {
		list = s.o.Tiers()
	}
	return s.views.page(w, r, s, "tiers", "Tiers", list)
}

// tiersUp counts the servers that answer, and all; ok is false where none is configured.
func (s *site) tiersUp() (up, all int, ok bool) {
	if s.o.Tiers == nil {
		return 0, 0, false
	}
	for _, t := range s.o.Tiers() {
		all++
		if t.Up {
			up++
		}
	}
	return up, all, true
}
