package surgery

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"substrate/corpus"
)

// Step says how far a label goes.
type Step string

// The steps. Where a scheme has only one (Rev C, Issue 3), all of them take it.
const (
	StepNext  Step = "next"  // the smallest that the label shows: V2.0 → V2.1, v1.2.3 → v1.2.4
	StepMinor Step = "minor" // the second number: v1.2.3 → v1.3.0
	StepMajor Step = "major" // the first number: V2.4 → V3.0
)

// ErrLabel is wrapped when no rule gives the label after this one, and a person has to.
var ErrLabel = errors.New("no rule gives the next version label")

// Next is the label of the version after this one.
type Next struct {
	Label   string   `json:"label"`
	Because string   `json:"because"`
	Others  []string `json:"others,omitempty"` // what a person might have meant instead
}

const ordinals = "first second third fourth fifth sixth seventh eighth ninth tenth"

var (
	wordsForm   = `^((?:draft\s+)?(?:(?:version|vers|ver|v|revision|rev|r|issue|iss|edition|ed|release|rel)[\s.:#_-]*(?:no\.?\s*)?v?)?)`
	quarterNext = regexp.MustCompile(`(?i)` + wordsForm + `((?:19|20)\d\d)([\s./_-]?q)([1-4])$`)
	dayNext     = regexp.MustCompile(`(?i)` + wordsForm + `((?:19|20)\d\d)([./_-])(\d\d)([./_-])(\d\d)$`)
	monthNext   = regexp.MustCompile(`(?i)` + wordsForm + `((?:19|20|21)\d\d)([._-])(\d{1,2})(?:([._-])(\d{1,4})|([a-y]))?$`)
	yearNext    = regexp.MustCompile(`(?i)` + wordsForm + `((?:19|20|21)\d\d)$`)
	preNext     = regexp.MustCompile(`(?i)^(.*\d[a-z]?)([\s._+-]*\(?)(draft|wip|dev|snapshot|alpha|beta|prerelease|preview|pre|rc|cr)(\)?[\s._-]*)(\d+)?(\)?)$`)
	betaNext    = regexp.MustCompile(`(?i)^(.*\d)([ab])(\d+)$`)
	draftNext   = regexp.MustCompile(`(?i)^((?:working )?draft|wip|preliminary)([\s._:#-]*)(\d+(?:\.\d+)*)?$`)
	letterNext  = regexp.MustCompile(`(?i)^((?:version|ver|v|revision|rev|issue|iss|edition|ed|release|rel)[\s.:#_-]*)([a-z]{1,2})$`)
	ordinalNext = regexp.MustCompile(`(?i)^(\d+)(?:st|nd|rd|th)(\s+(?:edition|issue|revision|release))$`)
	spelledNext = regexp.MustCompile(`(?i)^(` + strings.ReplaceAll(ordinals, " ", "|") + `)(\s+(?:edition|issue|revision|release))$`)
	numberNext  = regexp.MustCompile(`(?i)` + wordsForm + `(\d+(?:[._-]\d+)*)([a-z])?((?:[\s._-]*\(?(?:final|approved|released|issued)\)?)?)$`)
)

// NextLabel gives the label after this one in the document's own scheme and writing: V2.0 → V2.1, V3.9 → V3.10, Rev Z → Rev AA,
// "Draft 4" → "Draft 5". A label that is a date follows on, the date of the new version; on may be unknown for the others.
// The document's earlier labels, as far as they are known, tell what one number means: after V1 and V1.1, V2 goes on with V2.1.
// It wraps [ErrLabel] when a person must choose the label. What it gives is always newer than what it was given.
func NextLabel(label string, step Step, on corpus.Date, earlier ...string) (Next, error) {
	s := strings.Join(strings.Fields(label), " ")
	if s == "" {
		return Next{}, fmt.Errorf("%w: the document has no version yet; give the first one, as V1.0", ErrLabel)
	}
	if step != StepNext && step != StepMinor && step != StepMajor {
		return Next{}, fmt.Errorf("step %q: use next, minor or major", step)
	}
	n, err := nextLabel(s, step, on, earlier)
	if err != nil {
		return Next{}, err
	}
	old, now := corpus.ParseLabel(s), corpus.ParseLabel(n.Label)
	// A quarter is no label that corpus orders, and a plain "Draft" none that a numbered one is compared with.
	if m := draftNext.FindStringSubmatch(s); !quarterNext.MatchString(s) && (m == nil || m[3] != "") && (!now.Comparable(old) || now.Compare(old) <= 0) {
		return Next{}, fmt.Errorf("%w: %q would become %q, which is not newer; give the label", ErrLabel, s, n.Label)
	}
	return n, nil
}

