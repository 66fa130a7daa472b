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

// hints are words of which a pair stands in whatever addressed matches: looking for them costs little, and few texts have
// both of a pair.
var hints = []struct{ one, other []string }{
	{[]string{"ignore", "disregard", "forget", "override"}, []string{"instruction", "prompt", "message", "rule", "direction", "context"}},
	{[]string{"you"}, []string{" ai", "\nai", "llm", "model", "chatgpt", "claude", "assistant"}},
	{[]string{"instruction"}, []string{"new", "updated"}},
	{[]string{"reveal", "print", "repeat", "output"}, []string{"prompt"}},
	{[]string{"user"}, []string{"tell", "inform", "mention"}},
	{[]string{"<", "inst]"}, []string{"system", "assistant", "im_start", "im_end", "inst]"}},
}

// AddressesModel reports the first words in text that speak to a language model ("ignore previous instructions").
func AddressesModel(text string) (words string, found bool) {
	lower := strings.ToLower(text)
	for _, h := range hints {
		if containsAny(lower, h.one) && containsAny(lower, h.other) {
			words = addressed.FindString(text)
			return words, words != ""
		}
	}
	return "", false
}

func containsAny(s string, list []string) bool {
	for _, w := range list {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
