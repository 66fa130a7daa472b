package mcp

import (
	"context"
	"strings"

	"substrate/corpus"
	"substrate/library"
)

func refTo(slug string) corpus.Ref { return corpus.Ref{Document: corpus.Slug(slug)} }

// maxValues is the most that the protocol lets one completion carry.
const maxValues = 100

// complete lists the values that an argument of a resource template can take, given those before it. It never fails: what
// it does not know has no values.
func complete(ctx context.Context, l *library.Library, argument, start string, given map[string]string) (values []string, total int) {
	if len(start) > maxArgument {
		return []string{}, 0
	}
	prefix := ""
	switch argument {
	case "slug", "document":
	case "v", "version":
		prefix = given["slug"] + "@"
	case "n", "section":
		prefix = given["slug"]
		if v := given["v"]; v != "" && v != currentWord {
			prefix += "@" + v
		}
		prefix += "#"
	default:
		return []string{}, 0
	}
	list, err := l.Complete(ctx, prefix+start, prefix != "")
	if err != nil {
		return []string{}, 0
	}
	values = []string{}
	if strings.HasSuffix(prefix, "@") && strings.HasPrefix(currentWord, start) {
		values = append(values, currentWord)
	}
	for _, v := range list {
		v, _, _ = strings.Cut(v, "\t")
		values = append(values, strings.TrimPrefix(v, prefix))
	}
	return values[:min(maxValues, len(values))], len(values)
}
