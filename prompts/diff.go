package prompts

// Diff tells what changed.
func Diff(old, new Prompt) string { return "" }
