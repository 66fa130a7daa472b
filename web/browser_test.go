package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"substrate/capture"
	"substrate/corpus/pdf/pool"
	"substrate/fixtures"
	"substrate/library"
	"substrate/web"
)

var shots = flag.String("screenshots", "", "`folder` for pictures of the pages")

// readers are shared by all tests: starting the engine costs seconds.
var readers = pool.New(pool.Options{Processes: 2})

func TestMain(m *testing.M) {
	pool.Main()
	flag.Parse()
	code := m.Run()
	if dir, err := sample(); err == nil {
		os.RemoveAll(filepath.Dir(dir))
	}
	readers.Close()
	os.Exit(code)
}

// older are files of the sample library that came first.
var older = []string{"Elroy_User_Guide_V2_0.pdf", "hydra_cluster_ug_90.pdf", "Project Roadmap V3.5.pdf", "Project-Roadmap-V3.7.pdf", "monitoring runbook v3.9.pdf", "medusa.user.guide.v1.0.pdf", "NarniaUserGuide1.4.pdf", "GW-REF iss 2.pdf", "Phase2DeploymentGuide-v1-1.pdf"}

// sample is the sample library as printed, taken in as two cascades and scanned.
var sample = sync.OnceValues(func() (string, error) {
	tmp, err := os.MkdirTemp("", "substrate-web-*")
	if err != nil {
		return "", err
	}
	dir := filepath.Join(tmp, "sample")
	if _, err := library.Init(dir); err != nil {
		return "", err
	}
	lib, err := open(dir)
	if err != nil {
		return "", err
	}
	defer lib.Close()
	pdf := filepath.Join(fixtures.Dir(), "library", "pdf")
	var first []string
	for _, f := range older {
		first = append(first, filepath.Join(pdf, f))
	}
	for _, paths := range [][]string{first, {pdf}} {
		if _, err := lib.Ingest(context.Background(), paths, library.IngestOptions{}); err != nil {
			return "", err
		}
	}
	if _, err = lib.Scan(context.Background(), library.ScanOptions{}); err != nil {
		return dir, err
	}
	return dir, learn(lib)
})

// learned is what somebody found out: the first one is in a draft, of the others one has no document.
var learned = []capture.Finding{
	{Text: "Prometheus keeps 90 days, not 45", To: "hydra-cluster-user-guide#8.2", Kind: capture.Document, Evidence: "$ curl -s monitor:9090/api/v1/status/flags | grep retention\n\"storage.tsdb.retention.time\": \"90d\""},
	{Text: "With the lid off the processor stays below its limit of 85 °C; it slows down only with the lid on", Kind: capture.Document},
	{Text: "Swap on Elroy is a 16 GB file on the NVMe disk, /swapfile; zram is switched off", Kind: capture.Both},
	{Text: "A coffee machine in the kitchen leaks when the tray is full", Kind: capture.System},
}

// learn captures findings and drafts a revision of the first one.
func learn(lib *library.Library) error {
	ctx := context.Background()
	if _, err := lib.StartSession(ctx, "Evening with the monitor", "", false); err != nil {
		return err
	}
	for _, f := range learned {
		if _, err := lib.Capture(ctx, f); err != nil {
			return err
		}
	}
	_, err := lib.Revise(ctx, "hydra-cluster-user-guide", library.ReviseOptions{})
	return err
}

func open(dir string) (*library.Library, error) {
	lib, err := library.Open(dir, library.Config{Name: "Home lab"})
	if err != nil {
		return nil, err
	}
	lib.PDF = func() (library.PDFReader, error) { return readers, nil }
	return lib, nil
}

// server serves a library; with own it is a copy that a test may change.
func server(t testing.TB, own bool, o web.Options) (*httptest.Server, *library.Library) {
	t.Helper()
	dir, err := sample()
	if err != nil {
		t.Fatal(err)
	}
	if own {
		to := filepath.Join(t.TempDir(), "sample")
		if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		dir = to
	}
	return serve(t, dir, o)
}

func serve(t testing.TB, dir string, o web.Options) (*httptest.Server, *library.Library) {
	t.Helper()
	lib, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(web.Handler(lib, o))
	t.Cleanup(func() { srv.Close(); lib.Close() })
	return srv, lib
}

// tab is a page in a real browser, which notes what goes wrong in it.
type tab struct {
	context.Context
	t testing.TB

	mu   sync.Mutex
	said []string
}

