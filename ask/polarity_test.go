package ask_test

import (
	"os"
	"strings"
	"testing"

	"substrate/ask"
)

// A sentence that denies what its passage says does not stand there, and one that says it in other words does.
func TestOpposites(t *testing.T) {
	raw, err := os.ReadFile("testdata/opposites.txt")
	if err != nil {
		t.Fatal(err)
	}
	n, found, marked, right := 0, 0, 0, 0
	for _, line := range strings.Split(string(raw), "\n") {
		f := strings.Split(line, " | ")
		if len(f) != 3 {
			continue
		}
		pack := []ask.Source{{ID: "paper@1.0#1", Title: "Paper V1.0", Text: f[1]}}
		got := ask.Check(strings.TrimRight(f[2], ".")+" [paper@1.0#1].", pack)
		if len(got) != 1 {
			t.Fatalf("%q is %+v", f[2], got)
		}
		says := strings.Contains(got[0].Because, "the opposite")
		if f[0] == "opposite" {
			n++
		}
		if says {
			marked++
		}
		if says && f[0] == "opposite" {
			found++
		}
		if says == (f[0] == "opposite") {
			right++
		} else {
			t.Logf("%s: %q of %q: %s (%s)", f[0], f[2], f[1], got[0].Support, got[0].Because)
		}
		if says && f[0] != "opposite" {
			t.Errorf("%q says what stands in %q, and is called its opposite", f[2], f[1])
		}
		// What is copied out of a passage always stands there.
		for _, s := range ask.Check(strings.TrimRight(f[1], ".")+" [paper@1.0#1].", pack) {
			if strings.Contains(s.Because, "the opposite") {
				t.Errorf("%q is called the opposite of itself", f[1])
			}
		}
	}
	t.Logf("%d of %d opposites found, %d marked", found, n, marked)
	if found < n*3/4 {
		t.Errorf("%d of %d opposites are found", found, n)
	}
}
