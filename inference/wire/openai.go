package wire

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// OpenAI speaks the API of that name as llama-server (tools/server of github.com/ggml-org/llama.cpp), vLLM
// (vllm/entrypoints/openai) and LM Studio serve it, with each one's own endpoints where they tell more: /props,
// /tokenize and /apply-template, max_model_len, /api/v0/models. The base URL may end in /v1 or not.
type OpenAI struct {
	conn
	noTemplate atomic.Bool // no /apply-template: not llama-server
}

// NewOpenAI checks the address; it does not connect.
func NewOpenAI(o Options) (*OpenAI, error) {
	c, err := newConn(o)
	if err != nil {
		return nil, err
	}
	c.base = strings.TrimSuffix(c.base, "/v1")
	return &OpenAI{conn: c}, nil
}

// Features of the API.
func (o *OpenAI) Features() Features { return Features{Embed: true, Vision: true, OpenAIStream: true} }

// ChatURL is the endpoint itself.
func (o *OpenAI) ChatURL() string { return o.base + "/v1/chat/completions" }

type openaiPart struct {
	Type  string          `json:"type"`
	Text  string          `json:"text,omitempty"`
	Image *openaiImageURL `json:"image_url,omitempty"`
}

type openaiImageURL struct {
	URL string `json:"url"`
}

type openaiMessage struct {
	Role    string `json:"role"`
	Content any    `json:"content"`
}

func openaiMessages(msgs []Message) []openaiMessage {
	out := make([]openaiMessage, 0, len(msgs))
	for _, m := range msgs {
		if len(m.Images) == 0 {
			out = append(out, openaiMessage{m.Role, m.Content})
			continue
		}
		parts := []openaiPart{{Type: "text", Text: m.Content}}
		for _, img := range m.Images {
			url := "data:" + http.DetectContentType(img) + ";base64," + base64.StdEncoding.EncodeToString(img)
			parts = append(parts, openaiPart{Type: "image_url", Image: &openaiImageURL{url}})
		}
		out = append(out, openaiMessage{m.Role, parts})
	}
	return out
}

// Chat sends /v1/chat/completions, or /v1/completions for a plain prompt.
func (o *OpenAI) Chat(ctx context.Context, r *Request) (Stream, error) {
	in := map[string]any{}
	for k, v := range r.Options { // llama-server's speculative decoding, vLLM's sampling: at the top level
		in[k] = v
	}
	in["model"], in["stream"] = r.Model, true
	in["stream_options"] = map[string]any{"include_usage": true}
	if r.MaxTokens > 0 {
		in["max_tokens"] = r.MaxTokens
	}
	if r.Temperature != nil {
		in["temperature"] = *r.Temperature
	}
	if r.TopP != nil {
		in["top_p"] = *r.TopP
	}
	if r.Seed != nil {
		in["seed"] = *r.Seed
	}
	if len(r.Stop) > 0 {
		in["stop"] = r.Stop
	}
	if f := strings.TrimSpace(string(r.Format)); f == `"json"` {
		in["response_format"] = map[string]any{"type": "json_object"}
	} else if f != "" {
		in["response_format"] = map[string]any{"type": "json_schema", "json_schema": map[string]any{"name": "answer", "schema": r.Format}}
	}
	path := "/v1/completions"
	if r.Messages != nil {
		path = "/v1/chat/completions"
		in["messages"] = openaiMessages(r.Messages)
	} else {
		in["prompt"] = r.Prompt
	}
	resp, err := o.do(ctx, "chat", r.Model, "POST", path, in)
	if err != nil {
		return nil, err
	}
	s := &openaiStream{conn: o.conn, ctx: ctx, path: path, model: r.Model, lines: newLines(resp.Body)}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		// An error with status 200, or a server that does not stream.
		b, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
		resp.Body.Close()
		if err != nil {
			return nil, broken(ctx, "chat", o.shown(path), r.Model, Interrupted, err)
		}
		if isError(b) {
			return nil, fail("chat", o.shown(path), r.Model, 200, b)
		}
		if err := s.take(b); err != nil {
			return nil, err
		}
		s.end()
	}
	return s, nil
}

type openaiChunk struct {
	Model   string          `json:"model"`
	Error   json.RawMessage `json:"error"`
	Choices []struct {
		Text  rawText `json:"text"`
		Delta struct {
			Content   rawText `json:"content"`
			Reasoning rawText `json:"reasoning_content"`
			Reason    rawText `json:"reasoning"`
		} `json:"delta"`
		Message struct {
			Content   rawText `json:"content"`
			Reasoning rawText `json:"reasoning_content"`
		} `json:"message"`
		Finish string `json:"finish_reason"`
	} `json:"choices"`
	Usage *struct {
		Prompt  int `json:"prompt_tokens"`
		Output  int `json:"completion_tokens"`
		Details *struct {
			Cached int `json:"cached_tokens"`
		} `json:"prompt_tokens_details"`
	} `json:"usage"`
	Timings *struct { // llama-server
		CacheN      *int    `json:"cache_n"`
		PromptN     int     `json:"prompt_n"`
		PromptMS    float64 `json:"prompt_ms"`
		PredictedN  int     `json:"predicted_n"`
		PredictedMS float64 `json:"predicted_ms"`
	} `json:"timings"`
}

