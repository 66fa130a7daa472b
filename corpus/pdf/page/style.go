package page

import (
	"regexp"
	"strings"
)

var (
	subsetPrefix = regexp.MustCompile(`^[A-Z]{6}\+`)
	boldName     = regexp.MustCompile(`(?i)bold|black|heavy|semibold|demi|-bd\b|^cmbx|^cmssbx|^sfbx|^ecbx|^lmbx|bx\d+$|medi\b|-medium\b|bold$`)
	italicName   = regexp.MustCompile(`(?i)italic|oblique|slanted|^cmti|^cmmi|^sfti|^ecti|-it\b|ital\b|regu-ital|-sl\b`)
	monoName     = regexp.MustCompile(`(?i)mono|courier|consol|menlo|typewriter|^cmtt|^cmsltt|^sftt|^ectt|^lmtt|-tt\d*$|inconsolata|fixed|source ?code|fira ?code|hack\b|terminal|andale|lucida ?console|cour\b|nimbusmon|\bcode\b|beramono|txtt|pcr[rb]`)
)

// MakeStyle derives a style from a font's name in the file. Weight and fixed-pitch flags of PDF files
// are wrong too often to be asked: LibreOffice marks bold as 400, TeX's typewriter fonts are not marked fixed.
func MakeStyle(font string, size float64) Style {
	font = subsetPrefix.ReplaceAllString(font, "")
	plain := strings.ReplaceAll(font, ",", "-")
	return Style{
		Font: font, Size: size,
		Bold: boldName.MatchString(plain), Italic: italicName.MatchString(plain), Mono: monoName.MatchString(plain),
	}
}

// StyleSet hands out indices for styles, equal styles sharing one.
type StyleSet struct {
	List  []Style
	index map[styleKey]int
}

type styleKey struct {
	font string
	size int // tenths of a point
}

// Index is the index of the style of a font at a size in points.
func (s *StyleSet) Index(font string, size float64) int {
	k := styleKey{font, int(size*10 + 0.5)}
	if i, ok := s.index[k]; ok {
		return i
	}
	if s.index == nil {
		s.index = map[styleKey]int{}
	}
	s.List = append(s.List, MakeStyle(font, float64(k.size)/10))
	s.index[k] = len(s.List) - 1
	return len(s.List) - 1
}
