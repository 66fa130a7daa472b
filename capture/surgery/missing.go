package surgery

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"substrate/corpus/markdown"
)

// missing adds what the head did not state yet: beside the fields that it has, in their form.
func (c *bumping) missing() {
	var add [][2]string
	if c.said[aboutVersion] == 0 {
		add = append(add, [2]string{"Version", c.b.Version})
		if c.said[aboutDate] == 0 && !c.b.Date.IsZero() {
			add = append(add, [2]string{"Date", c.b.Date.String()})
		}
	}
	if c.said[aboutSupersedes] == 0 && c.b.Supersedes != "" {
		add = append(add, [2]string{"Supersedes", c.b.Supersedes})
	}
	if len(add) == 0 {
		return
	}
	m := c.w.lay.FrontMatter
	switch {
	case m.End > m.Start:
		c.addToFrontMatter(m, add)
	case len(c.fields) > 0:
		c.addFields(add)
	case c.said[aboutVersion] > 0:
		return // a title that says the version has no fields; a note says what found no place
	default:
		c.addBlock(add)
	}
	for _, a := range add {
		c.said[strings.ToLower(a[0])]++
	}
}

// addToFrontMatter puts keys before the closing dashes, or right behind version and date.
func (c *bumping) addToFrontMatter(m markdown.Span, add [][2]string) {
	at, eol := m.Start, c.w.eol(m.End)
	place := -1
	for _, l := range strings.SplitAfter(string(c.w.src[m.Start:m.End]), "\n") {
		key, _, ok := strings.Cut(l, ":")
		if about := fieldKeys[strings.ToLower(strings.TrimSpace(key))]; ok && about != "" && l[0] != ' ' {
			place = at + len(l)
		}
		if strings.HasPrefix(l, "---") && at > m.Start && place < 0 {
			place = at
		}
		at += len(l)
	}
	if place < 0 {
		return
	}
	var sb strings.Builder
	for _, a := range add {
		sb.WriteString(strings.ToLower(a[0]) + ": " + scalar(a[1], "") + eol)
	}
	c.edits = append(c.edits, splice{at: place, text: sb.String()})
}

var fieldStyle = regexp.MustCompile(`^([\s>*_+\-(|]*)([\pL][\pL ]*?)([*_\s]*[:|][*_\s]*)(.*?)([*_\s\\)|]*)$`)

// addFields puts lines behind the last field, with its marks.
func (c *bumping) addFields(add [][2]string) {
	last := c.fields[len(c.fields)-1]
	line := string(c.w.src[last.Start:last.End])
	eol := c.w.eol(last.End)
	m := fieldStyle.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
	if m == nil {
		return
	}
	var sb strings.Builder
	for _, a := range add {
		text := m[1] + a[0] + m[3] + a[1] + m[5]
		if strings.HasSuffix(line, "\n") {
			sb.WriteString(text + eol)
		} else {
			sb.WriteString(eol + text)
		}
	}
	// Hard breaks: the field above needs one when it was the last of its paragraph and the others have them.
	c.edits = append(c.edits, splice{at: last.End, text: sb.String()})
	if len(c.fields) > 1 && m[5] == "" {
		first := c.w.src[c.fields[0].Start:c.fields[0].End]
		brk := strings.TrimRight(string(first), "\r\n")
		brk = brk[len(strings.TrimRight(brk, ` \`)):]
		if brk == "  " || brk == `\` {
			at := last.End - (len(line) - len(strings.TrimRight(line, "\r\n")))
			c.edits = append(c.edits, splice{at: at, text: brk})
		}
	}
}

// addBlock states the fields of a document that had none: below its title, or in front matter.
func (c *bumping) addBlock(add [][2]string) {
	l := c.w.lay
	for i := range l.Places[:min(2, len(l.Places))] {
		if p := l.Places[i]; p.Level == 1 && zoneOf(l, c.h)[i] {
			var out []string
			for _, a := range add {
				out = append(out, a[0]+": "+a[1])
			}
			c.edits = append(c.edits, c.w.insertion(p.Head.End, 1, strings.Join(out, "  \n")))
			return
		}
	}
	at := 0
	if bytes.HasPrefix(c.w.src, []byte("\xef\xbb\xbf")) {
		at = 3
	}
	var sb strings.Builder
	eol := c.w.eol(len(c.w.src))
	sb.WriteString("---" + eol)
	for _, a := range add {
		fmt.Fprintf(&sb, "%s: %s%s", strings.ToLower(a[0]), scalar(a[1], ""), eol)
	}
	sb.WriteString("---" + eol + eol)
	c.edits = append(c.edits, splice{at: at, text: sb.String()})
}
