package value

import (
	"regexp"
	"sort"
	"strings"
)

// An identifier is told by its letters: digits among them, underscores, a colon or dot inside, capitals within, code quotes.
var (
	token    = regexp.MustCompile(`[A-Za-zÄÖÜäöüß_][\wÄÖÜäöüß]*(?:[-.:/+@][\wÄÖÜäöüß]+)*|\d+[A-Za-z_][\w]*(?:[-.:][\w]+)*`)
	quoted   = regexp.MustCompile("`([^`\n]{1,60})`")
	camel    = regexp.MustCompile(`[a-z][A-Z]`)
	capital  = regexp.MustCompile(`^\p{Lu}[\p{L}\p{N}]*(?:[-'’]\p{L}+)*$`)
	ordinary = regexp.MustCompile(`^(?:\d+(?:st|nd|rd|th|x|s)|[A-Za-z]+-[A-Za-z-]+|[A-Za-z]+/[A-Za-z/]+|\d+[a-z]{1,4})$`)
	internal = regexp.MustCompile(`[\d_]|[a-z]:[\w]|\w\.\w`)
)

// names finds identifiers and proper names.
func names(text string, taken []bool) []Value {
	var out []Value
	free := func(a, b int) bool {
		for i := a; i < b; i++ {
			if taken[i] {
				return false
			}
		}
		return true
	}
	for _, at := range quoted.FindAllStringSubmatchIndex(text, -1) {
		inner := text[at[2]:at[3]]
		if !free(at[0], at[1]) || strings.ContainsAny(inner, "=") || len(strings.Fields(inner)) > 3 {
			continue
		}
		if v := ReadPlain(inner); v.Kind == Words {
			out = append(out, Value{Kind: Name, Start: at[2], End: at[3], Norm: "name:" + strings.ToLower(inner)})
			mark(taken, at[2], at[3])
		}
	}
	for _, at := range token.FindAllStringIndex(text, -1) {
		s := text[at[0]:at[1]]
		if !free(at[0], at[1]) {
			continue
		}
		switch {
		case ordinary.MatchString(s) && !camel.MatchString(s) && !hyphenName(s):
			continue
		case internal.MatchString(s) && len(s) > 1 || camel.MatchString(s) || hyphenName(s):
		default:
			if !capital.MatchString(s) || sentenceStart(text, at[0]) || len(s) < 2 {
				continue
			}
		}
		out = append(out, Value{Kind: Name, Start: at[0], End: at[1], Norm: "name:" + strings.ToLower(s)})
	}
	return joinNames(text, out, free)
}

// hyphenName tells all-MiniLM and kraken-B from speed-first: a capital or digit after a hyphen.
func hyphenName(s string) bool {
	i := strings.IndexByte(s, '-')
	return i > 0 && i+1 < len(s) && strings.ContainsAny(s[i+1:], "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") && !strings.Contains(s, "/")
}

func mark(taken []bool, a, b int) {
	for i := a; i < b; i++ {
		taken[i] = true
	}
}

// ReadPlain is a text as one value of a kind that its letters tell, else as words; identifiers are not looked for.
func ReadPlain(t string) Value {
	for _, f := range forms {
		if !f.need(t) {
			continue
		}
		if m := f.re.FindStringSubmatch(t); m != nil && len(m[0]) == len(t) {
			if norm := f.norm(m); norm != "" {
				return Value{Kind: f.kind, Text: t, End: len(t), Norm: string(f.kind) + ":" + norm}
			}
		}
	}
	if list := numbers(t, make([]bool, len(t)+1)); len(list) == 1 && list[0].End-list[0].Start == len(t) {
		v := list[0]
		v.Text = t
		return v
	}
	return AsWords(t)
}

