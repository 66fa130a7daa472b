package surgery

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"substrate/corpus"
	"substrate/corpus/identity"
)

// token is a version label or a date inside a text, and how to write another one in its form.
type token struct {
	i, j  int
	write func() string
}

// labelForms finds one label in the forms that a document may write it in: V2.0, Version 2.0, 2_0; Rev C, Revision c; 3rd edition.
type labelForms struct {
	old, now corpus.Label
	text     string // the new label as given
	core     *regexp.Regexp
	newCore  string // "" when the new label belongs to another scheme
	word     bool   // the word must stand before the core: a letter or a whole number says nothing alone
	ordinal  int    // the new number of an edition that is counted in words
}

const labelWordForm = `(?:version|vers|ver|v|revision|rev|r|issue|iss|edition|ed|release|rel|draft)`

var (
	labelWord  = regexp.MustCompile(`(?i)(?:^|[^\pL\d])(` + labelWordForm + `[\s.:#_-]*(?:no\.?\s*)?v?)$`)
	wordKey    = regexp.MustCompile(`^(rev|issue|edition|version|draft)-(.+)$`)
	numericKey = regexp.MustCompile(`^\d`)
	preTail    = regexp.MustCompile(`(?i)^(?:[._]\d|-\d|[\s._+-]*\(?(?:draft|wip|dev|snapshot|alpha|beta|prerelease|preview|pre|rc|cr)\b)`)
	editionN   = regexp.MustCompile(`(?i)\b(\d+)(?:st|nd|rd|th)(\s+(?:edition|issue|revision|release))\b`)
	editionW   = regexp.MustCompile(`(?i)\b(` + strings.ReplaceAll(ordinals, " ", "|") + `)(\s+(?:edition|issue|revision|release))\b`)
	preParts   = regexp.MustCompile(`^(.*?)-(draft|wip|dev|snapshot|alpha|beta|prerelease|preview|pre|rc|cr)(\d*(?:\.\d+)*)$`)
)

// coreOf takes a label's key apart: the word of its scheme ("" for V2.1), and what counts.
func coreOf(l corpus.Label) (scheme, core string) {
	k := l.Key()
	if m := wordKey.FindStringSubmatch(k); m != nil {
		return m[1], m[2]
	}
	if numericKey.MatchString(k) {
		return "", k
	}
	return "?", k
}

func newLabelForms(old corpus.Label, now string) *labelForms {
	f := &labelForms{old: old, now: corpus.ParseLabel(now), text: strings.TrimSpace(now)}
	scheme, core := coreOf(old)
	s2, c2 := coreOf(f.now)
	if scheme == s2 && scheme != "?" || strings.HasPrefix(old.String(), "Rev ") && strings.HasPrefix(f.now.String(), "Rev ") {
		f.newCore = c2
	}
	stem, tail := core, ""
	if m := preParts.FindStringSubmatch(core); m != nil {
		stem, tail = m[1], `[\s._+-]*\(?`+m[2]+`\)?[\s._-]*`+regexp.QuoteMeta(m[3])
	}
	switch {
	case scheme == "?":
		f.core = regexp.MustCompile(`(?i)` + strings.Join(strings.Fields(regexp.QuoteMeta(old.String())), `\s+`))
		f.newCore = f.text
	case scheme == "" && old.Key() != "":
		stem = strings.NewReplacer(`\.`, `[._]`, `-`, `[._-]`).Replace(regexp.QuoteMeta(stem))
		stem = strings.TrimSuffix(stem, `[._]0`)
		f.core = regexp.MustCompile(`(?i)` + stem + `(?:[._]0)*` + tail)
	case old.Key() != "":
		f.word = true
		f.core = regexp.MustCompile(`(?i)` + regexp.QuoteMeta(stem) + tail)
		if n, err := strconv.Atoi(c2); err == nil && f.newCore != "" {
			f.ordinal = n
		}
	}
	return f
}

