package identity

import (
	"regexp"
	"strconv"
	"strings"

	"substrate/corpus"
)

const monthWord = `jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?`

var (
	isoDate   = regexp.MustCompile(`\b((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})\b`)
	dayMonth  = regexp.MustCompile(`(?i)\b(\d{1,2})(?:st|nd|rd|th|\.)?[ -](?:of )?(` + monthWord + `)\.?,?[ -]((?:19|20)?\d\d)\b`)
	monthDay  = regexp.MustCompile(`(?i)\b(` + monthWord + `)\.? (\d{1,2})(?:st|nd|rd|th)?,? ((?:19|20)\d\d)\b`)
	monthYear = regexp.MustCompile(`(?i)\b(` + monthWord + `)\.?,? ((?:19|20)\d\d)\b`)
	dotted    = regexp.MustCompile(`\b(\d{1,2})\.(\d{1,2})\.((?:19|20)\d\d)\b`)
	slashed   = regexp.MustCompile(`\b(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)\b`)
	isoMonth  = regexp.MustCompile(`^((?:19|20)\d\d)-(0[1-9]|1[0-2])$`)
	pdfStamp  = regexp.MustCompile(`^(?:D:)?((?:19|20)\d\d)(\d\d)(\d\d)`)
)

// findDate reads the first date in a text; the zero date when there is none that can be read one way only.
func findDate(s string) corpus.Date {
	if m := isoDate.FindStringSubmatch(s); m != nil {
		return date(m[1], m[2], m[3])
	}
	if m := dayMonth.FindStringSubmatch(s); m != nil {
		return date(m[3], month(m[2]), m[1])
	}
	if m := monthDay.FindStringSubmatch(s); m != nil {
		return date(m[3], month(m[1]), m[2])
	}
	if m := dotted.FindStringSubmatch(s); m != nil {
		return date(m[3], m[2], m[1])
	}
	if m := slashed.FindStringSubmatch(s); m != nil {
		a, _ := strconv.Atoi(m[1])
		b, _ := strconv.Atoi(m[2])
		switch {
		case a > 12 || a == b:
			return date(m[3], m[2], m[1])
		case b > 12:
			return date(m[3], m[1], m[2])
		}
		return corpus.Date{} // 03/04/2026 is two dates
	}
	if m := monthYear.FindStringSubmatch(s); m != nil {
		return date(m[2], month(m[1]), "0")
	}
	if m := isoMonth.FindStringSubmatch(strings.TrimSpace(s)); m != nil {
		return date(m[1], m[2], "0")
	}
	return corpus.Date{}
}

// dateIn reads the date of a line of a title block. A date inside a sentence, or that of the edition that this one
// replaces, is not the document's.
func dateIn(s string) corpus.Date {
	if m := supersedesLine.FindStringIndex(s); m != nil {
		s = s[:m[0]]
	}
	if len(s) > 110 {
		return corpus.Date{}
	}
	if len(strings.Fields(s)) > 14 {
		return corpus.Date{}
	}
	if isoMonth.MatchString(strings.TrimSpace(s)) {
		return corpus.Date{} // as likely a version as a date
	}
	return findDate(s)
}

func month(s string) string {
	const names = "janfebmaraprmayjunjulaugsepoctnovdec"
	return strconv.Itoa(strings.Index(names, strings.ToLower(s)[:3])/3 + 1)
}

func date(y, m, d string) corpus.Date {
	yy, _ := strconv.Atoi(y)
	mm, _ := strconv.Atoi(m)
	dd, _ := strconv.Atoi(d)
	if yy < 100 {
		yy += 2000
	}
	if mm < 1 || mm > 12 || dd < 0 || dd > 31 {
		return corpus.Date{}
	}
	found := corpus.Date{Year: yy, Month: mm, Day: dd}
	if !found.Valid() {
		return corpus.Date{} // the 31st of February is a slip, and nobody knows of what
	}
	return found
}

// pdfDate reads D:20260427120000+02'00'.
func pdfDate(s string) corpus.Date {
	if m := pdfStamp.FindStringSubmatch(s); m != nil {
		return date(m[1], m[2], m[3])
	}
	return corpus.Date{}
}
