package driftlog

import (
	"regexp"
	"strings"

	"substrate/corpus"
)

var bullet = regexp.MustCompile(`^\s*(?:[-*•–—◦▪‣·+]|\d{1,3}[.)])\s+`)

// list reads items that are entries each, or fields of one.
func (r *reader) list(b corpus.Block) {
	n := 0
	for _, item := range b.Items {
		depth := len(item) - len(strings.TrimLeft(item, " "))
		text := strings.TrimSpace(bullet.ReplaceAllString(item, ""))
		if r.field(text) {
			r.promising = true
			continue
		}
		if depth > 0 && r.fields != nil {
			continue
		}
		r.flush()
		n++
		r.row = n
		if e, ok := ReadSentence(text); ok {
			e.Row, e.Page = n, b.Pages.First
			r.promising = true
			r.add(e)
			continue
		}
		id, rest := leadingID(text)
		e := Entry{ID: id, Row: n, Page: b.Pages.First}
		p := ReadPlace(strip(rest, &e))
		e.Document, e.Version, e.Section = p.Document, p.Version, p.Section
		if len(strings.Fields(e.Document)) > 10 {
			e.Document = ""
		}
		r.fields = &e
	}
	r.endList(b)
}

// endList reports an item that was begun and never told anything, where others did.
func (r *reader) endList(b corpus.Block) {
	if r.fields == nil {
		return
	}
	if r.fields.Says == "" && r.fields.Actually == "" {
		last := b.Items[len(b.Items)-1]
		e := r.fields
		if r.fields.ID == "" && !r.promising {
			r.fields = nil
			return
		}
		if r.promising || e.ID != "" {
			r.bad(e.Page, e.Row, bullet.ReplaceAllString(last, ""), "this item cannot be read as an entry; write: D-07 (2026-03-11): Guide X §4.2 says \"8 GB\"; actually 15.2 GB")
			r.fields = nil
			return
		}
	}
}

func (r *reader) paragraph(b corpus.Block) {
	for _, line := range strings.Split(b.Text, "\n") {
		if r.fields != nil && r.field(line) {
			continue
		}
		r.fieldsIn(line)
		id, _ := leadingID(line)
		if e, ok := ReadSentence(line); ok && (id != "" || e.Document != "" && (e.Section != "" || e.Version != "")) {
			if r.fields != nil && e.ID == "" {
				e.ID = r.fields.ID
				r.fields = nil
			}
			r.row++
			e.Row, e.Page = r.row, b.Pages.First
			r.promising = true
			r.add(e)
		} else if id != "" && !ok {
			r.row++
			r.bad(b.Pages.First, r.row, line, "this paragraph cannot be read as an entry; write: D-07 (2026-03-11): Guide X §4.2 says \"8 GB\"; actually 15.2 GB")
		}
	}
}

var fieldForm = regexp.MustCompile(`^[*_\s]*([\p{L}][\p{L} ]{1,24}?)[*_]*\s*:[*_]*\s*(.*)$`)

// fieldsIn reads "Says: 8 GB. Actually: 15.2 GB." into the entry whose heading stands above.
func (r *reader) fieldsIn(line string) {
	if r.fields == nil {
		return
	}
	for _, part := range strings.Split(line, ". ") {
		r.field(part)
	}
}

// field reads "Says: 8 GB" into the entry that is being told.
func (r *reader) field(text string) bool {
	m := fieldForm.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	w := roleOf(m[1])
	if w == none {
		return false
	}
	if r.fields == nil {
		if w != roleDocument && w != roleID && w != roleSays {
			return false
		}
		if w == roleSays && strings.ContainsAny(m[2], "→") {
			return false
		}
		r.row++
		r.fields = &Entry{Row: r.row}
	}
	e, v := r.fields, strings.TrimSpace(m[2])
	if strings.Contains(v, " Reality: ") || strings.Contains(v, " Actually: ") {
		return false
	}
	switch w {
	case roleID:
		if e.ID != "" || e.Says != "" {
			r.flush()
			r.row++
			r.fields = &Entry{Row: r.row}
			e = r.fields
		}
		e.ID = plainID(v)
	case roleFound:
		e.Found = dateIn(v)
	case roleDocument:
		p := ReadPlace(v)
		e.Document = p.Document
		if p.Version != "" {
			e.Version = p.Version
		}
		if p.Section != "" {
			e.Section = p.Section
		}
	case roleVersion:
		e.Version = v
	case roleSection:
		if p := ReadPlace(v); p.Section != "" {
			e.Section = p.Section
		} else {
			e.Section = corpus.MakeAnchor(v)
		}
	case roleSays:
		e.Says = v
	case roleActually:
		e.Actually = v
	case roleStatus:
		e.Status, e.By = ReadStatus(v)
	}
	return true
}

