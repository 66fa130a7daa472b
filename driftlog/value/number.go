package value

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var plain = regexp.MustCompile(`\d+(?:[,'’\x{202f}\x{a0}]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?`)

var words = map[string]float64{
	"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13,
	"fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
	"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "half": 0.5, "one": 1, "a": 1, "an": 1,
}

var wordForm = regexp.MustCompile(`(?i)\b(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)-(?:one|two|three|four|five|six|seven|eight|nine)|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|half an?|an?)\b`)

var (
	approxBefore = regexp.MustCompile(`(?i)(?:~|≈|≃|\babout|\baround|\bapprox(?:\.|imately)?|\broughly|\bnearly|\balmost|\bca\.?|\bcirca|\bsome)\s*$`)
	rangeBetween = regexp.MustCompile(`^\s*(?:–|—|-|\.\.\.?|to|until|and)\s*$`)
)

// numbers finds amounts: with a unit, as money, or bare.
func numbers(text string, taken []bool) []Value {
	var out []Value
	for _, at := range plain.FindAllStringIndex(text, -1) {
		start, end := at[0], at[1]
		if taken[start] || inWord(text, start) {
			continue
		}
		if prev := strings.TrimRight(text[:start], " \u00a0"); strings.HasSuffix(prev, "§") {
			continue // a section, no amount
		}
		n, step, ok := parse(text[start:end])
		if !ok || end-start <= 3 && partOfName(text, start, end) {
			continue
		}
		if start > 0 && (text[start-1] == '-' && (start == 1 || text[start-2] == ' ' || text[start-2] == '(')) {
			n, start = -n, start-1
		} else if strings.HasSuffix(text[:start], "−") {
			n, start = -n, start-len("−")
		}
		v := Value{Kind: Number, Start: start, End: end}
		v.measure(text, n, step)
		if v.Kind == Number && startsWithLetter(text[v.End:]) {
			// 3rd, 2x, 16x32: the letters belong to it
			m := regexp.MustCompile(`^(?:st|nd|rd|th|x|×|k|M)\b`).FindString(text[v.End:])
			switch m {
			case "k":
				v.amount(n*1e3, n*1e3, step*1e3, 1, "")
			case "M":
				v.amount(n*1e6, n*1e6, step*1e6, 1, "")
			case "":
				continue
			}
			v.End += len(m)
		}
		out = append(out, v)
	}
	for _, at := range wordForm.FindAllStringIndex(text, -1) {
		if taken[at[0]] {
			continue
		}
		w := strings.ToLower(text[at[0]:at[1]])
		n, ok := words[w]
		if tens, ones, two := strings.Cut(w, "-"); two {
			n, ok = words[tens]+words[ones], true
		}
		if strings.HasPrefix(w, "half ") {
			n, ok = 0.5, true
		}
		v := Value{Kind: Number, Start: at[0], End: at[1]}
		v.measure(text, n, 1)
		if !ok || v.Kind == Number && (w == "a" || w == "an" || w == "one") || (w == "a" || w == "an") && v.Unit != "s" && v.Unit != "month" {
			continue
		}
		if v.Kind == Quantity && (w == "a" || w == "an") {
			continue // "an hour", "a day" are rates as often as amounts
		}
		out = append(out, v)
	}
	return ranges(text, out)
}

// measure reads what stands around a number: unit, currency, words of approximation.
func (v *Value) measure(text string, n, step float64) {
	rest := text[v.End:]
	skip := 0
	switch {
	case strings.HasPrefix(rest, " "), strings.HasPrefix(rest, "-") && startsWithLetter(rest[1:]):
		skip = 1
	case strings.HasPrefix(rest, "\u00a0"):
		skip = 2
	case strings.HasPrefix(rest, "\u202f"), strings.HasPrefix(rest, "\u2009"):
		skip = 3
	}
	if length, u, ok := unitAt(rest[skip:], skip == 0); ok {
		v.Kind, v.End = Quantity, v.End+skip+length
		v.amount(n, n, step, u.factor, u.base)
	} else if c := currencyBefore(text[:v.Start]); c.name != "" {
		v.Kind, v.Start = Money, v.Start-c.length
		v.amount(n, n, step, 1, c.name)
	} else if c := currencyAfter(rest); c.name != "" {
		v.Kind, v.End = Money, v.End+c.length
		v.amount(n, n, step, 1, c.name)
	} else {
		v.amount(n, n, step, 1, "")
	}
	before := text[:v.Start]
	v.Approx = approxBefore.MatchString(before[max(0, len(before)-20):])
}

type currency struct {
	name   string
	length int
}

