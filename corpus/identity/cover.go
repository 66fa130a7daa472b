package identity

import (
	"regexp"
	"strings"

	"substrate/corpus"
)

const versionWord = `version|revision|rev|issue|edition|release|ver`

var (
	// A version with its word at the start of a part of a line, and nothing after it but a date or a remark in brackets.
	keyedVersion = regexp.MustCompile(`(?i)^(?:(document|doc\.?|manual|guide|file|current|spec(?:ification)?)\s+)?(` + versionWord + `)\b[\s.:#-]*(?:no\b\.?|number|label)?[\s.:#]*(\(?[a-z]?\d[\w.\-]*(?:[ -]?(?:rc|draft|beta|alpha)[ -]?\d*)?\)?|[a-z]{1,2}\b|draft\b[ \d]*)[\s.:,;]*(\(.*\)|\d{1,2}[ .]\S+[ .]\d{2,4}|[a-z]+ \d{1,2}, \d{4}|\d{4}-\d\d-\d\d)?\s*$`)
	// "Hardware Version: 1.3.0.0", "Widget Architecture Version 1.10:" — some words first.
	trailingVersion = regexp.MustCompile(`(?i)\b(version|revision|rev\.?|issue|edition|release)[\s.:#]*(v?\d[\w.\-]*)[\s.:]*$`)
	bareVersion     = regexp.MustCompile(`(?i)^\(?(v\.?\s?\d+(?:[._]\d+)*[a-z]?(?:[ -]?(?:rc|draft|beta|alpha)[ -]?\d*)?|rev\.?\s?(?:[a-z]{1,2}|\d[\d.]*)|r\d{1,3}|issue\s\d+|draft(?:\s\d+)?|\d+\.\d+(?:\.\d+)*-(?:rc|draft|beta|alpha)\.?\d*|(?:first|second|third|fourth|fifth|sixth|\d{1,2}(?:st|nd|rd|th))\s+edition)\)?$`)
	endingVersion   = regexp.MustCompile(`(?i)[\s,(–—:-]+\(?((?:version|revision|rev\.?|issue|edition)(?:\s*\d[\w.\-]*|\s+[a-z]{1,2})|v\.?\s?\d+(?:[._]\d+)*[a-z]?(?:-(?:rc|draft|beta|alpha)\d*)?|rev\.?\s?[a-z]|r\d{1,3})\)?$`)
	partBreak       = regexp.MustCompile(`\s{2,}|\s*[|·•]\s*|\s+[–—]\s+|,\s+|;\s+`)
	keyValue        = regexp.MustCompile(`(?i)^(document title|document name|document|title|version|document version|revision|rev|issue|edition|release|label|date|issued|issue date|release date|revision date|last updated|updated|effective(?: date)?|epoch|era|status|supersedes|replaces|superseded document|formerly)\s*(?::|\s{2,}|\|)\s*(\S.*)$`)
	controlHeading  = regexp.MustCompile(`(?i)^(?:document (?:control|information|info|details|data|properties)|metadata|about this document|imprint|identification)$`)
)

var opensText = regexp.MustCompile(`(?i)^(?:§|\d|[A-Z]\.\d|chapter|appendix|part \d|change ?log|revision|version history|document history|history|changes|contents|table of contents|abstract|summary|executive summary|introduction|overview|purpose|preface|foreword|scope|background|about)`)

// zoneOf is the cover or title block: what stands on the first pages before the first heading.
func zoneOf(r *corpus.Reading) []corpus.FrontLine {
	heads := map[string]bool{}
	for i, s := range r.Sections {
		if s.Level > 0 && !controlHeading.MatchString(s.Title) {
			heads[squash(s.Heading())] = true
			if i > 4 {
				break
			}
		}
	}
	var zone []corpus.FrontLine
	text := 0
	for i, l := range r.Front {
		if l.Page > 1 && len(zone) > 5 {
			break
		}
		if i > 0 && heads[squash(l.Text)] && (i > 3 || opensText.MatchString(strings.TrimSpace(l.Text))) {
			break // large print right below the title is more of the title, unless it is numbered or opens the text by its name
		}
		if len(l.Text) > 75 && !strings.Contains(l.Text, "  ") {
			if text++; text > 3 {
				break // running text: the title block is over
			}
		}
		zone = append(zone, l)
	}
	return zone
}

func squash(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }

// cover reads the title block, line by line and part by part.
func (g *gathering) cover() {
	for _, l := range g.zone {
		g.keyed(l.Text, "cover")
		for _, p := range partBreak.Split(l.Text, -1) {
			if supersedesLine.MatchString(p) {
				break // what follows is said of another edition
			}
			g.versionIn(p, l.Text, "cover", weightCover)
			g.add("epoch", g.epochIn(p), "cover", l.Text, weightCover)
		}
		if d := dateIn(l.Text); !d.IsZero() {
			g.add("date", d.String(), "cover", l.Text, weightCover)
		}
	}
	// A small table in the first sections that says what the document is.
	for i, s := range r2(g.r.Sections) {
		for _, b := range s.Blocks {
			if b.Kind != corpus.Table || len(b.Rows[0]) != 2 || i > 0 && !controlHeading.MatchString(s.Title) {
				continue
			}
			for _, row := range b.Rows {
				g.keyed(row[0]+"  "+row[1], "cover")
			}
		}
		if controlHeading.MatchString(s.Title) {
			for _, b := range s.Blocks {
				for _, line := range strings.Split(b.Plain(), "\n") {
					g.keyed(strings.TrimLeft(line, "• "), "cover")
				}
			}
		}
	}
}

// r2 are the sections in which a table may tell what the document is.
func r2(s []corpus.Section) []corpus.Section { return s[:min(len(s), 3)] }

