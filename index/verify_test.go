package index

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{"gen-999998", "gen-999999", "gen-1000000", "gen-1000001", tempPrefix + "1"} {
		if err := os.Mkdir(filepath.Join(dir, n), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// The one in force stays, and the newest before it, for readers that are on their way from it.
	for inForce, want := range map[string][]string{
		"gen-1000000": {tempPrefix + "1", "gen-1000001", "gen-999998"},
		"gen-1000001": {tempPrefix + "1", "gen-999998", "gen-999999"},
		"gen-999998":  {tempPrefix + "1", "gen-1000000", "gen-1000001", "gen-999999"},
		"":            {tempPrefix + "1"},
	} {
		var got []string
		for _, p := range Leftovers(dir, inForce) {
			got = append(got, filepath.Base(p))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("with %q in force %v, want %v", inForce, got, want)
		}
	}
}
