package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// static serves the embedded files under names that change with their content, so that browsers may keep them.
type static struct {
	files  map[string][]byte // by name, as "app.css"
	hashes map[string]string
}

func newStatic() *static {
	s := &static{files: map[string][]byte{}, hashes: map[string]string{}}
	err := fs.WalkDir(staticFiles, "static", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := staticFiles.ReadFile(p)
		name := strings.TrimPrefix(p, "static/")
		sum := sha256.Sum256(raw)
		s.files[name], s.hashes[name] = raw, hex.EncodeToString(sum[:6])
		return err
	})
	if err != nil {
		panic(err) // embedded
	}
	return s
}

// path is where a page finds a file.
func (s *static) path(name string) (string, error) {
	h, ok := s.hashes[name]
	if !ok {
		return "", fmt.Errorf("no static file %q", name)
	}
	return "/static/" + name + "?v=" + h, nil
}

func (s *static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/static/")
	raw, ok := s.files[name]
	if !ok {
		http.Error(w, "there is no such file", http.StatusNotFound)
		return
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if path.Ext(name) == ".woff2" {
		kind = "font/woff2"
	}
	w.Header().Set("Content-Type", kind)
	if r.URL.Query().Get("v") == s.hashes[name] || path.Ext(name) == ".woff2" {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(raw)
}