func browser(t testing.TB) *tab {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.Flag("disable-dev-shm-usage", true), chromedp.WSURLReadTimeout(2*time.Minute))
	if path, err := chromiumPath(); err != nil {
		t.Fatal(err)
	} else {
		opts = append(opts, chromedp.ExecPath(path))
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	ctx, late := context.WithTimeout(ctx, 12*time.Minute)
	t.Cleanup(func() { late(); cancel(); stop() })
	b := &tab{Context: ctx, t: t}
	b.run(chromedp.Navigate("about:blank")) // starts it
	console := chromedp.Console(ctx)
	go func() {
		for m, err := range console {
			if err != nil {
				return
			}
			if kind := strings.ToLower(string(m.Type)); m.IsException() || strings.Contains(kind, "error") || strings.Contains(kind, "warn") {
				b.mu.Lock()
				b.said = append(b.said, m.Text+" "+m.URL)
				b.mu.Unlock()
			}
		}
	}()
	return b
}

func chromiumPath() (string, error) {
	for _, p := range []string{"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"} {
		if _, err := os.Stat(p); err == nil {
			return p, nil
		}
	}
	return "", errors.New("no chromium; scripts/deps installs it")
}

func (b *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// waitFor waits until an expression is true in the page.
func (b *tab) waitFor(expression string) {
	b.t.Helper()
	for end := time.Now().Add(40 * time.Second); ; time.Sleep(30 * time.Millisecond) {
		// While a page is left there is nothing to ask.
		if ok, err := chromedp.Run(b, chromedp.Evaluate[bool]("!!("+expression+")")); err == nil && ok {
			return
		} else if time.Now().After(end) {
			body, _ := chromedp.Run(b, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText.slice(0, 1500)`))
			b.t.Fatalf("never became true: %s: %v\n%s", expression, err, body)
		}
	}
}

func eval[T any](b *tab, expression string, o ...chromedp.EvaluateOption) T {
	b.t.Helper()
	out, err := chromedp.Run(b, chromedp.Evaluate[T](expression, o...))
	if err != nil {
		b.t.Fatalf("%.200s: %v", expression, err)
	}
	return out
}

// quiet fails when the page complained.
func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.said {
		b.t.Errorf("the browser says: %s", s)
	}
	b.said = nil
}

func (b *tab) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = nil
}

func (b *tab) size(width, height int64, dark bool) {
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.run(chromedp.EmulateViewport(width, height, func(p *emulation.SetDeviceMetricsOverrideParams, _ *emulation.SetTouchEmulationEnabledParams) {
		p.Mobile = width < 500
	}))
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}
	if _, err := chromedp.Call(b, emulation.SetEmulatedMedia, media); err != nil {
		b.t.Fatal(err)
	}
}

// picture leaves a picture of the page in the folder of -screenshots; of a long one what is on the screen, unless all is wanted.
func (b *tab) picture(name string, all bool) {
	b.t.Helper()
	if *shots == "" {
		return
	}
	if err := os.MkdirAll(*shots, 0o755); err != nil {
		b.t.Fatal(err)
	}
	shot := chromedp.FullScreenshot(100)
	if !all || eval[int](b, "document.documentElement.scrollHeight") > 5000 {
		shot = chromedp.CaptureScreenshot()
	}
	png, err := chromedp.Run(b, shot)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

var axeSource = sync.OnceValues(func() (string, error) {
	raw, err := os.ReadFile(filepath.Join("browser", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		err = fmt.Errorf("no axe-core; scripts/deps installs it: %w", err)
	}
	return string(raw), err
})

// accessible fails on every serious finding of axe-core.
func (b *tab) accessible(where string) {
	b.t.Helper()
	source, err := axeSource()
	if err != nil {
		b.t.Fatal(err)
	}
	eval[int](b, source+";0")
	raw := eval[string](b, `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.map(v => ({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + " :: " + n.failureSummary)}))))`, chromedp.EvalAwaitPromise)
	var found []struct {
		ID, Impact, Help string
		Nodes            []string
	}
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		b.t.Fatal(err)
	}
	for _, f := range found {
		if f.Impact == "serious" || f.Impact == "critical" {
			b.t.Errorf("%s: %s (%s): %s\n%s", where, f.ID, f.Impact, f.Help, strings.Join(f.Nodes, "\n"))
		}
	}
}

func status(t testing.TB, url string) int {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}
