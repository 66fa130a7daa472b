package ask

import (
	"regexp"
	"strings"

	"substrate/driftlog/claim"
)

// denial matches words by which English sentences deny. Other languages are not judged by this.
var denial = regexp.MustCompile(`(?i)\b(?:not|never|no longer|nor|neither|none|nobody|nothing|cannot|without|must no|[a-z]+n['’]t)\b|\bno\s+[a-z]+`)

// noDenial matches what looks like a denial and is none.
var noDenial = regexp.MustCompile(`(?i)\bnot (?:only|just|merely)\b|\bno\.\s*\d|\bif not\b|\bwhether or not\b|\bno later than\b|\bno (?:more|less|fewer) than\b|\bnot (?:more|less|fewer|later|earlier) than\b|\bnothing but\b`)

func denies(text string) bool {
	return denial.MatchString(noDenial.ReplaceAllString(text, " "))
}

// nearlyAll is the share of a sentence's words that a statement must have before the two are held to say the same thing or its
// opposite: with less, a "not" in one of them may belong to something else.
const nearlyAll = 0.8

// opposite is the statement of a text that says what a sentence denies, or denies what it says; "" when there is none. A statement
// that agrees with the sentence outweighs it.
func opposite(sentence, text string) string {
	said := claim.Words(sentence)
	weight := said.Weight()
	if weight == 0 {
		return ""
	}
	denied, found := denies(sentence), ""
	for _, line := range strings.Split(text, "\n") {
		for _, s := range clauses(line) {
			there := claim.Words(s)
			// Each has nearly all of the other's words; a table's row or a long sentence holds much besides.
			common := claim.Common(said, there)
			if common < nearlyAll*weight || common < 0.6*there.Weight() {
				continue
			}
			if denies(s) == denied {
				return ""
			}
			found = s
		}
	}
	return found
}

// joints matches where a sentence may go on with a statement of its own.
var joints = regexp.MustCompile(`[,;:–]\s|\s(?:and|but|while|whereas|although|though)\s`)

// clauses are the sentences of a line, whole and in their parts.
func clauses(line string) []string {
	var out []string
	for _, s := range claim.Sentences(line) {
		out = append(out, s)
		if list := joints.Split(s, -1); len(list) > 1 {
			out = append(out, list...)
		}
	}
	return out
}
