package identity_test

import (
	"strings"
	"testing"

	"substrate/corpus"
	"substrate/corpus/identity"
)

// reading is a PDF with these lines on its first page: "24b Title" is a line of 24 points in bold, plain lines have 10 points.
func reading(lines string) *corpus.Reading {
	r := &corpus.Reading{Format: "pdf", Pages: 4, Meta: map[string]string{}}
	for _, l := range strings.Split(strings.TrimSpace(lines), "\n") {
		l = strings.TrimSpace(l)
		f := corpus.FrontLine{Text: l, Page: 1, Size: 10}
		if s, rest, ok := strings.Cut(l, "b "); ok && s == "24" {
			f.Text, f.Size, f.Bold = rest, 24, true
		}
		if strings.HasPrefix(l, "== ") { // from here on the document's first section
			r.Sections = append(r.Sections, corpus.Section{Title: l[3:], Level: 1})
			f.Text = l[3:]
		} else if len(r.Sections) > 0 {
			s := &r.Sections[len(r.Sections)-1]
			if strings.Contains(l, " | ") {
				if n := len(s.Blocks); n == 0 || s.Blocks[n-1].Kind != corpus.Table {
					s.Blocks = append(s.Blocks, corpus.Block{Kind: corpus.Table})
				}
				b := &s.Blocks[len(s.Blocks)-1]
				b.Rows = append(b.Rows, strings.Split(l, " | "))
			} else {
				s.Blocks = append(s.Blocks, corpus.Block{Kind: corpus.Paragraph, Text: l})
			}
		}
		r.Front = append(r.Front, f)
	}
	corpus.Finish(r.Sections)
	return r
}

