package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"substrate/capture"
	"substrate/library"
	"substrate/web"
)

// TestARevisionByKeyboardAlone captures a finding, sends it to its section, drafts a revision, looks at it as printed and
// approves it, without a mouse; the drift entry that it puts right resolves.
func TestARevisionByKeyboardAlone(t *testing.T) {
	srv, lib := server(t, true, web.Options{})
	ctx := context.Background()
	b := browser(t)
	b.size(1280, 900, false)
	b.run(chromedp.Navigate(srv.URL + "/sessions"))
	b.waitFor(`document.readyState === "complete" && document.querySelector("#capture") !== null`)

	// Capture. The reference is completed as one types.
	b.run(chromedp.Focus("#text"), chromedp.KeyEvent("The kernel calls the wired interface enP8p1s0; rules that name it otherwise count no packet"), chromedp.KeyEvent(kb.Tab))
	b.waitFor(`document.activeElement.id === "to"`)
	b.run(chromedp.KeyEvent("elroy-user-guide#5."))
	b.waitFor(`Array.from(document.querySelectorAll("#places option")).some(o => o.value.startsWith("elroy-user-guide#5."))`)
	b.run(chromedp.KeyEvent("2"), chromedp.KeyEvent(kb.Enter))
	b.waitFor(`document.body.innerText.includes("F-5 is kept.")`)
	b.waitFor(`document.activeElement.id === "F-5"`)
	f, err := lib.Finding(ctx, "F-5")
	if err != nil || f.To != "elroy-user-guide@2.1#5.2" || !strings.Contains(f.Text, "enP8p1s0") {
		t.Fatalf("kept: %+v, %v", f, err)
	}

	// A finding that no document is about is put into one by hand: j to it, Tab to its second place.
	b.run(chromedp.Navigate(srv.URL + "/sessions"))
	b.waitFor(`document.querySelector("#F-4 .place-head button") !== null`)
	b.run(chromedp.KeyEvent("jj"))
	b.waitFor(`document.activeElement.id === "F-4"`)
	for range 12 {
		b.run(chromedp.KeyEvent(kb.Tab))
		if eval[bool](b, `document.activeElement.matches("#F-4 .place-head button")`) {
			break
		}
	}
	want := eval[string](b, `document.activeElement.form.elements.to.value`)
	b.run(chromedp.KeyEvent(kb.Enter))
	b.waitFor(`document.body.innerText.includes("F-4 goes to ")`)
	if f, err := lib.Finding(ctx, "F-4"); err != nil || f.To != want || want == "" {
		t.Errorf("F-4 goes to %+v, not %s (%v)", f, want, err)
	}
	b.accessible("the page with a note")

	// The draft: j and Enter open it, its pages are pictures with the new words marked.
	b.run(chromedp.Navigate(srv.URL + "/sessions"))
	b.waitFor(`document.querySelector("#R-1") !== null && document.readyState === "complete"`)
	b.run(chromedp.KeyEvent("j"))
	b.waitFor(`document.activeElement.id === "R-1"`)
	b.run(chromedp.KeyEvent(kb.Enter))
	b.waitFor(`location.pathname === "/sessions/revisions/R-1" && document.querySelectorAll("ins.value").length > 0`)
	if got := eval[string](b, `Array.from(document.querySelectorAll("del.value, ins.value")).map(e => e.innerText).join()`); got != "45,90" {
		t.Errorf("marked are %s", got)
	}
	b.run(chromedp.Focus(`.tabs a:last-child`), chromedp.KeyEvent(kb.Enter))
	b.waitFor(`document.querySelectorAll(".sheets:not(.small) .marks rect").length >= 2`)
	b.waitFor(`document.querySelector(".sheets img").naturalWidth === 960`)

	// Approve.
	b.run(chromedp.KeyEvent("x"))
	b.waitFor(`document.activeElement.name === "because"`)
	b.run(chromedp.KeyEvent(kb.Escape))
	b.waitFor(`document.activeElement === document.body`)
	b.run(chromedp.KeyEvent("a"))
	b.waitFor(`document.activeElement.matches("[data-approve]")`)
	b.run(chromedp.KeyEvent(kb.Enter))
	b.waitFor(`document.querySelector(".outcome") !== null`)
	text := eval[string](b, `document.querySelector(".outcome").innerText`)
	for _, want := range []string{"hydra-cluster-user-guide@9.2", "#3", "D-11", "90 days"} {
		if !strings.Contains(text, want) {
			t.Errorf("what happened lacks %q:\n%s", want, text)
		}
	}
	b.accessible("an approved revision")
	b.picture("revision-approved-desktop-light", true)
	b.size(390, 844, true)
	b.picture("revision-approved-phone-dark", true)
	b.quiet()

	v, err := lib.Versions(ctx, "hydra-cluster-user-guide")
	if err != nil || v[0].Version != "V9.2" || v[0].Standing != "authoritative" || v[1].Standing != "superseded" {
		t.Errorf("versions: %+v, %v", v, err)
	}
	open, err := lib.DriftLog(ctx, library.DriftOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range open.Entries {
		if e.ID == "D-11" {
			t.Error("D-11 is still open")
		}
	}
	if f, err := lib.Finding(ctx, "F-1"); err != nil || f.State != capture.Done {
		t.Errorf("the finding of the revision: %+v, %v", f, err)
	}
	if list, _ := filepath.Glob(filepath.Join(lib.Dir, library.IssuedDir, "*V9.2.pdf")); len(list) != 1 {
		t.Errorf("issued as files: %v", list)
	}
	// Taken back, the page says so.
	if _, err := lib.Undo(ctx, 0); err != nil {
		t.Fatal(err)
	}
	if body, _ := fetch(t, srv.URL+"/sessions/revisions/R-1"); !strings.Contains(body, "Approve and issue V9.2") {
		t.Error("after an undo the draft cannot be approved again")
	}
}

// send posts a form as a page of the site would, and follows to where it leads.
func send(t testing.TB, address string, form url.Values) (status int, body string, at *url.URL) {
	t.Helper()
	resp, err := http.PostForm(address, form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw), resp.Request.URL
}

// TestWhatIsWrongIsSaidBesideIt sends what cannot be done: nothing changes, the page says why, and what was typed is there.
func TestWhatIsWrongIsSaidBesideIt(t *testing.T) {
	srv, lib := server(t, true, web.Options{})
	ctx := context.Background()
	for _, c := range []struct {
		path   string
		form   url.Values
		status int
		has    []string
	}{
		{"/sessions/findings", url.Values{"text": {"  "}}, 422, []string{"The finding is empty"}},
		{"/sessions/findings", url.Values{"text": {"pump is loud, they say"}, "to": {"pump-guide#1"}, "evidence": {"db 80"}}, 404, []string{"pump is loud, they say", "No document", "db 80", `value="pump-guide#1"`}},
		{"/sessions/findings", url.Values{"text": {"pump is loud"}, "kind": {"q"}}, 422, []string{"pump is loud", "Kind"}},
		{"/sessions/findings", url.Values{"text": {strings.Repeat("x", 70<<10)}}, 422, []string{"the most is"}},
		{"/sessions/findings/F-4/place", url.Values{"to": {"nowhere#1"}}, 404, []string{"No document"}},
		{"/sessions/findings/F-4/place", url.Values{}, 422, []string{"Say where it goes"}},
		{"/sessions/findings/F-1/place", url.Values{"to": {"elroy-user-guide#5.2"}}, 422, []string{"is drafted already"}},
		{"/sessions/findings/F-99/place", url.Values{"to": {"elroy-user-guide#5.2"}}, 404, []string{"No finding"}},
		{"/sessions/findings/F-4/drop", url.Values{"because": {" "}}, 422, []string{"Say why it reaches no document"}},
		{"/sessions/revisions/R-1/reject", url.Values{}, 422, []string{"Say why it is rejected", "Approve and issue"}},
		{"/sessions/revisions/R-1/approve", url.Values{"seen": {"something else"}}, 409, []string{"drafted anew since you looked"}},
		{"/sessions/revisions/R-1/approve", url.Values{}, 409, []string{"drafted anew since you looked"}},
		{"/sessions/revisions/R-9/approve", url.Values{}, 404, []string{"No revision"}},
		{"/sessions/revise/monitoring-runbook", url.Values{}, 200, []string{"no finding waits for monitoring-runbook"}},
		{"/sessions/end/x", url.Values{}, 400, []string{"is no number"}},
		{"/sessions/start", url.Values{"title": {"again"}}, 200, []string{"A session is open already"}},
	} {
		status, body, _ := send(t, srv.URL+c.path, c.form)
		if status != c.status {
			t.Errorf("%s with %.60v answers %d, not %d", c.path, c.form, status, c.status)
		}
		for _, want := range c.has {
			if !strings.Contains(strings.ToLower(body), strings.ToLower(want)) {
				t.Errorf("%s with %.60v lacks %q", c.path, c.form, want)
			}
		}
	}
	list, err := lib.Findings(ctx, "")
	if err != nil || len(list) != len(learned) {
		t.Fatalf("%d findings, %v", len(list), err)
	}
	if r, err := lib.Revision(ctx, "R-1"); err != nil || r.State != capture.Draft {
		t.Errorf("the revision: %+v, %v", r, err)
	}
}

var seenField = regexp.MustCompile(`name="seen" value="([0-9a-f]+)"`)

// TestADraftThatChangedIsNotApproved approves what was drafted anew after the page was loaded, then rejects it.
func TestADraftThatChangedIsNotApproved(t *testing.T) {
	srv, lib := server(t, true, web.Options{})
	ctx := context.Background()
	body, _ := fetch(t, srv.URL+"/sessions/revisions/R-1")
	m := seenField.FindStringSubmatch(body)
	if m == nil {
		t.Fatal("the page does not name the text that it shows")
	}
	if _, err := lib.Capture(ctx, capture.Finding{Text: "The journal of the router is kept for 21 days", To: "hydra-cluster-user-guide#8.3"}); err != nil {
		t.Fatal(err)
	}
	if status, body, at := send(t, srv.URL+"/sessions/revise/hydra-cluster-user-guide", nil); status != 200 || at.Path != "/sessions/revisions/R-1" || !strings.Contains(body, "21 days") {
		t.Fatalf("drafted anew: %d at %s", status, at)
	}
	if status, body, _ := send(t, srv.URL+"/sessions/revisions/R-1/approve", url.Values{"seen": m[1:2]}); status != http.StatusConflict || !strings.Contains(body, "21 days") {
		t.Errorf("the text that nobody looked at: %d", status)
	}
	if v, err := lib.Versions(ctx, "hydra-cluster-user-guide"); err != nil || v[0].Version != "V9.1" {
		t.Errorf("issued %+v, %v", v[0], err)
	}
	if status, body, _ := send(t, srv.URL+"/sessions/revisions/R-1/reject", url.Values{"because": {"measured on the wrong machine"}}); status != 200 || !strings.Contains(body, "its findings wait again") {
		t.Errorf("rejecting answers %d", status)
	}
	if body, _ := fetch(t, srv.URL+"/sessions/revisions/R-1"); !strings.Contains(body, "measured on the wrong machine") || strings.Contains(body, "Approve and issue") {
		t.Error("the rejected revision does not say so, or can be approved")
	}
	shelf, _ := fetch(t, srv.URL+"/")
	if !strings.Contains(shelf, "2 findings waiting") {
		t.Error("the shelf does not tell of the findings that wait again")
	}
}

// TestADocumentTellsWhatWaits shows on a document what is on its way into it, and leads to the form with its section filled in.
func TestADocumentTellsWhatWaits(t *testing.T) {
	srv, lib := server(t, true, web.Options{})
	body, _ := fetch(t, srv.URL+"/d/elroy-user-guide?at=5.2")
	if !strings.Contains(body, "2 findings waiting</a>") || strings.Contains(body, "to approve") || !strings.Contains(body, `href="/sessions?to=elroy-user-guide%235.2#capture"`) {
		t.Error("the guide does not tell of two findings, or does not lead to the form")
	}
	if body, _ = fetch(t, srv.URL+"/d/hydra-cluster-user-guide"); !strings.Contains(body, "R-1 to approve</a>") {
		t.Error("the guide does not tell of its revision")
	}
	if body, _ = fetch(t, srv.URL+"/sessions?to=elroy-user-guide%235.2"); !strings.Contains(body, `name="to" value="elroy-user-guide#5.2"`) {
		t.Error("the form does not have the section")
	}
	if _, err := lib.Capture(context.Background(), capture.Finding{Text: "Something about all of it", To: "medusa-user-guide"}); err != nil {
		t.Fatal(err)
	}
	if body, _ = fetch(t, srv.URL+"/sessions?document=medusa-user-guide"); !strings.Contains(body, "Where in the document it goes is not sure") {
		t.Error("a finding without a section is not told apart")
	}
}

// TestDraftPictures asks for pages of the printed draft, and for what is none.
func TestDraftPictures(t *testing.T) {
	srv, lib := server(t, true, web.Options{})
	p, err := lib.PrintRevision(context.Background(), "R-1")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := lib.PrintRevision(context.Background(), "R-1"); err != nil || again.Key != p.Key {
		t.Errorf("printed again it is another PDF: %v", err)
	}
	marks := 0
	for _, c := range p.Changed {
		marks += len(c.Boxes)
	}
	if p.Pages < 5 || len(p.Changed) != 2 || marks < 2 {
		t.Errorf("%+v", p)
	}
	at := srv.URL + "/sessions/revisions/R-1/picture/" + p.Key
	if raw, h := fetch(t, at+"/1?w=200"); !strings.HasPrefix(raw, "\x89PNG") || !strings.Contains(h.Get("Cache-Control"), "immutable") {
		t.Errorf("%v %.8q", h, raw)
	}
	// The cache makes room now and then.
	if err := os.RemoveAll(filepath.Join(lib.Dir, library.StateDir, "cache")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{at + "/2": 200, at + "/999": 404, at + "/x": 400, srv.URL + "/sessions/revisions/R-1/picture/" + strings.Repeat("0", 64) + "/1": 404, srv.URL + "/sessions/revisions/R-1/picture/..%2f..%2fx/1": 404, srv.URL + "/sessions/revisions/R-7": 404} {
		if got := status(t, path); got != want {
			t.Errorf("%s answers %d, not %d", path, got, want)
		}
	}
}

// TestScopesOfSessions lets who may capture hand in and place, and no more.
func TestScopesOfSessions(t *testing.T) {
	scope := "read"
	srv, lib := server(t, true, web.Options{Allowed: func(_ context.Context, need string) bool {
		return scope == "approve" || need == "read" || scope == "capture" && need == "capture"
	}})
	posts := map[string]url.Values{
		"/sessions/findings": {"text": {"a new thing was learned"}}, "/sessions/findings/F-4/place": {"to": {"elroy-user-guide#5.2"}}, "/sessions/place": nil,
		"/sessions/findings/F-3/drop": {"because": {"x"}}, "/sessions/revise/elroy-user-guide": nil, "/sessions/revisions/R-1/approve": nil, "/sessions/revisions/R-1/reject": {"because": {"x"}},
	}
	for p, form := range posts {
		if got, _, _ := send(t, srv.URL+p, form); got != http.StatusForbidden {
			t.Errorf("%s of a reader answers %d", p, got)
		}
		req, _ := http.NewRequest("POST", srv.URL+p, strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		if resp, err := http.DefaultClient.Do(req); err != nil || resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s from another site: %v %v", p, resp, err)
		} else {
			resp.Body.Close()
		}
	}
	body, _ := fetch(t, srv.URL+"/sessions")
	for _, bad := range []string{"Keep it", "Put it here", "Drop it", "Draft the next version"} {
		if strings.Contains(body, bad) {
			t.Errorf("a reader is offered %q", bad)
		}
	}
	if body, _ := fetch(t, srv.URL+"/sessions/revisions/R-1"); strings.Contains(body, "Approve and issue") || !strings.Contains(body, "scope “approve”") {
		t.Error("a reader is offered to approve, or not told what it takes")
	}
	scope = "capture"
	for p, form := range posts {
		want := http.StatusForbidden
		if strings.Contains(p, "/place") || p == "/sessions/findings" {
			want = http.StatusOK
		}
		if got, _, _ := send(t, srv.URL+p, form); got != want {
			t.Errorf("%s of a token that captures answers %d, not %d", p, got, want)
		}
	}
	list, err := lib.Findings(context.Background(), capture.Pending)
	if err != nil || fmt.Sprint(len(list)) != "4" {
		t.Errorf("%d findings wait, %v", len(list), err)
	}
}

// TestAFindingBeforeAnyDocument captures into a library that holds nothing yet: it waits for the documents to come.
func TestAFindingBeforeAnyDocument(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	if _, err := library.Init(dir); err != nil {
		t.Fatal(err)
	}
	srv, lib := serve(t, dir, web.Options{})
	if got, body, _ := send(t, srv.URL+"/sessions/findings", url.Values{"text": {"The pump is loud on Mondays"}}); got != 200 || !strings.Contains(body, "F-1 is kept.") || !strings.Contains(body, "loud on Mondays") {
		t.Errorf("answers %d:\n%.3000s", got, body)
	}
	if list, err := lib.Sessions(context.Background()); err != nil || len(list) != 1 || len(list[0].Findings) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	if got, body, _ := send(t, srv.URL+"/sessions/place", nil); got != 200 && !strings.Contains(body, "empty") {
		t.Errorf("looking for places in nothing answers %d", got)
	}
	if got := status(t, srv.URL+"/"); got != 200 {
		t.Errorf("the shelf answers %d", got)
	}
}
