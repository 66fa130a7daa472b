package corpus_test

import (
	"testing"

	"substrate/corpus"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"Größe", "Grösse", 2}, {"same", "same", 0}} {
		if got := corpus.Distance(c.a, c.b); got != c.want || corpus.Distance(c.b, c.a) != got {
			t.Errorf("%q and %q are %d apart, want %d", c.a, c.b, got, c.want)
		}
	}
}
