package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"substrate/capture"
	"substrate/corpus"
	"substrate/library"
)

var shelfArea = area{name: "Shelf", path: "/", mount: func(s *site, mux *http.ServeMux) { s.read(mux, "GET /{$}", s.shelf) }}

var (
	driftOpen = library.DriftOptions{}
	driftAll  = library.DriftOptions{All: true}
)

// shelfPage is how many documents the shelf shows at once: two dozen rows of a wide window.
const shelfPage = 48

// card is a document on the shelf.
type card struct {
	library.Version
	Drift, Pending, Versions int
	Draft                    int // the revision that waits for an approval; 0 for none
}

type choice struct {
	Name, Link string
	Here       bool
	Count      int
}

type shelfView struct {
	Ask                     shelfQuery
	Empty                   bool
	Cards                   []card
	Found                   int // documents that the filters leave, of which Cards are a page
	First                   int // number of the first card, from 1
	Total                   int
	Large                   bool // there are more documents than a page shows
	Epochs, Standings       []choice
	Sorts, Pages            []choice
	All                     string // link to all on one page; "" when all are there
	Timeline                *timeline
	Cascade                 int
	CascadeAt               string
	OpenDrift, Versions     int
	Waiting, Unsure, Drafts int // findings, those of them without a sure place, revisions to approve
}

// shelfQuery is what the address asks for.
type shelfQuery struct {
	Epoch, Standing, Title string
	Sort                   string // "" by title, "newest", "waiting"
	Page                   int    // from 1
	All                    bool
}

func shelfQueryOf(q url.Values) shelfQuery {
	page, _ := strconv.Atoi(q.Get("page"))
	return shelfQuery{Epoch: q.Get("epoch"), Standing: q.Get("standing"), Title: strings.TrimSpace(q.Get("title")), Sort: q.Get("sort"), Page: max(page, 1), All: q.Get("all") != ""}
}

// with is the link to a query that differs in what change does, from its first page on.
func (a shelfQuery) with(change func(*shelfQuery)) string {
	a.Page, a.All = 1, false
	change(&a)
	q := url.Values{}
	for k, v := range map[string]string{"epoch": a.Epoch, "standing": a.Standing, "title": a.Title, "sort": a.Sort} {
		if v != "" {
			q.Set(k, v)
		}
	}
	if a.Page > 1 {
		q.Set("page", strconv.Itoa(a.Page))
	}
	if a.All {
		q.Set("all", "1")
	}
	if len(q) == 0 {
		return "/"
	}
	return "/?" + q.Encode()
}

func (s *site) shelf(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := shelfView{Ask: shelfQueryOf(r.URL.Query())}
	f, err := s.facts(ctx)
	if errors.Is(err, library.ErrEmpty) || err == nil && len(f.docs) == 0 {
		v.Empty = true
		return s.views.page(w, r, s, "shelf", "Shelf", v)
	}
	if err != nil {
		return err
	}
	if len(f.cascades) > 0 {
		v.Cascade, v.CascadeAt = f.cascades[0].Number, f.cascades[0].At
	}
	cards, err := s.cards(ctx, f, &v)
	if err != nil {
		return err
	}
	v.Total, v.Versions, v.Large = len(cards), len(f.all), len(cards) > shelfPage
	v.filter(cards)
	v.sort()
	v.page()
	var lanes []corpus.Slug // all
	if v.Large {
		lanes = []corpus.Slug{}
		for _, c := range v.Cards {
			lanes = append(lanes, c.Document)
		}
	}
	v.Timeline = newTimeline(f.all, f.cascades, epochsOf(f.all), lanes)
	return s.views.page(w, r, s, "shelf", "Shelf", v)
}

