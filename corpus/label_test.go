package corpus_test

import (
	"encoding/json"
	"testing"

	"substrate/corpus"
)

func TestLabelsAreReadAndShown(t *testing.T) {
	for _, c := range []struct{ in, text, key string }{
		{"V2.1", "V2.1", "2.1"}, {"v3.10", "V3.10", "3.10"}, {"Version 2.1", "V2.1", "2.1"}, {"2.1", "V2.1", "2.1"}, {"Version v2.1", "V2.1", "2.1"},
		{"2_1", "V2.1", "2.1"}, {"Rev C", "Rev C", "rev-c"}, {"Revision c", "Rev C", "rev-c"}, {"Rev. AA", "Rev AA", "rev-aa"},
		{"R4", "Rev 4", "rev-4"}, {"Rev 4", "Rev 4", "rev-4"}, {"Revision 0.0.3", "Rev 0.0.3", "0.0.3"},
		{"Issue 3", "Issue 3", "issue-3"}, {"issue no. 3", "Issue 3", "issue-3"}, {"3rd Edition", "Edition 3", "edition-3"},
		{"Second edition", "Edition 2", "edition-2"}, {"2026-03", "2026-03", "2026-03"}, {"2026.04.1", "2026.04.1", "2026.04.1"},
		{"V2026.04", "2026.04", "2026.04"},
		{"1.0-rc1", "V1.0-rc1", "1.0-rc1"}, {"1.0 RC 1", "V1.0-rc1", "1.0-rc1"}, {"V1.0b2", "V1.0-beta2", "1.0-beta2"},
		{"V2.1a", "V2.1a", "2.1a"}, {"0.94-draft", "V0.94-draft", "0.94-draft"}, {"Draft", "Draft", "draft"}, {"DRAFT 2", "Draft 2", "draft-2"},
		{"Draft V2.1", "V2.1-draft", "2.1-draft"}, {"V2.1 (draft)", "V2.1-draft", "2.1-draft"}, {"V2.0 FINAL", "V2.0", "2.0"},
		{"Document version draft", "Draft", "draft"},
		{"Bluebird", "Bluebird", "bluebird"}, {"", "", ""}, {" . ", "", ""},
	} {
		l := corpus.ParseLabel(c.in)
		if l.String() != c.text || l.Key() != c.key {
			t.Errorf("ParseLabel(%q) is %q with key %q, want %q with key %q", c.in, l, l.Key(), c.text, c.key)
		}
	}
}

func TestLabelOrder(t *testing.T) {
	// Each line rises; neighbours are comparable.
	for _, line := range [][]string{
		{"V0.9", "V1.0-draft", "1.0-alpha", "1.0-beta1", "1.0-beta2", "1.0-rc1", "1.0-rc2", "1.0", "1.0.1", "V1.0.1a", "V1.2", "V1.10", "Version 2"},
		{"V3.9", "v3.10"}, {"Rev A", "Rev C", "Rev Z", "Rev AA"}, {"R3", "R4", "Rev 10"}, {"Issue 2", "Issue 3"},
		{"2025-12", "2026-03", "2026.04.1", "2026-04-02"}, {"0.0.9", "Revision 0.1.0"}, {"Draft 1", "Draft 2"}, {"First Edition", "2nd Edition"},
	} {
		for i := range line {
			for j := range line {
				a, b := corpus.ParseLabel(line[i]), corpus.ParseLabel(line[j])
				want := 0
				if i < j {
					want = -1
				} else if i > j {
					want = 1
				}
				if !a.Comparable(b) || a.Compare(b) != want {
					t.Errorf("%s against %s: comparable %v, order %d, want %d", a, b, a.Comparable(b), a.Compare(b), want)
				}
			}
		}
	}
}

func TestLabelsOfDifferentSchemesDoNotCompare(t *testing.T) {
	for _, c := range [][2]string{{"Rev C", "V2.1"}, {"Rev 4", "Issue 4"}, {"2026-03", "V3.1"}, {"Rev C", "Rev 3"}, {"Draft", "V1.0"}, {"Bluebird", "Redbird"}} {
		if corpus.ParseLabel(c[0]).Comparable(corpus.ParseLabel(c[1])) {
			t.Errorf("%s and %s must not be comparable", c[0], c[1])
		}
	}
}

func TestSameEditionInOtherWords(t *testing.T) {
	for _, c := range [][2]string{{"V2", "2.0"}, {"Rev 2.1", "V2.1"}, {"Revision C", "rev-c"}, {"R4", "rev 4"}, {"V1.0", "1.0 final"}} {
		a, b := corpus.ParseLabel(c[0]), corpus.ParseLabel(c[1])
		if !a.Comparable(b) || a.Compare(b) != 0 {
			t.Errorf("%s and %s must be one edition", c[0], c[1])
		}
	}
}

func TestDraft(t *testing.T) {
	for s, want := range map[string]bool{"Draft": true, "0.94-draft": true, "V2 draft 3": true, "1.0-rc1": false, "V1.0": false, "": false} {
		if got := corpus.ParseLabel(s).IsDraft(); got != want {
			t.Errorf("%q is a draft: %v, want %v", s, got, want)
		}
	}
}

func FuzzLabel(f *testing.F) {
	for _, s := range []string{"V2.1", "Rev C", "2026-03", "1.0-rc1", "Draft 2", "Issue 3", "3rd edition", "99999999999999999999", "v1..2", "é", "R.-_1a"} {
		f.Add(s, "V1.0", "Rev B")
	}
	f.Fuzz(func(t *testing.T, x, y, z string) {
		a, b, c := corpus.ParseLabel(x), corpus.ParseLabel(y), corpus.ParseLabel(z)
		if a.Comparable(b) != b.Comparable(a) || !a.Comparable(a) {
			t.Fatalf("Comparable is not reflexive and symmetric for %q, %q", x, y)
		}
		if a.Compare(b) != -b.Compare(a) || a.Compare(a) != 0 {
			t.Fatalf("Compare is not antisymmetric for %q, %q", x, y)
		}
		if a.Compare(b) <= 0 && b.Compare(c) <= 0 && a.Compare(c) > 0 {
			t.Fatalf("cycle: %q ≤ %q ≤ %q but not %q ≤ %q", x, y, z, x, z)
		}
		again := corpus.ParseLabel(a.Key())
		if again.Key() != a.Key() {
			t.Fatalf("key of %q is %q, read again %q", x, a.Key(), again.Key())
		}
		raw, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var back corpus.Label
		if err := json.Unmarshal(raw, &back); err != nil || back.Key() != a.Key() && a.Key() == corpus.ParseLabel(a.String()).Key() {
			t.Fatalf("%q does not survive JSON: %q (%v)", x, back.Key(), err)
		}
	})
}
