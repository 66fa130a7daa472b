package surgery

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"substrate/corpus"
	"substrate/corpus/markdown"
)

var (
	counted = regexp.MustCompile(`^(.*?)(\d+)([a-z]?)$`)                                             // 13.3, §0a, A.1, Chapter 4
	worded  = regexp.MustCompile(`(?i)^((?:Appendix|Annex|Chapter|Part|Section)\s+)([A-Z]|[IVX]+)$`) // Appendix B, Part IV
	dottedN = regexp.MustCompile(`^(?:§\s?)?[\dA-Za-z]+(?:\.\d+[a-z]?)*$`)
)

// following is the number after another one on the same level; "" when nothing is known to follow.
func following(number string) string {
	if m := counted.FindStringSubmatch(number); m != nil {
		if n, err := strconv.Atoi(m[2]); err == nil {
			return m[1] + strconv.Itoa(n+1)
		}
	}
	if m := worded.FindStringSubmatch(number); m != nil {
		word := strings.ToLower(strings.TrimSpace(m[1]))
		n, isRoman := roman(m[2])
		if isRoman && (len(m[2]) > 1 || word != "appendix" && word != "annex") {
			return m[1] + writeRoman(n+1)
		}
		if m[2] != "Z" && len(m[2]) == 1 {
			return m[1] + string(m[2][0]+1)
		}
	}
	return ""
}

// between is the number with a letter that comes right behind another one: 13.3 → 13.3a → 13.3b.
func between(number string) string {
	m := counted.FindStringSubmatch(number)
	switch {
	case m == nil || m[3] == "z" || worded.MatchString(number) || strings.Contains(m[1], " ") && !strings.HasPrefix(m[1], "§"):
		return ""
	case m[3] == "":
		return number + "a"
	}
	return m[1] + m[2] + string(m[3][0]+1)
}

// family is what numbers of one list have in common: "13." for 13.3, "appendix " for Appendix B.
func family(number string) string {
	if m := counted.FindStringSubmatch(number); m != nil {
		return strings.ToLower(m[1])
	}
	if m := worded.FindStringSubmatch(number); m != nil {
		return strings.ToLower(m[1])
	}
	return number
}

func roman(s string) (int, bool) {
	value := map[byte]int{'I': 1, 'V': 5, 'X': 10}
	n := 0
	for i := range len(s) {
		v := value[s[i]]
		if i+1 < len(s) && v < value[s[i+1]] {
			v = -v
		}
		n += v
	}
	return n, n > 0 && writeRoman(n) == s
}

func writeRoman(n int) string {
	var sb strings.Builder
	for _, p := range []struct {
		v int
		s string
	}{{10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= p.v; n -= p.v {
			sb.WriteString(p.s)
		}
	}
	return sb.String()
}

// numbered is the index of the section with a number; -1 for none.
func numbered(l *markdown.Layout, number string) int {
	for i, s := range l.Reading.Sections {
		if s.Number != "" && corpus.MakeAnchor(s.Number) == corpus.MakeAnchor(number) {
			return i
		}
	}
	return -1
}

func taken(l *markdown.Layout, number string) bool { return numbered(l, number) >= 0 }

// free goes on from a number until one is not taken.
func free(l *markdown.Layout, number string) string {
	for number != "" && taken(l, number) {
		number = following(number)
	}
	return number
}

// numberAfter is the number of a new section behind section i, whose siblings go on at index next.
func numberAfter(l *markdown.Layout, i, next int) (string, error) {
	own := l.Reading.Sections[i].Number
	if own == "" {
		return "", nil
	}
	for j := next; j < len(l.Places) && l.Places[j].Level >= l.Places[i].Level; j++ {
		s := l.Reading.Sections[j]
		if l.Places[j].Level != l.Places[i].Level || s.Number == "" || family(s.Number) != family(own) {
			continue
		}
		n := between(own)
		at := numbered(l, n)
		for n != "" && at >= 0 && at < next {
			n = between(n) // §0a stands below §0 already: §0b comes behind both
			at = numbered(l, n)
		}
		if n == "" || at >= 0 {
			return "", fmt.Errorf("%w: there is no free number between %s and %s; insert after %s, or give a number", ErrEdit, own, s.Number, s.Number)
		}
		return n, nil
	}
	n := free(l, following(own))
	if n == "" {
		return "", fmt.Errorf("%w: nothing is known to follow the number %q; give a number", ErrEdit, own)
	}
	return n, nil
}

// numberBelow is the number of the first section below section i: "" where sections of that level have none.
func numberBelow(l *markdown.Layout, i int) string {
	own := l.Reading.Sections[i].Number
	if own == "" {
		return ""
	}
	with, without := 0, 0
	for j, s := range l.Reading.Sections {
		if l.Places[j].Level != l.Places[i].Level+1 {
			continue
		}
		if s.Number != "" {
			with++
		} else {
			without++
		}
	}
	if without > with {
		return ""
	}
	stem := own
	if !dottedN.MatchString(own) {
		stem = own[strings.LastIndexByte(own, ' ')+1:] // below "Appendix B" come B.1, B.2
		if _, isRoman := roman(stem); isRoman && len(stem) > 1 {
			return ""
		}
	}
	return free(l, stem+".1")
}
