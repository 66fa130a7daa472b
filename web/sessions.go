package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"substrate/capture"
	"substrate/library"
)

// sessionsArea is for what was learned on its way into documents: findings that wait, where they would go, and the revisions
// made of them; see revision.go and captures.go.
var sessionsArea = area{name: "Sessions", path: "/sessions", mount: func(s *site, mux *http.ServeMux) {
	s.read(mux, "GET /sessions", s.sessions)
	s.read(mux, "GET /sessions/places", s.places)
	s.hand(mux, "POST /sessions/findings", s.capture)
	s.hand(mux, "POST /sessions/findings/{id}/place", s.place)
	s.change(mux, "POST /sessions/findings/{id}/drop", s.drop)
	s.hand(mux, "POST /sessions/place", s.placeAll)
	s.hand(mux, "POST /sessions/start", s.startSession)
	s.hand(mux, "POST /sessions/end/{n}", s.endSession)
	s.change(mux, "POST /sessions/revise/{document}", s.revise)
	s.read(mux, "GET /sessions/revisions/{id}", s.revision)
	s.read(mux, "GET /sessions/revisions/{id}/picture/{key}/{page}", s.draftPicture)
	s.change(mux, "POST /sessions/revisions/{id}/approve", s.approve)
	s.change(mux, "POST /sessions/revisions/{id}/reject", s.reject)
}}

// shownFindings is how many findings the page shows at once, and how many sessions.
const (
	shownFindings = 60
	shownSessions = 20
)

type sessionsView struct {
	Note, Wrong string
	Form        captureForm
	Hand, May   bool // the visitor may capture, may change
	Empty       bool // nothing was captured ever

	Drafts, Settled []revisionRow
	Unsure          []findingView // without a sure place
	Groups          []findingGroup
	Only, OnlyName  string // the document whose findings are shown; "" for all
	Waiting         int    // findings, however many of them are shown
	Hidden          int    // findings that are not shown
	Sessions        []sessionView
	HiddenSessions  int
}

// findingGroup is what waits for one document.
type findingGroup struct {
	Slug, Title string
	Draft       int // the open draft of the document that they would join; 0 for none
	Findings    []findingView
	All         int
}

type findingView struct {
	capture.Finding
	Days  int
	Goes  string      // ref where it will go; "" when that is not sure
	Top   []placeView // at most three
	Whole bool        // a person named its document, and where in it is not sure: a revision leaves it out
	Wrong string
	Hand  bool
	May   bool
}

type placeView struct {
	capture.Place
	Title   string // of the document
	Percent int
	Chosen  bool // a person said so
	Offer   bool // it can be chosen
}

type revisionRow struct {
	capture.Revision
	Days  int
	Stale bool
}

type sessionView struct {
	library.SessionInfo
	When, EndedAt string
	Hand          bool
}

// hand registers what hands something in without changing a document.
func (s *site) hand(mux *http.ServeMux, pattern string, page func(http.ResponseWriter, *http.Request) error) {
	mux.HandleFunc(pattern, s.may(scopeCapture, page))
}

func (s *site) sessions(w http.ResponseWriter, r *http.Request) error {
	return s.showSessions(w, r, http.StatusOK, captureForm{To: r.URL.Query().Get("to")}, "", "")
}

// showSessions writes the page; wrong is what the person did wrong, on the finding with the number on, or on the form with "".
func (s *site) showSessions(w http.ResponseWriter, r *http.Request, status int, form captureForm, on, wrong string) error {
	v := sessionsView{Note: r.URL.Query().Get("note"), Form: form, Hand: s.allowed(r, scopeCapture), May: s.allowed(r, scopeApprove)}
	if on == "" {
		v.Form.Wrong = wrong
	}
	if err := s.fillSessions(r, &v, on, wrong); err != nil && !errors.Is(err, library.ErrEmpty) {
		return err
	}
	v.Empty = v.Waiting == 0 && len(v.Sessions) == 0 && len(v.Drafts) == 0 && len(v.Settled) == 0
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if status != http.StatusOK {
		w.WriteHeader(status)
	}
	return s.views.page(w, r, s, "sessions", "Sessions", v)
}

