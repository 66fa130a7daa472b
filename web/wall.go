package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"substrate/library"
)

var wallArea = area{name: "Wall", path: "/wall", mount: func(s *site, mux *http.ServeMux) { s.read(mux, "GET /wall", s.wall) }}

// pulse is what the wall and the ticker show. A nil or empty value is not known, or there is none; it is shown as "--".
type pulse struct {
	Library    string `json:"library"`
	Documents  *int   `json:"documents_current"`
	Drift      *int   `json:"drift_open"`
	Candidates *int   `json:"candidates_open"`
	// Oldest is the authoritative document whose current version is the oldest: nobody has put anything down about it since.
	Oldest    *oldest      `json:"oldest_unverified"`
	TiersUp   *int         `json:"tiers_up"` // set where inference is configured
	TiersAll  *int         `json:"tiers"`
	Cascade   *lastCascade `json:"last_cascade"`
	Generated string       `json:"generated"`
}

type oldest struct {
	Ref   string `json:"ref"`
	Title string `json:"title"`
	Date  string `json:"date"`
	Days  int    `json:"days"`
}

type lastCascade struct {
	Number  int    `json:"cascade"`
	At      string `json:"at"`
	Summary string `json:"summary"`
}

func (s *site) pulse(ctx context.Context) (*pulse, error) {
	p := &pulse{Library: s.lib.Name(), Generated: s.lib.Now().Format("2006-01-02 15:04")}
	if up, all, ok := s.tiersUp(); ok {
		p.TiersUp, p.TiersAll = &up, &all
	}
	f, err := s.facts(ctx)
	if errors.Is(err, library.ErrEmpty) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	current := 0
	for _, d := range f.docs {
		if d.Standing == "authoritative" || d.Standing == "historical" {
			current++
		}
		if d.Standing == "authoritative" && d.Date != "" && (p.Oldest == nil || d.Date < p.Oldest.Date) {
			p.Oldest = &oldest{d.Ref, d.Title, d.Date, daysSince(d.Date, s.lib.Now())}
		}
	}
	p.Documents = &current
	list, err := s.lib.DriftLog(ctx, driftOpen)
	if err != nil {
		return nil, err
	}
	p.Drift = &list.Open
	found, err := s.lib.Candidates(ctx)
	if err != nil {
		return nil, err
	}
	open := 0
	for _, c := range found {
		if c.State == "open" {
			open++
		}
	}
	p.Candidates = &open
	for _, c := range f.cascades {
		if c.Undone == "" {
			p.Cascade = &lastCascade{c.Number, c.At, c.Summary}
			break
		}
	}
	return p, nil
}

type wallView struct {
	Library, Generated string
	Cells              []wallCell
	Entries            []entryView
	Recent             []library.Version
	Wide               bool
}

type wallCell struct {
	Name, Value, Note string
	Alert             bool
}

func (s *site) wall(w http.ResponseWriter, r *http.Request) error {
	p, err := s.pulse(r.Context())
	if err != nil {
		return err
	}
	v := wallView{Library: p.Library, Generated: p.Generated}
	v.Cells = []wallCell{
		{Name: "documents current", Value: number(p.Documents)},
		{Name: "drift open", Value: number(p.Drift), Alert: p.Drift != nil && *p.Drift > 0},
		{Name: "to be judged", Value: number(p.Candidates)},
		{Name: "oldest unverified", Value: "--"},
		{Name: "tiers up", Value: number(p.TiersUp)},
		{Name: "last cascade", Value: "--"},
	}
	if p.Oldest != nil {
		v.Cells[3].Value, v.Cells[3].Note = ageText(p.Oldest.Days), p.Oldest.Title
	}
	if p.Cascade != nil {
		day, _, _ := strings.Cut(p.Cascade.At, " ")
		v.Cells[5].Value, v.Cells[5].Note = "#"+itoa(p.Cascade.Number), day
	}
	board, err := s.board(r)
	if err != nil {
		return err
	}
	v.Entries = board.Open[:min(6, len(board.Open))]
	if f, err := s.facts(r.Context()); err == nil {
		v.Recent = newest(f.all, 6)
	}
	return s.views.part(w, "wall", "wall", v)
}

func number(n *int) string {
	if n == nil {
		return "--"
	}
	return itoa(*n)
}

// newest are the current versions that were issued last.
func newest(all []library.Version, n int) []library.Version {
	var out []library.Version
	for _, v := range all {
		if v.Standing != "authoritative" || v.Date == "" {
			continue
		}
		i := 0
		for i < len(out) && out[i].Date >= v.Date {
			i++
		}
		out = append(out[:i], append([]library.Version{v}, out[i:]...)...)
		out = out[:min(n, len(out))]
	}
	return out
}
