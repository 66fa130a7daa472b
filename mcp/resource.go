package mcp

import (
	"context"
	"strings"

	"substrate/library"
)

// resourceBudget bounds a resource's text: a person attaches it whole, and it comes without a cursor.
const resourceBudget = 25_000

// resource is one entry of the list that clients show.
type resource struct{ uri, name, title, about string }

// listResources lists the library and every document of the shelf, by name.
func listResources(ctx context.Context, l *library.Library) ([]resource, error) {
	out := []resource{
		{libraryURI, "library", "The shelf of " + l.Name(), "Every document with the version in force, its standing and why"},
		{driftURI, "drift-log", "The drift log", "What the documents say and is known to be false"},
		{promptURI, "system-prompt", "The system prompt", "How to read this library: rules of authority, shelf, open drift, citations"},
	}
	list, err := l.Documents(ctx)
	if err != nil {
		if _, ok := words(err); ok {
			return out, nil
		}
		return nil, err
	}
	seen := map[string]bool{}
	for _, v := range list {
		slug := string(v.Document)
		if seen[slug] { // a document on which a person has to decide has several rows
			continue
		}
		seen[slug] = true
		out = append(out, resource{uriOf(refTo(slug)), slug, v.Title, dotted(v.Version, string(v.Standing), v.Epoch)})
	}
	return out, nil
}

// templates are the resources that have places to fill in.
var templates = []resource{
	{documentURI, "document", "A document", "Outline of the version in force, and all versions with what replaced them"},
	{sectionURI, "section", "A section of a version", `Text of one section with its subsections; the version may be "current"`},
}

// readResource is a resource's text. Its errors say what there is instead.
func readResource(ctx context.Context, l *library.Library, uri string) (string, error) {
	if uri == libraryURI {
		return textOf(documents(ctx, l, DocumentsIn{Budget: resourceBudget}))
	}
	switch uri {
	case driftURI:
		return textOf(drift(ctx, l, DriftIn{Budget: resourceBudget}))
	case promptURI:
		p, err := l.SystemPrompt(ctx, library.PromptOptions{By: clientOf(ctx)})
		if err != nil {
			return "", err
		}
		return p.Text, nil
	}
	ref, err := refOf(uri)
	if err != nil {
		return "", err
	}
	if ref.Anchor != "" {
		return textOf(read(ctx, l, ReadIn{Ref: ref.String(), Budget: resourceBudget}))
	}
	outline, err := textOf(read(ctx, l, ReadIn{Ref: ref.String(), Budget: resourceBudget}))
	if err != nil {
		return "", err
	}
	versions, err := textOf(documents(ctx, l, DocumentsIn{Document: ref.String(), Budget: resourceBudget}))
	return outline + "\n\n" + versions, err
}

func textOf[A Answer](a A, err error) (string, error) {
	if err != nil {
		return "", err
	}
	text := a.Text()
	// A resource has no cursor to give.
	if i := strings.LastIndex(text, "\ncursor: "); i >= 0 {
		text = text[:i]
	}
	return text, nil
}
