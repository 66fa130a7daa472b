package library

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"substrate/capture"
	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/corpus/identity"
	"substrate/driftlog"
	"substrate/driftlog/claim"
	"substrate/driftlog/value"
	"substrate/epoch"
	"substrate/index"
)

// Place says where a finding would go, best first, and keeps nothing.
func (l *Library) Place(ctx context.Context, f capture.Finding) ([]capture.Place, error) {
	if f.Section() {
		return l.placeAsSaid(ctx, f)
	}
	if f.To != "" {
		return l.placeWithin(ctx, f)
	}
	s, _, err := l.searcher(ctx)
	if err != nil {
		return []capture.Place{}, err
	}
	defer s.done()
	list, err := l.candidates(ctx, s, f, "")
	if err != nil {
		return []capture.Place{}, err
	}
	return capture.PlaceIn(f, list), nil
}

// What a standing counts when a place is looked for: what is learned today belongs into what is true today.
var placeWorth = map[epoch.Standing]float64{epoch.Authoritative: 1, epoch.Historical: 0.7, epoch.Held: 0.6}

// lookedAt is how many sections are looked at closely.
const lookedAt = 15

// evidenceShare is what a match of the evidence counts beside one of the text: it holds names, and much besides.
const evidenceShare = 0.3

// candidates are the sections that a finding may belong to: of one document, or of all for "".
func (l *Library) candidates(ctx context.Context, s *snapshot, f capture.Finding, within corpus.Slug) ([]capture.Candidate, error) {
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
	g := &gathering{s: s, f: ask(f), said: plainWords(f.Text), titles: titles, seen: map[string]bool{}}
	if within != "" {
		if g.within, err = keysOf(ctx, s.cat, within); err != nil {
			return nil, err
		}
	}
	looked := 0
	for _, m := range order {
		if looked == lookedAt {
			break
		}
		c, ok, err := g.candidate(ctx, m)
		if err != nil {
			return nil, err
		}
		if ok {
			g.out = append(g.out, c)
		}
		if ok && !c.Aside {
			looked++
		}
	}
	return g.out, g.whole(ctx, by)
}

// keysOf are a document's versions on the shelf.
func keysOf(ctx context.Context, cat *catalog.Catalog, document corpus.Slug) (map[string]bool, error) {
	rows, err := cat.Shelf(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, r := range rows {
		if r.Document == document {
			out[r.Key] = true
		}
	}
	return out, nil
}

// gathering collects candidates for one finding.
type gathering struct {
	s      *snapshot
	f      *asking
	said   map[string]bool
	titles map[string]int
	seen   map[string]bool
	within map[string]bool // versions that are looked at; nil for all
	out    []capture.Candidate
}

func (g *gathering) candidate(ctx context.Context, m *match) (c capture.Candidate, ok bool, err error) {
	if g.within != nil && !g.within[m.key] || g.seen[m.key+"#"+m.anchor] {
		return c, false, nil
	}
	g.seen[m.key+"#"+m.anchor] = true
	on, err := g.s.ground(ctx, m.key)
	if err != nil || on == nil {
		return c, false, err
	}
	on.mu.Lock()
	defer on.mu.Unlock()
	i := slices.IndexFunc(on.sections, func(s corpus.Section) bool { return s.Anchor == m.anchor })
	if i < 0 {
		return c, false, nil
	}
	sec := on.sections[i]
	if !isHomeIn(on.sections, i) {
		aside := sec.Level > 0 && identity.IsBookkeeping(sec)
		return capture.Candidate{Ref: refAt(on.row, m.anchor), Document: string(on.row.Document), Match: m.score, Worth: placeWorth[on.row.Standing], Aside: true}, aside, nil
	}
	c = capture.Candidate{
		Ref: refAt(on.row, m.anchor), Document: string(on.row.Document), Heading: sec.Heading(), Match: m.score, Cover: m.cover, Weight: m.weight, Worth: placeWorth[on.row.Standing],
		Tracker: listsPriorities(on.row.Title), Named: namesTitle(g.said, on.row.Title, g.titles),
	}
	c.Trouble = capture.IsTrouble(append([]string{sec.Title}, sec.Path...)...)
	title := on.part(i).title
	c.Headed = claim.Common(title, g.f.terms) / max(title.Weight(), 1)
	kin(&c, on.sections, i, on.row)
	fit(&c, g.f, on, i)
	return c, true, nil
}

// fit looks for what a finding would change in section i.
func fit(c *capture.Candidate, f *asking, on *ground, i int) {
	fitStatement(c, f, on.part(i))
	fitSubject(c, f, on.sections[i])
	fitQuoted(c, f, on.part(i))
	fitRow(c, f.Finding, on.sections[i])
}

// whole looks through all of the documents that a finding names, and of one that tells of something new, of those that match it
// best: a table or a statement that it changes need not share its words.
func (g *gathering) whole(ctx context.Context, by map[string]*match) error {
	rows, err := g.s.cat.Shelf(ctx)
	if err != nil {
		return err
	}
	near := nearest8(by)
	if !adds.MatchString(g.f.Text) && !numbered.MatchString(g.f.Text) {
		near = nil
	}
	for _, r := range rows {
		if !namesTitle(g.said, r.Title, g.titles) && !near[r.Key] {
			continue
		}
		on, err := g.s.ground(ctx, r.Key)
		if err != nil {
			return err
		}
		if on == nil {
			continue
		}
		for _, sec := range on.sections {
			m := by[r.Key+"#"+sec.Anchor]
			if m == nil {
				m = &match{key: r.Key, anchor: sec.Anchor}
			}
			c, ok, err := g.candidate(ctx, m)
			if err != nil {
				return err
			}
			if ok && (c.Filled >= 2 || c.Against >= 0.5) {
				g.out = append(g.out, c)
			}
		}
	}
	return nil
}

// nearest8 are the eight versions that match best, all their sections together.
func nearest8(by map[string]*match) map[string]bool {
	sum := map[string]float64{}
	for _, m := range by {
		sum[m.key] += m.score
	}
	keys := slices.SortedFunc(maps.Keys(sum), func(a, b string) int { return cmp.Or(cmp.Compare(sum[b], sum[a]), strings.Compare(a, b)) })
	out := map[string]bool{}
	for _, k := range keys[:min(8, len(keys))] {
		out[k] = true
	}
	return out
}

type match struct {
	key, anchor  string
	score, cover float64
	weight       float64 // of the words that stand there, in words that only one passage has
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
		seen := map[string]bool{} // of a section's passages the best counts whole, and others a little
		for _, h := range res.Hits {
			id := h.Version + "#" + h.Anchor
			m := by[id]
			if m == nil {
				m = &match{key: h.Version, anchor: h.Anchor}
				by[id] = m
			}
			v := share * h.Score / res.Weight
			if seen[id] {
				m.score += 0.1 * v
				continue
			}
			seen[id] = true
			m.score += v
			if share == 1 && h.Cover > m.cover {
				m.cover, m.weight = h.Cover, h.Cover*res.Weight/res.Rare
			}
		}
		return nil
	}
	if err := add(withoutQuantities(f.Text), 1); err != nil {
		return nil, err
	}
	return by, add(f.Evidence, evidenceShare)
}

