package library

import (
	"sync"

	"substrate/prompts"
)

// AddressesModel reports the first words in text that speak to a language model ("ignore previous instructions") instead
// of to the reader of a document. Served text is never changed; who serves it warns.
func AddressesModel(text string) (words string, found bool) {
	if words, known := looked.get(text); known {
		return words, words != ""
	}
	if w := prompts.Suspicious(text); len(w) > 0 {
		words = w[0].Words
	}
	looked.put(text, words)
	return words, words != ""
}

// looked remembers the passages that were looked at last: looking costs as much as finding them, and the same ones are
// asked for again and again.
var looked = verdicts{most: 4096, longest: 8 << 10}

// verdicts are the words found in texts, "" for none. It starts over when it is full.
type verdicts struct {
	most, longest int // texts, and bytes of one
	mu            sync.Mutex
	words         map[string]string
}

func (v *verdicts) get(text string) (string, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	w, known := v.words[text]
	return w, known
}

func (v *verdicts) put(text, words string) {
	if len(text) > v.longest {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.words == nil || len(v.words) >= v.most {
		v.words = map[string]string{}
	}
	v.words[text] = words
}
