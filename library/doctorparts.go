package library

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/driftlog"
	"substrate/epoch"
	"substrate/index"
	"substrate/prompts"
)

// settings tells whether the configuration can be used at all; what it names is compared in drift, once the shelf is known.
func (x *examination) settings() error {
	file := filepath.Join(x.l.Dir, ConfigFile)
	if err := x.o.Settings; err != nil {
		x.fault(Fault{What: err.Error(), Where: file, Grave: true, Why: "no other command works until it is mended; the rest was examined with the defaults", Mend: "mend that line, or move the file away and run substrate init"})
		return nil
	}
	x.theme()
	x.checked("%s is understood", ConfigFile)
	return nil
}

// originals reads every original that the catalog knows.
func (x *examination) originals(ctx context.Context) error {
	store := catalog.OpenStore(x.l.state())
	keys, err := store.Keys()
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, r := range x.rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		known[r.Key] = true
		c, err := store.Look(r.Key, r.Size)
		if c == catalog.Sound {
			continue
		}
		what := fmt.Sprintf("the original of %s (%s) is %s", refOf(r.Document, r.Label), r.File, c)
		if err != nil {
			what += ": " + err.Error()
		}
		x.fault(Fault{What: what, Where: store.Path(r.Key), Grave: true, Why: "the library answers from what was read of it, but the document itself cannot be given back",
			Mend: "substrate doctor --repair looks for the same bytes where they were taken in; or --repair --from BACKUP; or put the file back there",
			fix:  func(ctx context.Context) (string, error) { return x.l.bringBack(ctx, r.Key, x.o.From) }})
	}
	spare := 0
	for _, k := range keys {
		if known[k] {
			continue
		}
		if x.cat == nil { // the catalog cannot be trusted: the names still say what the bytes should be
			if c, _ := store.Look(k, -1); c != catalog.Sound {
				x.fault(Fault{What: fmt.Sprintf("an original is %s", c), Where: store.Path(k), Grave: true, Why: "its name is the hash of what its bytes were", Mend: "take it from a backup"})
			}
			continue
		}
		spare++
	}
	x.checked("%d read and compared with their hashes, %d more of cascades that were taken back", len(known), spare)
	return nil
}

// bringBack finds the bytes of an original where they were taken in, or in a backup.
func (l *Library) bringBack(ctx context.Context, key, backup string) (string, error) {
	w, err := l.change(ctx, "substrate doctor", 0)
	if err != nil {
		return "", err
	}
	defer w.close()
	store, quarantine := catalog.OpenStore(l.state()), filepath.Join(l.state(), "quarantine")
	for i := len(w.facts.sightings) - 1; i >= 0; i-- {
		s := w.facts.sightings[i]
		if s.Key != key {
			continue
		}
		if raw, err := os.ReadFile(s.Path); err == nil && catalog.Key(raw) == key {
			return fmt.Sprintf("put back from %q", s.Path), store.Replace(key, raw, quarantine)
		}
	}
	if backup == "" {
		return "", errors.New("the bytes are nowhere where they were taken in; name a backup with --from")
	}
	raw, err := originalIn(backup, key)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("put back from %q", backup), store.Replace(key, raw, quarantine)
}

// index compares the index with the catalog, passage by passage.
func (x *examination) index(ctx context.Context) error {
	if x.cat == nil || x.state.Revision == 0 {
		return nil
	}
	current, archive := places(x.shelf)
	counts := [2]map[string]int{{}, {}}
	total := 0
	for i, half := range [][]string{current, archive} {
		for _, k := range half {
			s, err := x.cat.Sections(ctx, k)
			if err != nil {
				return err
			}
			n := len(index.Split(k, x.shelf.Editions[k].Title, s))
			counts[i][k] = n
			total += n
		}
	}
	g := x.state.Generation
	err := index.Verify(x.l.indexDir(), index.Stamp{Generation: g.Name, Cascade: g.Cascade, Digest: g.Digest}, counts[0], counts[1])
	if now, err2 := x.cat.State(ctx); err2 == nil && now.Revision != x.state.Revision {
		x.checked("not compared: the library was changed meanwhile")
		return nil
	}
	if err != nil {
		f := Fault{What: strings.TrimPrefix(err.Error(), index.ErrMismatch.Error()+": "), Where: filepath.Join(x.l.indexDir(), g.Name), Grave: true,
			Why: "search would not find what is there, or find what is not", Mend: "substrate reindex, or substrate doctor --repair; it is made from the catalog"}
		if x.o.Settings == nil { // else it would be made by rules that are not the library's
			f.fix = func(ctx context.Context) (string, error) {
				return "built anew from the catalog", x.l.Reindex(ctx)
			}
		}
		x.fault(f)
	} else {
		x.checked("%s holds the %d passages of %d current and %d archived versions", g.Name, total, len(current), len(archive))
	}
	if _, busy := catalog.Holder(x.l.state()); !busy {
		for _, p := range index.Leftovers(x.l.indexDir(), g.Name) {
			if strings.HasPrefix(filepath.Base(p), ".") {
				continue // told among the files
			}
			x.fault(Fault{What: "an index generation that is not in force", Where: p, Why: "it takes space and is of no use to anybody", Mend: "substrate doctor --repair removes it",
				fix: func(ctx context.Context) (string, error) { return "removed", x.l.removeGeneration(ctx, p) }})
		}
	}
	return nil
}

