package library

import (
	"context"
	"errors"
	"fmt"
	"time"

	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/epoch"
)

// ErrNothingToUndo says that no cascade is left to take back.
var ErrNothingToUndo = errors.New("there is no cascade to take back")

// Undone tells what an undo did.
type Undone struct {
	Cascade  int           `json:"cascade"` // that was taken back
	Kind     string        `json:"kind"`
	Now      int           `json:"now"` // the newest that is left; 0 when none is
	Left     []Entry       `json:"left"`
	Restored []Entry       `json:"restored"` // editions whose standing changed back
	Prompt   *PromptChange `json:"prompt,omitempty"`
}

// Undo takes the last cascade back: what it brought leaves, and every standing is as it was before. The original
// bytes stay in the store, so that ingesting the files again costs nothing but time.
func (l *Library) Undo(ctx context.Context, wait time.Duration) (*Undone, error) {
	w, err := l.change(ctx, "substrate undo", wait)
	if err != nil {
		return nil, err
	}
	defer w.close()
	n := w.state.Cascade
	if n == 0 {
		return nil, ErrNothingToUndo
	}
	list, err := w.cat.Cascades(ctx, w.state.Next-n+1)
	if err != nil {
		return nil, err
	}
	out := &Undone{Cascade: n, Left: []Entry{}, Restored: []Entry{}}
	for _, c := range list {
		if c.Number == n {
			out.Kind = c.Kind
		}
	}
	was := w.facts.clone()
	now := was.without(n).clone()
	redo := map[string]bool{}
	for _, d := range was.decisions {
		if _, stays := now.originals[d.Key]; d.Cascade == n && stays {
			redo[d.Key] = true
		}
	}
	ids, with, err := l.reidentify(ctx, now, redo, w.sections)
	if err != nil {
		return nil, err
	}
	before, err := storedShelf(ctx, w.cat)
	if err != nil {
		return nil, err
	}
	after := l.shelve(now)
	for k, v := range before.Verdicts {
		a, stays := after.Verdicts[k]
		switch {
		case !stays:
			out.Left = append(out.Left, entryOf(before, was.originals[k]))
		case a.Standing != v.Standing || a.Document != v.Document:
			out.Restored = append(out.Restored, entryOf(after, now.originals[k]))
		}
	}
	sortEntries(out.Left)
	sortEntries(out.Restored)
	out.Now, err = l.commit(ctx, w, before, after, catalog.Change{
		Expect: w.state.Revision, At: l.Now(), Undo: n, Identities: ids, Identified: with, Shelf: after, Rules: l.rulesDigest(),
	}, w.sections)
	if err != nil {
		return nil, fmt.Errorf("undo: %w", err)
	}
	for _, e := range out.Left {
		l.withdraw(e.File, was)
	}
	out.Prompt, _ = l.revisitPrompt(ctx)
	return out, nil
}

// shelfAt is the shelf as it would be without the editions dated later than day.
func (l *Library) shelfAt(f *facts, day corpus.Date) *epoch.Shelf {
	var eds []epoch.Edition
	for _, e := range f.editions() {
		d := e.Date
		if d.IsZero() {
			d = corpus.DateOf(f.originals[e.Key].Added)
		}
		// A date without a day counts from its first day.
		if d.Month == 0 {
			d.Month = 1
		}
		if d.Day == 0 {
			d.Day = 1
		}
		if d.Compare(day) <= 0 {
			eds = append(eds, e)
		}
	}
	return epoch.Shelve(eds, l.Config.Rules())
}
