package prompts

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
)

// split cuts Markdown at its headings of the first and second level, code left alone, and trims what stands between.
func split(text string) []Section {
	var out []Section
	var f fence
	heading, first := "", true
	var lines []string
	flush := func() {
		body := tidy(lines)
		if !first && (heading != "" || body != "") || body != "" {
			out = append(out, Section{heading, body})
		}
		lines, first = nil, false
	}
	for _, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if !f.inside(line) && (strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "## ")) {
			flush()
			heading = strings.TrimSpace(line)
			continue
		}
		lines = append(lines, line)
	}
	flush()
	// A section without text says nothing: its parts were shed, or never there. The title may stand alone.
	kept := out[:0]
	for _, s := range out {
		if s.Text != "" || strings.HasPrefix(s.Heading, "# ") {
			kept = append(kept, s)
		}
	}
	return kept
}

// tidy joins lines without blank ones at the ends, and with one at most between others; code keeps its own.
func tidy(lines []string) string {
	var out []string
	var f fence
	blank := false
	for _, l := range lines {
		if !f.inside(l) {
			l = strings.TrimRight(l, " \t")
			if l == "" {
				blank = true
				continue
			}
		}
		if blank && len(out) > 0 {
			out = append(out, "")
		}
		blank = false
		out = append(out, l)
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// join writes sections as Markdown again.
func join(sections []Section) string {
	var parts []string
	for _, s := range sections {
		for _, p := range []string{s.Heading, s.Text} {
			if p != "" {
				parts = append(parts, p)
			}
		}
	}
	return strings.Join(parts, "\n\n")
}

// document is the JSON form of a prompt. It is stable.
type document struct {
	Library   string    `json:"library"`
	Version   int       `json:"version"`
	Hash      string    `json:"hash"`
	Cascade   int       `json:"cascade"`
	Revision  int       `json:"revision"`
	Generated string    `json:"generated,omitempty"`
	Sections  []Section `json:"sections"`
	Cut       []Cut     `json:"cut"`
	Warnings  []Warning `json:"warnings,omitempty"`
}

// format writes a prompt. told is the text about the cuts, which JSON has as values.
func format(p Prompt, body, told, library string, f Facts) string {
	switch p.Format {
	case Text:
		return plain(p.Sections, told) + "\n\n" + p.stamp(f) + "\n"
	case JSON:
		d := document{Library: library, Version: p.Version, Hash: p.Hash, Cascade: f.Cascade, Revision: f.Revision, Sections: []Section{}, Cut: []Cut{}, Warnings: p.Warnings}
		if !f.Generated.IsZero() {
			d.Generated = f.Generated.UTC().Format(time.RFC3339)
		}
		for _, s := range p.Sections {
			if told != "" && s.Text == told {
				continue
			}
			d.Sections = append(d.Sections, Section{strings.TrimLeft(s.Heading, "# "), s.Text})
		}
		d.Cut = append(d.Cut, p.Cut...)
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(d); err != nil {
			panic("prompts: " + err.Error()) // strings and numbers only
		}
		return b.String()
	}
	return body + "\n\n---\n" + p.stamp(f) + "\n"
}

// plain writes sections for readers that do not show Markdown: headings in capitals, and no backticks in our own words. Those
// in quotations stay.
func plain(sections []Section, told string) string {
	var parts []string
	for _, s := range sections {
		if h := strings.TrimLeft(s.Heading, "# "); h != "" {
			if strings.HasPrefix(s.Heading, "## ") {
				h = strings.ToUpper(h)
			}
			parts = append(parts, h)
		}
		if s.Text == told {
			s.Text = strings.ReplaceAll(s.Text, "`", "")
		}
		if s.Text != "" {
			parts = append(parts, s.Text)
		}
	}
	return strings.Join(parts, "\n\n")
}
