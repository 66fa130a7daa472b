package library

import (
	"context"
	"slices"
	"strings"

	"substrate/capture"
	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/driftlog"
	"substrate/driftlog/claim"
	"substrate/driftlog/echo"
	"substrate/driftlog/value"
	"substrate/epoch"
	"substrate/index"
)

// place says where a finding would go, best first.
func (l *Library) place(ctx context.Context, f capture.Finding) ([]capture.Place, error) {
	if f.To != "" {
		return l.placeAsSaid(ctx, f)
	}
	s, _, err := l.searcher(ctx)
	if err != nil {
		return []capture.Place{}, err
	}
	defer s.done()
	list, err := l.candidates(ctx, s, f)
	if err != nil {
		return []capture.Place{}, err
	}
	return capture.PlaceIn(f, list), nil
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
	c := capture.Candidate{Ref: f.To, Document: string(sh.Document)}
	fitStatement(&c, f, claim.NewSource(sh.Document, sh.Title, sh.Sections[:1]))
	switch {
	case c.Old != "" && c.Against >= 0.4:
		p.Form, p.Old, p.New = capture.Replace, c.Old, c.New
	case len(f.Places) > 0 && f.Places[0].Ref == f.To:
		p.Form, p.Cells, p.Table = f.Places[0].Form, f.Places[0].Cells, f.Places[0].Table
	}
	return []capture.Place{p}, nil
}

// What a standing counts when a place is looked for: what is learned today belongs into what is true today.
var placeWorth = map[epoch.Standing]float64{epoch.Authoritative: 1, epoch.Historical: 0.7, epoch.Held: 0.6}

// lookedAt is how many sections are looked at closely.
const lookedAt = 15

// evidenceShare is what a match of the evidence counts beside one of the text: it holds names, and much besides.
const evidenceShare = 0.3

// candidates are the sections that a finding may belong to.
func (l *Library) candidates(ctx context.Context, s *snapshot, f capture.Finding) ([]capture.Candidate, error) {
	by, err := matches(ctx, s, f)
	if err != nil {
		return nil, err
	}
	var order []*match
	for _, m := range by {
		order = append(order, m)
	}
	slices.SortFunc(order, func(a, b *match) int {
		if a.score != b.score {
			if a.score > b.score {
				return -1
			}
			return 1
		}
		return strings.Compare(a.key+a.anchor, b.key+b.anchor)
	})
	titles, err := titleWords(ctx, s.cat)
	if err != nil {
		return nil, err
	}
	said := claim.Words(f.Text)
	outlines := map[string][]corpus.Section{}
	var out []capture.Candidate
	for _, m := range order {
		if len(out) == lookedAt {
			break
		}
		row, ok, err := s.cat.Row(ctx, m.key)
		if err != nil || !ok {
			return nil, err
		}
		sec, ok, err := s.cat.Section(ctx, m.key, m.anchor)
		if err != nil {
			return nil, err
		}
		if !ok || !isHome(sec) {
			continue
		}
		if outlines[m.key] == nil {
			if outlines[m.key], err = s.cat.Outline(ctx, m.key); err != nil {
				return nil, err
			}
		}
		if !isHomeIn(outlines[m.key], m.anchor) {
			continue
		}
		c := capture.Candidate{
			Ref: refAt(row, m.anchor), Document: string(row.Document), Heading: sec.Heading(), Match: m.score, Cover: m.cover, Worth: placeWorth[row.Standing],
			Tracker: listsPriorities(row.Title), Named: namesTitle(said, row.Title, titles),
		}
		kin(&c, outlines[m.key], m.anchor, row)
		fitStatement(&c, f, claim.NewSource(row.Document, row.Title, []corpus.Section{sec}))
		fitRow(&c, f, sec)
		out = append(out, c)
	}
	return out, nil
}

type match struct {
	key, anchor  string
	score, cover float64
}

