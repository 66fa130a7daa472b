package mcp

import (
	"strings"
	"testing"

	"substrate/corpus"
)

func TestEverySectionHasAURI(t *testing.T) {
	l := openSample(t)
	list, err := l.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		s, err := l.Show(t.Context(), v.Ref, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, sec := range s.Sections {
			want, err := corpus.ParseRef(v.Ref)
			if err != nil {
				t.Fatal(err)
			}
			want.Anchor = sec.Anchor
			got, err := refOf(uriOf(want))
			if err != nil || got != want {
				t.Errorf("%s: %s came back as %v, %v", want, uriOf(want), got, err)
			}
		}
	}
}

// FuzzURI: a URI that is read names a document and nothing outside the library, and is written as it was meant.
func FuzzURI(f *testing.F) {
	for _, s := range []string{libraryURI, "substrate://documents/a", "substrate://documents/a/versions/2.1/sections/10.3", "substrate://documents/../x", "substrate://documents/%2e%2e", "substrate://documents/ä/versions/current/sections/~2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := refOf(s)
		if err != nil {
			if r != (corpus.Ref{}) {
				t.Errorf("%q: %v and an error", s, r)
			}
			return
		}
		for _, part := range []string{string(r.Document), r.Version, r.Anchor} {
			if part == ".." || strings.ContainsAny(part, "/\\\x00") {
				t.Errorf("%q names %q", s, part)
			}
		}
		if again, err := refOf(uriOf(r)); err != nil || again != r {
			t.Errorf("%q: %v, then %v, %v", s, r, again, err)
		}
	})
}
