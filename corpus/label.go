package corpus

import (
	"regexp"
	"strconv"
	"strings"
)

// Label is a version label as documents carry it: V2.1, v3.10, Rev C, R4, Issue 3, 3rd Edition, 2026-03,
// 2026.04.1, 1.0-rc1, Draft. The zero Label means that no version is known.
//
// Labels of one scheme are totally ordered by [Label.Compare]; labels of different schemes (Rev C and V2.1)
// are not comparable, and whoever needs an order must ask for dates.
type Label struct {
	text  string // as shown: "V2.1", "Rev C"
	key   string // as in a Ref: "2.1", "rev-c"
	kind  labelKind
	word  string // "v", "rev", "issue", "edition"
	nums  []int  // numeric and calendar components, or the letters' value
	extra string // a patch letter behind the number: V2.1a
	pre   int    // rank of a pre-release word, 0 for an issued edition; negative ranks come first
	preN  []int  // the pre-release's own number: rc2, draft 1.3
}

type labelKind int

const (
	labelNone labelKind = iota
	labelNumeric
	labelLetter
	labelCalendar
	labelDraft  // a draft without a number to be a draft of
	labelOpaque // anything else: equal only to itself
)

var labelWords = map[string]string{
	"v": "v", "ver": "v", "vers": "v", "version": "v", "release": "v", "rel": "v", "": "v",
	"r": "rev", "rev": "rev", "revision": "rev",
	"issue": "issue", "iss": "issue",
	"edition": "edition", "ed": "edition",
}

var preRanks = map[string]int{
	"draft": -6, "wip": -6, "dev": -5, "snapshot": -5, "alpha": -4, "beta": -3, "pre": -2, "preview": -2, "prerelease": -2, "rc": -1, "cr": -1,
}

var ordinalWords = map[string]string{
	"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6",
	"seventh": "7", "eighth": "8", "ninth": "9", "tenth": "10",
}

var (
	labelForm = regexp.MustCompile(`^(?:(version|vers|ver|v|revision|rev|r|issue|iss|edition|ed|release|rel)(?:[\s.:#_-]*(?:no\b\.?)?\s*v?))?` +
		`(\d+(?:[._-]\d+)*)([a-z])?` +
		`(?:[\s._+-]*\(?(draft|wip|dev|snapshot|alpha|beta|prerelease|preview|pre|rc|cr|a|b)\)?[\s._-]*(\d+(?:\.\d+)*)?)?` +
		`(?:[\s._-]*\(?(?:final|approved|released|issued)\)?)?$`)
	letterForm  = regexp.MustCompile(`^(version|ver|v|revision|rev|issue|iss|edition|ed|release|rel)[\s.:#_-]*([a-z]{1,2})(?:[\s._-]*\(?(draft|wip)\)?[\s._-]*(\d+)?)?$`)
	draftForm   = regexp.MustCompile(`^(?:(?:version|ver|v|revision|rev|document version)[\s.:_-]*)?(draft|wip|working draft|preliminary)[\s._:#-]*(?:(?:no|version|v|rev)\.?\s*)?(.*)$`)
	ordinalForm = regexp.MustCompile(`^(\d+(?:st|nd|rd|th)|[a-z]+)\s+(edition|issue|revision|release)$`)
	spaces      = regexp.MustCompile(`\s+`)
)

// ParseLabel reads a label. It never fails: words it does not know make an opaque label, which is
// equal only to itself, and blank text makes the zero Label. Reading a label's key gives that key again.
func ParseLabel(s string) Label {
	l := parseLabel(s)
	for range 8 {
		again := parseLabel(l.key)
		if again.key == l.key {
			return l
		}
		l = again
	}
	return Label{}
}

func parseLabel(s string) Label {
	s = strings.Trim(spaces.ReplaceAllString(s, " "), " ,;:()[]")
	s = strings.TrimRight(s, ".")
	if s == "" {
		return Label{}
	}
	low := strings.ToLower(s)
	if m := ordinalForm.FindStringSubmatch(low); m != nil {
		n := strings.TrimRight(m[1], "stndrh")
		if w, ok := ordinalWords[m[1]]; ok {
			n = w
		}
		if _, err := strconv.Atoi(n); err == nil {
			low = m[2] + " " + n
		}
	}
	if m := labelForm.FindStringSubmatch(low); m != nil {
		if l, ok := numericLabel(m); ok {
			return l
		}
	}
	if m := letterForm.FindStringSubmatch(low); m != nil {
		return letterLabel(m)
	}
	if m := draftForm.FindStringSubmatch(low); m != nil {
		l := Label{kind: labelDraft, pre: preRanks["draft"], text: "Draft"}
		if rest := strings.Trim(m[2], " .-_()"); rest != "" {
			sub := parseLabel(rest)
			if sub.kind == labelNumeric && sub.word == "v" && len(sub.nums) > 1 {
				// "Draft V2.1" is a draft of V2.1, not the draft numbered 2.1.
				sub.pre, sub.preN = preRanks["draft"], nil
				sub.text, sub.key = sub.text+"-draft", sub.key+"-draft"
				return sub
			}
			l.preN, l.text = sub.nums, "Draft "+strings.ToUpper(rest[:1])+rest[1:]
		}
		l.key = hyphenateKeepDots(strings.ToLower(l.text))
		return l
	}
	key := hyphenateKeepDots(low)
	if key == "" {
		return Label{}
	}
	return Label{kind: labelOpaque, text: s, key: key}
}

