package source

import (
	"regexp"
	"strings"

	"substrate/corpus"
)

var fieldWords = map[string]bool{
	"document": true, "title": true, "version": true, "ver": true, "v": true, "revision": true, "rev": true, "issue": true, "edition": true, "release": true,
	"date": true, "dated": true, "issued": true, "updated": true, "last": true, "of": true, "epoch": true, "era": true, "status": true, "supersedes": true, "replaces": true,
	"january": true, "february": true, "march": true, "april": true, "may": true, "june": true, "july": true, "august": true, "september": true, "october": true, "november": true, "december": true,
	"jan": true, "feb": true, "mar": true, "apr": true, "jun": true, "jul": true, "aug": true, "sep": true, "sept": true, "oct": true, "nov": true, "dec": true,
}

var ordinalDay = regexp.MustCompile(`^\d+(?:st|nd|rd|th)?$`)

// cover knows what the cover of a document says besides its text.
type cover struct {
	known map[string]bool // words of title, label, epoch and claims
	title string
}

func newCover(d Document) cover {
	c := cover{known: map[string]bool{}, title: string(corpus.MakeSlug(d.Title))}
	learn := func(s string) {
		for _, w := range strings.Split(string(corpus.MakeSlug(s)), "-") {
			c.known[w] = true
		}
	}
	learn(d.Title)
	learn(d.Label.String())
	learn(d.Epoch)
	for _, s := range d.Supersedes {
		learn(s.Title)
		learn(s.Label.String())
	}
	return c
}

// restates reports whether a text says nothing but what the front matter says.
func (c cover) restates(text string) bool {
	for _, w := range strings.Split(string(corpus.MakeSlug(text)), "-") {
		if !c.known[w] && !fieldWords[w] && !ordinalDay.MatchString(w) {
			return false
		}
	}
	return true
}

// withoutCover takes the cover off: what stands before the first heading and only says title, version, date, epoch and what is
// superseded. A line below the title becomes the subtitle. What is left over stays text.
func withoutCover(d Document) (sections []corpus.Section, subtitle string) {
	if len(d.Sections) == 0 || d.Sections[0].Level != 0 || d.Sections[0].Title != "" {
		return d.Sections, ""
	}
	c := newCover(d)
	front := d.Sections[0]
	titleAt, stated := -1, false
	var kept []corpus.Block
	for i, b := range front.Blocks {
		switch {
		case b.Kind == corpus.Paragraph && c.restates(b.Text):
			if titleAt < 0 && c.title != "" && strings.HasPrefix(string(corpus.MakeSlug(b.Text)), c.title) {
				titleAt = i
			}
			stated = stated || titleAt >= 0 && i > titleAt
			continue
		case b.Kind == corpus.Table && c.fields(b):
			stated = true
			continue
		case b.Kind == corpus.Paragraph && titleAt >= 0 && i == titleAt+1 && len(b.Text) <= 140 && !strings.HasSuffix(b.Text, "."):
			subtitle = b.Text
		}
		kept = append(kept, b)
	}
	if subtitle != "" && stated {
		for i, b := range kept {
			if b.Text == subtitle {
				kept = append(kept[:i:i], kept[i+1:]...)
				break
			}
		}
	} else {
		subtitle = ""
	}
	if len(kept) == 0 {
		return d.Sections[1:], subtitle
	}
	front.Blocks = kept
	return append([]corpus.Section{front}, d.Sections[1:]...), subtitle
}

// fields reports whether a table only states the fields of the front matter.
func (c cover) fields(b corpus.Block) bool {
	for _, r := range b.Rows {
		if len(r) != 2 {
			return false
		}
		for _, w := range strings.Split(string(corpus.MakeSlug(r[0])), "-") {
			if !fieldWords[w] {
				return false
			}
		}
		if !c.restates(r[1]) {
			return false
		}
	}
	return len(b.Rows) > 0
}