func nextLabel(s string, step Step, on corpus.Date, earlier []string) (Next, error) {
	if m := quarterNext.FindStringSubmatch(s); m != nil {
		return nextQuarter(m, on), nil
	}
	if m := dayNext.FindStringSubmatch(s); m != nil {
		if was, err := corpus.ParseISODate(m[2] + "-" + m[4] + "-" + m[6]); err == nil {
			if on.Day == 0 || on.Compare(was) <= 0 {
				return Next{}, fmt.Errorf("%w: %q is a date, and the new version's date %q is not later; give a later date or the label", ErrLabel, s, on)
			}
			return Next{Label: fmt.Sprintf("%s%04d%s%02d%s%02d", m[1], on.Year, m[3], on.Month, m[5], on.Day), Because: "the label is the date of issue"}, nil
		}
	}
	if m := monthNext.FindStringSubmatch(s); m != nil {
		if mm, _ := strconv.Atoi(m[4]); mm >= 1 && mm <= 12 {
			return nextMonth(m, mm, on), nil
		}
	}
	if m := yearNext.FindStringSubmatch(s); m != nil {
		y, _ := strconv.Atoi(m[2])
		return Next{Label: m[1] + strconv.Itoa(max(y+1, on.Year)), Because: "the label is a year"}, nil
	}
	if n, ok, err := nextDraft(s, step); ok {
		return n, err
	}
	if m := letterNext.FindStringSubmatch(s); m != nil {
		l, ok := nextLetters(m[2])
		if !ok {
			return Next{}, fmt.Errorf("%w: %q is the last of two letters; give the label", ErrLabel, s)
		}
		return Next{Label: m[1] + l, Because: "the label counts in letters"}, nil
	}
	if m := ordinalNext.FindStringSubmatch(s); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return Next{}, unknown(s)
		}
		return Next{Label: ordinal(n+1) + m[2], Because: "the label counts editions"}, nil
	}
	if m := spelledNext.FindStringSubmatch(s); m != nil {
		words := strings.Fields(ordinals)
		for i, w := range words {
			if strings.EqualFold(w, m[1]) && i+1 < len(words) {
				return Next{Label: likeCase(words[i+1], m[1]) + m[2], Because: "the label counts editions"}, nil
			}
		}
		return Next{Label: "11th" + m[2], Because: "the label counts editions"}, nil
	}
	if m := numberNext.FindStringSubmatch(s); m != nil {
		return nextNumber(m, step, earlier)
	}
	return Next{}, unknown(s)
}

func unknown(s string) error {
	return fmt.Errorf("%w: %q follows no scheme that is known here (V2.1, Rev C, Issue 3, 2026-03, …); give the label", ErrLabel, s)
}

func nextQuarter(m []string, on corpus.Date) Next {
	y, _ := strconv.Atoi(m[2])
	q, _ := strconv.Atoi(m[4])
	at := y*4 + q // one more than the old one, counted from 0
	if on.Month > 0 {
		at = max(at, on.Year*4+(on.Month-1)/3)
	}
	return Next{Label: fmt.Sprintf("%s%04d%s%d", m[1], at/4, m[3], at%4+1), Because: "the label is a quarter of a year"}
}

func nextMonth(m []string, month int, on corpus.Date) Next {
	y, _ := strconv.Atoi(m[2])
	later := on.Month > 0 && on.Year*12+on.Month > y*12+month
	write := func(y, month int) string { return fmt.Sprintf("%s%04d%s%0*d", m[1], y, m[3], len(m[4]), month) }
	switch {
	case m[7] != "" && !later:
		return Next{Label: write(y, month) + string(m[7][0]+1), Because: "the label is a month and a letter, and the month is the same"}
	case m[6] != "" && !later:
		n, _ := strconv.Atoi(m[6])
		return Next{Label: write(y, month) + m[5] + fmt.Sprintf("%0*d", len(m[6]), n+1), Because: "the label is a month and a count, and the month is the same"}
	case m[6] != "":
		return Next{Label: write(on.Year, on.Month) + m[5] + fmt.Sprintf("%0*d", len(m[6]), 1), Because: "the label is a month and a count; a new month counts from 1"}
	case later:
		return Next{Label: write(on.Year, on.Month), Because: "the label is the month of issue"}
	}
	n := Next{Label: write(y+month/12, month%12+1), Because: "the label is a month, and the date is not in a later one"}
	return n
}

