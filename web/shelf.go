package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sort"
	"strings"

	"substrate/corpus"
	"substrate/library"
)

var shelfArea = area{name: "Shelf", path: "/", mount: func(s *site, mux *http.ServeMux) { s.read(mux, "GET /{$}", s.shelf) }}

var (
	driftOpen = library.DriftOptions{}
	driftAll  = library.DriftOptions{All: true}
)

// card is a document on the shelf.
type card struct {
	library.Version
	Drift, Pending, Versions int
}

type choice struct {
	Name, Link string
	Here       bool
	Count      int
}

type shelfView struct {
	Empty               bool
	Cards               []card
	Total               int
	Epochs, Standings   []choice
	Timeline            *timeline
	Epoch, Standing     string
	Cascade             int
	CascadeAt           string
	OpenDrift, Versions int
}

func (s *site) shelf(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := shelfView{Epoch: r.URL.Query().Get("epoch"), Standing: r.URL.Query().Get("standing")}
	docs, err := s.lib.Documents(ctx)
	if errors.Is(err, library.ErrEmpty) || err == nil && len(docs) == 0 {
		v.Empty = true
		return s.views.page(w, r, s, "shelf", "Shelf", v)
	}
	if err != nil {
		return err
	}
	all, err := s.lib.All(ctx)
	if err != nil {
		return err
	}
	cascades, err := s.lib.Cascades(ctx, 200)
	if err != nil {
		return err
	}
	if len(cascades) > 0 {
		v.Cascade, v.CascadeAt = cascades[0].Number, cascades[0].At
	}
	cards, err := s.cards(ctx, docs, all)
	if err != nil {
		return err
	}
	v.Total, v.Versions = len(cards), len(all)
	v.filter(cards)
	v.Timeline = newTimeline(all, cascades, epochsOf(all))
	v.OpenDrift = s.openDrift(ctx)
	return s.views.page(w, r, s, "shelf", "Shelf", v)
}

// cards joins each document with what waits for it.
func (s *site) cards(ctx context.Context, docs, all []library.Version) ([]card, error) {
	open, err := s.lib.DriftLog(ctx, driftOpen)
	if err != nil {
		return nil, err
	}
	drift, pending, versions := map[corpus.Slug]int{}, map[corpus.Slug]int{}, map[corpus.Slug]int{}
	for _, e := range open.Entries {
		drift[slugOf(e.Target)]++
	}
	findings, err := s.lib.Findings(ctx, "pending")
	if err != nil {
		return nil, err
	}
	for _, f := range findings {
		to := f.To
		if to == "" && len(f.Places) > 0 {
			to = f.Places[0].Ref
		}
		pending[slugOf(to)]++
	}
	for _, v := range all {
		versions[v.Document]++
	}
	var out []card
	for _, d := range docs {
		out = append(out, card{d, drift[d.Document], pending[d.Document], versions[d.Document]})
	}
	return out, nil
}

func slugOf(ref string) corpus.Slug {
	r, err := corpus.ParseRef(ref)
	if err != nil {
		return ""
	}
	return r.Document
}

// filter keeps the cards that were asked for and offers the others.
func (v *shelfView) filter(cards []card) {
	epochs, standings := map[string]int{}, map[string]int{}
	for _, c := range cards {
		epochs[c.Epoch] += 0 // what the other filter leaves nothing of is offered too
		standings[string(c.Standing)] += 0
		if v.Standing == "" || string(c.Standing) == v.Standing {
			epochs[c.Epoch]++
		}
		if v.Epoch == "" || c.Epoch == v.Epoch {
			standings[string(c.Standing)]++
		}
		if (v.Epoch == "" || c.Epoch == v.Epoch) && (v.Standing == "" || string(c.Standing) == v.Standing) {
			v.Cards = append(v.Cards, c)
		}
	}
	v.Epochs = choices(epochs, v.Epoch, func(e string) string { return shelfLink(e, v.Standing) })
	v.Standings = choices(standings, v.Standing, func(st string) string { return shelfLink(v.Epoch, st) })
}

// choices lists names with how many there are, "all" first.
func choices(count map[string]int, here string, link func(string) string) []choice {
	var names []string
	total := 0
	for n, k := range count {
		total += k
		if n != "" {
			names = append(names, n)
		}
	}
	sort.Strings(names)
	out := []choice{{"All", link(""), here == "", total}}
	for _, n := range names {
		out = append(out, choice{n, link(n), n == here, count[n]})
	}
	return out
}

func shelfLink(epoch, standing string) string {
	q := url.Values{}
	if epoch != "" {
		q.Set("epoch", epoch)
	}
	if standing != "" {
		q.Set("standing", standing)
	}
	if len(q) == 0 {
		return "/"
	}
	return "/?" + q.Encode()
}

// epochsOf lists the epochs that versions belong to, by their oldest date.
func epochsOf(all []library.Version) []string {
	first := map[string]string{}
	for _, v := range all {
		if d, ok := first[v.Epoch]; v.Date != "" && v.Epoch != "" && (!ok || strings.Compare(v.Date, d) < 0) {
			first[v.Epoch] = v.Date
		}
	}
	var out []string
	for e := range first {
		out = append(out, e)
	}
	sort.Slice(out, func(i, j int) bool { return first[out[i]] < first[out[j]] })
	return out
}
