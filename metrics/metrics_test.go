package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"substrate/capture"
	"substrate/library"
	"substrate/metrics"
)

func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	raw, _ := io.ReadAll(w.Body)
	return "\n" + string(raw)
}

// value is that of the one series that begins so; ok is false where it is absent.
func value(t *testing.T, text, series string) (float64, bool) {
	t.Helper()
	_, rest, ok := strings.Cut(text, "\n"+series+" ")
	if !ok {
		return 0, false
	}
	line, _, _ := strings.Cut(rest, "\n")
	v, err := strconv.ParseFloat(line, 64)
	if err != nil {
		t.Fatalf("%s: %v", series, err)
	}
	return v, true
}

func want(t *testing.T, text string, values map[string]float64) {
	t.Helper()
	for series, v := range values {
		if got, ok := value(t, text, series); !ok || got != v {
			t.Errorf("%s is %v (there: %v), want %v", series, got, ok, v)
		}
	}
}

func absent(t *testing.T, text string, names ...string) {
	t.Helper()
	for _, n := range names {
		if strings.Contains(text, "\n"+n+"{") || strings.Contains(text, "\n"+n+" ") {
			t.Errorf("%s is there, though it is not known", n)
		}
	}
}

// roadmap has a drift log with two open entries, the older without a day.
const roadmap = `# Club Roadmap

Version: V2.0
Date: 2026-03-10

## 1 Boats

The dinghy has 4 seats.

## 2 Drift Log

| Found | Document | Says | Actually | Status |
| --- | --- | --- | --- | --- |
| 2026-03-01 | Boat Guide V1.1 | the mast is 7 m | the mast is 8 m | open |
| 2026-03-05 | Boat Guide V1.1 | the sail is red | the sail is white | open |
`

const guide = "# Boat Guide\n\nVersion: V%s\nDate: 2026-02-0%d\n\n## 1 Rig\n\nThe mast is 7 m. The sail is red.\n"

func newLibrary(t *testing.T) *library.Library {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "club")
	if _, err := library.Init(dir); err != nil {
		t.Fatal(err)
	}
	l, err := library.Open(dir, library.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	l.Now = func() time.Time { return time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC) }
	return l
}

func ingest(t *testing.T, l *library.Library, texts map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.Ingest(t.Context(), []string{dir}, library.IngestOptions{}); err != nil {
		t.Fatal(err)
	}
}

func fill(t *testing.T, l *library.Library) {
	ingest(t, l, map[string]string{"roadmap.md": roadmap, "a.md": fmt.Sprintf(guide, "1.0", 1), "b.md": fmt.Sprintf(guide, "1.1", 2)})
}

func TestFactsOfALibrary(t *testing.T) {
	l := newLibrary(t)
	fill(t, l)
	m := metrics.New(metrics.Options{Library: l, Version: "1.2.3"})
	text := scrape(t, m)
	want(t, text, map[string]float64{
		"substrate_library_readable": 1, `substrate_documents{standing="authoritative"}`: 2, `substrate_versions{standing="superseded"}`: 1,
		"substrate_drift_open": 2, "substrate_drift_oldest_seconds": (31 * 24 * time.Hour).Seconds(),
		"substrate_findings_waiting": 0, `substrate_candidates_open{kind="conflict"}`: 0,
		"substrate_last_cascade_timestamp_seconds": float64(l.Now().Unix()), "substrate_index_whole": 1, "substrate_index_behind_revisions": 0,
	})
	absent(t, text, "substrate_last_capture_timestamp_seconds", "substrate_tier_up")
	if !strings.Contains(text, `substrate_info{goversion="go`) || !strings.Contains(text, `version="1.2.3"} 1`) {
		t.Error("the build is not told")
	}

	// A finding is no change of the shelf, and the next scrape knows it all the same.
	if _, err := l.Capture(t.Context(), capture.Finding{Text: "The mast is 8 m.", By: "Ada"}); err != nil {
		t.Fatal(err)
	}
	want(t, scrape(t, m), map[string]float64{"substrate_findings_waiting": 1, "substrate_last_capture_timestamp_seconds": float64(l.Now().Unix())})

	// A cascade changes the shelf.
	ingest(t, l, map[string]string{"c.md": fmt.Sprintf(guide, "1.2", 3)})
	want(t, scrape(t, m), map[string]float64{`substrate_documents{standing="authoritative"}`: 2, `substrate_versions{standing="superseded"}`: 2})

	// Age grows with no change of the library at all.
	l.Now = func() time.Time { return time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC) }
	want(t, scrape(t, m), map[string]float64{"substrate_drift_oldest_seconds": (32 * 24 * time.Hour).Seconds()})
}

