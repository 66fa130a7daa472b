package identity

import (
	"regexp"
	"strings"

	"substrate/corpus"
)

var (
	logHeading     = regexp.MustCompile(`(?i)^(?:document )?(?:change ?logs?|revision (?:history|log|record)|version history|document history|history of (?:changes|revisions)|history|revisions|changes|amendment (?:record|history)s?|record of (?:changes|revisions|amendments)|release history|release notes|changes since .*|what(?:'s|’s| has| is)? (?:changed|new)(?: since .*| in .*)?)$`)
	logVersionCol  = regexp.MustCompile(`(?i)^(?:version|ver\.?|rev\.?|revision|issue|edition|release|label|v)(?:\s*(?:no\.?|number|#))?$`)
	logDateCol     = regexp.MustCompile(`(?i)date|issued|when`)
	logTextCol     = regexp.MustCompile(`(?i)change|description|comment|summary|what|note|reason|detail|remark|amend`)
	logLine        = regexp.MustCompile(`(?i)^[•\s-]*((?:(?:version|ver|revision|rev|issue|edition|v|r)[\s.]?\d[\w.\-]*|(?:version|ver|revision|issue|edition)[\s.]{1,2}[a-z]\b|rev[\s.]{0,2}[a-z]\b|\d[\w.\-]*|[a-z]\b))\s*(?:[(,–—:-]+\s*(.*?))?$`)
	supersedesLine = regexp.MustCompile(`(?i)\b(?:supersedes|replaces|formerly|renamed from|previously (?:known|titled|issued|published) as)\b`)
	claimStart     = regexp.MustCompile(`(?i)^(?:(?:it|this (?:document|guide|manual|edition|version|reference|plan))\s+)?(?:supersedes|replaces|replacing|renamed from|retitled from|formerly(?: known as)?|previously (?:known|titled|issued|published) as|successor (?:of|to))\s*:?\s+(.+)$`)
	claimLabel     = regexp.MustCompile(`(?i)^(.*?)[\s,]*\(?((?:version|ver\.?|revision|rev\.?|issue|edition)(?:\s*\d[\w.\-]*|\s+[a-z]\b)|v\.?\s?\d+(?:[._]\d+)*(?:[a-z]|-?rc\d*)?|r\d{1,3}|20\d\d-(?:0[1-9]|1[0-2])|\d+\.\d+(?:\.\d+)*)\)?(?:\s*(?:\(.*\)|of \d.*|dated .*|from .*))?\s*$`)
	sentence       = regexp.MustCompile(`[.;]\s+`)
)

// changeLog reads the rows of the document's change log, whichever form it has.
func changeLog(r *corpus.Reading) []corpus.ChangeRow {
	var rows []corpus.ChangeRow
	for _, s := range r.Sections {
		named := logHeading.MatchString(s.Title)
		width, v, d, t := 0, -1, -1, -1 // of the table that goes on behind a page break
		for _, b := range s.Blocks {
			switch {
			case b.Kind == corpus.Table:
				if v1, d1, t1, ok := logColumns(b.Rows[0]); ok && (named || d1 >= 0 && t1 >= 0) {
					width, v, d, t = len(b.Rows[0]), v1, d1, t1
					rows = logTable(rows, b.Rows[1:], v, d, t)
				} else if named && len(rows) > 0 && width == len(b.Rows[0]) {
					rows = logTable(rows, b.Rows, v, d, t)
				}
			case named && b.Kind == corpus.List:
				for _, it := range b.Items {
					rows = appendLine(rows, it)
				}
			case named && b.Kind == corpus.Paragraph:
				rows = appendLine(rows, b.Text)
			}
		}
		if named && len(rows) == 0 && len(s.Blocks) == 0 {
			// "## V2.1 – 2026-04-27" under "# Change Log": a section a version.
			rows = logSections(r.Sections, s)
		}
		if len(rows) > 0 && named {
			return rows
		}
	}
	return rows
}

func logColumns(header []string) (version, date, text int, ok bool) {
	version, date, text = -1, -1, -1
	for i, h := range header {
		h = strings.TrimSpace(h)
		switch {
		case version < 0 && logVersionCol.MatchString(h):
			version = i
		case date < 0 && logDateCol.MatchString(h):
			date = i
		case text < 0 && logTextCol.MatchString(h):
			text = i
		}
	}
	return version, date, text, version >= 0
}

