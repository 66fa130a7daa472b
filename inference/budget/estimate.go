// Package budget fits a prompt into a model's window: it estimates tokens from above where no tokenizer can be asked,
// and packs parts by what must not be lost. It is pure: how a server counts comes in as a function.
//
// The order of loss: passages go first (the least important of them first), then drift corrections, and the system
// prompt and the question never. A pack that would need to cut those is an error that says which window would do.
package budget

import (
	"math"
	"sync"
	"unicode"
	"unicode/utf8"
)

// smallVocab is where a tokenizer has too few entries for whole words; a byte each is then the safe bound.
const smallVocab = 16000

// Tokens estimates from above how many tokens a text is. vocab is the size of the tokenizer, 0 when unknown (then a
// common size of 32,000 and more is assumed). It leans on what tokenizers of that size share: a letter run of n costs at
// most about n/3 (n/2 with capitals inside, as keys and acronyms have them), digits and marks one each, a letter of another
// script one to three.
func Tokens(text string, vocab int) int {
	if text == "" {
		return 0
	}
	if vocab > 0 && vocab < smallVocab {
		return len(text) + 1 // the space that some put in front
	}
	n, letters, spaces, inner := 1, 0, 0, false
	end := func() {
		if inner {
			n += (letters + 1) / 2
		} else {
			n += (letters + 2) / 3
		}
		letters, inner = 0, false
		n += (spaces + 1) / 4 // one space goes with the word behind it, runs are merged
		spaces = 0
	}
	for _, r := range text {
		switch {
		case r == ' ':
			if letters > 0 {
				end()
			}
			spaces++
			continue
		case r < utf8.RuneSelf && unicode.IsLetter(r):
			if spaces > 0 {
				end()
			}
			inner = inner || letters > 0 && r < 'a'
			letters++
			continue
		}
		end()
		switch {
		case r == utf8.RuneError:
			n += 3
		case unicode.In(r, unicode.Latin):
			n++ // é, ß: often apart from the run
		case r < utf8.RuneSelf:
			n++
		case unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Hebrew, unicode.Arabic):
			n++
		default:
			n += min(utf8.RuneLen(r), 3)
		}
	}
	end()
	return n
}

// Estimator corrects the estimate by what a server counted: when it was ever too low, later ones are raised by that
// much and a tenth. It never goes below the plain estimate.
type Estimator struct {
	mu    sync.Mutex
	Vocab int // size of the tokenizer; 0: unknown
	ratio float64
}

// Tokens estimates from above.
func (e *Estimator) Tokens(text string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := Tokens(text, e.Vocab)
	if e.ratio > 1 {
		// A byte is the least that a token stands for, whatever was observed.
		n = max(n, min(int(math.Ceil(float64(n)*e.ratio)), len(text)+1))
	}
	return n
}

// Observe learns from a server's count of a text. It reports whether the estimate had been too low.
func (e *Estimator) Observe(text string, tokens int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := Tokens(text, e.Vocab)
	if n < 64 || tokens <= 0 { // what a template adds weighs more than the text
		return false
	}
	r := float64(tokens) / float64(n)
	if r > 1 && r*1.1 > e.ratio {
		e.ratio = r * 1.1
	}
	return r > 1
}

// SetVocab tells the size of the tokenizer.
func (e *Estimator) SetVocab(n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.Vocab = n
}
