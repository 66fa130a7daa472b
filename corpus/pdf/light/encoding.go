package light

import "golang.org/x/text/encoding/charmap"

// base is the text of the 256 codes in one of the standard's encodings.
func base(encoding string) (t [256]string) {
	for c := range 256 {
		r := charmap.Windows1252.DecodeByte(byte(c))
		switch {
		case encoding == "MacRomanEncoding":
			r = charmap.Macintosh.DecodeByte(byte(c))
		case encoding == "WinAnsiEncoding" && c == 0xAD:
			r = '-'
		case encoding == "WinAnsiEncoding":
		case standardEncoding[byte(c)] != 0:
			r = standardEncoding[byte(c)]
		}
		t[c] = string(r)
	}
	return t
}

// standardEncoding is where Adobe's standard encoding departs from Windows' code page 1252.
var standardEncoding = map[byte]rune{
	0x27: '’', 0x60: '‘', 0xA4: '⁄', 0xA6: 'ƒ', 0xA8: '¤', 0xA9: '\'', 0xAA: '“', 0xAC: '‹', 0xAD: '›', 0xAE: 'ﬁ', 0xAF: 'ﬂ', 0xB1: '–',
	0xB2: '†', 0xB3: '‡', 0xB4: '·', 0xB7: '•', 0xB8: '‚', 0xB9: '„', 0xBA: '”', 0xBC: '…', 0xBD: '‰', 0xC1: '`', 0xC2: '´',
	0xC3: 'ˆ', 0xC4: '˜', 0xC5: '¯', 0xC6: '˘', 0xC7: '˙', 0xC8: '¨', 0xCA: '˚', 0xCB: '¸', 0xCD: '˝', 0xCE: '˛', 0xCF: 'ˇ',
	0xD0: '—', 0xE1: 'Æ', 0xE3: 'ª', 0xE8: 'Ł', 0xE9: 'Ø', 0xEA: 'Œ', 0xEB: 'º', 0xF1: 'æ', 0xF5: 'ı', 0xF8: 'ł', 0xF9: 'ø',
	0xFA: 'œ', 0xFB: 'ß',
}
