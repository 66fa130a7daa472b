package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"substrate/web"
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
