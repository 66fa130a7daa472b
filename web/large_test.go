package web_test

import (
	"context"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"substrate/capture"
	"substrate/library"
	"substrate/web"
)

const (
	largeDocuments = 500
	largeVersions  = 3 // of each
)

// large is a library of 500 documents in 1,500 versions over eight years and five epochs, taken in as four cascades, with
// findings that wait for many of them. No two documents are alike.
var large = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(filepath.Dir(sampleDir()), "large")
	if _, err := library.Init(dir); err != nil {
		return "", err
	}
	lib, err := open(dir)
	if err != nil {
		return "", err
	}
	defer lib.Close()
	in, err := os.MkdirTemp("", "substrate-large-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(in)
	subjects := []string{"Pump", "Lease", "Centrifuge", "Gateway", "Boiler", "Archive", "Freezer", "Contract", "Crane", "Ledger"}
	kinds := []string{"User Guide", "Runbook", "Protocol", "Statutes", "Handbook"}
	for v := 1; v <= largeVersions; v++ {
		batch := filepath.Join(in, fmt.Sprint(v))
		if err := os.MkdirAll(batch, 0o755); err != nil {
			return "", err
		}
		for i := range largeDocuments {
			epoch := i % 5
			title := fmt.Sprintf("%s %c%c %s", subjects[i%10], 'A'+i/10%26, 'A'+i/260, kinds[i/10%5])
			text := fmt.Sprintf("---\ntitle: %q\nversion: V%d.%d\ndate: %04d-%02d-%02d\nepoch: EPOCH %d\n---\n\n# 1 Purpose\n\n%s number %d holds %d parts in building %d.\n\n# 2 Limits\n\nThe limit is %d units per hour; alarm at %d.\n",
				title, 1+epoch, v, 2018+epoch+v, 1+(i*7+v)%12, 1+i%28, 1+epoch, title, i, i*3+v, i%17, 100+i*v, 200+i)
			if err := os.WriteFile(filepath.Join(batch, fmt.Sprintf("d%03d-%d.md", i, v)), []byte(text), 0o644); err != nil {
				return "", err
			}
		}
		if _, err := lib.Ingest(context.Background(), []string{batch}, library.IngestOptions{}); err != nil {
			return "", err
		}
	}
	docs, err := lib.Documents(context.Background())
	if err != nil {
		return "", err
	}
	for i := 0; i < len(docs); i += 4 {
		f := capture.Finding{Text: fmt.Sprintf("The alarm of number %d comes %d minutes late", i, i%9), To: string(docs[i].Document) + "#2"}
		if _, err := lib.Capture(context.Background(), f); err != nil {
			return "", err
		}
	}
	return dir, nil
})

func sampleDir() string {
	dir, err := sample()
	if err != nil {
		panic(err)
	}
	return dir
}

var (
	laneText   = regexp.MustCompile(`<a class="lane" href="/d/([^"]+)"`)
	cardText   = regexp.MustCompile(`<h2><a href="/d/([^"@]+)@[^"]*" data-open>`)
	barText    = regexp.MustCompile(`<g><title>(\d+) versions?, (\d+) current, `)
	pageNumber = regexp.MustCompile(`<a href="([^"]+)"[^>]*>\d+</a>`)
)

