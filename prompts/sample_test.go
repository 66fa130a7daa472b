package prompts_test

import (
	"fmt"
	"math/rand"
	"time"

	"substrate/corpus"
	"substrate/epoch"
	"substrate/prompts"
)

func ref(s string) corpus.Ref {
	r, err := corpus.ParseRef(s)
	if err != nil {
		panic(err)
	}
	return r
}

func slug(i int) corpus.Slug { return corpus.Slug(fmt.Sprintf("guide-%d", i)) }

func date(s string) corpus.Date {
	d, err := corpus.ParseISODate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// three is a library of a law office: nothing in the wording may depend on what a library is about.
func three() prompts.Facts {
	return prompts.Facts{
		Library: "Harbour Lease",
		Epochs: prompts.EpochsOf(epoch.Rules{Epochs: []epoch.Named{
			{Name: "AFTER THE MERGER", Rules: []epoch.Rule{{Marker: "Merged Entity"}, {Date: ">= 2026-02-01"}}},
			{Name: "BEFORE THE MERGER"},
		}}, nil),
		Documents: []prompts.Document{
			{Slug: "lease-summary", Title: "Lease Summary", Label: corpus.ParseLabel("V2.1"), Epoch: "AFTER THE MERGER", Date: date("2026-04-27"),
				Standing: epoch.Authoritative, Because: "V2.1 (2026-04-27) is the newest version of Lease Summary, and AFTER THE MERGER is the current epoch"},
			{Slug: "berth-survey", Title: "Berth Survey", Label: corpus.ParseLabel("Rev C"), Epoch: "BEFORE THE MERGER", Date: date("2025-11-30"),
				Standing: epoch.Historical, Because: "Rev C is the only version, but it belongs to BEFORE THE MERGER"},
			{Slug: "filing-calendar", Title: "Filing Calendar", Label: corpus.ParseLabel("2026-03"), Epoch: "AFTER THE MERGER", Date: date("2026-03-01"),
				Standing: epoch.Authoritative, Because: "2026-03 is the newest version of Filing Calendar"},
		},
		Drift: []prompts.Drift{
			{ID: "D-2", Says: "the notice period is 90 days", Actually: "the notice period is 120 days", Ref: ref("lease-summary@2.1#4.2"), Found: date("2026-05-02"), Recorded: ref("filing-calendar@2026-03#7")},
			{ID: "D-1", Says: "berth 4 is 38 m", Actually: "berth 4 was shortened to 35 m", Place: "Harbour Atlas, sheet 9", Found: date("2026-04-11")},
		},
		Gone: []prompts.Gone{
			{Ref: ref("lease-summary@1.4"), Title: "Lease Summary", Kind: prompts.History, Because: "the last version of BEFORE THE MERGER", Instead: ref("lease-summary@2.1")},
			{Ref: ref("tenant-letters"), Kind: prompts.Absent, Because: "privileged; the partners keep them"},
		},
		Owner:   "Write dates as 2026-04-27. The client reads every answer.",
		Cascade: 7, Revision: 19, Version: 4, Generated: time.Date(2026, 5, 3, 9, 30, 0, 0, time.UTC),
		Since: "cascade 5",
		Changes: []prompts.Change{
			{Cascade: 7, Date: date("2026-04-27"), Kind: "replaced", Ref: ref("lease-summary@2.1"), Before: "V2.0", Text: "notice period restated", Sections: []string{"4.2 Notice", "9 Contacts"}},
			{Cascade: 6, Date: date("2026-03-01"), Kind: "added", Ref: ref("filing-calendar@2026-03")},
		},
		Priorities: []corpus.Block{
			{Kind: corpus.Paragraph, Text: "Two filings are due before June."},
			{Kind: corpus.List, Items: []string{"1. Notice to the port authority", "  • by registered mail", "2. Survey of berth 4"}},
			{Kind: corpus.Table, Rows: [][]string{{"what", "due"}, {"notice", "2026-05-20"}, {"survey", "2026-05-31"}}},
			{Kind: corpus.Code, Text: "case 26-114\n  exhibit B"},
		},
		PrioritiesRef: ref("filing-calendar@2026-03#1"),
	}
}

// many is a library of n documents, drawn from r.
func many(r *rand.Rand, n int) prompts.Facts {
	f := prompts.Facts{Library: "Many", Epochs: []prompts.Epoch{{Name: "EPOCH 2"}, {Name: "EPOCH 1"}}, Cascade: r.Intn(90), Owner: words(r, r.Intn(60))}
	stand := []epoch.Standing{epoch.Authoritative, epoch.Authoritative, epoch.Historical, epoch.Held}
	for i := range n {
		slug := corpus.Slug(fmt.Sprintf("guide-%d", i))
		label := corpus.ParseLabel(fmt.Sprintf("V%d.%d", r.Intn(9), r.Intn(30)))
		f.Documents = append(f.Documents, prompts.Document{Slug: slug, Title: words(r, 1+r.Intn(5)), Label: label, Epoch: f.Epochs[r.Intn(2)].Name,
			Date: corpus.Date{Year: 2025, Month: 1 + r.Intn(12), Day: 1 + r.Intn(28)}, Standing: stand[r.Intn(len(stand))], Because: words(r, r.Intn(30))})
		at := corpus.Ref{Document: slug, Version: label.Key(), Anchor: fmt.Sprint(r.Intn(12))}
		if r.Intn(3) == 0 {
			f.Drift = append(f.Drift, prompts.Drift{ID: fmt.Sprintf("D-%d", i), Says: words(r, r.Intn(20)), Actually: "it is " + words(r, 1+r.Intn(20)), Ref: at,
				Found: corpus.Date{Year: 2025, Month: 1 + r.Intn(12)}})
		}
		if r.Intn(3) == 0 {
			f.Gone = append(f.Gone, prompts.Gone{Ref: at, Title: words(r, 2), Kind: []prompts.GoneKind{prompts.History, prompts.Absent}[r.Intn(2)], Because: words(r, r.Intn(12))})
		}
		if r.Intn(3) == 0 {
			f.Changes = append(f.Changes, prompts.Change{Cascade: r.Intn(9), Kind: "replaced", Ref: at, Before: "V0", Text: words(r, r.Intn(12)), Sections: []string{words(r, 3), words(r, 2)}})
		}
		if r.Intn(2) == 0 {
			f.Priorities = append(f.Priorities, corpus.Block{Kind: corpus.Paragraph, Text: words(r, 1+r.Intn(30))})
		}
	}
	return f
}

var vocabulary = []string{"valve", "4.2", "Prüfung", "漢字", "the", "is", "/dev/ttyACM1", "of", "retention", "90 days", "naïve", "🙂", "under", "10.20.0.15", "internationalization", "`cmd`", "\"x\""}

func words(r *rand.Rand, n int) string {
	s := ""
	for range n {
		s += vocabulary[r.Intn(len(vocabulary))] + " "
	}
	return s
}

func shuffled(r *rand.Rand, f prompts.Facts) prompts.Facts {
	mix(r, &f.Documents)
	mix(r, &f.Drift)
	mix(r, &f.Gone)
	mix(r, &f.Changes)
	return f
}

func mix[T any](r *rand.Rand, list *[]T) {
	c := append([]T{}, *list...)
	r.Shuffle(len(c), func(i, j int) { c[i], c[j] = c[j], c[i] })
	*list = c
}
