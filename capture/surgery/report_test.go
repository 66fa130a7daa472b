package surgery_test

import (
	"testing"

	"substrate/capture/surgery"
	"substrate/corpus/markdown"
)

func TestTheReportSaysWhereAndWhat(t *testing.T) {
	src := "# 1 Oven\n\nBake at 200 °C. Turn once.\n\n# 2 Fridge\n\nKeep at 4 °C.\n"
	r, err := surgery.Apply([]byte(src), surgery.Plan{Edits: []surgery.Edit{
		{Kind: surgery.InsertAfter, Section: "2", Heading: "Freezer", Text: "Colder."},
		{Kind: surgery.Replace, Section: "3", Old: "Colder", New: "Much colder"},
		{Kind: surgery.Replace, Section: "1", Old: "Bake at 200 °C.", New: "Bake at 220 °C."},
	}})
	if err != nil {
		t.Fatal(err)
	}
	type row struct{ number, heading, before, after, in string }
	want := []row{
		{"3", "Freezer", "", "# 3 Freezer\n\nColder.", ""},
		{"3", "Freezer", "Colder", "Much colder", "Colder."},
		{"1", "Oven", "Bake at 200 °C.", "Bake at 220 °C.", "Bake at 200 °C. Turn once."},
	}
	for i, d := range r.Done {
		if got := (row{d.Number, d.Heading, d.Before, d.After, d.In}); i >= len(want) || got != want[i] || d.Edit != i || d.Part != surgery.PartEdit {
			t.Errorf("change %d is %q", i, got)
		}
	}
	if len(r.Done) != len(want) {
		t.Fatalf("%d changes", len(r.Done))
	}
	cut := func(b string, s markdown.Span) string { return b[s.Start:s.End] }
	d := r.Done[2]
	if cut(src, d.Old) != "Bake at 200 °C." || cut(string(r.Source), d.New) != "Bake at 220 °C." {
		t.Errorf("places %v and %v", d.Old, d.New)
	}
	// What a later edit changed inside an earlier one belongs to both in the result, and to a point in the source.
	if d := r.Done[0]; cut(string(r.Source), d.New) != "\n# 3 Freezer\n\nMuch colder.\n" || d.Old.Start != len(src) || d.Old.End != len(src) {
		t.Errorf("places %v and %v", d.Old, d.New)
	}
}

func TestMoreThanAQuarterIsAMajorVersion(t *testing.T) {
	src := "---\nversion: V1\n---\n# Change Log\n\n| Version | Changes |\n|---|---|\n| V1 | A long story about nothing that must not count here. |\n\n# A\n\nOne two three four five six seven eight nine ten.\n"
	for _, c := range []struct {
		old, now string
		major    bool
	}{{"five", "5", false}, {"three four five six seven eight", "3 to 8", true}} {
		r, err := surgery.Apply([]byte(src), surgery.Plan{Edits: []surgery.Edit{{Kind: surgery.Replace, Section: "a", Old: c.old, New: c.now}}})
		if err != nil {
			t.Fatal(err)
		}
		if (r.Touched > surgery.Major) != c.major {
			t.Errorf("%q: touched %.2f", c.old, r.Touched)
		}
	}
}

func TestAPlanIsAppliedWholeOrNotAtAll(t *testing.T) {
	src := []byte("# A\n\nOne.\n")
	r, err := surgery.Apply(src, surgery.Plan{Edits: []surgery.Edit{
		{Kind: surgery.Append, Section: "a", Text: "Two."}, {Kind: surgery.Delete, Section: "a", Text: "Three."},
	}})
	if err == nil || r.Source != nil || string(src) != "# A\n\nOne.\n" {
		t.Errorf("%v, %q, %q", err, r.Source, src)
	}
}
