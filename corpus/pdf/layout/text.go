package layout

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// normal brings text to NFKC, so that ligatures and other forms of a letter are found as the letter, and maps the
// private-use characters that symbol fonts use for bullets to a bullet.
func normal(s string) string {
	ascii := true
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] > 0x7e {
			ascii = false
			break
		}
	}
	if ascii {
		return s
	}
	s = norm.NFKC.String(s)
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xE000 && r <= 0xF8FF:
			return '•'
		case r == '\u00ad': // a hyphen at a line's end; see dehyphen
			return r
		case r == 0xFFFD, unicode.IsControl(r), r == '\u200b', r == '\ufeff', r == '\u200c', r == '\u2060':
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, s)
}

func hasWordRune(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0
}

// joiner joins wrapped lines. Whether a hyphen at a line's end belongs to the word is asked of the document itself: the
// form that stands elsewhere in it wins.
type joiner struct {
	words map[string]int
	// hyphenates says that the document's own line breaks do split words.
	hyphenates bool
}

func newJoiner(lines []line) *joiner {
	j := &joiner{words: map[string]int{}}
	for _, l := range lines {
		f := strings.Fields(l.text)
		for i, w := range f {
			if i == len(f)-1 && endsInHyphen(w) {
				continue
			}
			j.words[trimWord(w)]++
		}
	}
	split, kept := 0, 0
	for i := 0; i+1 < len(lines); i++ {
		a, b := lastField(lines[i].text), firstField(lines[i+1].text)
		if !endsInHyphen(a) || b == "" || lines[i].mono {
			continue
		}
		stem := trimHyphen(a)
		if j.words[trimWord(stem+b)] > 0 {
			split++
		}
		if j.words[trimWord(stem+"-"+b)] > 0 {
			kept++
		}
	}
	j.hyphenates = split > kept
	return j
}

func trimWord(s string) string {
	return strings.ToLower(strings.Trim(s, ".,;:!?()[]\"'“”‘’"))
}

func endsInHyphen(s string) bool {
	if strings.HasSuffix(s, "\u00ad") || strings.HasSuffix(s, "‐") {
		return true
	}
	return strings.HasSuffix(s, "-") && len(s) > 1 && !strings.HasSuffix(s, "--")
}

func trimHyphen(s string) string {
	for _, h := range []string{"\u00ad", "‐", "-"} {
		s = strings.TrimSuffix(s, h)
	}
	return s
}

func lastField(s string) string {
	return s[strings.LastIndexByte(s, ' ')+1:]
}

func firstField(s string) string {
	f, _, _ := strings.Cut(s, " ")
	return f
}

// join puts next behind text, deciding about a hyphen between them.
func (j *joiner) join(text, next string) string {
	if text == "" || next == "" {
		return clean(text + next)
	}
	last, first := lastField(text), firstField(next)
	if strings.HasSuffix(last, "–") && len(last) > len("–") && unicode.IsDigit(rune(first[0])) {
		return text + next // a range of numbers
	}
	if !endsInHyphen(last) {
		if r := []rune(last); (r[len(r)-1] == '/' || r[len(r)-1] == '_') && len(r) > 3 && strings.ContainsAny(last[:len(last)-1], "/._") {
			return text + next // a path that wrapped at its separator
		}
		return text + " " + next
	}
	head := strings.TrimSuffix(text, last)
	stem := trimHyphen(last)
	whole, hyphened := stem+first, stem+"-"+first
	rest := strings.TrimPrefix(next, first)
	switch {
	case j.words[trimWord(hyphened)] > j.words[trimWord(whole)]:
		return head + hyphened + rest
	case j.words[trimWord(whole)] > 0:
		return head + whole + rest
	case j.hyphenates && allLower(first) && onlyLetters(stem):
		return head + whole + rest
	}
	return head + hyphened + rest
}

func allLower(s string) bool {
	for _, r := range trimWord(s) {
		if !unicode.IsLower(r) {
			return false
		}
	}
	return s != "" && s == strings.ToLower(s)
}

func onlyLetters(s string) bool {
	for _, r := range strings.TrimLeft(s, "(\"'“‘[") {
		if !unicode.IsLetter(r) {
			return false
		}
	}
	return s != ""
}

// clean turns marks for hyphens that joined nothing back into hyphens.
func clean(s string) string {
	s = strings.ReplaceAll(s, "\u00ad", "-")
	if strings.Contains(s, "◦") { // TeX sets degrees with a ring operator
		s = strings.NewReplacer("◦C", "°C", "◦F", "°F").Replace(s)
	}
	return s
}
