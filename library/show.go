package library

import (
	"context"
	"fmt"
	"strings"

	"substrate/corpus"
	"substrate/epoch"
)

// Shown is a section, with what stands under it, or a version's outline.
type Shown struct {
	Requested string           `json:"requested"`
	Ref       string           `json:"ref"`
	Document  corpus.Slug      `json:"document"`
	Title     string           `json:"title"`
	Version   string           `json:"version"`
	Epoch     string           `json:"epoch"`
	Standing  epoch.Standing   `json:"standing"`
	Because   string           `json:"because"`
	Date      string           `json:"date"`
	Current   string           `json:"current,omitempty"` // ref of the same section in the current version, when another was requested
	Sections  []corpus.Section `json:"sections"`
	Outline   bool             `json:"outline,omitempty"` // sections come without blocks
	Drift     []SectionDrift   `json:"drift"`             // open entries that say something in these sections is false
}

// SectionDrift is a drift entry with the section that it speaks of.
type SectionDrift struct {
	Section string `json:"section"` // anchor
	Drift
}

// Show reads what a reference means: a section with its subsections, or without a section the outline, or with full the
// whole version.
func (l *Library) Show(ctx context.Context, request string, full bool) (*Shown, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	out, key, err := l.show(ctx, s, request, full)
	if err != nil {
		return nil, err
	}
	st, err := l.drift(ctx, s)
	if err != nil {
		return nil, err
	}
	out.Drift = []SectionDrift{}
	for _, sec := range out.Sections {
		for _, d := range st.covering(key, sec.Anchor) {
			out.Drift = append(out.Drift, SectionDrift{sec.Anchor, d})
		}
	}
	return out, nil
}

// show answers with the key of the version besides.
func (l *Library) show(ctx context.Context, s *snapshot, request string, full bool) (*Shown, string, error) {
	ref, row, rows, err := l.resolve(ctx, s.cat, request)
	if err != nil {
		return nil, "", err
	}
	out := &Shown{
		Requested: request, Document: row.Document, Title: row.Title, Version: row.Label.String(), Epoch: row.Epoch,
		Standing: row.Standing, Because: row.Because, Date: row.Date.String(),
	}
	at := refOf(row.Document, row.Label)
	at.Anchor = ref.Anchor
	out.Ref = at.String()
	for _, r := range rows {
		if r.Current && r.Key != row.Key {
			c := refOf(r.Document, r.Label)
			c.Anchor = ref.Anchor
			out.Current = c.String()
		}
	}
	outline, err := s.cat.Outline(ctx, row.Key)
	if err != nil {
		return nil, "", err
	}
	if ref.Anchor == "" {
		out.Sections, out.Outline = outline, !full
		if full {
			out.Sections, err = s.cat.Sections(ctx, row.Key)
		}
		return out, row.Key, err
	}
	at1 := findSection(outline, ref.Anchor)
	if at1 < 0 {
		return nil, "", fmt.Errorf("%w: %s has no section %q; %s", ErrNotFound, refOf(row.Document, row.Label), ref.Anchor, nearSections(outline, ref.Anchor))
	}
	all, err := s.cat.Sections(ctx, row.Key)
	if err != nil {
		return nil, "", err
	}
	at.Anchor = all[at1].Anchor
	out.Ref = at.String()
	end := at1 + 1
	for end < len(all) && all[end].Level > all[at1].Level && all[at1].Level > 0 {
		end++
	}
	out.Sections = all[at1:end]
	return out, row.Key, nil
}

// findSection is the place of the section that an anchor names: by anchor, else by title or the start of one.
func findSection(list []corpus.Section, anchor string) int {
	for i, s := range list {
		if s.Anchor == anchor {
			return i
		}
	}
	slug := string(corpus.MakeSlug(anchor))
	match := -1
	for i, s := range list {
		t := string(corpus.MakeSlug(s.Title))
		if t == slug || string(corpus.MakeSlug(s.Heading())) == slug {
			return i
		}
		if len(slug) > 3 && strings.HasPrefix(t, slug) {
			if match >= 0 {
				return -1
			}
			match = i
		}
	}
	return match
}

func nearSections(list []corpus.Section, anchor string) string {
	parent := anchor
	for parent != "" {
		i := strings.LastIndexByte(parent, '.')
		if i < 0 {
			break
		}
		parent = parent[:i]
		var under []string
		for _, s := range list {
			if strings.HasPrefix(s.Anchor, parent+".") {
				under = append(under, "#"+s.Anchor)
			}
		}
		if len(under) > 0 {
			return "under " + parent + " it has " + strings.Join(under[:min(8, len(under))], ", ")
		}
	}
	var anchors []corpus.Slug
	for _, s := range list {
		anchors = append(anchors, corpus.Slug(s.Anchor))
	}
	if near := nearest(anchor, anchors); len(near) > 0 {
		return "did you mean #" + strings.Join(near, " or #") + "?"
	}
	var top []string
	for _, s := range list {
		if s.Level == 1 {
			top = append(top, "#"+s.Anchor)
		}
	}
	return "it has " + strings.Join(top[:min(12, len(top))], ", ")
}
