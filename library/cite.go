package library

import (
	"context"
	"strings"
	"unicode"

	"substrate/corpus"
)

// Cited is a page of a version with the places of a passage on it.
type Cited struct {
	Ref   string       `json:"ref"` // of the section
	Key   string       `json:"key"` // what Picture asks for
	Page  int          `json:"page"`
	First int          `json:"first"` // pages of the section
	Last  int          `json:"last"`
	Pages int          `json:"pages"` // of the version
	Boxes []corpus.Box `json:"boxes"`
}

// Cite finds where a section stands on a page of its version: one box for each line of it. Page 0 means the first one of the
// section. A reference without a section cites no words, only the page. Where the words cannot be found the boxes are empty.
func (l *Library) Cite(ctx context.Context, request string, page int) (*Cited, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	shown, key, err := l.show(ctx, s, request, false)
	if err != nil {
		return nil, err
	}
	row, _, err := s.cat.Row(ctx, key)
	if err != nil {
		return nil, err
	}
	out := &Cited{Ref: shown.Ref, Key: key, Page: page, Pages: row.Pages, Boxes: []corpus.Box{}}
	var sections []corpus.Section
	if !shown.Outline {
		sections = shown.Sections
		span := corpus.Pages{}
		for _, sec := range sections {
			span = span.Union(sec.Pages)
		}
		out.First, out.Last = span.First, span.Last
	}
	if out.Page == 0 {
		out.Page = max(out.First, 1)
	}
	if len(sections) == 0 || row.Format != "pdf" {
		return out, nil
	}
	words, err := l.pageWords(ctx, key, out.Page)
	if err != nil {
		l.Log.Debug("no places of words", "error", err)
		return out, nil // the picture is of use without
	}
	m := newMarker(words)
	for _, sec := range sections {
		if sec.Pages.First <= out.Page && out.Page <= sec.Pages.Last {
			m.section(sec, out.Page)
		}
	}
	out.Boxes = m.lines()
	return out, nil
}

// marker finds texts among the words of a page. Both are compared letter by letter, without what layout changes: spaces,
// hyphens, punctuation and case.
type marker struct {
	words []corpus.PlacedWord
	text  []rune
	of    []int // the word that a rune belongs to
	hit   []bool
	from  int // texts are looked for in reading order first
}

func newMarker(words []corpus.PlacedWord) *marker {
	m := &marker{words: words, hit: make([]bool, len(words))}
	for i, w := range words {
		for _, r := range letters(w.Text) {
			m.text = append(m.text, r)
			m.of = append(m.of, i)
		}
	}
	return m
}

var unligature = strings.NewReplacer("ﬁ", "fi", "ﬂ", "fl", "ﬀ", "ff", "ﬃ", "ffi", "ﬄ", "ffl")

func letters(s string) []rune {
	out := make([]rune, 0, len(s))
	for _, r := range unligature.Replace(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = append(out, unicode.ToLower(r))
		}
	}
	return out
}

func (m *marker) section(sec corpus.Section, page int) {
	if sec.Pages.First == page && sec.Title != "" {
		m.find(sec.Heading())
	}
	for _, b := range sec.Blocks {
		if b.Pages.First > page || b.Pages.Last < page && b.Pages.Last > 0 {
			continue
		}
		switch b.Kind {
		case corpus.Table:
			for _, row := range b.Rows {
				if !m.find(strings.Join(row, " ")) {
					for _, c := range row {
						m.chunks(c)
					}
				}
			}
		case corpus.List:
			for _, i := range b.Items {
				m.chunks(i)
			}
		default:
			for _, line := range strings.Split(b.Text, "\n") {
				m.chunks(line)
			}
		}
	}
}

// chunks looks for a text, and when it is not there in one piece, as it runs over to another page, for pieces of it.
func (m *marker) chunks(text string) {
	if m.find(text) {
		return
	}
	const piece = 8
	words := strings.Fields(text)
	if len(words) <= piece {
		return
	}
	for i := 0; i < len(words); i += piece {
		m.find(strings.Join(words[i:min(i+piece, len(words))], " "))
	}
}

// find marks the next occurrence of a text; of long ones also one further up, where a table's cells were read column by column.
func (m *marker) find(text string) bool {
	want := letters(text)
	if len(want) < 2 {
		return false
	}
	at := indexRunes(m.text, want, m.from)
	if at < 0 && len(want) >= 12 {
		at = indexRunes(m.text, want, 0)
	}
	if at < 0 {
		return false
	}
	for i := at; i < at+len(want); i++ {
		m.hit[m.of[i]] = true
	}
	m.from = at + len(want)
	return true
}

func indexRunes(text, want []rune, from int) int {
	for i := from; i+len(want) <= len(text); i++ {
		k := 0
		for k < len(want) && text[i+k] == want[k] {
			k++
		}
		if k == len(want) {
			return i
		}
	}
	return -1
}

// lines joins marked words that stand beside each other.
func (m *marker) lines() []corpus.Box {
	out := []corpus.Box{}
	for i, w := range m.words {
		if !m.hit[i] || w.W <= 0 || w.H <= 0 {
			continue
		}
		if n := len(out) - 1; n >= 0 {
			b := out[n]
			middle := w.Y + w.H/2
			if middle > b.Y && middle < b.Y+b.H && w.X >= b.X && w.X-(b.X+b.W) < 0.06 {
				out[n] = b.Union(w.Box)
				continue
			}
		}
		out = append(out, w.Box)
	}
	return out
}
