package wire

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Ollama speaks Ollama's own API (api/types.go and server/routes.go of github.com/ollama/ollama, checked against 0.17.4).
// Its traps are closed here: every request says truncate: false, shift: false and num_ctx, for without them an over-long
// prompt is cut without a word, its oldest messages first.
type Ollama struct {
	conn
	oldEmbed atomic.Bool // before 0.3: only /api/embeddings, one text at a time
	vocabs   sync.Map    // model → entries of its tokenizer, where only the long answer tells
}

// NewOllama checks the address; it does not connect.
func NewOllama(o Options) (*Ollama, error) {
	c, err := newConn(o)
	if err != nil {
		return nil, err
	}
	return &Ollama{conn: c}, nil
}

type ollamaMessage struct {
	Role    string   `json:"role"`
	Content string   `json:"content"`
	Images  [][]byte `json:"images,omitempty"`
}

type ollamaRequest struct {
	Model     string          `json:"model"`
	Messages  []ollamaMessage `json:"messages,omitempty"`
	Prompt    string          `json:"prompt,omitempty"`
	Raw       bool            `json:"raw,omitempty"`
	Stream    bool            `json:"stream"`
	Truncate  *bool           `json:"truncate,omitempty"`
	Shift     *bool           `json:"shift,omitempty"`
	Think     *bool           `json:"think,omitempty"`
	Format    json.RawMessage `json:"format,omitempty"`
	KeepAlive any             `json:"keep_alive,omitempty"`
	Options   map[string]any  `json:"options,omitempty"`
}

// ollamaLine is one line of a stream; rawText keeps half runes.
type ollamaLine struct {
	Model   string  `json:"model"`
	Reply   rawText `json:"response"`
	Think   rawText `json:"thinking"`
	Message struct {
		Content  rawText `json:"content"`
		Thinking rawText `json:"thinking"`
	} `json:"message"`
	Done         bool            `json:"done"`
	DoneReason   string          `json:"done_reason"`
	Error        json.RawMessage `json:"error"`
	TotalTime    int64           `json:"total_duration"`
	LoadTime     int64           `json:"load_duration"`
	PromptTokens int             `json:"prompt_eval_count"`
	PromptTime   int64           `json:"prompt_eval_duration"`
	OutputTokens int             `json:"eval_count"`
	OutputTime   int64           `json:"eval_duration"`
}

// Features of the API.
func (o *Ollama) Features() Features {
	return Features{Embed: true, Vision: true, OpenAIStream: true, SetsWindow: true}
}

// ChatURL is the OpenAI face of the same server.
func (o *Ollama) ChatURL() string { return o.base + "/v1/chat/completions" }

func sampling(r *Request) map[string]any {
	opts := map[string]any{}
	for k, v := range r.Options {
		opts[k] = v
	}
	if r.Temperature != nil {
		opts["temperature"] = *r.Temperature
	}
	if r.TopP != nil {
		opts["top_p"] = *r.TopP
	}
	if r.Seed != nil {
		opts["seed"] = *r.Seed
	}
	if r.MaxTokens > 0 {
		opts["num_predict"] = r.MaxTokens
	}
	return opts
}

// Chat sends /api/chat, or /api/generate for a plain prompt.
func (o *Ollama) Chat(ctx context.Context, r *Request) (Stream, error) {
	no := false
	in := ollamaRequest{Model: r.Model, Prompt: r.Prompt, Raw: r.Raw, Stream: true, Truncate: &no, Shift: &no,
		Think: r.Think, Format: r.Format, Options: sampling(r)}
	if r.Window > 0 {
		in.Options["num_ctx"] = r.Window
	}
	if len(r.Stop) > 0 {
		in.Options["stop"] = r.Stop
	}
	if r.KeepAlive != nil {
		in.KeepAlive = r.KeepAlive.String()
		if *r.KeepAlive < 0 {
			in.KeepAlive = -1
		}
	}
	path := "/api/generate"
	if r.Messages != nil {
		path = "/api/chat"
		for _, m := range r.Messages {
			in.Messages = append(in.Messages, ollamaMessage(m))
		}
	}
	return startLines(ctx, o.conn, path, in, r, nil)
}

// ollamaStream reads the lines of Ollama and of hailo-ollama.
type ollamaStream struct {
	conn
	ctx    context.Context
	path   string
	model  string
	lines  *lines
	text   joiner
	think  joiner
	stop   *stopper
	queued []Chunk
	final  Final
	done   bool
}

func startLines(ctx context.Context, c conn, path string, in any, r *Request, stop *stopper) (Stream, error) {
	resp, err := c.do(ctx, "chat", r.Model, "POST", path, in)
	if err != nil {
		return nil, err
	}
	return &ollamaStream{conn: c, ctx: ctx, path: path, model: r.Model, lines: newLines(resp.Body), stop: stop}, nil
}

func (s *ollamaStream) Next() (Chunk, error) {
	for {
		if len(s.queued) > 0 {
			c := s.queued[0]
			s.queued = s.queued[1:]
			return c, nil
		}
		if s.done {
			return Chunk{}, io.EOF
		}
		line, err := s.lines.next()
		if err != nil {
			// The end without a "done" is a broken answer, not a finished one.
			return Chunk{}, broken(s.ctx, "chat", s.shown(s.path), s.model, Interrupted, err)
		}
		if len(line) == 0 {
			continue
		}
		var l ollamaLine
		if err := json.Unmarshal(line, &l); err != nil {
			return Chunk{}, &Error{Kind: BadAnswer, Op: "chat", URL: s.shown(s.path), Model: s.model, Message: clip(string(line), 120), Err: err}
		}
		if len(l.Error) > 0 && string(l.Error) != "null" {
			return Chunk{}, fail("chat", s.shown(s.path), s.model, 500, line)
		}
		if l.Model != "" && !sameModel(l.Model, s.model) {
			return Chunk{}, &Error{Kind: WrongModel, Op: "chat", URL: s.shown(s.path), Model: s.model, Message: "answered by " + l.Model}
		}
		c := Chunk{Text: s.text.add(l.Reply + l.Message.Content), Thinking: s.think.add(l.Think + l.Message.Thinking)}
		if s.stop != nil {
			c.Text = s.stop.add(c.Text)
		}
		if l.Done {
			s.done = true
			c.Text += s.rest()
			c.Thinking += s.think.flush()
			s.final = Final{Model: l.Model, Reason: l.DoneReason, PromptTokens: l.PromptTokens, OutputTokens: l.OutputTokens,
				Load: time.Duration(l.LoadTime), PromptTime: time.Duration(l.PromptTime),
				OutputTime: time.Duration(l.OutputTime), Total: time.Duration(l.TotalTime)}
			if s.stop != nil && s.stop.done {
				s.final.Reason = "stop"
			}
		}
		if c.Text != "" || c.Thinking != "" {
			s.queued = append(s.queued, c)
		}
	}
}

func (s *ollamaStream) rest() string {
	t := s.text.flush()
	if s.stop != nil {
		t = s.stop.add(t) + s.stop.flush()
	}
	return t
}

func (s *ollamaStream) Final() Final { return s.final }
func (s *ollamaStream) Close() error { return s.lines.body.Close() }

// sameModel knows that a name without a tag means ":latest".
func sameModel(a, b string) bool {
	norm := func(s string) string {
		if i := strings.LastIndex(s, ":"); i < 0 || strings.Contains(s[i:], "/") {
			s += ":latest"
		}
		return strings.ToLower(s)
	}
	return norm(a) == norm(b)
}

// Embed sends /api/embed, which refuses what does not fit; before Ollama 0.3 there is only /api/embeddings.
func (o *Ollama) Embed(ctx context.Context, model string, inputs []string) (*Embeddings, error) {
	if !o.oldEmbed.Load() {
		var out struct {
			Model      string      `json:"model"`
			Embeddings [][]float32 `json:"embeddings"`
			Prompt     int         `json:"prompt_eval_count"`
			Load       int64       `json:"load_duration"`
			Total      int64       `json:"total_duration"`
		}
		in := map[string]any{"model": model, "input": inputs, "truncate": false}
		err := o.call(ctx, "embed", model, "POST", "/api/embed", in, &out)
		if err == nil {
			if err := o.checkVectors(model, len(inputs), out.Embeddings); err != nil {
				return nil, err
			}
			return &Embeddings{Model: out.Model, Vectors: out.Embeddings, PromptTokens: out.Prompt,
				Load: time.Duration(out.Load), Total: time.Duration(out.Total)}, nil
		}
		var e *Error
		if !errors.As(err, &e) || e.Kind != Unsupported || e.Status != 404 {
			return nil, err
		}
		o.oldEmbed.Store(true)
	}
	e := &Embeddings{Model: model}
	for _, text := range inputs {
		var out struct {
			Embedding []float32 `json:"embedding"`
		}
		if err := o.call(ctx, "embed", model, "POST", "/api/embeddings", map[string]any{"model": model, "prompt": text}, &out); err != nil {
			return nil, err
		}
		e.Vectors = append(e.Vectors, out.Embedding)
	}
	return e, o.checkVectors(model, len(inputs), e.Vectors)
}

