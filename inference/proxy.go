package inference

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"substrate/inference/route"
	"substrate/inference/wire"
)

// maxRequest is the largest OpenAI request that is taken in, in bytes; pictures are in it.
const maxRequest = 64 << 20

// ServeChat passes an OpenAI chat request (POST /v1/chat/completions) to a tier untouched but for the model's name,
// which becomes the tier's own (model, or the tier's chat model when ""). The answer comes back as the server sends it,
// every piece at once. The tier's queue and breaker apply. Where the server cannot stream (hailo-ollama) the answer is
// asked for by its own API and told in OpenAI's form.
func (c *Client) ServeChat(w http.ResponseWriter, r *http.Request, tier, model string) {
	n, model, err := c.named(tier, model, route.Chat)
	if err != nil {
		WriteOpenAIError(w, http.StatusNotFound, err.Error())
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		WriteOpenAIError(w, http.StatusRequestEntityTooLarge, "the request cannot be read: "+err.Error())
		return
	}
	in, err := ParseOpenAIChat(body)
	if err != nil {
		WriteOpenAIError(w, http.StatusBadRequest, err.Error())
		return
	}
	ctx, leave, err := c.enter(r.Context())
	if err != nil {
		WriteOpenAIError(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	defer leave()
	if in.Stream && !n.feat.OpenAIStream {
		req := in.Request
		req.Tier, req.Model = tier, model
		WriteOpenAIChat(w, in.Model, true, func(each func(Chunk) error) (*Reply, error) { return c.Chat(ctx, req, each) })
		return
	}
	if body, err = withModel(body, model); err != nil {
		WriteOpenAIError(w, http.StatusBadRequest, err.Error())
		return
	}
	c.pass(ctx, w, r, n, model, body)
}

func (c *Client) pass(ctx context.Context, w http.ResponseWriter, r *http.Request, n *node, model string, body []byte) {
	n.mu.Lock()
	ok, why := n.brk.begin(c.clock.Now()), n.health.Why
	n.mu.Unlock()
	if !ok {
		WriteOpenAIError(w, http.StatusServiceUnavailable, fmt.Sprintf("tier %q is held back after failures: %s", n.tier.Name, why))
		return
	}
	start := c.clock.Now()
	s := Sample{At: start, Tier: n.tier.Name, Model: model, Kind: "chat", Task: "pass"}
	watch, wctx := newWatch(ctx, c.clock, n.tier.FirstToken, n.tier.Idle, 0)
	defer watch.stop()
	sent, err := func() (bool, error) {
		release, err := n.slot(wctx)
		if err != nil {
			return false, err
		}
		defer release()
		s.Queue = c.clock.Now().Sub(start)
		return c.relay(wctx, w, r, n, model, body, watch, func() { s.FirstToken = c.clock.Now().Sub(start) })
	}()
	s.Total = c.clock.Now().Sub(start)
	if ctx.Err() != nil || errors.Is(err, errReader) {
		n.mu.Lock()
		n.brk.end()
		n.mu.Unlock()
		return
	}
	var late *lateError
	if err != nil && errors.As(context.Cause(wctx), &late) {
		err = &wire.Error{Kind: wire.TimedOut, Op: "chat", URL: n.tier.URL, Model: model, Message: late.Error()}
	}
	n.note(err, true)
	if err != nil {
		s.Err = string(wire.KindOf(err))
	}
	c.keep(ctx, s)
	switch {
	case err == nil:
	case sent: // the stream has begun: an error event, as the servers themselves send it
		fmt.Fprintf(w, "data: %s\n\n", openAIError(http.StatusBadGateway, err.Error()))
	default:
		WriteOpenAIError(w, statusOf(err), err.Error())
	}
}

// errReader marks that the reader went away, which says nothing about the tier.
var errReader = errors.New("the reader went away")

// relay sends the request and copies the answer. sent says that bytes went out already.
func (c *Client) relay(ctx context.Context, w http.ResponseWriter, r *http.Request, n *node, model string, body []byte, watch *watch, first func()) (sent bool, err error) {
	fault := func(k wire.Kind, err error) error {
		return &wire.Error{Kind: k, Op: "chat", URL: n.tier.URL, Model: model, Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.srv.ChatURL(), bytes.NewReader(body))
	if err != nil {
		return false, fault(wire.Refused, err)
	}
	req.Header.Set("Content-Type", "application/json")
	if a := r.Header.Get("Accept"); a != "" {
		req.Header.Set("Accept", a)
	}
	if n.tier.Key != "" { // the reader's own key is ours, not the tier's
		req.Header.Set("Authorization", "Bearer "+n.tier.Key)
	}
	req.Close = n.feat.SingleFlight
	resp, err := c.http.Do(req)
	if err != nil {
		return false, fault(wire.Unreachable, err)
	}
	defer resp.Body.Close()
	for _, h := range []string{"Content-Type", "Cache-Control", "X-Request-Id"} {
		if v := resp.Header.Get(h); v != "" {
			w.Header().Set(h, v)
		}
	}
	w.WriteHeader(resp.StatusCode)
	flush := http.NewResponseController(w)
	buf := make([]byte, 32<<10)
	for {
		k, rerr := resp.Body.Read(buf)
		if k > 0 {
			watch.alive(c.clock.Now())
			if !sent {
				sent = true
				first()
			}
			if _, err := w.Write(buf[:k]); err != nil {
				return sent, errReader
			}
			if err := flush.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
				return sent, errReader
			}
		}
		switch {
		case errors.Is(rerr, io.EOF):
			if resp.StatusCode >= 500 && resp.StatusCode != http.StatusServiceUnavailable {
				n.note(fault(wire.Fault, fmt.Errorf("status %d", resp.StatusCode)), true)
			}
			return sent, nil
		case rerr != nil:
			return true, fault(wire.Interrupted, rerr)
		}
	}
}

// withModel replaces the value of the top-level "model" and leaves every other byte as it is.
func withModel(body []byte, model string) ([]byte, error) {
	name, err := json.Marshal(model)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("the request is no JSON object")
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("the request is no JSON: %w", err)
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, fmt.Errorf("the request is no JSON: %w", err)
		}
		if key == "model" {
			end := int(dec.InputOffset())
			return append(append(append([]byte(nil), body[:end-len(raw)]...), name...), body[end:]...), nil
		}
	}
	return nil, errors.New(`the request names no model: add "model"`)
}

// statusOf is the HTTP status for an error of a tier.
func statusOf(err error) int {
	if errors.Is(err, ErrClosed) {
		return http.StatusServiceUnavailable
	}
	switch wire.KindOf(err) {
	case wire.TooLong, wire.Refused:
		return http.StatusBadRequest
	case wire.NotFound, wire.NoRoute:
		return http.StatusNotFound
	case wire.Busy, wire.QueueFull:
		return http.StatusServiceUnavailable
	case wire.TimedOut:
		return http.StatusGatewayTimeout
	case wire.Unsupported:
		return http.StatusNotImplemented
	}
	return http.StatusBadGateway
}
