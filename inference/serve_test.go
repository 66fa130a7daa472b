package inference_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"substrate/inference"
	"substrate/inference/inferencetest"
	"substrate/inference/timing"
	"substrate/inference/wire"
)

func TestParseOpenAIChat(t *testing.T) {
	png := base64.StdEncoding.EncodeToString([]byte("png"))
	in, err := inference.ParseOpenAIChat([]byte(`{"model":"x","stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":9,"temperature":0,"stop":"END",
		"messages":[{"role":"developer","content":"be brief"},{"role":"user","content":[{"type":"text","text":"what"},{"type":"image_url","image_url":{"url":"data:image/png;base64,` + png + `"}}]},
		{"role":"assistant","content":null},{"role":"tool","content":"42"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	r := in.Request
	if in.Model != "x" || !in.Stream || !in.Usage || r.MaxTokens != 9 || *r.Temperature != 0 || len(r.Stop) != 1 || len(r.Messages) != 4 {
		t.Errorf("%+v", in)
	}
	if r.Messages[0].Role != "system" || string(r.Messages[1].Images[0]) != "png" || r.Messages[1].Content != "what" || r.Messages[3].Role != "user" {
		t.Errorf("%+v", r.Messages)
	}
	for body, want := range map[string]string{
		`[]`:                           "no chat request",
		`{"messages":[{}]}`:            "names no model",
		`{"model":"x"}`:                "no messages",
		`{"model":"x","messages":[1]}`: "no chat request",
		`{"model":"x","messages":[{"role":"user","content":7}]}`:                                                                     "neither a text",
		`{"model":"x","messages":[{"role":"user","content":[{"type":"audio"}]}]}`:                                                    "audio",
		`{"model":"x","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://h/a.png"}}]}]}`:           "not fetched",
		`{"model":"x","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,!!"}}]}]}`: "base64",
		`{"model":"x","stop":3,"messages":[{"role":"user","content":"a"}]}`:                                                          "stop",
	} {
		if _, err := inference.ParseOpenAIChat([]byte(body)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func post(t *testing.T, h http.HandlerFunc, body string) (int, string, string, error) {
	t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	resp, err := http.Post(s.URL, "application/json", strings.NewReader(body))
	if err != nil {
		return 0, "", "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(b), err
}

const hello = `{"model":"front","stream":%v,"x_own":{"b":[1,2]},"messages":[{"role":"user","content":"hi"}]}`

func TestServeChatPassesUntouched(t *testing.T) {
	srv := inferencetest.New(t, inferencetest.LlamaServer, m)
	gone := inferencetest.New(t, inferencetest.LlamaServer, m)
	gone.Stop()
	x := tier("a", srv.URL, inference.OpenAI)
	x.Key, srv.Key = "inner", "inner"
	c := client(t, []inference.Tier{x, tier("gone", gone.URL, inference.OpenAI)}, inference.Options{})
	pass := func(w http.ResponseWriter, r *http.Request) { c.ServeChat(w, r, "a", "") }
	srv.Script(inferencetest.Answer{Text: "one two"})
	code, typ, body, err := post(t, pass, fmt.Sprintf(hello, true))
	if err != nil || code != 200 || typ != "text/event-stream" || !strings.HasSuffix(body, "data: [DONE]\n\n") {
		t.Errorf("%d %s %s %v", code, typ, body, err)
	}
	if got := string(srv.Calls()[0].Raw); got != strings.Replace(fmt.Sprintf(hello, true), "front", "m", 1) {
		t.Errorf("the server got %s", got)
	}
	srv.Script(inferencetest.Answer{Text: "one two"})
	if code, _, body, _ = post(t, pass, fmt.Sprintf(hello, false)); code != 200 || !strings.Contains(body, `"one two"`) {
		t.Errorf("%d %s", code, body)
	}
	// A stream that breaks ends with an error and no [DONE].
	srv.Script(inferencetest.Answer{Text: "one two three", KillAfter: 2})
	if _, _, body, err = post(t, pass, fmt.Sprintf(hello, true)); err != nil || strings.Contains(body, "[DONE]") || !strings.Contains(body, `"error"`) {
		t.Errorf("%s %v", body, err)
	}
	// The server's refusals come through as they are, and three faults close the way.
	srv.Script(inferencetest.Answer{Status: 400, Error: "bad grammar"}, inferencetest.Answer{Error: "boom"}, inferencetest.Answer{Error: "boom"}, inferencetest.Answer{Error: "boom"})
	if code, _, body, _ = post(t, pass, fmt.Sprintf(hello, true)); code != 400 || !strings.Contains(body, "bad grammar") {
		t.Errorf("%d %s", code, body)
	}
	for range 2 { // the broken stream was the first
		if code, _, body, _ = post(t, pass, fmt.Sprintf(hello, true)); code != 500 || !strings.Contains(body, "boom") {
			t.Errorf("%d %s", code, body)
		}
	}
	if code, _, body, _ = post(t, pass, fmt.Sprintf(hello, true)); code != 503 || !strings.Contains(body, "held back") {
		t.Errorf("%d %s", code, body)
	}
	for name, h := range map[int]http.HandlerFunc{
		502: func(w http.ResponseWriter, r *http.Request) { c.ServeChat(w, r, "gone", "") },
		404: func(w http.ResponseWriter, r *http.Request) { c.ServeChat(w, r, "nobody", "") },
	} {
		if code, _, body, _ := post(t, h, fmt.Sprintf(hello, true)); code != name || !strings.Contains(body, `"message"`) {
			t.Errorf("%d: %d %s", name, code, body)
		}
	}
	if code, _, _, _ := post(t, pass, `{"model":"x"}`); code != 400 {
		t.Error(code)
	}
	rows, err := c.Report(context.Background(), timing.Query{Tier: "a"})
	if err != nil || len(rows) != 1 || rows[0].Calls != 6 || rows[0].Errors != 4 {
		t.Errorf("%+v, %v", rows, err)
	}
}

// Half a JSON document must not look like a whole one.
func TestServeChatCutsABrokenDocument(t *testing.T) {
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"choices":[`)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}))
	defer h.Close()
	c := client(t, []inference.Tier{tier("a", h.URL, inference.OpenAI)}, inference.Options{})
	if _, _, body, err := post(t, func(w http.ResponseWriter, r *http.Request) { c.ServeChat(w, r, "a", "") }, fmt.Sprintf(hello, false)); err == nil {
		t.Errorf("read whole: %s", body)
	}
}