// withoutQuantities leaves out what a finding measured: a new value stands nowhere yet.
func withoutQuantities(text string) string {
	out := text
	for _, v := range value.Extract(text) {
		if v.Kind == value.Quantity {
			out = strings.Replace(out, v.Text, " ", 1)
		}
	}
	if len(strings.Fields(out)) < 4 {
		return text
	}
	return out
}

func firstWords(s string, n int) string {
	w := strings.Fields(s)
	return strings.Join(w[:min(n, len(w))], " ")
}

// isHome tells that a section states facts of its own: bookkeeping, drift logs and contents do not.
func isHome(s corpus.Section) bool {
	return s.Level > 0 && !identity.IsBookkeeping(s) && !driftlog.IsLog(s.Title)
}

// isHomeIn tells the same of section i and the headings above it.
func isHomeIn(outline []corpus.Section, i int) bool {
	if !isHome(outline[i]) {
		return false
	}
	level := outline[i].Level
	for k := i; k >= 0; k-- {
		if outline[k].Level < level {
			level = outline[k].Level
			if !isHome(outline[k]) && outline[k].Level > 0 {
				return false
			}
		}
	}
	return true
}

// kin tells where section i stands among others.
func kin(c *capture.Candidate, outline []corpus.Section, i int, row catalog.Row) {
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

// titleWords counts in how many titles of the shelf a word stands, as it is written there.
func titleWords(ctx context.Context, cat *catalog.Catalog) (map[string]int, error) {
	rows, err := cat.Shelf(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]int{}
	for _, r := range rows {
		for w := range plainWords(r.Title) {
			out[w]++
		}
	}
	return out, nil
}

// plainWords are the words of a text in small letters, not their stems: a machine called Monitor is no Monitoring Runbook.
func plainWords(text string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Split(string(corpus.MakeSlug(text)), "-") {
		if len(w) > 2 {
			out[w] = true
		}
	}
	return out
}

// namesTitle tells that a text has a word of a title that no other title has.
func namesTitle(said map[string]bool, title string, count map[string]int) bool {
	for w := range plainWords(title) {
		if (said[w] || said[w+"s"]) && count[w] == 1 {
			return true
		}
	}
	return false
}