// cards joins each document with what waits for it, and counts what waits at all.
func (s *site) cards(ctx context.Context, f *facts, v *shelfView) ([]card, error) {
	open, err := s.lib.DriftLog(ctx, driftOpen)
	if err != nil {
		return nil, err
	}
	v.OpenDrift = open.Open
	drift, pending, drafts, versions := map[corpus.Slug]int{}, map[corpus.Slug]int{}, map[corpus.Slug]int{}, map[corpus.Slug]int{}
	for _, e := range open.Entries {
		drift[slugOf(e.Target)]++
	}
	findings, err := s.lib.Findings(ctx, capture.Pending)
	if err != nil {
		return nil, err
	}
	v.Waiting = len(findings)
	for _, x := range findings {
		if to := x.Toward(); to != "" {
			pending[slugOf(to)]++
		} else {
			v.Unsure++
		}
	}
	if findings, err = s.lib.Findings(ctx, capture.Drafted); err != nil {
		return nil, err
	}
	seen := map[int]bool{}
	for _, x := range findings {
		if p, ok := x.Goes(); ok {
			drafts[slugOf(p.Ref)] = x.Revision
		}
		seen[x.Revision] = true
	}
	v.Drafts = len(seen)
	for _, x := range f.all {
		versions[x.Document]++
	}
	var out []card
	for _, d := range f.docs {
		out = append(out, card{d, drift[d.Document], pending[d.Document], versions[d.Document], drafts[d.Document]})
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
	a := v.Ask
	epochs, standings := map[string]int{}, map[string]int{}
	words := strings.Fields(strings.ToLower(a.Title))
	for _, c := range cards {
		epochs[c.Epoch] += 0 // what the other filter leaves nothing of is offered too
		standings[string(c.Standing)] += 0
		title := strings.ToLower(c.Title)
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(title, w) }) {
			continue
		}
		if a.Standing == "" || string(c.Standing) == a.Standing {
			epochs[c.Epoch]++
		}
		if a.Epoch == "" || c.Epoch == a.Epoch {
			standings[string(c.Standing)]++
		}
		if (a.Epoch == "" || c.Epoch == a.Epoch) && (a.Standing == "" || string(c.Standing) == a.Standing) {
			v.Cards = append(v.Cards, c)
		}
	}
	v.Epochs = choices(epochs, a.Epoch, func(e string) string { return a.with(func(q *shelfQuery) { q.Epoch = e }) })
	v.Standings = choices(standings, a.Standing, func(st string) string { return a.with(func(q *shelfQuery) { q.Standing = st }) })
}

// sort puts the cards into the order that was asked for, and offers the others.
func (v *shelfView) sort() {
	for _, o := range [][2]string{{"", "Title"}, {"newest", "Newest"}, {"waiting", "What waits"}} {
		v.Sorts = append(v.Sorts, choice{Name: o[1], Link: v.Ask.with(func(q *shelfQuery) { q.Sort = o[0] }), Here: v.Ask.Sort == o[0]})
	}
	byTitle := func(a, b card) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)), cmp.Compare(a.Ref, b.Ref))
	}
	switch {
	case v.Ask.Sort == "newest":
		slices.SortStableFunc(v.Cards, func(a, b card) int { return cmp.Or(cmp.Compare(b.Date, a.Date), byTitle(a, b)) })
	case v.Ask.Sort == "waiting":
		waits := func(c card) int { return c.Drift + c.Pending + min(c.Draft, 1) }
		slices.SortStableFunc(v.Cards, func(a, b card) int { return cmp.Or(waits(b)-waits(a), byTitle(a, b)) })
	case v.Large:
		slices.SortStableFunc(v.Cards, byTitle)
	}
}

// page leaves one page of the cards, unless all were asked for.
func (v *shelfView) page() {
	v.Found, v.First = len(v.Cards), 1
	pages := (v.Found + shelfPage - 1) / shelfPage
	if pages < 2 {
		return
	}
	here := min(v.Ask.Page, pages)
	for p := 1; p <= pages; p++ {
		v.Pages = append(v.Pages, choice{Name: strconv.Itoa(p), Link: v.Ask.with(func(q *shelfQuery) { q.Page = p }), Here: p == here && !v.Ask.All})
	}
	if v.Ask.All {
		return
	}
	v.All = v.Ask.with(func(q *shelfQuery) { q.All = true })
	v.First = (here-1)*shelfPage + 1
	v.Cards = v.Cards[v.First-1 : min(here*shelfPage, v.Found)]
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
	sort.Slice(out, func(i, j int) bool {
		return cmp.Or(cmp.Compare(first[out[i]], first[out[j]]), cmp.Compare(out[i], out[j])) < 0
	})
	return out
}