// hailo-ollama cannot stream OpenAI's form: its own API is asked and the answer told in that form.
func TestServeChatStreamsForHailo(t *testing.T) {
	srv := inferencetest.New(t, inferencetest.Hailo, m)
	c := client(t, []inference.Tier{tierOne("a", srv.URL, inference.Hailo)}, inference.Options{})
	srv.Script(inferencetest.Answer{Text: "one two"})
	pass := func(w http.ResponseWriter, r *http.Request) { c.ServeChat(w, r, "a", "") }
	code, typ, body, err := post(t, pass, fmt.Sprintf(hello, true))
	if err != nil || code != 200 || typ != "text/event-stream" || strings.Count(body, `"content"`) != 2 || !strings.HasSuffix(body, "data: [DONE]\n\n") || srv.Calls()[0].Path != "/api/chat" {
		t.Errorf("%d %s %s %v", code, typ, body, err)
	}
	srv.Script(inferencetest.Answer{Error: "device lost"})
	if code, _, body, _ := post(t, pass, fmt.Sprintf(hello, true)); code != 502 || !strings.Contains(body, "device lost") {
		t.Errorf("%d %s", code, body)
	}
}

func TestServeEmbeddings(t *testing.T) {
	srv := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "e", Window: 100, Vectors: inferencetest.Words(8)})
	c := client(t, []inference.Tier{{Name: "a", URL: srv.URL, Models: map[inference.Task]string{"embed": "e"}}}, inference.Options{})
	h := func(w http.ResponseWriter, r *http.Request) { c.ServeEmbeddings(w, r, "", "") }
	code, _, body, _ := post(t, h, `{"model":"x","input":["pump","valve"]}`)
	var out struct {
		Data []struct {
			Index     int
			Embedding []float32
		}
	}
	if json.Unmarshal([]byte(body), &out) != nil || code != 200 || len(out.Data) != 2 || len(out.Data[1].Embedding) != 8 {
		t.Errorf("%d %s", code, body)
	}
	for _, bad := range []string{`{"input":[]}`, `{"input":7}`, `no`, `{"input":"a","encoding_format":"base64"}`, `{"input":"` + strings.Repeat("pump ", 300) + `"}`} {
		if code, _, body, _ := post(t, h, bad); code != 400 || !strings.Contains(body, `"message"`) {
			t.Errorf("%.40s: %d %s", bad, code, body)
		}
	}
}