// keyed reads "Version: 2.1" and cells that stand side by side.
func (g *gathering) keyed(text, source string) {
	m := keyValue.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return
	}
	key, value := strings.ToLower(m[1]), strings.TrimSpace(m[2])
	first := strings.TrimSpace(partBreak.Split(value, 2)[0])
	switch key {
	case "document", "document title", "document name", "title":
		g.add("title", tidyTitle(value), source, text, weightKeyed)
	case "version", "document version", "release", "label", "revision", "rev", "issue", "edition":
		l := corpus.ParseLabel(first)
		if key == "revision" || key == "rev" || key == "issue" || key == "edition" {
			if w := corpus.ParseLabel(key + " " + first); !w.IsZero() && !strings.ContainsAny(first[:1], "VvRrIi") {
				l = w
			}
		}
		if plausible(l) {
			g.add("version", l.String(), source, text, weightKeyed)
		}
	case "date", "issued", "issue date", "release date", "revision date", "last updated", "updated", "effective", "effective date":
		g.add("date", findDate(value).String(), source, text, weightKeyed)
	case "epoch", "era":
		g.add("epoch", g.epochIn("epoch: "+first), source, text, weightKeyed)
	case "status":
		// "Status: approved" tells how far the document is, "Status: EPOCH 2" what it belongs to.
		g.add("epoch", g.epochIn(first), source, text, weightKeyed)
	case "supersedes", "replaces", "formerly", "superseded document":
		g.claim(value, source, text, weightKeyed)
	}
}

// plausible keeps words that merely follow "Version" from becoming labels.
func plausible(l corpus.Label) bool {
	return !l.IsZero() && strings.ContainsAny(l.String(), "0123456789") || strings.HasPrefix(l.Key(), "rev-") || strings.HasPrefix(l.Key(), "issue-") ||
		strings.HasPrefix(l.Key(), "edition-") || l.IsDraft() || strings.HasPrefix(l.String(), "Version ")
}

func (g *gathering) versionIn(part, quote, source string, weight int) {
	part = strings.TrimSpace(part)
	if len(part) > 90 {
		return
	}
	if m := keyedVersion.FindStringSubmatch(part); m != nil {
		w := weight
		if m[1] != "" {
			w++
		}
		if l := corpus.ParseLabel(m[2] + " " + strings.Trim(m[3], "()")); plausible(l) {
			g.add("version", l.String(), source, quote, w)
		}
		return
	}
	if bareVersion.MatchString(part) {
		if l := corpus.ParseLabel(part); plausible(l) {
			g.add("version", l.String(), source, quote, weight)
		}
		return
	}
	if m := endingVersion.FindStringSubmatch(part); m != nil {
		word := strings.ToLower(m[1])
		w := weight
		if strings.HasPrefix(word, "version") || strings.HasPrefix(word, "revision") || strings.HasPrefix(word, "edition") {
			w = weightInTitle
			if trailing := trailingVersion.FindStringSubmatch(part); trailing != nil && strings.Contains(trailing[2], ".") && weight >= weightCover {
				w = strong
			}
		}
		if strings.Contains(m[1], ":") {
			w = weight
		}
		if l := corpus.ParseLabel(m[1]); plausible(l) {
			g.add("version", l.String(), source, quote, w)
		}
		return
	}
	if m := trailingVersion.FindStringSubmatch(part); m != nil {
		w := weightInTitle
		if strings.Contains(m[0], ":") {
			w = weight // "Widget Version: 1.4.4.2" says it of the document
		}
		if l := corpus.ParseLabel(m[1] + " " + m[2]); plausible(l) {
			g.add("version", l.String(), source, quote, w)
		}
	}
}

func (g *gathering) running() {
	for _, t := range g.r.Running {
		g.keyed(t, "running header")
		for _, p := range partBreak.Split(t, -1) {
			g.versionIn(p, t, "running header", weightRunning)
			g.add("epoch", g.epochIn(p), "running header", t, weightRunning)
		}
		if d := dateIn(t); !d.IsZero() && !printTime.MatchString(t) {
			g.add("date", d.String(), "running header", t, weightMetadata+1)
		}
	}
}

// printTime tells the time of printing that browsers put on top of a page.
var printTime = regexp.MustCompile(`\d{1,2}:\d{2}`)

func (g *gathering) metadata() {
	if g.r.Format != "pdf" {
		return
	}
	for _, k := range []string{"title", "subject", "keywords", "version"} {
		v := g.r.Meta[k]
		if k == "version" && v != "" {
			v = "Version " + v
		}
		for _, p := range partBreak.Split(v, -1) {
			g.versionIn(p, v, "metadata", weightMetadata)
			g.add("epoch", g.epochIn(p), "metadata", v, weightMetadata)
		}
	}
	for i, k := range []string{"creationdate", "moddate"} {
		v := g.r.Meta[k]
		if d := pdfDate(v); !d.IsZero() {
			g.add("date", d.String(), "metadata", v, weightBareName-i)
		}
	}
}

// changeRows takes the newest row of the change log for the document's own version, and its date.
func (g *gathering) changeRows() {
	best := newest(g.log)
	for _, row := range g.log {
		if best.IsZero() || row.Label.Key() != best.Key() {
			continue
		}
		quote := strings.TrimSpace(row.Label.String() + " " + row.Date.String() + " " + row.Text)
		g.add("version", row.Label.String(), "change log", quote, weightChangeLog)
		g.add("date", row.Date.String(), "change log", quote, weightChangeLog)
	}
}

func newest(log []corpus.ChangeRow) corpus.Label {
	var best corpus.Label
	for _, r := range log {
		if best.IsZero() || r.Label.Comparable(best) && r.Label.Compare(best) > 0 {
			best = r.Label
		}
	}
	return best
}
