package inferencetest

import (
	"fmt"
	"net/http"
	"strings"
)

// serveOpenAI answers llama-server's paths (tools/server/README.md) or vLLM's (entrypoints/openai/api_server.py).
func (s *Server) serveOpenAI(w http.ResponseWriter, r *http.Request, c Call) {
	llama := s.Form == LlamaServer
	switch r.URL.Path {
	case "/v1/models":
		s.openaiModels(w)
	case "/v1/chat/completions", "/v1/completions":
		s.openaiChat(w, r, c)
	case "/v1/embeddings":
		s.openaiEmbed(w, c)
	case "/props":
		if !llama || len(s.list()) == 0 {
			writeJSON(w, 404, map[string]any{"detail": "Not Found"}) // FastAPI's form
			return
		}
		m := s.list()[0]
		writeJSON(w, 200, map[string]any{"default_generation_settings": map[string]any{"n_ctx": m.Window}, "total_slots": 1,
			"chat_template": "{{ messages }}", "modalities": map[string]bool{"vision": m.Vision}})
	case "/apply-template":
		if !llama {
			writeJSON(w, 404, map[string]any{"detail": "Not Found"})
			return
		}
		writeJSON(w, 200, map[string]any{"prompt": c.Text})
	case "/tokenize":
		var text string
		if llama { // "content" is llama-server's name for it
			text = asText(c, "content")
		} else if text = asText(c, "prompt"); c.Messages > 0 {
			text = c.Text
		}
		n := s.count(text)
		tokens := make([]int, n)
		if llama {
			writeJSON(w, 200, map[string]any{"tokens": tokens})
			return
		}
		m, _ := s.model(c.Model)
		writeJSON(w, 200, map[string]any{"count": n, "max_model_len": m.Window, "tokens": tokens})
	default:
		if llama {
			s.refuse(w, 404, "File Not Found")
			return
		}
		writeJSON(w, 404, map[string]any{"detail": "Not Found"})
	}
}

func asText(c Call, key string) string {
	t := texts(c.Body[key])
	return t[0]
}

func (s *Server) openaiModels(w http.ResponseWriter) {
	data := []map[string]any{}
	for _, m := range s.list() {
		x := map[string]any{"id": m.Name, "object": "model", "created": 1, "owned_by": string(s.Form)}
		if s.Form == VLLM {
			x["max_model_len"] = m.Window
		} else {
			top := m.Max
			if top == 0 {
				top = m.Window
			}
			x["meta"] = map[string]any{"vocab_type": 1, "n_vocab": m.Vocab, "n_ctx_train": top, "n_embd": 64, "n_params": 1, "size": 1 << 20}
		}
		data = append(data, x)
	}
	writeJSON(w, 200, map[string]any{"object": "list", "data": data})
}

func (s *Server) openaiChat(w http.ResponseWriter, r *http.Request, c Call) {
	m, ok := s.model(c.Model)
	if !ok {
		s.refuse(w, 404, fmt.Sprintf("The model `%s` does not exist.", c.Model))
		return
	}
	c.Window = m.Window
	if c.Window > 0 && c.Tokens > c.Window {
		if s.Form == LlamaServer { // tools/server/server-context.cpp
			writeJSON(w, 400, map[string]any{"error": map[string]any{"code": 400, "type": "exceed_context_size_error",
				"message":         fmt.Sprintf("request (%d tokens) exceeds the available context size (%d tokens), try increasing it", c.Tokens, c.Window),
				"n_prompt_tokens": c.Tokens, "n_ctx": c.Window}})
			return
		}
		s.refuse(w, 400, fmt.Sprintf("This model's maximum context length is %d tokens. However, your request has %d input tokens.", c.Window, c.Tokens))
		return
	}
	a := s.next(c)
	name := a.Model
	if name == "" {
		name = c.Model
	}
	reason := a.Reason
	if reason == "" {
		reason = "stop"
	}
	plain := strings.HasSuffix(r.URL.Path, "/v1/completions")
	if stream, _ := c.bool("stream"); !stream {
		s.play(w, r, c, Answer{Body: a.Body, Status: a.Status, Error: a.Error, Hang: a.Hang, Before: a.Before, Chunks: []string{}}, "application/json", nil, func(int) string {
			return fmt.Sprintf(`{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":%q,"choices":[{"index":0,"message":{"role":"assistant","content":%s},"finish_reason":%q}],"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}`,
				name, quote(strings.Join(a.chunks(), "")), reason, c.Tokens, len(a.chunks()), c.Tokens+len(a.chunks()))
		}, nil)
		return
	}
	event := func(choice, more string) string {
		return fmt.Sprintf("data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":%q,\"choices\":[%s]%s}\n\n", name, choice, more)
	}
	line := func(text string) string {
		if plain {
			return event(`{"index":0,"text":`+quote(text)+`,"finish_reason":null}`, "")
		}
		ping := ""
		if s.Form == LlamaServer {
			ping = ":\n\n" // a comment, as --sse-ping-interval sends them
		}
		return ping + event(`{"index":0,"delta":{"content":`+quote(text)+`},"finish_reason":null}`, "")
	}
	last := func(n int) string {
		end := event(fmt.Sprintf(`{"index":0,"delta":{},"text":"","finish_reason":%q}`, reason), "")
		p, o := a.times(c.Tokens, n)
		more := ""
		if !a.NoUsage {
			more = fmt.Sprintf(`,"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,"prompt_tokens_details":{"cached_tokens":%d}}`, c.Tokens, n, c.Tokens+n, a.Cached)
			if s.Form == LlamaServer {
				more += fmt.Sprintf(`,"timings":{"cache_n":%d,"prompt_n":%d,"prompt_ms":%g,"predicted_n":%d,"predicted_ms":%g}`,
					a.Cached, c.Tokens-a.Cached, p.Seconds()*1000, n, o.Seconds()*1000)
			}
			end += event("", more)
		}
		return end + "data: [DONE]\n\n"
	}
	fail := func(msg string) string {
		return fmt.Sprintf("data: {\"error\":{\"code\":500,\"message\":%s,\"type\":\"server_error\"}}\n\n", quote(msg))
	}
	s.play(w, r, c, a, "text/event-stream", line, last, fail)
}

func (s *Server) openaiEmbed(w http.ResponseWriter, c Call) {
	m, ok := s.model(c.Model)
	switch {
	case !ok:
		s.refuse(w, 404, fmt.Sprintf("The model `%s` does not exist.", c.Model))
		return
	case m.Vectors == nil: // tools/server/server.cpp
		s.refuse(w, 501, "This server does not support embeddings. Start it with `--embeddings`")
		return
	}
	data := []map[string]any{}
	n := 0
	for i, t := range texts(c.Body["input"]) {
		data = append(data, map[string]any{"object": "embedding", "index": i, "embedding": m.Vectors(t)})
		n += s.count(t)
	}
	s.note(func() { s.calls = append(s.calls, c) })
	writeJSON(w, 200, map[string]any{"object": "list", "model": c.Model, "data": data, "usage": map[string]int{"prompt_tokens": n, "total_tokens": n}})
}
