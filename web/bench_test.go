package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"substrate/library"
	"substrate/web"
)

// get answers one request without a network between.
func get(b *testing.B, h http.Handler, path string, part bool) {
	b.Helper()
	r := httptest.NewRequest("GET", path, nil)
	if part {
		r.Header.Set("HX-Request", "true")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Fatalf("%s: %d\n%.300s", path, w.Code, w.Body)
	}
}

// BenchmarkPages is the time in the server for each kind of page.
func BenchmarkPages(b *testing.B) {
	dir, err := sample()
	if err != nil {
		b.Fatal(err)
	}
	lib, err := open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer lib.Close()
	h := web.Handler(lib, web.Options{})
	typed := []string{"r", "re", "ret", "rete", "reten", "retention", "retention o", "retention of prom"}
	b.Run("shelf", func(b *testing.B) {
		for b.Loop() {
			get(b, h, "/", false)
		}
	})
	b.Run("search-as-you-type", func(b *testing.B) {
		i := 0
		for b.Loop() {
			get(b, h, "/search?q="+url.QueryEscape(typed[i%len(typed)]), true)
			i++
		}
	})
	for name, path := range map[string]string{"document": "/d/elroy-user-guide@2.1?at=13.7", "drift": "/drift", "sessions": "/sessions", "revision": "/sessions/revisions/R-1", "revision-printed": "/sessions/revisions/R-1?as=pages", "diff": "/diff/elroy-user-guide@2.1", "wall": "/wall", "ticker": "/ticker"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				get(b, h, path, false)
			}
		})
	}
}

// BenchmarkPicture draws a page, and takes one from the cache.
func BenchmarkPicture(b *testing.B) {
	dir, err := sample()
	if err != nil {
		b.Fatal(err)
	}
	lib, err := open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer lib.Close()
	h := web.Handler(lib, web.Options{})
	v, err := lib.Versions(context.Background(), "elroy-user-guide")
	if err != nil {
		b.Fatal(err)
	}
	path := "/picture/" + v[0].SHA256 + "/5?w=960"
	get(b, h, path, false)
	b.Run("cached", func(b *testing.B) {
		for b.Loop() {
			get(b, h, path, false)
		}
	})
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			if err := os.RemoveAll(filepath.Join(dir, library.StateDir, "cache")); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			get(b, h, path, false)
		}
	})
}

// BenchmarkLarge is the time in the server for the pages of a library of 500 documents in 1,500 versions.
func BenchmarkLarge(b *testing.B) {
	dir, err := large()
	if err != nil {
		b.Fatal(err)
	}
	lib, err := open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer lib.Close()
	h := web.Handler(lib, web.Options{})
	for _, p := range []struct{ name, path string }{
		{"shelf", "/"}, {"shelf-page-2", "/?page=2"}, {"shelf-filtered", "/?epoch=EPOCH+2"}, {"shelf-all", "/?all=1"}, {"sessions", "/sessions"}, {"sessions-all", "/sessions?all=1"}, {"drift", "/drift"}, {"cascades", "/cascades"}, {"wall", "/wall"},
	} {
		b.Run(p.name, func(b *testing.B) {
			for b.Loop() {
				get(b, h, p.path, false)
			}
		})
	}
	b.Run("shelf-after-a-change", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			fresh := web.Handler(lib, web.Options{}) // which has read nothing yet
			b.StartTimer()
			get(b, fresh, "/", false)
		}
	})
}
