package driftlog

import (
	"regexp"
	"strings"

	"substrate/corpus"
)

type role int

const (
	none role = iota
	roleID
	roleFound
	roleDocument
	roleVersion
	roleSection
	roleSays
	roleActually
	roleStatus
)

// roles name columns and fields, the more telling first: "document states" is what it says, "current state" what is so.
var roles = []struct {
	role role
	re   *regexp.Regexp
}{
	{roleSays, regexp.MustCompile(`(?i)^(?:.*\b(?:says|said|states|stated|claims|claimed|reads|documented|as written|as printed|as documented|written|printed|old (?:value|text)|wrong(?: value| text)?|incorrect|documentation (?:value|claim)|erroneous text|existing text|original text|steht|dokumentiert|laut dokument|aussage|angabe|soll|indiqué|dit|documenté)\b.*|text|was|statement|error)$`)},
	{roleActually, regexp.MustCompile(`(?i)^(?:.*\b(?:actually|actual|reality|current (?:state|value)|correct(?:ed|ion)?(?: value| text)?|should (?:read|be|say)|truth|true value|as is|as built|as found|real(?: value)?|in fact|new (?:value|text)|observed|tatsächlich|wirklichkeit|réalité|en réalité|réel)\b.*|fact|now|is)$`)},
	{roleStatus, regexp.MustCompile(`(?i)^(?:status|state|resolved?(?: in| by)?|closed(?: in| by| on)?|fixed(?: in| by)?|resolution|disposition|erledigt|statut|état)$`)},
	{roleFound, regexp.MustCompile(`(?i)^(?:.*\b(?:found(?: on)?|date|noticed|reported|discovered|seen|observed on|since|logged|raised|gefunden|datum|trouvé|constaté)\b.*)$`)},
	{roleVersion, regexp.MustCompile(`(?i)^(?:version|ver\.?|rev(?:ision)?\.?|edition|issue|ausgabe)$`)},
	{roleSection, regexp.MustCompile(`(?i)^(?:section|sect?\.?|§|§§|chapter|clause|para(?:graph)?|abschnitt|kapitel|page|article)$`)},
	{roleDocument, regexp.MustCompile(`(?i)^(?:.*\b(?:document|documents|source|where|location|doc|guide|manual|place|file|ref|reference|affected|dokument|quelle|stelle)\b.*)$`)},
	{roleID, regexp.MustCompile(`(?i)^(?:id|no\.?|nr\.?|#|n°|number|entry|key|item|code|drift)$`)},
}

func roleOf(header string) role {
	h := strings.Trim(strings.Join(strings.Fields(header), " "), " *_:")
	for _, r := range roles {
		if r.re.MatchString(h) {
			return r.role
		}
	}
	return none
}

