package surgery

import (
	"bytes"
	"strings"

	"substrate/corpus"
	"substrate/corpus/identity"
	"substrate/corpus/markdown"
)

// body walks over the lines: those of the title block may say version and date in their own ways, others only as running headers.
func (c *bumping) body() {
	l := c.w.lay
	code := map[int]bool{}
	inTable, inList := map[int]bool{}, map[int]bool{}
	for _, p := range l.Places {
		for _, u := range p.Units {
			for at := u.Lines.Start; at < u.Lines.End; at++ {
				if at == u.Lines.Start || c.w.src[at-1] == '\n' {
					switch u.Kind {
					case corpus.Code:
						code[at] = true
					case corpus.Table:
						inTable[at] = true
					case corpus.List:
						inList[at] = true
					}
				}
			}
		}
	}
	zone := zoneOf(l, c.h)
	logs := logPlaces(l)
	seen := map[int]int{} // lines of the title block
	sec := -1
	for at := l.FrontMatter.End; at < len(c.w.src); {
		end := len(c.w.src)
		if k := bytes.IndexByte(c.w.src[at:], '\n'); k >= 0 {
			end = at + k + 1
		}
		line := strings.TrimRight(string(c.w.src[at:end]), "\r\n")
		start := at
		at = end
		for sec+1 < len(l.Places) && start >= l.Places[sec+1].Head.Start {
			sec++
		}
		if code[start] || strings.TrimSpace(line) == "" || within(logs, start) {
			continue
		}
		heading := sec >= 0 && start >= l.Places[sec].Head.Start && start < l.Places[sec].Head.End
		inZone := sec < 0 || zone[sec]
		switch {
		case heading && inZone && len(line) <= longest:
			c.titleLine(start, line)
		case heading:
		case inZone && seen[sec] < 40 && len(line) <= longest:
			seen[sec]++
			c.zoneLine(start, line)
		case !inTable[start] && !inList[start]:
			c.running(start, line, 1)
		}
	}
}

func within(list []markdown.Span, at int) bool {
	for _, s := range list {
		if at >= s.Start && at < s.End {
			return true
		}
	}
	return false
}

// zoneOf tells the sections that make the title block: text before the first heading, below the title, and under "Document Control".
func zoneOf(l *markdown.Layout, h *head) map[int]bool {
	zone := map[int]bool{}
	for i, s := range l.Reading.Sections[:min(6, len(l.Reading.Sections))] {
		switch {
		case l.Places[i].Level == 0:
			zone[i] = i == 0
		case identity.IsControl(s.Title):
			zone[i] = true
		case s.Number != "":
		case s.Level == 0, i <= 1 && h.id.Title != "" && corpus.MakeSlug(identity.TidyTitle(s.Title)) == corpus.MakeSlug(h.id.Title):
			zone[i] = i <= 1
		}
	}
	return zone
}

// titleLine changes the label that a title ends with, and the date.
func (c *bumping) titleLine(at int, line string) {
	if t := c.labels.find(line, false); len(t) > 0 {
		c.tokens(at, t[len(t)-1:], aboutVersion)
	}
	c.date(at, line)
}

// zoneLine changes a line of the title block: fields by their names, other short lines by what they say.
func (c *bumping) zoneLine(at int, line string) {
	handled, key := false, ""
	from := 0
	parts := append(partSign.FindAllStringIndex(line, -1), []int{len(line), len(line)})
	for _, p := range parts {
		part, start := line[from:p[0]], from
		from = p[1]
		if m := fieldForm.FindStringSubmatchIndex(part); m != nil && m[8] < m[9] {
			key = ""
			handled = true
			about := fieldKeys[strings.ToLower(part[m[4]:m[5]])]
			if c.field(about, at+start+m[8], part[m[8]:m[9]]) && about != "" {
				c.fields = append(c.fields, c.wholeLine(at))
			}
			if about == aboutVersion {
				c.date(at+start+m[8], part[m[8]:m[9]]) // "Version: 2.0, 1 March 2026"
			}
			continue
		}
		if m := supersedesForm.FindStringSubmatchIndex(part); m != nil {
			handled, key = true, ""
			c.field(aboutSupersedes, at+start+m[8], part[m[8]:m[9]])
			continue
		}
		bareKey := strings.ToLower(strings.Trim(part, " \t*_>:+-"))
		if key != "" && strings.TrimSpace(part) != "" {
			v := strings.Trim(part, " \t*_")
			if c.field(key, at+start+strings.Index(part, v), v) {
				c.fields = append(c.fields, c.wholeLine(at))
			}
			handled = true
		}
		key = fieldKeys[bareKey]
	}
	if handled {
		return
	}
	labels := c.labels.find(line, false)
	all := append(append([]token{}, labels...), dates(line, corpus.Date{}, c.b.Date)...)
	if rest, _ := c.rest(line, all); len(all) == 0 || rest > 4 {
		return
	}
	c.tokens(at, labels, aboutVersion)
	c.date(at, line)
}

func (c *bumping) wholeLine(at int) markdown.Span {
	end := len(c.w.src)
	if k := bytes.IndexByte(c.w.src[at:], '\n'); k >= 0 {
		end = at + k + 1
	}
	return markdown.Span{Start: at, End: end}
}