// TestALargeShelfComesInPages turns the pages of 500 documents: each is on one of them, its versions have a lane there, and the
// strip above counts all versions.
func TestALargeShelfComesInPages(t *testing.T) {
	dir, err := large()
	if err != nil {
		t.Fatal(err)
	}
	srv, _ := serve(t, dir, web.Options{})
	first, _ := fetch(t, srv.URL+"/")
	_, nav, _ := strings.Cut(first, `aria-label="Pages"`)
	seen := map[string]int{}
	links := pageNumber.FindAllStringSubmatch(nav, -1)
	for _, l := range links {
		body, _ := fetch(t, srv.URL+html.UnescapeString(l[1]))
		cards, lanes := cardText.FindAllStringSubmatch(body, -1), laneText.FindAllStringSubmatch(body, -1)
		if len(cards) == 0 || len(cards) > 48 || len(lanes) != len(cards) {
			t.Fatalf("%s has %d cards and %d lanes", l[1], len(cards), len(lanes))
		}
		for i, c := range cards {
			seen[c[1]]++
			if lanes[i][1] != c[1] {
				t.Errorf("%s: lane %d is %s, and the card %s", l[1], i, lanes[i][1], c[1])
			}
		}
		counted := 0
		for _, b := range barText.FindAllStringSubmatch(body, -1) {
			n, _ := strconv.Atoi(b[1])
			counted += n
		}
		if counted != largeDocuments*largeVersions {
			t.Errorf("%s: the strip counts %d versions", l[1], counted)
		}
		if len(body) > 400<<10 {
			t.Errorf("%s has %d bytes", l[1], len(body))
		}
	}
	if len(links) != 11 || len(seen) != largeDocuments {
		t.Errorf("%d pages show %d documents", len(links), len(seen))
	}
	for d, n := range seen {
		if n != 1 {
			t.Errorf("%s is there %d times", d, n)
		}
	}
	all, _ := fetch(t, srv.URL+"/?all=1")
	if cards, lanes := len(cardText.FindAllString(all, -1)), len(laneText.FindAllString(all, -1)); cards != largeDocuments || lanes != 120 || !strings.Contains(all, "120 of 500 documents have a lane") {
		t.Errorf("all on one page: %d cards, %d lanes", cards, lanes)
	}
	for ask, want := range map[string]int{"title=gateway+runbook": 10, "title=GATEWAY&epoch=EPOCH+4": 48, "title=nothing+like+it": 0, "page=99": 500 - 10*48, "page=-1": 48, "sort=waiting": 48} {
		body, _ := fetch(t, srv.URL+"/?"+ask)
		if got := len(cardText.FindAllString(body, -1)); got != want {
			t.Errorf("%s shows %d documents, not %d", ask, got, want)
		}
	}
	waiting, _ := fetch(t, srv.URL+"/?sort=waiting")
	if n := strings.Count(waiting, "1 finding waiting</a>"); n != 48 {
		t.Errorf("ordered by what waits, %d of the first 48 have a finding waiting", n)
	}
	sessions, _ := fetch(t, srv.URL+"/sessions")
	if n := strings.Count(sessions, `class="entry finding"`); n != 60 || !strings.Contains(sessions, "Show all 125") {
		t.Errorf("%d findings are shown at once", n)
	}
	sessions, _ = fetch(t, srv.URL+"/sessions?all=1")
	if n := strings.Count(sessions, `class="entry finding"`); n != 125 {
		t.Errorf("%d findings are shown when all are asked for", n)
	}
	sessions, _ = fetch(t, srv.URL+"/sessions?document=archive-ca-protocol")
	if n := strings.Count(sessions, `class="entry finding"`); n != 1 || !strings.Contains(sessions, "For Archive CA Protocol only") {
		t.Errorf("%d findings are shown of one document", n)
	}
}

// TestPagesFollowTheLibrary changes the library behind the pages' back: the next one shows it.
func TestPagesFollowTheLibrary(t *testing.T) {
	srv, lib := server(t, true, web.Options{})
	other, err := open(lib.Dir) // as another process would
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	shelf, _ := fetch(t, srv.URL+"/")
	if !strings.Contains(shelf, "R-1 to approve") {
		t.Error("the shelf does not tell of the revision")
	}
	if _, err := other.ApproveRevision(context.Background(), "R-1", "somebody", 0); err != nil {
		t.Fatal(err)
	}
	if shelf, _ = fetch(t, srv.URL+"/"); !strings.Contains(shelf, "hydra-cluster-user-guide@9.2") || strings.Contains(shelf, "R-1 to approve") {
		t.Error("the shelf does not show the version that was issued")
	}
	if _, err := other.Undo(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	if shelf, _ = fetch(t, srv.URL+"/"); strings.Contains(shelf, "hydra-cluster-user-guide@9.2") {
		t.Error("the shelf shows a version that was taken back")
	}
}

// TestALargeLibraryIsReadable opens the pages of the large library in a browser.
func TestALargeLibraryIsReadable(t *testing.T) {
	dir, err := large()
	if err != nil {
		t.Fatal(err)
	}
	srv, _ := serve(t, dir, web.Options{})
	b := browser(t)
	for _, width := range []int64{1280, 390} {
		b.size(width, 900, width == 390)
		for name, path := range map[string]string{"large-shelf": "/", "large-waiting": "/?sort=waiting&epoch=EPOCH+5", "large-sessions": "/sessions"} {
			b.run(chromedp.Navigate(srv.URL + path))
			b.waitFor(`document.readyState === "complete"`)
			if wide := eval[int64](b, "document.documentElement.scrollWidth"); wide > width {
				t.Errorf("%s is %d pixels wide", name, wide)
			}
			// No two names of lanes, epochs or months lie on each other.
			if n := eval[int](b, `(() => { const r = Array.from(document.querySelectorAll(".timeline text")).map(e => e.getBoundingClientRect()); let n = 0; for (let i = 0; i < r.length; i++) for (let k = i + 1; k < r.length; k++) if (r[i].left + 2 < r[k].right && r[k].left + 2 < r[i].right && r[i].top + 3 < r[k].bottom && r[k].top + 3 < r[i].bottom) n++; return n; })()`); n > 0 {
				t.Errorf("%s: %d names of the timeline lie on others", name, n)
			}
			b.picture(fmt.Sprintf("%s-%d", name, width), false)
			b.accessible(name)
		}
	}
	b.quiet()
}
