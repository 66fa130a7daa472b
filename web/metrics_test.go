package web_test

import (
	"strings"
	"testing"
	"time"

	"substrate/library"
	"substrate/web"
)

func TestMetrics(t *testing.T) {
	srv, _ := server(t, false, web.Options{Version: "1.2.3", Tiers: func() []web.Tier {
		return []web.Tier{{Name: "big", State: "up", Up: true, Running: 2, Waiting: 3, Since: time.Unix(0, 0)}, {Name: "small", State: "down", Why: "connection refused <b>"}}
	}})
	text, _ := fetch(t, srv.URL+"/metrics")
	for _, want := range []string{
		`substrate_info{version="1.2.3"} 1`, `substrate_documents{standing="authoritative"} `, "substrate_drift_open ", "substrate_drift_oldest_seconds ", `substrate_candidates_open{kind="echo"} `,
		"substrate_findings_waiting ", "substrate_last_cascade_timestamp_seconds ", `substrate_tier_up{tier="big"} 1`, `substrate_tier_up{tier="small"} 0`, `substrate_tier_requests_running{tier="big"} 2`, `substrate_tier_requests_waiting{tier="big"} 3`,
	} {
		if !strings.Contains(text, "\n"+want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
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

func TestWhatIsNotKnownHasNoMetric(t *testing.T) {
	dir := t.TempDir()
	if _, err := library.Init(dir); err != nil {
		t.Fatal(err)
	}
	srv, _ := serve(t, dir, web.Options{})
	text, _ := fetch(t, srv.URL+"/metrics")
	if strings.Contains(text, "substrate_tier_up") || strings.Contains(text, "substrate_last_cascade") || strings.Contains(text, "substrate_documents") {
		t.Errorf("it knows too much:\n%s", text)
	}
}
