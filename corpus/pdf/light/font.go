package light

import (
	"strings"
	"unicode"

	"github.com/ledongthuc/pdf"
)

// font is what the interpreter needs of a font: what codes it reads off a string, their text and their advance.
type font struct {
	name      string
	composite bool
	codes     *cmap // how a composite font cuts strings into codes; nil means two bytes each
	uni       *cmap // ToUnicode of a composite font
	plain     bool  // codes of the composite font are UTF-16
	text      [256]string
	width     [256]float64 // thousandths of the size
	cidWidth  map[int]float64
	missing   float64
}

// char is one character shown.
type char struct {
	text  string  // "" paints nothing, white space moves on
	width float64 // thousandths of the size
	blank bool    // the single byte 32, to which word spacing applies
}

// loadFont reads a font dictionary. A font of which parts are broken still gives what the rest tells.
func loadFont(v pdf.Value, names glyphNames) *font {
	f := &font{name: v.Key("BaseFont").Name(), missing: 500}
	if f.name == "" {
		f.name = v.Key("FontDescriptor").Key("FontName").Name()
	}
	if v.Key("Subtype").Name() == "Type0" {
		f.loadComposite(v)
	} else {
		f.loadSimple(v, names)
	}
	return f
}

func (f *font) loadSimple(v pdf.Value, names glyphNames) {
	f.encode(v, names)
	must(try(func() {
		if m := readMap(v.Key("ToUnicode")); m != nil {
			for c, s := range m.text {
				if c < 256 && s != "" {
					f.text[c] = s
				}
			}
		}
	}))
	for c := range f.text {
		f.text[c] = readable(f.text[c])
	}
	scale := 1.0
	if v.Key("Subtype").Name() == "Type3" {
		if m := v.Key("FontMatrix"); m.Len() == 6 {
			scale = 1000 * m.Index(0).Float64()
		}
	}
	widths, first := v.Key("Widths"), v.Key("FirstChar").Int64()
	if w := v.Key("FontDescriptor").Key("MissingWidth").Float64(); w > 0 {
		f.missing = w
	}
	for c := range 256 {
		at := int64(c) - first
		if at >= 0 && at < int64(widths.Len()) {
			f.width[c] = widths.Index(int(at)).Float64() * scale
			continue
		}
		f.width[c] = f.missing
		if w, ok := standardWidth(f.name, firstRune(f.text[c])); ok && widths.Len() == 0 {
			f.width[c] = w
		}
	}
}

// symbolic is the flag of fonts with characters beyond Adobe's standard set.
const symbolic = 4

// encode fills in what the encoding says of a simple font's codes: the font program's own, under the base encoding where
// the file names one, under the differences.
func (f *font) encode(v pdf.Value, names glyphNames) {
	enc := v.Key("Encoding")
	baseName := enc.Name()
	if enc.Kind() == pdf.Dict {
		baseName = enc.Key("BaseEncoding").Name()
	}
	f.text = base(baseName)
	if fd := v.Key("FontDescriptor"); baseName == "" && fd.Key("FontFile3").Key("Subtype").Name() == "Type1C" && fd.Key("Flags").Int64()&symbolic != 0 {
		// Its encoding is in a compact form that is not read here; a guess would turn signs into wrong letters.
		for c := range f.text {
			f.text[c] = unknown
		}
	}
	var byCode map[int]string
	must(try(func() {
		if baseName == "" {
			byCode = builtin(v.Key("FontDescriptor").Key("FontFile"))
		}
	}))
	must(try(func() {
		for c, n := range differences(enc.Key("Differences")) {
			if byCode == nil {
				byCode = map[int]string{}
			}
			byCode[c] = n
		}
	}))
	list := make([]string, 0, len(byCode))
	for _, n := range byCode {
		list = append(list, n)
	}
	names.learn(list)
	for c, n := range byCode {
		f.text[c] = names.text(n)
	}
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

func (f *font) loadComposite(v pdf.Value) {
	f.composite = true
	must(try(func() { f.uni = readMap(v.Key("ToUnicode")) }))
	switch enc := v.Key("Encoding"); enc.Kind() {
	case pdf.Stream:
		must(try(func() { f.codes = readMap(enc) }))
	case pdf.Name:
		f.plain = strings.Contains(enc.Name(), "UCS2") || strings.Contains(enc.Name(), "UTF16")
	}
	d := v.Key("DescendantFonts").Index(0)
	f.missing = 1000
	if w := d.Key("DW"); !w.IsNull() {
		f.missing = w.Float64()
	}
	f.cidWidth = map[int]float64{}
	w := d.Key("W")
	for i := 0; i+1 < w.Len() && len(f.cidWidth) < maxMapped; {
		first, second := int(w.Index(i).Int64()), w.Index(i+1)
		if second.Kind() == pdf.Array {
			for j := range second.Len() {
				f.cidWidth[first+j] = second.Index(j).Float64()
			}
			i += 2
			continue
		}
		last, width := int(second.Int64()), w.Index(i+2).Float64()
		for c := first; c <= last && c-first < 65536; c++ {
			f.cidWidth[c] = width
		}
		i += 3
	}
}

// must hands a stop on and drops other errors.
func must(err error) {
	if s, ok := err.(stop); ok {
		panic(s)
	}
}

// next cuts one character off s, which is not empty, and says how many bytes it took.
func (f *font) next(s string) (char, int) {
	if !f.composite {
		return char{f.text[s[0]], f.width[s[0]], s[0] == ' '}, 1
	}
	code, n := f.codes.read(s)
	cid := int(code)
	if f.codes != nil {
		if c, ok := f.codes.cid[code]; ok {
			cid = c
		}
	}
	width, ok := f.cidWidth[cid]
	if !ok || f.plain { // widths are by glyph number, which a Unicode encoding does not give
		width = f.missing
		if f.plain && code < 0x100 {
			width = f.missing / 2
		}
	}
	c := char{text: unknown, width: width, blank: n == 1 && code == ' '}
	if f.uni != nil {
		if t, ok := f.uni.text[code]; ok {
			c.text = readable(t)
			return c, n
		}
	}
	if f.plain {
		c.text = readable(string(rune(code)))
	}
	return c, n
}

// readable cleans the text of a character: ligatures are spelt out, white space of every kind is a space, and what is no
// character is the replacement character.
func readable(s string) string {
	if s == "" {
		return ""
	}
	s = ligatures.Replace(s)
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			return " "
		case r == 0x200B || r == 0xFEFF:
			return ""
		case unicode.IsControl(r):
			return unknown
		}
	}
	return s
}
