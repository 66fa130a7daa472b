package claim

import (
	"regexp"
	"strings"
)

// contrasts are words that tell one thing of a kind from another. Two claims that have different ones are about different things.
var contrasts = [][]string{
	{"staging", "production", "test", "development", "sandbox", "preprod"}, {"day", "night"}, {"summer", "winter", "spring", "autumn"}, {"weekday", "weekend"},
	{"minimum", "maximum"}, {"inlet", "outlet"}, {"supply", "return"}, {"left", "right"}, {"primary", "secondary", "backup", "standby"}, {"upper", "lower"},
	{"upload", "download"}, {"import", "export"}, {"read", "write", "connect"}, {"warning", "critical"}, {"soft", "hard"}, {"adult", "child"}, {"indoor", "outdoor"},
	{"port", "starboard"}, {"bow", "stern"}, {"hot", "cold"}, {"fast", "slow"}, {"public", "internal"}, {"input", "output"}, {"first", "second", "third"},
	{"member", "guest"}, {"student", "teacher", "parent"}, {"buyer", "seller"}, {"tenant", "landlord"}, {"lessor", "lessee"}, {"licensor", "licensee"}, {"employer", "employee"},
	{"timeout", "interval"}, {"start", "stop"}, {"open", "close"}, {"opening", "closing"}, {"north", "south", "east", "west"}, {"per", "total"}, {"each", "total"}, {"single", "total"},
	{"soft", "firm"}, {"net", "gross"}, {"dry", "wet"}, {"raw", "cooked"}, {"fridge", "freezer"}, {"arrival", "departure"}, {"check-in", "check-out"}, {"incoming", "outgoing"},
	{"daily", "weekly", "monthly"}, {"request", "response"}, {"client", "server"}, {"alert", "scrape"}, {"retention", "interval"}, {"voltage", "current"}, {"junior", "senior"},
	{"draft", "final"}, {"registration", "payment"}, {"morning", "evening", "afternoon"}, {"front", "rear"}, {"main", "auxiliary"}, {"emergency", "routine"}, {"annual", "monthly", "quarterly"},
}

var contrastOf = func() map[string][]int {
	m := map[string][]int{}
	for i, set := range contrasts {
		for _, w := range set {
			m[Stem(w)] = append(m[Stem(w)], i)
		}
	}
	return m
}()

var numbered = regexp.MustCompile(`(?i)\b([a-z]{2,})\s+(?:no\.?\s*)?(\d{1,3}|[A-Z])\b`)

var notThings = set(`the and for than least most about under over within after before every per from until version release issue rev port are was has have had not only all with into page section chapter table figure step at to of is in on by quantity amount count pos position item row line nr no id number pieces pcs`)

// against finds what tells two claims apart.
func against(a, b Claim, l Likeness) string {
	if w := contrast(a, b); w != "" {
		return w
	}
	if w := otherNumber(a, b); w != "" {
		return w
	}
	if a.Key != "" && b.Key != "" && a.Key != b.Key && !related(a.Key, b.Key) {
		return "another setting"
	}
	mine, theirs := naming(a).List(), naming(b).List()
	inA, inB := anyIn(theirs, a), anyIn(mine, b)
	switch {
	case len(mine) > 0 && len(theirs) > 0 && !inA && !inB:
		return "about " + theirs[0] + ", not " + mine[0]
	case len(theirs) > 0 && !inA && (titled(theirs, b.title) || l.Strong < 2 && distinct(a.title, b)):
		return "about " + theirs[0]
	case len(mine) > 0 && !inB && l.Strong < 2 && l.Shared < 2:
		return "not about " + mine[0]
	}
	// b names somebody who does not occur around a, and a's document is about something that b does not speak of.
	if p := Proper(naming(b)); len(p) > 0 && !anyIn(p, a) && !anyIn(Proper(naming(a)), b) && distinct(a.title, b) {
		return "about " + p[0]
	}
	return siblings(a, b)
}

// Proper are the proper names among terms: capitalised words, and no identifiers.
func Proper(t Terms) []string {
	var out []string
	for _, k := range t.List() {
		if t[k] == 2 {
			out = append(out, k)
		}
	}
	return out
}

// Exclusive says that each of two claims names somebody of whom the other says nothing.
func Exclusive(a, b Claim) bool {
	only := func(x, y Claim) bool {
		for _, n := range Proper(x.Rest) {
			if !anyIn([]string{n}, y) && termsOf(x.Value.Text, nil)[n] == 0 {
				return true
			}
		}
		return false
	}
	return only(a, b) && only(b, a)
}

// Beside are the words right before and right behind a value in running text, by stem; "" where there is none.
func Beside(c Claim) (out [2]string) {
	text := c.Unit.Text
	if c.Unit.Form == Cell || c.Value.End > len(text) {
		return out
	}
	if w := wordForm.FindAllString(text[:c.Value.Start], -1); len(w) > 0 {
		out[0] = Stem(strings.ToLower(w[len(w)-1]))
	}
	if w := wordForm.FindString(text[c.Value.End:]); w != "" && !stop[strings.ToLower(w)] {
		out[1] = Stem(strings.ToLower(w))
	}
	return out
}

