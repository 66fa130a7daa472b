package value

import (
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
)

// The forms that are told by their letters alone, most telling first: what one has taken, the next does not look at.
var forms = []struct {
	kind Kind
	re   *regexp.Regexp
	norm func(m []string) string // "" declines
	need func(text string) bool  // cheap: the form cannot occur in a text that lacks this
}{
	{Address, regexp.MustCompile(`\b(?:https?|ftp|ssh|mqtts?|tcp|udp|file|s3|postgres(?:ql)?|redis|amqp)://[^\s<>"'|)]+[^\s<>"'|).,;:]`), whole, with("://")},
	{Address, regexp.MustCompile(`\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b`), lower, with("@")},
	{Address, regexp.MustCompile(`\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b`), lower, func(t string) bool { return strings.Count(t, ":") > 4 || strings.Count(t, "-") > 4 }},
	{Address, regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?::\d{2,5})?\b`), whole, dots(3)},
	{Address, regexp.MustCompile(`\b(?:[a-zA-Z](?:[\w-]*\w)?\.)+[a-zA-Z][\w-]*:\d{2,5}\b`), lower, with(":")},
	{Date, regexp.MustCompile(`\b(\d{4})-(\d{2})-(\d{2})\b`), func(m []string) string { return dateNorm(m[1], m[2], m[3]) }, with("-")},
	{Date, regexp.MustCompile(`\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? (` + months + `)\.?(?:,? (\d{4}))?\b`), func(m []string) string { return dateNorm(m[3], m[2], m[1]) }, hasMonth},
	{Date, regexp.MustCompile(`\b(` + months + `)\.? (\d{1,2})(?:st|nd|rd|th)?\b(?:,? (\d{4})\b)?`), func(m []string) string { return dateNorm(m[3], m[1], m[2]) }, hasMonth},
	{Date, regexp.MustCompile(`\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b`), func(m []string) string { return dateNorm(m[3], m[2], m[1]) }, dots(2)},
	{Clock, regexp.MustCompile(`\b([01]?\d|2[0-3])[:.]([0-5]\d)(?: ?(am|pm|a\.m\.|p\.m\.))?(?: o'clock| hrs| h| Uhr)?\b`), clockNorm, with(":", ".")},
	{Clock, regexp.MustCompile(`\b(1[0-2]|[1-9])() ?(am|pm|a\.m\.|p\.m\.|o'clock)\b`), clockNorm, with("am", "pm", ".m.", "clock")},
	{Path, regexp.MustCompile(`(?:^|[\s"'(=` + "`" + `:])((?:~|\.{1,2})?/[A-Za-z_.][\w.+@%-]*(?:/[\w.+@%*-]+)*/?)`), func(m []string) string { return strings.TrimRight(m[1], "/.") }, with("/")},
	{Path, regexp.MustCompile(`\b([A-Za-z]:\\[\w\\. -]*\w)`), func(m []string) string { return strings.ToLower(m[1]) }, with(`:\`)},
	{Version, regexp.MustCompile(`\b(?:[vV]|[vV]ersion |[Rr]elease )(\d+(?:\.\d+)*(?:[-+]?(?:rc|beta|alpha|p)\d*)?)\b`), func(m []string) string { return m[1] }, with("v", "V", "elease")},
	{Version, regexp.MustCompile(`\b(\d+\.\d+\.\d+(?:[.-][\w]+)*)\b`), func(m []string) string { return m[1] }, dots(2)},
	{Version, regexp.MustCompile(`\b(?:Rev(?:ision)?\.? |Issue |Edition )([A-Z]|\d+)\b`), func(m []string) string { return strings.ToLower(m[1]) }, with("Rev", "Issue", "Edition")},
}

const months = `Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?`

func with(any ...string) func(string) bool {
	return func(t string) bool {
		for _, s := range any {
			if strings.Contains(t, s) {
				return true
			}
		}
		return false
	}
}

func dots(n int) func(string) bool {
	return func(t string) bool { return strings.Count(t, ".") >= n }
}

var hasMonth = with("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

func whole(m []string) string { return strings.TrimRight(m[0], "/") }
func lower(m []string) string { return strings.ToLower(m[0]) }

func dateNorm(year, month, day string) string {
	n, err := strconv.Atoi(month)
	if err != nil {
		t, err := time.Parse("Jan", month[:3])
		if err != nil {
			return ""
		}
		n = int(t.Month())
	}
	d, _ := strconv.Atoi(day)
	if n < 1 || n > 12 || d < 1 || d > 31 {
		return ""
	}
	if year == "" {
		year = "-"
	}
	return year + "-" + strconv.Itoa(n) + "-" + strconv.Itoa(d)
}

func clockNorm(m []string) string {
	if m[3] == "" && !strings.Contains(m[0], ":") && !strings.HasSuffix(m[0], "hrs") && !strings.HasSuffix(m[0], "Uhr") {
		return "" // 15.20 is a number unless it says otherwise
	}
	h, _ := strconv.Atoi(m[1])
	if strings.HasPrefix(m[3], "p") && h < 12 {
		h += 12
	}
	if strings.HasPrefix(m[3], "a") && h == 12 {
		h = 0
	}
	minutes := m[2]
	if minutes == "" {
		minutes = "00"
	}
	return strconv.Itoa(h) + ":" + minutes
}

// Extract finds the values of a text in order; they do not overlap.
func Extract(text string) []Value {
	var out []Value
	taken := make([]bool, len(text)+1)
	put := func(v Value) {
		for i := v.Start; i < v.End; i++ {
			if taken[i] {
				return
			}
		}
		for i := v.Start; i < v.End; i++ {
			taken[i] = true
		}
		v.Text = text[v.Start:v.End]
		out = append(out, v)
	}
	digits := strings.ContainsAny(text, "0123456789")
	for _, f := range forms {
		if !digits && f.kind != Address && f.kind != Path && !strings.Contains(text, "Rev") || !f.need(text) {
			continue
		}
		for _, at := range f.re.FindAllStringSubmatchIndex(text, -1) {
			m := make([]string, len(at)/2)
			for i := range m {
				if at[2*i] >= 0 {
					m[i] = text[at[2*i]:at[2*i+1]]
				}
			}
			norm := f.norm(m)
			if norm == "" {
				continue
			}
			v := Value{Kind: f.kind, Start: at[0], End: at[1], Norm: string(f.kind) + ":" + norm}
			if f.kind == Path {
				v.Start, v.End = at[2], at[3]
				v.End = v.Start + len(strings.TrimRight(text[v.Start:v.End], "."))
			}
			put(v)
		}
	}
	for _, v := range numbers(text, taken) {
		put(v)
	}
	for _, v := range names(text, taken) {
		put(v)
	}
	for _, v := range states(text) {
		put(v)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Start < out[j].Start })
	return out
}

// ReadCell is the one value that a whole text is: of a table cell, of what stands behind "=". Text that holds no other value,
// or is more than one, is its words.
func ReadCell(text string) Value {
	t := strings.TrimSpace(text)
	list := Extract(t)
	if len(list) == 1 && list[0].Kind != State && len(list[0].Text)*2 > len(t) {
		return list[0]
	}
	return AsWords(t)
}

// AsWords is a text as a value of kind [Words].
func AsWords(t string) Value {
	return Value{Kind: Words, Text: t, End: len(t), Norm: strings.Join(strings.Fields(strings.ToLower(strings.Trim(t, " .,;:\"'`"))), " ")}
}
