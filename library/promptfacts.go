package library

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"

	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/corpus/identity"
	"substrate/driftlog"
	"substrate/epoch"
	"substrate/prompts"
)

// PromptsDir is the folder of a library in which a person keeps what the system prompt is made of: [SystemTemplate], and
// [OwnerNote], whose text is passed on as written.
const PromptsDir = "prompts"

// The files in it.
const (
	SystemTemplate = "system.md.tmpl"
	OwnerNote      = "note.md"
)

// promptFacts are what the system prompt and the brief are written from, as a catalog has it.
func (l *Library) promptFacts(ctx context.Context, cat *catalog.Catalog, st *driftState) (prompts.Facts, error) {
	state, err := cat.State(ctx)
	if err != nil {
		return prompts.Facts{}, err
	}
	f := prompts.Facts{Library: l.Name(), Cascade: state.Cascade, Revision: state.Revision}
	if f.Owner, err = l.ownFile(OwnerNote); err != nil {
		return f, err
	}
	rows, err := cat.All(ctx)
	if err != nil {
		return f, err
	}
	l.shelfFacts(&f, rows)
	now := map[string]bool{}
	for _, r := range rows {
		now[r.Key] = r.Current
	}
	for _, e := range st.Entries {
		if e.Status == driftlog.Open {
			f.Drift = append(f.Drift, driftFact(e, now))
		}
	}
	return f, nil
}

// shelfFacts are the current versions, the epochs, and what a reader may look for and should not find.
func (l *Library) shelfFacts(f *prompts.Facts, rows []catalog.Row) {
	now, newest := map[corpus.Slug]catalog.Row{}, map[corpus.Slug]catalog.Row{}
	for _, r := range rows {
		if r.Current && r.Standing != epoch.Held {
			now[r.Document] = r
		}
	}
	var eras []string
	for _, r := range rows { // by document and rank: older ones first
		eras = append(eras, r.Epoch)
		switch {
		case r.Current && r.Standing != epoch.Held, r.Standing == epoch.Held:
			f.Documents = append(f.Documents, prompts.Document{
				Slug: r.Document, Title: r.Title, Label: r.Label, Epoch: r.Epoch, Date: r.Date, Standing: r.Standing, Because: r.Because,
			})
		case r.Standing == epoch.Snapshot:
			f.Gone = append(f.Gone, goneFact(r, now))
		case r.Standing == epoch.Superseded:
			newest[r.Document] = r
		}
	}
	// Of the versions that were replaced, the last one of each document stands for all: it is the one people still have.
	for _, r := range newest {
		f.Gone = append(f.Gone, goneFact(r, now))
	}
	rules := l.Config.Rules()
	f.Epochs = prompts.EpochsOf(rules, rules.Newest(eras))
}

func goneFact(r catalog.Row, now map[corpus.Slug]catalog.Row) prompts.Gone {
	g := prompts.Gone{Ref: refOf(r.Document, r.Label), Title: r.Title, Kind: prompts.History, Because: r.Because}
	if b, ok := now[r.Document]; ok {
		g.Instead = refOf(b.Document, b.Label)
	}
	return g
}

// driftFact cites the place in a version that is current, where the entry speaks of one.
func driftFact(e driftlog.State, now map[string]bool) prompts.Drift {
	d := prompts.Drift{ID: e.ID, Says: e.Says, Actually: e.Actually, Place: placeOf(e), Found: e.Found}
	at := e.Target
	if i := slices.IndexFunc(e.Targets, func(t driftlog.Target) bool { return now[t.Key] }); i >= 0 {
		at = e.Targets[i].Ref
	}
	if r, err := corpus.ParseRef(at); err == nil && at != "" {
		d.Ref = r
	}
	if r, err := corpus.ParseRef(e.RecordedIn); err == nil && strings.ContainsAny(e.RecordedIn, "@#") {
		d.Recorded = r
	}
	return d
}

// placeOf is what an entry speaks of, in the log's own words.
func placeOf(e driftlog.State) string {
	out := strings.TrimSpace(e.Document + " " + e.Version)
	if e.Section != "" {
		out += " §" + e.Section
	}
	return out
}

// briefFacts are those besides that a session starts with: what changed since, and what matters next.
func (l *Library) briefFacts(ctx context.Context, cat *catalog.Catalog, f *prompts.Facts, since string) error {
	var err error
	if f.Changes, f.Since, err = changesSince(ctx, cat, since, f.Cascade); err != nil {
		return err
	}
	return l.priorities(ctx, cat, f)
}

// ChangesSince lists what changed of what is current, newest first, after a cascade ("7") or from a day on ("2026-04-01"); "" is
// the newest cascade. It answers besides in words from when.
func (l *Library) ChangesSince(ctx context.Context, since string) ([]prompts.Change, string, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, "", err
	}
	defer s.done()
	return changesSince(ctx, s.cat, since, s.state.Cascade)
}