func TestIdentify(t *testing.T) {
	for _, c := range []struct {
		name, lines, file, running     string
		title, version, date, epoch    string
		supersedes, conflict, metadata string
	}{
		{name: "a cover", lines: "24b Elroy User Guide\nQuick answers\nVersion V2.1\n27 April 2026\nEPOCH 2\nSupersedes: Elroy User Guide V2.0", file: "scan0042.pdf",
			title: "Elroy User Guide", version: "V2.1", date: "2026-04-27", epoch: "EPOCH 2", supersedes: "V2.0"},
		{name: "all in one line", lines: "24b Gateway Reference\nIssue 3  2026-04-12  EPOCH 2  Supersedes: Gateway Reference Issue 2", file: "x.pdf",
			title: "Gateway Reference", version: "Issue 3", date: "2026-04-12", epoch: "EPOCH 2", supersedes: "Issue 2"},
		{name: "a table of facts", lines: "24b Torque Table\nDocument  Torque Table\nRevision  C\nDate  March 3, 2026", file: "x.pdf", title: "Torque Table", version: "Rev C", date: "2026-03-03"},
		{name: "a rename", lines: "24b Switchgear Manual\nV5.0\nSupersedes: Relay Manual V4.2", file: "x.pdf", title: "Switchgear Manual", version: "V5.0", supersedes: "Relay Manual V4.2"},
		{name: "cover against file name", lines: "24b Valve Manual\nVersion 3.7", file: "Valve Manual V3.8.pdf", title: "Valve Manual", version: "V3.7", conflict: "cover says V3.7, file name says V3.8"},
		{name: "cover against running header", lines: "24b Valve Manual\nVersion 3.7", file: "v.pdf", running: "Valve Manual V3.6", title: "Valve Manual", version: "V3.7", conflict: "cover says V3.7, running header says V3.6"},
		{name: "only the running header knows", lines: "24b Widget Data Sheet\nby A. Person", file: "w.pdf", running: "Page  Widget Version: 1.4.0.1  September 1, 2020", title: "Widget Data Sheet", version: "V1.4.0.1", date: "2020-09-01"},
		{name: "a volume in large print below a series' name, over running text", lines: "24b The Set Manual\n== Volume II: Privileged Architecture\nDocument Version 1.10\nWarning! This draft may change before it is accepted as a standard by the foundation, and it may do so often.\n== 1 Introduction\nText.", file: "priv-v1.10.pdf",
			title: "The Set Manual Volume II: Privileged Architecture", version: "V1.10"},
		{name: "a running header with a colon beats an old change log", lines: "24b Widget\n== Revision History\nVersion | Date | Changes\nV1.4.0.1 | 2020-09-01 | x", file: "w.pdf", running: "Widget Version: 1.4.4.2", title: "Widget", version: "V1.4.4.2", date: "2020-09-01"},
		{name: "a version in the text is no evidence", lines: "24b Pump Guide\n== 1 Purpose\nThis guide was tested with version 3.1 of the firmware and Version 2.0 of the app.", file: "pump.pdf", title: "Pump Guide"},
		{name: "a product's version in the title", lines: "24b OpenThing 1200 version 2 Manual\nRevision 0.0.3", file: "o.pdf", title: "OpenThing 1200 version 2 Manual", version: "Rev 0.0.3"},
		{name: "the change log is behind the cover", lines: "24b Pump Guide\nV1.2\n== Change Log\nVersion | Date | Changes\nV1.1 | 2026-01-02 | more\nV1.0 | 2026-01-01 | first", file: "p.pdf", title: "Pump Guide", version: "V1.2", date: "2026-01-02"},
		{name: "the change log is ahead of the cover", lines: "24b Pump Guide\nV1.0\n== Revision History\nRev | Date | Description\n1.1 | 2026-01-02 | more\n1.0 | 2026-01-01 | first", file: "p.pdf", title: "Pump Guide", version: "V1.0", date: "2026-01-02", conflict: "cover says V1.0, change log says V1.1"},
		{name: "only the change log knows", lines: "24b Pump Guide\n== Change Log\nVersion | Date | Changes\nV1.1 | 2026-01-02 | more\nV1.0 | 2026-01-01 | first", file: "p.pdf", title: "Pump Guide", version: "V1.1", date: "2026-01-02"},
		{name: "an epoch that is only mentioned", lines: "24b Roadmap\nV3.8\nThis replaces what EPOCH 1 had planned.", file: "r.pdf", title: "Roadmap", version: "V3.8"},
		{name: "a calendar version", lines: "24b Sensor Guide\nVersion 2026-04\n9 April 2026", file: "document(7).pdf", title: "Sensor Guide", version: "2026-04", date: "2026-04-09"},
		{name: "a release candidate", lines: "24b Spec\nVersion 1.0-rc1", file: "spec.pdf", title: "Spec", version: "V1.0-rc1"},
		{name: "a draft", lines: "24b Bit Extension\nDocument Version 0.94-draft\nJanuary 20, 2021", file: "bits-draft.pdf", title: "Bit Extension", version: "V0.94-draft", date: "2021-01-20"},
		{name: "a date that is two", lines: "24b Plan\nV1.0\n03/04/2026", file: "p.pdf", title: "Plan", version: "V1.0"},
		{name: "an ordinal edition", lines: "24b Field Handbook\n3rd Edition", file: "f.pdf", title: "Field Handbook", version: "Edition 3"},
		{name: "a volume", lines: "24b The Set Manual\nVolume II: Privileged Architecture\nDocument Version 1.10", file: "priv.pdf", title: "The Set Manual Volume II: Privileged Architecture", version: "V1.10"},
		{name: "a status is neither a version nor an epoch", lines: "24b Matter 2231\nVersion: 7\nStatus: Live, claim issued\nDate: 2026-05-12\n== History\nIssued to the client:\nClaim form and particulars.", file: "m.pdf", title: "Matter 2231",
			version: "V7", date: "2026-05-12"},
		{name: "a status that is an epoch", lines: "24b Roadmap\nV3.8\nStatus: EPOCH 2, authoritative", file: "r.pdf", title: "Roadmap", version: "V3.8", epoch: "EPOCH 2"},
		{name: "a title of a word processor", lines: "plain text that runs over the page without any title at all, as letters do, and it goes on.", metadata: "Microsoft Word - Document1", file: "Site Survey v2.pdf", title: "Site Survey", version: "V2"},
		{name: "no cover, metadata", lines: "first line of text, which is long enough to be a sentence and nothing else at all, really.", metadata: "Lease Agreement", file: "x17.pdf", title: "Lease Agreement"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := reading(c.lines)
			if c.running != "" {
				r.Running = []string{c.running}
			}
			if c.metadata != "" {
				r.Meta["title"] = c.metadata
			}
			id := identity.Identify(r, c.file, identity.Options{})
			var sup []string
			for _, s := range id.Supersedes {
				sup = append(sup, strings.TrimSpace(s.Title+" "+s.Label.String()))
			}
			got := []string{id.Title, id.Label.String(), id.Date.String(), id.Epoch, strings.Join(sup, ","), id.Conflict}
			want := []string{c.title, c.version, c.date, c.epoch, c.supersedes, c.conflict}
			for i, f := range []string{"title", "version", "date", "epoch", "supersedes", "conflict"} {
				if got[i] != want[i] {
					t.Errorf("%s is %q, want %q\n%+v", f, got[i], want[i], id.Evidence)
				}
			}
		})
	}
}

