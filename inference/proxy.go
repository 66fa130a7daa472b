package inference

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

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
	waits := true
	sent, err := func() (relayed, error) {
		release, err := n.slot(wctx)
		if err != nil {
			return nothing, err
		}
		defer release()
		waits = false
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
		err = n.late("chat", model, late, waits)
	}
	n.note(err, true)
	if err != nil {
		s.Err = string(wire.KindOf(err))
	}
	c.keep(ctx, s)
	switch {
	case err == nil, sent == whole:
	case sent == part && strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream"):
		// The stream has begun: an error event, as the servers themselves send it.
		fmt.Fprintf(w, "data: %s\n\n", openAIError(http.StatusBadGateway, err.Error()))
	case sent == part: // half a JSON document must not look like a whole one
		panic(http.ErrAbortHandler)
	default:
		WriteOpenAIError(w, statusOf(err), err.Error())
	}
}

// errReader marks that the reader went away, which says nothing about the tier.
var errReader = errors.New("the reader went away")

// relayed is how much of a server's answer the reader got.
type relayed int

const (
	nothing relayed = iota
	part
	whole
)

// relay sends the request and copies the answer. A server's own refusal reaches the reader whole and is an error, too.
func (c *Client) relay(ctx context.Context, w http.ResponseWriter, r *http.Request, n *node, model string, body []byte, watch *watch, first func()) (sent relayed, err error) {
	fault := func(k wire.Kind, err error) error {
		return &wire.Error{Kind: k, Op: "chat", URL: n.tier.URL, Model: model, Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.srv.ChatURL(), bytes.NewReader(body))
	if err != nil {
		return nothing, fault(wire.Refused, err)
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
		return nothing, fault(wire.Unreachable, err)
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
	begun := false
	for {
		k, rerr := resp.Body.Read(buf)
		if k > 0 {
			watch.alive(c.clock.Now())
			if !begun {
				begun = true
				first()
			}
			watch.busy.Store(true) // a slow reader is no slow server
			if _, err := w.Write(buf[:k]); err != nil {
				return part, errReader
			}
			if err := flush.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
				return part, errReader
			}
			watch.alive(c.clock.Now())
			watch.busy.Store(false)
		}
		switch {
		case errors.Is(rerr, io.EOF):
			return whole, refusal(resp.StatusCode, fault)
		case rerr != nil:
			return part, fault(wire.Interrupted, rerr)
		}
	}
}

// refusal is what a server's status says of the tier.
func refusal(status int, fault func(wire.Kind, error) error) error {
	err := fmt.Errorf("status %d", status)
	switch {
	case status < 400:
		return nil
	case status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests:
		return fault(wire.Busy, err)
	case status >= 500:
		return fault(wire.Fault, err)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fault(wire.Denied, err)
	case status == http.StatusNotFound:
		return fault(wire.NotFound, err)
	}
	return fault(wire.Refused, err)
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
