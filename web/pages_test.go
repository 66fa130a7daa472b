package web_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"substrate/web"
)

// visited are all pages, by the name of their picture.
var visited = []struct{ name, path, has string }{
	{"shelf", "/", "Elroy User Guide"},
	{"shelf-filtered", "/?standing=historical", "Phase 2"},
	{"search", "/search?q=jetson-exporter+skipped+at+boot", "jetson-exporter"},
	{"search-history", "/search?q=retention&history=1", "superseded"},
	{"search-empty", "/search", "Type a question"},
	{"document", "/d/elroy-user-guide@2.1?at=13.7#s-13.7", "Silent-skip"},
	{"document-old", "/d/elroy-user-guide@2.0", "not the current version"},
	{"diff", "/diff/elroy-user-guide@2.1", "What changed"},
	{"drift", "/drift", "To be judged"},
	{"sessions", "/sessions", "Without a sure place"},
	{"revision", "/sessions/revisions/R-1", "How long the data is kept"},
	{"revision-printed", "/sessions/revisions/R-1?as=pages", "What is new is marked"},
	{"cascades", "/cascades", "Take it back"},
	{"upload", "/upload", "Drop documents here"},
	{"ask", "/ask", "No model is asked"},
	{"ask-passages", "/ask?q=how+long+does+prometheus+keep+data", "name an inference server"},
	{"tiers", "/tiers", "Tiers"},
	{"wall", "/wall", "drift open"},
	{"missing", "/d/elroy-user-guid", "did you mean"},
	{"sign-in", "/sign-in", "Token"},
}

// TestEveryPage opens every page on a phone and on a desktop, in light and in dark: it says what it should, nothing sticks out
// to the side, the console is silent and axe-core finds nothing serious. With -screenshots it leaves pictures.
func TestEveryPage(t *testing.T) {
	srv, _ := server(t, false, web.Options{Version: "1.0"})
	b := browser(t)
	for _, form := range []struct {
		name          string
		width, height int64
		dark          bool
		checked       bool // each width and each scheme once
	}{{"desktop-light", 1280, 900, false, true}, {"phone-dark", 390, 844, true, true}, {"desktop-dark", 1280, 900, true, false}, {"phone-light", 390, 844, false, false}} {
		b.size(form.width, form.height, form.dark)
		for _, p := range visited {
			where := p.name + " " + form.name
			b.run(chromedp.Navigate(srv.URL + p.path))
			b.waitFor(fmt.Sprintf("document.readyState === 'complete' && document.body.innerText.includes(%q)", p.has))
			if *shots != "" {
				eval[int](b, `document.querySelectorAll("img").forEach(i => i.loading = "eager"); 0`)
			}
			b.waitFor(`Array.from(document.images).every(i => i.loading === "lazy" || i.complete && i.naturalWidth > 0)`)
			if wide := eval[int64](b, "document.documentElement.scrollWidth"); wide > form.width {
				t.Errorf("%s is %d pixels wide: %s", where, wide, eval[string](b, `Array.from(document.querySelectorAll("body *")).filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, pre, .nav")).slice(0, 3).map(e => e.outerHTML.slice(0, 150)).join("\n")`))
			}
			b.picture(p.name+"-"+form.name, true)
			if form.checked {
				b.accessible(where)
			}
			if p.name == "missing" {
				b.forget() // the browser notes that the page was not found, as it should
			}
			b.quiet()
			if t.Failed() && *shots == "" && form.name != "desktop-light" {
				t.FailNow()
			}
		}
	}
}
