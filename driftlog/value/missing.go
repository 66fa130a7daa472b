package value

import (
	"slices"
	"strings"
)

// Missing are the numeric values of a statement, as they are written there, that a text has neither in these words nor in others
// of the same worth.
func Missing(statement, text string) []string {
	there := Extract(text)
	var out []string
	for _, v := range Extract(statement) {
		if v.Numeric() && !strings.Contains(text, v.Text) && !slices.ContainsFunc(there, func(t Value) bool { return Comparable(v, t) && Same(v, t) }) {
			out = append(out, v.Text)
		}
	}
	return out
}
