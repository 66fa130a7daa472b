package claim

import (
	"regexp"
	"strings"

	"substrate/corpus"
	"substrate/driftlog/value"
)

// Units cuts a block into units.
func Units(b corpus.Block) []*Unit {
	var out []*Unit
	switch b.Kind {
	case corpus.List:
		var lead []string
		for _, item := range b.Items {
			depth := (len(item) - len(strings.TrimLeft(item, " "))) / 2
			text := marker.ReplaceAllString(strings.TrimSpace(item), "")
			lead = append(lead[:min(depth, len(lead))], text)
			for _, s := range Sentences(text) {
				u := &Unit{Text: s}
				if depth > 0 && depth < len(lead) {
					u.Lead = strings.Join(lead[:depth], " · ")
				} else if s != text {
					u.Lead = Sentences(text)[0]
				}
				out = append(out, u)
			}
		}
	case corpus.Table:
		for i, r := range b.Rows {
			if i == 0 && len(b.Rows) > 1 {
				continue
			}
			u := &Unit{Form: Cell, Text: strings.Join(r, " | "), Cells: r}
			if len(b.Rows) > 1 {
				u.Header = b.Rows[0]
			}
			out = append(out, u)
		}
	case corpus.Code:
		lead := ""
		for _, line := range strings.Split(b.Text, "\n") {
			t := strings.TrimSpace(line)
			switch {
			case t == "":
				continue
			case strings.HasPrefix(t, "[") && strings.HasSuffix(t, "]"), strings.HasSuffix(t, "{"), strings.HasSuffix(t, ":") && !strings.Contains(t, " "):
				lead = t
			}
			out = append(out, &Unit{Form: Code, Text: t, Lead: lead})
		}
	default:
		for _, s := range Sentences(b.Text) {
			out = append(out, &Unit{Text: s})
		}
	}
	return out
}

var marker = regexp.MustCompile(`^(?:[-*•–—◦▪‣·+]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)])\s+`)

var sentenceEnd = regexp.MustCompile(`[.!?]["'”)]?\s+`)

var abbreviation = regexp.MustCompile(`(?i)(?:\b(?:e\.g|i\.e|etc|vs|no|nos|fig|sec|ch|dr|mr|mrs|ms|prof|st|ca|approx|max|min|incl|resp|bzw|z\.b|art|cf|p|pp|vol|ed|inc|ltd|co|jan|feb|mar|apr|aug|sept?|oct|nov|dec)|(?:^|[^\d\s]\s)[A-Z])\.$`)

var numberAhead = regexp.MustCompile(`(?:^|[^\p{L}])\p{Lu}?\p{L}{1,4}\.$`)

// Sentences cuts a text into sentences.
func Sentences(text string) []string {
	var out []string
	start := 0
	for _, at := range sentenceEnd.FindAllStringIndex(text, -1) {
		if at[1] >= len(text) || at[0] < start {
			continue
		}
		next := text[at[1]]
		if next >= '0' && next <= '9' && numberAhead.MatchString(text[start:at[0]+1]) {
			continue // Inv. 1931
		}
		if next >= 'a' && next <= 'z' || abbreviation.MatchString(text[start:at[0]+1]) && text[at[0]] == '.' {
			continue
		}
		out = append(out, strings.TrimSpace(text[start:at[1]]))
		start = at[1]
	}
	if t := strings.TrimSpace(text[start:]); t != "" {
		out = append(out, t)
	}
	return out
}

var boundary = regexp.MustCompile(`[;:()]\s|\s\(|,\s|\s[–—]\s|—|\s(?:and|but|while|whereas|although|because|so that|which|where|unless|whilst|plus)\s`)

// clause is the part of a sentence that a value at [a,b) stands in; when it says nothing else, with the part before it.
func clause(text string, a, b int) (start, end int) {
	cuts := boundary.FindAllStringIndex(text, -1)
	starts := []int{0}
	end = len(text)
	for _, c := range cuts {
		if c[1] <= a {
			starts = append(starts, c[1])
		} else if c[0] >= b && c[0] < end {
			end = c[0]
		}
	}
	for i := len(starts) - 1; i >= 0; i-- {
		start = starts[i]
		if termsOf(text[start:a]+" · "+text[b:end], nil).Weight() >= 2 {
			return start, end
		}
	}
	if termsOf(text[:a], nil).Weight() >= 1.2 {
		return 0, end
	}
	// The sentence begins with the value's own clause and says what it is about behind it.
	for _, c := range cuts {
		if c[0] > end {
			return 0, c[0]
		}
	}
	return 0, len(text)
}

// Around are the terms near a piece of a unit's text.
func (u *Unit) Around(a, b int) Terms {
	from, to := clause(u.Text, a, b)
	words := mask(u.Text, value.Extract(u.Text))
	return termsOf(words[from:a]+" · "+words[b:to], nil)
}