// find lists the places of the old label in a text. A bare core counts where alone says that the text is known to state a version,
// and elsewhere only when it cannot be mistaken for another number.
func (f *labelForms) find(text string, alone bool) []token {
	var out []token
	if f.core == nil {
		return nil
	}
	for _, m := range f.core.FindAllStringIndex(text, -1) {
		i, j := m[0], m[1]
		near := max(0, i-24) // a word that belongs to a label stands right before it
		word := labelWord.FindStringSubmatchIndex(text[near:i])
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		if word == nil && i > 0 && (isWord(before) || strings.ContainsRune(".-/", before)) || j < len(text) && (wordAt(text[j:]) || preTail.MatchString(text[j:])) {
			continue
		}
		core := text[i:j]
		if word == nil && !alone && (f.word || !strings.ContainsAny(core, "._-")) {
			continue
		}
		from := i
		if word != nil {
			from = near + word[2]
			if f.word && strings.TrimSpace(text[from:i]) == text[from:i] && !strings.ContainsAny(core, "0123456789") {
				continue // "VC" is no version
			}
		}
		if !alone && !identity.SameLabel(corpus.ParseLabel(text[from:j]), f.old) && f.newCore != f.text {
			continue
		}
		if f.newCore == "" {
			out = append(out, token{from, j, func() string { return f.text }})
			continue
		}
		out = append(out, token{i, j, func() string { return f.like(core) }})
	}
	if f.ordinal > 0 {
		out = append(out, f.counted(text)...)
	}
	return out
}

func wordAt(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isWord(r)
}

// like writes the new core with the signs and the case of an old one.
func (f *labelForms) like(core string) string {
	s := f.newCore
	if strings.Contains(core, "_") && !strings.Contains(core, ".") {
		s = strings.ReplaceAll(s, ".", "_")
	}
	if core == strings.ToUpper(core) && !strings.ContainsAny(s, "0123456789") {
		s = strings.ToUpper(s)
	}
	return s
}

// counted finds editions that are counted: 3rd Edition, Second issue.
func (f *labelForms) counted(text string) []token {
	var out []token
	for _, m := range editionN.FindAllStringSubmatchIndex(text, -1) {
		if identity.SameLabel(corpus.ParseLabel(text[m[0]:m[1]]), f.old) {
			out = append(out, token{m[0], m[4], func() string { return ordinal(f.ordinal) }})
		}
	}
	words := strings.Fields(ordinals)
	for _, m := range editionW.FindAllStringSubmatchIndex(text, -1) {
		if identity.SameLabel(corpus.ParseLabel(text[m[0]:m[1]]), f.old) {
			like := text[m[2]:m[3]]
			out = append(out, token{m[0], m[3], func() string {
				if f.ordinal > len(words) {
					return ordinal(f.ordinal)
				}
				return likeCase(words[f.ordinal-1], like)
			}})
		}
	}
	return out
}

const monthForm = `(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)`

var (
	isoForm      = regexp.MustCompile(`\b((?:19|20)\d\d)([-/.])(\d{1,2})([-/.])(\d{1,2})\b`)
	dayMonthForm = regexp.MustCompile(`(?i)\b(\d{1,2})(st|nd|rd|th|\.)?([ -](?:of )?)` + monthForm + `(\.?,?[ -])((?:19|20)\d\d)\b`)
	monthDayForm = regexp.MustCompile(`(?i)\b` + monthForm + `(\.? )(\d{1,2})(st|nd|rd|th)?(,? )((?:19|20)\d\d)\b`)
	monthYearF   = regexp.MustCompile(`(?i)\b` + monthForm + `(\.?,? )((?:19|20)\d\d)\b`)
	dottedForm   = regexp.MustCompile(`\b(\d{1,2})([./])(\d{1,2})([./])((?:19|20)\d\d)\b`)
	isoMonthForm = regexp.MustCompile(`\b((?:19|20)\d\d)-(0[1-9]|1[0-2])\b`)
	months       = strings.Fields("January February March April May June July August September October November December")
)

