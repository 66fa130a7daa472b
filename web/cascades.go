package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"substrate/library"
)

var cascadesArea = area{name: "Cascades", path: "/cascades", mount: func(s *site, mux *http.ServeMux) {
	s.read(mux, "GET /cascades", s.cascades)
	s.change(mux, "POST /cascades/{n}/undo", s.undo)
}}

type cascadesView struct {
	List []cascadeView
	Note string
}

type cascadeView struct {
	library.CascadeInfo
	Last bool // the one that can be taken back
	May  bool
}

func (s *site) cascades(w http.ResponseWriter, r *http.Request) error {
	f, err := s.facts(r.Context())
	if errors.Is(err, library.ErrEmpty) {
		f, err = &facts{}, nil
	}
	if err != nil {
		return err
	}
	v := cascadesView{Note: r.URL.Query().Get("note")}
	last := true
	for _, c := range f.cascades {
		x := cascadeView{CascadeInfo: c, May: s.allowed(r, scopeApprove)}
		if c.Undone == "" {
			x.Last, last = last, false
		}
		v.List = append(v.List, x)
	}
	return s.views.page(w, r, s, "cascades", "Cascades", v)
}

const lockWait = 20 * time.Second

// undo takes the last cascade back, when it still is the one that the person saw.
func (s *site) undo(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return fmt.Errorf("%w: cascade %q is no number", errAsked, r.PathValue("n"))
	}
	now, err := s.lib.Pulse(r.Context())
	if err != nil {
		return err
	}
	if now.Cascade != n {
		return fmt.Errorf("%w: cascade %d is not the last one any more, cascade %d is; look again before you take it back", errAsked, n, now.Cascade)
	}
	out, err := s.lib.Undo(contextWithoutCancel(r), lockWait)
	if err != nil {
		return err
	}
	note := fmt.Sprintf("Cascade %d was taken back: %s left, %s.", out.Cascade, plural(len(out.Left), "version", "versions"), plural(len(out.Restored), "standing is as it was before", "standings are as they were before"))
	http.Redirect(w, r, "/cascades?note="+queryEscape(note), http.StatusSeeOther)
	return nil
}