func currencyBefore(before string) currency {
	for _, s := range []string{"€", "$", "£", "¥", "EUR", "USD", "GBP", "CHF"} {
		for _, gap := range []string{"", " ", "\u00a0"} {
			if strings.HasSuffix(before, s+gap) {
				return currency{currencies[strings.ToLower(s)], len(s + gap)}
			}
		}
	}
	return currency{}
}

var currencyForm = regexp.MustCompile(`^[ \x{a0}]?(?:(€|£|\$)|(?i:(eur|usd|gbp|chf|euros?|dollars|sek|dkk|nok|pln|yen|jpy|cad|aud))\b)`)

func currencyAfter(rest string) currency {
	if m := currencyForm.FindStringSubmatch(rest); m != nil {
		return currency{currencies[strings.ToLower(m[1]+m[2])], len(m[0])}
	}
	return currency{}
}

// ranges joins "7–9 h" and "4 to 6" into one value, and gives the first number of a range the unit of the second.
func ranges(text string, list []Value) []Value {
	var out []Value
	for i := 0; i < len(list); i++ {
		v := list[i]
		if i+1 < len(list) && list[i+1].Start >= v.End {
			w := list[i+1]
			between := text[v.End:w.Start]
			word := strings.TrimSpace(between)
			joins := rangeBetween.MatchString(between) && (word != "and" || strings.HasSuffix(strings.TrimSpace(strings.ToLower(text[:v.Start])), "between"))
			from := strings.HasSuffix(strings.TrimSpace(strings.ToLower(text[:v.Start])), "from")
			if joins && !from && (v.Unit == w.Unit || v.Kind == Number) && v.High <= w.Amount && w.High == w.Amount {
				factor := 1.0
				if v.Unit != w.Unit {
					if _, u, ok := unitAt(strings.TrimLeft(text[numberEnd(text, w.Start):], " \u00a0\u202f-"), true); ok {
						factor = u.factor
					}
				}
				w.amount(v.Amount*factor, w.Amount, w.Step, 1, w.Unit)
				w.Norm = string(w.Kind) + ":" + short(w.Amount) + ".." + short(w.High) + w.Unit
				w.Start, w.Approx = v.Start, v.Approx || w.Approx
				list[i+1] = w
				continue
			}
		}
		out = append(out, v)
	}
	return out
}

func numberEnd(text string, start int) int {
	if at := plain.FindStringIndex(text[start:]); at != nil && at[0] <= 3 {
		return start + at[1]
	}
	return start
}

// parse reads digits as people group them: 1,600 is sixteen hundred, 15,2 is fifteen and a bit.
func parse(s string) (n, step float64, ok bool) {
	for _, sep := range []string{"'", "’", "\u202f", "\u00a0"} {
		s = strings.ReplaceAll(s, sep, "")
	}
	if i := strings.IndexByte(s, ','); i >= 0 {
		tail := s[i+1:]
		if j := strings.IndexAny(tail, ",."); j >= 0 {
			tail = tail[:j]
		}
		if len(tail) == 3 && s[0] != '0' {
			s = strings.ReplaceAll(s, ",", "")
		} else {
			s = strings.Replace(s, ",", ".", 1)
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, 0, false
	}
	step = 1
	if mantissa, _, _ := strings.Cut(strings.ToLower(s), "e"); true {
		if _, frac, dot := strings.Cut(mantissa, "."); dot {
			step = math.Pow10(-len(frac))
		}
	}
	return n, step, true
}

func letter(r rune) bool { return unicode.IsLetter(r) || r == '_' }

func startsWithLetter(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return letter(r)
}

// partOfName says that a number belongs to a name: Raspberry Pi 5, Phase 2, Hall 3.
func partOfName(text string, start, end int) bool {
	m := nameBefore.FindStringSubmatchIndex(text[:start])
	if m == nil || sentenceStart(text, m[2]) && !nameBefore.MatchString(text[:m[2]]) || strings.ContainsAny(text[start:end], ".,") {
		return false
	}
	rest := strings.TrimLeft(text[end:], " \u00a0")
	if n, _, ok := unitAt(rest, false); ok && n > 0 {
		return false
	}
	return currencyAfter(text[end:]).name == "" && currencyBefore(text[:start]).name == ""
}

var nameBefore = regexp.MustCompile(`(?:^|[\s(/"“|])(\p{Lu}[\p{L}]*[\p{Ll}]) $`)

// inWord says that a number is a part of a word: eth0, qwen2.5, M-30, nginx:1.26.
func inWord(text string, start int) bool {
	r, n := utf8.DecodeLastRuneInString(text[:start])
	if letter(r) {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(text[:max(0, start-n)])
	switch r {
	case '.', ',':
		return unicode.IsDigit(before)
	case '-', ':', '/':
		return letter(before) || unicode.IsDigit(before) && r != '-'
	}
	return false
}
