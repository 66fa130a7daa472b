package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"substrate/capture"
	"substrate/corpus"
	"substrate/library"
)

var documentArea = area{path: "/d", mount: func(s *site, mux *http.ServeMux) {
	s.read(mux, "GET /d/{ref}", s.document)
	s.read(mux, "GET /d/{ref}/page", s.paper)
}}

// window is how many sections a page shows at once: a book of thousands comes in pieces.
const window = 200

type documentView struct {
	Doc      *library.Shown
	Slug     string // of the document
	Base     string // the version's reference
	At       string // anchor of the cited section
	Outline  []outlineItem
	Sections []sectionView
	Earlier  string // anchor to show the piece before
	Later    string
	Versions []library.Version
	Me       library.Version
	Drift    int
	Echoes   []library.Judged // what is open about this document elsewhere
	Paper    *paperView
	Waiting  int    // findings that will change the document
	Draft    int    // the revision that waits for an approval; 0 for none
	Capture  string // where one about it is captured; "" when the visitor may not
}

type outlineItem struct {
	corpus.Section
	Here  bool
	Drift bool
	Link  string
}

type sectionView struct {
	corpus.Section
	H     int
	Ref   string
	Drift []library.Drift
	Here  bool
}

// paperView is the picture of a page with what is cited on it.
type paperView struct {
	*library.Cited
	Base       string
	Anchor     string
	Prev, Next int
	Problem    string
}

func (s *site) document(w http.ResponseWriter, r *http.Request) error {
	ctx, ref := r.Context(), r.PathValue("ref")
	shown, err := s.lib.Show(ctx, ref, true)
	if err != nil {
		return err
	}
	v := documentView{Doc: shown, Slug: string(shown.Document), Base: shown.Ref, At: r.URL.Query().Get("at")}
	if v.Versions, err = s.lib.Versions(ctx, v.Slug); err != nil {
		return err
	}
	for _, x := range v.Versions {
		if x.Ref == shown.Ref {
			v.Me = x
			if x.Standing == shown.Standing && x.Because == shown.Because {
				break // of several files that claim one version, the one that is shown
			}
		}
	}
	v.sections()
	if v.Echoes, err = s.echoes(r, v.Slug); err != nil {
		return err
	}
	if err := s.waits(r, &v); err != nil {
		return err
	}
	if v.Me.Pages > 0 {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		v.Paper = s.cite(r, v.Base, v.At, page)
	}
	return s.views.page(w, r, s, "document", shown.Title+" "+shown.Version, v)
}

// waits counts what is on its way into the document.
func (s *site) waits(r *http.Request, v *documentView) error {
	list, err := s.lib.Findings(r.Context(), "")
	if err != nil {
		return err
	}
	for _, f := range list {
		to := f.Toward()
		if to == "" || string(slugOf(to)) != v.Slug {
			continue
		}
		switch f.State {
		case capture.Pending:
			v.Waiting++
		case capture.Drafted:
			v.Draft = f.Revision
		}
	}
	if s.allowed(r, scopeCapture) {
		v.Capture = "/sessions?to=" + url.QueryEscape(v.Slug+"#"+v.At) + "#capture"
	}
	return nil
}

// sections lays out the piece of the version around the cited section.
func (v *documentView) sections() {
	drift := map[string][]library.Drift{}
	for _, d := range v.Doc.Drift {
		drift[d.Section] = append(drift[d.Section], d.Drift)
	}
	v.Drift = len(v.Doc.Drift)
	list := v.Doc.Sections
	at := 0
	for i, sec := range list {
		here := sec.Anchor == v.At
		if here {
			at = i
		}
		v.Outline = append(v.Outline, outlineItem{sec, here, len(drift[sec.Anchor]) > 0, sectionLink(v.Base, sec.Anchor)})
	}
	from := at / window * window
	to := min(from+window, len(list))
	for _, sec := range list[from:to] {
		v.Sections = append(v.Sections, sectionView{sec, headingLevel(sec.Level), v.Base + "#" + sec.Anchor, drift[sec.Anchor], sec.Anchor == v.At})
	}
	if from > 0 {
		v.Earlier = list[from-1].Anchor
	}
	if to < len(list) {
		v.Later = list[to].Anchor
	}
}

func sectionLink(base, anchor string) string {
	return "?at=" + url.QueryEscape(anchor) + "#s-" + url.PathEscape(anchor)
}

// echoes are the open candidates that speak of a document.
func (s *site) echoes(r *http.Request, slug string) ([]library.Judged, error) {
	list, err := s.lib.Candidates(r.Context())
	if err != nil {
		return nil, err
	}
	var out []library.Judged
	for _, c := range list {
		if c.State == "open" && (strings.HasPrefix(c.Ref, slug+"@") || strings.HasPrefix(c.Other, slug+"@")) {
			out = append(out, c)
		}
	}
	return out, nil
}

// cite finds the page and the places on it; what goes wrong is said where the picture would be.
func (s *site) cite(r *http.Request, base, anchor string, page int) *paperView {
	ref := base
	if anchor != "" {
		ref += "#" + anchor
	}
	p := &paperView{Base: base, Anchor: anchor}
	c, err := s.lib.Cite(r.Context(), ref, page)
	if err != nil {
		p.Cited, p.Problem = &library.Cited{Page: max(page, 1)}, sentence(err.Error())
		return p
	}
	p.Cited = c
	if c.Page > 1 {
		p.Prev = c.Page - 1
	}
	if c.Page < c.Pages {
		p.Next = c.Page + 1
	}
	return p
}

// paper is the part beside the text.
func (s *site) paper(w http.ResponseWriter, r *http.Request) error {
	page, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil && r.URL.Query().Get("page") != "" {
		return fmt.Errorf("%w: page %q is no number", errAsked, r.URL.Query().Get("page"))
	}
	ref, at := r.PathValue("ref"), r.URL.Query().Get("at")
	if !part(r) {
		http.Redirect(w, r, documentPath(ref+"#"+at), http.StatusSeeOther)
		return nil
	}
	return s.views.part(w, "document", "paper", s.cite(r, ref, at, page))
}
