package inference_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"substrate/inference"
	"substrate/inference/inferencetest"
	"substrate/inference/wire"
)

var m = inferencetest.Model{Name: "m", Window: 4096, Vocab: 32000, Quant: "Q4_0", Loaded: true}

func tier(name, url string, api string) inference.Tier {
	return inference.Tier{Name: name, URL: url, API: api, GoodAt: []inference.Task{"chat"}, Models: map[inference.Task]string{"chat": "m"}, MaxParallel: 4, MaxQueue: 1000}
}

// Each way to fail before the first token leads to the next tier, in time, and is told.
func TestFailoverBeforeTheFirstToken(t *testing.T) {
	faults := map[string]inferencetest.Answer{
		"500":         {Error: "CUDA error"},
		"busy":        {Status: 503, Error: "server busy"},
		"bad JSON":    {Body: "{\"model\": oops\n"},
		"html":        {Body: "<html>proxy</html>\n"},
		"empty":       {Body: "\n"},
		"wrong model": {Text: "hi", Model: "other"},
		"200 error":   {Body: `{"error":"unknown"}`},
		"hangs":       {Hang: true},
	}
	for name, a := range faults {
		t.Run(name, func(t *testing.T) {
			bad, good := inferencetest.New(t, inferencetest.Ollama, m), inferencetest.New(t, inferencetest.LlamaServer, m)
			bad.On(func(inferencetest.Call) inferencetest.Answer { return a })
			good.On(func(inferencetest.Call) inferencetest.Answer { return inferencetest.Answer{Text: "whole answer"} })
			c := client(t, []inference.Tier{tier("bad", bad.URL, inference.Ollama), tier("good", good.URL, inference.OpenAI)}, inference.Options{})
			limit := 30 * time.Second
			if a.Hang {
				limit = 4 * time.Second // its half runs out, and the other half is enough
			}
			ctx, cancel := context.WithTimeout(context.Background(), limit)
			defer cancel()
			r, err := c.Chat(ctx, inference.Request{Messages: user("hi")}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.Tier != "good" || r.Text != "whole answer" || len(r.Attempts) != 1 || r.Attempts[0].Tier != "bad" || r.Attempts[0].Why == "" {
				t.Errorf("%+v", r)
			}
			if r.Decision.Tier != "good" || !strings.Contains(r.Decision.Because, "bad failed") {
				t.Errorf("decision %+v", r.Decision)
			}
			if a.Hang {
				bad.Until(t, "the end of the hung request", func() bool { return bad.Canceled() == 1 })
			}
		})
	}
}

// A server that takes connections and says nothing at all, not even its list, costs its share of the time and no more.
func TestFailoverFromADeafServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	good := inferencetest.New(t, inferencetest.Ollama, m)
	c := client(t, []inference.Tier{tier("deaf", "http://"+l.Addr().String(), inference.Ollama), tier("good", good.URL, inference.Ollama)}, inference.Options{})
	ctx, cancel := context.WithTimeout(context.Background(), 6*time.Second)
	defer cancel()
	r, err := c.Chat(ctx, inference.Request{Messages: user("hi")}, nil)
	if err != nil || r.Tier != "good" {
		t.Fatalf("%+v, %v", r, err)
	}
}

