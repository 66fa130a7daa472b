// Package claim takes a section apart into what it states: units (sentences, list items, table cells, lines of code), the
// values in each, and the words that tell what a value is about. It compares what two claims are about; it does not judge
// which of them is true.
//
// Words:
//
//   - Unit: a sentence, a list item, a table row or a line of code.
//   - Claim: one value of a unit, with its subject.
//   - Subject: the terms that tell what a value is about: near it in its clause or cell, elsewhere in the unit, in the
//     headings above, in the document's title.
package claim

import (
	"strings"

	"substrate/corpus"
	"substrate/driftlog/value"
)

// Form says what a unit is.
type Form int

// The forms.
const (
	Prose Form = iota
	Cell
	Code
)

// Unit is a sentence, an item, a table row or a line of code.
type Unit struct {
	Form Form
	Text string
	// Cells and Header are a table row and its table's first row; nil for other forms.
	Cells, Header []string
	// Lead is what introduces the unit without being part of it: a list item's parent, the paragraph before a list, the
	// section of a configuration file.
	Lead string

	label int // Label, plus one; 0 before it was asked for
}

// Claim is a value with its subject.
type Claim struct {
	Value value.Value
	Unit  *Unit
	// Local are the terms near the value, Rest the others of its unit and lead, Above those of headings and title.
	Local, Rest, Above Terms
	// Place of the section in its version.
	Section int
	// Key is the setting that the value is given to, in lower case: "proxy_read_timeout"; "" elsewhere.
	Key string
	// Aside is why the unit does not state how things are now: it tells of the past, of a plan, of an example. "" when it does.
	Aside string
	// Cell is the column that the value stands in; -1 outside tables.
	Cell int

	title, names, subject Terms // see Ready
	of                    Terms // of a cell, what its label and its column say
	numbers               []thing
	heads                 string // headings and title as printed
}

// Source is a version's text, with what all of its claims have above them.
type Source struct {
	Document corpus.Slug
	Title    string
	Sections []corpus.Section

	memo map[int][]Claim
}

// NewSource is a version's text that remembers what it was taken apart into. It is for one goroutine.
func NewSource(document corpus.Slug, title string, sections []corpus.Section) Source {
	return Source{Document: document, Title: title, Sections: sections, memo: map[int][]Claim{}}
}

// Section takes section i apart.
func (s *Source) Section(i int) []Claim {
	if known, ok := s.memo[i]; ok {
		return known
	}
	out := s.section(i)
	if s.memo != nil {
		s.memo[i] = out
	}
	return out
}

func (s *Source) section(i int) []Claim {
	sec := s.Sections[i]
	if Kept(sec) || keeps(s.Title) || sec.Level == 0 && len(s.Sections) > 1 {
		return nil // a cover tells which version this is
	}
	above := termsOf(strings.Join(sec.Path, " · ")+" · "+s.Title, nil)
	title := termsOf(s.Title, nil)
	var out []Claim
	intro := ""
	for _, b := range sec.Blocks {
		for _, u := range Units(b) {
			if u.Lead == "" && b.Kind != corpus.Paragraph {
				u.Lead = intro
			}
			out = append(out, u.claims(i, above)...)
		}
		if intro = ""; b.Kind == corpus.Paragraph && strings.HasSuffix(b.Text, ":") {
			list := Sentences(b.Text)
			intro = list[len(list)-1]
		}
	}
	for k := range out {
		out[k].title, out[k].heads = title, bare(sec.Title)+" · "+s.Title
		out[k].Ready()
	}
	return out
}

// bare is a heading without its number.
func bare(h string) string { return strings.TrimLeft(h, "0123456789.§ ") }

// All takes every section apart.
func (s *Source) All() []Claim {
	var out []Claim
	for i := range s.Sections {
		out = append(out, s.Section(i)...)
	}
	return out
}

var logs = []string{"change log", "changelog", "revision history", "version history", "document history", "change history", "history of changes", "drift log",
	"known inconsistencies", "known discrepancies", "errata", "revisions", "amendment history", "amendments", "release notes", "record of changes", "superseded", "table of contents", "contents", "changes", "document control"}

// Kept says that a section keeps record of the past (change log, drift log, history) instead of stating how things are.
func Kept(s corpus.Section) bool {
	for _, h := range append([]string{s.Title}, s.Path...) {
		if keeps(h) {
			return true
		}
	}
	return false
}

func keeps(heading string) bool {
	h := strings.ToLower(strings.Trim(heading, " .:0123456789§"))
	for _, l := range logs {
		if h == l || len(l) > 8 && strings.Contains(h, l) {
			return true
		}
	}
	return false
}

func (u *Unit) claims(section int, above Terms) []Claim {
	switch u.Form {
	case Cell:
		return u.cells(section, above)
	case Code:
		return u.code(section, above)
	}
	return u.prose(section, above)
}

func (u *Unit) prose(section int, above Terms) []Claim {
	values := value.Extract(u.Text)
	aside := asideOf(u.Text)
	words := mask(u.Text, values)
	whole := termsOf(words+" · "+u.Lead, nil)
	var out []Claim
	for _, v := range values {
		a, b := clause(u.Text, v.Start, v.End)
		local := termsOf(words[a:v.Start]+" · "+words[v.End:b], nil)
		// Whom a sentence is about, it says before it says what.
		for n, w := range termsOf(words[:v.Start]+" · "+u.Lead, nil) {
			if w >= 2 {
				local[n] = w
			}
		}
		out = append(out, Claim{Value: v, Unit: u, Section: section, Local: local, Rest: whole, Above: above, Aside: aside, Cell: -1, Key: keyBefore(u.Text[:v.Start])})
	}
	return out
}

