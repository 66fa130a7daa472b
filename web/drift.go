package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"substrate/driftlog"
	"substrate/library"
)

var driftArea = area{name: "Drift", path: "/drift", mount: func(s *site, mux *http.ServeMux) {
	s.read(mux, "GET /drift", s.drift)
	s.change(mux, "POST /drift/candidates/{id}", s.judge)
	s.change(mux, "POST /drift/entries/{id}/resolve", s.resolve)
	s.change(mux, "POST /drift/scan", s.scan)
}}

type driftView struct {
	Open, Resolved []entryView
	Candidates     []candidateView
	Judged         []candidateView
	Problems       []problemView
	Note           string
}

type entryView struct {
	ID, Place, Says, Actually, Found, Status, Because, By, RecordedIn, Target string
	Days                                                                      int
}

func newEntry(e driftlog.State, now time.Time) entryView {
	return entryView{
		ID: e.ID, Place: e.Place(), Says: e.Says, Actually: e.Actually, Found: e.Found.String(), Status: string(e.Status),
		Because: e.Because, By: e.By, RecordedIn: e.RecordedIn, Target: e.Target, Days: daysSince(e.Found.String(), now),
	}
}

type candidateView struct {
	library.Judged
	Days   int
	May    bool
	Wrong  string
	Titles [2]string // of the documents that Ref and Other name
}

type problemView struct{ Where, Text, Why string }

func (s *site) drift(w http.ResponseWriter, r *http.Request) error {
	v, err := s.board(r)
	if err != nil {
		return err
	}
	v.Note = r.URL.Query().Get("note")
	return s.views.page(w, r, s, "drift", "Drift", v)
}

func (s *site) board(r *http.Request) (*driftView, error) {
	ctx := r.Context()
	v := &driftView{}
	list, err := s.lib.DriftLog(ctx, driftAll)
	if errors.Is(err, library.ErrEmpty) {
		return v, nil
	}
	if err != nil {
		return nil, err
	}
	for _, e := range list.Entries {
		x := newEntry(e, s.lib.Now())
		if x.Status == "open" {
			v.Open = append(v.Open, x)
		} else {
			v.Resolved = append(v.Resolved, x)
		}
	}
	for _, p := range list.Problems {
		v.Problems = append(v.Problems, problemView{p.Where, p.Text, p.Why})
	}
	found, err := s.lib.Candidates(ctx)
	if err != nil {
		return nil, err
	}
	titles, err := s.titles(r)
	if err != nil {
		return nil, err
	}
	for _, c := range found {
		x := s.candidate(r, c, titles)
		switch c.State {
		case "open":
			v.Candidates = append(v.Candidates, x)
		case "accepted", "dismissed":
			v.Judged = append(v.Judged, x)
		}
	}
	return v, nil
}

func (s *site) candidate(r *http.Request, c library.Judged, titles map[string]string) candidateView {
	x := candidateView{Judged: c, Days: -1, May: s.allowed(r, scopeApprove)}
	if !c.At.IsZero() {
		x.Days = int(s.lib.Now().Sub(c.At) / (24 * time.Hour))
	}
	for i, ref := range []string{c.Ref, c.Other} {
		at, _, _ := strings.Cut(ref, "#")
		if x.Titles[i] = titles[at]; x.Titles[i] == "" {
			x.Titles[i] = at
		}
	}
	return x
}

// titles are the titles of versions with their labels, by reference.
func (s *site) titles(r *http.Request) (map[string]string, error) {
	f, err := s.facts(r.Context())
	if err != nil {
		return nil, err
	}
	return f.titles, nil
}

// judge accepts or dismisses a candidate. What the person did wrong is said on the candidate itself.
func (s *site) judge(w http.ResponseWriter, r *http.Request) error {
	id, because := r.PathValue("id"), strings.TrimSpace(r.PostFormValue("because"))
	accept := r.PostFormValue("verdict") == "accept"
	if !accept && r.PostFormValue("verdict") != "dismiss" {
		return fmt.Errorf("%w: verdict %q is neither accept nor dismiss", errAsked, r.PostFormValue("verdict"))
	}
	wrong := ""
	if !accept && because == "" {
		wrong = "Say why it is none, so that nobody wonders later."
	} else {
		if _, _, err := s.lib.Judge(r.Context(), id, accept, because); err != nil {
			return err
		}
	}
	if !part(r) {
		http.Redirect(w, r, "/drift?note="+queryEscape(wrong)+"#"+id, http.StatusSeeOther)
		return nil
	}
	list, err := s.lib.Candidates(r.Context())
	if err != nil {
		return err
	}
	titles, err := s.titles(r)
	if err != nil {
		return err
	}
	for _, c := range list {
		if strings.EqualFold(c.ID, id) {
			x := s.candidate(r, c, titles)
			x.Wrong = wrong
			return s.views.part(w, "drift", "candidate", x)
		}
	}
	return fmt.Errorf("%w: no candidate %q", library.ErrNotFound, id)
}

func (s *site) resolve(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.lib.ResolveDrift(r.Context(), r.PathValue("id"), "", strings.TrimSpace(r.PostFormValue("because"))); err != nil {
		return err
	}
	http.Redirect(w, r, "/drift#resolved", http.StatusSeeOther)
	return nil
}

// scan looks for new candidates. It goes on when the browser does not wait.
func (s *site) scan(w http.ResponseWriter, r *http.Request) error {
	out, err := s.lib.Scan(contextWithoutCancel(r), library.ScanOptions{All: r.PostFormValue("all") != ""})
	if err != nil {
		return err
	}
	note := plural(out.New, "new candidate", "new candidates") + " in " + plural(out.Documents, "document", "documents") + " that changed since the last scan"
	http.Redirect(w, r, "/drift?note="+queryEscape(note)+"#candidates", http.StatusSeeOther)
	return nil
}