var (
	inBrackets = regexp.MustCompile(`[(\[]([^()\[\]]{1,60})[)\]]`)
	leadDate   = regexp.MustCompile(`^\s*[(\[]?(\d{4}-\d{2}-\d{2})[)\]]?\s*[:,–—-]?\s*`)
)

// strip takes date and status in brackets out of an item.
func strip(s string, e *Entry) string {
	if m := leadDate.FindStringSubmatch(s); m != nil {
		e.Found = dateIn(m[1])
		s = s[len(m[0]):]
	}
	for _, m := range inBrackets.FindAllStringSubmatch(s, -1) {
		inner := strings.TrimSpace(m[1])
		low := strings.ToLower(inner)
		switch {
		case done.MatchString(inner) || strings.HasPrefix(low, "open"):
			e.Status, e.By = ReadStatus(inner)
		case isoDate.MatchString(inner) && (e.Found.IsZero() && (dateOnly.MatchString(inner) || strings.HasPrefix(low, "found") || strings.HasPrefix(low, "noticed") || strings.HasPrefix(low, "reported"))):
			e.Found = dateIn(inner)
		default:
			continue
		}
		s = strings.Replace(s, m[0], " ", 1)
	}
	return strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(s), ":–—- "))
}

var strikeForm = regexp.MustCompile(`^\s*~~(.*)~~\s*(.*)$`)

// ReadSentence reads an entry told in one item: "D-07 (2026-03-11): Guide X §4.2 says …; actually …", "Guide X V1.2, §4: 8 GB → 15.2 GB".
func ReadSentence(text string) (Entry, bool) {
	var e Entry
	struck := false
	if m := strikeForm.FindStringSubmatch(text); m != nil {
		struck = true
		text = m[1]
		if m[2] != "" {
			e.Status, e.By = ReadStatus(m[2])
		}
	}
	text = strings.ReplaceAll(text, "**", "")
	id, rest := leadingID(text)
	e.ID = id
	rest = strip(rest, &e)
	if e.Status == "" && struck {
		e.Status = Resolved
	}
	cut := actuallyForm.FindStringIndex(rest)
	if a := arrow.FindStringIndex(rest); a != nil && (cut == nil || a[0] < cut[0]) {
		cut = a
	}
	if cut == nil {
		return Entry{}, false
	}
	head, actual := rest[:cut[0]], rest[cut[1]:]
	var p Place
	if m := saysForm.FindStringIndex(head); m != nil && m[0] > 0 {
		p, e.Says = ReadPlace(head[:m[0]]), head[m[1]:]
	} else if i := colonAt(head); i > 0 {
		p, e.Says = ReadPlace(head[:i]), head[i+1:]
	} else {
		return Entry{}, false
	}
	e.Document, e.Version, e.Section = p.Document, p.Version, p.at()
	e.Says, e.Actually = tidy(e.Says), strings.TrimSpace(actual)
	if m := regexp.MustCompile(`(?i)[.;,]\s*(?:status:?\s*)?((?:resolved|fixed|closed|still open|open|corrected|corrigé|behoben)\b.*)$`).FindStringSubmatchIndex(e.Actually); m != nil && e.Status == "" {
		e.Status, e.By = ReadStatus(e.Actually[m[2]:m[3]])
		e.Actually = e.Actually[:m[0]]
	}
	e.Actually = tidy(e.Actually)
	return e, e.Says != "" && e.Actually != "" && e.Document+e.Section != ""
}

// colonAt is the colon between place and words: the first one followed by a space.
func colonAt(s string) int {
	return strings.Index(s, ": ")
}
