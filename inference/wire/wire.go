// Package wire speaks to inference servers: Ollama's API, OpenAI's as llama-server, vLLM and LM Studio serve it, and
// hailo-ollama's. It turns each one's requests, streams, counts and errors into the same few types, and hides no
// difference that matters: what a server cannot say is zero, and [Final] tells which figures are the server's own.
//
// It is not for choosing a server, waiting in a queue, retrying or counting what fits; package inference does that with
// it. It uses net/http and no client library on purpose: the chunks are needed byte for byte (half a rune at the end of
// one, an error inside an answer of status 200), and the libraries decode before they hand over.
//
// Words:
//
//   - Window: the tokens that prompt and answer share, of one model as a server has loaded it.
//   - Kind: what went wrong, in words that a caller can branch on, whatever the server's status and body were.
package wire

import (
	"context"
	"encoding/json"
	"time"
)

// Message is one turn of a conversation.
type Message struct {
	Role    string   `json:"role"` // "system", "user" or "assistant"
	Content string   `json:"content"`
	Images  [][]byte `json:"images,omitempty"` // encoded pictures (PNG, JPEG, WebP)
}

// Request asks for one answer. Either Messages or Prompt is set.
type Request struct {
	Model    string
	Messages []Message
	Prompt   string // for plain completion
	Raw      bool   // with Prompt: no chat template

	MaxTokens   int // 0: the server's own limit
	Temperature *float64
	TopP        *float64
	Seed        *int
	Stop        []string
	Format      json.RawMessage // "json" (quoted) or a JSON schema; nil: free text
	Think       *bool           // nil: the model's default

	Window    int            // tokens; Ollama is told so with every request
	KeepAlive *time.Duration // how long the model stays loaded; negative: for ever
	Options   map[string]any // the server's own further options, passed through
}

// Chunk is a piece of an answer. Texts are whole runes.
type Chunk struct {
	Text     string
	Thinking string // what a reasoning model says to itself
}

// Final is what a server told about a finished answer. Zero means: it did not say.
type Final struct {
	Model        string // as the server names it
	Reason       string // "stop", "length", …
	PromptTokens int
	CachedTokens int // of PromptTokens, already evaluated by an earlier request
	CacheKnown   bool
	OutputTokens int
	Load         time.Duration
	PromptTime   time.Duration
	OutputTime   time.Duration
	Total        time.Duration
}

// Stream is an answer on its way. Next returns io.EOF after the last chunk; only then Final is filled. Close may be
// called at any time and ends the request on the server too.
type Stream interface {
	Next() (Chunk, error)
	Final() Final
	Close() error
}

// Embeddings are vectors in the order of the inputs.
type Embeddings struct {
	Model        string
	Vectors      [][]float32
	PromptTokens int
	Load, Total  time.Duration
}

// Model is a line of a server's list.
type Model struct {
	Name   string
	Size   int64 // bytes; 0: not said
	Quant  string
	Params string
	Family string
	Loaded bool // known only where the server lists what it has loaded
}

// Details is what a server tells about one model.
type Details struct {
	Model
	Window       int // tokens as loaded or configured; 0: not said
	WindowSource string
	MaxWindow    int // tokens that the model was trained for; 0: not said
	Vocab        int // entries of the tokenizer; 0: not said
	Capabilities []string
	Template     string
}

// Server is one inference server. Every method ends when its context does, and the server sees the connection close.
type Server interface {
	// Chat sends the request and returns when the server began to answer.
	Chat(ctx context.Context, r *Request) (Stream, error)
	// Embed refuses (KindTooLong) rather than truncates, where the server lets it choose.
	Embed(ctx context.Context, model string, inputs []string) (*Embeddings, error)
	// Count is the server's own count of the messages with its chat template, or KindUnsupported.
	Count(ctx context.Context, model string, msgs []Message) (int, error)
	// CountText is the server's own count of a text, or KindUnsupported.
	CountText(ctx context.Context, model, text string) (int, error)
	// Models lists what the server has. It is cheap and doubles as the health probe.
	Models(ctx context.Context) ([]Model, error)
	// Details asks for one model's window and shape.
	Details(ctx context.Context, model string) (*Details, error)
	// ChatURL is where the server takes OpenAI's chat requests, for passing one through.
	ChatURL() string
	// Features says what the API can do at all.
	Features() Features
}

// Features are the differences between APIs that a caller must know before it asks.
type Features struct {
	Embed        bool // has an endpoint for embeddings
	Vision       bool
	OpenAIStream bool // ChatURL can stream
	SingleFlight bool // one request at a time, or the server refuses
	SetsWindow   bool // the request's Window decides; else the server's start-up options
	FixedWindow  int  // tokens; 0: asked per model
}
