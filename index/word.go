package index

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The kinds of term, told by their first byte; an ordinary word has no mark. Control characters cannot
// occur in words, and they sort before them, so that a search for similar words never meets them.
const (
	markStem  = "\x01" // the stem of a word that is not its own stem
	markPair  = "\x02" // two neighbouring parts of a compound: "10·20" of 10.20.0.15
	markWhole = "\x03" // all parts of a compound
	joint     = "·"    // stands for whatever joined the parts: "D-07" and "D_07" are one
)

// part is a run of letters and digits in a text, "exporter" in "jetson-exporter.service".
type part struct {
	start, end int    // bytes in the text
	raw        string // as written
	joined     bool   // follows its predecessor without a space or comma: both are parts of one compound
	*forms
}

// forms are what a part is indexed as.
type forms struct {
	key   string   // lower-case, NFKC, without accents: what pairs and phrases are made of
	terms []string // key or exact word first, then folded forms, stems and the pieces of camelCase
	subs  []string // the pieces of camelCase in order, when there are several
	alias string   // "3" for "v3", so that V3.8 is found as 3.8
}

// connects reports characters that join parts to a compound when no space is around.
func connects(r rune) bool {
	switch r {
	case '.', '-', '_', '/', ':', '=', '@', '+', '#', '&', '\\', '~', '\'', '’', '?', '%', '\u2010', '\u2011':
		return true
	}
	return false
}