// distinct says that a title names something that a claim does not speak of.
func distinct(title Terms, c Claim) bool {
	for k, w := range title {
		if w >= 1 && c.Rest[k] == 0 && c.Above[k] == 0 {
			return true
		}
	}
	return false
}

func contrast(a, b Claim) string {
	for k := range a.Local {
		for _, set := range contrastOf[k] {
			if b.Local[k] > 0 || b.Rest[k] > 0 {
				continue
			}
			for _, w := range contrasts[set] {
				s := Stem(w)
				if s != k && b.Local[s] > 0 && a.Local[s] == 0 && a.Rest[s] == 0 {
					return "one is about " + k + ", the other about " + s
				}
			}
		}
	}
	for k := range a.Above {
		for _, set := range contrastOf[k] {
			if b.Above[k] > 0 || b.Rest[k] > 0 {
				continue
			}
			for _, w := range contrasts[set] {
				s := Stem(w)
				if s != k && (b.Above[s] > 0 || b.Rest[s] > 0) && a.Above[s] == 0 && a.Rest[s] == 0 && set < 10 {
					return "one is about " + k + ", the other about " + s
				}
			}
		}
	}
	return ""
}

// otherNumber tells pump 2 from pump 3.
func otherNumber(a, b Claim) string {
	for _, x := range a.numbers {
		found, same := false, false
		for _, y := range b.numbers {
			if x.word == y.word {
				found, same = true, same || x.number == y.number
			}
		}
		for _, z := range a.numbers {
			for _, y := range b.numbers {
				same = same || x.word == z.word && z == y
			}
		}
		if found && !same {
			return "another " + x.word
		}
	}
	return ""
}

// thing is a numbered one: pump 2.
type thing struct{ word, number string }

// things are the numbered things that a claim's unit speaks of, its own value apart.
func things(c Claim) []thing {
	var out []thing
	text := c.Unit.Text
	if c.Unit.Form == Cell {
		text = strings.Join(c.Unit.Cells[:min(c.Unit.Label(), len(c.Unit.Cells))], " · ")
		if c.Cell >= 0 && c.Cell < len(c.Unit.Cells) {
			text += " · " + c.Unit.Cells[c.Cell]
		}
	}
	text += " · " + c.Unit.Lead + " · " + c.heads
	for _, x := range numbered.FindAllStringSubmatchIndex(text, -1) {
		w, n := strings.ToLower(text[x[2]:x[3]]), text[x[4]:x[5]]
		if notThings[w] || n != strings.ToUpper(n) || x[4] >= c.Value.Start && x[4] < c.Value.End && c.Unit.Form == Prose {
			continue
		}
		out = append(out, thing{w, n})
	}
	return out
}

// Ready computes once what comparing a claim with many others needs. Whoever changes Local or Value calls it again.
func (c *Claim) Ready() {
	c.names, c.subject = nil, nil
	c.names, c.subject, c.numbers = naming(*c), subject(*c), things(*c)
}

func related(a, b string) bool {
	return strings.HasSuffix(a, b) || strings.HasSuffix(b, a)
}

func anyIn(names []string, c Claim) bool {
	has := func(n string) bool { return c.Rest[n] > 0 || c.Above[n] > 0 || c.Local[n] > 0 }
	for _, n := range names {
		if has(n) {
			return true
		}
		// finished_reports is about finished reports.
		parts := strings.FieldsFunc(n, func(r rune) bool { return strings.ContainsRune("_-./:", r) })
		all := len(parts) > 1
		for _, p := range parts {
			all = all && has(Stem(p))
		}
		if all {
			return true
		}
	}
	return false
}

func titled(names []string, title Terms) bool {
	for _, n := range names {
		if title[n] > 0 {
			return true
		}
	}
	return false
}

// formWords say what form a document has, and not what it is about: a pond guide and a pond card are about one pond.
var formWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields("guide manual handbook card sheet protocol procedure procedures notes note list plan rules reference runbook book booklet letter leaflet policy instructions instruction schedule register calendar report statement overview summary checklist terms agreement concept description data datasheet specification faq pack file log record operator user quick") {
		m[w], m[Stem(w)] = true, true
	}
	return m
}()

// siblings tells apart documents of one form about different things: "North Hall Guide", "South Hall Guide". What they say
// without naming anybody, they say of their own.
func siblings(a, b Claim) string {
	x, y := a.title, b.title
	common := 0
	var onlyA, onlyB []string
	for k := range x {
		if y[k] > 0 {
			common++
		} else if !formWords[k] {
			onlyA = append(onlyA, k)
		}
	}
	for k := range y {
		if x[k] == 0 && !formWords[k] {
			onlyB = append(onlyB, k)
		}
	}
	if common == 0 || len(onlyA) == 0 || len(onlyB) == 0 || len(onlyA)+len(onlyB) > 3 {
		return ""
	}
	for _, k := range onlyA {
		if b.Rest[k] > 0 || b.Local[k] > 0 {
			return ""
		}
	}
	for _, k := range onlyB {
		if a.Rest[k] > 0 || a.Local[k] > 0 {
			return ""
		}
	}
	if alike := len(onlyA) == 1 && len(onlyB) == 1 && common >= 2; a.Key == "" && b.Key == "" && !alike {
		x := naming(a)
		for n := range naming(b) {
			if x[n] > 0 {
				return "" // both name a third thing
			}
		}
	}
	return "their documents are about different things"
}