// nextDraft goes on with what was not issued yet: a candidate gets its next number, and with a larger step it is issued.
func nextDraft(s string, step Step) (n Next, ok bool, err error) {
	if m := draftNext.FindStringSubmatch(s); m != nil {
		if step != StepNext {
			return n, true, fmt.Errorf("%w: %q is a draft of no version; give the label that it is issued under", ErrLabel, s)
		}
		if m[3] == "" {
			return Next{Label: strings.TrimRight(m[1]+m[2], " ") + " 2", Because: "a draft follows a draft"}, true, nil
		}
		parts := strings.Split(m[3], ".")
		last := len(parts) - 1
		k, bad := strconv.Atoi(parts[last])
		if bad != nil {
			return n, true, unknown(s)
		}
		parts[last] = fmt.Sprintf("%0*d", len(parts[last]), k+1)
		return Next{Label: m[1] + m[2] + strings.Join(parts, "."), Because: "a draft follows a draft"}, true, nil
	}
	m := preNext.FindStringSubmatch(s)
	if b := betaNext.FindStringSubmatch(s); b != nil {
		m = []string{s, b[1], "", b[2], "", b[3], ""}
	}
	if m == nil || !strings.ContainsAny(m[1], "0123456789") {
		return n, false, nil
	}
	if step != StepNext {
		return Next{Label: m[1], Because: "what was prepared is issued"}, true, nil
	}
	k := 1
	if m[5] != "" {
		if k, err = strconv.Atoi(m[5]); err != nil {
			return n, true, unknown(s)
		}
	}
	if m[5] == "" && strings.HasPrefix(m[4], ")") {
		m[3], m[4], m[6] = m[3]+" ", "", ")"
	}
	return Next{
		Label:   m[1] + m[2] + m[3] + m[4] + fmt.Sprintf("%0*d", len(m[5]), k+1) + m[6],
		Because: "one " + strings.ToLower(strings.TrimSpace(m[3])) + " follows another", Others: []string{m[1]},
	}, true, nil
}

// nextLetters counts A, B, … Z, AA; false behind ZZ.
func nextLetters(s string) (string, bool) {
	b := []byte(strings.ToUpper(s))
	i := len(b) - 1
	for ; i >= 0; i-- {
		if b[i] < 'Z' {
			b[i]++
			break
		}
		b[i] = 'A'
	}
	if i < 0 {
		b = append([]byte{'A'}, b...)
	}
	out := string(b)
	if s == strings.ToLower(s) {
		out = strings.ToLower(out)
	}
	return out, len(out) <= 2
}

func ordinal(n int) string {
	end := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			end = "st"
		case 2:
			end = "nd"
		case 3:
			end = "rd"
		}
	}
	return strconv.Itoa(n) + end
}

// likeCase writes a word with the capitals of another: all, the first, or none.
func likeCase(word, like string) string {
	switch {
	case like == strings.ToUpper(like):
		return strings.ToUpper(word)
	case like[:1] == strings.ToUpper(like[:1]):
		return strings.ToUpper(word[:1]) + word[1:]
	}
	return word
}

var digits = regexp.MustCompile(`\d+`)

// nextNumber counts in numbers, each written as wide as it was (2.09 → 2.10).
func nextNumber(m []string, step Step, earlier []string) (Next, error) {
	prefix, body, letter, rest := m[1], m[2], m[3], m[4]
	at := digits.FindAllStringIndex(body, -1)
	if letter != "" && step == StepNext && letter != "z" && letter != "Z" {
		return Next{Label: prefix + body + string(letter[0]+1) + rest, Because: "the letter behind the number counts first"}, nil
	}
	which, because := len(at)-1, "the last number counts"
	switch {
	case len(at) == 1:
		if step != StepMajor && letter == "" && countsInTwo(prefix, earlier) {
			return Next{Label: prefix + body + ".1" + rest, Because: "earlier versions have a second number", Others: []string{prefix + plusOne(body) + rest}}, nil
		}
		because = "the label is one number"
	case step == StepMajor:
		which, because = 0, "a major version: the first number counts, the others start again"
	case step == StepMinor:
		which, because = 1, "a minor version: the second number counts"
	}
	var sb strings.Builder
	last := 0
	for i, p := range at {
		sb.WriteString(body[last:p[0]])
		old := body[p[0]:p[1]]
		switch {
		case i == which:
			sb.WriteString(plusOne(old))
		case i > which:
			sb.WriteString(strings.Repeat("0", len(old)))
		default:
			sb.WriteString(old)
		}
		last = p[1]
	}
	n := Next{Label: prefix + sb.String() + rest, Because: because}
	if w := strings.ToLower(strings.TrimSpace(prefix)); len(at) == 1 && step != StepMajor && letter == "" && (w == "" || w[0] == 'v') {
		n.Others = []string{prefix + body + ".1" + rest}
		n.Because += "; " + n.Others[0] + " would begin a second one"
	}
	return n, nil
}

// countsInTwo reports whether labels of the document had a second number.
func countsInTwo(prefix string, earlier []string) bool {
	for _, e := range earlier {
		m := numberNext.FindStringSubmatch(strings.TrimSpace(e))
		if m != nil && strings.EqualFold(strings.TrimSpace(m[1]), strings.TrimSpace(prefix)) && len(digits.FindAllString(m[2], -1)) == 2 {
			return true
		}
	}
	return false
}

func plusOne(s string) string {
	n, err := strconv.Atoi(s)
	if err != nil {
		return s
	}
	return fmt.Sprintf("%0*d", len(s), n+1)
}
