package library

import (
	"fmt"
	"sort"
	"time"

	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/epoch"
)

// Report tells what a cascade did, or would do.
type Report struct {
	Cascade   int      `json:"cascade"`
	At        string   `json:"at"`
	DryRun    bool     `json:"dry_run,omitempty"`
	Added     []Entry  `json:"added"`
	Replaced  []Entry  `json:"replaced"`
	Archived  []Entry  `json:"archived"`
	Snapshots []Entry  `json:"snapshots"`
	Held      []Entry  `json:"held"`
	Changed   []Entry  `json:"changed"` // other standings that this cascade changed
	Unchanged []Entry  `json:"unchanged"`
	Failed    []Failed `json:"failed"`
	Notes     []string `json:"notes,omitempty"`
	// Prompt tells that the system prompt is another one now; it is not part of what the catalog keeps of a cascade.
	Prompt  *PromptChange `json:"prompt,omitempty"`
	Skipped int           `json:"skipped,omitempty"` // files of other kinds in the folders
}

// Entry is one edition of a report.
type Entry struct {
	Ref      string         `json:"ref"`
	Document corpus.Slug    `json:"document"`
	Title    string         `json:"title"`
	Version  string         `json:"version"`
	Epoch    string         `json:"epoch,omitempty"`
	Standing epoch.Standing `json:"standing"`
	Rule     string         `json:"rule,omitempty"`
	Because  string         `json:"because"`
	File     string         `json:"file"`
	By       string         `json:"replaced_by,omitempty"` // ref
	Sections int            `json:"sections,omitempty"`
	Pages    int            `json:"pages,omitempty"`
	Changes  []SectionDelta `json:"changes,omitempty"`
	Warnings []string       `json:"warnings,omitempty"`
}

// SectionDelta is one section that differs from the version before.
type SectionDelta struct {
	Kind    string `json:"kind"` // "added", "changed" or "removed"
	Anchor  string `json:"anchor"`
	Heading string `json:"heading"`
}

// Failed is a file that could not be taken in.
type Failed struct {
	File   string `json:"file"`
	Reason string `json:"reason"`
}

// entryOf describes an edition as the shelf sees it.
func entryOf(shelf *epoch.Shelf, o *catalog.Original) Entry {
	v, e := shelf.Verdicts[o.Key], shelf.Editions[o.Key]
	en := Entry{
		Ref: refOf(v.Document, e.Label).String(), Document: v.Document, Title: e.Title, Version: e.Label.String(), Epoch: v.Epoch,
		Standing: v.Standing, Rule: v.Rule, Because: v.Because, File: o.File, Pages: o.Pages, Sections: o.Sections, Warnings: o.Reading.Warnings,
	}
	if v.ReplacedBy != "" {
		b := shelf.Editions[v.ReplacedBy]
		en.By = refOf(shelf.Verdicts[v.ReplacedBy].Document, b.Label).String()
	}
	return en
}

func refOf(doc corpus.Slug, l corpus.Label) corpus.Ref {
	return corpus.Ref{Document: doc, Version: l.Key()}
}

// compare fills a report from the shelf before and after. fresh are the keys that the run brought.
func compare(r *Report, before, after *epoch.Shelf, was, now *facts, fresh map[string]bool) {
	for _, d := range after.Documents {
		for _, k := range d.Editions {
			v := after.Verdicts[k]
			old, known := before.Verdicts[k]
			o := now.originals[k]
			switch {
			case !known || fresh[k]:
				en := entryOf(after, o)
				switch v.Standing {
				case epoch.Held:
					r.Held = append(r.Held, en)
				case epoch.Superseded:
					r.Archived = append(r.Archived, en)
				case epoch.Snapshot:
					r.Snapshots = append(r.Snapshots, en)
				default:
					r.Added = append(r.Added, en)
				}
			case old.Standing == v.Standing && old.Document == v.Document:
			case v.Standing == epoch.Superseded:
				r.Replaced = append(r.Replaced, entryOf(after, o))
			case v.Standing == epoch.Snapshot:
				r.Snapshots = append(r.Snapshots, entryOf(after, o))
			case v.Standing == epoch.Held:
				r.Held = append(r.Held, entryOf(after, o))
			default:
				r.Changed = append(r.Changed, entryOf(after, o))
			}
		}
	}
	for _, list := range []*[]Entry{&r.Added, &r.Replaced, &r.Archived, &r.Snapshots, &r.Held, &r.Changed} {
		sort.SliceStable(*list, func(i, j int) bool { return (*list)[i].Ref < (*list)[j].Ref })
	}
}

// newReport is a report with no nulls in it: whoever reads the JSON may count on lists.
func newReport(at time.Time) *Report {
	return &Report{
		At: at.Format("2006-01-02 15:04"), Added: []Entry{}, Replaced: []Entry{}, Archived: []Entry{}, Snapshots: []Entry{},
		Held: []Entry{}, Changed: []Entry{}, Unchanged: []Entry{}, Failed: []Failed{},
	}
}

// deltas compares the sections of two versions: by number or title, then by their words.
func deltas(old, new []corpus.Section) []SectionDelta {
	was := map[string]string{}
	for _, s := range old {
		was[s.Anchor] = s.Heading() + "\n" + s.Plain()
	}
	var out []SectionDelta
	has := map[string]bool{}
	for _, s := range new {
		has[s.Anchor] = true
		if s.Level == 0 {
			continue
		}
		text, known := was[s.Anchor]
		switch {
		case !known:
			out = append(out, SectionDelta{"added", s.Anchor, s.Heading()})
		case text != s.Heading()+"\n"+s.Plain():
			out = append(out, SectionDelta{"changed", s.Anchor, s.Heading()})
		}
	}
	for _, s := range old {
		if !has[s.Anchor] && s.Level > 0 {
			out = append(out, SectionDelta{"removed", s.Anchor, s.Heading()})
		}
	}
	return out
}

// Headline is the first line of a report.
func (r *Report) Headline() string {
	s := fmt.Sprintf("cascade %d · %s · %d added, %d replaced, %d unchanged, %d failed", r.Cascade, r.At, len(r.Added), len(r.Replaced), len(r.Unchanged), len(r.Failed))
	if r.Cascade == 0 {
		s = fmt.Sprintf("no cascade · %s · nothing changed: %d unchanged, %d failed", r.At, len(r.Unchanged), len(r.Failed))
	}
	if n := len(r.Archived); n > 0 {
		s += fmt.Sprintf(", %d archived", n)
	}
	if n := len(r.Snapshots); n > 0 {
		s += fmt.Sprintf(", %d kept as snapshot", n)
	}
	if n := len(r.Held); n > 0 {
		s += fmt.Sprintf(", %d held", n)
	}
	return s
}
