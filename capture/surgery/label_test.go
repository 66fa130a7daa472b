package surgery_test

import (
	"errors"
	"testing"

	"substrate/capture/surgery"
	"substrate/corpus"
)

func TestNextLabel(t *testing.T) {
	on := corpus.Date{Year: 2026, Month: 4, Day: 27}
	for _, c := range []struct{ label, next, minor, major string }{
		{"V2.0", "V2.1", "V2.1", "V3.0"}, {"V3.9", "V3.10", "V3.10", "V4.0"}, {"v1.2.3", "v1.2.4", "v1.3.0", "v2.0.0"},
		{"Version 2.09", "Version 2.10", "Version 2.10", "Version 3.00"}, {"2.1", "2.2", "2.2", "3.0"}, {"V2_1", "V2_2", "V2_2", "V3_0"},
		{"V2.1a", "V2.1b", "V2.2", "V3.0"}, {"R14b", "R14c", "R15", "R15"}, {"V2", "V3", "V3", "V3"}, {"V2.0 FINAL", "V2.1 FINAL", "V2.1 FINAL", "V3.0 FINAL"},
		{"Rev C", "Rev D", "Rev D", "Rev D"}, {"rev z", "rev aa", "rev aa", "rev aa"}, {"Rev Z", "Rev AA", "Rev AA", "Rev AA"}, {"Revision AZ", "Revision BA", "Revision BA", "Revision BA"},
		{"Rev 4", "Rev 5", "Rev 5", "Rev 5"}, {"Edition 3", "Edition 4", "Edition 4", "Edition 4"}, {"Issue 7", "Issue 8", "Issue 8", "Issue 8"},
		{"3rd Edition", "4th Edition", "4th Edition", "4th Edition"}, {"11th edition", "12th edition", "12th edition", "12th edition"},
		{"Second edition", "Third edition", "Third edition", "Third edition"}, {"Tenth Edition", "11th Edition", "11th Edition", "11th Edition"},
		{"2026-03", "2026-04", "2026-04", "2026-04"}, {"2026-04", "2026-05", "2026-05", "2026-05"}, {"2026-12", "2027-01", "2027-01", "2027-01"},
		{"2025.9", "2026.4", "2026.4", "2026.4"}, {"2026.04.1", "2026.04.2", "2026.04.2", "2026.04.2"}, {"2026.03.7", "2026.04.1", "2026.04.1", "2026.04.1"},
		{"2026-03-11", "2026-04-27", "2026-04-27", "2026-04-27"}, {"Edition 2025", "Edition 2026", "Edition 2026", "Edition 2026"},
		{"2026-Q1", "2026-Q2", "2026-Q2", "2026-Q2"}, {"2026 Q4", "2027 Q1", "2027 Q1", "2027 Q1"},
		{"Draft 4", "Draft 5", "", ""}, {"Draft", "Draft 2", "", ""}, {"Draft V2.1", "Draft V2.2", "Draft V2.2", "Draft V3.0"},
		{"1.0-rc1", "1.0-rc2", "1.0", "1.0"}, {"V1.0b2", "V1.0b3", "V1.0", "V1.0"}, {"V2.1 (draft)", "V2.1 (draft 2)", "V2.1", "V2.1"},
		{"Bluebird", "", "", ""}, {"", "", "", ""}, {"2026-04-27", "", "", ""}, {"Rev ZZ", "", "", ""}, {"V999999999", "", "", ""},
	} {
		for step, want := range map[surgery.Step]string{surgery.StepNext: c.next, surgery.StepMinor: c.minor, surgery.StepMajor: c.major} {
			got, err := surgery.NextLabel(c.label, step, on)
			if got.Label != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, surgery.ErrLabel) {
				t.Errorf("%s of %q is %q (%v), want %q", step, c.label, got.Label, err, want)
			}
		}
	}
}

func TestOneNumberAsksTheEarlierLabels(t *testing.T) {
	n, err := surgery.NextLabel("V2", surgery.StepNext, corpus.Date{}, "V1", "V1.1")
	if err != nil || n.Label != "V2.1" || len(n.Others) != 1 || n.Others[0] != "V3" {
		t.Errorf("%+v, %v", n, err)
	}
	n, err = surgery.NextLabel("V2", surgery.StepNext, corpus.Date{}, "V1")
	if err != nil || n.Label != "V3" || len(n.Others) != 1 || n.Others[0] != "V2.1" {
		t.Errorf("%+v, %v", n, err)
	}
}

func FuzzNextLabel(f *testing.F) {
	for _, s := range []string{"V2.0", "Rev C", "2026-03", "2026-03-11", "Draft 4", "1.0-rc1", "R14b", "3rd Edition", "2026.04.1", "Second issue", "2026 Q4"} {
		f.Add(s, uint8(0), 2026, 4, 27)
	}
	f.Fuzz(func(t *testing.T, s string, k uint8, y, m, d int) {
		on := corpus.Date{Year: y, Month: m, Day: d}
		if !on.Valid() || y < 1900 || y > 2150 {
			on = corpus.Date{}
		}
		step := []surgery.Step{surgery.StepNext, surgery.StepMinor, surgery.StepMajor}[k%3]
		n, err := surgery.NextLabel(s, step, on)
		if err != nil {
			if n.Label != "" {
				t.Fatalf("%q with the error %v", n.Label, err)
			}
			return
		}
		old, now := corpus.ParseLabel(s), corpus.ParseLabel(n.Label)
		if now.Key() == old.Key() || now.Comparable(old) && now.Compare(old) <= 0 {
			t.Fatalf("after %q comes %q", s, n.Label)
		}
	})
}