func (s *site) fillSessions(r *http.Request, v *sessionsView, on, wrong string) error {
	ctx := r.Context()
	waiting, err := s.lib.Findings(ctx, capture.Pending)
	if err != nil {
		return err
	}
	f, err := s.facts(ctx)
	if err != nil {
		return err
	}
	if err := s.fillRevisions(ctx, f, v); err != nil {
		return err
	}
	if v.Only = r.URL.Query().Get("document"); v.Only != "" {
		v.OnlyName = cmp.Or(f.names[v.Only], v.Only)
		waiting = slices.DeleteFunc(waiting, func(x capture.Finding) bool {
			to := x.Toward()
			return to == "" || string(slugOf(to)) != v.Only
		})
	}
	v.Waiting = len(waiting)
	room := shownFindings
	if r.URL.Query().Get("all") != "" {
		room = len(waiting)
	}
	v.group(waiting, f.names, s.lib.Now(), room)
	for _, list := range v.lists() {
		for i := range list {
			f := &list[i]
			f.Hand, f.May = v.Hand, v.May
			if on != "" && fmt.Sprint(f.ID) == strings.TrimPrefix(strings.ToUpper(on), "F-") {
				f.Wrong, wrong = wrong, ""
			}
		}
	}
	if on != "" {
		v.Wrong = wrong // the finding that it is about does not wait any more
	}
	sessions, err := s.lib.Sessions(ctx)
	if err != nil {
		return err
	}
	for _, x := range sessions {
		if len(v.Sessions) == shownSessions && room < len(waiting)+1 {
			v.HiddenSessions = len(sessions) - shownSessions
			break
		}
		sv := sessionView{SessionInfo: x, When: x.At.Local().Format("2006-01-02 15:04"), Hand: v.Hand}
		if x.Ended != nil {
			sv.EndedAt = x.Ended.Local().Format("2006-01-02 15:04")
		}
		v.Sessions = append(v.Sessions, sv)
	}
	return nil
}

func (v *sessionsView) lists() [][]findingView {
	out := [][]findingView{v.Unsure}
	for _, g := range v.Groups {
		out = append(out, g.Findings)
	}
	return out
}

func (s *site) fillRevisions(ctx context.Context, f *facts, v *sessionsView) error {
	list, err := s.lib.Revisions(ctx)
	if err != nil {
		return err
	}
	for _, x := range list {
		row := revisionRow{Revision: x, Days: daysOf(s.lib.Now(), x.At)}
		if x.State == capture.Draft {
			row.Stale = f.current[string(x.Document)] != x.Base
			v.Drafts = append(v.Drafts, row)
		} else {
			v.Settled = append(v.Settled, row)
		}
	}
	return nil
}

// group sorts findings by the document that they will go to, those without a sure place first, oldest first.
func (v *sessionsView) group(list []capture.Finding, titles map[string]string, now time.Time, room int) {
	by := map[string]*findingGroup{}
	for _, f := range list {
		x := newFinding(f, titles, now)
		slug := string(slugOf(x.Goes))
		shown := room > 0
		if room--; !shown {
			v.Hidden++
		}
		if slug == "" {
			if shown {
				v.Unsure = append(v.Unsure, x)
			}
			continue
		}
		g := by[slug]
		if g == nil {
			g = &findingGroup{Slug: slug, Title: cmp.Or(titles[slug], slug)}
			by[slug] = g
		}
		g.All++
		if shown {
			g.Findings = append(g.Findings, x)
		}
	}
	for _, d := range slices.Backward(v.Drafts) {
		if g := by[string(d.Document)]; g != nil && !d.Edited {
			g.Draft = d.ID
		}
	}
	for _, g := range by {
		if len(g.Findings) == 0 {
			continue // all of them are behind those that are shown
		}
		v.Groups = append(v.Groups, *g)
	}
	slices.SortFunc(v.Groups, func(a, b findingGroup) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.Slug, b.Slug)) })
}

func newFinding(f capture.Finding, titles map[string]string, now time.Time) findingView {
	x := findingView{Finding: f, Days: daysOf(now, f.At)}
	x.Goes = f.Toward()
	x.Whole = x.Goes != "" && !strings.Contains(x.Goes, "#")
	list := f.Places
	if f.Section() && !slices.ContainsFunc(list, func(p capture.Place) bool { return p.Ref == f.To }) {
		list = append([]capture.Place{{Ref: f.To, Form: capture.Into, Confidence: 1, Because: "a person said so"}}, list...)
	}
	for _, p := range list[:min(3, len(list))] {
		x.Top = append(x.Top, placeView{
			Place: p, Title: titles[string(slugOf(p.Ref))], Percent: int(p.Confidence*100 + 0.5),
			Chosen: f.To != "" && p.Ref == f.To, Offer: p.Ref != "" && p.Ref != f.To && f.State == capture.Pending,
		})
	}
	return x
}

func daysOf(now, at time.Time) int {
	if at.IsZero() {
		return -1
	}
	return max(0, int(now.Sub(at)/(24*time.Hour)))
}

// places offers references that begin as what was typed.
func (s *site) places(w http.ResponseWriter, r *http.Request) error {
	start := strings.TrimSpace(r.URL.Query().Get("to"))
	list, err := s.lib.Complete(r.Context(), start, strings.ContainsAny(start, "@#"))
	if err != nil && !errors.Is(err, library.ErrEmpty) {
		list = nil // half a reference names nothing yet
	}
	return s.views.part(w, "sessions", "options", list[:min(len(list), 40)])
}

// toSessions leads back to the page, with what happened, at a place on it.
func toSessions(w http.ResponseWriter, r *http.Request, note, at string) {
	p := "/sessions"
	if note != "" {
		p += "?note=" + url.QueryEscape(note)
	}
	if at != "" {
		p += "#" + url.PathEscape(at)
	}
	http.Redirect(w, r, p, http.StatusSeeOther)
}
