package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"substrate/capture"
	"substrate/library"
)

// revisionView is a revision as what it changes, or as it would be printed.
type revisionView struct {
	*library.Revised
	Changes  []diffSectionView
	Values   int
	Findings []findingView
	Seen     string // names the text that is shown; only that one is approved from here
	Days     int
	May      bool
	Note     string
	Wrong    string
	Because  string // as typed

	Pages   bool // the printed pages are shown
	Printed *library.Printed
	Others  []int // pages without a change
	Problem string

	Issued *issuedView
}

// issuedView is what an approval did.
type issuedView struct {
	Ref      string
	Cascade  *library.CascadeInfo
	Resolved []entryView // drift entries that it put right
}

func (s *site) revision(w http.ResponseWriter, r *http.Request) error {
	return s.showRevision(w, r, http.StatusOK, "")
}

// showRevision writes the page; wrong is why what was asked for was not done.
func (s *site) showRevision(w http.ResponseWriter, r *http.Request, status int, wrong string) error {
	ctx, id := r.Context(), r.PathValue("id")
	rev, err := s.lib.Revision(ctx, id)
	if err != nil {
		return err
	}
	v := revisionView{
		Revised: rev, Seen: rev.Seen(), Days: daysOf(s.lib.Now(), rev.At), May: s.allowed(r, scopeApprove), Note: r.URL.Query().Get("note"), Wrong: wrong,
		Because: r.PostFormValue("because"), Pages: r.URL.Query().Get("as") == "pages",
	}
	for _, sec := range rev.Sections {
		x := diffSectionView{DiffSection: sec}
		v.Values += len(sec.Values)
		for _, u := range sec.Units {
			x.Lines = append(x.Lines, sides(u, sec.Values))
		}
		v.Changes = append(v.Changes, x)
	}
	if v.Findings, err = s.findingsOf(ctx, rev.Revision.Findings); err != nil {
		return err
	}
	if rev.State == capture.Approved {
		if v.Issued, err = s.issued(r, rev); err != nil {
			return err
		}
	}
	if v.Pages {
		v.print(s, r)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if status != http.StatusOK {
		w.WriteHeader(status)
	}
	return s.views.page(w, r, s, "revision", fmt.Sprintf("R-%d: %s %s", rev.ID, rev.Title, rev.Revision.Version), v)
}

// print sets the revision; what goes wrong is said where the pages would be.
func (v *revisionView) print(s *site, r *http.Request) {
	var err error
	if v.Printed, err = s.lib.PrintRevision(r.Context(), fmt.Sprint(v.ID)); err != nil {
		v.Problem = sentence(err.Error())
		return
	}
	for p := 1; p <= v.Printed.Pages; p++ {
		if !slices.ContainsFunc(v.Printed.Changed, func(c library.PrintedPage) bool { return c.Page == p }) {
			v.Others = append(v.Others, p)
		}
	}
}

func (s *site) findingsOf(ctx context.Context, ids []int) ([]findingView, error) {
	all, err := s.lib.Findings(ctx, "")
	if err != nil {
		return nil, err
	}
	var out []findingView
	for _, f := range all {
		if slices.Contains(ids, f.ID) {
			out = append(out, newFinding(f, nil, s.lib.Now()))
		}
	}
	return out, nil
}

// issued gathers what an approval did from what the library keeps of it, so that it can be looked at later too.
func (s *site) issued(r *http.Request, rev *library.Revised) (*issuedView, error) {
	ref, _, _ := strings.Cut(strings.TrimPrefix(rev.Settled, "issued as "), " ")
	out := &issuedView{Ref: ref}
	cascades, err := s.lib.Cascades(r.Context(), 1000)
	if err != nil {
		return nil, err
	}
	for i, c := range cascades {
		if c.Undone == "" && c.Report != nil && slices.ContainsFunc(c.Report.Added, func(e library.Entry) bool { return e.Ref == ref }) {
			out.Cascade = &cascades[i]
			break
		}
	}
	settled, err := s.lib.ResolvedBy(r.Context(), ref)
	if err != nil {
		return nil, err
	}
	for _, e := range settled {
		out.Resolved = append(out.Resolved, newEntry(e, s.lib.Now()))
	}
	return out, nil
}

// draftPicture is a page of the printed revision as a PNG. Its address names the PDF's bytes.
func (s *site) draftPicture(w http.ResponseWriter, r *http.Request) error {
	page, err := strconv.Atoi(r.PathValue("page"))
	if err != nil {
		return fmt.Errorf("%w: page %q is no number", errAsked, r.PathValue("page"))
	}
	width, err := strconv.Atoi(r.URL.Query().Get("w"))
	if err != nil {
		width = 960
	}
	raw, err := s.lib.RevisionPicture(r.Context(), r.PathValue("id"), r.PathValue("key"), page, width)
	if err != nil {
		return err
	}
	writePicture(w, raw)
	return nil
}

// approve issues the version that the person looked at, and leads to what came of it.
func (s *site) approve(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	rev, err := s.lib.Revision(r.Context(), id)
	if err != nil {
		return err
	}
	if rev.State == capture.Draft && rev.Seen() != r.PostFormValue("seen") {
		return s.showRevision(w, r, http.StatusConflict, "The revision was drafted anew since you looked at it. This is what it changes now; approve it if it is right.")
	}
	out, err := s.lib.ApproveRevision(contextWithoutCancel(r), id, s.who(r), lockWait)
	if err != nil {
		s.lib.Log.Warn("approve", "revision", id, "error", err)
		return s.showRevision(w, r, http.StatusConflict, "Nothing was issued. "+sentence(err.Error()))
	}
	note := fmt.Sprintf("Issued as %s.", out.Ref)
	for _, n := range out.Notes {
		note += " " + sentence(n)
	}
	http.Redirect(w, r, fmt.Sprintf("/sessions/revisions/R-%d?note=%s", out.Revision.ID, queryEscape(note)), http.StatusSeeOther)
	return nil
}

// reject sets a draft aside, with the reason.
func (s *site) reject(w http.ResponseWriter, r *http.Request) error {
	because := strings.TrimSpace(r.PostFormValue("because"))
	if because == "" {
		return s.showRevision(w, r, http.StatusUnprocessableEntity, "Say why it is rejected, so that the next draft can do better.")
	}
	rev, err := s.lib.RejectRevision(contextWithoutCancel(r), r.PathValue("id"), because)
	if errors.Is(err, library.ErrNotFound) {
		return err
	}
	if err != nil {
		return s.showRevision(w, r, http.StatusConflict, sentence(err.Error()))
	}
	toSessions(w, r, fmt.Sprintf("R-%d is set aside; its findings wait again.", rev.ID), "")
	return nil
}

// revise drafts the next version of a document from what waits for it.
func (s *site) revise(w http.ResponseWriter, r *http.Request) error {
	rev, err := s.lib.Revise(contextWithoutCancel(r), r.PathValue("document"), library.ReviseOptions{})
	if errors.Is(err, capture.ErrNothing) {
		toSessions(w, r, sentence(err.Error()), "")
		return nil
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, fmt.Sprintf("/sessions/revisions/R-%d", rev.ID), http.StatusSeeOther)
	return nil
}
