package web

import (
	"fmt"
	"net/http"
	"strconv"
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

// Routed is a request to the tiers as it was routed, without its text.
type Routed struct {
	At          time.Time
	Task        string
	Tier, Model string // "" where none fitted
	Because     string
	Others      []string // what else was possible, and why it was not taken
	Failed      []string // what was tried in vain
	Err         string   // "" for a whole answer
}

type tiersView struct {
	Tiers  []Tier
	Speeds []speedsOf
	Days   int
	Spans  []int // other stretches of time
	Routed []Routed
}

// routedShown is how many of the latest requests are shown.
const routedShown = 20

func (s *site) tiers(w http.ResponseWriter, r *http.Request) error {
	v := tiersView{Days: 30, Spans: []int{1, 7, 30, 365}}
	if text := r.URL.Query().Get("days"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 3650 {
			return fmt.Errorf("%w: days %q: give a number from 1 to 3650", errAsked, text)
		}
		v.Days = n
	}
	if s.o.Tiers != nil {
		v.Tiers = s.o.Tiers()
	}
	if s.o.Routed != nil {
		v.Routed = s.o.Routed()
		v.Routed = v.Routed[:min(len(v.Routed), routedShown)]
	}
	var err error
	if v.Speeds, err = s.speeds(r.Context(), v.Days); err != nil {
		return err
	}
	return s.views.page(w, r, s, "tiers", "Tiers", v)
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
