package index

import (
	"slices"
	"strings"
)

// Query is a search.
type Query struct {
	// Text is what to look for: words in any order, and "quoted phrases" that must occur. Nothing in it is
	// an error. A part "document:slug" should have been taken out by [ParseQuery].
	Text string
	// Versions restricts the search to these keys; nil means all, empty none.
	Versions []string
	// Literal leaves words as they are that occur nowhere; otherwise similar ones that do are searched for instead.
	Literal bool
	// Archive searches the archive as well.
	Archive bool
	// Limit is the number of hits wanted, 10 when 0; Offset skips that many before.
	Limit, Offset int
}

// Parsed is a query text taken apart.
type Parsed struct {
	// Words is the text without phrases and document filters.
	Words string
	// Phrases are the quoted parts, without quotes.
	Phrases []string
	// Documents are the slugs named by "document:", as typed.
	Documents []string
}

// Text puts words and phrases together again, as [Query] takes them.
func (p Parsed) Text() string {
	parts := make([]string, 0, 1+len(p.Phrases))
	if p.Words != "" {
		parts = append(parts, p.Words)
	}
	for _, ph := range p.Phrases {
		parts = append(parts, `"`+ph+`"`)
	}
	return strings.Join(parts, " ")
}

const documentPrefix = "document:"

// quotes are the marks that open and close a phrase: what keyboards and word processors make of them.
var quotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "\uff02", `"`)

// ParseQuery takes a query text apart. A quote without a partner is ignored, and the operators of other
// search engines (AND, OR, +, -) are words or nothing: every text is a query.
func ParseQuery(text string) Parsed {
	var p Parsed
	var words []string
	text = quotes.Replace(text)
	for text != "" {
		before, rest, quoted := strings.Cut(text, `"`)
		phrase, after, closed := "", rest, false
		if quoted {
			phrase, after, closed = strings.Cut(rest, `"`)
		}
		// `document:"elroy user guide"` names a document in quotes.
		name := false
		for _, w := range strings.Fields(before) {
			slug, ok := cutPrefixFold(w, documentPrefix)
			switch {
			case !ok:
				words = append(words, w)
			case slug != "":
				p.Documents = append(p.Documents, slug)
			default:
				name = strings.HasSuffix(before, w)
			}
		}
		if !quoted {
			break
		}
		switch phrase = strings.TrimSpace(phrase); {
		case !closed:
			text = rest
			continue
		case phrase == "":
		case name:
			p.Documents = append(p.Documents, phrase)
		default:
			p.Phrases = append(p.Phrases, phrase)
		}
		text = after
	}
	p.Words = strings.Join(words, " ")
	return p
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// need is one thing a query asks for: a word, or a compound such as 10.20.0.15 as a whole.
type need struct {
	text   string // as shown in Corrected and compared when marking
	weight float64
	terms  []weighted
	chain  []string // pairs that must all occur in a field
	single bool     // an ordinary word: may be misspelt
	raw    string   // as typed
}

type weighted struct {
	term   string
	weight float64
}

// needs are the wants of a query, each once. Words of phrases count even when they are stop words.
func needs(words string, phrases []string) []need {
	strong, weak := wants(words)
	for _, p := range phrases {
		a, b := wants(p)
		strong = append(append(strong, a...), b...)
	}
	// Words that every text has say nothing beside others, but alone they are all there is.
	if len(strong) == 0 {
		strong = weak
	}
	var out []need
	for _, n := range strong {
		if k := slices.IndexFunc(out, func(o need) bool { return o.text == n.text }); k >= 0 {
			out[k].weight = max(out[k].weight, n.weight)
		} else if len(out) < maxNeeds {
			out = append(out, n)
		}
	}
	return out
}

// wants are the needs of a text in its order, stop words apart.
func wants(text string) (strong, weak []need) {
	parts := cut(text, nil)
	shouting := strings.ToUpper(text) == text
	for i := 0; i < len(parts); {
		j := i + 1
		for j < len(parts) && parts[j].joined {
			j++
		}
		if j-i > 1 {
			strong = append(strong, compoundNeeds(text, parts[i:j])...)
		} else if p := parts[i]; stopWords[p.key] && (shouting || len(p.raw) < 2 || strings.ToUpper(p.raw) != p.raw) {
			weak = append(weak, wordNeed(p, 1))
		} else {
			// "IT" in a sentence is no pronoun.
			strong = append(strong, wordNeed(p, 1))
		}
		i = j
	}
	return strong, weak
}

// maxNeeds bounds the work for a text pasted as a query.
const maxNeeds = 64

func wordNeed(p part, weight float64) need {
	n := need{text: p.key, weight: weight, raw: p.raw, single: len(p.subs) == 0}
	n.terms = wordTerms(p.forms)
	if len(p.subs) > 1 {
		// numCtx is num_ctx.
		compound(p.subs, func(t string) { n.chain = append(n.chain, t) }, func(string) {})
	}
	return n
}

// wordTerms are the terms that a word is found by, each with what a match by it is worth.
func wordTerms(f *forms) []weighted {
	var out []weighted
	add := func(t string, w float64) {
		if i := slices.IndexFunc(out, func(o weighted) bool { return o.term == t }); i < 0 {
			out = append(out, weighted{t, w})
		}
	}
	exact := f.terms[0]
	spellings := append([]string{exact}, folded(exact)...)
	for i, w := range spellings {
		s := stem(w)
		switch {
		case i > 0:
			add(w, weightStem)
		case s == w && len(spellings) == 1:
			add(w, 1)
		default:
			// A passage with the very word also has its stem or its spelling without accents and gets both.
			add(w, 1-weightStem)
		}
		if asciiLetters(w) {
			add(markStem+s, weightStem)
			add(s, weightStem)
		}
	}
	return out
}

// compoundNeeds are the compound as a whole and its parts for passages that have only some of them.
func compoundNeeds(text string, parts []part) []need {
	keys := make([]string, len(parts))
	for i, p := range parts {
		keys[i] = p.key
	}
	n := need{text: strings.Join(keys, joint), weight: 1, raw: text[parts[0].start:parts[len(parts)-1].end]}
	compound(keys, func(t string) { n.chain = append(n.chain, t) }, func(t string) { n.terms = append(n.terms, weighted{t, 1}) })
	if a := parts[0].alias; a != "" {
		// V3.8 is "version 3.8" as well.
		compound(append([]string{a}, keys[1:]...), func(string) {}, func(t string) { n.terms = append(n.terms, weighted{t, weightChain}) })
	}
	out := []need{n}
	for _, p := range parts {
		if len(p.key) == 1 && len(parts) > 2 {
			continue // a lone digit or letter of a long compound is noise
		}
		out = append(out, wordNeed(p, weightPart/float64(len(parts))))
	}
	return out
}

// stopWords are the words of English questions that do not say what is asked for.
var stopWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`a about after all also am an and any are as at be because been before being
		between but by can could did do does doing done during each for from get gets give given go had has have he her here him his how
		i if in into is it its just may me might must my no not of off on once one only or other our out over own
		please shall she should so some such tell than that the their them then there these they this those
		through to under until up us very was we were what whats when where which while who whom whose why will with
		would yes you your much many dont cant isnt doesnt`) {
		m[w] = true
	}
	return m
}()