var assignForm = regexp.MustCompile(`^\s*(?:export\s+|set\s+|ENV\s+|Environment=)?["']?([A-Za-z_][\w.\-/]*)["']?\s*(?::=|=|:)\s*(.+?)[;,]?\s*$`)

var directive = regexp.MustCompile(`^\s*([a-z][a-z0-9]*(?:[_-][a-z0-9]+)+|[a-z]+)\s+(\S+);\s*$`)

// assignment reads key=value, key: value, "key": value and nginx's "key value;".
func assignment(line string) (key, val string, ok bool) {
	m := assignForm.FindStringSubmatch(line)
	if m == nil {
		m = directive.FindStringSubmatch(line)
	}
	if m == nil || strings.HasPrefix(m[2], "//") {
		return "", "", false
	}
	return m[1], strings.Trim(m[2], `"' `), true
}

var keyForm = regexp.MustCompile("`?([A-Za-z][A-Za-z0-9]*(?:[_.-][A-Za-z0-9]+)+|[A-Z_]{3,})`?\\s*(?:=|:|\\bis\\b|\\bto\\b|\\bof\\b)?\\s*[`\"']?$")

// keyBefore is the setting that stands right before a value: "num_ctx 2048", "HSA_VERSION=11".
func keyBefore(before string) string {
	m := keyForm.FindStringSubmatch(before)
	if m == nil || !strings.ContainsAny(m[1], "_=") && !strings.HasSuffix(strings.TrimSpace(before), "=") {
		return ""
	}
	return strings.ToLower(m[1])
}

var asides = []struct {
	why string
	re  *regexp.Regexp
}{
	{"it tells of the past", regexp.MustCompile(`(?i)\b(?:formerly|previously|used to|no longer|until (?:V?\d[\w.]*|version|rev|recently|now|then|(?:the )?(?:new|change|move|end of|switch|upgrade|last|early|mid|late|spring|summer|autumn|winter)|` + monthWords + `)|originally|at first|in the past|back then|at that time|earlier (?:version|edition|issue|plan|draft|guide|policy|procedure|limit|value|setting)s?|(?:old|former|previous|earlier|prior|original) (?:value|limit|setting|version|rate|figure|interval|policy|number|rule|plan|arrangement|one|name|address|price|dose|setpoint|threshold|target|model|server|supplier|period|retention|timeout|procedure|practice|recipe|ones?|edition|issue)|(?:was|were|has been|have been|had been|is|are|been|got) (?:changed|raised|lowered|increased|reduced|shortened|lengthened|moved|replaced|switched|extended|cut|dropped|retired|superseded|corrected|renamed|migrated) (?:from|in|on|to|by|since|after|when|as)|instead of|rather than|not anymore|any more|any longer|once (?:was|were|had|stood)|(?:went|gone|came|up|down|rose|fell|dropped|moved|switched|changed|changes|raised|lowered|increased|reduced|cut) from|before (?:that|then|the (?:change|move|migration|switch|upgrade|reform|renovation|refit))|prior to|had been|in (?:19|20)[012]\d (?:it|the|we)|(?:back )?in (?:19|20)\d\d|during the|last (?:year|season|term|month|winter|summer|spring|autumn)|historical(?:ly)?|legacy|decommissioned|retired)\b`)},
	{"it tells of what was considered", regexp.MustCompile(`(?i)\b(?:considered|rejected|proposed|proposal|suggested|asked for|discussed|had (?:been )?planned|was planned|alternative|we tried|was tried|were tried|trial|voted down|turned down|might|would have|could have|hypothetical|draft(?:ed)? (?:said|had|proposed))\b`)},
	{"it is an example", regexp.MustCompile(`(?i)\b(?:for example|for instance|e\.g\.|say,|suppose|imagine|such as|as an example|sample output|example)`)},
	{"it quotes somebody", regexp.MustCompile(`(?i)\b(?:manufacturer|vendor|supplier's|data ?sheet|statute|the standard|textbook|guideline)s? (?:says?|gives?|states?|recommends?|quotes?|allows?|specif(?:y|ies)|claims?)\b`)},
}

const monthWords = `January|February|March|April|May|June|July|August|September|October|November|December`

// hints are pieces of what asides begin with: most texts have none, and are not looked at closer.
var hints = strings.Fields("former previous used longer until origin first past back time old prior earlier was were been got have has is are instead rather anymore more longer once went gone came up down rose fell dropped moved switched changed before had last during histor legacy decommission retired consider reject propos suggest asked discuss planned alternativ tried trial voted turned might would could hypothet draft example instance e.g. say, suppose imagine such manufactur vendor supplier data statute standard textbook guideline")

func asideOf(text string) string {
	low := strings.ToLower(text)
	found := false
	for _, h := range hints {
		if found = strings.Contains(low, h); found {
			break
		}
	}
	if !found {
		return ""
	}
	for _, a := range asides {
		if a.re.MatchString(text) {
			return a.why
		}
	}
	return ""
}
