package library

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"substrate/capture"
)

func TestZZ(t *testing.T) {
	l, _ := Open("/tmp/lib", Config{})
	raw, _ := os.ReadFile("../fixtures/findings/sample.txt")
	for _, rec := range strings.Split(string(raw), "\n---\n") {
		f := map[string]string{}
		for _, ln := range strings.Split(rec, "\n") {
			k, v, _ := strings.Cut(ln, ": ")
			f[k] = v
		}
		s, _, err := l.searcher(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		list, _ := l.candidates(context.Background(), s, capture.Finding{Text: f["text"], Evidence: f["evidence"]})
		m := capture.Candidate{}
		for _, c := range list {
			if c.Weight > m.Weight {
				m = c
			}
		}
		fmt.Printf("%s %-12s match %.2f cover %.2f weight %.1f named %v words %d\n", f["id"], f["form"], m.Match, m.Cover, m.Weight, m.Named, len(strings.Fields(f["text"])))
	}
}
