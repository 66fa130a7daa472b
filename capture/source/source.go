// Package source makes the Markdown source of a document that came as something else: from a version read from a PDF, a file that a
// person likes to edit and that reads back as the same sections, lists, tables and code.
//
// It is pure. It is not for changing a source (capture/surgery does that) nor for printing one. What the reader took for the cover
// goes into front matter, and page numbers, fonts and running headers are gone: the printer of the next version makes them again.
package source

import (
	"bytes"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"substrate/corpus"
	"substrate/corpus/identity"
	"substrate/corpus/markdown"
)

// Document is what a library keeps of a version.
type Document struct {
	Title      string
	Label      corpus.Label
	Date       corpus.Date
	Epoch      string
	Supersedes []corpus.Claim
	ChangeLog  []corpus.ChangeRow
	Sections   []corpus.Section
}

// Of joins what a version is and what stands in it.
func Of(id corpus.Identity, sections []corpus.Section) Document {
	return Document{Title: id.Title, Label: id.Label, Date: id.Date, Epoch: id.Epoch, Supersedes: id.Supersedes, ChangeLog: id.ChangeLog, Sections: sections}
}

// FromVersion writes a document as Markdown: its title, version, date, epoch and what it supersedes as front matter, then the sections
// with their own numbers and levels. The change log stands where the sections have it; one that they do not hold is written as a table
// before the first section.
func FromVersion(d Document) []byte {
	sections, subtitle := withoutCover(d)
	out := d.write(sections, subtitle, nil)
	if len(d.ChangeLog) > 0 {
		r, err := markdown.Read(out)
		if err != nil || len(identity.Identify(r, "", identity.Options{}).ChangeLog) == 0 {
			out = d.write(sections, subtitle, d.ChangeLog)
		}
	}
	return out
}

func (d Document) write(sections []corpus.Section, subtitle string, log []corpus.ChangeRow) []byte {
	w := &writer{}
	// A first section of level 0 with a title is the document's name, as in "# Guide" above "## 1 Purpose".
	down := 0
	if len(sections) > 0 && sections[0].Level == 0 && sections[0].Title != "" {
		down = 1
	}
	d.head(w, subtitle, down == 1)
	for i, s := range sections {
		if log != nil && s.Level > 0 {
			w.changeLog(log, s.Level+down)
			log = nil
		}
		w.section(s, s.Level+down, i)
	}
	if log != nil {
		w.changeLog(log, 1+down)
	}
	return append(bytes.TrimRight(w.out.Bytes(), "\n"), '\n')
}

// head writes the front matter. A title that stands as a heading is not repeated: the two would not be the same text.
func (d Document) head(w *writer, subtitle string, titled bool) {
	var fields [][2]string
	add := func(key, value string) {
		if value = strings.Join(strings.Fields(value), " "); value != "" {
			fields = append(fields, [2]string{key, value})
		}
	}
	if !titled {
		add("title", d.Title)
	}
	add("version", d.Label.String())
	add("date", d.Date.String())
	add("epoch", d.Epoch)
	var claims []string
	for _, c := range d.Supersedes {
		title := c.Title
		if title == "" {
			title = d.Title
		}
		claims = append(claims, strings.TrimSpace(title+" "+c.Label.String()))
	}
	add("supersedes", strings.Join(claims, "; "))
	add("subtitle", subtitle)
	if len(fields) == 0 {
		return
	}
	w.out.WriteString("---\n")
	for _, f := range fields {
		v, err := yaml.Marshal(f[1])
		if f[0] == "date" || err != nil {
			v = []byte(f[1] + "\n") // YAML would quote what looks like a date, and people do not
		}
		fmt.Fprintf(&w.out, "%s: %s", f[0], v)
	}
	w.out.WriteString("---\n\n")
}

// writer gathers Markdown.
type writer struct {
	out  bytes.Buffer
	last corpus.BlockKind // of the block above; "" below a heading
}

func (w *writer) section(s corpus.Section, level, index int) {
	w.last = ""
	if h := heading(s); h != "" || level > 0 && index > 0 {
		w.out.WriteString(strings.Repeat("#", min(max(level, 1), 6)) + " " + h + "\n\n")
	}
	for _, b := range s.Blocks {
		w.block(b)
	}
}

func (w *writer) block(b corpus.Block) {
	var text string
	switch b.Kind {
	case corpus.List:
		text = list(b.Items)
		if text != "" && w.last == corpus.List {
			w.out.WriteString("<!-- -->\n\n") // two lists in a row would become one
		}
	case corpus.Table:
		text = table(b.Rows)
	case corpus.Code:
		text = code(b.Text)
	default:
		text = paragraph(b.Text)
	}
	if text == "" {
		return
	}
	w.last = b.Kind
	w.out.WriteString(text + "\n\n")
}

func (w *writer) changeLog(rows []corpus.ChangeRow, level int) {
	t := [][]string{{"Version", "Date", "Changes"}}
	for _, r := range rows {
		t = append(t, []string{r.Label.String(), r.Date.String(), r.Text})
	}
	w.out.WriteString(strings.Repeat("#", min(level, 6)) + " Change Log\n\n" + table(t) + "\n\n")
}