// dates finds the dates of a text that are the given one, or any date when it is zero, and writes now in their form.
func dates(text string, old, now corpus.Date) []token {
	var out []token
	add := func(i, j int, write func() string) {
		for _, t := range out {
			if i < t.j && t.i < j {
				return // a month and a year inside a whole date
			}
		}
		d := identity.FindDate(text[i:j])
		hit := !d.IsZero() && (old.IsZero() || d.Compare(old) == 0 || d.Day == 0 && d.Year == old.Year && d.Month == old.Month)
		if !hit && !old.IsZero() && d.IsZero() && old.Day > 0 {
			// 03/04/2026 is two dates; here it is known which one.
			m := dottedForm.FindStringSubmatch(text[i:j])
			hit = m != nil && m[5] == strconv.Itoa(old.Year) && (num(m[1]) == old.Month && num(m[3]) == old.Day || num(m[3]) == old.Month && num(m[1]) == old.Day)
		}
		if hit {
			if now.Day == 0 && d.Day != 0 {
				write = now.String
			}
			out = append(out, token{i, j, write})
		}
	}
	sub := func(m []int, k int) string {
		if m[2*k] < 0 {
			return ""
		}
		return text[m[2*k]:m[2*k+1]]
	}
	for _, m := range isoForm.FindAllStringSubmatchIndex(text, -1) {
		add(m[0], m[1], func() string {
			return fmt.Sprintf("%04d%s%0*d%s%0*d", now.Year, sub(m, 2), digitsOf(sub(m, 3)), now.Month, sub(m, 4), digitsOf(sub(m, 5)), now.Day)
		})
	}
	for _, m := range dayMonthForm.FindAllStringSubmatchIndex(text, -1) {
		add(m[0], m[1], func() string {
			return fmt.Sprintf("%0*d%s%s%s%s%d", digitsOf(sub(m, 1)), now.Day, ordinalEnd(sub(m, 2), now.Day), sub(m, 3), monthLike(now.Month, sub(m, 4)), sub(m, 5), now.Year)
		})
	}
	for _, m := range monthDayForm.FindAllStringSubmatchIndex(text, -1) {
		add(m[0], m[1], func() string {
			return fmt.Sprintf("%s%s%0*d%s%s%d", monthLike(now.Month, sub(m, 1)), sub(m, 2), digitsOf(sub(m, 3)), now.Day, ordinalEnd(sub(m, 4), now.Day), sub(m, 5), now.Year)
		})
	}
	for _, m := range dottedForm.FindAllStringSubmatchIndex(text, -1) {
		add(m[0], m[1], func() string {
			a, b := now.Day, now.Month
			if d := identity.FindDate(text[m[0]:m[1]]); sub(m, 2) == "/" && (d.Day == num(sub(m, 3)) && d.Day != d.Month || d.IsZero() && num(sub(m, 1)) == old.Month) {
				a, b = now.Month, now.Day // as in America
			}
			return fmt.Sprintf("%0*d%s%0*d%s%d", digitsOf(sub(m, 1)), a, sub(m, 2), digitsOf(sub(m, 3)), b, sub(m, 4), now.Year)
		})
	}
	for _, m := range monthYearF.FindAllStringSubmatchIndex(text, -1) {
		add(m[0], m[1], func() string {
			return fmt.Sprintf("%s%s%d", monthLike(now.Month, sub(m, 1)), sub(m, 2), now.Year)
		})
	}
	if t := strings.TrimSpace(text); isoMonthForm.FindString(t) == t && t != "" {
		k := strings.Index(text, t)
		add(k, k+len(t), func() string { return fmt.Sprintf("%04d-%02d", now.Year, now.Month) })
	}
	return out
}

func num(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// digitsOf is the width to write a day or a month in: two digits, unless the old one had one.
func digitsOf(s string) int { return len(s) }

func ordinalEnd(was string, day int) string {
	if was == "" || was == "." {
		return was
	}
	return strings.TrimLeft(ordinal(day), "0123456789")
}

// monthLike writes a month with the length and the case of another.
func monthLike(month int, like string) string {
	if month < 1 || month > 12 {
		return like
	}
	name := months[month-1]
	if len(like) <= 4 && !strings.EqualFold(like, "may") && !strings.EqualFold(like, "june") && !strings.EqualFold(like, "july") {
		name = name[:3]
	}
	switch like {
	case strings.ToUpper(like):
		return strings.ToUpper(name)
	case strings.ToLower(like):
		return strings.ToLower(name)
	}
	return name
}