// breaksAnywhere reports letters of scripts that are written without spaces; they are indexed in pairs.
func breaksAnywhere(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// cut appends the parts of s to parts.
func cut(s string, parts []part) []part {
	joined := false // only connectors since the last part
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= 0x80 {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		if !wordRune(r) {
			digitsAround := r == ',' && i > 0 && i+1 < len(s) && digit(s[i-1]) && digit(s[i+1])
			joined = joined && (connects(r) || digitsAround) && r != '\u00ad'
			i += n
			continue
		}
		start := i
		if breaksAnywhere(r) {
			i += n
			if m, size := utf8.DecodeRuneInString(s[i:]); breaksAnywhere(m) {
				parts = append(parts, part{start, i + size, s[start : i+size], false, formsOf(s[start : i+size])})
			} else if start == 0 || !breaksBefore(s, start) {
				parts = append(parts, part{start, i, s[start:i], false, formsOf(s[start:i])})
			}
			joined = false
			continue
		}
		for i < len(s) {
			if c := s[i]; c < 0x80 {
				if !asciiWord[c] {
					break
				}
				i++
				continue
			}
			r, n := utf8.DecodeRuneInString(s[i:])
			// A soft hyphen is invisible: the word goes on behind it.
			if !(wordRune(r) || r == '\u00ad') || breaksAnywhere(r) {
				break
			}
			i += n
		}
		// C++ and C# are words; a plus or a hash behind longer words is not part of them.
		if i-start == 1 && (strings.HasPrefix(s[i:], "++") || strings.HasPrefix(s[i:], "#")) {
			for i < len(s) && (s[i] == '+' || s[i] == '#') {
				i++
			}
		}
		end := i
		// The possessive says nothing: "Elroy's" is Elroy.
		if i < len(s) && (s[i] == '\'' || s[i] == "’"[0]) {
			i += possessive(s[i:])
		}
		parts = append(parts, part{start, end, s[start:end], joined, formsOf(s[start:end])})
		joined = true
	}
	return parts
}

// possessive is the length of an 's at the beginning of s, 0 when there is none.
func possessive(s string) int {
	for _, q := range []string{"'s", "’s"} {
		if strings.HasPrefix(s, q) {
			if r, _ := utf8.DecodeRuneInString(s[len(q):]); len(s) == len(q) || !wordRune(r) {
				return len(q)
			}
		}
	}
	return 0
}

func breaksBefore(s string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return breaksAnywhere(r)
}

var asciiWord = func() (t [128]bool) {
	for c := range t {
		t[c] = c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	}
	return t
}()

func wordRune(r rune) bool {
	if r < 0x80 {
		return asciiWord[r]
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.M, r)
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// The forms of a word cost far more than finding them again, and texts repeat their words. Shards keep
// parallel readers apart; a full shard is emptied, which bounds memory at a few MB.
var formCache [64]struct {
	sync.RWMutex
	m map[string]*forms
}

const formCacheShard = 1024

func formsOf(raw string) *forms {
	h := uint32(2166136261)
	for i := 0; i < len(raw); i++ {
		h = (h ^ uint32(raw[i])) * 16777619
	}
	c := &formCache[h%uint32(len(formCache))]
	c.RLock()
	f := c.m[raw]
	c.RUnlock()
	if f != nil {
		return f
	}
	raw = strings.Clone(raw) // not the whole text
	f = makeForms(raw)
	c.Lock()
	if c.m == nil || len(c.m) >= formCacheShard {
		c.m = make(map[string]*forms)
	}
	c.m[raw] = f
	c.Unlock()
	return f
}

// maxWord is the length in bytes from which a run of letters is no word but data, such as an encoded key. It
// is indexed by its beginning, and nothing is looked for in it.
const maxWord = 64

func makeForms(raw string) *forms {
	if len(raw) > maxWord {
		k := strings.ToLower(strings.ToValidUTF8(raw[:maxWord], ""))
		return &forms{key: k, terms: []string{k}}
	}
	if !ascii(raw) {
		// Some letters stand for whole words and decompose to several with spaces between.
		if n := strings.Map(func(r rune) rune {
			if wordRune(r) {
				return r
			}
			return -1
		}, norm.NFKC.String(raw)); n != "" {
			raw = n
		}
	}
	exact := strings.ToLower(raw)
	f := &forms{key: exact}
	add := func(t string) {
		for _, have := range f.terms {
			if have == t {
				return
			}
		}
		f.terms = append(f.terms, t)
	}
	word := func(w string) {
		add(w)
		if s := stem(w); s != w {
			add(markStem + s)
		}
	}
	word(exact)
	for i, w := range folded(exact) {
		if i == 0 {
			f.key = w
		}
		word(w)
	}
	if len(exact) > 1 && exact[0] == 'v' && allDigits(exact[1:]) {
		f.alias = exact[1:]
	}
	if subs := camel(raw); len(subs) > 1 {
		f.subs = subs
		for _, s := range subs {
			if len(s) > 1 {
				word(s)
			}
			for _, a := range alnum(s) {
				word(a)
			}
		}
	}
	for _, s := range alnum(exact) {
		word(s)
	}
	return f
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !digit(s[i]) {
			return false
		}
	}
	return s != ""
}

// camel is the lower-case pieces of "numCtx", "HTTPServer", "ttyACM1"; one piece for other words.
func camel(raw string) []string {
	rs := []rune(raw)
	var out []string
	start := 0
	for i := 1; i < len(rs); i++ {
		up := unicode.IsUpper(rs[i])
		afterLower := up && unicode.IsLower(rs[i-1])
		acronymEnd := up && unicode.IsUpper(rs[i-1]) && i+1 < len(rs) && unicode.IsLower(rs[i+1]) &&
			// "PDFs" and "GPUs" are plurals, not acronyms with a word behind.
			!(i+2 == len(rs) && rs[i+1] == 's')
		if afterLower || acronymEnd {
			out = append(out, strings.ToLower(string(rs[start:i])))
			start = i
		}
	}
	return append(out, strings.ToLower(string(rs[start:])))
}

// alnum is what people look for inside "gemma3" and "16gb": a name before its number, a number and its unit.
func alnum(w string) []string {
	i := 0
	if digit(w[0]) {
		for i < len(w) && digit(w[i]) {
			i++
		}
		if i < len(w) && asciiLetters(w[i:]) && len(w)-i <= 4 {
			return []string{w[:i], w[i:]}
		}
		return nil
	}
	for i < len(w) && w[i] >= 'a' && w[i] <= 'z' {
		i++
	}
	if i >= 3 && allDigits(w[i:]) {
		return []string{w[:i]}
	}
	return nil
}

// compound calls pair for each two neighbours and whole for the chain of keys; chains of one are nothing.
func compound(keys []string, pair, whole func(string)) {
	if len(keys) < 2 {
		return
	}
	size := 0
	for i, k := range keys {
		size += len(k) + len(joint)
		if i > 0 {
			pair(markPair + keys[i-1] + joint + k)
		}
	}
	// Of a very long one (an URL, a hash dump) the pairs are enough, and terms stay short.
	if size <= 96 {
		whole(markWhole + strings.Join(keys, joint))
	}
}

// terms calls emit for every term of s, again for each occurrence, and returns the number of parts.
func terms(s string, buf *[]part, emit func(string)) int {
	*buf = cut(s, (*buf)[:0])
	parts := *buf
	var keys [16]string
	for i := 0; i < len(parts); {
		j := i + 1
		for j < len(parts) && parts[j].joined {
			j++
		}
		chain := keys[:0]
		for _, p := range parts[i:j] {
			for _, t := range p.terms {
				emit(t)
			}
			compound(p.subs, emit, emit)
			chain = append(chain, p.key)
		}
		compound(chain, emit, emit)
		if a := parts[i].alias; a != "" && j-i > 1 {
			emit(a)
			chain[0] = a
			compound(chain, emit, emit)
		}
		i = j
	}
	return len(parts)
}