// After the first token nothing is asked for elsewhere: the error holds what had come.
func TestNoSilentFailoverAfterTheFirstToken(t *testing.T) {
	for name, a := range map[string]inferencetest.Answer{
		"killed":   {Text: "one two three", KillAfter: 2},
		"an error": {Text: "one two three", KillAfter: 2, Error: "out of memory"},
	} {
		bad, good := inferencetest.New(t, inferencetest.Ollama, m), inferencetest.New(t, inferencetest.Ollama, m)
		bad.On(func(inferencetest.Call) inferencetest.Answer { return a })
		c := client(t, []inference.Tier{tier("bad", bad.URL, inference.Ollama), tier("good", good.URL, inference.Ollama)}, inference.Options{})
		r, err := c.Chat(context.Background(), inference.Request{Messages: user("hi")}, nil)
		var broke *inference.BrokenError
		if !errors.As(err, &broke) || broke.Text != "one two " || broke.Tier != "bad" || r == nil || r.Text != "one two " {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		if len(good.Calls()) != 0 {
			t.Errorf("%s: the other tier was asked", name)
		}
	}
}

// Silence in the middle ends by the tier's idle limit, on a clock that only the test moves.
func TestSilenceInTheMiddle(t *testing.T) {
	srv := inferencetest.New(t, inferencetest.Ollama, m)
	srv.Script(inferencetest.Answer{Text: "one two", HangAfter: 1})
	clock := inferencetest.NewClock(time.Unix(1_700_000_000, 0))
	c := client(t, []inference.Tier{tier("a", srv.URL, inference.Ollama)}, inference.Options{Clock: clock})
	first := make(chan struct{})
	done := make(chan error)
	go func() {
		_, err := c.Chat(context.Background(), inference.Request{Messages: user("hi")}, func(inference.Chunk) error { close(first); return nil })
		done <- err
	}()
	<-first
	for stop := false; !stop; {
		clock.Armed(1)
		clock.Advance(time.Minute)
		select {
		case err := <-done:
			stop = true
			var broke *inference.BrokenError
			if !errors.As(err, &broke) || !errors.Is(err, wire.TimedOut) || !strings.Contains(err.Error(), "1m0s") {
				t.Error(err)
			}
		default:
			runtime.Gosched()
			if clock.Waiting() == 0 {
				err := <-done
				stop = true
				if !errors.Is(err, wire.TimedOut) {
					t.Error(err)
				}
			}
		}
	}
}

// A reader who takes long is no reason to end the answer.
func TestSlowReader(t *testing.T) {
	srv := inferencetest.New(t, inferencetest.Ollama, m)
	srv.Script(inferencetest.Answer{Text: "one two three"})
	clock := inferencetest.NewClock(time.Unix(1_700_000_000, 0))
	c := client(t, []inference.Tier{tier("a", srv.URL, inference.Ollama)}, inference.Options{Clock: clock})
	r, err := c.Chat(context.Background(), inference.Request{Messages: user("hi")}, func(inference.Chunk) error {
		for range 5 { // each long enough to count as silence
			clock.Armed(1)
			clock.Advance(2 * time.Minute)
		}
		clock.Armed(1)
		return nil
	})
	if err != nil || r.Text != "one two three" {
		t.Errorf("%+v, %v", r, err)
	}
}

// A hundred clients, servers that fail in every way, one of them stopped on the way: each request has a whole answer,
// a broken one that says so, or an error that names every tier tried. No goroutine is left.
func TestAHundredClients(t *testing.T) {
	before := runtime.NumGoroutine()
	text := "αβγ one two three four — five € six"
	a, b, d, h := inferencetest.New(t, inferencetest.Ollama, m), inferencetest.New(t, inferencetest.LlamaServer, m),
		inferencetest.New(t, inferencetest.VLLM, m), inferencetest.New(t, inferencetest.Hailo, m)
	var bytes []string
	for i := 0; i < len(text); i += 2 { // most runes are cut
		bytes = append(bytes, text[i:min(i+2, len(text))])
	}
	var mu sync.Mutex
	turn := 0
	script := func(inferencetest.Call) inferencetest.Answer {
		mu.Lock()
		defer mu.Unlock()
		turn++
		switch turn % 12 {
		case 1:
			return inferencetest.Answer{Chunks: bytes, KillAfter: 7}
		case 3:
			return inferencetest.Answer{Error: "CUDA error"}
		case 5:
			return inferencetest.Answer{Body: "{\"oops\n"}
		case 7:
			return inferencetest.Answer{Status: 503, Error: "server busy"}
		case 9:
			return inferencetest.Answer{Chunks: bytes, KillAfter: 5, Error: "out of memory"}
		case 10:
			return inferencetest.Answer{Chunks: bytes, Each: func(int) { time.Sleep(time.Millisecond) }}
		case 11:
			return inferencetest.Answer{Chunks: bytes, Hang: turn < 24}
		}
		return inferencetest.Answer{Chunks: bytes}
	}
	for _, s := range []*inferencetest.Server{a, b, d, h} {
		s.On(script)
	}
	tiers := []inference.Tier{tier("a", a.URL, inference.Ollama), tier("b", b.URL, inference.OpenAI), tier("d", d.URL, inference.OpenAI), tier("h", h.URL, inference.Hailo)}
	tiers[3].MaxParallel = 1
	c, err := inference.New(tiers, inference.Options{ProbeEvery: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var whole, broken, failed, lost int
	for i := range 100 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			seen := ""
			r, err := c.Chat(ctx, inference.Request{Messages: user(fmt.Sprint("question ", i))}, func(k inference.Chunk) error {
				seen += k.Text
				return nil
			})
			if i == 50 {
				d.Stop()
			}
			var broke *inference.BrokenError
			var fail *inference.FailedError
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil && r.Text == text && seen == text:
				whole++
			case errors.As(err, &broke) && broke.Text == seen && seen != "" && strings.HasPrefix(text, seen):
				broken++
			case errors.As(err, &fail) && seen == "" && len(fail.Attempts) > 0, errors.Is(err, wire.NoRoute), errors.Is(err, wire.Busy), errors.Is(err, wire.QueueFull):
				failed++
			default:
				lost++
				t.Errorf("request %d: saw %q, %+v, %v", i, seen, r, err)
			}
		}()
	}
	wg.Wait()
	if whole+broken+failed != 100 || lost != 0 || whole < 25 {
		t.Errorf("%d whole, %d broken, %d failed, %d lost", whole, broken, failed, lost)
	}
	t.Logf("%d whole, %d broken off and said so, %d failed with reasons", whole, broken, failed)
	if n := h.Most(); n > 1 {
		t.Errorf("hailo had %d requests at once", n)
	}
	if n := a.Most(); n > 4 {
		t.Errorf("a had %d requests at once, max_parallel is 4", n)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	for _, s := range []*inferencetest.Server{a, b, d, h} {
		s.Stop()
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	if left := ours(); left != "" {
		t.Errorf("goroutines left:\n%s", left)
	}
	// Connections wind down on their own goroutines.
	for range 200 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	buf := make([]byte, 1<<16)
	t.Errorf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), buf[:runtime.Stack(buf, true)])
}