// removeGeneration removes it, unless it came into force meanwhile.
func (l *Library) removeGeneration(ctx context.Context, path string) error {
	w, err := l.change(ctx, "substrate doctor", 0)
	if err != nil {
		return err
	}
	defer w.close()
	if !slices.Contains(index.Leftovers(l.indexDir(), w.state.Generation.Name), path) {
		return nil
	}
	return os.RemoveAll(path)
}

// drift compares what settings and drift log name with what is there.
func (x *examination) drift(ctx context.Context) error {
	if x.cat == nil || len(x.rows) == 0 {
		return nil
	}
	file := filepath.Join(x.l.Dir, ConfigFile)
	used, there := map[string]bool{}, map[corpus.Slug]bool{}
	for _, v := range x.shelf.Verdicts {
		used[v.Epoch] = true
	}
	for _, d := range x.shelf.Documents {
		there[d.Slug] = true
		for _, a := range d.Aliases {
			there[a] = true
		}
	}
	for _, e := range x.l.Config.Epochs {
		if !used[e.Name] {
			x.fault(Fault{What: fmt.Sprintf("no version belongs to epoch %q", e.Name), Where: file, Why: "its rules match nothing, or another epoch takes all that they match", Mend: "mend the rules under epochs:, and look at substrate why DOCUMENT"})
		}
		for _, r := range e.Rules {
			if s := corpus.MakeSlug(r.Document); s != "" && !there[s] {
				x.fault(Fault{What: fmt.Sprintf("a rule of epoch %q names the document %q, which is not there", e.Name, r.Document), Where: file, Why: "the rule never matches", Mend: "substrate documents lists the documents"})
			}
		}
	}
	if p := x.l.Config.Priorities.Document; p != "" && !there[corpus.MakeSlug(p)] {
		x.fault(Fault{What: fmt.Sprintf("priorities names the document %q, which is not there", p), Where: file, Why: "the brief has no priorities", Mend: "substrate documents lists the documents"})
	}
	if x.o.Settings == nil && x.state.Rules != x.l.rulesDigest() {
		x.fault(Fault{What: "the rules were changed after the standings were given", Where: file, Why: "standings are still those of the rules before", Mend: "substrate reindex applies them, as does the next ingest"})
	}
	s, err := x.l.reader(ctx)
	if err != nil {
		return err
	}
	defer s.done()
	st, err := x.l.drift(ctx, s)
	if err != nil {
		return err
	}
	for _, p := range st.Problems {
		x.fault(Fault{What: fmt.Sprintf("%s: %q", p.Why, p.Text), Where: p.Where, Why: "what is known to be false may be answered without its correction", Mend: mendProblem(p)})
	}
	for _, e := range st.Entries {
		if e.Status == driftlog.Open && e.Gone != "" {
			x.fault(Fault{What: fmt.Sprintf("%s is open, and what it speaks of is gone: %s", e.ID, e.Gone), Where: e.RecordedIn, Why: "nobody meets it where it would be needed", Mend: "substrate drift resolve " + e.ID + " --because \"…\", when it is no longer so"})
		}
	}
	x.checked("%d entries, and the documents that settings name", len(st.Entries))
	return nil
}

func mendProblem(p driftlog.Problem) string {
	if p.Where == ConfigFile {
		return "mend drift_log: in " + ConfigFile + "; substrate documents and substrate show DOCUMENT list what is there"
	}
	return "mend the row in the next version of the document, or record it: substrate drift add"
}

// mostTexts bounds how many places are listed one by one.
const mostTexts = 50

// texts looks in what is current for words that speak to a language model.
func (x *examination) texts(ctx context.Context) error {
	if x.cat == nil {
		return nil
	}
	looked, found := 0, 0
	for _, r := range x.rows {
		if !r.Findable || r.Standing == epoch.Superseded {
			continue
		}
		list, err := x.cat.Sections(ctx, r.Key)
		if err != nil {
			return err
		}
		looked++
		for _, s := range list {
			for _, w := range prompts.Suspicious(s.Heading() + "\n\n" + s.Plain()) {
				if found++; found <= mostTexts {
					x.fault(Fault{What: fmt.Sprintf("it %s: %q", w.Kind, w.Words), Where: refAt(r, s.Anchor), Why: w.Why, Mend: "read it. Where a stranger put it: take the document back, or bring a clean version. Where it belongs there: served answers warn of it; substrate doctor --skip texts leaves such texts out"})
				}
			}
		}
	}
	if found > mostTexts {
		x.fault(Fault{What: fmt.Sprintf("%d more places speak to a language model", found-mostTexts), Where: x.l.Dir, Why: "whoever serves these texts to a model serves instructions", Mend: "read those above first"})
	}
	x.checked("%d current versions", looked)
	return nil
}
