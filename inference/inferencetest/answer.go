package inferencetest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// refuse sends an error in the server's own form: Ollama {"error":"…"}; llama-server {"error":{code,message,type}};
// vLLM the same since 0.10; hailo-ollama {"error":"…"} with status 200.
func (s *Server) refuse(w http.ResponseWriter, status int, msg string) {
	switch s.Form {
	case Ollama:
		writeJSON(w, status, map[string]any{"error": msg})
	case Hailo:
		if status < 500 {
			status = http.StatusOK
		}
		writeJSON(w, status, map[string]any{"error": msg})
	default:
		typ := map[int]string{400: "invalid_request_error", 404: "not_found_error", 503: "unavailable_error", 500: "server_error"}[status]
		writeJSON(w, status, map[string]any{"error": map[string]any{"code": status, "message": msg, "type": typ}})
	}
}

func (a Answer) chunks() []string {
	if a.Chunks != nil {
		return a.Chunks
	}
	var out []string
	for i, f := range strings.SplitAfter(a.Text, " ") {
		if f != "" || i == 0 && a.Text != "" {
			out = append(out, f)
		}
	}
	return out
}

func (a Answer) times(prompt, output int) (p, o time.Duration) {
	p, o = a.PromptTime, a.OutputTime
	if p == 0 {
		p = time.Duration(prompt-a.Cached) * time.Millisecond
	}
	if o == 0 {
		o = time.Duration(output) * 10 * time.Millisecond
	}
	return p, o
}

// play sends an answer: line makes a chunk's bytes, last what follows the last one.
func (s *Server) play(w http.ResponseWriter, r *http.Request, c Call, a Answer, contentType string, line func(text string) string, last func(n int) string, fail func(msg string) string) {
	s.note(func() {
		s.calls = append(s.calls, c)
		s.running++
		s.most = max(s.most, s.running)
	})
	whole := false
	defer func() {
		s.note(func() {
			s.running--
			if !whole && r.Context().Err() != nil {
				s.canceled++
			}
		})
	}()
	silence := func() { <-r.Context().Done() }
	if a.Before != nil {
		select {
		case <-a.Before:
		case <-r.Context().Done():
			return
		}
	}
	if a.Hang {
		silence()
		return
	}
	if a.Body != "" {
		w.Header().Set("Content-Type", contentType)
		if a.Status != 0 {
			w.WriteHeader(a.Status)
		}
		fmt.Fprint(w, a.Body)
		whole = true
		return
	}
	if a.Error != "" && a.KillAfter == 0 {
		status := a.Status
		if status == 0 {
			status = http.StatusInternalServerError
		}
		s.refuse(w, status, a.Error)
		whole = true
		return
	}
	w.Header().Set("Content-Type", contentType)
	flush := w.(http.Flusher).Flush
	chunks := a.chunks()
	for i, text := range chunks {
		if a.KillAfter > 0 && i == a.KillAfter {
			if a.Error != "" {
				fmt.Fprint(w, fail(a.Error))
				whole = true
				return
			}
			panic(http.ErrAbortHandler) // cuts the connection
		}
		if a.HangAfter > 0 && i == a.HangAfter {
			silence()
			return
		}
		if a.Each != nil {
			a.Each(i)
		}
		if _, err := fmt.Fprint(w, line(text)); err != nil {
			return
		}
		flush()
		if r.Context().Err() != nil {
			return
		}
	}
	if a.KillAfter > 0 && a.KillAfter >= len(chunks) {
		panic(http.ErrAbortHandler)
	}
	if a.HangAfter > 0 && a.HangAfter >= len(chunks) {
		silence()
		return
	}
	fmt.Fprint(w, last(len(chunks)))
	whole = true
}

// quote writes a JSON string with its bytes as they are: servers that cut a rune in two send the halves raw.
func quote(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			b.Write([]byte{'\\', c})
		case c < 0x20:
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return `"` + b.String() + `"`
}
