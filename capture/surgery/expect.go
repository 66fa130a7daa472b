package surgery

import (
	"fmt"
	"reflect"

	"substrate/corpus"
	"substrate/corpus/markdown"
)

// expect says what a change may do to the document as the library reads it. Everything else must read as before.
type expect struct {
	section int  // the section that is changed, or after which the new ones begin; -1 for none
	retitle bool // its heading may change, and its own text may too
	head    bool // front matter may change
	text    bool // its own text may change, as blocks says
	added   int  // number of new sections, from index at on
	at      int
	number  string // of the first new section
	title   string // of the first new section
	any     bool   // its number and title may be any
	blocks  func(old, now []corpus.Block) error
}

// names is the section that the report speaks of.
func (e expect) names(now *markdown.Layout) *corpus.Section {
	i := e.section
	if e.added > 0 {
		i = e.at
	}
	if i < 0 || i >= len(now.Reading.Sections) {
		return nil
	}
	return &now.Reading.Sections[i]
}

func (e expect) hold(old, now *markdown.Layout) error {
	a, b := old.Reading.Sections, now.Reading.Sections
	if len(b) != len(a)+e.added {
		return fmt.Errorf("%w: the document would have %d sections and not %d; a line of the text, or of what stands around it, is read as a heading or hides one", ErrUnsafe, len(b), len(a)+e.added)
	}
	if !e.head && !reflect.DeepEqual(old.Reading.Meta, now.Reading.Meta) {
		return fmt.Errorf("%w: the front matter would change", ErrUnsafe)
	}
	for i := range a {
		j := i
		if e.added > 0 && i >= e.at {
			j += e.added
		}
		x, y := a[i], b[j]
		own := i == e.section
		if !(own && e.retitle) && (x.Number != y.Number || x.Title != y.Title || x.Anchor != y.Anchor) {
			return fmt.Errorf("%w: section %q would become %q (#%s); another heading or place avoids it", ErrUnsafe, x.Heading(), y.Heading(), y.Anchor)
		}
		if old.Places[i].Level != now.Places[j].Level {
			return fmt.Errorf("%w: section %q would change its level", ErrUnsafe, x.Heading())
		}
		if own && (e.text || e.retitle) {
			if e.blocks != nil {
				if err := e.blocks(x.Blocks, y.Blocks); err != nil {
					return err
				}
			}
			continue
		}
		if !sameBlocks(x.Blocks, y.Blocks) {
			return fmt.Errorf("%w: section %q would read differently", ErrUnsafe, x.Heading())
		}
	}
	if e.added > 0 && !e.any && b[e.at].Number != e.number {
		return fmt.Errorf("%w: the new heading would not be read with the number %q but with %q; give another heading or number", ErrUnsafe, e.number, b[e.at].Number)
	}
	if e.added > 0 && !e.any && b[e.at].Title != e.title {
		return fmt.Errorf("%w: the new heading would be read as %q; give another heading", ErrUnsafe, b[e.at].Title)
	}
	return nil
}

func sameBlocks(a, b []corpus.Block) bool {
	return len(a) == len(b) && (len(a) == 0 || reflect.DeepEqual(a, b))
}

// onlyBlock allows changes of the one block, which may also go, and of nothing before or behind it.
func onlyBlock(i int) func(old, now []corpus.Block) error {
	return func(old, now []corpus.Block) error {
		behind := len(old) - i - 1
		if len(now) < i+behind || !sameBlocks(old[:i], now[:i]) || !sameBlocks(old[i+1:], now[len(now)-behind:]) {
			return fmt.Errorf("%w: text before or after it in the section would read differently", ErrUnsafe)
		}
		return nil
	}
}
