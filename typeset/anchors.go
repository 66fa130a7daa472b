package typeset

import (
	"strconv"
	"strings"
	"unicode"

	"substrate/corpus"
)

// anchorsOf are the names by which links inside a document call a heading: the number as references write it ("13.7"), the
// whole heading in the form that Markdown viewers give it ("137-silent-skip"), and the title alone in both forms.
func anchorsOf(heading string) []string {
	out := []string{viewerAnchor(heading), string(corpus.MakeSlug(heading))}
	first, rest, ok := strings.Cut(heading, " ")
	if ok && strings.ContainsAny(first, "0123456789") {
		out = append(out, corpus.MakeAnchor(first), viewerAnchor(rest), string(corpus.MakeSlug(rest)))
	}
	return out
}

// viewerAnchor drops what is no letter or digit and turns spaces into hyphens.
func viewerAnchor(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		case r == ' ':
			return '-'
		}
		return -1
	}, s)
}

func itoa(n int) string { return strconv.Itoa(n) }

func (b *builder) nameAnchors(m *mark) {
	for _, a := range anchorsOf(m.text) {
		if _, taken := b.anchors[a]; a != "" && !taken {
			b.anchors[a] = m
		}
	}
}

func (d *doc) anchor(name string) *mark {
	if m := d.anchors[name]; m != nil {
		return m
	}
	return d.anchors[strings.ToLower(name)]
}