func (c conn) checkVectors(model string, want int, got [][]float32) error {
	if len(got) != want {
		return &Error{Kind: BadAnswer, Op: "embed", URL: c.shown(""), Model: model,
			Message: strconv.Itoa(len(got)) + " vectors for " + strconv.Itoa(want) + " texts"}
	}
	for _, v := range got {
		if len(v) == 0 || len(v) != len(got[0]) {
			return &Error{Kind: BadAnswer, Op: "embed", URL: c.shown(""), Model: model, Message: "vectors are empty or differ in length"}
		}
	}
	return nil
}

// Count is not to be had: Ollama has no tokenizer endpoint.
func (o *Ollama) Count(_ context.Context, model string, _ []Message) (int, error) {
	return o.CountText(context.Background(), model, "")
}

// CountText is not to be had: Ollama has no tokenizer endpoint.
func (o *Ollama) CountText(_ context.Context, model, _ string) (int, error) {
	return 0, &Error{Kind: Unsupported, Op: "count", URL: o.shown(""), Model: model, Message: "this API has no tokenizer"}
}

type ollamaModel struct {
	Name    string `json:"name"`
	Size    int64  `json:"size"`
	Window  int    `json:"context_length"`
	Details struct {
		Family string `json:"family"`
		Params string `json:"parameter_size"`
		Quant  string `json:"quantization_level"`
	} `json:"details"`
}

func (m ollamaModel) model() Model {
	return Model{Name: m.Name, Size: m.Size, Quant: m.Details.Quant, Params: m.Details.Params, Family: m.Details.Family}
}

// Models is /api/tags.
func (o *Ollama) Models(ctx context.Context) ([]Model, error) { return o.tags(ctx) }

func (c conn) tags(ctx context.Context) ([]Model, error) {
	var out struct {
		Models []ollamaModel `json:"models"`
	}
	if err := c.call(ctx, "models", "", "GET", "/api/tags", nil, &out); err != nil {
		return nil, err
	}
	list := make([]Model, 0, len(out.Models))
	for _, m := range out.Models {
		list = append(list, m.model())
	}
	return list, nil
}

// Details asks /api/show for what the model could, and /api/ps for what it is loaded with.
func (o *Ollama) Details(ctx context.Context, model string) (*Details, error) {
	var out struct {
		Parameters string `json:"parameters"`
		Template   string `json:"template"`
		Details    struct {
			Family string `json:"family"`
			Params string `json:"parameter_size"`
			Quant  string `json:"quantization_level"`
		} `json:"details"`
		Info map[string]json.RawMessage `json:"model_info"`
		Caps []string                   `json:"capabilities"`
	}
	if err := o.call(ctx, "details", model, "POST", "/api/show", map[string]any{"model": model}, &out); err != nil {
		return nil, err
	}
	d := &Details{Model: Model{Name: model, Quant: out.Details.Quant, Params: out.Details.Params, Family: out.Details.Family},
		Capabilities: out.Caps, Template: out.Template}
	number := func(key string) (n int) { _ = json.Unmarshal(out.Info[key], &n); return n }
	var arch string
	_ = json.Unmarshal(out.Info["general.architecture"], &arch)
	d.MaxWindow = number(arch + ".context_length")
	d.Vocab = number(arch + ".vocab_size")
	for _, line := range strings.Split(out.Parameters, "\n") {
		if f := strings.Fields(line); len(f) == 2 && f[0] == "num_ctx" {
			d.Window, _ = strconv.Atoi(f[1])
			d.WindowSource = "num_ctx of the model"
		}
	}
	var ps struct {
		Models []ollamaModel `json:"models"`
	}
	// Old servers have no /api/ps, or one without the length: what show said stands.
	if err := o.call(ctx, "details", model, "GET", "/api/ps", nil, &ps); err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		return d, nil
	}
	for _, m := range ps.Models {
		if !sameModel(m.Name, model) {
			continue
		}
		d.Loaded, d.Size = true, m.Size
		if m.Window > 0 {
			d.Window, d.WindowSource = m.Window, "as loaded (/api/ps)"
		}
	}
	if d.Vocab == 0 {
		d.Vocab = o.vocab(ctx, model)
	}
	return d, nil
}

// vocab counts the tokenizer's entries in the long form of /api/show (megabytes, so once per model), for files without
// the key "vocab_size". 0: it cannot be said.
func (o *Ollama) vocab(ctx context.Context, model string) int {
	if n, ok := o.vocabs.Load(model); ok {
		return n.(int)
	}
	var out struct {
		Info struct {
			Tokens []json.RawMessage `json:"tokenizer.ggml.tokens"`
		} `json:"model_info"`
	}
	if err := o.call(ctx, "details", model, "POST", "/api/show", map[string]any{"model": model, "verbose": true}, &out); err != nil {
		return 0
	}
	o.vocabs.Store(model, len(out.Info.Tokens))
	return len(out.Info.Tokens)
}