// matches are the sections of current versions that have words of a finding, with how well they match.
func matches(ctx context.Context, s *snapshot, f capture.Finding) (map[string]*match, error) {
	by := map[string]*match{}
	add := func(text string, share float64) error {
		if strings.TrimSpace(text) == "" {
			return nil
		}
		res, err := s.idx.Search(ctx, index.Query{Text: strings.ReplaceAll(firstWords(text, 120), `"`, " "), Limit: 80, Literal: true})
		if err != nil || res.Weight == 0 {
			return err
		}
		seen := map[string]float64{} // of a section's passages the best counts whole, and others a little
		for _, h := range res.Hits {
			id := h.Version + "#" + h.Anchor
			m := by[id]
			if m == nil {
				m = &match{key: h.Version, anchor: h.Anchor}
				by[id] = m
			}
			v := share * h.Score / res.Weight
			if old, again := seen[id]; again {
				m.score += 0.1 * v
				seen[id] = old
				continue
			}
			seen[id] = v
			m.score += v
			if share == 1 {
				m.cover = max(m.cover, h.Cover)
			}
		}
		return nil
	}
	if err := add(f.Text, 1); err != nil {
		return nil, err
	}
	return by, add(f.Evidence, evidenceShare)
}

func firstWords(s string, n int) string {
	w := strings.Fields(s)
	return strings.Join(w[:min(n, len(w))], " ")
}

// isHome tells that a section states facts of its own: bookkeeping, drift logs and contents do not.
func isHome(s corpus.Section) bool {
	return s.Level > 0 && !isFrontMatter(s) && !driftlog.IsLog(s.Title)
}

// isHomeIn looks at the headings above.
func isHomeIn(outline []corpus.Section, anchor string) bool {
	i := findSection(outline, anchor)
	if i < 0 {
		return false
	}
	level := outline[i].Level
	for k := i; k >= 0; k-- {
		if k == i || outline[k].Level < level {
			level = outline[k].Level
			if !isHome(outline[k]) && outline[k].Level > 0 {
				return false
			}
		}
	}
	return true
}

// kin tells where a section stands among others.
func kin(c *capture.Candidate, outline []corpus.Section, anchor string, row catalog.Row) {
	i := findSection(outline, anchor)
	if i < 0 {
		return
	}
	first := i
	for first > 0 && outline[first].Level >= outline[i].Level {
		first--
	}
	if outline[first].Level >= outline[i].Level {
		first = -1
	} else {
		c.Parent = refAt(row, outline[first].Anchor)
	}
	for k := first + 1; k < len(outline) && outline[k].Level >= outline[i].Level; k++ {
		if outline[k].Level == outline[i].Level {
			c.Siblings++
			c.LastSibling = refAt(row, outline[k].Anchor)
		}
	}
}

// titleWords counts in how many titles of the shelf a word stands.
func titleWords(ctx context.Context, cat *catalog.Catalog) (map[string]int, error) {
	rows, err := cat.Shelf(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]int{}
	for _, r := range rows {
		for w := range claim.Words(r.Title) {
			out[w]++
		}
	}
	return out, nil
}

// namesTitle tells that a text has a word of a title that no other title has.
func namesTitle(said claim.Terms, title string, count map[string]int) bool {
	for w := range claim.Words(title) {
		if _, ok := said[w]; ok && count[w] == 1 && len(w) > 2 {
			return true
		}
	}
	return false
}

// fitStatement looks for a statement of a section that the finding says is not so, or says already.
func fitStatement(c *capture.Candidate, f capture.Finding, src claim.Source) {
	pool := echo.NewPool()
	pool.Add(src, c.Ref, corpus.Date{}, func(string) string { return c.Ref })
	for _, sentence := range claim.Sentences(f.Text) {
		for _, found := range echo.Check(sentence, pool) {
			if found.Agrees {
				if found.Score >= 0.8 && c.Says == "" {
					c.Says = found.Unit.Text
				}
				continue
			}
			if found.Score <= c.Against {
				continue
			}
			now, ok := replaced(found, sentence)
			if !ok {
				continue
			}
			c.Against, c.Old, c.New = found.Score, found.Unit.Text, now
		}
	}
}

// replaced is a statement with the finding's value in the place of its own.
func replaced(found echo.Found, sentence string) (string, bool) {
	old := found.Value.Text
	if strings.Count(found.Unit.Text, old) != 1 {
		return "", false
	}
	for _, v := range value.Extract(sentence) {
		if value.Comparable(v, found.Value) && !value.Agree(v, found.Value) {
			return strings.Replace(found.Unit.Text, old, v.Text, 1), true
		}
	}
	return "", false
}