// Vectors of another model cannot be compared: another tier is asked only for the same one.
func TestEmbedFailsOverToTheSameModelOnly(t *testing.T) {
	vec := func(name string) inferencetest.Model {
		return inferencetest.Model{Name: name, Window: 512, Vectors: inferencetest.Words(8)}
	}
	same, other := inferencetest.New(t, inferencetest.Ollama, vec("e")), inferencetest.New(t, inferencetest.Ollama, vec("f"))
	dead := inferencetest.New(t, inferencetest.Ollama, vec("e"))
	dead.Stop()
	tiers := func(urls ...string) (out []inference.Tier) {
		for i, u := range urls {
			model := "e"
			if u == other.URL {
				model = "f"
			}
			out = append(out, inference.Tier{Name: fmt.Sprint("t", i), URL: u, GoodAt: []inference.Task{"embed"}, Models: map[inference.Task]string{"embed": model}})
		}
		return out
	}
	ctx := context.Background()
	c := client(t, tiers(dead.URL, other.URL, same.URL), inference.Options{})
	if e, err := c.Embed(ctx, inference.EmbedRequest{Inputs: []string{"a"}}); err != nil || e.Tier != "t2" || len(e.Attempts) != 1 {
		t.Errorf("%+v, %v", e, err)
	}
	c = client(t, tiers(dead.URL, other.URL), inference.Options{})
	var fail *inference.FailedError
	if e, err := c.Embed(ctx, inference.EmbedRequest{Inputs: []string{"a"}}); !errors.As(err, &fail) || !errors.Is(err, wire.Unreachable) {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestProbeAndDraft(t *testing.T) {
	ctx := context.Background()
	model := inferencetest.Model{Name: "gemma4:e4b", Window: 4096, Loaded: true}
	good, bleeds := inferencetest.New(t, inferencetest.Ollama, model), inferencetest.New(t, inferencetest.Ollama, model)
	good.On(func(c inferencetest.Call) inferencetest.Answer {
		switch {
		case strings.Contains(c.Text, "Which language model"):
			return inferencetest.Answer{Text: "Gemma"}
		case strings.Contains(c.Text, "roof"):
			return inferencetest.Answer{Text: "That is not in the documents."}
		}
		return inferencetest.Answer{Text: "Every 14 months [pump-guide@2#4.1]."}
	})
	bleeds.On(func(c inferencetest.Call) inferencetest.Answer {
		return inferencetest.Answer{Text: "I am ChatGPT, and the roof was built by Ann [x@1#2]."}
	})
	mk := func(name, url string) inference.Tier {
		x := tier(name, url, "")
		x.Models = map[inference.Task]string{"chat": "gemma4:e4b"}
		return x
	}
	c := client(t, []inference.Tier{mk("good", good.URL), mk("bleeds", bleeds.URL)}, inference.Options{})
	p, err := c.Probe(ctx, "good", inference.Probing{})
	if err != nil || len(p.Checks) != 3 || p.Identity != "" {
		t.Fatalf("%+v, %v", p, err)
	}
	for _, k := range p.Checks {
		if !k.Passed {
			t.Errorf("%+v", k)
		}
	}
	if p, err = c.Probe(ctx, "bleeds", inference.Probing{}); err != nil || !strings.Contains(p.Identity, "Gemma4") {
		t.Fatalf("%+v, %v", p, err)
	}
	for _, k := range p.Checks {
		if k.Passed || k.Why == "" {
			t.Errorf("%+v", k)
		}
	}

	check := func(s string) []string {
		if strings.Contains(s, "12") {
			return []string{"the passage says 14, not 12"}
		}
		return nil
	}
	for _, x := range []struct {
		name, draft, verdict, text string
		accepted                   bool
		problems                   int
	}{
		{"accepted", "Every 14 months.", "ACCEPT", "Every 14 months.", true, 0},
		{"accepted with a remark", "Every 14 months.", "ACCEPT. It is supported.", "Every 14 months.", true, 0},
		{"corrected", "Every 12 months.", "Every 14 months.", "Every 14 months.", false, 0},
		{"the model does not overrule the check", "Every 12 months.", "ACCEPT", "Every 12 months.", false, 1},
	} {
		good.Script(inferencetest.Answer{Text: x.draft})
		bleeds.Script(inferencetest.Answer{Text: x.verdict})
		seen := ""
		d, err := c.DraftAndVerify(ctx, inference.Drafting{Request: inference.Request{Messages: user("How often?")}, Draft: "good", Verify: "bleeds", Check: check},
			func(k inference.Chunk) error { seen += k.Text; return nil })
		if err != nil || d.Text != x.text || seen != x.text || d.Accepted != x.accepted || len(d.Problems) != x.problems {
			t.Errorf("%s: saw %q, %+v, %v", x.name, seen, d, err)
			continue
		}
		if last := bleeds.Calls()[len(bleeds.Calls())-1].Text; x.draft == "Every 12 months." && !strings.Contains(last, "says 14, not 12") {
			t.Errorf("%s: the verifier was not told: %s", x.name, last)
		}
		if d.Saved.StrongTokens == 0 || x.accepted != (d.Saved.Tokens() > 0) && x.name == "accepted" {
			t.Errorf("%s: %+v", x.name, d.Saved)
		}
	}
	good.Script(inferencetest.Answer{Text: "draft"})
	bleeds.Script(inferencetest.Answer{Text: " "})
	if _, err := c.DraftAndVerify(ctx, inference.Drafting{Request: inference.Request{Messages: user("?")}, Draft: "good", Verify: "bleeds"}, nil); err == nil || !strings.Contains(err.Error(), "answered nothing") {
		t.Error(err)
	}
	if _, err := c.DraftAndVerify(ctx, inference.Drafting{Request: inference.Request{Messages: user("?")}, Draft: "good", Verify: "good"}, nil); err == nil {
		t.Error("one tier for both")
	}
}

func TestReport(t *testing.T) {
	srv := inferencetest.New(t, inferencetest.Ollama, m)
	c := client(t, []inference.Tier{tier("a", srv.URL, "")}, inference.Options{})
	ctx := context.Background()
	for i := range 10 {
		srv.Script(inferencetest.Answer{Text: "one two three four", PromptTime: time.Second, OutputTime: time.Duration(i+1) * 100 * time.Millisecond})
		if _, err := c.Chat(ctx, inference.Request{Messages: user(fmt.Sprint(i, " own beginning, and long enough to be a prompt"))}, nil); err != nil {
			t.Fatal(err)
		}
	}
	srv.Script(inferencetest.Answer{Error: "boom"})
	if _, err := c.Chat(ctx, inference.Request{Messages: user("x")}, nil); err == nil {
		t.Fatal("no error")
	}
	rows, err := c.Report(ctx, timing.Query{})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%+v, %v", rows, err)
	}
	r := rows[0]
	if r.Quant != "Q4_0" || r.Calls != 11 || r.Errors != 1 || r.Errs["server fault"] != 1 || r.Tokens != 40 {
		t.Errorf("%+v", r)
	}
	if r.Output.N != 10 || r.Output.P50 != 4/0.6 || r.Output.P90 != 20 || r.Output.P99 != 40 {
		t.Errorf("output %+v", r.Output)
	}
	if b, _ := json.Marshal(r); !strings.Contains(string(b), `"p50"`) {
		t.Errorf("%s", b)
	}
	if sp := c.Speed("a", "m"); sp.OutputRate == 0 || sp.Samples != 10 {
		t.Errorf("%+v", sp)
	}
}
