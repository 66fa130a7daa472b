package inference_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"substrate/inference"
	"substrate/inference/inferencetest"
)

// BenchmarkOverhead asks the same server the same question by turns, directly and through the client with two tiers to
// choose from, and reports both medians and their difference in microseconds.
func BenchmarkOverhead(b *testing.B) {
	srv, other := inferencetest.New(b, inferencetest.Ollama, m), inferencetest.New(b, inferencetest.Ollama, m)
	srv.On(func(inferencetest.Call) inferencetest.Answer {
		return inferencetest.Answer{Text: "one two three four five six seven eight"}
	})
	x := tier("a", srv.URL, "")
	y := tier("b", other.URL, "")
	y.GoodAt = []inference.Task{"vision"}
	c := client(b, []inference.Tier{x, y}, inference.Options{})
	body := []byte(`{"model":"m","stream":true,"truncate":false,"messages":[{"role":"user","content":"How often is the pump in hall 3 serviced?"}]}`)
	direct := func() {
		resp, err := http.Post(srv.URL+"/api/chat", "application/json", bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	client := func() {
		if _, err := c.Chat(context.Background(), inference.Request{Messages: user("How often is the pump in hall 3 serviced?")}, func(inference.Chunk) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	direct()
	client()
	var d, k []time.Duration
	timed := func(list *[]time.Duration, f func()) {
		start := time.Now()
		f()
		*list = append(*list, time.Since(start))
	}
	for b.Loop() {
		timed(&d, direct)
		timed(&k, client)
	}
	p50 := func(list []time.Duration) float64 {
		slices.Sort(list)
		return float64(list[len(list)/2].Nanoseconds()) / 1000
	}
	b.ReportMetric(p50(d), "direct-p50-µs")
	b.ReportMetric(p50(k), "client-p50-µs")
	b.ReportMetric(p50(k)-p50(d), "overhead-p50-µs")
}