// logTable adds a table's rows to those read so far. A row without a version goes on with the text of the one before, as
// where a page ended inside it.
func logTable(out []corpus.ChangeRow, rows [][]string, v, d, t int) []corpus.ChangeRow {
	for _, row := range rows {
		l := corpus.ParseLabel(row[v])
		if n := len(out); strings.TrimSpace(row[v]) == "" && n > 0 && t >= 0 && t != v {
			out[n-1].Text = strings.TrimSpace(out[n-1].Text + " " + row[t])
			continue
		}
		if !plausible(l) {
			continue
		}
		c := corpus.ChangeRow{Label: l}
		if d >= 0 {
			c.Date = findDate(row[d])
		}
		if t < 0 {
			t = len(row) - 1
		}
		if t != v && t != d {
			c.Text = row[t]
		}
		out = append(out, c)
	}
	return out
}

func appendLine(rows []corpus.ChangeRow, line string) []corpus.ChangeRow {
	m := logLine.FindStringSubmatch(line)
	if m == nil {
		if n := len(rows); n > 0 && !strings.HasPrefix(line, "•") {
			rows[n-1].Text = strings.TrimSpace(rows[n-1].Text + " " + line)
		}
		return rows
	}
	l := corpus.ParseLabel(m[1])
	if !plausible(l) {
		return rows
	}
	text := strings.TrimSpace(m[2])
	return append(rows, corpus.ChangeRow{Label: l, Date: findDate(text), Text: text})
}

func logSections(all []corpus.Section, log corpus.Section) []corpus.ChangeRow {
	var rows []corpus.ChangeRow
	inside := false
	for _, s := range all {
		if s.Anchor == log.Anchor {
			inside = true
			continue
		}
		if !inside {
			continue
		}
		if s.Level <= log.Level {
			break
		}
		n := len(rows)
		if rows = appendLine(rows, s.Heading()); len(rows) > n {
			rows[n].Text = s.Plain()
		}
	}
	return rows
}

// claim reads what a document says it replaces: "Relay Manual V4.2", "V2.0", "all earlier versions".
func (g *gathering) claim(text, source, quote string, weight int) {
	for _, part := range regexp.MustCompile(`\s+and\s+|;\s*`).Split(text, -1) {
		part = strings.Trim(strings.TrimSpace(part), `"'“”‘’.`)
		c := corpus.Claim{Title: part}
		if m := claimLabel.FindStringSubmatch(part); m != nil {
			c.Title, c.Label = strings.Trim(m[1], ` ,"'“”(`), corpus.ParseLabel(m[2])
		}
		if genericTitle.MatchString(c.Title) || len(strings.Fields(c.Title)) > 10 {
			c.Title = ""
		}
		if c.Title == "" && c.Label.IsZero() {
			continue
		}
		g.add("supersedes", strings.TrimSpace(c.Title+" "+c.Label.String()), source, quote, weight)
		known := false
		for _, o := range g.sup {
			known = known || corpus.MakeSlug(o.Title) == corpus.MakeSlug(c.Title) && o.Label.Key() == c.Label.Key()
		}
		if !known {
			g.sup = append(g.sup, c)
		}
	}
}

var genericTitle = regexp.MustCompile(`(?i)^(?:(?:all|any|every|the|this|its|an?)\s+.*|none|n/a|nothing|-|–|—|previous.*|earlier.*|prior.*|version|document)$`)

// claims reads "Supersedes …" from lines of the title block and from the change log's own rows. In a change log
// only a sentence of its own counts, with a title and a version: "§3 replaces the table of …" is about a section.
func (g *gathering) claims() {
	for _, l := range g.zone {
		for _, p := range regexp.MustCompile(`\s{2,}|\s*[|·•]\s*`).Split(l.Text, -1) {
			if m := claimStart.FindStringSubmatch(strings.TrimSpace(p)); m != nil && len(p) < 140 {
				g.claim(m[1], "cover", l.Text, weightCover)
			}
		}
	}
	for _, row := range g.log {
		for _, s := range sentence.Split(row.Text, -1) {
			m := claimStart.FindStringSubmatch(strings.TrimSuffix(strings.TrimSpace(s), "."))
			if m == nil {
				continue
			}
			if c := claimLabel.FindStringSubmatch(m[1]); c != nil && len(strings.Fields(c[1])) > 0 && len(strings.Fields(c[1])) < 9 && c[1][0] >= 'A' && c[1][0] <= 'Z' {
				g.claim(m[1], "change log", s, weightChangeLog)
			}
		}
	}
}
