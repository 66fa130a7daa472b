package claim

import (
	"regexp"
	"sort"
	"strings"
	"unicode"
)

// Terms are content words by stem, each with what it tells: 2.5 for identifiers, 2 for proper names, 1 for ordinary words, less for
// words that fit everything.
type Terms map[string]float64

// Weight is the sum of the weights.
func (t Terms) Weight() float64 {
	s := 0.0
	for _, w := range t {
		s += w
	}
	return s
}

// Names are the terms that name one thing: identifiers and proper names.
func (t Terms) Names() []string {
	var out []string
	for k, w := range t {
		if w >= 2 {
			out = append(out, k)
		}
	}
	sort.Strings(out)
	return out
}

// List is the terms, those that tell most first.
func (t Terms) List() []string {
	out := make([]string, 0, len(t))
	for k := range t {
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool {
		if t[out[i]] != t[out[j]] {
			return t[out[i]] > t[out[j]]
		}
		return out[i] < out[j]
	})
	return out
}

var wordForm = regexp.MustCompile(`[\p{L}_][\p{L}\p{N}_]*(?:['’]\p{L}+)?(?:[-.:/][\p{L}\p{N}_]+)*|\d+[\p{L}_][\p{L}\p{N}_]*`)

func termsOf(text string, into Terms) Terms {
	if into == nil {
		into = Terms{}
	}
	for _, at := range wordForm.FindAllStringIndex(text, -1) {
		w := text[at[0]:at[1]]
		weigh(into, w, !startsUnit(text, at[0]))
	}
	return into
}

// weigh adds a word; middle says that a capital letter means something where it stands.
func weigh(into Terms, w string, middle bool) {
	low := strings.ToLower(w)
	put := func(k string, x float64) {
		if k != "" && into[k] < x {
			into[k] = x
		}
	}
	if i := strings.IndexAny(low, "'’"); i > 0 {
		low = low[:i]
	}
	digits := strings.ContainsAny(low, "0123456789_")
	parts := strings.FieldsFunc(low, func(r rune) bool { return strings.ContainsRune("-.:/_", r) })
	if len(parts) > 1 {
		if digits || strings.ContainsAny(low, ".:") {
			put(low, 2.5)
		}
		for _, p := range parts {
			if len(p) == 1 {
				put(low, 2.5) // UPS-B is not UPS-A
			}
			if len(p) > 1 {
				weigh(into, p, false)
			}
		}
		return
	}
	if stop[low] || len(low) < 2 && !digits {
		return
	}
	switch {
	case digits:
		put(low, 2.5)
	case generic[low]:
		put(Stem(low), 0.3)
	case middle && unicode.IsUpper([]rune(w)[0]) && !calendar[low]:
		put(Stem(low), 2)
	default:
		put(Stem(low), 1)
	}
}

// calendar words are written with a capital and name nobody.
var calendar = set(`monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays
	january february march april may june july august september october november december easter christmas`)

func startsUnit(text string, i int) bool {
	before := strings.TrimRight(text[:i], " \t\"'“(`*")
	if before == "" {
		return true
	}
	return strings.ContainsAny(before[len(before)-1:], ".!?:|;\n") || strings.HasSuffix(before, "·") || strings.HasSuffix(before, "•")
}

// Stem brings a word to the form that its inflections share, roughly: retention and retained stay apart, keeps and keep do not.
func Stem(w string) string {
	if strings.ContainsAny(w, "0123456789_") {
		return w
	}
	once := stem(w)
	return stem(once) // monitoring, monitor
}

func stem(w string) string {
	if len(w) < 4 {
		return w
	}
	cut := func(s, suffix, with string, least int) (string, bool) {
		if strings.HasSuffix(s, suffix) && len(s)-len(suffix) >= least {
			return s[:len(s)-len(suffix)] + with, true
		}
		return s, false
	}
	for _, r := range [][2]string{{"ies", "y"}, {"sses", "ss"}, {"ches", "ch"}, {"shes", "sh"}, {"xes", "x"}} {
		if s, ok := cut(w, r[0], r[1], 2); ok {
			w = s
			break
		}
	}
	if strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is") {
		w = w[:len(w)-1]
	}
	for _, r := range []string{"ation", "ations", "ing", "ed", "er", "or", "ion", "ly", "ment", "e"} {
		if s, ok := cut(w, r, "", 3); ok {
			if n := len(s); n > 3 && s[n-1] == s[n-2] && !strings.ContainsAny(s[n-1:], "ls") {
				s = s[:n-1]
			}
			return strings.TrimSuffix(s, "e")
		}
	}
	return w
}

var stop, generic = set(`a an the and or but if of to in on at by for with from as is are was were be been being it its this that these those there here he she they
	them their his her our we you your i not no nor do does did done has have had having will would shall should can could may might must then than so such each every all any
	some both which who whom whose what when where why how also only just very about into onto over under between after before during while per via up down out off again more most
	less least other another same own too now still yet once ever never always often usually however therefore because until since see note please e g i e etc ie eg
	one two three four five six seven eight nine ten first second third`),
	set(`use using used value values setting settings set default number amount total size level rate limit system guide manual document documentation section chapter
	procedure process step item thing part type kind version name need needs keep kept make take put get give run running work page table figure information detail details
	current new old change changed time day days week hour minute second month year unit people person standard general overview notes purpose scope policy plan list
	user reference handbook instruction instructions rule rules parameter property description status comment remark result results data`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// Words are the terms of a text.
func Words(text string) Terms { return termsOf(text, nil) }
