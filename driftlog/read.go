package driftlog

import (
	"regexp"
	"strconv"
	"strings"

	"substrate/corpus"
)

var logHeading = regexp.MustCompile(`(?i)^(?:the )?(?:(?:documentation |document |doc )?drift[ -]?(?:log|register|list|entries|ledger)|documentation drift|(?:list of )?known (?:documentation )?(?:inconsistenc\w+|discrepanc\w+|errors?|deviations?|contradictions?)(?: in (?:the )?(?:documents|documentation|library|guides|manuals))?|known documentation (?:errors|issues|problems|bugs|defects)|errata(?: list| log| sheet)?|corrigenda|corrections(?: to (?:the )?(?:documents|documentation|guides|manuals|issued documents))?|(?:documentation )?discrepanc(?:y|ies)(?: log| list| register)?|(?:documentation )?inconsistenc(?:y|ies)(?: log| list| register)?|documentation errors|bekannte (?:abweichungen|widersprüche|unstimmigkeiten)|abweichungsliste|écarts connus|incohérences connues|erratum)$`)

// IsLog says that a heading is a drift log's.
func IsLog(title string) bool {
	t := strings.Trim(title, " .:§0123456789")
	t = strings.TrimSpace(strings.TrimPrefix(t, "Appendix"))
	if i := strings.IndexAny(t, "(–—"); i > 3 {
		t = strings.TrimSpace(t[:i])
	}
	return logHeading.MatchString(t) || logWords.MatchString(t)
}

// logWords are said of nothing else, whatever stands around them: "Drift log of the pharmacy", "Platform Drift Log".
var logWords = regexp.MustCompile(`(?i)\bdrift[ -]?(?:log|register)\b|\bknown (?:documentation )?(?:inconsistencies|discrepancies)\b`)

// Find lists the places of a version's drift logs among its sections, without those below one; named is the heading or
// anchor of the only one that counts, "" for any.
func Find(sections []corpus.Section, named string) []int {
	var out []int
	within := -1
	for i, s := range sections {
		if within >= 0 && s.Level > sections[within].Level {
			continue
		}
		within = -1
		hit := IsLog(s.Title)
		if named != "" {
			hit = s.Anchor == corpus.MakeAnchor(named) || corpus.MakeSlug(s.Title) == corpus.MakeSlug(named) || corpus.MakeSlug(s.Heading()) == corpus.MakeSlug(named)
		}
		if hit {
			out = append(out, i)
			within = i
		}
	}
	return out
}

// Read reads the log that begins at section i, with the sections below it. certain says that the section was named as a log
// by a person: then rows that are none are problems, where else they mean that it is none.
func Read(sections []corpus.Section, i int, certain bool) ([]Entry, []Problem) {
	head := sections[i]
	r := &reader{loose: strings.HasPrefix(strings.ToLower(strings.TrimSpace(head.Title)), "correct")}
	for k := i; k < len(sections) && (k == i || sections[k].Level > head.Level); k++ {
		r.section(sections[k], k > i)
	}
	r.flush()
	if len(r.entries) == 0 && !certain && !r.promising && !(r.tables > 0 && strings.Contains(strings.ToLower(head.Title), "drift")) {
		return nil, nil
	}
	if len(r.entries) == 0 && len(r.problems) == 0 {
		r.problems = append(r.problems, Problem{Page: head.Pages.First, Text: head.Heading(), Why: "no row of this drift log could be read; a table needs a column for what the document says and one for what is so (Says | Actually)"})
	}
	seen := map[string]Entry{}
	for k := range r.entries {
		e := &r.entries[k]
		e.Anchor = head.Anchor
		if e.ID == "" {
			continue
		}
		if first, ok := seen[e.Key()]; ok {
			r.problems = append(r.problems, Problem{Page: e.Page, Row: e.Row, Text: e.ID + " " + e.Place() + " " + e.Says, Why: "two entries are called " + e.ID + ": the other is in row " + strconv.Itoa(first.Row) + "; give one of them a number of its own"})
			e.ID += "~" + strconv.Itoa(e.Row) // so that both can be named
			continue
		}
		seen[e.Key()] = *e
	}
	return r.entries, r.problems
}

type reader struct {
	entries   []Entry
	problems  []Problem
	promising bool // something looked like an entry
	fields    *Entry
	row       int
	tables    int
	loose     bool // the heading may mean something else: corrections of a thermometer
	resolved  bool // the text stands under a heading such as "Resolved"
}

func (r *reader) section(s corpus.Section, below bool) {
	r.flush()
	title := strings.ToLower(s.Title)
	if below {
		r.resolved = strings.HasPrefix(title, "resolved") || strings.HasPrefix(title, "closed") || strings.HasPrefix(title, "fixed") || strings.HasPrefix(title, "done")
		if id, rest := leadingID(s.Heading()); id != "" {
			r.row++
			r.fields = &Entry{ID: id, Row: r.row, Page: s.Pages.First}
			_ = rest
		}
	}
	for _, b := range s.Blocks {
		switch b.Kind {
		case corpus.Table:
			r.table(b)
		case corpus.List:
			r.list(b)
		case corpus.Paragraph:
			r.paragraph(b)
		}
	}
}

func (r *reader) add(e Entry) {
	if e.Status == "" {
		e.Status = Open
		if r.resolved {
			e.Status = Resolved
		}
	}
	e.Says, e.Actually = tidy(e.Says), tidy(e.Actually)
	r.entries = append(r.entries, e)
}

func (r *reader) bad(page, row int, text, why string) {
	r.problems = append(r.problems, Problem{Page: page, Row: row, Text: strings.Join(strings.Fields(text), " "), Why: why})
}

// flush ends an entry that was told field by field.
func (r *reader) flush() {
	e := r.fields
	r.fields = nil
	if e == nil {
		return
	}
	if e.Says == "" && e.Actually == "" {
		r.bad(e.Page, e.Row, e.ID+" "+e.Place(), "this entry says neither what the document says nor what is so")
		return
	}
	r.add(*e)
}

var quoteMarks = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`)

// tidy takes the quotation marks off a text that is quoted whole, and what joins it to the sentence around it.
func tidy(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "~~", ""))
	s = strings.Trim(s, " ;,")
	s = strings.TrimSuffix(s, ".")
	q := quoteMarks.Replace(s)
	if len(q) > 2 && q[0] == '"' && strings.Count(q, `"`) == 2 && q[len(q)-1] == '"' {
		return strings.TrimSpace(q[1 : len(q)-1])
	}
	return strings.TrimSpace(s)
}
