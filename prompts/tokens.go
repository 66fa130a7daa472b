package prompts

import "unicode"

// Tokens estimates what a text costs, in tokens of a language model. It never asks a tokenizer, which differ; it is meant to
// be too high rather than too low:
//
//   - a word of ASCII letters costs one token for each four letters begun, and one more when it is longer than twelve
//     (long words are rare words, and rare words are cut small);
//   - each digit, each sign of punctuation and each line break costs one (some tokenizers join two or three);
//   - one space before a word is part of the word; further spaces cost one for each four begun;
//   - any other letter costs one for each two bytes of UTF-8 begun: é and ж one, 漢 and € two, 🙂 two;
//   - a byte that is no UTF-8 costs one.
func Tokens(s string) int {
	n, letters, spaces := 0, 0, 0
	flush := func() {
		n += (letters + 3) / 4
		if letters > 12 {
			n++
		}
		letters = 0
	}
	for _, r := range s {
		if r < unicode.MaxASCII && (r|0x20 >= 'a' && r|0x20 <= 'z') {
			if spaces > 1 {
				n += (spaces - 1 + 3) / 4
			}
			spaces = 0
			letters++
			continue
		}
		flush()
		if r == ' ' {
			spaces++
			continue
		}
		if spaces > 0 {
			n += (spaces + 3) / 4
			spaces = 0
		}
		switch {
		case r < 0x80, r < 0x800, r == unicode.ReplacementChar:
			n++
		default:
			n += 2
		}
	}
	flush()
	return n + (spaces+3)/4
}
