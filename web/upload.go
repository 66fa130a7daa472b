package web

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unicode"

	"substrate/library"
)

var uploadArea = area{name: "Upload", path: "/upload", mount: func(s *site, mux *http.ServeMux) {
	s.read(mux, "GET /upload", s.uploadPage)
	s.change(mux, "POST /upload", s.receive)
	s.read(mux, "GET /upload/{id}", s.uploadShow)
	s.read(mux, "GET /upload/{id}/events", s.uploadEvents)
}}

const (
	maxFiles   = 500
	maxUploads = 50 // remembered
)

// uploads are the latest uploads.
type uploads struct {
	mu    sync.Mutex
	byID  map[string]*upload
	order []string
}

// upload is one run: files that were received, how far they are, and what came of them.
type upload struct {
	ID    string
	Files []string

	mu     sync.Mutex
	done   int
	total  int
	last   string
	report *library.Report
	err    error
	over   bool
	moved  chan struct{} // closed and made anew at each step
}

func (u *upload) step(f func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	f()
	close(u.moved)
	u.moved = make(chan struct{})
}

// uploadState is what a page and the event stream tell.
type uploadState struct {
	Done   int             `json:"done"`
	Total  int             `json:"total"`
	File   string          `json:"file"`
	Over   bool            `json:"over"`
	Report *library.Report `json:"-"`
	Err    string          `json:"error,omitempty"`
}

func (u *upload) state() (uploadState, <-chan struct{}) {
	u.mu.Lock()
	defer u.mu.Unlock()
	st := uploadState{Done: u.done, Total: u.total, File: u.last, Over: u.over, Report: u.report}
	if u.err != nil {
		st.Err = sentence(u.err.Error())
	}
	return st, u.moved
}

type uploadView struct {
	May   bool
	ID    string
	Files []string
	State uploadState
	MaxMB int64
}

func (s *site) uploadPage(w http.ResponseWriter, r *http.Request) error {
	return s.views.page(w, r, s, "upload", "Upload", uploadView{May: s.allowed(r, scopeApprove), MaxMB: s.o.MaxUpload >> 20})
}

// receive takes the files of a form, starts to take them in, and leads to the page that tells how it goes.
func (s *site) receive(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, s.o.MaxUpload)
	form, err := r.MultipartReader()
	if err != nil {
		return fmt.Errorf("%w: send the files as a form: %w", errAsked, err)
	}
	base := filepath.Join(s.lib.Dir, library.StateDir, "uploads")
	if err := os.MkdirAll(base, 0o755); err != nil {
		return fmt.Errorf("make room for the upload: %w", err)
	}
	dir, err := os.MkdirTemp(base, "in-")
	if err != nil {
		return fmt.Errorf("make room for the upload: %w", err)
	}
	names, err := receiveFiles(form, dir)
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		err = fmt.Errorf("%w: the files have more than %d MB together; take them in with substrate ingest", errAsked, s.o.MaxUpload>>20)
	case err == nil && len(names) == 0:
		err = fmt.Errorf("%w: no file was chosen", errAsked)
	}
	if err != nil {
		os.RemoveAll(dir)
		return err
	}
	u := &upload{ID: rand.Text()[:12], Files: names, total: len(names), moved: make(chan struct{})}
	s.uploads.add(u)
	go s.take(u, dir)
	http.Redirect(w, r, "/upload/"+u.ID, http.StatusSeeOther)
	return nil
}

// receiveFiles writes the files of a form into dir, under plain names.
func receiveFiles(form *multipart.Reader, dir string) ([]string, error) {
	var names []string
	for {
		p, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return names, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: the form did not arrive whole: %w", errAsked, err)
		}
		if p.FormName() != "files" || p.FileName() == "" {
			continue
		}
		if len(names) >= maxFiles {
			return nil, fmt.Errorf("%w: more than %d files; take them in with substrate ingest", errAsked, maxFiles)
		}
		name := plainName(fileName(p))
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, os.ErrExist) {
			return nil, fmt.Errorf("%w: two files are named %q", errAsked, name)
		}
		if err != nil {
			return nil, fmt.Errorf("keep %q: %w", name, err)
		}
		_, err = io.Copy(f, p)
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
}

// fileName is the name as the browser sent it; a folder before it is left out.
func fileName(p *multipart.Part) string {
	_, params, err := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
	if err != nil {
		return p.FileName()
	}
	name := params["filename"]
	return name[strings.LastIndexAny(name, `/\`)+1:]
}

// plainName is a name that no file system or terminal reads anything into.
func plainName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`/\:*?"<>|`, r) || r == unicode.ReplacementChar {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	name = strings.TrimLeft(strings.TrimSpace(name), ".")
	for len(name) > 200 {
		ext := filepath.Ext(name)
		name = strings.ToValidUTF8(name[:190-min(len(ext), 20)], "") + ext
	}
	if name == "" {
		name = "unnamed"
	}
	return name
}

// take takes the files in, one upload after the other. A file that was uploaded before under the same name counts as edited in
// place: the inbox is one folder.
func (s *site) take(u *upload, dir string) {
	s.ingest.Lock()
	defer s.ingest.Unlock()
	defer os.RemoveAll(dir)
	inbox := filepath.Join(filepath.Dir(dir), "inbox")
	_ = os.RemoveAll(inbox)
	err := os.Rename(dir, inbox)
	defer os.RemoveAll(inbox)
	var report *library.Report
	if err == nil {
		paths := make([]string, len(u.Files))
		for i, n := range u.Files {
			paths[i] = filepath.Join(inbox, n)
		}
		report, err = s.lib.Ingest(context.Background(), paths, library.IngestOptions{Wait: lockWait, Progress: func(done, total int, file string) {
			u.step(func() { u.done, u.total, u.last = done, total, file })
		}})
	}
	if err != nil {
		s.lib.Log.Warn("upload", "error", err)
	}
	u.step(func() { u.report, u.err, u.over = report, err, true })
}

func (l *uploads) add(u *upload) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.byID[u.ID] = u
	if l.order = append(l.order, u.ID); len(l.order) > maxUploads {
		delete(l.byID, l.order[0])
		l.order = l.order[1:]
	}
}

func (l *uploads) get(id string) (*upload, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if u := l.byID[id]; u != nil {
		return u, nil
	}
	return nil, fmt.Errorf("%w: this upload is over and forgotten; its report is among the cascades", library.ErrNotFound)
}

func (s *site) uploadShow(w http.ResponseWriter, r *http.Request) error {
	u, err := s.uploads.get(r.PathValue("id"))
	if err != nil {
		return err
	}
	st, _ := u.state()
	v := uploadView{ID: u.ID, Files: u.Files, State: st}
	return s.views.page(w, r, s, "uploading", "Upload", v)
}

// uploadEvents is a stream of server-sent events: one for each step, the last one says that it is over.
func (s *site) uploadEvents(w http.ResponseWriter, r *http.Request) error {
	u, err := s.uploads.get(r.PathValue("id"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/event-stream")
	c := http.NewResponseController(w)
	for {
		st, moved := u.state()
		raw, err := json.Marshal(st)
		if err != nil {
			return nil
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", raw); err != nil || c.Flush() != nil || st.Over {
			return nil
		}
		select {
		case <-moved:
		case <-r.Context().Done():
			return nil
		}
	}
}