// onlyNames says that nothing in a cell is a value by itself, but for names that are not all of it.
func onlyNames(list []value.Value, cell string) bool {
	for _, v := range list {
		if v.Kind != value.Name || len(v.Text) == len(strings.TrimSpace(cell)) {
			return false
		}
	}
	return true
}

// mask blanks the amounts of a text: what is measured in GB is not about "GB".
func mask(text string, values []value.Value) string {
	b := []byte(text)
	for _, v := range values {
		if v.Numeric() || v.Kind == value.Clock || v.Kind == value.Date {
			for i := v.Start; i < v.End; i++ {
				b[i] = ' '
			}
		}
	}
	return string(b)
}

// cells makes claims of a table row: each value is about its column's header and its row's first words.
func (u *Unit) cells(section int, above Terms) []Claim {
	var out []Claim
	aside := asideOf(u.Text)
	head := u.Label()
	if len(u.Header) > 0 && u.Lead == "" && len(u.Cells) > 1 && len(u.Cells[0]) <= 6 && strings.ContainsAny(u.Cells[0], "0123456789") {
		u.Lead = u.Header[0] + " " + strings.TrimSpace(u.Cells[0]) // a row called 7 in a column called Bar is about bar 7
	}
	masked := make([]string, len(u.Cells))
	for c, cell := range u.Cells {
		masked[c] = mask(cell, value.Extract(cell))
	}
	whole := termsOf(strings.Join(masked, " · ")+" · "+strings.Join(u.Header, " · ")+" · "+u.Lead, nil)
	for c, cell := range u.Cells {
		if c < head && len(u.Cells) > 1 || strings.TrimSpace(cell) == "" {
			continue
		}
		subject := strings.Join(masked[:min(head, c)], " · ") + " · " + u.Lead
		if c < len(u.Header) {
			subject += " · " + u.Header[c]
		}
		values := value.Extract(cell)
		if len(strings.Fields(cell)) <= 6 && onlyNames(values, cell) {
			values = []value.Value{value.AsWords(cell)}
		}
		for _, v := range values {
			own := ""
			if v.Kind != value.Words {
				own = " · " + masked[c][:v.Start] + " · " + masked[c][v.End:]
			}
			out = append(out, Claim{Value: v, Unit: u, Section: section, Local: termsOf(subject+own, nil), Rest: whole, Above: above, Aside: aside, Cell: c, Key: keyOf(u, head, c), of: termsOf(subject, nil)})
		}
	}
	return out
}

// Label is how many leading cells say what a row is about: one, or two when the first is only a number or an id.
func (u *Unit) Label() int {
	if u.label == 0 {
		u.label = u.labelled() + 1
	}
	return u.label - 1
}

func (u *Unit) labelled() int {
	if len(u.Cells) < 2 {
		return 0
	}
	if first := strings.TrimSpace(u.Cells[0]); len(u.Cells) > 2 && (first == "" || len(first) <= 6 && strings.ContainsAny(first, "0123456789") && !strings.Contains(first, " ")) && value.ReadPlain(strings.TrimSpace(u.Cells[1])).Kind == value.Words {
		return 2
	}
	return 1
}

func keyOf(u *Unit, head, c int) string {
	if head == 1 && c == 1 {
		if k := strings.Trim(u.Cells[0], "` "); len(strings.Fields(k)) == 1 && strings.ContainsAny(k, "_.=") {
			return strings.ToLower(k)
		}
	}
	return ""
}

// code makes claims of a line such as key=value, key: value, --flag value.
func (u *Unit) code(section int, above Terms) []Claim {
	text := u.Text
	if i := strings.Index(text, " #"); i > 0 {
		text = text[:i]
	}
	aside := ""
	if t := strings.TrimSpace(text); strings.HasPrefix(t, "#") || strings.HasPrefix(t, "//") {
		aside = "a comment in code"
	}
	whole := termsOf(u.Text+" · "+u.Lead, nil)
	var out []Claim
	if key, val, ok := assignment(text); ok {
		for _, v := range assigned(val) {
			out = append(out, Claim{Value: v, Unit: u, Section: section, Local: termsOf(key, nil), Rest: whole, Above: above, Key: strings.ToLower(key), Aside: aside, Cell: -1})
		}
		return out
	}
	for _, v := range value.Extract(text) {
		a, b := max(0, v.Start-40), min(len(text), v.End+40)
		out = append(out, Claim{Value: v, Unit: u, Section: section, Local: termsOf(strings.ToValidUTF8(text[a:v.Start], "")+" · "+strings.ToValidUTF8(text[v.End:b], ""), nil), Rest: whole, Above: above, Aside: aside, Cell: -1, Key: keyBefore(text[:v.Start])})
	}
	return out
}

func assigned(val string) []value.Value {
	if list := value.Extract(val); len(list) > 0 && len(strings.Fields(val)) > 1 {
		return list
	}
	if v := value.ReadCell(val); v.Norm != "" {
		return []value.Value{v}
	}
	return nil
}

// Of takes one unit apart, with nothing above it.
func Of(u *Unit) []Claim { return u.claims(0, Terms{}) }