// table reads the rows of a table that has a column for what is said, one for what is so, or at least one of them and a place.
func (r *reader) table(b corpus.Block) {
	r.flush()
	if len(b.Rows) == 0 {
		return
	}
	r.tables++
	cols, at := columns(b.Rows[0]), map[role]int{}
	for i, c := range cols {
		if _, ok := at[c]; !ok && c != none {
			at[c] = i
		}
	}
	_, says := at[roleSays]
	_, actually := at[roleActually]
	_, where := at[roleDocument]
	_, section := at[roleSection]
	if !(says && actually && (where || section || !r.loose) || (says || actually) && (where || section)) {
		return
	}
	r.promising = true
	resolvedIn := false
	if i, ok := at[roleStatus]; ok {
		resolvedIn = strings.Contains(strings.ToLower(b.Rows[0][i]), " in") || strings.Contains(strings.ToLower(b.Rows[0][i]), " by")
	}
	cell := func(row []string, w role) string {
		if i, ok := at[w]; ok && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	for _, row := range b.Rows[1:] {
		if sameRow(row, b.Rows[0]) || strings.TrimSpace(strings.Join(row, "")) == "" {
			continue // the header again, behind a page break
		}
		r.row++ // a table that a page broke goes on counting
		n := r.row
		line := strings.Join(row, " | ")
		page := b.Pages.First
		e := Entry{ID: strings.Trim(plainID(cell(row, roleID)), " .:"), Row: n, Page: page, Says: cell(row, roleSays), Actually: cell(row, roleActually)}
		struck := strings.Contains(line, "~~")
		if blank(e.Says) && blank(e.Actually) {
			r.bad(page, n, line, "this row says neither what the document says nor what is so")
			continue
		}
		p := ReadPlace(cell(row, roleDocument))
		e.Document, e.Version, e.Section = p.Document, p.Version, p.at()
		if v := cell(row, roleVersion); v != "" {
			e.Version = v
		}
		if s := cell(row, roleSection); s != "" {
			q := ReadPlace(s)
			switch {
			case q.Section != "":
				e.Section = q.Section
			case q.Page != "":
				e.Section = q.at()
			default:
				e.Section = corpus.MakeAnchor(s)
			}
			if !where && q.Document != "" && q.Section != "" {
				e.Document = q.Document
			}
		}
		e.Found = dateIn(cell(row, roleFound))
		e.Status, e.By = readStatus(cell(row, roleStatus), resolvedIn)
		if e.Status == "" && struck {
			e.Status = Resolved
		}
		if e.Document == "" {
			// Says: "the Rack Guide says …"
			if p, rest := splitSays(e.Says); p.Document != "" {
				e.Document, e.Version, e.Section, e.Says = p.Document, p.Version, p.Section, rest
			}
		}
		r.add(e)
	}
}

func columns(header []string) []role {
	out := make([]role, len(header))
	for i, h := range header {
		out[i] = roleOf(h)
	}
	return out
}

func sameRow(a, b []string) bool {
	for i := range a {
		if i >= len(b) || !strings.EqualFold(strings.TrimSpace(a[i]), strings.TrimSpace(b[i])) {
			return false
		}
	}
	return true
}

func blank(s string) bool {
	return strings.Trim(s, " -–—?.…") == "" || strings.EqualFold(strings.TrimSpace(s), "n/a") || strings.EqualFold(strings.TrimSpace(s), "tbd")
}

func plainID(s string) string { return strings.Trim(strings.ReplaceAll(s, "~~", ""), "*`[]() ") }

var done = regexp.MustCompile(`(?i)\b(?:resolved|fixed|closed|done|corrected|superseded|obsolete|rejected|invalid|withdrawn|erledigt|behoben|résolu|corrigé|clos)\b|[✔✓✅☑]`)

var notDone = regexp.MustCompile(`(?i)\b(?:not|never|to be|un)(?: yet)? ?(?:resolved|fixed|closed|corrected)\b|\bunresolved\b|\bopen\b|\boffen\b|\bouvert\b`)

var doneBy = regexp.MustCompile(`(?i)(?:resolved|fixed|closed|corrected|superseded|done|✔|✓)?\s*\b(?:by|in|with|through|since|durch|mit|dans|par)\b\s+(.+)$`)

// ReadStatus reads a status as people write it: "open", "resolved by Hydra V9.1", "✔ fixed in V2.1", "V2.1".
func ReadStatus(s string) (Status, string) { return readStatus(s, false) }

// readStatus reads a status; inColumn says that it stands below "Resolved in" or the like.
func readStatus(s string, inColumn bool) (Status, string) {
	s = strings.Trim(s, " *_~()[]")
	switch {
	case blank(s):
		return "", ""
	case notDone.MatchString(s):
		return Open, ""
	case done.MatchString(s):
		if m := doneBy.FindStringSubmatch(s); m != nil {
			return Resolved, strings.Trim(m[1], " .)")
		}
		return Resolved, ""
	}
	if inColumn && len(strings.Fields(s)) <= 8 && !notDone.MatchString(s) {
		return Resolved, s // a column "Resolved in" holds only what resolved it
	}
	if p := ReadPlace(s); p.Version != "" && !dateOnly.MatchString(s) {
		return Resolved, s // a column "Resolved in" holds only the version
	}
	if dateOnly.MatchString(s) {
		return Resolved, ""
	}
	return Open, ""
}

var dateOnly = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
