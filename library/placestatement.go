package library

import (
	"regexp"
	"slices"
	"strings"

	"substrate/capture"
	"substrate/corpus"
	"substrate/driftlog/claim"
	"substrate/driftlog/echo"
	"substrate/driftlog/value"
)

var bareNumber = regexp.MustCompile(`\d+(?:[.,]\d+)*`)

// fitQuoted looks for a statement whose value the finding names beside another of the kind: "7.1 W now, not 6.4", "moved from 9100 to 9101".
func fitQuoted(c *capture.Candidate, f *asking, in *part) {
	if len(f.given) == 0 {
		return
	}
	best := 0.0
	for _, u := range in.units {
		if len(u.values) == 0 {
			continue
		}
		common := claim.Common(f.terms, u.words)
		if common <= best || common < 2 {
			continue
		}
		for _, old := range u.values {
			if !old.Numeric() || !givesValue(f.given, f.numbers, old) || strings.Count(u.text, old.Text) != 1 {
				continue
			}
			now, ok := instead(f.given, old, u.values)
			if !ok {
				continue
			}
			best = common
			c.Old, c.New = u.text, strings.Replace(u.text, old.Text, now.Text, 1)
			c.Against = max(c.Against, min(0.5+0.08*common, 0.95))
			break
		}
	}
}

// givesValue tells that a finding names a value: itself, or its number alone.
func givesValue(given []value.Value, numbers []string, old value.Value) bool {
	if slices.ContainsFunc(given, func(v value.Value) bool { return value.Comparable(v, old) && value.Same(v, old) }) {
		return true
	}
	n := bareNumber.FindString(old.Text)
	return old.Kind == value.Quantity && len(n) > 1 && slices.Contains(numbers, n)
}

// instead is the other value of the kind that a finding names, one that the statement does not have.
func instead(given []value.Value, old value.Value, has []value.Value) (value.Value, bool) {
	for _, v := range given {
		if value.Comparable(v, old) && !value.Agree(v, old) && !slices.ContainsFunc(has, func(h value.Value) bool { return value.Comparable(h, v) && value.Same(h, v) }) {
			return v, true
		}
	}
	return value.Value{}, false
}

// fitStatement looks for a statement of a section that the finding says is not so, or says already.
func fitStatement(c *capture.Candidate, f *asking, in *part) {
	for k, sentence := range f.sentences {
		for _, found := range f.asked[k].Check(in.pool) {
			if found.Agrees {
				if found.Score >= 0.8 && c.Says == "" {
					c.Says = found.Unit.Text
				}
				continue
			}
			if found.Score <= c.Against {
				continue
			}
			now, ok := replaced(found, sentence)
			if !ok {
				continue
			}
			c.Against, c.Old, c.New = found.Score, found.Unit.Text, now
		}
	}
}

// fitSubject looks for a statement about what the section is called after ("Swap is 8 GB zram" under "Swap"), where the finding speaks
// of that too and has another value of the kind.
func fitSubject(c *capture.Candidate, f *asking, sec corpus.Section) {
	title := claim.Words(sec.Title)
	if c.Old != "" || c.Headed < 0.99 || len(title) == 0 {
		return
	}
	for _, b := range sec.Blocks {
		if b.Kind != corpus.Paragraph {
			continue
		}
		for _, old := range claim.Sentences(b.Text) {
			if claim.Common(title, claim.Words(firstWords(old, 3))) < title.Weight() {
				continue
			}
			for _, sentence := range f.sentences {
				if claim.Common(title, claim.Words(sentence)) < title.Weight() {
					continue
				}
				if now, ok := otherValue(old, sentence); ok {
					c.Against, c.Old, c.New = 0.6, old, now
					return
				}
			}
		}
	}
}

// otherValue is a statement with a sentence's first quantity in the place of its own, when they differ and are of one kind.
func otherValue(old, sentence string) (string, bool) {
	was, now := value.Extract(old), value.Extract(sentence)
	for _, v := range now {
		for _, o := range was {
			if v.Kind != value.Quantity || !value.Comparable(v, o) {
				continue
			}
			if value.Agree(v, o) || strings.Count(old, o.Text) != 1 {
				return "", false
			}
			if saysMore(sentence, old) {
				return strings.TrimRight(sentence, ".") + ".", true
			}
			return strings.Replace(old, o.Text, v.Text, 1), true
		}
	}
	return "", false
}

// replaced is a statement as it would stand: with the finding's value in the place of its own, or, where the finding says more than
// another value of the same, the finding's own sentence.
func replaced(found echo.Found, sentence string) (string, bool) {
	old := found.Value.Text
	if strings.Count(found.Unit.Text, old) != 1 {
		return "", false
	}
	for _, v := range value.Extract(sentence) {
		if value.Comparable(v, found.Value) && !value.Agree(v, found.Value) {
			if found.Unit.Form == claim.Prose && saysMore(sentence, found.Unit.Text) {
				return strings.TrimRight(sentence, ".") + ".", true
			}
			return strings.Replace(found.Unit.Text, old, v.Text, 1), true
		}
	}
	return "", false
}

// saysMore tells that a sentence has words of its own beside those of a statement: more than a new value and a word like "now".
func saysMore(sentence, statement string) bool {
	old, n := claim.Words(statement), 0.0
	for w, weight := range claim.Words(sentence) {
		if _, known := old[w]; !known && !strings.ContainsAny(w, "0123456789") {
			n += weight
		}
	}
	return n >= 2.5
}
