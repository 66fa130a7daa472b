package openai

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"substrate/inference"
	"substrate/inference/inferencetest"
)

func TestEachTierIsAModel(t *testing.T) {
	server := inferencetest.New(t, inferencetest.LlamaServer, inferencetest.Model{Name: "m", Window: 4096, Loaded: true})
	server.On(func(inferencetest.Call) inferencetest.Answer { return inferencetest.Answer{Text: "forty two"} })
	c, err := inference.New([]inference.Tier{{Name: "big", URL: server.URL, API: inference.OpenAI, Models: map[inference.Task]string{"chat": "m"}}}, inference.Options{ProbeEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	let := true
	face := httptest.NewServer(Handler(c, Options{
		Allowed: func(_ context.Context, scope string) bool { return let && scope == "read" },
		Next:    http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "a page") }),
	}))
	defer face.Close()
	chat := `{"model":"big","messages":[{"role":"user","content":"how many?"}]}`
	for _, x := range []struct {
		name, method, path, body string
		let                      bool
		status                   int
		want                     string
	}{
		{"models", "GET", "/v1/models", "", true, 200, `"big"`},
		{"a chat", "POST", "/v1/chat/completions", chat, true, 200, "forty two"},
		{"a stream", "POST", "/v1/chat/completions", strings.Replace(chat, `{`, `{"stream":true,`, 1), true, 200, "[DONE]"},
		{"another model", "POST", "/v1/chat/completions", `{"model":"small"}`, true, 404, "there are: big"},
		{"no JSON", "POST", "/v1/chat/completions", `{`, true, 400, "no JSON"},
		{"another path", "POST", "/v1/images", `{}`, true, 404, "not served"},
		{"no token", "POST", "/v1/chat/completions", chat, false, 401, "token"},
		{"no token for models", "GET", "/v1/models", "", false, 401, "token"},
		{"a page", "GET", "/shelf", "", false, 200, "a page"},
	} {
		let = x.let
		before := len(server.Calls())
		req, _ := http.NewRequest(x.method, face.URL+x.path, strings.NewReader(x.body))
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != x.status || !strings.Contains(string(got), x.want) {
			t.Errorf("%s: %d %s, want %d with %q", x.name, res.StatusCode, got, x.status, x.want)
		}
		if asked := len(server.Calls()) > before; asked != (x.status == 200 && x.method == "POST") {
			t.Errorf("%s: the tier was asked: %v", x.name, asked)
		}
	}
}

func TestTheLibraryIsAModel(t *testing.T) {
	c, err := inference.New(nil, inference.Options{ProbeEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	asked := ""
	face := httptest.NewServer(Handler(c, Options{Answer: func(_ context.Context, q string, each func(inference.Chunk) error) (*inference.Reply, error) {
		asked = q
		for _, s := range []string{"8 bar", " [pump@1.2#1]", "\n\nChecked: 1 of 1"} {
			if err := each(inference.Chunk{Text: s}); err != nil {
				return nil, err
			}
		}
		return &inference.Reply{Text: "8 bar [pump@1.2#1]\n\nChecked: 1 of 1", Reason: "stop"}, nil
	}}))
	defer face.Close()
	for _, x := range []struct {
		name, body, want string
		status           int
	}{
		{"whole", `{"model":"substrate","messages":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hi"},{"role":"user","content":"What pressure?"}]}`, `8 bar [pump@1.2#1]\n\nChecked: 1 of 1`, 200},
		{"streamed", `{"model":"substrate","stream":true,"messages":[{"role":"user","content":"What pressure?"}]}`, "[DONE]", 200},
		{"nothing asked", `{"model":"substrate","messages":[{"role":"system","content":"Be kind."}]}`, "no message of the user", 400},
	} {
		asked = ""
		res, err := http.Post(face.URL+"/v1/chat/completions", "application/json", strings.NewReader(x.body))
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != x.status || !strings.Contains(string(got), x.want) {
			t.Errorf("%s: %d %s", x.name, res.StatusCode, got)
		}
		if x.status == 200 && asked != "What pressure?" {
			t.Errorf("%s: asked %q", x.name, asked)
		}
	}
}
