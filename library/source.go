package library

import (
	"context"
	"fmt"

	"substrate/capture/source"
	"substrate/corpus"
	"substrate/corpus/catalog"
)

// SourceText is a version's Markdown. The JSON form is stable.
type SourceText struct {
	Ref  string `json:"ref"`
	How  string `json:"how"` // "kept", "original" or "made"
	Text string `json:"text"`
}

// Source is the Markdown of a version: the one that it was issued from, its original if that is Markdown, or one made from what
// was read of its PDF. What is made is the same each time.
func (l *Library) Source(ctx context.Context, ref string) (*SourceText, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	_, row, _, err := l.resolve(ctx, s.cat, ref)
	if err != nil {
		return nil, err
	}
	return l.sourceText(ctx, s.cat, row)
}

func (l *Library) sourceText(ctx context.Context, cat *catalog.Catalog, row catalog.Row) (*SourceText, error) {
	out := &SourceText{Ref: refOf(row.Document, row.Label).String(), How: "kept"}
	raw, ok, err := cat.Source(ctx, row.Key)
	if err != nil {
		return nil, err
	}
	if ok {
		out.Text = string(raw)
		return out, nil
	}
	if row.Format == "markdown" {
		raw, err := catalog.OpenStore(l.state()).Get(row.Key)
		if err != nil {
			return nil, fmt.Errorf("the original of %s: %w", out.Ref, err)
		}
		out.How, out.Text = "original", string(raw)
		return out, nil
	}
	list, err := cat.Originals(ctx, row.Key)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%w: the original of %s", ErrNotFound, out.Ref)
	}
	sections, err := cat.Sections(ctx, row.Key)
	if err != nil {
		return nil, err
	}
	id := list[0].Identity
	id.Title, id.Label, id.Date, id.Epoch = row.Title, row.Label, row.Date, row.Epoch
	out.How, out.Text = "made", string(source.FromVersion(source.Of(id, sections)))
	return out, nil
}

// anchorsOf are the sections of a text that can be cited.
func anchorsOf(list []corpus.Section) []string {
	var out []string
	for _, s := range list {
		if s.Level > 0 {
			out = append(out, s.Anchor)
		}
	}
	return out
}
