// Package inferencetest is an inference server for tests: it speaks the wire of Ollama, llama-server, vLLM and
// hailo-ollama as their own sources define it, answers what a script says, and fails the way servers fail. It is not
// for answering anything by itself.
//
// The forms follow these sources, each named again where it is used: Ollama 0.17 (api/types.go, server/routes.go of
// github.com/ollama/ollama), llama-server (tools/server/README.md of github.com/ggml-org/llama.cpp), vLLM
// (vllm/entrypoints/openai/protocol.py of github.com/vllm-project/vllm), hailo-ollama 5.1
// (src/library/controller/controller.cpp, src/library/dto/DTOs.hpp of github.com/hailo-ai/hailo_model_zoo_genai).
package inferencetest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Form is whose wire a server speaks.
type Form string

// The forms.
const (
	Ollama      Form = "ollama"
	LlamaServer Form = "llama-server"
	VLLM        Form = "vllm"
	Hailo       Form = "hailo"
)

// Model is what a server serves.
type Model struct {
	Name    string
	Window  int // tokens; as loaded
	Max     int // tokens; as trained; 0: as Window
	Vocab   int
	Quant   string
	Vision  bool
	Loaded  bool
	Vectors func(text string) []float32 // nil: no embeddings
}

// Call is a request as the server saw it.
type Call struct {
	Path      string
	Model     string
	Text      string // prompt, or all messages with their roles
	System    string
	Messages  int
	Images    int
	Tokens    int  // of the prompt by the server's own count
	Window    int  // that applied
	Truncated bool // the server cut the prompt without a word
	Body      map[string]json.RawMessage
	Raw       []byte
}

// Answer is what a server does with a call.
type Answer struct {
	Text   string   // split into words
	Chunks []string // or these, byte for byte: a rune may be cut in two
	Reason string   // "stop" when empty
	Status int      // with Error: the HTTP status
	Error  string   // instead of an answer; after KillAfter chunks: in the middle of it
	Body   string   // the whole body, instead of all else
	Model  string   // the name in the answer; "" is the one asked for

	Hang      bool            // says nothing until the client goes away
	HangAfter int             // chunks, then silence until the client goes away
	KillAfter int             // chunks, then the connection is cut (or, with Error, the error is sent)
	Before    <-chan struct{} // waits for it before anything is sent
	Each      func(chunk int) // called before each chunk

	NoUsage    bool
	Cached     int // tokens of the prompt that were cached
	Load       time.Duration
	PromptTime time.Duration // 1 ms for each token when 0
	OutputTime time.Duration // 10 ms for each token when 0
}

// Server is a running server. It is closed when its test ends.
type Server struct {
	URL    string
	Form   Form
	Tokens func(text string) int // how it counts; Pieces when nil
	Key    string                // wants this bearer token

	http     *httptest.Server
	mu       sync.Mutex
	models   []Model
	script   []Answer
	on       func(Call) Answer
	calls    []Call
	canceled int
	changed  chan struct{}
	running  int
	most     int
}

// New starts a server of a form.
func New(tb testing.TB, form Form, models ...Model) *Server {
	tb.Helper()
	s := &Server{Form: form, models: models, changed: make(chan struct{})}
	s.http = httptest.NewServer(s)
	s.URL = s.http.URL
	tb.Cleanup(s.Stop)
	return s
}

// Stop closes the server and cuts every connection.
func (s *Server) Stop() {
	s.http.CloseClientConnections()
	s.http.Close()
}

// Script queues answers for the next chats, in order. With none left the server answers "ok".
func (s *Server) Script(a ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, a...)
}

// On answers every chat that no script is left for.
func (s *Server) On(f func(Call) Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on = f
}

// SetModels replaces what the server serves.
func (s *Server) SetModels(m ...Model) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.models = m
}

// Calls lists the chats and embeddings so far.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// Most is how many requests ran at once at the most.
func (s *Server) Most() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
}