func changesSince(ctx context.Context, cat *catalog.Catalog, since string, now int) (out []prompts.Change, told string, err error) {
	from, date, err := sinceOf(since, now)
	if err != nil {
		return nil, "", err
	}
	told = since
	switch n, err := strconv.Atoi(since); {
	case since == "" && now < 2:
		told = "the beginning"
	case since == "":
		told = "the cascade before the last"
	case err == nil:
		told = fmt.Sprintf("cascade %d", n)
	}
	list, err := cat.Cascades(ctx, 1000)
	if err != nil {
		return nil, "", err
	}
	for _, c := range list {
		at := c.At.Local()
		day := corpus.Date{Year: at.Year(), Month: int(at.Month()), Day: at.Day()}
		if c.Undone != nil || c.Number <= from || !date.IsZero() && day.Compare(date) < 0 {
			continue
		}
		var r Report
		if json.Unmarshal(c.Report, &r) == nil {
			out = append(out, changeFacts(&r, c.Number, day)...)
		}
	}
	return out, told, nil
}

// sinceOf reads "7", "cascade 7" or a date; without one, what the newest cascade brought is told.
func sinceOf(s string, now int) (cascade int, from corpus.Date, err error) {
	s = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), "cascade "))
	if s == "" {
		return max(now-1, 0), from, nil
	}
	if n, err := strconv.Atoi(s); err == nil && len(s) < 4 {
		return n, from, nil
	}
	from, err = corpus.ParseISODate(s)
	if err != nil {
		return 0, from, fmt.Errorf("since %q is neither a cascade nor a date; write 7 or 2026-04-01", s)
	}
	from.Month, from.Day = max(from.Month, 1), max(from.Day, 1)
	return 0, from, nil
}

// changeFacts are what a cascade changed of what is current; versions that were history when they came are not.
func changeFacts(r *Report, n int, day corpus.Date) []prompts.Change {
	var out []prompts.Change
	add := func(kind string, list []Entry) {
		for _, e := range list {
			ref, err := corpus.ParseRef(e.Ref)
			if err != nil {
				continue
			}
			c := prompts.Change{Cascade: n, Date: day, Kind: kind, Ref: ref}
			for _, o := range r.Replaced {
				if kind == "added" && o.Document == e.Document {
					c.Kind, c.Before = "new version", o.Version
				}
			}
			if kind == "held" {
				c.Text = e.Because
			}
			for _, d := range e.Changes {
				c.Sections = append(c.Sections, strings.TrimSpace(d.Heading+" ("+d.Kind+")"))
			}
			out = append(out, c)
		}
	}
	add("added", r.Added)
	add("kept as a snapshot", r.Snapshots)
	add("held", r.Held)
	return out
}

// priorities finds the document that says what matters next: the one that the configuration names, or the authoritative one
// whose title is that of a list of priorities.
func (l *Library) priorities(ctx context.Context, cat *catalog.Catalog, f *prompts.Facts) error {
	rows, err := cat.Shelf(ctx)
	if err != nil {
		return err
	}
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].Date.Compare(rows[j].Date) > 0 })
	want := corpus.MakeSlug(l.Config.Priorities.Document)
	for _, r := range rows {
		if want != "" && r.Document != want || want == "" && (r.Standing != epoch.Authoritative || !listsPriorities(r.Title)) {
			continue
		}
		sections, err := cat.Sections(ctx, r.Key)
		if err != nil {
			return err
		}
		ref, blocks := refOf(r.Document, r.Label), []corpus.Block(nil)
		begun := l.Config.Priorities.Section == ""
		for _, s := range sections {
			if !begun && (s.Anchor == l.Config.Priorities.Section || s.Anchor == string(corpus.MakeSlug(l.Config.Priorities.Section)) || strings.EqualFold(s.Title, l.Config.Priorities.Section)) {
				begun = true
				ref.Anchor = s.Anchor
			}
			if !begun || s.Level == 0 || identity.IsBookkeeping(s) {
				continue
			}
			blocks = append(blocks, corpus.Block{Kind: corpus.Paragraph, Text: s.Heading()})
			blocks = append(blocks, s.Blocks...)
			if len(blocks) > 200 {
				break // a brief has room for the top of it
			}
		}
		f.Priorities, f.PrioritiesRef = blocks, ref
		return nil
	}
	return nil
}

var prioritiesWords = []string{"priorities", "priority list", "backlog", "next steps", "to do", "todo", "action items", "open tasks", "action list"}

func listsPriorities(title string) bool {
	t := " " + strings.ReplaceAll(strings.ToLower(title), "-", " ") + " "
	return slices.ContainsFunc(prioritiesWords, func(w string) bool { return strings.Contains(t, " "+w+" ") })
}

// ownFile reads a file of the prompts folder; "" when there is none.
func (l *Library) ownFile(name string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(l.Dir, PromptsDir, name))
	if os.IsNotExist(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read %s/%s: %w", PromptsDir, name, err)
	}
	return string(raw), nil
}
