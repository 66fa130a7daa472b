package inferencetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const created = "2026-01-02T03:04:05.678901234Z"

// serveOllama answers Ollama's paths (server/routes.go) and those of hailo-ollama (controller.hpp), which has fewer.
func (s *Server) serveOllama(w http.ResponseWriter, r *http.Request, c Call) {
	hailo := s.Form == Hailo
	switch r.URL.Path {
	case "/api/version":
		writeJSON(w, 200, map[string]string{"version": map[bool]string{true: "0.5.1", false: "0.17.4"}[hailo]})
	case "/api/tags":
		writeJSON(w, 200, map[string]any{"models": s.ollamaList(false)})
	case "/api/ps":
		writeJSON(w, 200, map[string]any{"models": s.ollamaList(true)})
	case "/api/show":
		s.ollamaShow(w, c)
	case "/api/chat", "/api/generate":
		s.ollamaChat(w, r, c)
	case "/v1/chat/completions":
		if stream, _ := c.bool("stream"); hailo && stream {
			s.refuse(w, 400, "streaming not supported on this endpoint. Use /api/chat endpoint instead.")
			return
		}
		s.openaiChat(w, r, c)
	case "/api/embed":
		if hailo {
			http.NotFound(w, r)
			return
		}
		s.ollamaEmbed(w, c)
	default:
		http.Error(w, "404 page not found", http.StatusNotFound)
	}
}

func (s *Server) ollamaList(loaded bool) []map[string]any {
	out := []map[string]any{}
	for _, m := range s.list() {
		if loaded && !m.Loaded {
			continue
		}
		x := map[string]any{"name": m.Name, "model": m.Name, "size": 1 << 20, "digest": "abc",
			"details": map[string]any{"format": "gguf", "family": "llama", "parameter_size": "1B", "quantization_level": m.Quant}}
		if loaded && s.Form == Ollama {
			x["context_length"] = m.Window
		}
		out = append(out, x)
	}
	return out
}

func (s *Server) ollamaShow(w http.ResponseWriter, c Call) {
	m, ok := s.model(c.Model)
	if !ok {
		s.refuse(w, 404, fmt.Sprintf("model '%s' not found", c.Model))
		return
	}
	details := map[string]any{"format": "gguf", "family": "llama", "parameter_size": "1B", "quantization_level": m.Quant}
	if s.Form == Hailo {
		details["format"] = "hef" // and model_info is an empty string (controller.cpp)
		writeJSON(w, 200, map[string]any{"license": "", "modelfile": "", "parameters": "", "template": "", "details": details, "model_info": "", "capabilities": nil})
		return
	}
	top := m.Max
	if top == 0 {
		top = m.Window
	}
	caps := []string{"completion"}
	if m.Vision {
		caps = append(caps, "vision")
	}
	writeJSON(w, 200, map[string]any{"parameters": "stop \"<|im_end|>\"", "template": "{{ .Prompt }}", "details": details, "capabilities": caps,
		"model_info": map[string]any{"general.architecture": "llama", "llama.context_length": top, "llama.vocab_size": m.Vocab, "tokenizer.ggml.tokens": nil}})
}

func (s *Server) ollamaChat(w http.ResponseWriter, r *http.Request, c Call) {
	m, ok := s.model(c.Model)
	if !ok {
		s.refuse(w, 404, fmt.Sprintf("model '%s' not found", c.Model))
		return
	}
	c.Window = m.Window
	if n, ok := c.Option("num_ctx").(float64); ok && s.Form == Ollama {
		c.Window = int(n)
		if m.Max > 0 {
			c.Window = min(c.Window, m.Max) // llm/server.go: no more than the model was trained for
		}
	}
	if c.Window > 0 && c.Tokens > c.Window {
		if cut, given := c.bool("truncate"); given && !cut {
			s.refuse(w, 400, "the input length exceeds the context length")
			return
		}
		c.Truncated = true
		c.Tokens = c.Window
	}
	a := s.next(c)
	name := a.Model
	if name == "" {
		name = c.Model
	}
	chat := r.URL.Path == "/api/chat"
	field := func(text string) string {
		if chat {
			return `"message":{"role":"assistant","content":` + quote(text) + `}`
		}
		return `"response":` + quote(text)
	}
	end := "\n"
	if s.Form == Hailo {
		end = "\r\n" // llm_generation_callback.cpp
	}
	line := func(text string) string {
		return fmt.Sprintf(`{"model":%q,"created_at":%q,%s,"done":false}%s`, name, created, field(text), end)
	}
	last := func(n int) string {
		reason := a.Reason
		if reason == "" {
			reason = "stop"
		}
		p, o := a.times(c.Tokens, n)
		head := fmt.Sprintf(`{"model":%q,"created_at":%q,%s,"done":true,"done_reason":%q,`, name, created, field(""), reason)
		switch {
		case s.Form == Hailo: // only these two are filled; the others are null (DTOs.hpp, GenerationResponseFinal)
			return head + fmt.Sprintf(`"total_duration":%d,"load_duration":null,"eval_count":%d,"eval_duration":null,"prompt_eval_count":null,"prompt_eval_duration":null,"context":null}`+end, p+o, n)
		case a.NoUsage:
			return head + `"total_duration":1}` + end
		}
		// A cached prefix leaves the count as it was.
		return head + fmt.Sprintf(`"total_duration":%d,"load_duration":%d,"prompt_eval_count":%d,"prompt_eval_duration":%d,"eval_count":%d,"eval_duration":%d}`+end,
			a.Load+p+o, a.Load, c.Tokens, p, n, o)
	}
	fail := func(msg string) string { return fmt.Sprintf(`{"error":%s}%s`, quote(msg), end) }
	s.play(w, r, c, a, "application/x-ndjson", line, last, fail)
}

func (s *Server) ollamaEmbed(w http.ResponseWriter, c Call) {
	m, ok := s.model(c.Model)
	if !ok {
		s.refuse(w, 404, fmt.Sprintf("model '%s' not found", c.Model))
		return
	}
	if m.Vectors == nil {
		s.refuse(w, 501, "this model does not support embeddings")
		return
	}
	inputs := texts(c.Body["input"])
	out := [][]float32{}
	n := 0
	for _, t := range inputs {
		k := s.count(t)
		if cut, given := c.bool("truncate"); m.Window > 0 && k > m.Window && given && !cut {
			s.refuse(w, 400, "the input length exceeds the context length")
			return
		}
		n += k
		out = append(out, m.Vectors(t))
	}
	s.note(func() { s.calls = append(s.calls, c) })
	writeJSON(w, 200, map[string]any{"model": c.Model, "embeddings": out, "total_duration": int64(n) * int64(time.Millisecond), "load_duration": 0, "prompt_eval_count": n})
}

func texts(raw json.RawMessage) []string {
	var list []string
	if json.Unmarshal(raw, &list) != nil {
		var one string
		_ = json.Unmarshal(raw, &one)
		list = []string{one}
	}
	return list
}

// Words makes a vector of a text by hashing its words into n places: like texts get like vectors.
func Words(n int) func(string) []float32 {
	return func(text string) []float32 {
		v := make([]float32, n)
		for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r < 'a' || r > 'z' }) {
			h := uint32(2166136261)
			for i := range len(w) {
				h = (h ^ uint32(w[i])) * 16777619
			}
			v[h%uint32(n)]++
		}
		v[0] += 0.01 // never the zero vector
		return v
	}
}
