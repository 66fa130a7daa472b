package wire

import (
	"context"
	"encoding/json"
	"net/url"
)

// Count applies the server's chat template and counts: llama-server's /apply-template and /tokenize, vLLM's /tokenize
// with messages.
func (o *OpenAI) Count(ctx context.Context, model string, msgs []Message) (int, error) {
	if !o.noTemplate.Load() {
		var out struct {
			Prompt *string `json:"prompt"`
		}
		err := o.call(ctx, "count", model, "POST", "/apply-template", map[string]any{"model": model, "messages": openaiMessages(msgs)}, &out)
		if err == nil && out.Prompt != nil {
			return o.CountText(ctx, model, *out.Prompt)
		}
		if err != nil && ctx.Err() != nil {
			return 0, err
		}
		if k := KindOf(err); err != nil && k != Unsupported && k != NotFound && k != BadAnswer {
			return 0, err
		}
		o.noTemplate.Store(true)
	}
	return o.tokenize(ctx, model, map[string]any{"model": model, "messages": openaiMessages(msgs), "add_generation_prompt": true})
}

// CountText counts with /tokenize; llama-server calls the text "content", vLLM "prompt".
func (o *OpenAI) CountText(ctx context.Context, model, text string) (int, error) {
	return o.tokenize(ctx, model, map[string]any{"model": model, "content": text, "prompt": text, "add_special": true, "parse_special": true})
}

func (o *OpenAI) tokenize(ctx context.Context, model string, in any) (int, error) {
	var out struct {
		Count  int               `json:"count"`
		Tokens []json.RawMessage `json:"tokens"`
	}
	err := o.call(ctx, "count", model, "POST", "/tokenize", in, &out)
	if k := KindOf(err); k == Unsupported || k == BadAnswer || k == Refused {
		return 0, &Error{Kind: Unsupported, Op: "count", URL: o.shown("/tokenize"), Model: model, Message: "this server has no tokenizer endpoint", Err: err}
	}
	if err != nil {
		return 0, err
	}
	if len(out.Tokens) == 0 && out.Count == 0 { // llama-server answers an empty list to a form that it does not know
		return 0, &Error{Kind: Unsupported, Op: "count", URL: o.shown("/tokenize"), Model: model, Message: "this server has no tokenizer endpoint"}
	}
	return max(out.Count, len(out.Tokens)), nil
}

type openaiModel struct {
	ID     string `json:"id"`
	MaxLen int    `json:"max_model_len"` // vLLM
	Meta   *struct {
		Vocab int   `json:"n_vocab"`
		Train int   `json:"n_ctx_train"`
		Size  int64 `json:"size"`
	} `json:"meta"` // llama-server
}

func (o *OpenAI) list(ctx context.Context) ([]openaiModel, error) {
	var out struct {
		Data []openaiModel `json:"data"`
	}
	err := o.call(ctx, "models", "", "GET", "/v1/models", nil, &out)
	return out.Data, err
}

// Models is /v1/models.
func (o *OpenAI) Models(ctx context.Context) ([]Model, error) {
	data, err := o.list(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Model, 0, len(data))
	for _, m := range data {
		x := Model{Name: m.ID}
		if m.Meta != nil {
			x.Size, x.Loaded = m.Meta.Size, true
		}
		out = append(out, x)
	}
	return out, nil
}

// Details asks, in this order, who can tell: /v1/models (vLLM), /props (llama-server), /api/v0/models (LM Studio). A
// server that tells no window leaves it 0; that is no error.
func (o *OpenAI) Details(ctx context.Context, model string) (*Details, error) {
	data, err := o.list(ctx)
	if err != nil {
		return nil, err
	}
	d := &Details{Model: Model{Name: model}}
	found := false
	for _, m := range data {
		// llama-server serves one model under a path or an alias, whatever name is asked for.
		if !sameModel(m.ID, model) && !(len(data) == 1 && m.Meta != nil) {
			continue
		}
		found = true
		if m.MaxLen > 0 {
			d.Window, d.MaxWindow, d.WindowSource = m.MaxLen, m.MaxLen, "max_model_len (/v1/models)"
		}
		if m.Meta != nil {
			d.MaxWindow, d.Vocab, d.Size, d.Loaded = m.Meta.Train, m.Meta.Vocab, m.Meta.Size, true
		}
	}
	if !found {
		return nil, &Error{Kind: NotFound, Op: "details", URL: o.shown("/v1/models"), Model: model, Message: "not in the server's list"}
	}
	if d.Window > 0 {
		return d, nil
	}
	var props struct {
		Template string `json:"chat_template"`
		Settings struct {
			N int `json:"n_ctx"`
		} `json:"default_generation_settings"`
		Modalities struct {
			Vision bool `json:"vision"`
		} `json:"modalities"`
	}
	err = o.call(ctx, "details", model, "GET", "/props?model="+url.QueryEscape(model), nil, &props)
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	if err == nil && props.Settings.N > 0 {
		d.Window, d.WindowSource, d.Template = props.Settings.N, "n_ctx (/props)", props.Template
		if props.Modalities.Vision {
			d.Capabilities = append(d.Capabilities, "vision")
		}
		return d, nil
	}
	var studio struct {
		Data []struct {
			ID     string `json:"id"`
			Type   string `json:"type"`
			Quant  string `json:"quantization"`
			State  string `json:"state"`
			Max    int    `json:"max_context_length"`
			Loaded int    `json:"loaded_context_length"`
		} `json:"data"`
	}
	err = o.call(ctx, "details", model, "GET", "/api/v0/models", nil, &studio)
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	if err != nil {
		return d, nil
	}
	for _, m := range studio.Data {
		if !sameModel(m.ID, model) {
			continue
		}
		d.Quant, d.MaxWindow, d.Loaded = m.Quant, m.Max, m.State == "loaded"
		if m.Loaded > 0 {
			d.Window, d.WindowSource = m.Loaded, "loaded_context_length (/api/v0/models)"
		}
		if m.Type == "vlm" {
			d.Capabilities = append(d.Capabilities, "vision")
		}
	}
	return d, nil
}
