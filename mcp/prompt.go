package mcp

import (
	"context"
	"errors"

	"substrate/library"
	"substrate/prompts"
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

// menu is what clients list.
var menu = menuOf(library.Offers())

func menuOf(offers []prompts.Offer) []Prompt {
	var out []Prompt
	for _, o := range offers {
		p := Prompt{Name: o.Name, Title: o.Title, About: o.Description}
		for _, a := range o.Arguments {
			p.Arguments = append(p.Arguments, PromptArgument{Name: a.Name, About: a.Description, Required: a.Required})
		}
		p.Render = func(ctx context.Context, l *library.Library, given map[string]string) (string, error) {
			m, err := l.Offered(ctx, o.Name, given)
			if errors.Is(err, prompts.ErrArgument) || errors.Is(err, prompts.ErrNoPrompt) {
				return "", mend{err.Error()}
			}
			if err != nil {
				return "", err
			}
			return m[0].Text, nil
		}
		out = append(out, p)
	}
	return out
}
