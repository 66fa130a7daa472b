package library

import (
	"regexp"
	"strings"
)

// addressed matches sentences that speak to a language model instead of to the reader of a document. Served text is
// never changed; who serves it warns.
var addressed = regexp.MustCompile(`(?i)\b(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+|the\s+|your\s+)*(?:previous|prior|above|earlier|preceding|system)\s+(?:instruction|prompt|message|rule|direction|context)s?` +
	`|\byou\s+are\s+(?:now\s+)?(?:an?\s+)?(?:ai|llm|language\s+model|chatgpt|claude|assistant)\b` +
	`|\b(?:new|updated)\s+(?:system\s+)?instructions?\s*:` +
	`|\b(?:reveal|print|repeat|output)\s+(?:your|the)\s+(?:system\s+)?prompt\b` +
	`|<\s*/?\s*(?:system|assistant|im_start|im_end)\s*>|<\|im_(?:start|end)\|>|\[/?INST\]` +
	`|\b(?:do\s+not|don't|never)\s+(?:tell|inform|mention\s+(?:this\s+)?to)\s+the\s+user\b`)

// hints are words of which one stands in whatever addressed matches; most texts have none, and looking for them is cheap.
var hints = []string{"ignore", "disregard", "forget", "override", "you are", "you\nare", "instructions:", "instruction:", "prompt", "the user", "system>", "system >", "assistant>", "assistant >", "im_start", "im_end", "inst]"}

// AddressesModel reports the first words in text that speak to a language model ("ignore previous instructions").
func AddressesModel(text string) (words string, found bool) {
	lower := strings.ToLower(text)
	for _, h := range hints {
		if strings.Contains(lower, h) {
			words = addressed.FindString(text)
			return words, words != ""
		}
	}
	return "", false
}
