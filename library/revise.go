package library

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"substrate/capture"
	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/corpus/identity"
	"substrate/corpus/markdown"
	"substrate/driftlog/change"
	"substrate/driftlog/claim"
)

// ErrStale is wrapped when a document moved on since a revision of it was drafted.
var ErrStale = errors.New("the document moved on")

// ReviseOptions say how a revision is drafted.
type ReviseOptions struct {
	Label string // of the new version; "" is the next one of the document's own scheme
	Major bool
	Date  corpus.Date // zero is today
	// Only are the findings to take in, by number; empty is all that wait for the document.
	Only []int
	// Edit lets a person change the new text; nil leaves it.
	Edit func(text []byte) ([]byte, error)
}

// Revised is a revision with what it changes, section by section. The JSON form is stable.
type Revised struct {
	capture.Revision
	Sections []DiffSection `json:"sections"`
	Stale    string        `json:"stale,omitempty"` // why it cannot be approved as it is
}

// Revise drafts the next version of a document from the findings that wait for it. A draft of the same document that nobody
// edited is drafted anew, on the version that is current now.
func (l *Library) Revise(ctx context.Context, document string, o ReviseOptions) (*Revised, error) {
	cat, err := l.sessions(ctx)
	if err != nil {
		return nil, err
	}
	defer cat.Close()
	base, row, err := l.base(ctx, cat, document)
	if err != nil {
		return nil, err
	}
	if o.Date.IsZero() {
		o.Date = corpus.DateOf(l.Now())
	}
	old, err := openDraft(ctx, cat, base.Document)
	if err != nil {
		return nil, err
	}
	list, err := waiting(ctx, cat, base.Document, old, o.Only)
	if err != nil {
		return nil, err
	}
	wish := capture.Wish{Label: o.Label, Major: o.Major, Date: o.Date}
	var r *capture.Revision
	switch {
	case len(list) > 0:
		r, err = capture.DraftOf(*base, list, wish)
	case o.Edit != nil:
		r, err = capture.Blank(*base, wish)
	default:
		return nil, fmt.Errorf("%w: no finding waits for %s; capture one (substrate capture \"…\" --to %s#SECTION), or edit the text (--edit)", capture.ErrNothing, base.Document, base.Document)
	}
	if err != nil {
		return nil, left(r, err)
	}
	if old != nil {
		r.ID = old.ID
	}
	if o.Edit != nil {
		text, err := o.Edit([]byte(r.Source))
		if err != nil {
			return nil, err
		}
		if err := edited(r, base, string(text)); err != nil {
			return nil, err
		}
	}
	if err := l.putRevision(ctx, cat, r, list); err != nil {
		return nil, err
	}
	return l.revised(ctx, cat, r, row)
}

// left puts the reasons why findings could not be taken in behind an error.
func left(r *capture.Revision, err error) error {
	if r == nil {
		return err
	}
	for _, x := range r.Left {
		err = fmt.Errorf("%w\nF-%d: %s", err, x.Finding, x.Why)
	}
	return err
}

// edited takes the text that a person edited.
func edited(r *capture.Revision, base *capture.Base, text string) error {
	reading, err := markdown.Read([]byte(text))
	if err != nil {
		return fmt.Errorf("the edited text cannot be read: %w", err)
	}
	id := identity.Identify(reading, base.Title+".md", identity.Options{})
	if id.Label.Key() != corpus.ParseLabel(r.Version).Key() {
		return fmt.Errorf("the edited text says that it is version %q, not %s; leave its head as it is, or choose the version with --version", id.Label, r.Version)
	}
	if text == r.Source && len(r.Findings) == 0 {
		return fmt.Errorf("%w: the text was not changed", capture.ErrNothing)
	}
	r.Edited = r.Edited || text != r.Source
	r.Source = text
	return nil
}

// base is the version of a document that stands on the shelf now, with its Markdown.
func (l *Library) base(ctx context.Context, cat *catalog.Catalog, document string) (*capture.Base, catalog.Row, error) {
	_, row, rows, err := l.resolve(ctx, cat, document)
	if err != nil {
		return nil, row, err
	}
	var earlier []string
	for _, r := range rows {
		if r.Current {
			row = r
		}
	}
	for _, r := range rows {
		if r.Key != row.Key {
			earlier = append(earlier, r.Label.String())
		}
	}
	slices.Reverse(earlier)
	text, err := l.sourceText(ctx, cat, row)
	if err != nil {
		return nil, row, err
	}
	return &capture.Base{
		Document: row.Document, Title: row.Title, Ref: text.Ref, Key: row.Key, Label: row.Label, Earlier: earlier, Date: row.Date, Source: []byte(text.Text),
	}, row, nil
}

// openDraft is the draft of a document that findings can still be added to.
func openDraft(ctx context.Context, cat *catalog.Catalog, doc corpus.Slug) (*capture.Revision, error) {
	list, err := revisions(ctx, cat)
	if err != nil {
		return nil, err
	}
	for _, r := range slices.Backward(list) {
		if r.Document == doc && r.State == capture.Draft && !r.Edited {
			return &r, nil
		}
	}
	return nil, nil
}

func revisions(ctx context.Context, cat *catalog.Catalog) ([]capture.Revision, error) {
	rows, err := cat.Revisions(ctx)
	if err != nil {
		return nil, err
	}
	out := []capture.Revision{}
	for _, c := range rows {
		var r capture.Revision
		if err := json.Unmarshal(c.Revision, &r); err != nil {
			return nil, fmt.Errorf("revision %d: %w", c.ID, err)
		}
		r.ID, r.At, r.State, r.Document = c.ID, c.At, capture.RevisionState(c.State), c.Document
		if r.State == capture.Draft {
			r.Settled = ""
		}
		out = append(out, r)
	}
	return out, nil
}