func TestWhatIsNotKnownIsAbsent(t *testing.T) {
	text := scrape(t, metrics.New(metrics.Options{Library: newLibrary(t)}))
	for _, d := range metrics.Descriptions() {
		if d.Type == "gauge" && d.Name != "substrate_info" {
			absent(t, text, d.Name)
		}
	}
	absent(t, text, "substrate_tool_seconds_count", "substrate_tier_calls_total")
	want(t, text, map[string]float64{`substrate_errors_total{kind="tool"}`: 0}) // known, and none
}

func TestAnIndexThatIsHarmedIsTold(t *testing.T) {
	l := newLibrary(t)
	fill(t, l)
	m := metrics.New(metrics.Options{Library: l})
	ingest(t, l, map[string]string{"c.md": fmt.Sprintf(guide, "1.2", 3)})
	gens, err := filepath.Glob(filepath.Join(l.Dir, library.StateDir, "index", "gen-*"))
	if err != nil || len(gens) != 2 {
		t.Fatalf("generations %q, %v", gens, err)
	}
	want(t, scrape(t, m), map[string]float64{"substrate_index_whole": 1, "substrate_index_behind_revisions": 0})
	if err := os.RemoveAll(gens[1]); err != nil {
		t.Fatal(err)
	}
	want(t, scrape(t, m), map[string]float64{"substrate_index_whole": 1, "substrate_index_behind_revisions": 1})
	if err := os.RemoveAll(gens[0]); err != nil {
		t.Fatal(err)
	}
	text := scrape(t, m)
	want(t, text, map[string]float64{"substrate_index_whole": 0})
	absent(t, text, "substrate_index_behind_revisions", "substrate_index_built_timestamp_seconds")
}