func numericLabel(m []string) (Label, bool) {
	word, body, extra, pre, preN := m[1], m[2], m[3], m[4], m[5]
	l := Label{kind: labelNumeric, word: labelWords[word], extra: extra}
	for _, p := range strings.FieldsFunc(body, func(r rune) bool { return r == '.' || r == '_' || r == '-' }) {
		n, err := strconv.Atoi(p)
		if err != nil || len(p) > 9 {
			return Label{}, false
		}
		l.nums = append(l.nums, n)
	}
	body = strings.ReplaceAll(body, "_", ".")
	if (pre == "a" || pre == "b") && preN == "" {
		// "2.1 b" is a patch letter; "1.0b1" is a beta.
		l.extra, pre = pre, ""
	}
	if len(l.nums) > 1 && l.nums[0] >= 1900 && l.nums[0] < 2200 && l.nums[1] <= 12 {
		l.kind, l.text, l.key = labelCalendar, body, body
	} else {
		body = strings.ReplaceAll(body, "-", ".")
		switch {
		case l.word == "v" || len(l.nums) > 1:
			l.text, l.key = "V"+body, body
			if l.word == "rev" {
				l.text = "Rev " + body
			}
		default:
			l.text = strings.ToUpper(l.word[:1]) + l.word[1:] + " " + body
			l.key = l.word + "-" + body
		}
	}
	l.text, l.key = l.text+l.extra, l.key+l.extra
	if pre != "" {
		if pre == "a" || pre == "b" {
			pre = map[string]string{"a": "alpha", "b": "beta"}[pre]
		}
		l.pre = preRanks[pre]
		for _, p := range strings.Split(preN, ".") {
			if n, err := strconv.Atoi(p); err == nil {
				l.preN = append(l.preN, n)
			}
		}
		l.text, l.key = l.text+"-"+pre+preN, l.key+"-"+pre+preN
	}
	return l, true
}

func letterLabel(m []string) Label {
	word := labelWords[m[1]]
	l := Label{kind: labelLetter, word: word}
	v := 0
	for _, r := range m[2] {
		v = v*26 + int(r-'a') + 1
	}
	l.nums = []int{v}
	shown := strings.ToUpper(word[:1]) + word[1:]
	if word == "v" {
		shown = "Version"
	}
	l.text, l.key = shown+" "+strings.ToUpper(m[2]), word+"-"+m[2]
	if m[3] != "" {
		l.pre = preRanks[m[3]]
		if n, err := strconv.Atoi(m[4]); err == nil {
			l.preN = []int{n}
		}
		l.text, l.key = l.text+"-"+m[3]+m[4], l.key+"-"+m[3]+m[4]
	}
	return l
}

// String is the label as shown to people: "V2.1", "Rev C", "Issue 3", "2026-03"; "" for the zero Label.
func (l Label) String() string { return l.text }

// Key is the label as it stands in a [Ref]: "2.1", "rev-c", "issue-3", "2026-03".
func (l Label) Key() string { return l.key }

// IsZero reports whether no version is known.
func (l Label) IsZero() bool { return l.kind == labelNone }

// IsDraft reports whether the label says draft: such an edition never replaces an approved one.
func (l Label) IsDraft() bool { return l.pre == preRanks["draft"] }

// Comparable reports whether l and o belong to one scheme, so that [Label.Compare] orders them. Comparable is
// reflexive and symmetric; "Rev 2" and "V2" are not comparable, "Rev 2.1" and "V2.1" are.
func (l Label) Comparable(o Label) bool {
	if l.kind != o.kind {
		return false
	}
	switch l.kind {
	case labelNumeric:
		return l.word == o.word || len(l.nums) > 1 && len(o.nums) > 1
	case labelLetter:
		return l.word == o.word
	case labelCalendar:
		return true
	case labelDraft:
		return len(l.preN) > 0 && len(o.preN) > 0 || l.key == o.key
	}
	return l.key == o.key
}

// Compare orders two comparable labels: -1 when l is older, 0 when they name the same edition, 1 when l is newer.
// It is a total order over all labels, but means something only where [Label.Comparable] holds.
func (l Label) Compare(o Label) int {
	if l.kind != o.kind {
		return sign(int(l.kind) - int(o.kind))
	}
	if c := compareInts(l.nums, o.nums); c != 0 {
		return c
	}
	if c := strings.Compare(l.extra, o.extra); c != 0 {
		return c
	}
	// An issued edition (rank 0) comes after its own pre-releases (negative ranks).
	if c := sign(l.pre - o.pre); c != 0 {
		return c
	}
	if c := compareInts(l.preN, o.preN); c != 0 {
		return c
	}
	if l.kind == labelOpaque || l.kind == labelDraft && len(l.preN) == 0 {
		return strings.Compare(l.key, o.key)
	}
	return 0
}

// compareInts compares component by component; a missing component counts as 0, so that V2 is V2.0.
func compareInts(a, b []int) int {
	for i := range max(len(a), len(b)) {
		x, y := 0, 0
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return sign(x - y)
		}
	}
	return 0
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// MarshalText writes the label as shown.
func (l Label) MarshalText() ([]byte, error) { return []byte(l.text), nil }

// UnmarshalText reads what MarshalText wrote.
func (l *Label) UnmarshalText(b []byte) error {
	*l = ParseLabel(string(b))
	return nil
}
