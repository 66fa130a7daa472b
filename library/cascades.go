package library

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"substrate/corpus"
	"substrate/corpus/catalog"
)

// CascadeInfo is one recorded run.
type CascadeInfo struct {
	Number  int     `json:"cascade"`
	At      string  `json:"at"`
	Kind    string  `json:"kind"`
	Summary string  `json:"summary"`
	Undone  string  `json:"undone,omitempty"`
	Report  *Report `json:"report,omitempty"`
	// Time is At, to the second.
	Time time.Time `json:"-"`
}

// Cascades lists recorded runs, newest first.
func (l *Library) Cascades(ctx context.Context, limit int) ([]CascadeInfo, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	list, err := s.cat.Cascades(ctx, max(limit, 1))
	if err != nil {
		return nil, err
	}
	out := []CascadeInfo{}
	for _, c := range list {
		out = append(out, cascadeInfo(c))
	}
	return out, nil
}

func cascadeInfo(c catalog.Cascade) CascadeInfo {
	info := CascadeInfo{Number: c.Number, At: c.At.Local().Format("2006-01-02 15:04"), Kind: c.Kind, Time: c.At}
	if c.Undone != nil {
		info.Undone = c.Undone.Local().Format("2006-01-02 15:04")
	}
	var r Report
	if json.Unmarshal(c.Report, &r) == nil {
		info.Report = &r
		info.Summary = fmt.Sprintf("%d added, %d replaced, %d archived, %d held, %d failed", len(r.Added), len(r.Replaced), len(r.Archived), len(r.Held), len(r.Failed))
	}
	return info
}

// Complete lists references that begin with start: slugs, behind an "@" versions, behind a "#" sections.
func (l *Library) Complete(ctx context.Context, start string, deeper bool) ([]string, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	doc, anchor, hasAnchor := strings.Cut(start, "#")
	name, _, hasVersion := strings.Cut(doc, "@")
	var out []string
	switch {
	case deeper && hasAnchor:
		_, row, _, err := l.resolve(ctx, s.cat, doc)
		if err != nil {
			return nil, err
		}
		list, err := s.cat.Outline(ctx, row.Key)
		if err != nil {
			return nil, err
		}
		for _, sec := range list {
			if strings.HasPrefix(sec.Anchor, anchor) {
				out = append(out, doc+"#"+sec.Anchor+"\t"+sec.Title)
			}
		}
	case deeper && hasVersion:
		rows, err := s.cat.Versions(ctx, corpus.Slug(name))
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if ref := refOf(r.Document, r.Label).String(); strings.HasPrefix(ref, doc) {
				out = append(out, ref+"\t"+string(r.Standing))
			}
		}
	default:
		slugs, _, err := s.cat.Slugs(ctx)
		if err != nil {
			return nil, err
		}
		for _, sl := range slugs {
			if strings.HasPrefix(string(sl), start) {
				out = append(out, string(sl))
			}
		}
	}
	return out, nil
}
