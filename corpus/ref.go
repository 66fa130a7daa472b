package corpus

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// ErrBadRef is wrapped by every error of [ParseRef].
var ErrBadRef = errors.New("not a reference")

// Ref cites a document, perhaps one version of it, perhaps one section: "elroy-user-guide@2.1#10.3".
type Ref struct {
	Document Slug
	// Version is the key of a label as [Label.Key] gives it ("2.1", "rev-c"); "" means the current version.
	Version string
	// Anchor is a section's anchor; "" means the whole version.
	Anchor string
}

// String prints the reference in the form that [ParseRef] reads back.
func (r Ref) String() string {
	s := string(r.Document)
	if r.Version != "" {
		s += "@" + r.Version
	}
	if r.Anchor != "" {
		s += "#" + r.Anchor
	}
	return s
}

// ParseRef reads a reference as people and programs write it: "elroy-user-guide", "elroy-user-guide@V2.1",
// "elroy-user-guide#§10.3", with or without surrounding brackets. Titles with spaces become slugs.
func ParseRef(s string) (Ref, error) {
	in := s
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	var r Ref
	doc, anchor, hasAnchor := strings.Cut(s, "#")
	if hasAnchor {
		r.Anchor = MakeAnchor(anchor)
		if r.Anchor == "" {
			return Ref{}, fmt.Errorf("%w: %q has no section after %q; write it as elroy-user-guide#10.3", ErrBadRef, in, "#")
		}
	}
	doc, version, hasVersion := strings.Cut(doc, "@")
	if hasVersion {
		r.Version = ParseLabel(version).Key()
		if r.Version == "" {
			return Ref{}, fmt.Errorf("%w: %q has no version after %q; write it as elroy-user-guide@2.1", ErrBadRef, in, "@")
		}
	}
	r.Document = MakeSlug(doc)
	if r.Document == "" {
		return Ref{}, fmt.Errorf("%w: %q names no document; write it as elroy-user-guide@2.1#10.3", ErrBadRef, in)
	}
	return r, nil
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }
