package inference

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"substrate/inference/inferencetest"
	"substrate/inference/route"
	"substrate/inference/wire"
)

var t0 = time.Unix(1_700_000_000, 0)

func TestBreaker(t *testing.T) {
	var b breaker
	for i := range breakAfter {
		if !b.begin(t0) {
			t.Fatalf("held back after %d failures", i)
		}
		b.fail(t0, false)
	}
	if b.begin(t0.Add(firstPause - 1)) {
		t.Error("open, but let through")
	}
	pause := firstPause
	now := t0
	for range 8 { // each failed trial doubles the pause, up to a limit
		now = now.Add(pause)
		if !b.begin(now) {
			t.Fatalf("no trial after %s", pause)
		}
		if b.begin(now) {
			t.Fatal("two trials at once")
		}
		b.fail(now, false)
		pause = min(2*pause, longPause)
		if b.ready(now.Add(pause - 1)) {
			t.Fatalf("ready before %s", pause)
		}
	}
	now = now.Add(pause)
	b.begin(now)
	b.end() // cancelled: the next may try
	if !b.begin(now) {
		t.Error("a cancelled trial blocks the next")
	}
	b.ok()
	if b != (breaker{}) {
		t.Errorf("%+v", b)
	}
	b.fail(t0, true)
	if b.ready(t0) {
		t.Error("no connection at all opens at once")
	}
}

func innerNode(t *testing.T, clock Clock, tier Tier) *node {
	t.Helper()
	if tier.URL == "" {
		tier.URL = "http://127.0.0.1:1"
	}
	tier.Name = "a"
	n, err := newNode(tier.filled(), http.DefaultClient, clock)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestHealthSinceAndWhy(t *testing.T) {
	clock := inferencetest.NewClock(t0)
	n := innerNode(t, clock, Tier{})
	fault := &wire.Error{Kind: wire.Fault, Op: "chat", Message: "boom"}
	n.note(nil, false)
	if n.health.State != route.Up || n.health.Since != t0 {
		t.Errorf("%+v", n.health)
	}
	clock.Advance(time.Minute)
	n.note(fault, true)
	since := clock.Now()
	if n.health.State != route.Degraded || n.health.Since != since || !strings.Contains(n.health.Why, "boom") {
		t.Errorf("%+v", n.health)
	}
	clock.Advance(time.Minute)
	n.note(nil, false) // its list comes, but requests failed
	if n.health.State != route.Degraded || n.health.Since != since {
		t.Errorf("a probe wiped out what a call had shown: %+v", n.health)
	}
	n.note(fault, true)
	n.note(fault, true)
	if n.health.State != route.Down {
		t.Errorf("%+v", n.health)
	}
	n.note(nil, false)
	if n.health.State != route.Degraded || !strings.Contains(n.health.Why, "requests failed") {
		t.Errorf("%+v", n.health)
	}
	n.note(nil, true)
	if n.health.State != route.Up || n.health.Why != "" {
		t.Errorf("%+v", n.health)
	}
	for _, k := range []wire.Kind{wire.TooLong, wire.NotFound, wire.Refused, wire.QueueFull, wire.Canceled} {
		n.note(&wire.Error{Kind: k}, true)
		if n.health.State != route.Up || n.brk.fails != 0 {
			t.Errorf("%s was held against the tier", k)
		}
	}
}

func TestJitterIsAFifth(t *testing.T) {
	if jitter(10*time.Second, 0) != 8*time.Second || jitter(10*time.Second, 0.5) != 10*time.Second || jitter(10*time.Second, 0.9999) > 12*time.Second {
		t.Error("jitter")
	}
}

func TestQueue(t *testing.T) {
	n := innerNode(t, systemClock{}, Tier{MaxParallel: 1, MaxQueue: 1})
	ctx := context.Background()
	release, err := n.slot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan func())
	go func() {
		r, err := n.slot(ctx)
		if err != nil {
			t.Error(err)
		}
		got <- r
	}()
	for {
		n.mu.Lock()
		w := n.waiting
		n.mu.Unlock()
		if w == 1 {
			break
		}
	}
	if _, err := n.slot(ctx); !errors.Is(err, wire.QueueFull) || !strings.Contains(err.Error(), "max_queue") {
		t.Error(err)
	}
	release()
	second := <-got
	n.tier.MaxQueue = 5
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := n.slot(gone); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	second()
	if n.running != 0 || n.waiting != 0 {
		t.Errorf("%d running, %d waiting", n.running, n.waiting)
	}
}

