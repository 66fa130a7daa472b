package library

import "substrate/prompts"

// AddressesModel reports the first words in text that speak to a language model ("ignore previous instructions") instead
// of to the reader of a document. Served text is never changed; who serves it warns.
func AddressesModel(text string) (words string, found bool) {
	if w := prompts.Suspicious(text); len(w) > 0 {
		return w[0].Words, true
	}
	return "", false
}
