// Package openai is the OpenAI-compatible face of the tiers: a frontend for language models attaches to it and sees one model
// for each tier, whose requests are passed through untouched, and one that answers out of the library. Who may ask is settled
// before, by the tokens of the server.
//
// It is not for answering from the library itself; package ask does that.
package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"substrate/inference"
)

// maxBody bounds a request, in bytes; pictures come within it.
const maxBody = 32 << 20

// Options say who may ask and what lies beside this face.
type Options struct {
	Allowed func(ctx context.Context, scope string) bool // nil: everybody
	Next    http.Handler                                 // everything but /v1/; nil: not found
	Started time.Time                                    // told as the models' time of creation
	// Answer answers a question out of the library; nil: there is no model named after the library's program.
	Answer func(ctx context.Context, question string, each func(inference.Chunk) error) (*inference.Reply, error)
}

// Library is the name of the model that answers out of the library.
const Library = "substrate"

// Handler serves /v1/models, /v1/chat/completions and /v1/embeddings by the client's tiers.
func Handler(c *inference.Client, o Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, r *http.Request) {
		var names []string
		if o.Answer != nil {
			names = append(names, Library)
		}
		for _, t := range c.Tiers() {
			names = append(names, t.Name)
		}
		inference.WriteOpenAIModels(w, o.Started, names...)
	})
	mux.HandleFunc("POST /v1/chat/completions", byTier(c, o, c.ServeChat))
	mux.HandleFunc("POST /v1/embeddings", byTier(c, Options{}, c.ServeEmbeddings))
	mux.HandleFunc("/v1/", func(w http.ResponseWriter, r *http.Request) {
		inference.WriteOpenAIError(w, http.StatusNotFound, fmt.Sprintf("%s %q is not served; there are /v1/models, /v1/chat/completions and /v1/embeddings", r.Method, r.URL.Path))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/v1/"):
			if o.Allowed != nil && !o.Allowed(r.Context(), "read") {
				inference.WriteOpenAIError(w, http.StatusUnauthorized, "a token is needed as the API key; substrate token create makes one")
				return
			}
			mux.ServeHTTP(w, r)
		case o.Next != nil:
			o.Next.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	})
}

// byTier passes a request to the tier that its model is named after.
func byTier(c *inference.Client, o Options, serve func(w http.ResponseWriter, r *http.Request, tier, model string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			inference.WriteOpenAIError(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the request cannot be read: %v", err))
			return
		}
		var named struct {
			Model string `json:"model"`
		}
		if err := json.Unmarshal(body, &named); err != nil {
			inference.WriteOpenAIError(w, http.StatusBadRequest, fmt.Sprintf("the request is no JSON: %v", err))
			return
		}
		var names []string
		if o.Answer != nil {
			if named.Model == Library {
				fromLibrary(w, r, body, o)
				return
			}
			names = append(names, Library)
		}
		for _, t := range c.Tiers() {
			if t.Name == named.Model {
				r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
				serve(w, r, t.Name, "")
				return
			}
			names = append(names, t.Name)
		}
		inference.WriteOpenAIError(w, http.StatusNotFound, fmt.Sprintf("there is no model %q; there are: %s", named.Model, strings.Join(names, ", ")))
	}
}

// fromLibrary answers the last thing that the user said. What was said before it is not searched for.
func fromLibrary(w http.ResponseWriter, r *http.Request, body []byte, o Options) {
	chat, err := inference.ParseOpenAIChat(body)
	if err != nil {
		inference.WriteOpenAIError(w, http.StatusBadRequest, err.Error())
		return
	}
	question := ""
	for _, m := range chat.Request.Messages {
		if m.Role == "user" {
			question = m.Content
		}
	}
	if strings.TrimSpace(question) == "" {
		inference.WriteOpenAIError(w, http.StatusBadRequest, "no message of the user asks anything")
		return
	}
	inference.WriteOpenAIChat(w, Library, chat.Stream, func(each func(inference.Chunk) error) (*inference.Reply, error) {
		if each == nil { // the answer is wanted whole
			each = func(inference.Chunk) error { return nil }
		}
		return o.Answer(r.Context(), question, each)
	})
}