// Closing ends what runs, and says why.
func TestCloseEndsRequests(t *testing.T) {
	srv := inferencetest.New(t, inferencetest.Ollama, m)
	srv.Script(inferencetest.Answer{Text: "one two", HangAfter: 1})
	c, err := inference.New([]inference.Tier{tier("a", srv.URL, "")}, inference.Options{ProbeEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	first, done := make(chan struct{}), make(chan error)
	go func() {
		_, err := c.Chat(context.Background(), inference.Request{Messages: user("hi")}, func(inference.Chunk) error { close(first); return nil })
		done <- err
	}()
	<-first
	go c.Close()
	if err := <-done; !errors.Is(err, inference.ErrClosed) {
		t.Error(err)
	}
	c.Close()
	if _, err := c.Chat(context.Background(), inference.Request{Messages: user("hi")}, nil); !errors.Is(err, inference.ErrClosed) {
		t.Error(err)
	}
	srv.Until(t, "the end on the server", func() bool { return srv.Canceled() == 1 })
}

// Chunks reach the reader while the server still writes, through Chat and through the pass-through.
func TestStreamsAreNotBuffered(t *testing.T) {
	srv := inferencetest.New(t, inferencetest.LlamaServer, m)
	c := client(t, []inference.Tier{tier("a", srv.URL, inference.OpenAI)}, inference.Options{})
	got := make(chan struct{}, 10)
	answer := inferencetest.Answer{Text: "one two three", Each: func(i int) {
		if i > 0 { // the one before must have arrived
			select {
			case <-got:
			case <-time.After(20 * time.Second):
				t.Error("a chunk is held back")
			}
		}
	}}
	srv.Script(answer)
	if _, err := c.Chat(context.Background(), inference.Request{Messages: user("hi")}, func(inference.Chunk) error { got <- struct{}{}; return nil }); err != nil {
		t.Fatal(err)
	}
	<-got
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.ServeChat(w, r, "a", "") }))
	defer front.Close()
	srv.Script(answer)
	resp, err := http.Post(front.URL, "application/json", strings.NewReader(`{"model":"x","stream":true,"messages":[{"role":"user","content":"hi"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	buf, all := make([]byte, 4096), ""
	for {
		n, err := resp.Body.Read(buf)
		all += string(buf[:n])
		for range strings.Count(string(buf[:n]), `"content"`) {
			got <- struct{}{}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(all, "[DONE]") || strings.Count(all, `"content"`) != 3 {
		t.Errorf("%s", all)
	}
}

func user(text string) []inference.Message {
	return []inference.Message{{Role: "user", Content: text}}
}
