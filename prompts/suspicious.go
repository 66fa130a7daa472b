package prompts

// Warning is one place in a text that speaks to a language model.
type Warning struct {
	Where string `json:"where,omitempty"` // what the text belongs to, as far as the caller knows
	Kind  string `json:"kind"`
	Words string `json:"words"` // as found
	Why   string `json:"why"`
	At    int    `json:"at"` // byte offset of Words in the text
}

// Suspicious finds text that speaks to a language model.
func Suspicious(text string) []Warning { return nil }
