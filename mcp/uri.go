package mcp

import (
	"net/url"
	"strings"

	"substrate/corpus"
)

// The resources of a library. A section's anchor is a path segment, because a "#" would end the URI.
const (
	scheme      = "substrate://"
	libraryURI  = scheme + "library"
	driftURI    = scheme + "drift-log"
	promptURI   = scheme + "system-prompt"
	documentURI = scheme + "documents/{slug}"
	sectionURI  = scheme + "documents/{slug}/versions/{v}/sections/{n}"
	currentWord = "current" // in place of a version: the one in force
)

// uriOf is the resource that a reference cites: its document, or its section.
func uriOf(r corpus.Ref) string {
	u := scheme + "documents/" + url.PathEscape(string(r.Document))
	if r.Anchor == "" {
		return u
	}
	v := r.Version
	if v == "" {
		v = currentWord
	}
	return u + "/versions/" + url.PathEscape(v) + "/sections/" + url.PathEscape(r.Anchor)
}

// refOf reads a resource's URI; a library has none. It reads names only: no URI can leave the library.
func refOf(uri string) (corpus.Ref, error) {
	bad := mendf("no resource %.200q; there are %s, %s, %s, %s and %s", uri, libraryURI, driftURI, promptURI, documentURI, sectionURI)
	path, ok := strings.CutPrefix(uri, scheme+"documents/")
	if !ok {
		return corpus.Ref{}, bad
	}
	parts := strings.Split(path, "/")
	for i, p := range parts {
		s, err := url.PathUnescape(p)
		if err != nil || s == "" || s == "." || s == ".." || strings.ContainsAny(s, "/\\#@\x00") {
			return corpus.Ref{}, bad
		}
		parts[i] = s
	}
	r := corpus.Ref{Document: corpus.Slug(parts[0])}
	switch {
	case len(parts) == 1:
		return r, nil
	case len(parts) == 5 && parts[1] == "versions" && parts[3] == "sections":
		if parts[2] != currentWord {
			r.Version = parts[2]
		}
		r.Anchor = parts[4]
		return r, nil
	}
	return corpus.Ref{}, bad
}

// linkOf links to what a reference cites; ok is false for text that is no reference.
func linkOf(ref string) (Link, bool) {
	r, err := corpus.ParseRef(ref)
	if err != nil {
		return Link{}, false
	}
	return Link{URI: uriOf(r), Name: ref}, true
}

// linksOf links to each reference once, at most three: links cost a model tokens too.
func linksOf(refs ...string) []Link {
	out := []Link{}
	seen := map[string]bool{}
	for _, r := range refs {
		if l, ok := linkOf(r); ok && !seen[l.URI] && len(out) < 3 {
			seen[l.URI] = true
			out = append(out, l)
		}
	}
	return out
}
