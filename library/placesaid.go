package library

import (
	"context"
	"strings"

	"substrate/capture"
	"substrate/corpus/catalog"
)

// placeWithin finds the section of a document that a person named. That document is about the finding, so that what is in doubt is
// only where: in one of its sections, or in a new one at its end.
func (l *Library) placeWithin(ctx context.Context, f capture.Finding) ([]capture.Place, error) {
	sh, err := l.Show(ctx, f.To, true)
	if err != nil {
		return []capture.Place{}, err
	}
	end := endOf(sh)
	if f.Heading != "" && end != nil {
		return []capture.Place{{Ref: end.Ref, Heading: end.Heading, Form: capture.NewSection, Confidence: 1, Because: "a person named the document and the new section"}}, nil
	}
	s, _, err := l.searcher(ctx)
	if err != nil {
		return []capture.Place{}, err
	}
	defer s.done()
	list, err := l.candidates(ctx, s, f, sh.Document)
	if err != nil {
		return []capture.Place{}, err
	}
	out := []capture.Place{}
	for _, p := range capture.PlaceIn(f, list) {
		if p.Ref != "" {
			out = append(out, p)
		}
	}
	if len(out) == 0 && end != nil {
		end.Form, end.Confidence, end.Because = capture.NewSection, capture.Sure/2, "a person named the document, and none of its sections speaks of this"
		out = append(out, *end)
	}
	return out, nil
}

// endOf is the last section of a document's first level that states facts; nil when there is none.
func endOf(sh *Shown) *capture.Place {
	var end *capture.Place
	top := 0
	for i, sec := range sh.Sections {
		if sec.Anchor == "" || !isHomeIn(sh.Sections, i) || top != 0 && sec.Level > top {
			continue
		}
		top = sec.Level
		ref, _, _ := strings.Cut(sh.Ref, "#")
		end = &capture.Place{Ref: ref + "#" + sec.Anchor, Heading: sec.Heading()}
	}
	return end
}

// placeAsSaid settles in what form a finding enters the section that a person named.
func (l *Library) placeAsSaid(ctx context.Context, f capture.Finding) ([]capture.Place, error) {
	sh, err := l.Show(ctx, f.To, false)
	if err != nil {
		return []capture.Place{}, err
	}
	p := capture.Place{Ref: f.To, Form: capture.Into, Confidence: 1, Because: "a person said so"}
	if sh.Outline || len(sh.Sections) == 0 {
		return []capture.Place{p}, nil
	}
	p.Heading = sh.Sections[0].Heading()
	if f.Heading != "" {
		p.Form = capture.NewSection
		return []capture.Place{p}, nil
	}
	c := capture.Candidate{Ref: f.To, Document: string(sh.Document), Headed: 1}
	fit(&c, ask(f), newGround(catalog.Row{Document: sh.Document, Title: sh.Title}, sh.Sections[:1]), 0)
	switch {
	case c.Old != "" && c.Against >= 0.4:
		p.Form, p.Old, p.New = capture.Replace, c.Old, c.New
	case c.Filled >= 2:
		p.Form, p.Cells, p.Table = capture.Row, c.Cells, c.Table
	}
	return []capture.Place{p}, nil
}