// A wait in the client's own queue that takes too long is not held against the tier.
func TestLongQueueIsNotTheTiersFault(t *testing.T) {
	srv := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "m", Window: 2048})
	srv.On(func(inferencetest.Call) inferencetest.Answer { return inferencetest.Answer{Hang: true} })
	c, err := New([]Tier{{Name: "a", URL: srv.URL, Models: map[Task]string{"chat": "m"}}}, Options{ProbeEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	release, err := c.nodes[0].slot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	c.nodes[0].tier.FirstToken = 20 * time.Millisecond
	for range breakAfter + 1 {
		_, err := c.Chat(context.Background(), Request{Messages: []Message{{Role: "user", Content: "hi"}}}, nil)
		if !errors.Is(err, wire.QueueFull) {
			t.Fatal(err)
		}
	}
	if s := c.Status()[0]; s.BreakerOpen || s.Health.State == route.Down {
		t.Errorf("%+v", s)
	}
}

// A reply in the form of Prometheus' HTTP API (web/api/v1/api.go, range vectors as "matrix").
const matrix = `{"status":"success","data":{"resultType":"matrix","result":[
{"metric":{"sensor":"soc"},"values":[[1699999880,"70"],[1699999940,"75"],[1700000000,"80"]]},
{"metric":{"sensor":"board"},"values":[[1699999940,"50.5"],[1700000000,"NaN"]]}]}}`

func TestTemperatureTrend(t *testing.T) {
	var asked string
	body, status := matrix, 200
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Path + "?" + r.URL.RawQuery
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		w.Write([]byte(body))
	}))
	defer h.Close()
	got, err := queryRange(context.Background(), http.DefaultClient, h.URL+"/", `max(temp{node="a"})`, t0)
	if err != nil || len(got) != 3 || got[2].Value != 80 || got[1].Value != 75 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, want := range []string{"/api/v1/query_range?", "start=1699999700.000", "end=1700000000.000", "step=15"} {
		if !strings.Contains(asked, want) {
			t.Errorf("asked %s, without %s", asked, want)
		}
	}
	for b, want := range map[string]string{
		`{"status":"error","errorType":"bad_data","error":"parse error at char 3"}`: "parse error",
		`{"status":"success","data":{"resultType":"matrix","result":[]}}`:           "finds nothing",
		`<html>`: "no JSON",
	} {
		body = b
		if status = 200; strings.Contains(b, "error") {
			status = 400
		}
		if _, err := queryRange(context.Background(), http.DefaultClient, h.URL, "q", t0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", b, err)
		}
	}

	// 80 °C and 5 °C more each minute: 85 °C come within the three minutes that are looked ahead, so requests go elsewhere.
	body, status = matrix, 200
	m := inferencetest.Model{Name: "m", Window: 2048, Loaded: true}
	hot, cool := inferencetest.New(t, inferencetest.Ollama, m), inferencetest.New(t, inferencetest.Ollama, m)
	clock := inferencetest.NewClock(t0)
	c, err := New([]Tier{{Name: "hot", URL: hot.URL, Models: map[Task]string{"chat": "m"}, GoodAt: []Task{"chat"}, TemperatureQuery: "q"},
		{Name: "cool", URL: cool.URL, Models: map[Task]string{"chat": "m"}, GoodAt: []Task{"vision"}}}, Options{Clock: clock, ProbeEvery: -1, Prometheus: h.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r := Request{Messages: []Message{{Role: "user", Content: "hi"}}}
	if d, err := c.Decide(context.Background(), r); err != nil || d.Tier != "hot" {
		t.Fatalf("%+v, %v", d, err)
	}
	if _, err := c.Check(context.Background()); err != nil {
		t.Fatal(err)
	}
	d, err := c.Decide(context.Background(), r)
	if err != nil || d.Tier != "cool" || !strings.Contains(d.Others[0].WhyNot, "rising 5.0 °C a minute") {
		t.Fatalf("%+v, %v", d, err)
	}
	if heat := c.Status()[0].Heat; heat.Reaches != time.Minute {
		t.Errorf("%+v", heat)
	}
	clock.Advance(heatStale + time.Second) // old news
	if d, err := c.Decide(context.Background(), r); err != nil || d.Tier != "hot" {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestFindLabel(t *testing.T) {
	labels := []string{"fast", "long", "in part"}
	for answer, want := range map[string]string{"fast": "fast", " **Long**.": "long", "The label is: fast!": "fast", "In part": "in part",
		"fast or long": "", "breakfast": "", "": "", "none": ""} {
		if got, ok := findLabel(answer, labels); got != want || ok != (want != "") {
			t.Errorf("%q: %q, want %q", answer, got, want)
		}
	}
}

func TestKnowsItself(t *testing.T) {
	for _, c := range []struct {
		model, identity, answer string
		ok                      bool
	}{
		{"gemma4:e4b", "", "I am Gemma.", true},
		{"gemma4:e4b", "", "I am ChatGPT, made by others", false},
		{"nemotron-3-nano:4b", "", "I am Nemotron, based on Llama", false},
		{"hub/qwen2.5:1.5b", "", "Qwen", true},
		{"house-model:1", "", "I am house-model", true},
		{"house-model:1", "You are Granite", "granite", true},
		{"phi4", "", "a philosopher", false},
	} {
		if ok, why := knowsItself(c.model, c.identity, c.answer); ok != c.ok || why == "" {
			t.Errorf("%s, %q: %v (%s)", c.model, c.answer, ok, why)
		}
	}
	if s := identityText("hub/nemotron-3-nano:4b"); !strings.HasPrefix(s, "You are Nemotron 3 Nano.") {
		t.Error(s)
	}
}

func TestAccepts(t *testing.T) {
	for s, want := range map[string]bool{"ACCEPT": true, " accept.\n": true, "**ACCEPTED**": true, "ACCEPT. All is supported.": true,
		"ACCEPT\nGood.": true, "Accept the terms.": false, "ACCEPTANCE is due": false, "The pump": false, "": false} {
		if accepts(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}

func TestWithModel(t *testing.T) {
	got, err := withModel([]byte(`{"a":{"model":"x"}, "model" : "old","z":1.0 }`), `n"w`)
	if err != nil || string(got) != `{"a":{"model":"x"}, "model" : "n\"w","z":1.0 }` {
		t.Errorf("%s, %v", got, err)
	}
	for _, bad := range []string{`[]`, `{}`, `{"model"`, ``} {
		if _, err := withModel([]byte(bad), "m"); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestTheTemplatesShareTeachesNothing(t *testing.T) {
	n := innerNode(t, systemClock{}, Tier{Identity: strings.Repeat("You are M. ", 30)})
	msgs := n.withIdentity([]Message{{Role: "user", Content: strings.Repeat("pump ", 20)}})
	before := n.estimate("m", msgs)
	n.observe("m", msgs, before-10) // the server's count, identity and template in it
	if after := n.estimate("m", msgs); after != before {
		t.Errorf("%d became %d", before, after)
	}
	n.observe("m", msgs, before*2)
	if after := n.estimate("m", msgs); after < before*3/2 {
		t.Errorf("%d became only %d", before, after)
	}
}