func TestAPersonsWordBeatsAllEvidence(t *testing.T) {
	r := reading("24b Valve Manual\nVersion 3.7\n2026-01-01")
	id := identity.Identify(r, "Valve Manual V3.8.pdf", identity.Options{Say: identity.Said{Title: "Valves", Version: "V3.9", Epoch: "epoch ii", Date: "2026-02-02"}})
	if id.Title != "Valves" || id.Label.Key() != "3.9" || id.Epoch != "EPOCH 2" || id.Date.String() != "2026-02-02" || id.Conflict != "" {
		t.Errorf("%+v", id)
	}
}

func TestMarkersOfTheLibrary(t *testing.T) {
	r := reading("24b Plan\nV1.0\nPost-migration")
	if id := identity.Identify(r, "p.pdf", identity.Options{Markers: []string{"Post-migration"}}); id.Epoch != "Post-migration" {
		t.Errorf("%q", id.Epoch)
	}
	if id := identity.Identify(r, "p.pdf", identity.Options{}); id.Epoch != "" {
		t.Errorf("%q", id.Epoch)
	}
}

func FuzzIdentify(f *testing.F) {
	f.Add("24b Title\nV2.1\n== Change Log\nVersion | Date\nV1 | x", "a V3.pdf")
	f.Add("24b \nSupersedes: \nVersion", "__.pdf")
	f.Fuzz(func(t *testing.T, lines, file string) {
		id := identity.Identify(reading(lines), file, identity.Options{})
		for _, e := range id.Evidence {
			if e.Value == "" || e.Source == "" {
				t.Fatalf("evidence without value or source: %+v", e)
			}
		}
	})
}

// A section that only keeps the document's own books is told from one that states facts under a like heading.
func TestBookkeeping(t *testing.T) {
	log := corpus.Block{Kind: corpus.Table, Rows: [][]string{{"Version", "Date", "Changes"}, {"Issue 6", "2026-04-02", "Lifting net."}}}
	rules := corpus.Block{Kind: corpus.Paragraph, Text: "Every change is written into the notebook before it is made."}
	parts := corpus.Block{Kind: corpus.Table, Rows: [][]string{{"Program", "Version", "Date", "Notes"}, {"nginx", "1.26", "2026-04-02", "–"}}}
	for _, c := range []struct {
		title  string
		blocks []corpus.Block
		want   bool
	}{
		{"Changes", []corpus.Block{log}, true},
		{"What Changed", []corpus.Block{log}, true},
		{"Editions", []corpus.Block{log}, true},
		{"Appendix C: Change Log", nil, true},
		{"Contents", nil, true},
		{"Document Control", []corpus.Block{rules}, true},
		{"Changes", []corpus.Block{rules}, false},
		{"Installed", []corpus.Block{parts}, false},
		{"Installed", []corpus.Block{rules, log}, false},
		{"Cold Water", nil, false},
	} {
		if got := identity.IsBookkeeping(corpus.Section{Title: c.title, Blocks: c.blocks}); got != c.want {
			t.Errorf("%q: %v, want %v", c.title, got, c.want)
		}
	}
}
