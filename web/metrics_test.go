package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"substrate/inference/timing"
	"substrate/web"

	"github.com/chromedp/chromedp"
)

func TestTiersOnPageAndTicker(t *testing.T) {
	srv, _ := server(t, false, web.Options{Version: "1.2.3", Tiers: func() []web.Tier {
		return []web.Tier{{Name: "big", State: "up", Up: true, Running: 2, Waiting: 3, Since: time.Unix(0, 0)}, {Name: "small", State: "down", Why: "connection refused <b>"}}
	}})
	page, _ := fetch(t, srv.URL+"/tiers")
	for _, want := range []string{"<strong>big</strong>", "down", "connection refused &lt;b&gt;"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing on the page", want)
		}
	}
	if ticker, _ := fetch(t, srv.URL+"/ticker"); !strings.Contains(ticker, `"tiers_up":1`) || !strings.Contains(ticker, `"tiers":2`) {
		t.Errorf("ticker %s", ticker)
	}
}

func TestMetricsAreForWhoMayRead(t *testing.T) {
	may := true
	srv, _ := server(t, false, web.Options{
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "counted 1") }),
		Allowed: func(_ context.Context, scope string) bool { return may && scope == "read" },
		SignIn:  func(string) bool { return false },
	})
	for _, c := range []struct {
		may    bool
		status int
		shown  bool
	}{{true, http.StatusOK, true}, {false, http.StatusUnauthorized, false}} {
		may = c.may
		resp, err := http.Get(srv.URL + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		text, _ := fetch(t, srv.URL+"/metrics")
		if resp.StatusCode != c.status || strings.Contains(text, "counted 1") != c.shown {
			t.Errorf("may read %v: status %d: %.200s", c.may, resp.StatusCode, text)
		}
	}
}

// Speeds are drawn for each model on each tier, without failed calls and prompts out of a cache.
func TestSpeedsArePlotted(t *testing.T) {
	srv, lib := server(t, true, web.Options{
		Tiers: func() []web.Tier {
			return []web.Tier{{Name: "big", URL: "http://big:11434", State: "up", Up: true, Models: []string{"chat: gemma"}, Since: time.Date(2026, 4, 20, 8, 0, 0, 0, time.UTC)}, {Name: "rack", URL: "http://rack:11434", State: "down", Why: "connection refused", Models: []string{"chat: large"}}}
		},
		Routed: func() []web.Routed {
			return []web.Routed{{At: time.Now(), Task: "chat", Tier: "big", Model: "gemma", Because: "it is good at chat and nothing waits", Others: []string{"rack: it is down"}}, {At: time.Now(), Task: "vision", Err: "no tier fits"}}
		},
	})
	store, now := lib.Samples(), time.Now()
	for i := range 90 {
		s := timing.Sample{At: now.Add(-time.Duration(i) * 7 * time.Hour), Tier: "big", Model: "gemma", Quant: "Q4_K_M", Kind: "chat", PromptTokens: 1000, PromptTime: time.Duration(900+i%7*40) * time.Millisecond, OutputTokens: 200, OutputTime: time.Duration(9+i/30) * time.Second, Cached: i%10 == 0}
		if i%30 == 7 {
			s.Err = "server"
		}
		if err := store.Add(context.Background(), s); err != nil {
			t.Fatal(err)
		}
	}
	b := browser(t)
	for _, form := range []struct {
		name          string
		width, height int64
		dark          bool
	}{{"desktop-light", 1280, 900, false}, {"phone-dark", 390, 844, true}} {
		b.size(form.width, form.height, form.dark)
		b.run(chromedp.Navigate(srv.URL + "/tiers"))
		b.waitFor(`document.readyState === "complete" && document.querySelectorAll(".plot").length === 2`)
		b.accessible("tiers " + form.name)
		b.picture("tiers-plots-"+form.name, true)
	}
	// 90 calls, 3 failed; of the rest 9 prompts came out of a cache.
	if got := eval[string](b, `Array.from(document.querySelectorAll(".plot")).map(p => p.querySelectorAll("circle").length).join()`); got != "78,87" {
		t.Errorf("%s calls are drawn, want 78,87", got)
	}
	if got := eval[string](b, `document.querySelector(".speed h3").innerText`); !strings.Contains(got, "90 calls") || !strings.Contains(got, "3 failed") || !strings.Contains(got, "Q4_K_M") {
		t.Errorf("headed %q", got)
	}
	b.run(chromedp.Navigate(srv.URL + "/tiers?days=7"))
	b.waitFor(`document.readyState === "complete" && document.querySelectorAll(".plot circle").length > 0`)
	if n := eval[int](b, `document.querySelectorAll(".plot:last-child circle").length`); n >= 30 {
		t.Errorf("%d calls in a week", n)
	}
	b.quiet()
}
