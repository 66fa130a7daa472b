package typeset

import (
	"fmt"
	"sort"
	"strings"
	"unicode"

	"codeberg.org/go-fonts/dejavu/dejavusans"
	"codeberg.org/go-fonts/dejavu/dejavusansbold"
	"codeberg.org/go-fonts/dejavu/dejavusansmono"
	"codeberg.org/go-fonts/dejavu/dejavusansmonobold"
	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansbolditalic"
	"codeberg.org/go-fonts/liberation/liberationsansitalic"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"codeberg.org/go-fonts/liberation/liberationserifbold"
	"codeberg.org/go-fonts/liberation/liberationserifbolditalic"
	"codeberg.org/go-fonts/liberation/liberationserifitalic"
	"codeberg.org/go-fonts/liberation/liberationserifregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Names say bold, italic and mono: readers of PDFs tell styles from the names of fonts.
var builtin = map[string][4]source{
	"sans": {{"LiberationSans", liberationsansregular.TTF}, {"LiberationSans-Bold", liberationsansbold.TTF},
		{"LiberationSans-Italic", liberationsansitalic.TTF}, {"LiberationSans-BoldItalic", liberationsansbolditalic.TTF}},
	"serif": {{"LiberationSerif", liberationserifregular.TTF}, {"LiberationSerif-Bold", liberationserifbold.TTF},
		{"LiberationSerif-Italic", liberationserifitalic.TTF}, {"LiberationSerif-BoldItalic", liberationserifbolditalic.TTF}},
	"mono": {{"DejaVuSansMono", dejavusansmono.TTF}, {"DejaVuSansMono-Bold", dejavusansmonobold.TTF},
		{"DejaVuSansMono", dejavusansmono.TTF}, {"DejaVuSansMono-Bold", dejavusansmonobold.TTF}},
}

type source struct {
	name string
	data []byte
}

// face is one font file. Widths are thousandths of the size, rounded as the PDF states them.
type face struct {
	name  string
	data  []byte
	font  *sfnt.Font
	buf   sfnt.Buffer
	units int
	adv   map[rune]int // -1 when the font has no glyph
	used  bool
}

func newFace(s source) (*face, error) {
	f, err := sfnt.Parse(s.data)
	if err != nil {
		return nil, err
	}
	return &face{name: s.name, data: s.data, font: f, units: int(f.UnitsPerEm()), adv: map[rune]int{}}, nil
}

// advance is the width of a character; false when the font does not have it.
func (f *face) advance(r rune) (int, bool) {
	if a, ok := f.adv[r]; ok {
		return max(a, 0), a >= 0
	}
	f.adv[r] = -1
	if r > 0xFFFF { // the writer knows the basic plane only
		return 0, false
	}
	g, err := f.font.GlyphIndex(&f.buf, r)
	if err != nil || g == 0 {
		return 0, false
	}
	w, err := f.font.GlyphAdvance(&f.buf, g, fixed.I(f.units), font.HintingNone)
	if err != nil {
		return 0, false
	}
	f.adv[r] = (w.Round()*2000 + f.units) / (2 * f.units)
	return f.adv[r], true
}

// fonts are a document's faces: four styles for each use, and what stands in for a character they lack.
type fonts struct {
	body, heading, code [4]*face // regular, bold, italic, bold italic
	spare               [2][]*face
	spareCode           []*face
	all                 []*face
	missing             map[rune]*Missing
}

func loadFonts(t Theme) (*fonts, error) {
	s := &fonts{missing: map[rune]*Missing{}}
	var err error
	if s.body, err = s.family(t, t.Fonts.Body, "sans", "body"); err != nil {
		return nil, err
	}
	s.heading = s.body
	if t.Fonts.Heading != (Family{}) {
		if s.heading, err = s.family(t, t.Fonts.Heading, "sans", "heading"); err != nil {
			return nil, err
		}
	}
	if s.code, err = s.family(t, t.Fonts.Code, "mono", "code-mono"); err != nil {
		return nil, err
	}
	for i, p := range t.Fonts.Fallback {
		raw, err := t.read(p)
		if err != nil {
			return nil, fmt.Errorf("theme: fallback font %q: %w", p, err)
		}
		f, err := s.add(source{fmt.Sprintf("fallback-%d", i+1), raw})
		if err != nil {
			return nil, fontError(p, err)
		}
		s.spare[0], s.spare[1] = append(s.spare[0], f), append(s.spare[1], f)
		m, _ := s.add(source{fmt.Sprintf("fallback-mono-%d", i+1), raw})
		s.spareCode = append(s.spareCode, m)
	}
	for i, src := range []source{{"DejaVuSans", dejavusans.TTF}, {"DejaVuSans-Bold", dejavusansbold.TTF}, {"DejaVuSans-on-mono-grid", dejavusans.TTF}} {
		f, err := s.add(src)
		if err != nil {
			return nil, err
		}
		switch i {
		case 2:
			s.spareCode = append(s.spareCode, f)
		default:
			s.spare[i] = append(s.spare[i], f)
		}
	}
	return s, nil
}

func (s *fonts) family(t Theme, f Family, def, prefix string) (out [4]*face, err error) {
	name := strings.ToLower(f.Name)
	if name == "" {
		name = def
	}
	files, known := builtin[name]
	if !known && f.Regular == "" {
		return out, fmt.Errorf("theme: font family %q is not built in; use sans, serif or mono, or give the path of a TrueType file as regular", f.Name)
	}
	if f.Regular != "" {
		for i, p := range []string{f.Regular, f.Bold, f.Italic, f.BoldItalic} {
			if p == "" {
				files[i] = files[0]
				if i == 3 && f.Bold != "" {
					files[i] = files[1]
				}
				continue
			}
			raw, err := t.read(p)
			if err != nil {
				return out, fmt.Errorf("theme: font %q: %w", p, err)
			}
			files[i] = source{prefix + []string{"", "-bold", "-italic", "-bolditalic"}[i], raw}
		}
	}
	for i, src := range files {
		if out[i], err = s.add(src); err != nil {
			return out, fontError([]string{f.Regular, f.Bold, f.Italic, f.BoldItalic}[i], err)
		}
	}
	return out, nil
}

func fontError(path string, err error) error {
	return fmt.Errorf("theme: font %q cannot be used: %w; it must be a TrueType file (.ttf)", path, err)
}

func (s *fonts) add(src source) (*face, error) {
	for _, f := range s.all {
		if f.name == src.name {
			return f, nil
		}
	}
	f, err := newFace(src)
	if err != nil {
		return nil, err
	}
	s.all = append(s.all, f)
	return f, nil
}

// box is drawn for a character that no font has. It is a character itself, so that whoever copies or reads the text sees
// that something stood there.
const box = '□'

// face picks the font for a character in a style and the character to draw.
func (s *fonts) face(r rune, st style, near string) (*face, rune) {
	first := s.first(st)
	if _, ok := first.advance(r); ok {
		return first, r
	}
	for _, f := range s.stand(st) {
		if _, ok := f.advance(r); ok {
			return f, r
		}
	}
	m := s.missing[r]
	if m == nil {
		if n := []rune(near); len(n) > 40 {
			near = string(n[:40]) + "…"
		}
		m = &Missing{Rune: r, Near: near}
		s.missing[r] = m
	}
	if _, ok := first.advance(box); ok {
		return first, box
	}
	l := s.stand(st)
	return l[len(l)-1], box
}

func (s *fonts) first(st style) *face {
	i := 0
	if st.bold {
		i = 1
	}
	if st.italic {
		i += 2
	}
	switch {
	case st.code:
		return s.code[i]
	case st.head:
		return s.heading[i]
	}
	return s.body[i]
}

func (s *fonts) stand(st style) []*face {
	switch {
	case st.code:
		return s.spareCode
	case st.bold:
		return s.spare[1]
	}
	return s.spare[0]
}

func (s *fonts) report(source []byte) []Missing {
	out := make([]Missing, 0, len(s.missing))
	for _, m := range s.missing {
		m.Count = max(1, strings.Count(string(source), string(m.Rune)))
		out = append(out, *m)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Rune < out[j].Rune })
	return out
}

// unseen tells characters that show nothing and need no glyph.
func unseen(r rune) bool {
	switch {
	case r == '\u00ad', r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2060' && r <= '\u2064', r == '\ufeff', r >= '\ufe00' && r <= '\ufe0f':
		return true
	}
	return unicode.IsControl(r)
}
