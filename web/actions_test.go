package web_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"substrate/fixtures"
	"substrate/library"
	"substrate/web"
)

// TestByKeyboardAlone does a morning's work without a mouse: search, open the first hit, look at its page, accept a candidate,
// dismiss another one.
func TestByKeyboardAlone(t *testing.T) {
	srv, lib := server(t, true, web.Options{})
	b := browser(t)
	b.size(1280, 900, false)
	b.run(chromedp.Navigate(srv.URL + "/"))
	b.waitFor(`document.readyState === "complete"`)

	// Search as one types, with history only when it is ticked.
	b.run(chromedp.KeyEvent("/"))
	b.waitFor(`document.activeElement.id === "q"`)
	b.run(chromedp.KeyEvent("retention"))
	b.waitFor(`location.pathname === "/search" && document.querySelectorAll(".hit").length > 2`)
	if eval[bool](b, `document.body.innerText.includes("superseded")`) {
		t.Error("a version that was replaced is found without being asked for")
	}
	if got := eval[string](b, `document.activeElement.id`); got != "q" {
		t.Errorf("after the results came the focus is on %q", got)
	}
	b.run(chromedp.KeyEvent(kb.Tab))
	b.waitFor(`document.activeElement.name === "history"`)
	b.run(chromedp.KeyEvent(" "))
	b.waitFor(`location.search.includes("history=1") && document.body.innerText.includes("superseded")`)

	// The link can be shared: it gives the same hits.
	hits := eval[string](b, `Array.from(document.querySelectorAll(".ref")).map(e => e.innerText).join()`)
	b.run(chromedp.Navigate(eval[string](b, "location.href")))
	b.waitFor(`document.readyState === "complete"`)
	if again := eval[string](b, `Array.from(document.querySelectorAll(".ref")).map(e => e.innerText).join()`); again != hits || hits == "" {
		t.Errorf("the link shows %s, not %s", again, hits)
	}

	// Going back leaves the search, whatever was typed.
	b.run(chromedp.Navigate(srv.URL + "/drift"))
	b.waitFor(`document.readyState === "complete"`)
	b.run(chromedp.KeyEvent("/"))
	b.run(chromedp.KeyEvent("disk"))
	b.waitFor(`location.pathname === "/search" && document.querySelectorAll(".hit").length > 0`)
	b.run(chromedp.KeyEvent(" size"))
	b.waitFor(`location.search.includes("size")`)
	eval[int](b, "history.back();0")
	b.waitFor(`location.pathname === "/drift" && document.querySelector(".board") !== null`)

	// j, k and Enter open a hit; its page is beside it with the passage marked.
	b.run(chromedp.Navigate(srv.URL + "/search?q=Why+was+jetson-exporter+skipped+at+boot%3F"))
	b.waitFor(`document.readyState === "complete"`)
	b.run(chromedp.KeyEvent("jjk"))
	b.waitFor(`document.activeElement === document.querySelector(".hit")`)
	b.run(chromedp.KeyEvent(kb.Enter))
	b.waitFor(`location.pathname === "/d/elroy-user-guide@2.1" && document.querySelectorAll(".marks rect").length > 2`)
	b.waitFor(`document.querySelector(".sheet img").naturalWidth === 960`)
	page := eval[string](b, `document.querySelector(".paper figcaption").innerText`)
	b.run(chromedp.KeyEvent("jjjj"))
	b.waitFor(`document.activeElement.classList.contains("sec")`)
	b.run(chromedp.KeyEvent("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"))
	b.waitFor(`document.querySelector(".paper figcaption").innerText !== ` + quote(page))
	b.quiet()

	// Accept one candidate and dismiss another.
	before, err := lib.DriftLog(context.Background(), library.DriftOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b.run(chromedp.Navigate(srv.URL + "/drift"))
	b.waitFor(`document.querySelectorAll(".candidate.open").length > 1`)
	for range before.Open + 1 {
		b.run(chromedp.KeyEvent("j"))
	}
	b.waitFor(`document.activeElement === document.querySelector(".candidate.open")`)
	b.run(chromedp.KeyEvent("a"))
	b.waitFor(`document.querySelectorAll(".candidate.accepted").length === 1`)
	b.waitFor(`document.activeElement.classList.contains("accepted")`)
	b.run(chromedp.KeyEvent("j"))
	b.waitFor(`document.activeElement === document.querySelector(".candidate.open")`)
	b.run(chromedp.KeyEvent("x"))
	b.waitFor(`document.activeElement.name === "because"`)
	b.run(chromedp.KeyEvent(kb.Backspace)) // the protocol types the letter although its key was taken
	b.run(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	b.waitFor(`document.querySelector('[role="alert"]') !== null`)
	b.waitFor(`document.activeElement.classList.contains("candidate")`)
	b.run(chromedp.KeyEvent("x"))
	b.waitFor(`document.activeElement.name === "because"`)
	b.run(chromedp.KeyEvent("two disks"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	b.waitFor(`document.querySelectorAll(".candidate.dismissed").length === 1`)
	b.quiet()

	after, err := lib.DriftLog(context.Background(), library.DriftOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if after.Open != before.Open+1 {
		t.Errorf("%d entries are open, after %d and one that was accepted", after.Open, before.Open)
	}
	judged, err := lib.Candidates(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]int{}
	for _, c := range judged {
		states[c.State]++
	}
	if states["accepted"] != 1 || states["dismissed"] != 1 {
		t.Errorf("%v", states)
	}
}

func quote(s string) string { return "`" + strings.ReplaceAll(s, "`", "") + "`" }

// TestAFileIsUploaded drops a document into an empty library, watches it being taken in, and takes it back.
func TestAFileIsUploaded(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	if _, err := library.Init(dir); err != nil {
		t.Fatal(err)
	}
	srv, lib := serve(t, dir, web.Options{})
	b := browser(t)
	b.run(chromedp.Navigate(srv.URL + "/"))
	b.waitFor(`document.body.innerText.includes("Nothing here yet")`)
	for _, p := range []string{"/drift", "/cascades", "/wall", "/search?q=x", "/sessions", "/sessions/places?to=x"} {
		if got := status(t, srv.URL+p); got != 200 {
			t.Errorf("%s of an empty library answers %d", p, got)
		}
	}
	b.run(chromedp.Navigate(srv.URL + "/upload"))
	b.waitFor(`document.readyState === "complete"`)
	files := []string{filepath.Join(fixtures.Dir(), "library", "pdf", "Elroy_User_Guide_V2_1.pdf"), filepath.Join(fixtures.Dir(), "bad", "encrypted.pdf")}
	b.run(chromedp.SetUploadFiles("#files", files))
	b.run(chromedp.Focus("#drop button"), chromedp.KeyEvent(kb.Enter))
	b.waitFor(`document.body.innerText.includes("Cascade 1")`)
	text := eval[string](b, "document.body.innerText")
	for _, want := range []string{"Elroy User Guide", "authoritative", "Could not be taken in", "encrypted.pdf"} {
		if !strings.Contains(text, want) {
			t.Errorf("the report lacks %q:\n%s", want, text)
		}
	}
	b.accessible("the report of an upload")
	docs, err := lib.Documents(context.Background())
	if err != nil || len(docs) != 1 {
		t.Fatalf("%v, %v", docs, err)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, library.StateDir, "uploads")); len(left) != 0 {
		t.Errorf("the upload left %v", left)
	}
	b.run(chromedp.Navigate(srv.URL + "/cascades"))
	b.waitFor(`document.querySelector(".act summary") !== null`)
	b.run(chromedp.Focus(".act summary"), chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	b.waitFor(`document.body.innerText.includes("was taken back")`)
	b.quiet()
}

// TestWithoutJavaScript reads the pages as they come: every one has its content in it.
func TestWithoutJavaScript(t *testing.T) {
	srv, _ := server(t, false, web.Options{})
	for _, p := range visited {
		if p.name == "missing" {
			continue
		}
		body, _ := fetch(t, srv.URL+p.path)
		if !strings.Contains(body, p.has) {
			t.Errorf("%s lacks %q without JavaScript", p.path, p.has)
		}
	}
}
