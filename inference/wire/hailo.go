package wire

import (
	"context"
	"encoding/json"
)

// Hailo speaks to hailo-ollama (src/library/controller and src/library/dto of github.com/hailo-ai/hailo_model_zoo_genai,
// 5.1): Ollama's chat and generate with fewer fields, and these differences: an unknown model and most other errors come
// with status 200; keep_alive is whole seconds; there is no num_ctx, no stop, no format but a string; a finished answer
// has only total_duration and eval_count; /api/ps waits for the running generation, so it is never asked; no endpoint
// for embeddings (later versions may have one: it is tried, and its absence is said).
type Hailo struct {
	conn
}

// HailoWindow is the context of the models that Hailo compiles, in tokens; it is built into them.
const HailoWindow = 2048

// NewHailo checks the address; it does not connect.
func NewHailo(o Options) (*Hailo, error) {
	c, err := newConn(o)
	if err != nil {
		return nil, err
	}
	c.close = true // one connection at a time: an idle one would keep the next caller waiting
	return &Hailo{conn: c}, nil
}

// Features of the API.
func (h *Hailo) Features() Features {
	return Features{Embed: true, SingleFlight: true, FixedWindow: HailoWindow}
}

// ChatURL takes requests without streaming only.
func (h *Hailo) ChatURL() string { return h.base + "/v1/chat/completions" }

type hailoMessage struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Chat sends /api/chat or /api/generate with the fields that the server knows, and no others.
func (h *Hailo) Chat(ctx context.Context, r *Request) (Stream, error) {
	for _, m := range r.Messages {
		if len(m.Images) > 0 {
			return nil, &Error{Kind: Unsupported, Op: "chat", URL: h.shown("/api/chat"), Model: r.Model, Message: "this API takes no images"}
		}
	}
	opts := map[string]any{}
	for k, v := range sampling(r) {
		switch k {
		case "temperature", "seed", "top_k", "top_p", "frequency_penalty", "num_predict":
			opts[k] = v
		}
	}
	in := map[string]any{"model": r.Model, "stream": true}
	if len(opts) > 0 {
		in["options"] = opts
	}
	if r.KeepAlive != nil {
		in["keep_alive"] = max(int(r.KeepAlive.Seconds()), -1)
	}
	path := "/api/generate"
	if r.Messages != nil {
		path = "/api/chat"
		msgs := make([]hailoMessage, 0, len(r.Messages))
		for _, m := range r.Messages {
			msgs = append(msgs, hailoMessage{m.Role, m.Content})
		}
		in["messages"] = msgs
	} else {
		in["prompt"] = r.Prompt
	}
	resp, err := h.do(ctx, "chat", r.Model, "POST", path, in)
	if err != nil {
		return nil, err
	}
	s := &ollamaStream{conn: h.conn, ctx: ctx, path: path, model: r.Model, lines: newLines(resp.Body), stop: &stopper{stops: r.Stop}}
	if resp.Header.Get("Content-Type") == "application/x-ndjson" {
		return s, nil
	}
	// Not a stream: an error with status 200, or the whole answer at once.
	line, err := s.lines.next()
	if err == nil && isError(line) {
		resp.Body.Close()
		return nil, fail("chat", h.shown(path), r.Model, 200, line)
	}
	if err != nil {
		resp.Body.Close()
		return nil, broken(ctx, "chat", h.shown(path), r.Model, Interrupted, err)
	}
	s.lines = replay(line, s.lines)
	return s, nil
}

// Embed tries Ollama's endpoint; 5.1 answers 404, which becomes KindUnsupported with what to do.
func (h *Hailo) Embed(ctx context.Context, model string, inputs []string) (*Embeddings, error) {
	var out struct {
		Embeddings [][]float32 `json:"embeddings"`
		Prompt     int         `json:"prompt_eval_count"`
	}
	if err := h.call(ctx, "embed", model, "POST", "/api/embed", map[string]any{"model": model, "input": inputs}, &out); err != nil {
		if k := KindOf(err); k == Unsupported {
			return nil, &Error{Kind: Unsupported, Op: "embed", URL: h.shown("/api/embed"), Model: model,
				Message: "this hailo-ollama has no embeddings: give the embed model to another tier", Err: err}
		}
		return nil, err
	}
	return &Embeddings{Model: model, Vectors: out.Embeddings, PromptTokens: out.Prompt}, h.checkVectors(model, len(inputs), out.Embeddings)
}

// Count is not to be had.
func (h *Hailo) Count(ctx context.Context, model string, _ []Message) (int, error) {
	return h.CountText(ctx, model, "")
}

// CountText is not to be had.
func (h *Hailo) CountText(_ context.Context, model, _ string) (int, error) {
	return 0, &Error{Kind: Unsupported, Op: "count", URL: h.shown(""), Model: model, Message: "this API has no tokenizer"}
}

// Models is /api/tags.
func (h *Hailo) Models(ctx context.Context) ([]Model, error) { return h.tags(ctx) }

// Details asks /api/show, whose model_info is a string here.
func (h *Hailo) Details(ctx context.Context, model string) (*Details, error) {
	var out struct {
		Template string `json:"template"`
		Details  struct {
			Family string `json:"family"`
			Params string `json:"parameter_size"`
			Quant  string `json:"quantization_level"`
		} `json:"details"`
		Info json.RawMessage `json:"model_info"`
	}
	if err := h.call(ctx, "details", model, "POST", "/api/show", map[string]any{"model": model}, &out); err != nil {
		return nil, err
	}
	return &Details{Model: Model{Name: model, Quant: out.Details.Quant, Params: out.Details.Params, Family: out.Details.Family},
		Window: HailoWindow, MaxWindow: HailoWindow, WindowSource: "compiled into the model", Template: out.Template}, nil
}
