package library

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"

	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/driftlog"
	"substrate/driftlog/change"
	"substrate/driftlog/claim"
	"substrate/index"
)

// NoReason is what history says where no document gives one. It never makes one up.
const NoReason = "no reason is recorded"

// Event is one step in the history of a term, a value or a section. The JSON form is stable.
type Event struct {
	Kind   string `json:"kind"` // "appeared", "changed", "disappeared", "renamed", "moved"
	Date   string `json:"date"`
	Ref    string `json:"ref"`
	Old    string `json:"old,omitempty"`
	New    string `json:"new,omitempty"`
	Text   string `json:"text"` // as it stands there; of what disappeared, as it stood
	Reason string `json:"reason"`
	Source string `json:"source,omitempty"` // ref of the change log or the drift log that gives the reason
}

// History is in which versions something appeared, changed and disappeared.
type History struct {
	Asked    string   `json:"asked"`
	Searched string   `json:"searched"` // what was looked through
	Events   []Event  `json:"events"`
	Notes    []string `json:"notes,omitempty"`
}

// History tells what became of a term or a value, or with a reference of a section, over all versions.
func (l *Library) History(ctx context.Context, asked string) (*History, error) {
	asked = strings.TrimSpace(asked)
	if asked == "" {
		return nil, errors.New("nothing was asked for; give a term, a value or a section: substrate history \"retention\"")
	}
	s, _, err := l.searcher(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	st, err := l.drift(ctx, s)
	if err != nil {
		return nil, err
	}
	h := &historian{cat: s.cat, drift: st, out: &History{Asked: asked, Events: []Event{}}}
	if strings.Contains(asked, "#") {
		if ref, row, rows, err := l.resolve(ctx, s.cat, asked); err == nil && ref.Anchor != "" {
			return h.out, h.section(ctx, ref, row, rows)
		} else if err != nil && !strings.Contains(asked, " ") {
			return nil, err
		}
	}
	res, err := s.idx.Search(ctx, index.Query{Text: `"` + strings.ReplaceAll(asked, `"`, " ") + `"`, Archive: true, Limit: 2000})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	docs := map[corpus.Slug]bool{}
	for _, hit := range res.Hits {
		row, ok, err := s.cat.Row(ctx, hit.Version)
		if err != nil {
			return nil, err
		}
		if ok {
			docs[row.Document] = true
		}
	}
	slugs := make([]corpus.Slug, 0, len(docs))
	for d := range docs {
		slugs = append(slugs, d)
	}
	sort.Slice(slugs, func(i, j int) bool { return slugs[i] < slugs[j] })
	for _, d := range slugs {
		rows, err := s.cat.Versions(ctx, d)
		if err != nil {
			return nil, err
		}
		if err := h.term(ctx, asked, rows); err != nil {
			return nil, err
		}
	}
	all, err := s.cat.All(ctx)
	if err != nil {
		return nil, err
	}
	h.out.Searched = fmt.Sprintf("all %d versions, current and past", len(all))
	sort.SliceStable(h.out.Events, func(i, j int) bool { return h.out.Events[i].Date < h.out.Events[j].Date })
	if len(h.out.Events) == 0 {
		h.out.Notes = append(h.out.Notes, fmt.Sprintf("%q stands in none of them", asked))
	}
	return h.out, nil
}

type historian struct {
	cat   *catalog.Catalog
	drift *driftState
	out   *History
}

// term follows a term through the versions of one document, newest first as given.
func (h *historian) term(ctx context.Context, term string, rows []catalog.Row) error {
	var prev map[string]string // what was said, by unit text: anchor
	for i := len(rows) - 1; i >= 0; i-- {
		src, err := sourceOf(ctx, h.cat, rows[i])
		if err != nil {
			return err
		}
		now := mentions(src, term)
		if i == len(rows)-1 || len(prev) == 0 && len(now) > 0 {
			if err := h.appeared(ctx, term, rows, i, src, now); err != nil {
				return err
			}
		} else if len(prev) > 0 {
			d, err := diffRows(ctx, h.cat, rows[i+1], rows[i])
			if err != nil {
				return err
			}
			h.changed(d, term)
			if len(now) == 0 {
				h.gone(d, rows[i], prev)
			}
		}
		prev = now
	}
	return nil
}

// appeared notes the first version that has the term.
func (h *historian) appeared(ctx context.Context, term string, rows []catalog.Row, i int, src claim.Source, now map[string]string) error {
	if len(now) == 0 {
		return nil
	}
	text, anchor := first(src, now)
	e := Event{Kind: "appeared", Date: rows[i].Date.String(), Ref: refOf(rows[i].Document, rows[i].Label).String() + "#" + anchor, Text: text, Reason: NoReason}
	if i == len(rows)-1 {
		e.Reason = "the oldest version here"
	} else {
		list, err := logRows(ctx, h.cat, rows[i+1], rows[i])
		if err != nil {
			return err
		}
		for _, r := range list {
			if has(r.Text, term) || cites(r.Text, anchor) {
				e.Reason, e.Source = r.Text, refOf(rows[i].Document, rows[i].Label).String()
			}
		}
	}
	h.out.Events = append(h.out.Events, e)
	return nil
}

// changed notes the values that changed in statements with the term, and those that are the term.
func (h *historian) changed(d *Diff, term string) {
	for _, s := range d.Sections {
		for _, v := range s.Values {
			if !has(v.OldText, term) && !has(v.NewText, term) && !has(v.Old, term) && !has(s.Heading, term) {
				continue
			}
			e := Event{Kind: "changed", Date: d.NewDate, Ref: s.Ref, Old: v.Old, New: v.New, Text: v.NewText, Reason: NoReason}
			if v.Logged {
				e.Reason, e.Source = v.Row, d.New
			} else if r, from := h.entry(v); r != "" {
				e.Reason, e.Source = r, from
			}
			h.out.Events = append(h.out.Events, e)
		}
	}
}

// entry is the drift entry that tells of a change.
func (h *historian) entry(v DiffValue) (reason, source string) {
	for _, e := range h.drift.Entries {
		if driftlog.Answers(e, v.OldText) && has(e.Says, v.Old) || has(e.Says, v.Old) && has(e.Actually, v.New) {
			return fmt.Sprintf("%s: %s says %q; actually %q", e.ID, e.Place(), e.Says, e.Actually), e.RecordedIn
		}
	}
	return "", ""
}

func (h *historian) gone(d *Diff, row catalog.Row, prev map[string]string) {
	texts := make([]string, 0, len(prev))
	for t := range prev {
		texts = append(texts, t)
	}
	sort.Strings(texts)
	anchor := prev[texts[0]]
	e := Event{Kind: "disappeared", Date: row.Date.String(), Ref: refOf(row.Document, row.Label).String(), Text: texts[0], Reason: NoReason}
	for _, r := range d.Rows {
		if cites(r.Text, anchor) || has(r.Text, h.out.Asked) {
			e.Reason, e.Source = r.Text, d.New
		}
	}
	h.out.Events = append(h.out.Events, e)
}

// section follows one section backwards and tells it forwards.
func (h *historian) section(ctx context.Context, ref corpus.Ref, row catalog.Row, rows []catalog.Row) error {
	h.out.Searched = fmt.Sprintf("all %d versions of %s", len(rows), row.Document)
	at := 0
	for i, r := range rows {
		if r.Key == row.Key {
			at = i
		}
	}
	outline, err := h.cat.Outline(ctx, row.Key)
	if err != nil {
		return err
	}
	place := findSection(outline, ref.Anchor)
	if place < 0 {
		return fmt.Errorf("%w: %s has no section %q; %s", ErrNotFound, refOf(row.Document, row.Label), ref.Anchor, nearSections(outline, ref.Anchor))
	}
	anchor := outline[place].Anchor
	var events []Event
	for i := at; i < len(rows); i++ {
		if i+1 == len(rows) {
			events = append(events, Event{Kind: "appeared", Date: rows[i].Date.String(), Ref: refOf(rows[i].Document, rows[i].Label).String() + "#" + anchor, Text: outline[place].Heading(), Reason: "the oldest version here"})
			break
		}
		d, err := diffRows(ctx, h.cat, rows[i+1], rows[i])
		if err != nil {
			return err
		}
		was, step := before1(d, anchor)
		events = append(events, step...)
		if was == "" {
			break
		}
		anchor = was
	}
	for i := len(events) - 1; i >= 0; i-- {
		h.out.Events = append(h.out.Events, events[i])
	}
	return nil
}

// before1 tells what a version did to a section, and where it stood before: "" when it is new.
func before1(d *Diff, anchor string) (string, []Event) {
	ref := d.New + "#" + anchor
	for k, s := range d.Sections {
		if s.Ref != ref || s.Kind == change.Removed {
			continue
		}
		c := d.diff.Sections[k]
		reason, source := NoReason, ""
		for _, r := range d.Rows {
			if cites(r.Text, anchor) || has(r.Text, strings.TrimLeft(s.Heading, "0123456789. ")) {
				reason, source = r.Text, d.New
			}
		}
		if c.Old < 0 {
			return "", []Event{{Kind: "appeared", Date: d.NewDate, Ref: ref, Text: s.Heading, Reason: reason, Source: source}}
		}
		old := d.diff.Old.Sections[c.Old].Anchor
		var out []Event
		for i := len(s.Values) - 1; i >= 0; i-- {
			v := s.Values[i]
			e := Event{Kind: "changed", Date: d.NewDate, Ref: ref, Old: v.Old, New: v.New, Text: v.NewText, Reason: NoReason}
			if v.Logged {
				e.Reason, e.Source = v.Row, d.New
			}
			out = append(out, e)
		}
		switch {
		case len(out) > 0:
		case s.Kind == change.Changed:
			out = append(out, Event{Kind: "changed", Date: d.NewDate, Ref: ref, Text: fmt.Sprintf("%d sentences or rows", len(s.Units)), Reason: reason, Source: source})
		default:
			out = append(out, Event{Kind: string(s.Kind), Date: d.NewDate, Ref: ref, Old: s.OldHeading, New: s.Heading, Text: s.Heading, Reason: reason, Source: source})
		}
		return old, out
	}
	// It did not change; it may have another number.
	for n, sec := range d.diff.New.Sections {
		if sec.Anchor == anchor {
			if o := d.diff.Partner(n); o >= 0 {
				return d.diff.Old.Sections[o].Anchor, nil
			}
		}
	}
	return "", nil
}

// mentions are the units of a version that have a term, with their sections' anchors.
func mentions(src claim.Source, term string) map[string]string {
	out := map[string]string{}
	for _, s := range src.Sections {
		if claim.Kept(s) {
			continue
		}
		for _, b := range s.Blocks {
			for _, u := range claim.Units(b) {
				if has(u.Text, term) {
					if _, ok := out[u.Text]; !ok {
						out[u.Text] = s.Anchor
					}
				}
			}
		}
		if has(s.Title, term) && len(s.Blocks) > 0 {
			out[s.Heading()] = s.Anchor
		}
	}
	return out
}

// first is the mention that stands first.
func first(src claim.Source, m map[string]string) (text, anchor string) {
	for _, s := range src.Sections {
		best := ""
		for t, a := range m {
			if a == s.Anchor && (best == "" || t < best) {
				best = t
			}
		}
		if best != "" {
			return best, s.Anchor
		}
	}
	return "", ""
}

// has says that a text has a term as whole words, whatever its case and its spaces.
func has(text, term string) bool {
	t := " " + strings.ToLower(strings.Join(strings.Fields(text), " ")) + " "
	want := strings.ToLower(strings.Join(strings.Fields(term), " "))
	if want == "" {
		return false
	}
	for from := 0; ; {
		i := strings.Index(t[from:], want)
		if i < 0 {
			return false
		}
		i += from
		if !wordAt(t[i-1:i]) && !wordAt(t[i+len(want):i+len(want)+1]) {
			return true
		}
		from = i + 1
	}
}

func wordAt(s string) bool {
	c := s[0]
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_'
}

// cites says that a change-log row names a section by its number.
func cites(text, anchor string) bool {
	return anchor != "" && (strings.Contains(text, "§"+anchor+")") || strings.Contains(text, "§"+anchor+",") || strings.Contains(text, "§"+anchor+" ") || strings.Contains(text, "§"+anchor+";") || strings.HasSuffix(text, "§"+anchor) || strings.Contains(text, "§"+anchor+". "))
}
