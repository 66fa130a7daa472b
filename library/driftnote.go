package library

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"substrate/corpus/catalog"
	"substrate/driftlog"
)

// DriftNew is an entry to be added by command.
type DriftNew struct {
	Ref, Says, Actually, Because string
}

// AddDrift puts an entry into the library's own part of the drift log, until a central document carries it.
func (l *Library) AddDrift(ctx context.Context, n DriftNew) (*driftlog.State, error) {
	if strings.TrimSpace(n.Says) == "" || strings.TrimSpace(n.Actually) == "" {
		return nil, fmt.Errorf("a drift entry needs what the document says and what is so: --says \"GTT 8.0 GB\" --actually \"GTT 15.2 GB\"")
	}
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	ref, row, _, err := l.resolve(ctx, s.cat, n.Ref)
	if err != nil {
		return nil, err
	}
	if ref.Anchor != "" {
		outline, err := s.cat.Outline(ctx, row.Key)
		if err != nil {
			return nil, err
		}
		i := findSection(outline, ref.Anchor)
		if i < 0 {
			return nil, fmt.Errorf("%w: %s has no section %q; %s", ErrNotFound, refOf(row.Document, row.Label), ref.Anchor, nearSections(outline, ref.Anchor))
		}
		ref.Anchor = outline[i].Anchor
	}
	var id string
	err = l.noteDrift(ctx, func(st *driftState, notes []driftlog.Note) (driftlog.Note, error) {
		id = freeID(st, notes)
		return driftlog.Note{Kind: "add", ID: id, Document: string(row.Document), Version: row.Label.String(), Section: ref.Anchor, Says: n.Says, Actually: n.Actually, Because: n.Because}, nil
	})
	if err != nil {
		return nil, err
	}
	return l.DriftEntry(ctx, id)
}

var ownID = regexp.MustCompile(`^L-(\d+)$`)

// freeID is the next number of the library's own entries. They are called L-1, L-2, … so that they cannot be taken for a
// central document's.
func freeID(st *driftState, notes []driftlog.Note) string {
	top := 0
	for _, n := range notes {
		if m := ownID.FindStringSubmatch(n.ID); m != nil {
			k, _ := strconv.Atoi(m[1])
			top = max(top, k)
		}
	}
	for {
		top++
		id := "L-" + strconv.Itoa(top)
		free := true
		for _, e := range st.Entries {
			free = free && !driftlog.Named(e, id)
		}
		if free {
			return id
		}
	}
}

// ResolveDrift closes an open entry: by is the ref of what put it right, or words.
func (l *Library) ResolveDrift(ctx context.Context, id, by, because string) (*driftlog.State, error) {
	e, err := l.DriftEntry(ctx, id)
	if err != nil {
		return nil, err
	}
	if e.Status != driftlog.Open {
		return nil, fmt.Errorf("%s is not open any more: %s", e.ID, e.Because)
	}
	if by != "" {
		s, err := l.reader(ctx)
		if err != nil {
			return nil, err
		}
		defer s.done()
		ref, row, _, err := l.resolve(ctx, s.cat, by)
		if err != nil {
			return nil, fmt.Errorf("--by: %w", err)
		}
		r := refOf(row.Document, row.Label)
		r.Anchor = ref.Anchor
		by = r.String()
	}
	if by == "" && because == "" {
		return nil, fmt.Errorf("say what resolved it: --by elroy-user-guide@2.1#2.1, or --because \"…\"")
	}
	err = l.noteDrift(ctx, func(*driftState, []driftlog.Note) (driftlog.Note, error) {
		return driftlog.Note{Kind: "resolve", ID: e.ID, By: by, Because: because}, nil
	})
	if err != nil {
		return nil, err
	}
	return l.DriftEntry(ctx, id)
}

// noteDrift records one thing done by command, and what follows from it.
func (l *Library) noteDrift(ctx context.Context, make func(*driftState, []driftlog.Note) (driftlog.Note, error), more ...catalog.Candidate) error {
	w, err := l.change(ctx, "substrate drift", 30*time.Second)
	if err != nil {
		return err
	}
	defer w.close()
	notes, err := driftNotes(ctx, w.cat)
	if err != nil {
		return err
	}
	raw, err := w.cat.Derived(ctx, "drift")
	if err != nil {
		return err
	}
	st := &driftState{}
	if raw != nil {
		if err := json.Unmarshal(raw, st); err != nil {
			return fmt.Errorf("read the drift state: %w", err)
		}
	}
	ch := catalog.Change{Expect: w.state.Revision, At: l.Now(), Quiet: true, Generation: w.state.Generation, Rules: w.state.Rules, Candidates: more}
	if make != nil {
		n, err := make(st, notes)
		if err != nil {
			return err
		}
		n.At = l.Now().UTC()
		note, err := json.Marshal(n)
		if err != nil {
			return err
		}
		ch.DriftNotes = []json.RawMessage{note}
	}
	shelf, err := storedShelf(ctx, w.cat)
	if err != nil {
		return err
	}
	if err := l.deriveDrift(ctx, w, shelf, &ch, w.sections); err != nil {
		return err
	}
	_, err = w.cat.Commit(ctx, ch)
	return err
}

// ExportDrift is the drift log as a Markdown section, to be pasted into the central document: all open entries, and those
// resolved since its last issue.
func (l *Library) ExportDrift(ctx context.Context) (string, error) {
	list, err := l.DriftLog(ctx, DriftOptions{All: true})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("## Drift Log\n\n| ID | Found | Document | Says | Actually | Status |\n| --- | --- | --- | --- | --- | --- |\n")
	n := 0
	for i := len(list.Entries) - 1; i >= 0; i-- {
		e := list.Entries[i]
		status := string(e.Status)
		switch {
		case e.Status == driftlog.Closed, strings.Contains(e.Because, "absent since"):
			continue
		case e.Status == driftlog.Resolved && e.By != "":
			status = "resolved by " + e.By
		}
		n++
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", cell(e.ID), e.Found, cell(e.Place()), cell(e.Says), cell(e.Actually), cell(status))
	}
	if n == 0 {
		b.WriteString("\nNo entries.\n")
	}
	return b.String(), nil
}

func cell(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", `\|`)
}
