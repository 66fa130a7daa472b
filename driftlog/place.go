package driftlog

import (
	"fmt"
	"regexp"
	"strings"

	"substrate/corpus"
	"substrate/driftlog/value"
)

// Place is where an entry says that the wrong words stand.
type Place struct {
	Document, Version, Section string
	Page                       string
}

// at is the section, or the page where no section is given.
func (p Place) at() string {
	if p.Section == "" && p.Page != "" {
		return "p. " + p.Page
	}
	return p.Section
}

var (
	refForm     = regexp.MustCompile(`^\[?([\w-]+)(?:@([\w.-]+))?#([\w.~-]+)\]?$|^\[?([\w-]+)@([\w.-]+)\]?$`)
	sectionForm = regexp.MustCompile(`(?i)(?:§+\s*|(?:\bsection|\bsect?\.|\bchapter|\bch\.|\bclause|\bpara(?:graph)?\.?|\barticle|\bart\.|\bappendix|\bannex|\babschnitt|\bkapitel|\btable|\bstep)\s+)([A-Za-z]?\d+[a-z]?(?:\.\d+[a-z]?)*|[A-Z](?:\.\d+)*)\b`)
	pageForm    = regexp.MustCompile(`(?i)\b(?:p\.|pp\.|page)\s*(\d+)`)
	labelIn     = regexp.MustCompile(`(?:\b[vV](?:ersion |er\. ?)?\d+(?:\.\d+)*[a-z]?\b|\b[Vv]ersion \d+(?:\.\d+)*\b|\b[Rr]ev(?:ision|\.)? ?(?:[A-Z]|\d+)\b|\b[Ii]ssue \d+\b|\b\d+(?:st|nd|rd|th) [Ee]dition\b|\b(?:19|20)\d\d-\d\d(?:-\d\d)?\b|\bR\d+\b)`)
	trailing    = regexp.MustCompile(`(?i)^(?:in|of|from|at|see|the|of the|in the)\s+`)
)

// ReadPlace reads "Phase 2 Guide V1.2 §4.1", "deployment-guide@1.2#4.1", "Ops Manual (Rev C), p. 12", "§3 of the Rack Guide, V2".
func ReadPlace(s string) Place {
	s = strings.Trim(strings.ReplaceAll(strings.TrimSpace(s), "~~", ""), "*_ ")
	var p Place
	if m := refForm.FindStringSubmatch(s); m != nil {
		p.Document, p.Version, p.Section = m[1]+m[4], m[2]+m[5], m[3]
		return p
	}
	rest := s
	if m := sectionForm.FindStringSubmatchIndex(rest); m != nil {
		p.Section = corpus.MakeAnchor(rest[m[2]:m[3]])
		rest = rest[:m[0]] + " " + rest[m[1]:]
	}
	if m := pageForm.FindStringSubmatchIndex(rest); m != nil {
		p.Page = rest[m[2]:m[3]]
		rest = rest[:m[0]] + " " + rest[m[1]:]
	}
	if all := labelIn.FindAllStringIndex(rest, -1); len(all) > 0 {
		at := all[len(all)-1]
		p.Version = rest[at[0]:at[1]]
		rest = rest[:at[0]] + " " + rest[at[1]:]
	}
	if _, quotedTitle, ok := strings.Cut(rest, "“"); ok && p.Section == "" {
		if t, _, ok := strings.Cut(quotedTitle, "”"); ok {
			p.Section = t
			rest = strings.Replace(rest, "“"+t+"”", " ", 1)
		}
	}
	rest = strings.NewReplacer("()", " ", "( )", " ", "[]", " ", "`", "", "*", "").Replace(strings.Join(strings.Fields(rest), " "))
	rest = strings.Trim(strings.Join(strings.Fields(rest), " "), " ,;:–—-()[].")
	for trailing.MatchString(rest) {
		rest = trailing.ReplaceAllString(rest, "")
	}
	p.Document = strings.Trim(rest, " ,;:–—-")
	return p
}

var idForm = regexp.MustCompile(`^[\s*_~(\[]*((?:[A-Z]{1,8}[-_ ]?(?:\d{4}-)?\d+[a-z]?)|#\d+|[A-Z]\d+(?:[-.]\d+)*)[)\]*_~]*(?:\s*[:.)–—-]\s*|\s+|$)`)

// leadingID reads the id that an item begins with.
func leadingID(s string) (id, rest string) {
	m := idForm.FindStringSubmatchIndex(s)
	if m == nil {
		return "", s
	}
	id = s[m[2]:m[3]]
	if regexp.MustCompile(`^[VR]\d`).MatchString(id) || regexp.MustCompile(`^(?:V|REV|ISSUE) ?\d`).MatchString(id) {
		return "", s
	}
	return id, s[m[1]:]
}

var isoDate = regexp.MustCompile(`\b(\d{4}-\d{2}-\d{2})\b`)

// dateIn is the first whole date in a text; zero when there is none.
func dateIn(s string) corpus.Date {
	for _, v := range value.Extract(s) {
		if v.Kind == value.Date {
			var d corpus.Date
			if n, _ := fmt.Sscanf(v.Norm, "date:%d-%d-%d", &d.Year, &d.Month, &d.Day); n == 3 && d.Valid() {
				return d
			}
		}
	}
	return corpus.Date{}
}

var (
	saysForm     = regexp.MustCompile(`(?i)\s*(?:\b(?:still )?(?:says|states|gives|reads|claims|documents|shows|names|lists|prints|calls for|tells|indique|dit|sagt|nennt)\b(?: that)?|\bdocumented(?: as)?\b|\bas written\b|\bwritten\b|\bsays\b)\s*:?\s*`)
	actuallyForm = regexp.MustCompile(`(?i)(?:[;,.–—]|\bbut\b|\s)\s*(?:(?:\bbut\b\s*)?(?:\bit is\b\s*)?\b(?:actually|actual|reality|in reality|in fact|en réalité|tatsächlich|correct(?: value)?|truth|should (?:read|be))\b\s*(?:is\s*)?:?\s*|(?:→|->|=>|⇒)\s*)`)
	arrow        = regexp.MustCompile(`\s*(?:→|->|=>|⇒)\s*`)
)

// splitSays takes "Guide X §4.2 says …" apart.
func splitSays(s string) (Place, string) {
	m := saysForm.FindStringIndex(s)
	if m == nil || m[0] == 0 {
		return Place{}, s
	}
	return ReadPlace(s[:m[0]]), s[m[1]:]
}
