package web

import (
	"fmt"
	"net/http"
	"strconv"
)

var pictureArea = area{path: "/picture", mount: func(s *site, mux *http.ServeMux) { s.read(mux, "GET /picture/{key}/{page}", s.picture) }}

// picture is a page as a PNG. Its address names the bytes it is made from: what a browser has kept is right for ever.
func (s *site) picture(w http.ResponseWriter, r *http.Request) error {
	page, err := strconv.Atoi(r.PathValue("page"))
	if err != nil {
		return fmt.Errorf("%w: page %q is no number", errAsked, r.PathValue("page"))
	}
	width, err := strconv.Atoi(r.URL.Query().Get("w"))
	if err != nil {
		width = 960
	}
	raw, err := s.lib.Picture(r.Context(), r.PathValue("key"), page, width)
	if err != nil {
		return err
	}
	writePicture(w, raw)
	return nil
}

// writePicture answers with a picture whose address names what it is made from.
func writePicture(w http.ResponseWriter, raw []byte) {
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	_, _ = w.Write(raw) // when it fails, the browser went away
}