// waiting are the findings that wait for a document: pending ones that go there, and those of the draft that is made anew.
func waiting(ctx context.Context, cat *catalog.Catalog, doc corpus.Slug, old *capture.Revision, only []int) ([]capture.Finding, error) {
	all, err := findings(ctx, cat, 0, "")
	if err != nil {
		return nil, err
	}
	var out []capture.Finding
	for _, f := range all {
		drafted := old != nil && f.State == capture.Drafted && f.Revision == old.ID
		p, ok := f.Goes()
		if len(only) > 0 && !slices.Contains(only, f.ID) || !drafted && (f.State != capture.Pending || !ok || !strings.HasPrefix(p.Ref, string(doc)+"@")) {
			continue
		}
		out = append(out, f)
	}
	return out, nil
}

// putRevision keeps a draft, with its findings marked as drafted and those that it leaves behind as pending.
func (l *Library) putRevision(ctx context.Context, cat *catalog.Catalog, r *capture.Revision, list []capture.Finding) error {
	r.At = l.Now()
	var err error
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	r.ID, err = cat.PutRevision(ctx, catalog.Revision{ID: r.ID, At: r.At, Document: r.Document, State: string(r.State), Revision: raw}, func(id int) []catalog.Finding {
		var out []catalog.Finding
		for _, f := range list {
			f.State, f.Revision = capture.Pending, 0
			if slices.Contains(r.Findings, f.ID) && r.State == capture.Draft {
				f.State, f.Revision = capture.Drafted, id
			}
			out = append(out, findingRow(f))
		}
		return out
	})
	return err
}

// revised tells what a revision changes in the text that it was drafted on.
func (l *Library) revised(ctx context.Context, cat *catalog.Catalog, r *capture.Revision, now catalog.Row) (*Revised, error) {
	out := &Revised{Revision: *r, Sections: []DiffSection{}}
	if r.State == capture.Draft && now.Key != r.Base {
		out.Stale = fmt.Sprintf("it was drafted on %s, and %s is current now; substrate revise %s drafts it anew on that", r.From, refOf(now.Document, now.Label), r.Document)
	}
	base, ok, err := cat.Row(ctx, r.Base)
	if err != nil {
		return nil, err
	}
	if !ok {
		return out, nil // the version that it was drafted on was taken back
	}
	old, err := l.sourceText(ctx, cat, base)
	if err != nil {
		return nil, err
	}
	from, err := markdown.Read([]byte(old.Text))
	if err != nil {
		return nil, err
	}
	to, err := markdown.Read([]byte(r.Source))
	if err != nil {
		return nil, err
	}
	a, b := claim.NewSource(r.Document, r.Title, from.Sections), claim.NewSource(r.Document, r.Title, to.Sections)
	d := &Diff{Old: r.From, New: refOf(r.Document, corpus.ParseLabel(r.Version)).String()}
	c := change.Compare(a, b)
	rows := identity.Identify(to, r.Title+".md", identity.Options{}).ChangeLog
	c.Explain(rows)
	for k, s := range c.Sections {
		out.Sections = append(out.Sections, sectionDiff(d, a, b, s, c.Told[k], rows))
	}
	return out, nil
}

// Revisions lists all revisions, newest first.
func (l *Library) Revisions(ctx context.Context) ([]capture.Revision, error) {
	cat, err := l.sessions(ctx)
	if err != nil {
		return nil, err
	}
	defer cat.Close()
	list, err := revisions(ctx, cat)
	slices.Reverse(list)
	return list, err
}

// Revision is one revision by its number, "R-12" or "12", with what it changes.
func (l *Library) Revision(ctx context.Context, id string) (*Revised, error) {
	cat, err := l.sessions(ctx)
	if err != nil {
		return nil, err
	}
	defer cat.Close()
	r, err := revisionOf(ctx, cat, id)
	if err != nil {
		return nil, err
	}
	_, now, err := l.base(ctx, cat, string(r.Document))
	if err != nil {
		return nil, err
	}
	return l.revised(ctx, cat, r, now)
}

func revisionOf(ctx context.Context, cat *catalog.Catalog, id string) (*capture.Revision, error) {
	list, err := revisions(ctx, cat)
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		if fmt.Sprint(r.ID) == strings.TrimPrefix(strings.ToUpper(id), "R-") {
			return &r, nil
		}
	}
	return nil, fmt.Errorf("%w: no revision %q; substrate revise list shows them", ErrNotFound, id)
}

// RejectRevision sets a draft aside; its findings wait again.
func (l *Library) RejectRevision(ctx context.Context, id, because string) (*capture.Revision, error) {
	if strings.TrimSpace(because) == "" {
		return nil, errors.New("say why it is rejected: --because \"the measurement was wrong\"")
	}
	cat, err := l.sessions(ctx)
	if err != nil {
		return nil, err
	}
	defer cat.Close()
	r, err := revisionOf(ctx, cat, id)
	if err != nil {
		return nil, err
	}
	if r.State != capture.Draft {
		return nil, fmt.Errorf("revision R-%d is %s already: %s", r.ID, r.State, r.Settled)
	}
	all, err := findings(ctx, cat, 0, "")
	if err != nil {
		return nil, err
	}
	var own []capture.Finding
	for _, f := range all {
		if f.Revision == r.ID {
			own = append(own, f)
		}
	}
	r.State, r.Settled = capture.Rejected, because
	return r, l.putRevision(ctx, cat, r, own)
}
