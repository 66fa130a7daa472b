package mcp

import (
	"context"

	"substrate/library"
)

// Prompt is a text that a person picks from a client's menu.
type Prompt struct {
	Name, Title, About string
	Arguments          []PromptArgument
	// Render writes the prompt; its errors say what to give instead.
	Render func(ctx context.Context, l *library.Library, given map[string]string) (string, error)
}

// PromptArgument is one thing that a prompt asks for. Arguments named document, version or section complete like those of
// resources.
type PromptArgument struct {
	Name, About string
	Required    bool
}

// prompts are what clients list: the one place where a prompt is registered.
var prompts = []Prompt{}