// joinNames makes one name of capitalised words in a row: "Anna Berg", "North Gate".
func joinNames(text string, list []Value, free func(a, b int) bool) []Value {
	sort.Slice(list, func(i, j int) bool { return list[i].Start < list[j].Start })
	var out []Value
	for _, v := range list {
		if n := len(out); n > 0 && text[out[n-1].End:v.Start] == " " && capital.MatchString(text[v.Start:v.End]) && capital.MatchString(text[out[n-1].Start:out[n-1].End][lastWord(text[out[n-1].Start:out[n-1].End]):]) {
			out[n-1].End = v.End
			out[n-1].Norm = "name:" + strings.ToLower(text[out[n-1].Start:v.End])
			continue
		}
		out = append(out, v)
	}
	for i := range out {
		// "Pi 5", "Hall 3"
		if m := numberAfter.FindString(text[out[i].End:]); m != "" && capital.MatchString(text[out[i].Start:out[i].End][lastWord(text[out[i].Start:out[i].End]):]) {
			end := out[i].End + len(strings.TrimRight(m, " .,;:)"))
			if free(out[i].End, end) && (i+1 == len(out) || out[i+1].Start >= end) {
				out[i].End = end
				out[i].Norm = "name:" + strings.ToLower(text[out[i].Start:end])
			}
		}
	}
	return out
}

var numberAfter = regexp.MustCompile(`^ \d{1,3}(?:$|[ .,;:)])`)

func lastWord(s string) int { return strings.LastIndexByte(s, ' ') + 1 }

// sentenceStart says that a capital letter at i proves nothing: a sentence, cell, bullet or heading begins there.
func sentenceStart(text string, i int) bool {
	before := strings.TrimRight(text[:i], " \t\"'“„(*")
	if before == "" {
		return true
	}
	switch before[len(before)-1] {
	case '.', '!', '?', ':', '|', '\n', ';', '=':
		return true
	}
	return strings.HasSuffix(before, "•") || strings.HasSuffix(before, "–") || strings.HasSuffix(before, "—") || strings.HasSuffix(before, "-")
}

// opposites are states that exclude each other, each set one attribute.
var opposites = [][]string{
	{"enabled", "disabled"}, {"on", "off"}, {"yes", "no"}, {"required", "optional"}, {"mandatory", "voluntary"}, {"allowed", "forbidden", "prohibited", "permitted"},
	{"active", "inactive"}, {"open", "closed"}, {"approved", "rejected", "pending"}, {"hourly", "daily", "weekly", "fortnightly", "monthly", "quarterly", "yearly", "annually"},
	{"true", "false"}, {"automatic", "manual"}, {"automatically", "manually"}, {"public", "private"}, {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"},
	{"mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays"},
	{"red", "green", "blue", "yellow", "orange", "white", "black", "grey"}, {"left", "right"}, {"upper", "lower"}, {"locked", "unlocked"}, {"encrypted", "unencrypted"},
	{"draft", "final"}, {"supported", "unsupported", "deprecated"}, {"synchronous", "asynchronous"}, {"north", "south", "east", "west"}, {"once", "twice"},
}

var stateSet = func() map[string]int {
	m := map[string]int{}
	for i, set := range opposites {
		for _, w := range set {
			m[w] = i + 1
		}
	}
	return m
}()

var singular = map[string]string{"mondays": "monday", "tuesdays": "tuesday", "wednesdays": "wednesday", "thursdays": "thursday", "fridays": "friday", "saturdays": "saturday", "sundays": "sunday"}

var word = regexp.MustCompile(`[A-Za-z]+`)

// states finds words of fixed sets, and "on" or "no" only where they stand as a value of their own.
func states(text string) []Value {
	var out []Value
	for _, at := range word.FindAllStringIndex(text, -1) {
		w := strings.ToLower(text[at[0]:at[1]])
		set, ok := stateSet[w]
		if !ok {
			continue
		}
		switch w {
		case "on", "off", "yes", "no", "left", "right", "open", "once", "lower", "upper", "final", "white", "black", "west", "east":
			if !alone(text, at[0], at[1]) {
				continue
			}
		}
		if s, ok := singular[w]; ok {
			w = s
			set = stateSet[w]
		}
		out = append(out, Value{Kind: State, Start: at[0], End: at[1], Unit: opposites[set-1][0], Norm: "state:" + w})
	}
	return out
}

func alone(text string, a, b int) bool {
	before, after := strings.TrimSpace(text[:a]), strings.TrimSpace(text[b:])
	begins := before == "" || strings.HasSuffix(before, "=") || strings.HasSuffix(before, ":") || strings.HasSuffix(before, "|") || strings.HasSuffix(before, " is") || strings.HasSuffix(before, " stays") || strings.HasSuffix(before, " set to") || strings.HasSuffix(before, " switched")
	ends := after == "" || strings.ContainsAny(after[:1], ".,;|)")
	return begins && ends
}
