package inference

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// OpenAIChat is a chat request of OpenAI's API as a frontend sends it.
type OpenAIChat struct {
	Model   string // as the frontend names it
	Stream  bool
	Usage   bool // stream_options.include_usage
	Request Request
}

// ParseOpenAIChat reads the body of a POST to /v1/chat/completions: texts, and pictures as data URLs. What this client
// does not know (tools, log probabilities) is left out, so pass such requests through with ServeChat instead.
func ParseOpenAIChat(body []byte) (*OpenAIChat, error) {
	var in struct {
		Model    string `json:"model"`
		Stream   bool   `json:"stream"`
		Messages []struct {
			Role    string          `json:"role"`
			Content json.RawMessage `json:"content"`
		} `json:"messages"`
		MaxTokens  int             `json:"max_tokens"`
		MaxOutput  int             `json:"max_completion_tokens"`
		Temp       *float64        `json:"temperature"`
		TopP       *float64        `json:"top_p"`
		Seed       *int            `json:"seed"`
		Stop       json.RawMessage `json:"stop"`
		StreamOpts struct {
			Usage bool `json:"include_usage"`
		} `json:"stream_options"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, fmt.Errorf("the request is no chat request: %w", err)
	}
	if in.Model == "" {
		return nil, errors.New(`the request names no model: add "model"`)
	}
	if len(in.Messages) == 0 {
		return nil, errors.New(`the request has no messages: add "messages"`)
	}
	out := &OpenAIChat{Model: in.Model, Stream: in.Stream, Usage: in.StreamOpts.Usage,
		Request: Request{MaxTokens: max(in.MaxTokens, in.MaxOutput), Temperature: in.Temp, TopP: in.TopP, Seed: in.Seed}}
	if len(in.Stop) > 0 && string(in.Stop) != "null" {
		var one string
		if json.Unmarshal(in.Stop, &one) == nil {
			out.Request.Stop = []string{one}
		} else if err := json.Unmarshal(in.Stop, &out.Request.Stop); err != nil {
			return nil, fmt.Errorf("stop %s: give a text or a list of texts", in.Stop)
		}
	}
	for i, m := range in.Messages {
		msg, err := parseMessage(m.Role, m.Content)
		if err != nil {
			return nil, fmt.Errorf("message %d: %w", i, err)
		}
		out.Request.Messages = append(out.Request.Messages, msg)
	}
	return out, nil
}

func parseMessage(role string, content json.RawMessage) (Message, error) {
	m := Message{Role: role}
	switch role {
	case "developer":
		m.Role = "system"
	case "tool", "function":
		m.Role = "user"
	}
	if len(content) == 0 || string(content) == "null" || json.Unmarshal(content, &m.Content) == nil {
		return m, nil
	}
	var parts []struct {
		Type  string `json:"type"`
		Text  string `json:"text"`
		Image struct {
			URL string `json:"url"`
		} `json:"image_url"`
	}
	if err := json.Unmarshal(content, &parts); err != nil {
		return m, fmt.Errorf("its content is neither a text nor a list of parts: %w", err)
	}
	for _, p := range parts {
		switch p.Type {
		case "text":
			m.Content += p.Text
		case "image_url":
			_, data, ok := strings.Cut(p.Image.URL, ";base64,")
			if !ok {
				return m, errors.New("a picture must come as a data URL with base64; addresses are not fetched")
			}
			b, err := base64.StdEncoding.DecodeString(data)
			if err != nil {
				return m, fmt.Errorf("a picture's base64: %w", err)
			}
			m.Images = append(m.Images, b)
		default:
			return m, fmt.Errorf("a part of type %q: only text and image_url are known", p.Type)
		}
	}
	return m, nil
}

// WriteOpenAIChat answers a chat request in OpenAI's form with what run streams: as server-sent events, or whole. An
// error before the first chunk is a status and an error object; after it an error event ends the stream, without [DONE].
func WriteOpenAIChat(w http.ResponseWriter, model string, stream bool, run func(each func(Chunk) error) (*Reply, error)) {
	id := fmt.Sprintf("chatcmpl-%x", time.Now().UnixNano())
	created := time.Now().Unix()
	if !stream {
		reply, err := run(nil)
		if err != nil {
			WriteOpenAIError(w, statusOf(err), err.Error())
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"id": id, "object": "chat.completion", "created": created, "model": model,
			"choices": []any{map[string]any{"index": 0, "message": map[string]any{"role": "assistant", "content": reply.Text}, "finish_reason": finish(reply)}},
			"usage":   usage(reply)})
		return
	}
	begun := false
	flush := http.NewResponseController(w)
	event := func(delta map[string]any, reason any, more *Reply) error {
		if !begun {
			begun = true
			w.Header().Set("Content-Type", "text/event-stream")
			w.Header().Set("Cache-Control", "no-cache")
		}
		v := map[string]any{"id": id, "object": "chat.completion.chunk", "created": created, "model": model,
			"choices": []any{map[string]any{"index": 0, "delta": delta, "finish_reason": reason}}}
		if more != nil {
			v["usage"] = usage(more)
		}
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", b); err != nil {
			return err
		}
		if err := flush.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		return nil
	}
	reply, err := run(func(k Chunk) error {
		delta := map[string]any{}
		if k.Text != "" {
			delta["content"] = k.Text
		}
		if k.Thinking != "" {
			delta["reasoning_content"] = k.Thinking
		}
		return event(delta, nil, nil)
	})
	switch {
	case err != nil && !begun:
		WriteOpenAIError(w, statusOf(err), err.Error())
	case err != nil:
		fmt.Fprintf(w, "data: %s\n\n", openAIError(statusOf(err), err.Error()))
	default:
		if event(map[string]any{}, finish(reply), reply) == nil {
			_, _ = io.WriteString(w, "data: [DONE]\n\n")
		}
	}
}

func finish(r *Reply) string {
	if r.Reason == "length" {
		return "length"
	}
	return "stop"
}

func usage(r *Reply) map[string]int {
	return map[string]int{"prompt_tokens": r.Usage.Prompt, "completion_tokens": r.Usage.Output, "total_tokens": r.Usage.Prompt + r.Usage.Output}
}

// WriteOpenAIModels answers GET /v1/models with names.
func WriteOpenAIModels(w http.ResponseWriter, created time.Time, names ...string) {
	data := []any{}
	for _, n := range names {
		data = append(data, map[string]any{"id": n, "object": "model", "created": created.Unix(), "owned_by": "local"})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": data})
}

func openAIError(status int, msg string) string {
	typ := "server_error"
	if status < 500 {
		typ = "invalid_request_error"
	}
	b, _ := json.Marshal(map[string]any{"error": map[string]any{"message": msg, "type": typ, "code": status}})
	return string(b)
}

// WriteOpenAIError answers an error in OpenAI's form.
func WriteOpenAIError(w http.ResponseWriter, status int, msg string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintln(w, openAIError(status, msg))
}

// ServeEmbeddings answers POST /v1/embeddings by a tier ("": routed), whatever its own API is.
func (c *Client) ServeEmbeddings(w http.ResponseWriter, r *http.Request, tier, model string) {
	var in struct {
		Input  json.RawMessage `json:"input"`
		Format string          `json:"encoding_format"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&in); err != nil {
		WriteOpenAIError(w, http.StatusBadRequest, "the request is no JSON: "+err.Error())
		return
	}
	var inputs []string
	var one string
	if json.Unmarshal(in.Input, &one) == nil && one != "" {
		inputs = []string{one}
	} else if json.Unmarshal(in.Input, &inputs) != nil || len(inputs) == 0 {
		WriteOpenAIError(w, http.StatusBadRequest, "input must be a text or a list of texts")
		return
	}
	if in.Format != "" && in.Format != "float" {
		WriteOpenAIError(w, http.StatusBadRequest, fmt.Sprintf("encoding_format %q is not served: use float", in.Format))
		return
	}
	e, err := c.Embed(r.Context(), EmbedRequest{Tier: tier, Model: model, Inputs: inputs})
	if err != nil {
		WriteOpenAIError(w, statusOf(err), err.Error())
		return
	}
	data := []any{}
	for i, v := range e.Vectors {
		data = append(data, map[string]any{"object": "embedding", "index": i, "embedding": v})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "model": e.Model, "data": data,
		"usage": map[string]int{"prompt_tokens": e.Timing.PromptTokens, "total_tokens": e.Timing.PromptTokens}})
}
