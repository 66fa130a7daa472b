package inference

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Request asks for one answer. Give Messages, or Prompt for a plain completion.
type Request struct {
	Task  Task   // "" is chat; Auto finds it out from the last user message
	Tier  string // "": routed; named: only there, without failover
	Model string // "": the tier's own for the task
	// Chosen is why the caller named the tier, as Decide told it: replies and Routed then say that, and not that it was named.
	Chosen   *Decision
	Messages []Message
	Prompt   string
	Raw      bool // with Prompt: no chat template, where the server lets it choose

	MaxTokens   int // 0: the server's own limit; it is also the room that the prompt must leave
	Temperature *float64
	TopP        *float64
	Seed        *int
	Stop        []string
	Format      json.RawMessage // "json" (quoted) or a JSON schema
	Think       *bool
	Options     map[string]any // on top of the tier's
}

func (r *Request) check() error {
	switch {
	case len(r.Messages) > 0 && r.Prompt != "":
		return errors.New("the request has both messages and a prompt: give one of them")
	case len(r.Messages) == 0 && r.Prompt == "":
		return errors.New("the request is empty: give messages or a prompt")
	case r.MaxTokens < 0:
		return fmt.Errorf("max tokens %d is negative: leave it 0 for the server's own limit", r.MaxTokens)
	}
	for i, m := range r.Messages {
		switch m.Role {
		case "system", "user", "assistant":
		default:
			return fmt.Errorf("message %d has the role %q: use system, user or assistant", i, m.Role)
		}
	}
	return nil
}

func (r *Request) images() bool {
	for _, m := range r.Messages {
		if len(m.Images) > 0 {
			return true
		}
	}
	return false
}

// ask is the text that says what is wanted: the last user message, or the prompt.
func (r *Request) ask() string {
	for i := len(r.Messages) - 1; i >= 0; i-- {
		if r.Messages[i].Role == "user" {
			return r.Messages[i].Content
		}
	}
	return r.Prompt
}

// messages is the request as messages, for counting.
func (r *Request) messages() []Message {
	if r.Messages != nil {
		return r.Messages
	}
	return []Message{{Role: "user", Content: r.Prompt}}
}

func (r *Request) text() string {
	var b strings.Builder
	for _, m := range r.messages() {
		b.WriteString(m.Role)
		b.WriteString("\n")
		b.WriteString(m.Content)
		b.WriteString("\n")
	}
	return b.String()
}

// Usage counts tokens.
type Usage struct {
	Prompt    int  `json:"prompt"`
	Output    int  `json:"output"`
	Cached    int  `json:"cached,omitempty"`    // of Prompt, where the server says so
	Estimated bool `json:"estimated,omitempty"` // the server gave no counts: Prompt is from above, Output counts chunks
}

// Reply is a whole answer.
type Reply struct {
	Text     string    `json:"text"`
	Thinking string    `json:"thinking,omitempty"`
	Tier     string    `json:"tier"`
	Model    string    `json:"model"`
	Reason   string    `json:"reason"` // "stop", "length", …
	Usage    Usage     `json:"usage"`
	Decision Decision  `json:"decision"`
	Timing   Sample    `json:"timing"`
	Attempts []Attempt `json:"attempts,omitempty"` // tiers that failed before the first token
	Warnings []string  `json:"warnings,omitempty"`
}

// Attempt is a tier that was tried in vain.
type Attempt struct {
	Tier  string        `json:"tier"`
	Model string        `json:"model"`
	Took  time.Duration `json:"took"`
	Err   error         `json:"-"`
	Why   string        `json:"why"`
}

// FailedError says that no tier answered, and how each failed. No token had come.
type FailedError struct {
	Task     Task
	Attempts []Attempt
}

func (e *FailedError) Error() string {
	var s []string
	for _, a := range e.Attempts {
		s = append(s, fmt.Sprintf("%s: %v", a.Tier, a.Err))
	}
	return fmt.Sprintf("no tier answered the request for %q (%d tried): %s", e.Task, len(e.Attempts), strings.Join(s, "; "))
}

// Unwrap gives each tier's error to errors.Is and errors.As.
func (e *FailedError) Unwrap() []error {
	var out []error
	for _, a := range e.Attempts {
		out = append(out, a.Err)
	}
	return out
}

// BrokenError says that an answer broke off after its first token. It was not asked for elsewhere, for the reader has
// already seen its beginning.
type BrokenError struct {
	Tier, Model string
	Text        string // what had come
	Err         error
}

func (e *BrokenError) Error() string {
	return fmt.Sprintf("the answer of tier %q (model %q) broke off after %d bytes and is not whole; ask again: %v", e.Tier, e.Model, len(e.Text), e.Err)
}

func (e *BrokenError) Unwrap() error { return e.Err }

// AbandonedError says that the caller's own callback ended the answer.
type AbandonedError struct{ Err error }

func (e *AbandonedError) Error() string { return fmt.Sprintf("the reader ended the answer: %v", e.Err) }
func (e *AbandonedError) Unwrap() error { return e.Err }

// merge puts the request's options on top of the tier's.
func merge(a, b map[string]any) map[string]any {
	if len(a)+len(b) == 0 {
		return nil
	}
	out := make(map[string]any, len(a)+len(b))
	for k, v := range a {
		out[k] = v
	}
	for k, v := range b {
		out[k] = v
	}
	return out
}