type openaiStream struct {
	conn
	ctx    context.Context
	path   string
	model  string
	lines  *lines
	text   joiner
	think  joiner
	queued []Chunk
	final  Final
	ended  bool
}

func (s *openaiStream) Next() (Chunk, error) {
	for {
		if len(s.queued) > 0 {
			c := s.queued[0]
			s.queued = s.queued[1:]
			return c, nil
		}
		if s.ended {
			return Chunk{}, io.EOF
		}
		data, err := s.lines.event()
		switch {
		case errors.Is(err, io.EOF) && s.final.Reason != "": // no [DONE], but a reason: finished
			s.end()
		case err != nil:
			return Chunk{}, broken(s.ctx, "chat", s.shown(s.path), s.model, Interrupted, err)
		case string(data) == "[DONE]":
			s.end()
		default:
			if err := s.take(data); err != nil {
				return Chunk{}, err
			}
		}
	}
}

func (s *openaiStream) end() {
	s.ended = true
	if c := (Chunk{Text: s.text.flush(), Thinking: s.think.flush()}); c.Text != "" || c.Thinking != "" {
		s.queued = append(s.queued, c)
	}
}

func (s *openaiStream) take(data []byte) error {
	var c openaiChunk
	if err := json.Unmarshal(data, &c); err != nil {
		return &Error{Kind: BadAnswer, Op: "chat", URL: s.shown(s.path), Model: s.model, Message: clip(string(data), 120), Err: err}
	}
	if isError(data) {
		return fail("chat", s.shown(s.path), s.model, 500, data)
	}
	if c.Model != "" {
		s.final.Model = c.Model
	}
	if len(c.Choices) > 0 {
		ch := c.Choices[0]
		out := Chunk{Text: s.text.add(ch.Text + ch.Delta.Content + ch.Message.Content),
			Thinking: s.think.add(ch.Delta.Reasoning + ch.Delta.Reason + ch.Message.Reasoning)}
		if out.Text != "" || out.Thinking != "" {
			s.queued = append(s.queued, out)
		}
		if ch.Finish != "" {
			s.final.Reason = ch.Finish
		}
	}
	if u := c.Usage; u != nil {
		s.final.PromptTokens, s.final.OutputTokens = u.Prompt, u.Output
		if u.Details != nil {
			s.final.CachedTokens, s.final.CacheKnown = u.Details.Cached, true
		}
	}
	if t := c.Timings; t != nil {
		s.final.PromptTime, s.final.OutputTime = ms(t.PromptMS), ms(t.PredictedMS)
		s.final.OutputTokens = t.PredictedN
		if t.CacheN != nil {
			s.final.CachedTokens, s.final.CacheKnown = *t.CacheN, true
		}
		s.final.PromptTokens = max(s.final.PromptTokens, t.PromptN+s.final.CachedTokens)
	}
	return nil
}

func ms(f float64) time.Duration { return time.Duration(f * float64(time.Millisecond)) }

func (s *openaiStream) Final() Final { return s.final }
func (s *openaiStream) Close() error { return s.lines.body.Close() }

// Embed sends /v1/embeddings.
func (o *OpenAI) Embed(ctx context.Context, model string, inputs []string) (*Embeddings, error) {
	var out struct {
		Model string `json:"model"`
		Data  []struct {
			Index  int       `json:"index"`
			Vector []float32 `json:"embedding"`
		} `json:"data"`
		Usage struct {
			Prompt int `json:"prompt_tokens"`
		} `json:"usage"`
	}
	in := map[string]any{"model": model, "input": inputs, "encoding_format": "float"}
	if err := o.call(ctx, "embed", model, "POST", "/v1/embeddings", in, &out); err != nil {
		return nil, err
	}
	e := &Embeddings{Model: out.Model, Vectors: make([][]float32, len(out.Data)), PromptTokens: out.Usage.Prompt}
	for i, d := range out.Data {
		if d.Index >= 0 && d.Index < len(e.Vectors) && e.Vectors[d.Index] == nil {
			i = d.Index // the order of the list is not promised
		}
		e.Vectors[i] = d.Vector
	}
	return e, o.checkVectors(model, len(inputs), e.Vectors)
}
