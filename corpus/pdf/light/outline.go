package light

import (
	"strings"
	"unicode"

	"github.com/ledongthuc/pdf"

	"substrate/corpus/pdf/page"
)

// meta reads the document information dictionary.
func meta(info pdf.Value, into map[string]string) {
	for _, key := range []string{"Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate"} {
		if s := text(info.Key(key)); s != "" {
			into[strings.ToLower(key)] = s
		}
	}
}

// text is a text string of the file, cleaned of what bad padding and encodings leave.
func text(v pdf.Value) string {
	s := strings.TrimPrefix(v.Text(), "\xef\xbb\xbf")
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// Bounds of an outline; a file's own links may form circles.
const (
	maxBookmarks = 20_000
	maxLevel     = 32
)

// bookmarks is the state of reading an outline.
type bookmarks struct {
	pages map[string]int // page number by reference
	named map[string]where
	root  pdf.Value
	out   []page.Bookmark
}

// where is the place of a named destination, looked up only when a bookmark asks: looking up all costs seconds in TeX files.
type where struct {
	in pdf.Value
	at int
}

func outline(root pdf.Value, leaves []leaf) []page.Bookmark {
	b := &bookmarks{pages: map[string]int{}, root: root}
	for i, l := range leaves {
		if l.ref != "" {
			b.pages[l.ref] = i + 1
		}
	}
	b.walk(root.Key("Outlines").Key("First"), 1)
	return b.out
}

func (b *bookmarks) walk(v pdf.Value, level int) {
	for ; v.Kind() == pdf.Dict && level <= maxLevel && len(b.out) < maxBookmarks; v = v.Key("Next") {
		dest := v.Key("Dest")
		if a := v.Key("A"); dest.IsNull() && a.Key("S").Name() == "GoTo" {
			dest = a.Key("D")
		}
		// An entry without a title still counts, or a circle of them would have no end.
		b.out = append(b.out, page.Bookmark{Title: text(v.Key("Title")), Level: level, Page: b.target(dest)})
		b.walk(v.Key("First"), level+1)
	}
	if level == 1 {
		kept := b.out[:0]
		for _, m := range b.out {
			if m.Title != "" {
				kept = append(kept, m)
			}
		}
		b.out = kept
	}
}

// target is the page that a destination leads to, 0 when it leads nowhere.
func (b *bookmarks) target(dest pdf.Value) int {
	switch dest.Kind() {
	case pdf.Name:
		dest = b.root.Key("Dests").Key(dest.Name())
	case pdf.String:
		if b.named == nil {
			b.named = map[string]where{}
			b.names(b.root.Key("Names").Key("Dests"), 0)
		}
		if w, ok := b.named[dest.RawString()]; ok {
			dest = w.in.Index(w.at)
		}
	}
	if dest.Kind() == pdf.Dict {
		dest = dest.Key("D")
	}
	if dest.Kind() != pdf.Array {
		return 0
	}
	if s := dest.String(); strings.HasPrefix(s, "[") {
		if at := reference.FindStringIndex(s); at != nil && at[0] == 1 {
			return b.pages[s[at[0]:at[1]]]
		}
	}
	if first := dest.Index(0); first.Kind() == pdf.Integer && first.Int64() >= 0 && first.Int64() < int64(len(b.pages)) {
		return int(first.Int64()) + 1
	}
	return 0
}

// names notes where the entries of a name tree are.
func (b *bookmarks) names(v pdf.Value, depth int) {
	if depth > maxLevel || len(b.named) > 200_000 {
		return
	}
	names := v.Key("Names")
	for i := 0; i+1 < names.Len(); i += 2 {
		b.named[names.Index(i).RawString()] = where{names, i + 1}
	}
	kids := v.Key("Kids")
	for i := range kids.Len() {
		b.names(kids.Index(i), depth+1)
	}
}
