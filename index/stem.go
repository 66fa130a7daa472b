package index

import (
	"strings"
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"golang.org/x/text/unicode/norm"
)

// clipped gives the stem of the full word for short forms that technical English uses beside it. Only
// forms that mean nothing else are here.
var clipped = map[string]string{
	"admin": "administr", "repo": "repositori", "app": "applic", "doc": "document", "sync": "synchron",
	"auth": "authent", "info": "inform", "param": "paramet", "perm": "permiss", "prereq": "prerequisit",
}

// stem is the English stem of a lower-case word of ASCII letters; of any other word it is the word.
func stem(w string) string {
	if len(w) < 3 || !asciiLetters(w) {
		return w
	}
	// The stemmer keeps the s of words it takes for "bus" and "gas"; abbreviations have plurals too.
	if n := len(w) - 1; w[n] == 's' && w[n-1] != 's' && (!strings.ContainsAny(w, "aeiouy") || n == 3 && w[2] == 'u' && !strings.ContainsAny(w[:2], "aeiouy")) {
		return w[:n]
	}
	env := snowballstem.NewEnv(w)
	english.Stem(env)
	s := env.Current()
	// "configuration" and "configure" stem to "configur", "config" and "configs" to "config": one word to
	// those who write it. The same cut joins "procedural", "procedure" and leaves short words alone.
	if len(s) >= 8 && strings.HasSuffix(s, "ur") {
		s = s[:len(s)-2]
	}
	if full, ok := clipped[s]; ok {
		return full
	}
	return s
}

func asciiLetters(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return len(s) > 0
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// letters that Unicode does not decompose, as people type them without the key
var undecomposed = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ł", "l", "ı", "i", "þ", "th", "ð", "d")

var umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "å", "aa", "ø", "oe")

// folded returns the ways to write w, lower-case and in NFKC, without marks on its letters: none for plain
// ASCII, else the letters without marks and, where it differs, the German and Nordic two-letter spelling.
func folded(w string) []string {
	if ascii(w) {
		return nil
	}
	strip := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Mn, r) {
				return -1
			}
			return r
		}, norm.NFD.String(undecomposed.Replace(s)))
	}
	var out []string
	if a := strip(w); a != w && a != "" {
		out = append(out, a)
	}
	if b := strip(umlauts.Replace(w)); b != w && b != "" && (len(out) == 0 || b != out[0]) {
		out = append(out, b)
	}
	return out
}
