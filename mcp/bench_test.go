package mcp

import (
	"fmt"
	"testing"
)

// BenchmarkSearch is one search as a tool answers it, without the wire.
func BenchmarkSearch(b *testing.B) {
	l := openSample(b)
	questions := []string{"jetson-exporter ordering cycle", "GTT size", "retention days", "disk size", "default route", "swap file", "backup notes", "certificate renewal"}
	for i := 0; b.Loop(); i++ {
		if a := callTool(b, l, "search", given{"query": questions[i%len(questions)]}); a.Text() == "" {
			b.Fatal(fmt.Errorf("nothing for %q", questions[i%len(questions)]))
		}
	}
}
