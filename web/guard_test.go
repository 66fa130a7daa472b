package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"substrate/capture"
	"substrate/library"
	"substrate/web"
)

func fetch(t testing.TB, url string) (string, http.Header) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw), resp.Header
}

// hostile is a document whose every part tries to be more than text.
const hostile = `---
title: "<script>window.owned=1</script><img src=x onerror=window.owned=2>"
version: "1.0\"><script>window.owned=3</script>"
---

# <script>window.owned=4</script> "onmouseover=window.owned=5" ` + "\x1b[31m\u202egnp.exe" + `

Text with <img src=x onerror="window.owned=6"> and <svg onload=window.owned=7> and {{.}} and <a href="javascript:window.owned=8">a link</a>.

| <b onclick=window.owned=9>cell</b> | </td><script>window.owned=10</script> |
| --- | --- |
| <iframe srcdoc="<script>parent.owned=11</script>"></iframe> | javascript:window.owned=12 |

` + "```\n</code></pre><script>window.owned=13</script>\n```\n" + `
## Second </title><script>window.owned=14</script>

- <style>*{display:none}</style> <meta http-equiv=refresh content="0;url=https://example.com/">
`

// TestHostileDocumentsAreInert takes in documents that attack whoever shows them, under names that do as well, and opens every
// page that shows them in a browser.
func TestHostileDocumentsAreInert(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "hostile")
	if _, err := library.Init(dir); err != nil {
		t.Fatal(err)
	}
	in := t.TempDir()
	names := []string{`<img src=x onerror=window.owned=20>.md`, "\"><script>window.owned=21<_script>.pdf"}
	if err := os.WriteFile(filepath.Join(in, names[0]), []byte(hostile), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(in, names[1]), []byte("not a <script>window.owned=22</script>"), 0o644); err != nil {
		t.Fatal(err)
	}
	newer := strings.Replace(hostile, "Text with", "Other text <script>window.owned=23</script> with", 1)
	newer = strings.Replace(newer, `version: "1.0`, `version: "1.1`, 1)
	srv, lib := serve(t, dir, web.Options{})
	if _, err := lib.Ingest(context.Background(), []string{in}, library.IngestOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(in, "newer.md"), []byte(newer), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := lib.Ingest(context.Background(), []string{in}, library.IngestOptions{}); err != nil {
		t.Fatal(err)
	}
	docs, err := lib.Documents(context.Background())
	if err != nil || len(docs) == 0 {
		t.Fatalf("nothing was taken in: %v", err)
	}
	evil := `<script>window.owned=40</script><img src=x onerror=window.owned=41> "onfocus=window.owned=42 autofocus ` + "\x1b[31m\u202egnp"
	if _, err := lib.StartSession(context.Background(), evil+" session", evil, false); err != nil {
		t.Fatal(err)
	}
	shown, err := lib.Show(context.Background(), docs[0].Ref, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []capture.Finding{
		{Text: evil + " and more words of a finding\nin </textarea></title> lines", Evidence: "</code></pre>" + evil, To: docs[0].Ref + "#" + shown.Sections[len(shown.Sections)-1].Anchor, Heading: evil, By: evil},
		{Text: evil + " javascript:window.owned=43 without a place", Evidence: evil},
		{Text: "Text with cell and link " + evil, Kind: capture.Document},
	} {
		if _, err := lib.Capture(context.Background(), f); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := lib.Revise(context.Background(), string(docs[0].Document), library.ReviseOptions{Label: "V7.0"}); err != nil {
		t.Fatal(err)
	}
	b := browser(t)
	ref := docs[0].Ref
	for _, p := range []string{"/", "/d/" + url.PathEscape(ref), "/search?q=%3Cscript%3E+window.owned+cell", "/search?history=1&q=" + url.QueryEscape(`"><script>window.owned=30</script>`),
		"/diff/" + url.PathEscape(string(docs[0].Document)), "/drift?note=" + url.QueryEscape("<script>window.owned=31</script>"), "/cascades", "/wall",
		"/sessions", "/sessions?all=1&note=" + url.QueryEscape(evil), "/sessions?to=" + url.QueryEscape(`"><script>window.owned=50</script>`), "/sessions?document=" + url.QueryEscape(`"><script>window.owned=51</script>`), "/sessions/places?to=" + url.QueryEscape(evil),
		"/sessions/revisions/R-1", "/sessions/revisions/R-1?as=pages", "/sessions/revisions/" + url.PathEscape(evil), "/?title=" + url.QueryEscape(`"><script>window.owned=52</script>`) + "&sort=" + url.QueryEscape(evil), "/d/" + url.PathEscape("<script>window.owned=32</script>"), "/sign-in?next=javascript:window.owned=33"} {
		b.run(chromedp.Navigate(srv.URL + p))
		b.waitFor(`document.readyState === "complete"` + map[bool]string{true: ` && document.title !== ""`}[!strings.HasPrefix(p, "/sessions/places")])
		if owned := eval[string](b, `String(window.owned)`); owned != "undefined" {
			t.Errorf("%s: script %s ran", p, owned)
		}
		if got := eval[int](b, `document.querySelectorAll("main script, main iframe, main style, main meta:not(noscript meta), main [onerror], main [onclick], main [onload], main [href^='javascript:']").length`); got != 0 {
			t.Errorf("%s: %d active elements are in it", p, got)
		}
		if eval[string](b, "location.origin") != srv.URL {
			t.Errorf("%s leads away", p)
		}
		body, _ := fetch(t, srv.URL+p)
		if i := strings.IndexAny(body, "\x00\x1b\u202e\x07"); i >= 0 {
			t.Errorf("%s has a control character: %q", p, body[max(0, i-40):min(len(body), i+20)])
		}
	}
	if body, _ := fetch(t, srv.URL+"/sessions/revisions/R-1?as=pages"); !strings.Contains(body, `class="sheet"`) {
		t.Error("the revision was not printed")
	}
	// Forms that come back with what was typed, and a version that was issued, are inert too.
	if _, body, _ := send(t, srv.URL+"/sessions/findings", url.Values{"text": {evil}, "to": {evil}, "heading": {evil}, "evidence": {"</textarea>" + evil}, "kind": {evil}}); strings.Contains(body, "<script>window") || strings.Contains(body, "<img src=x") || strings.Contains(body, "</textarea><script") || strings.ContainsAny(body, "\x1b\u202e") {
		t.Error("a finding that comes back with its form is not inert")
	}
	issued, err := lib.ApproveRevision(context.Background(), "R-1", evil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"/sessions", "/sessions/revisions/R-1", "/d/" + url.PathEscape(issued.Ref), "/cascades"} {
		b.run(chromedp.Navigate(srv.URL + p))
		b.waitFor(`document.readyState === "complete" && document.title !== ""`)
		if owned := eval[string](b, `String(window.owned)`); owned != "undefined" {
			t.Errorf("%s: script %s ran after the approval", p, owned)
		}
	}
	b.run(chromedp.Navigate(srv.URL + "/d/" + url.PathEscape(ref)))
	if text := eval[string](b, "document.body.innerText"); !strings.Contains(text, `</code></pre><script>window.owned=13</script>`) {
		t.Errorf("the document's own words are not shown as they stand:\n%.800s", text)
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	srv, _ := server(t, false, web.Options{})
	for _, p := range []string{"/", "/search?q=disk", "/static/app.css", "/nowhere", "/ticker", "/picture/ab/1"} {
		_, h := fetch(t, srv.URL+p)
		csp := h.Get("Content-Security-Policy")
		for _, bad := range []string{"unsafe", "*", "http:", "https:", "data:"} {
			if strings.Contains(csp, bad) {
				t.Errorf("%s allows %s: %s", p, bad, csp)
			}
		}
		if !strings.Contains(csp, "default-src 'none'") || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", p, h)
		}
	}
}

// TestChangesOfOtherSitesAreRefused sends what a browser would send for another site's page.
func TestChangesOfOtherSitesAreRefused(t *testing.T) {
	srv, lib := server(t, true, web.Options{})
	before, err := lib.Pulse(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, head := range []map[string]string{{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://example.com"}, {"Origin": "null"}} {
		for _, p := range []string{"/cascades/2/undo", "/drift/candidates/C-1", "/drift/scan", "/upload", "/drift/entries/D-11/resolve"} {
			req, err := http.NewRequest("POST", srv.URL+p, strings.NewReader("verdict=accept&because=x"))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for k, v := range head {
				req.Header.Set(k, v)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusForbidden {
				t.Errorf("%s with %v answers %s", p, head, resp.Status)
			}
		}
	}
	if after, err := lib.Pulse(context.Background()); err != nil || after != before {
		t.Errorf("the library moved from %+v to %+v (%v)", before, after, err)
	}
}

// TestScopes lets a reader read, and nothing more; who has no token is asked to sign in.
func TestScopes(t *testing.T) {
	scope := ""
	srv, lib := server(t, true, web.Options{
		Allowed: func(_ context.Context, need string) bool { return scope == "approve" || scope == need },
		SignIn:  func(secret string) bool { return secret == "open sesame" },
	})
	if got := status(t, srv.URL+"/drift"); got != http.StatusUnauthorized {
		t.Errorf("without a token: %d", got)
	}
	if body, _ := fetch(t, srv.URL+"/"); strings.Contains(body, "Elroy") || !strings.Contains(body, "Sign in") {
		t.Error("without a token the shelf is shown, or nobody is asked to sign in")
	}
	for _, p := range []string{"/picture/x/1", "/ticker", "/metrics", "/tiers", "/wall", "/search?q=x", "/d/elroy-user-guide", "/diff/elroy-user-guide", "/cascades", "/upload", "/nowhere"} {
		if got := status(t, srv.URL+p); got != http.StatusUnauthorized {
			t.Errorf("%s without a token: %d", p, got)
		}
	}
	post := func(p string, form url.Values) *http.Response {
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		resp, err := client.PostForm(srv.URL+p, form)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp
	}
	if resp := post("/sign-in", url.Values{"token": {"wrong"}}); resp.StatusCode != http.StatusUnauthorized || len(resp.Cookies()) != 0 {
		t.Errorf("a wrong token: %s %v", resp.Status, resp.Cookies())
	}
	for next, to := range map[string]string{"/drift": "/drift", "https://example.com/": "/", "//example.com": "/", `/\example.com`: "/"} {
		resp := post("/sign-in", url.Values{"token": {"open sesame"}, "next": {next}})
		if c := resp.Cookies(); resp.Header.Get("Location") != to || len(c) != 1 || !c[0].HttpOnly || c[0].SameSite != http.SameSiteLaxMode {
			t.Errorf("after signing in for %q: %v %v", next, resp.Header.Get("Location"), c)
		}
	}
	scope = "read"
	if got := status(t, srv.URL+"/drift"); got != http.StatusOK {
		t.Errorf("a reader's drift board: %d", got)
	}
	if body, _ := fetch(t, srv.URL+"/drift"); strings.Contains(body, "Accept as drift") {
		t.Error("a reader is offered to accept")
	}
	before, _ := lib.Pulse(context.Background())
	for _, p := range []string{"/cascades/2/undo", "/drift/candidates/C-1", "/drift/scan", "/upload"} {
		if resp := post(p, url.Values{"verdict": {"accept"}}); resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s of a reader: %s", p, resp.Status)
		}
	}
	if after, _ := lib.Pulse(context.Background()); after != before {
		t.Error("a reader changed the library")
	}
}

// TestUploadNames sends names that a file system would read something into.
func TestUploadNames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	if _, err := library.Init(dir); err != nil {
		t.Fatal(err)
	}
	srv, _ := serve(t, dir, web.Options{MaxUpload: 1 << 20})
	for _, name := range []string{"../../escape.md", `..\..\escape.md`, "/etc/escape.md", ".hidden.md", "a\u202edm.md", strings.Repeat("x", 400) + ".md"} {
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		w, err := form.CreateFormFile("files", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(w, "# Guide "+name+"\n\nVersion 1.0\n")
		form.Close()
		resp, err := http.Post(srv.URL+"/upload", form.FormDataContentType(), &b)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 200 || !strings.HasPrefix(resp.Request.URL.Path, "/upload/") {
			t.Errorf("%q: %s at %s", name, resp.Status, resp.Request.URL)
			continue
		}
		events, _ := fetch(t, srv.URL+resp.Request.URL.Path+"/events")
		last := events[strings.LastIndex(events, "data: ")+6:]
		var st struct {
			Over  bool
			Error string
		}
		if err := json.Unmarshal([]byte(last), &st); err != nil || !st.Over || st.Error != "" {
			t.Errorf("%q: %s (%v)", name, last, err)
		}
	}
	err := filepath.WalkDir(filepath.Dir(dir), func(path string, d os.DirEntry, err error) error {
		if strings.Contains(path, "escape") {
			t.Errorf("%s was written", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	big := bytes.Repeat([]byte("x"), 2<<20)
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	w, _ := form.CreateFormFile("files", "big.md")
	_, _ = w.Write(big)
	form.Close()
	resp, err := http.Post(srv.URL+"/upload", form.FormDataContentType(), &b)
	if err == nil {
		resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("an upload that is too large answers %s", resp.Status)
		}
	}
}

func TestPictures(t *testing.T) {
	srv, lib := server(t, true, web.Options{})
	docs, err := lib.Documents(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	key := docs[0].SHA256
	first, h := fetch(t, srv.URL+"/picture/"+key+"/1?w=900")
	if h.Get("Content-Type") != "image/png" || !strings.HasPrefix(first, "\x89PNG") || !strings.Contains(h.Get("Cache-Control"), "immutable") {
		t.Errorf("%v %.8q", h, first)
	}
	kept, err := filepath.Glob(filepath.Join(lib.Dir, library.StateDir, "cache", "pictures", "*", key+"-1-960.png"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept: %v, %v", kept, err)
	}
	if err := os.WriteFile(kept[0], []byte("from the cache"), 0o644); err != nil {
		t.Fatal(err)
	}
	if again, _ := fetch(t, srv.URL+"/picture/"+key+"/1?w=960"); again != "from the cache" {
		t.Errorf("drawn again: %.20q", again)
	}
	for p, want := range map[string]int{"/picture/" + key + "/0": 404, "/picture/" + key + "/999": 404, "/picture/" + key + "/x": 400, "/picture/..%2f..%2fsubstrate.yaml/1": 404, "/picture/" + strings.Repeat("0", 64) + "/1": 404} {
		if got := status(t, srv.URL+p); got != want {
			t.Errorf("%s answers %d, not %d", p, got, want)
		}
	}
}

func TestTicker(t *testing.T) {
	srv, _ := server(t, false, web.Options{})
	raw, _ := fetch(t, srv.URL+"/ticker")
	var p map[string]any
	if err := json.Unmarshal([]byte(raw), &p); err != nil || p["documents_current"] != 14.0 || p["tiers_up"] != nil || p["last_cascade"] == nil {
		t.Errorf("%s, %v", raw, err)
	}
	for _, size := range [][2]int{{16, 32}, {32, 16}, {16, 2}, {8, 8}, {4, 1}} {
		text, _ := fetch(t, srv.URL+"/ticker?format=text&columns="+strconv.Itoa(size[0])+"&rows="+strconv.Itoa(size[1]))
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) > size[1] {
			t.Errorf("%v: %d lines", size, len(lines))
		}
		for _, l := range lines {
			if len([]rune(l)) > size[0] {
				t.Errorf("%v: %q is too long", size, l)
			}
		}
		if size[1] > 4 && !strings.Contains(text, "--") {
			t.Errorf("%v hides what is not known:\n%s", size, text)
		}
	}
	if got := status(t, srv.URL+"/ticker?columns=999"); got != 400 {
		t.Errorf("999 columns: %d", got)
	}
}
