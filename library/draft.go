package library

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"substrate/capture/surgery"
	"substrate/corpus"
	"substrate/corpus/catalog"
)

// Printed is a revision as it would be printed.
type Printed struct {
	Key   string // SHA-256 of the PDF, what RevisionPicture asks for
	Pages int
	// Changed are the pages on which a section stands that the revision adds or changes, in order.
	Changed []PrintedPage
	Notes   []string // what the printer could not do as asked
}

// PrintedPage is a page with the places of what is new on it, one box for each line; none where the words are not found.
type PrintedPage struct {
	Page  int // counted from 1
	Boxes []corpus.Box
}

// maxMarked is on how many pages the new words are looked for; those behind are listed without.
const maxMarked = 24

// PrintRevision prints a revision and finds its changes on the pages. The PDF is kept in the cache, so that pictures of its
// pages can be drawn.
func (l *Library) PrintRevision(ctx context.Context, id string) (*Printed, error) {
	r, err := l.Revision(ctx, id)
	if err != nil {
		return nil, err
	}
	raw, notes, err := l.print(ctx, r.Source)
	if err != nil {
		return nil, err
	}
	reader, err := l.PDF()
	if err != nil {
		return nil, err
	}
	got, err := reader.Read(ctx, raw)
	if err != nil {
		return nil, fmt.Errorf("the printed version cannot be read back: %w", err)
	}
	out := &Printed{Key: catalog.Key(raw), Pages: got.Pages, Notes: notes}
	if err := keepPicture(l.draftPath(out.Key, ".pdf"), raw); err != nil {
		return nil, fmt.Errorf("keep the printed revision: %w", err)
	}
	out.Changed = l.changedPages(ctx, out.Key, raw, r, got.Sections)
	return out, nil
}

// changedPages are the pages of what a revision adds or changes. A section that was only renumbered or moved has none.
func (l *Library) changedPages(ctx context.Context, key string, raw []byte, r *Revised, sections []corpus.Section) []PrintedPage {
	texts := map[int][]string{}
	for _, d := range r.Sections {
		_, anchor, _ := strings.Cut(d.Ref, "#")
		i := slices.IndexFunc(sections, func(s corpus.Section) bool { return s.Anchor == anchor })
		if i < 0 || d.Kind == "removed" {
			continue
		}
		fresh := newTexts(d)
		if len(fresh) == 0 {
			continue
		}
		for p := sections[i].Pages.First; p > 0 && p <= sections[i].Pages.Last; p++ {
			texts[p] = append(texts[p], fresh...)
		}
	}
	for _, d := range r.Done {
		i := slices.IndexFunc(sections, func(s corpus.Section) bool { return s.Anchor == d.Anchor })
		if d.Part != surgery.PartLog || i < 0 {
			continue
		}
		for p := sections[i].Pages.First; p > 0 && p <= sections[i].Pages.Last; p++ {
			texts[p] = append(texts[p], d.After)
		}
	}
	var pages []int
	for p := range texts {
		pages = append(pages, p)
	}
	slices.Sort(pages)
	var out []PrintedPage
	for n, p := range pages {
		page := PrintedPage{Page: p, Boxes: []corpus.Box{}}
		if n < maxMarked {
			words, err := l.draftWords(ctx, key, raw, p)
			if err != nil {
				l.Log.Debug("no places of words", "error", err)
			}
			m := newMarker(words)
			for _, t := range texts[p] {
				m.chunks(t)
			}
			page.Boxes = m.lines()
			if len(page.Boxes) == 0 && len(words) > 0 {
				continue // the section goes on here, and what is new in it stands on another page
			}
		}
		out = append(out, page)
	}
	return out
}

// newTexts are the words that a section gains: whole statements, so that they are found where they stand.
func newTexts(d DiffSection) []string {
	var out []string
	for _, u := range d.Units {
		if u.New != "" {
			out = append(out, u.New)
		}
	}
	if len(out) == 0 && d.Kind == "added" {
		out = append(out, d.Heading)
	}
	return out
}

func (l *Library) draftWords(ctx context.Context, key string, pdf []byte, page int) ([]corpus.PlacedWord, error) {
	raw, err := l.kept(ctx, l.draftPath(key, fmt.Sprintf("-%d.json", page)), func(ctx context.Context, p PDFPainter) ([]byte, error) {
		words, err := p.Words(ctx, pdf, page)
		if err != nil {
			return nil, err
		}
		return json.Marshal(words)
	})
	if err != nil {
		return nil, err
	}
	var out []corpus.PlacedWord
	return out, json.Unmarshal(raw, &out)
}

// RevisionPicture is a page of a printed revision, counted from 1, as a PNG; see [Library.Picture] for the width. key is
// Printed.Key: when the revision was drafted anew since, there is no picture.
func (l *Library) RevisionPicture(ctx context.Context, id, key string, page, width int) ([]byte, error) {
	if len(key) != 64 || strings.Trim(key, "0123456789abcdef") != "" {
		return nil, fmt.Errorf("%w: %.12q names no printed revision", ErrNoPicture, key)
	}
	pdf, err := os.ReadFile(l.draftPath(key, ".pdf"))
	if errors.Is(err, os.ErrNotExist) {
		now, e := l.PrintRevision(ctx, id) // the cache made room
		if e != nil {
			return nil, e
		}
		if now.Key != key {
			return nil, fmt.Errorf("%w: the revision was drafted anew since; load its page again", ErrNoPicture)
		}
		pdf, err = os.ReadFile(l.draftPath(key, ".pdf"))
	}
	if err != nil {
		return nil, err
	}
	width = pictureWidth(width)
	raw, err := l.kept(ctx, l.draftPath(key, fmt.Sprintf("-%d-%d.png", page, width)), func(ctx context.Context, p PDFPainter) ([]byte, error) {
		return p.Picture(ctx, pdf, page, width)
	})
	if err != nil {
		return nil, fmt.Errorf("%w: page %d of the printed revision: %w", ErrNoPicture, page, err)
	}
	return raw, nil
}

func (l *Library) draftPath(key, suffix string) string {
	return filepath.Join(l.cacheDir(), key[:2], "draft-"+key+suffix)
}
