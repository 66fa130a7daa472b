package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"substrate/ask"
	"substrate/library"
)

// askArea is for a question and its streamed answer, whose citations open what they cite.
var askArea = area{name: "Ask", path: "/ask", mount: func(s *site, mux *http.ServeMux) {
	s.read(mux, "GET /ask", s.ask)
	s.read(mux, "POST /ask/answer", s.answer)
}}

// Asker answers a question out of the library; what the model says goes to each as it comes.
type Asker func(ctx context.Context, question string, o ask.Options, each func(string)) (*ask.Answer, error)

// passagesAsked is how many passages a question gets at most.
const passagesAsked = 8

// longestQuestion bounds what a form may send, in bytes.
const longestQuestion = 8000

type askView struct {
	Query, Tier string
	Tiers       []string
	CanAsk      bool   // a tier is configured
	Link        string // to share
	Answer      *answerView
	Found       *library.Found // instead of an answer, where nobody can be asked
	Waits       bool           // the page's script is to ask
	Problem     string
}

// answerView is an answer that was checked.
type answerView struct {
	*ask.Answer
	Held       int // statements that stand in what they cite
	Pack, Cut  []sourceView
	papers     map[string]string // what has pages
	Milestones string            // tokens and times in a line
}

// sourceView is something that the model was given, or that did not fit.
type sourceView struct {
	ask.Source
	Cite  citeView
	Cited bool
}

// citeView leads to what a citation names.
type citeView struct {
	ID, Link, Paper string // Paper: the picture of its page, "" without one
}

func (s *site) ask(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := askView{Query: strings.TrimSpace(q.Get("q")), Tier: q.Get("tier"), CanAsk: s.o.Ask != nil}
	if len(v.Query) > longestQuestion {
		return fmt.Errorf("%w: the question is longer than %d bytes; shorten it", errAsked, longestQuestion)
	}
	if s.o.Tiers != nil {
		for _, t := range s.o.Tiers() {
			v.Tiers = append(v.Tiers, t.Name)
		}
	}
	v.Link = linkTo("/ask", "q", v.Query, "tier", v.Tier)
	title := "Ask"
	if v.Query != "" {
		title = v.Query + " · Ask"
	}
	switch {
	case v.Query == "":
	case !v.CanAsk:
		found, err := s.lib.Search(r.Context(), v.Query, library.SearchOptions{Limit: passagesAsked})
		if err != nil {
			return err
		}
		v.Found = found
	case q.Get("whole") == "" || r.Header.Get("Sec-Fetch-Site") == "cross-site":
		v.Waits = true // the page's own script asks, so that no other site's page can keep a model busy
	default:
		a, err := s.answered(r, v.Query, v.Tier, nil)
		if err != nil && !couldNotAnswer(err) {
			return err
		}
		if v.Answer = a; err != nil {
			v.Problem = sentence(err.Error())
		}
	}
	return s.views.page(w, r, s, "ask", title, v)
}

// couldNotAnswer tells a tier's failure, which is said where the answer would be, from one of ours.
func couldNotAnswer(err error) bool {
	return !errors.Is(err, library.ErrEmpty) && !errors.Is(err, library.ErrNoWords) && !errors.Is(err, context.Canceled)
}

// answerEvent is a line of the stream: a piece of text, or at the end the checked answer as the page shows it.
type answerEvent struct {
	Text  string `json:"text,omitempty"`
	HTML  string `json:"html,omitempty"`
	Error string `json:"error,omitempty"`
}

// answer streams: a line of JSON for each piece as it comes, and one for the whole. A page that is left ends the answer on the
// model's server too, for the request's context ends.
func (s *site) answer(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 2*longestQuestion)
	q, tier := strings.TrimSpace(r.PostFormValue("q")), r.PostFormValue("tier")
	if q == "" || s.o.Ask == nil {
		return fmt.Errorf("%w: there is no question, or nobody to answer it", errAsked)
	}
	w.Header().Set("Content-Type", "application/x-ndjson; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no") // proxies hold streams back
	out, flush := json.NewEncoder(w), http.NewResponseController(w)
	send := func(e answerEvent) {
		if out.Encode(e) == nil {
			_ = flush.Flush()
		}
	}
	a, err := s.answered(r, q, tier, func(text string) { send(answerEvent{Text: string(inert([]byte(text)))}) })
	if err != nil {
		if r.Context().Err() == nil {
			send(answerEvent{Error: string(inert([]byte(sentence(err.Error()))))})
		}
		return nil
	}
	html, err := s.views.render("ask", "answer", a)
	if err != nil {
		s.lib.Log.Error("page failed", "path", r.URL.Path, "error", err)
		send(answerEvent{Error: "The answer cannot be shown."})
		return nil
	}
	send(answerEvent{HTML: string(html)})
	return nil
}

func (s *site) answered(r *http.Request, q, tier string, each func(string)) (*answerView, error) {
	a, err := s.o.Ask(r.Context(), q, ask.Options{Limit: passagesAsked, Tier: tier}, each)
	if err != nil {
		return nil, err
	}
	v := &answerView{Answer: a}
	if v.papers, err = s.originals(r); err != nil {
		return nil, err
	}
	cited := map[string]bool{}
	for _, x := range a.Sentences {
		if x.Support == ask.Supported {
			v.Held++
		}
		for _, c := range x.Citations {
			cited[c] = true
		}
	}
	view := func(list []ask.Source) []sourceView {
		out := make([]sourceView, len(list))
		for i, x := range list {
			out[i] = sourceView{x, v.Cite(x.ID), cited[x.ID]}
		}
		return out
	}
	v.Pack, v.Cut = view(a.Pack), view(a.Cut)
	v.Milestones = milestones(a)
	return v, nil
}

// Cite leads to what a citation names: a section, or an entry of the drift log.
func (v *answerView) Cite(id string) citeView {
	c := citeView{ID: id, Link: refPath(id)}
	if c.Link == "" {
		c.Link = "/drift#" + url.PathEscape(id)
		return c
	}
	if base, anchor, ok := strings.Cut(id, "#"); ok && v.papers[base] != "" {
		c.Paper = "/d/" + url.PathEscape(base) + "/page?at=" + url.QueryEscape(anchor)
	}
	return c
}

// First is the page that is shown until another one is asked for: of the first citation that has one.
func (v *answerView) First() string {
	i := slices.IndexFunc(v.Pack, func(x sourceView) bool { return x.Cited && x.Cite.Paper != "" })
	if i < 0 {
		return ""
	}
	return v.Pack[i].Cite.Paper
}

func milestones(a *ask.Answer) string {
	parts := []string{fmt.Sprintf("%d of %d tokens of the window", a.Tokens, a.Window)}
	if t := a.Timing; t != nil {
		parts = append(parts, fmt.Sprintf("first word after %.1f s", t.FirstToken.Seconds()), fmt.Sprintf("whole after %.1f s", t.Total.Seconds()))
		if v := t.OutputRate(); v > 0 {
			parts = append(parts, fmt.Sprintf("%.1f tokens a second", v))
		}
	}
	return strings.Join(parts, " · ")
}
