package wire_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"substrate/inference/inferencetest"
	"substrate/inference/wire"
)

func dial(t *testing.T, form inferencetest.Form, url, key string) wire.Server {
	t.Helper()
	return dialOptions(t, form, wire.Options{URL: url, Key: key, HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
}

func dialWith(t *testing.T, form inferencetest.Form, url string, h *http.Client) wire.Server {
	t.Helper()
	return dialOptions(t, form, wire.Options{URL: url, HTTP: h})
}

func dialOptions(t *testing.T, form inferencetest.Form, o wire.Options) wire.Server {
	t.Helper()
	var s wire.Server
	var err error
	switch form {
	case inferencetest.Ollama:
		s, err = wire.NewOllama(o)
	case inferencetest.Hailo:
		s, err = wire.NewHailo(o)
	default:
		s, err = wire.NewOpenAI(o)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var forms = []inferencetest.Form{inferencetest.Ollama, inferencetest.LlamaServer, inferencetest.VLLM, inferencetest.Hailo}

var m = inferencetest.Model{Name: "m", Window: 2048, Max: 4096, Vocab: 32000, Quant: "Q4_K_M", Loaded: true, Vectors: inferencetest.Words(16)}

func chat(s wire.Server, r *wire.Request) (text string, chunks int, f wire.Final, err error) {
	if r.Model == "" {
		r.Model = "m"
	}
	if r.Messages == nil && r.Prompt == "" {
		r.Messages = []wire.Message{{Role: "user", Content: "hello there"}}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	st, err := s.Chat(ctx, r)
	if err != nil {
		return "", 0, f, err
	}
	defer st.Close()
	for {
		c, err := st.Next()
		if errors.Is(err, io.EOF) {
			return text, chunks, st.Final(), nil
		}
		if err != nil {
			return text, chunks, st.Final(), err
		}
		text += c.Text
		chunks++
	}
}

func TestAnswersOfEachAPI(t *testing.T) {
	for _, form := range forms {
		t.Run(string(form), func(t *testing.T) {
			srv := inferencetest.New(t, form, m)
			s := dial(t, form, srv.URL, "")
			srv.Script(inferencetest.Answer{Text: "one two three", Reason: "stop"})
			text, n, f, err := chat(s, &wire.Request{MaxTokens: 7})
			if err != nil || text != "one two three" || n != 3 || f.Reason != "stop" {
				t.Fatalf("%q in %d, %+v, %v", text, n, f, err)
			}
			if f.OutputTokens != 3 {
				t.Errorf("output tokens %d", f.OutputTokens)
			}
			if form != inferencetest.Hailo && f.PromptTokens == 0 {
				t.Errorf("no prompt tokens: %+v", f)
			}
			if split := f.PromptTime > 0 && f.OutputTime > 0; split != (form == inferencetest.Ollama || form == inferencetest.LlamaServer) {
				t.Errorf("times %+v", f)
			}
			call := srv.Calls()[0]
			switch form {
			case inferencetest.Ollama:
				if string(call.Body["truncate"]) != "false" || call.Option("num_predict") != 7.0 {
					t.Errorf("request %s", call.Raw)
				}
			case inferencetest.Hailo:
				if call.Body["truncate"] != nil || call.Option("num_ctx") != nil {
					t.Errorf("the server does not know what it was sent: %s", call.Raw)
				}
			}
		})
	}
}

func TestPlainPrompts(t *testing.T) {
	for _, form := range forms {
		srv := inferencetest.New(t, form, m)
		srv.Script(inferencetest.Answer{Text: "and on"})
		text, _, _, err := chat(dial(t, form, srv.URL, ""), &wire.Request{Prompt: "Once", Window: 1024})
		if err != nil || text != "and on" {
			t.Errorf("%s: %q, %v", form, text, err)
		}
		if c := srv.Calls()[0]; c.Text != "Once" || form == inferencetest.Ollama && c.Option("num_ctx") != 1024.0 {
			t.Errorf("%s: the server got %s", form, c.Raw)
		}
	}
}

// A rune that is cut at a chunk's border arrives whole and late, never as U+FFFD.
func TestHalfRunes(t *testing.T) {
	for _, form := range forms {
		for name, chunks := range map[string][]string{
			"raw":              {"caf\xc3", "\xa9 \xe2", "\x82", "\xac!"},
			"two bytes":        {"caf\xc3", "\xa9 €!"},
			"last chunk opens": {"café €", "!"},
		} {
			srv := inferencetest.New(t, form, m)
			srv.Script(inferencetest.Answer{Chunks: chunks})
			if text, _, _, err := chat(dial(t, form, srv.URL, ""), &wire.Request{}); err != nil || text != "café €!" {
				t.Errorf("%s, %s: %q, %v", form, name, text, err)
			}
		}
	}
	// A half that never becomes whole is shown as such, and a pair of \u halves in two chunks is one rune.
	for _, x := range []struct{ a, b, want string }{{`caf`, "\xc3", "caf\uFFFD"}, {`\ud83d`, `\ude00`, "😀"}, {`\ud83d`, `x`, "\uFFFDx"}} {
		h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"model":"m","message":{"content":"`+x.a+`"}}`+"\n"+`{"model":"m","message":{"content":"`+x.b+`"}}`+"\n"+`{"model":"m","done":true}`+"\n")
		}))
		text, _, _, err := chat(dial(t, inferencetest.Ollama, h.URL, ""), &wire.Request{})
		h.Close()
		if err != nil || text != x.want {
			t.Errorf("%q %q: got %q, want %q (%v)", x.a, x.b, text, x.want, err)
		}
	}
}

func TestErrorsHaveKinds(t *testing.T) {
	for _, form := range forms {
		openai := form == inferencetest.LlamaServer || form == inferencetest.VLLM
		cases := []struct {
			name string
			a    inferencetest.Answer
			want wire.Kind
		}{
			{"500", inferencetest.Answer{Error: "out of memory"}, wire.Fault},
			{"queue full", inferencetest.Answer{Status: 503, Error: "server busy, please try again. maximum pending requests exceeded"}, wire.Busy},
			{"error in a 200", inferencetest.Answer{Body: `{"error":"the input length exceeds the context length"}`}, wire.TooLong},
			{"object error in a 200", inferencetest.Answer{Body: `{"error":{"message":"model 'm' not found","type":"x"}}`}, wire.NotFound},
			{"no JSON", inferencetest.Answer{Body: "<html>gateway</html>\n"}, wire.BadAnswer},
			{"killed at once", inferencetest.Answer{Text: "one two three", KillAfter: 1}, wire.Interrupted},
			{"error in the middle", inferencetest.Answer{Text: "one two three", KillAfter: 2, Error: "CUDA error"}, wire.Fault},
			{"refused", inferencetest.Answer{Status: 422, Error: "temperature must be a number"}, wire.Refused},
		}
		for _, c := range cases {
			if form == inferencetest.Hailo && c.a.Status == 503 {
				c.want = wire.Busy
			}
			if openai && c.name == "no JSON" {
				c.want = wire.Interrupted // nothing in it is an event, and it ends
			}
			srv := inferencetest.New(t, form, m)
			srv.Script(c.a)
			_, _, _, err := chat(dial(t, form, srv.URL, ""), &wire.Request{})
			if !errors.Is(err, c.want) || wire.KindOf(err) != c.want {
				t.Errorf("%s, %s: %v (kind %q), want %q", form, c.name, err, wire.KindOf(err), c.want)
			} else if !strings.Contains(err.Error(), srv.URL) {
				t.Errorf("%s, %s: the error does not say where: %v", form, c.name, err)
			}
		}
		srv := inferencetest.New(t, form, m)
		if form != inferencetest.LlamaServer { // one model for any name
			if _, _, _, err := chat(dial(t, form, srv.URL, ""), &wire.Request{Model: "nobody"}); !errors.Is(err, wire.NotFound) {
				t.Errorf("%s: unknown model: %v", form, err)
			}
		}
		long := &wire.Request{Messages: []wire.Message{{Role: "user", Content: strings.Repeat("word ", 5000)}}}
		if _, _, _, err := chat(dial(t, form, srv.URL, ""), long); form != inferencetest.Hailo && !errors.Is(err, wire.TooLong) {
			t.Errorf("%s: too long: %v", form, err)
		}
		for _, c := range srv.Calls() {
			if c.Truncated && form != inferencetest.Hailo {
				t.Errorf("%s cut a prompt without a word", form)
			}
		}
		srv.Key = "secret"
		if _, _, _, err := chat(dial(t, form, srv.URL, "wrong"), &wire.Request{}); !errors.Is(err, wire.Denied) {
			t.Errorf("%s: wrong key: %v", form, err)
		}
		if _, _, _, err := chat(dial(t, form, srv.URL, "secret"), &wire.Request{}); err != nil {
			t.Errorf("%s: right key: %v", form, err)
		}
		srv.Stop()
		if _, _, _, err := chat(dial(t, form, srv.URL, ""), &wire.Request{}); !errors.Is(err, wire.Unreachable) {
			t.Errorf("%s: stopped: %v", form, err)
		}
	}
}

func TestLlamaServerTellsHowMuchTooLong(t *testing.T) {
	srv := inferencetest.New(t, inferencetest.LlamaServer, m)
	_, _, _, err := chat(dial(t, inferencetest.LlamaServer, srv.URL, ""), &wire.Request{Messages: []wire.Message{{Role: "user", Content: strings.Repeat("word ", 5000)}}})
	var e *wire.Error
	if !errors.As(err, &e) || e.Prompt < 5000 || e.Window != 2048 {
		t.Errorf("%+v", e)
	}
}

func TestAnotherModelAnswers(t *testing.T) {
	srv := inferencetest.New(t, inferencetest.Ollama, m)
	srv.Script(inferencetest.Answer{Text: "hi", Model: "other"}, inferencetest.Answer{Text: "hi", Model: "m:latest"})
	s := dial(t, inferencetest.Ollama, srv.URL, "")
	if _, _, _, err := chat(s, &wire.Request{}); !errors.Is(err, wire.WrongModel) {
		t.Error(err)
	}
	if _, _, _, err := chat(s, &wire.Request{}); err != nil {
		t.Errorf("m and m:latest are one: %v", err)
	}
}

func TestNoUsageCounts(t *testing.T) {
	for _, form := range forms[:3] {
		srv := inferencetest.New(t, form, m)
		srv.Script(inferencetest.Answer{Text: "a b", NoUsage: true})
		if text, _, f, err := chat(dial(t, form, srv.URL, ""), &wire.Request{}); err != nil || text != "a b" || f.PromptTokens != 0 || f.OutputTokens != 0 {
			t.Errorf("%s: %q %+v %v", form, text, f, err)
		}
	}
}

func TestCancellationReachesTheServer(t *testing.T) {
	for _, form := range forms {
		srv := inferencetest.New(t, form, m)
		srv.Script(inferencetest.Answer{Text: "one two", HangAfter: 1})
		ctx, cancel := context.WithCancel(context.Background())
		st, err := dial(t, form, srv.URL, "").Chat(ctx, &wire.Request{Model: "m", Messages: []wire.Message{{Role: "user", Content: "x"}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := st.Next(); err != nil {
			t.Fatal(err)
		}
		cancel()
		if _, err := st.Next(); !errors.Is(err, wire.Canceled) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", form, err)
		}
		st.Close()
		srv.Until(t, "the end of the request", func() bool { return srv.Canceled() == 1 })
	}
}

// Servers without stop sequences are stopped by the client, wherever the chunks' borders are.
func TestStopOnHailo(t *testing.T) {
	srv := inferencetest.New(t, inferencetest.Hailo, m)
	srv.Script(inferencetest.Answer{Chunks: []string{"yes <", "en", "d> no", " more"}}, inferencetest.Answer{Chunks: []string{"a <e", " b"}})
	s := dial(t, inferencetest.Hailo, srv.URL, "")
	for _, want := range []string{"yes ", "a <e b"} {
		if text, _, _, err := chat(s, &wire.Request{Stop: []string{"<end>"}}); err != nil || text != want {
			t.Errorf("got %q, want %q (%v)", text, want, err)
		}
	}
}

func TestEmbeddings(t *testing.T) {
	ctx := context.Background()
	for _, form := range forms {
		srv := inferencetest.New(t, form, m)
		s := dial(t, form, srv.URL, "")
		e, err := s.Embed(ctx, "m", []string{"pump", "valve and pump"})
		if form == inferencetest.Hailo {
			if !errors.Is(err, wire.Unsupported) || !strings.Contains(err.Error(), "another tier") {
				t.Errorf("hailo: %v", err)
			}
			continue
		}
		if err != nil || len(e.Vectors) != 2 || len(e.Vectors[1]) != 16 {
			t.Errorf("%s: %+v, %v", form, e, err)
		}
		srv.SetModels(inferencetest.Model{Name: "m", Window: 2048})
		if form != inferencetest.VLLM {
			if _, err := s.Embed(ctx, "m", []string{"x"}); !errors.Is(err, wire.Unsupported) {
				t.Errorf("%s without embeddings: %v", form, err)
			}
		}
	}
	// Fewer vectors than texts, and vectors of two lengths, are no answer.
	for _, body := range []string{`{"embeddings":[[1,2]]}`, `{"embeddings":[[1,2],[1]]}`, `{"embeddings":[[],[]]}`} {
		h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }))
		if _, err := dial(t, inferencetest.Ollama, h.URL, "").Embed(ctx, "m", []string{"a", "b"}); !errors.Is(err, wire.BadAnswer) {
			t.Errorf("%s: %v", body, err)
		}
		h.Close()
	}
}

func TestWindowsAndCounts(t *testing.T) {
	ctx := context.Background()
	msgs := []wire.Message{{Role: "system", Content: "Be brief."}, {Role: "user", Content: "How often is the pump serviced?"}}
	for _, form := range forms {
		srv := inferencetest.New(t, form, m)
		s := dial(t, form, srv.URL, "")
		d, err := s.Details(ctx, "m")
		if err != nil || d.Window != 2048 {
			t.Errorf("%s: %+v, %v", form, d, err)
		}
		list, err := s.Models(ctx)
		if err != nil || len(list) != 1 || list[0].Name != "m" {
			t.Errorf("%s: %+v, %v", form, list, err)
		}
		n, err := s.Count(ctx, "m", msgs)
		if form == inferencetest.Ollama || form == inferencetest.Hailo {
			if !errors.Is(err, wire.Unsupported) {
				t.Errorf("%s counts: %d, %v", form, n, err)
			}
			continue
		}
		_, _, f, cerr := chat(s, &wire.Request{Messages: msgs})
		if err != nil || cerr != nil || n != f.PromptTokens {
			t.Errorf("%s: counted %d, the answer says %d (%v, %v)", form, n, f.PromptTokens, err, cerr)
		}
		if n, err := s.CountText(ctx, "m", "the pump"); err != nil || n == 0 {
			t.Errorf("%s: %d, %v", form, n, err)
		}
		if form == inferencetest.VLLM {
			if _, err := s.Details(ctx, "nobody"); !errors.Is(err, wire.NotFound) {
				t.Errorf("unknown model: %v", err)
			}
		}
	}
}

func TestPictures(t *testing.T) {
	png := []byte("\x89PNG\r\n\x1a\nrest")
	msgs := []wire.Message{{Role: "user", Content: "What is it?", Images: [][]byte{png}}}
	for _, form := range forms {
		srv := inferencetest.New(t, form, m)
		_, _, _, err := chat(dial(t, form, srv.URL, ""), &wire.Request{Messages: msgs})
		if form == inferencetest.Hailo {
			if !errors.Is(err, wire.Unsupported) {
				t.Errorf("hailo: %v", err)
			}
			continue
		}
		if err != nil || srv.Calls()[0].Images != 1 {
			t.Errorf("%s: %v", form, err)
		}
		if form != inferencetest.Ollama && !strings.Contains(string(srv.Calls()[0].Raw), "data:image/png;base64,") {
			t.Errorf("%s: %s", form, srv.Calls()[0].Raw)
		}
	}
}

func TestBadAddresses(t *testing.T) {
	for _, url := range []string{"", "host:11434", "ftp://host", "http://"} {
		if _, err := wire.NewOllama(wire.Options{URL: url}); err == nil {
			t.Errorf("%q was taken", url)
		}
	}
	s, _ := wire.NewOllama(wire.Options{URL: "http://me:secret@127.0.0.1:1"})
	if _, err := s.Models(context.Background()); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}

// A context that ends just as an answer comes is no answer of nothing: never a nil with no error.
func TestContextThatEndsWithTheAnswer(t *testing.T) {
	for _, path := range []string{"/props", "/api/v0/models", "/apply-template", "/api/ps", "/api/show"} {
		for _, form := range forms {
			ctx, cancel := context.WithCancel(context.Background())
			srv := inferencetest.New(t, form, inferencetest.Model{Name: "m", Window: 64, Max: 128})
			s := dialWith(t, form, srv.URL, &http.Client{Transport: endsAfter{path, cancel}})
			if d, err := s.Details(ctx, "m"); d == nil && err == nil {
				t.Errorf("%s, %s: no details and no error", form, path)
			}
			cancel()
			ctx, cancel = context.WithCancel(context.Background())
			s = dialWith(t, form, srv.URL, &http.Client{Transport: endsAfter{path, cancel}})
			if n, err := s.Count(ctx, "m", []wire.Message{{Role: "user", Content: "pump"}}); n == 0 && err == nil {
				t.Errorf("%s, %s: counted nothing", form, path)
			}
			cancel()
		}
	}
}

// endsAfter answers whole, and ends the caller's context when the body of one path has been read.
type endsAfter struct {
	path string
	end  context.CancelFunc
}

func (e endsAfter) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r.Clone(context.Background()))
	if err == nil && r.URL.Path == e.path {
		b, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if e.path == "/apply-template" {
			b = []byte("{}")
		}
		resp.Body = io.NopCloser(&ending{strings.NewReader(string(b)), e.end})
	}
	return resp, err
}

type ending struct {
	*strings.Reader
	end context.CancelFunc
}

func (e *ending) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	if err != nil {
		e.end()
	}
	return n, err
}
