package mcp

import (
	"fmt"
	"strings"

	"substrate/library"
)

// Correction is an open entry of the drift log that speaks of a passage: what the passage says is known to be false.
type Correction struct {
	ID         string `json:"id"`
	Says       string `json:"says"`
	Actually   string `json:"actually"`
	Found      string `json:"found,omitempty"`
	Status     string `json:"status"`
	RecordedIn string `json:"recorded_in"`
}

func corrections(list []library.Drift) []Correction {
	out := []Correction{}
	for _, d := range list {
		out = append(out, Correction(d))
	}
	return out
}

// correctionLines tell reality first: what a reader must not miss.
func correctionLines(list []Correction) string {
	var sb strings.Builder
	for _, c := range list {
		fmt.Fprintf(&sb, "drift %s: actually %q; the document says %q (found %s, recorded in [%s]). Answer with what is so.\n", c.ID, c.Actually, c.Says, orUnknown(c.Found), c.RecordedIn)
	}
	return sb.String()
}

func orUnknown(s string) string {
	if s == "" {
		return "on an unknown day"
	}
	return s
}
