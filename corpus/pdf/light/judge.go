package light

import (
	"fmt"
	"unicode"

	"substrate/corpus/pdf/page"
)

// judge measures whether the words of a file can be words.
type judge struct {
	letters int // in scripts that put spaces between words
	long    int // of these, in words longer than any but compounds
	single  int // of these, in words of one letter
	lost    int // characters whose text the fonts hide
	known   int // other characters
}

const (
	longWord = 25  // letters; the longest words of German law and English chemistry pass in passing, not in bulk
	enough   = 100 // letters below which shares mean nothing
)

func (j *judge) page(p page.Page) {
	for _, w := range p.Words {
		run := 0
		longest := 0
		letters := 0
		for _, r := range w.Text {
			if r == unicode.ReplacementChar || r >= 0xE000 && r < 0xF900 {
				j.lost++
			} else {
				j.known++
			}
			// Identifiers, addresses and paths are long; what they have and glued prose lacks is signs between the parts.
			if unicode.IsLetter(r) && !unspaced(r) {
				letters++
				run++
				longest = max(longest, run)
			} else if r != '\'' && r != '’' && r != ',' && r != ';' {
				run = 0
			}
		}
		j.letters += letters
		if longest > longWord {
			j.long += letters
		}
		if letters == 1 && len(w.Text) == 1 {
			j.single++
		}
	}
}

// unspaced are scripts written without spaces between words.
func unspaced(r rune) bool {
	return r > 0x0DFF && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan)
}

// verdict refuses a file that would poison an index. failed of pages could not be read whole.
func (j *judge) verdict(failed, pages int) error {
	switch {
	case pages > 0 && failed == pages && j.letters == 0:
		return fmt.Errorf("the light engine can read none of its pages; %s", hint)
	case j.lost > 20 && j.lost*4 > j.known:
		return fmt.Errorf("the light engine cannot tell its characters (%d of %d are hidden by their fonts); %s", j.lost, j.lost+j.known, hint)
	case j.letters >= enough && (j.long*8 > j.letters || j.single*2 > j.letters):
		return fmt.Errorf("the light engine cannot tell its words apart; %s", hint)
	}
	return nil
}
