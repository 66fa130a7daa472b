package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"substrate/capture"
	"substrate/library"
)

// maxForm is how many bytes a form without files may have: a finding with its evidence, escaped.
const maxForm = 4 << 20

// captureForm is a finding as it is being written; what was wrong with it is said beside it, and nothing typed is lost.
type captureForm struct {
	Text, Evidence, To, Heading, Kind, Wrong string
}

func (f captureForm) finding(by string) (capture.Finding, error) {
	k, err := capture.ParseKind(f.Kind)
	out := capture.Finding{Text: strings.TrimSpace(f.Text), Evidence: strings.Trim(f.Evidence, "\n"), To: f.To, Heading: f.Heading, Kind: k, By: by}
	return out, errors.Join(err, out.Check())
}

// who did something here: the name of the token, where there is one.
func (s *site) who(r *http.Request) string {
	if s.o.Holder != nil {
		if name := s.o.Holder(r.Context()); name != "" {
			return name + " on the web pages"
		}
	}
	return "a person on the web pages"
}

// plainText is text as a form sends it: browsers write line ends as two characters.
func plainText(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// capture keeps a finding.
func (s *site) capture(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return fmt.Errorf("%w: the form did not arrive whole, or has more than %d MB", errAsked, maxForm>>20)
	}
	form := captureForm{
		Text: plainText(r.PostFormValue("text")), Evidence: plainText(r.PostFormValue("evidence")), To: strings.TrimSpace(r.PostFormValue("to")),
		Heading: strings.TrimSpace(r.PostFormValue("heading")), Kind: r.PostFormValue("kind"),
	}
	f, err := form.finding(s.who(r))
	if err == nil {
		var out *library.Captured
		if out, err = s.lib.Capture(contextWithoutCancel(r), f); err == nil {
			note := fmt.Sprintf("F-%d is kept.", out.Finding.ID)
			if out.Again {
				note = fmt.Sprintf("F-%d was kept already.", out.Finding.ID)
			}
			toSessions(w, r, note, fmt.Sprintf("F-%d", out.Finding.ID))
			return nil
		}
	}
	return s.showSessions(w, r, wrongStatus(err), form, "", sentence(unknown(err)))
}

// wrongStatus is the status of a page that says what was wrong with a form.
func wrongStatus(err error) int {
	if errors.Is(err, library.ErrNotFound) {
		return http.StatusNotFound
	}
	return http.StatusUnprocessableEntity
}

// unknown is an error in its own words, without the class that it belongs to.
func unknown(err error) string {
	return strings.TrimPrefix(err.Error(), library.ErrNotFound.Error()+": ")
}

// place settles where a finding goes, or of what kind it is.
func (s *site) place(w http.ResponseWriter, r *http.Request) error {
	id, to, kind := r.PathValue("id"), strings.TrimSpace(r.PostFormValue("to")), r.PostFormValue("kind")
	if to == "" && kind == "" {
		return s.showSessions(w, r, http.StatusUnprocessableEntity, captureForm{}, id, "Say where it goes: a reference such as user-guide#13.")
	}
	f, err := s.lib.ChangeFinding(contextWithoutCancel(r), id, library.FindingChange{To: to, Kind: kind})
	if err != nil {
		return s.showSessions(w, r, wrongStatus(err), captureForm{}, id, sentence(unknown(err)))
	}
	note := fmt.Sprintf("F-%d is of kind %s.", f.ID, f.Kind)
	if to != "" {
		note = fmt.Sprintf("F-%d goes to %s.", f.ID, f.To)
	}
	toSessions(w, r, note, fmt.Sprintf("F-%d", f.ID))
	return nil
}

// drop settles that a finding reaches no document.
func (s *site) drop(w http.ResponseWriter, r *http.Request) error {
	id, because := r.PathValue("id"), strings.TrimSpace(r.PostFormValue("because"))
	if because == "" {
		return s.showSessions(w, r, http.StatusUnprocessableEntity, captureForm{}, id, "Say why it reaches no document, so that nobody wonders later.")
	}
	f, err := s.lib.ChangeFinding(contextWithoutCancel(r), id, library.FindingChange{Drop: true, Because: because})
	if err != nil {
		return s.showSessions(w, r, wrongStatus(err), captureForm{}, id, sentence(unknown(err)))
	}
	toSessions(w, r, fmt.Sprintf("F-%d reaches no document: %s", f.ID, because), "")
	return nil
}

// placeAll looks anew for places of what waits without a sure one.
func (s *site) placeAll(w http.ResponseWriter, r *http.Request) error {
	n, err := s.lib.PlaceFindings(contextWithoutCancel(r), 0)
	if err != nil {
		return err
	}
	toSessions(w, r, plural(n, "finding has a sure place now", "findings have a sure place now")+".", "unsure")
	return nil
}

func (s *site) startSession(w http.ResponseWriter, r *http.Request) error {
	x, err := s.lib.StartSession(contextWithoutCancel(r), strings.TrimSpace(r.PostFormValue("title")), s.who(r), r.PostFormValue("beside") != "")
	if errors.Is(err, library.ErrOpenSession) {
		toSessions(w, r, "A session is open already; end it first, or say that another one is wanted beside it.", "sessions")
		return nil
	}
	if err != nil {
		return err
	}
	toSessions(w, r, fmt.Sprintf("Session %d is open.", x.ID), "sessions")
	return nil
}

func (s *site) endSession(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 {
		return fmt.Errorf("%w: session %q is no number", errAsked, r.PathValue("n"))
	}
	because := strings.TrimSpace(r.PostFormValue("because"))
	info, ended, err := s.lib.EndSession(contextWithoutCancel(r), n, because != "", because)
	if err != nil {
		return err
	}
	note := fmt.Sprintf("Session %d is ended.", n)
	if !ended && info.Ended == nil {
		note = fmt.Sprintf("Nothing durable came out of session %d: capture what it learned, or say why nothing did.", n)
	}
	toSessions(w, r, note, "sessions")
	return nil
}
