package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Kind says what went wrong.
type Kind string

// The kinds, each with what a caller can do.
const (
	Unreachable Kind = "unreachable"     // no connection, or it broke before an answer: try another server
	Busy        Kind = "busy"            // queue full or model loading: wait or try another
	NotFound    Kind = "unknown model"   // pull the model or name another
	TooLong     Kind = "too long"        // the prompt does not fit the window: pack less
	Refused     Kind = "refused"         // the server understood and says no: change the request
	Denied      Kind = "denied"          // key missing or wrong
	Fault       Kind = "server fault"    // the server failed: try another
	BadAnswer   Kind = "bad answer"      // not what the API promises
	Interrupted Kind = "interrupted"     // the answer broke off
	Unsupported Kind = "unsupported"     // this server has no such endpoint
	TimedOut    Kind = "timed out"       // no sign of life within the limit
	Canceled    Kind = "canceled"        // by the caller
	WrongModel  Kind = "wrong model"     // another model answered than was asked
	QueueFull   Kind = "queue full"      // the client's own queue for the tier
	NoRoute     Kind = "no fitting tier" // nothing fits the request
)

// Error is a failed request. Message is the server's own text where it gave one.
type Error struct {
	Kind    Kind
	Op      string // "chat", "embed", …
	URL     string // without credentials
	Model   string
	Status  int // HTTP status; 0: none
	Message string
	Prompt  int // tokens of the prompt, where a TooLong says so
	Window  int // tokens of the window, where a TooLong says so
	Err     error
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s at %s: %s", e.Op, e.URL, e.Kind)
	if e.Model != "" {
		fmt.Fprintf(&b, " (model %q)", e.Model)
	}
	if e.Status != 0 && e.Status != 200 {
		fmt.Fprintf(&b, ", status %d", e.Status)
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %q", clip(e.Message, 300))
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// Is lets errors.Is find a kind: errors.Is(err, wire.Busy).
func (e *Error) Is(target error) bool { k, ok := target.(Kind); return ok && k == e.Kind }

// Error makes a kind usable with errors.Is.
func (k Kind) Error() string { return string(k) }

// KindOf is the kind of an error of this package, or "".
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// message finds the human text in an error body, in each form that servers use: {"error":"…"}, {"error":{"message":…}},
// {"object":"error","message":…}, {"detail":…}, plain text.
func message(body []byte) (msg, typ string, prompt, window int) {
	var v struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
		Detail  json.RawMessage `json:"detail"`
		Type    string          `json:"type"`
	}
	if json.Unmarshal(body, &v) != nil {
		return strings.TrimSpace(string(body)), "", 0, 0
	}
	if len(v.Error) > 0 && string(v.Error) != "null" {
		var s string
		if json.Unmarshal(v.Error, &s) == nil {
			return s, v.Type, 0, 0
		}
		var o struct {
			Message string `json:"message"`
			Type    string `json:"type"`
			Prompt  int    `json:"n_prompt_tokens"`
			Window  int    `json:"n_ctx"`
		}
		if json.Unmarshal(v.Error, &o) == nil {
			return o.Message, o.Type, o.Prompt, o.Window
		}
		return string(v.Error), v.Type, 0, 0
	}
	if v.Message != "" {
		return v.Message, v.Type, 0, 0
	}
	if len(v.Detail) > 0 {
		var s string
		if json.Unmarshal(v.Detail, &s) == nil {
			return s, v.Type, 0, 0
		}
		return string(v.Detail), v.Type, 0, 0
	}
	return "", "", 0, 0
}

// fail turns a status and body into an error. A status of 200 is possible: hailo-ollama answers so.
func fail(op, url, model string, status int, body []byte) *Error {
	msg, typ, prompt, window := message(body)
	e := &Error{Op: op, URL: url, Model: model, Status: status, Message: msg, Prompt: prompt, Window: window}
	low := strings.ToLower(msg + " " + typ)
	names := strings.Contains(low, "model")
	switch {
	case strings.Contains(low, "exceed_context_size"), strings.Contains(low, "exceeds the context length"),
		strings.Contains(low, "exceeds the available context"), strings.Contains(low, "maximum context length"),
		strings.Contains(low, "exceeds maximum context"), strings.Contains(low, "context_length_exceeded"),
		strings.Contains(low, "greater than the context length"):
		e.Kind = TooLong
	case status == 401 || status == 403:
		e.Kind = Denied
	case status == 404 && names:
		e.Kind = NotFound
	case names && strings.Contains(low, "not found"), names && strings.Contains(low, "does not exist"):
		e.Kind = NotFound
	case status == 404 || status == 405 || status == 501,
		strings.Contains(low, "unexpected endpoint"), strings.Contains(low, "does not support"),
		strings.Contains(low, "not supported"), strings.Contains(low, "not_supported"):
		e.Kind = Unsupported
	case status == 429 || status == 503:
		e.Kind = Busy
	case status >= 500:
		e.Kind = Fault
	default:
		e.Kind = Refused
	}
	return e
}

// broken turns a transport error into ours. The caller's own cancellation stays what it is.
func broken(ctx context.Context, op, url, model string, kind Kind, err error) error {
	if ctx.Err() != nil {
		kind := Canceled // by the caller, or because the client was closed
		if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
			kind = TimedOut
		}
		return &Error{Kind: kind, Op: op, URL: url, Model: model, Err: context.Cause(ctx)}
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return &Error{Kind: kind, Op: op, URL: url, Model: model, Err: err}
}
