package prompts

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// normal is a text as the forms are looked for: lower case, plain letters for those that look like them, nothing invisible,
// one space or line break where there was more room.
type normal struct {
	text string
	from []int // for each byte of text, and its end, the offset in the original
}

// looks maps letters to the Latin ones that readers, and tokenizers, take them for.
var looks = map[rune]rune{
	'а': 'a', 'е': 'e', 'о': 'o', 'р': 'p', 'с': 'c', 'у': 'y', 'х': 'x', 'і': 'i', 'ѕ': 's', 'ј': 'j', 'ԁ': 'd', 'ո': 'n', 'ѵ': 'v',
	'α': 'a', 'ο': 'o', 'ι': 'i', 'ν': 'v', 'ρ': 'p', 'ı': 'i', '’': '\'', '‘': '\'', 'ʼ': '\'', '“': '"', '”': '"', '‐': '-', '‑': '-',
}

func normalise(s string) normal {
	var b strings.Builder
	n := normal{from: make([]int, 0, len(s)+1)}
	put := func(r rune, at int) {
		k := b.Len()
		b.WriteRune(r)
		for ; k < b.Len(); k++ {
			n.from = append(n.from, at)
		}
	}
	last := '\n'
	for i, r := range s {
		switch {
		case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			if last != '\n' {
				put('\n', i)
			}
			last = '\n'
			continue
		case unicode.IsSpace(r):
			if last != ' ' && last != '\n' {
				put(' ', i)
				last = ' '
			}
			continue
		case r == '\u200c' || r == '\u200d' || !visible(r):
			continue
		case r >= 0xFF01 && r <= 0xFF5E: // full width
			r -= 0xFF01 - '!'
		case r >= 0x1D400 && r <= 0x1D6A3: // mathematical letters
			r = (r - 0x1D400) % 52
			if r += 'A'; r > 'Z' {
				r += 'a' - 'Z' - 1
			}
		}
		r = unicode.ToLower(r)
		if l, ok := looks[r]; ok {
			r = l
		}
		put(r, i)
		last = r
	}
	n.text = b.String()
	n.from = append(n.from, len(s))
	return n
}

func (n normal) hasAny(words []string) bool {
	for _, w := range words {
		if strings.Contains(n.text, w) {
			return true
		}
	}
	return false
}

// Runs of invisible letters from this length on carry something; joiners and selectors come singly in honest text.
const (
	longSelectors = 4
	longZeroWidth = 6
)

// hiddenText finds letters that nobody sees and a model reads.
func hiddenText(s string) []Warning {
	var out []Warning
	for i := 0; i < len(s) && len(out) < mostWarnings; {
		r, size := utf8.DecodeRuneInString(s[i:])
		kind := invisible(r)
		if kind == 0 {
			i += size
			continue
		}
		start, count, flag := i, 0, strings.HasSuffix(s[:i], "🏴")
		var says strings.Builder
		for i < len(s) {
			if r, size = utf8.DecodeRuneInString(s[i:]); invisible(r) != kind {
				break
			}
			if r > 0xE0020 && r < 0xE007F {
				says.WriteRune(r - 0xE0000)
			}
			if r == 0xE0020 {
				says.WriteByte(' ')
			}
			count++
			i += size
		}
		w := Warning{Kind: Hidden, At: start, Words: fmt.Sprintf("%d invisible letters", count)}
		switch kind {
		case tags:
			if flag && count <= 7 && strings.HasSuffix(s[start:i], "\U000E007F") {
				continue // the flags of England, Scotland and Wales are written this way
			}
			w.Why = "tag characters are not shown, and a model reads them as letters"
			if t := clean(says.String(), 160); t != "" {
				w.Words = t
			}
		case selectors:
			if count < longSelectors {
				continue
			}
			w.Why = "a run of variation selectors is not shown and can carry a message"
		case zeroWidth:
			if count < longZeroWidth {
				continue
			}
			w.Why = "a run of characters without width is not shown and can carry a message"
		case directions:
			w.Why = "an override of the writing direction shows people another text than a model reads"
		}
		out = append(out, w)
	}
	return out
}

const (
	tags = iota + 1
	selectors
	zeroWidth
	directions
)

func invisible(r rune) int {
	switch {
	case r >= 0xE0000 && r <= 0xE007F:
		return tags
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF:
		return selectors
	case r >= 0x200B && r <= 0x200D, r == 0x2060, r == 0xFEFF, r >= 0x2061 && r <= 0x2064, r == 0x180E:
		return zeroWidth
	case r == 0x202D, r == 0x202E:
		return directions
	}
	return 0
}