// A library that cannot be read takes nothing else away with it.
func TestAnUnreadableLibraryIsTold(t *testing.T) {
	l := newLibrary(t)
	fill(t, l)
	l.Close()
	db, err := filepath.Glob(filepath.Join(l.Dir, library.StateDir, "*.db*"))
	if err != nil || len(db) == 0 {
		t.Fatalf("catalog %q, %v", db, err)
	}
	for _, f := range db {
		if err := os.WriteFile(f, []byte("this is no database, however long it may be looked at"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	up := true
	text := scrape(t, metrics.New(metrics.Options{Library: l, Tiers: tiers{{Name: "big", Up: &up}}}))
	want(t, text, map[string]float64{"substrate_library_readable": 0, `substrate_tier_up{tier="big"}`: 1})
	absent(t, text, "substrate_documents", "substrate_drift_open", "substrate_index_whole")
}

type tiers []metrics.Tier

func (t tiers) Tiers() []metrics.Tier { return t }

func TestTiers(t *testing.T) {
	up, down, heat := true, false, 61.5
	m := metrics.New(metrics.Options{Tiers: tiers{
		{Name: "big", Up: &up, Running: 2, Waiting: 3, Temperature: &heat, Speeds: []metrics.Speed{{Model: "m", Prompt: 900, Output: 40}, {Model: "n"}}},
		{Name: "small", Up: &down}, {Name: "new"},
	}})
	m.Call("big", "m", 100, 20, 1.5, true)
	m.Call("big", "m", 50, 0, 0.5, false)
	text := scrape(t, m)
	want(t, text, map[string]float64{
		`substrate_tier_up{tier="big"}`: 1, `substrate_tier_up{tier="small"}`: 0, `substrate_tier_requests_running{tier="big"}`: 2, `substrate_tier_requests_waiting{tier="big"}`: 3,
		`substrate_tier_temperature_celsius{tier="big"}`:                       61.5,
		`substrate_tier_prompt_tokens_per_second{model="m",tier="big"}`:        900,
		`substrate_tier_output_tokens_per_second{model="m",tier="big"}`:        40,
		`substrate_tier_tokens_total{direction="prompt",model="m",tier="big"}`: 150, `substrate_tier_tokens_total{direction="output",model="m",tier="big"}`: 20,
		`substrate_tier_calls_total{model="m",outcome="ok",tier="big"}`: 1, `substrate_tier_calls_total{model="m",outcome="failed",tier="big"}`: 1,
		`substrate_tier_call_seconds_sum{tier="big"}`: 2,
	})
	for _, no := range []string{`tier_up{tier="new"}`, `celsius{tier="small"}`, `model="n"`} {
		if strings.Contains(text, no) {
			t.Errorf("%s is there, though it is not known", no)
		}
	}
}

func TestWorkIsTimedAndFailuresCounted(t *testing.T) {
	l := newLibrary(t)
	m := metrics.New(metrics.Options{Library: l})
	l.Observe = m.Observe
	fill(t, l)
	if _, err := l.Search(t.Context(), "mast", library.SearchOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Search(t.Context(), " ", library.SearchOptions{}); !errors.Is(err, library.ErrNoWords) {
		t.Fatalf("an empty question: %v", err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	_, done := m.Observe(gone, "tool", "search")
	done(gone.Err())
	_, done = m.Observe(t.Context(), "tool", "search")
	done(errors.New("disk"))
	_, done = m.Observe(t.Context(), "tool", "show")
	done(fmt.Errorf("%w: x", library.ErrNotFound))
	m.Request("pages", 200)
	want(t, scrape(t, m), map[string]float64{
		"substrate_search_seconds_count": 2, "substrate_ingest_seconds_count": 1, `substrate_tool_seconds_count{tool="search"}`: 2, `substrate_tool_seconds_count{tool="show"}`: 1,
		`substrate_errors_total{kind="search"}`: 0, `substrate_errors_total{kind="tool"}`: 1, `substrate_http_requests_total{code="200",endpoint="pages"}`: 1,
	})
}

// What is described is what is sent, in name, kind and labels.
func TestDescriptionsAreTrue(t *testing.T) {
	l := newLibrary(t)
	fill(t, l)
	if _, err := l.Capture(t.Context(), capture.Finding{Text: "The mast is 8 m.", By: "Ada"}); err != nil {
		t.Fatal(err)
	}
	up, heat := true, 50.0
	m := metrics.New(metrics.Options{Library: l, Tiers: tiers{{Name: "big", Up: &up, Temperature: &heat, Speeds: []metrics.Speed{{Model: "m", Prompt: 9, Output: 4}}}}})
	m.Call("big", "m", 1, 1, 1, true)
	m.Request("pages", 200)
	_, done := m.Observe(t.Context(), "tool", "show")
	done(nil)
	text := scrape(t, m)
	sent := map[string]string{}
	for _, x := range regexp.MustCompile(`(?m)^# TYPE (substrate_\S+) (\S+)$`).FindAllStringSubmatch(text, -1) {
		sent[x[1]] = x[2]
	}
	for _, d := range metrics.Descriptions() {
		if sent[d.Name] != d.Type {
			t.Errorf("%s is described as a %s and sent as %q", d.Name, d.Type, sent[d.Name])
		}
		delete(sent, d.Name)
		for _, label := range d.Labels {
			if !regexp.MustCompile(d.Name + `(_bucket)?\{[^}]*\b` + label + `="`).MatchString(text) {
				t.Errorf("%s has no label %s", d.Name, label)
			}
		}
	}
	for name := range sent {
		t.Errorf("%s is sent and not described", name)
	}
	for _, text := range []string{"mast", "dinghy", "Boat", "Ada"} {
		if strings.Contains(scrape(t, m), text) {
			t.Errorf("%q of a document is told", text)
		}
	}
}

func BenchmarkScrape(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "club")
	if _, err := library.Init(dir); err != nil {
		b.Fatal(err)
	}
	l, err := library.Open(dir, library.Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	src := b.TempDir()
	for i := range 300 {
		if err := os.WriteFile(filepath.Join(src, fmt.Sprintf("%d.md", i)), fmt.Appendf(nil, "# Guide %d\n\nVersion: V1.0\n\n## 1 Rig\n\nThe mast is %d m.\n", i, i), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := l.Ingest(b.Context(), []string{src}, library.IngestOptions{}); err != nil {
		b.Fatal(err)
	}
	m := metrics.New(metrics.Options{Library: l})
	for b.Loop() {
		m.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/metrics", nil))
	}
}
