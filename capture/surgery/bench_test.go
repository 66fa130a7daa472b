package surgery_test

import (
	"os"
	"testing"

	"substrate/capture/surgery"
	"substrate/corpus"
)

// BenchmarkApply is one revision of a guide of some 40 kB: an edit of a cell, a new section, a row of the change log, the head.
func BenchmarkApply(b *testing.B) {
	src, err := os.ReadFile("../../fixtures/library/src/elroy-user-guide@V2.0.md")
	if err != nil {
		b.Fatal(err)
	}
	on := corpus.Date{Year: 2026, Month: 4, Day: 27}
	plan := surgery.Plan{
		Edits: []surgery.Edit{
			{Kind: surgery.ReplaceCell, Section: "2.1", Row: "qwen2.5:3b", Column: "Role", Old: "default", New: "on request"},
			{Kind: surgery.InsertAfter, Section: "13.6", Heading: "The exporter is skipped at boot", Text: "An ordering cycle."},
		},
		Log:  &surgery.Log{Version: "V2.1", Date: on, Rows: []surgery.LogRow{{Text: "Two changes."}}},
		Bump: &surgery.Bump{Version: "V2.1", Date: on, Supersedes: "Elroy User Guide V2.0"},
	}
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, err := surgery.Apply(src, plan); err != nil {
			b.Fatal(err)
		}
	}
}