// Until waits until cond holds; it looks whenever something happened on the server.
func (s *Server) Until(tb testing.TB, what string, cond func() bool) {
	tb.Helper()
	limit := time.After(20 * time.Second)
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if cond() {
			return
		}
		select {
		case <-changed:
		case <-limit:
			tb.Fatalf("%s did not come about on the server", what)
		}
	}
}

// Canceled is how many requests the client ended before their answer was whole.
func (s *Server) Canceled() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.canceled
}

func (s *Server) note(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) model(name string) (Model, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.models {
		if m.Name == name || m.Name == name+":latest" || s.Form == LlamaServer {
			return m, true
		}
	}
	return Model{}, false
}

func (s *Server) list() []Model {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Model(nil), s.models...)
}

// Pieces counts as a common tokenizer might: a word costs a token for each four letters, every mark one.
func Pieces(text string) int {
	n, run := 0, 0
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			if run%4 == 0 {
				n++
			}
			run++
			continue
		case r == ' ':
		case r > 127:
			n += 2
		default:
			n++
		}
		run = 0
	}
	return n
}

func (s *Server) count(text string) int {
	if s.Tokens != nil {
		return s.Tokens(text)
	}
	return Pieces(text)
}

func (s *Server) next(c Call) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.script) > 0 {
		a := s.script[0]
		s.script = s.script[1:]
		return a
	}
	if s.on != nil {
		return s.on(c)
	}
	return Answer{Text: "ok"}
}

// ServeHTTP dispatches by form.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if s.Key != "" && r.Header.Get("Authorization") != "Bearer "+s.Key {
		http.Error(w, `{"error":{"message":"Invalid API Key","type":"authentication_error","code":401}}`, http.StatusUnauthorized)
		return
	}
	c := Call{Path: r.URL.Path, Raw: body}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &c.Body); err != nil {
			s.refuse(w, http.StatusBadRequest, "invalid JSON: "+err.Error())
			return
		}
		_ = json.Unmarshal(c.Body["model"], &c.Model)
		s.read(&c)
	}
	switch s.Form {
	case Ollama, Hailo:
		s.serveOllama(w, r, c)
	default:
		s.serveOpenAI(w, r, c)
	}
}

// read takes prompt or messages out of a body.
func (s *Server) read(c *Call) {
	var msgs []struct {
		Role    string          `json:"role"`
		Content json.RawMessage `json:"content"`
		Images  []string        `json:"images"`
	}
	_ = json.Unmarshal(c.Body["messages"], &msgs)
	var b strings.Builder
	for _, m := range msgs {
		var text string
		if json.Unmarshal(m.Content, &text) != nil {
			var parts []struct{ Type, Text string }
			_ = json.Unmarshal(m.Content, &parts)
			for _, p := range parts {
				text += p.Text
				if p.Type == "image_url" {
					c.Images++
				}
			}
		}
		c.Images += len(m.Images)
		if m.Role == "system" {
			c.System += text
		}
		fmt.Fprintf(&b, "<|%s|>%s\n", m.Role, text) // the chat template of this server
	}
	c.Messages = len(msgs)
	if len(msgs) == 0 {
		var p string
		_ = json.Unmarshal(c.Body["prompt"], &p)
		b.WriteString(p)
	}
	c.Text = b.String()
	c.Tokens = s.count(c.Text)
}

func (c Call) bool(key string) (v, given bool) {
	given = json.Unmarshal(c.Body[key], &v) == nil && len(c.Body[key]) > 0
	return v, given
}

// Option is an entry of the body's options, or of the body itself.
func (c Call) Option(key string) any {
	var v any
	var opts map[string]any
	if json.Unmarshal(c.Body["options"], &opts) == nil && opts[key] != nil {
		return opts[key]
	}
	_ = json.Unmarshal(c.Body[key], &v)
	return v
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
