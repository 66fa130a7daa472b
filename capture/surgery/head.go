package surgery

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"

	"substrate/corpus"
	"substrate/corpus/identity"
	"substrate/corpus/markdown"
)

// head is what the source said of itself before the plan.
type head struct {
	id    corpus.Identity
	title map[string]bool // the words of the title
}

func newHead(l *markdown.Layout) *head {
	h := &head{id: identity.Identify(l.Reading, "", identity.Options{}), title: map[string]bool{}}
	for _, w := range strings.Split(string(corpus.MakeSlug(h.id.Title)), "-") {
		if w != "" {
			h.title[w] = true
		}
	}
	return h
}

// What a line of the head may be about.
const (
	aboutVersion    = "version"
	aboutDate       = "date"
	aboutSupersedes = "supersedes"
)

var (
	fieldKeys = map[string]string{
		"version": aboutVersion, "document version": aboutVersion, "revision": aboutVersion, "rev": aboutVersion, "issue": aboutVersion, "edition": aboutVersion, "release": aboutVersion, "label": aboutVersion,
		"date": aboutDate, "issued": aboutDate, "issue date": aboutDate, "release date": aboutDate, "revision date": aboutDate, "last updated": aboutDate, "updated": aboutDate, "last_updated": aboutDate, "last-updated": aboutDate,
		"supersedes": aboutSupersedes, "replaces": aboutSupersedes, "superseded document": aboutSupersedes, "formerly": aboutSupersedes,
	}
	fieldForm      = regexp.MustCompile(`(?i)^([\s>*_+\-(]*)(document version|version|revision date|revision|rev|issue date|issued|issue|edition|release date|release|label|date|last updated|updated|supersedes|replaces|superseded document|formerly)\.?([*_\s]*:[*_\s]*)(.*?)([*_\s\\)]*)$`)
	supersedesForm = regexp.MustCompile(`(?i)^([\s>*_+\-(]*)(supersedes|replaces)([*_]*\s+[*_]*)(\S.*?)([*_\s\\).]*)$`)
	partSign       = regexp.MustCompile(`[ \t]{2,}|[ \t]*[|·•][ \t]*|[ \t]+[–—][ \t]+|;[ \t]+|<br[ /]*>`)
	matterLine     = regexp.MustCompile(`^([\w-]+)(\s*:[ \t]+)(\S.*?)([ \t]+#.*)?[ \t]*$`)
	tagsOnly       = regexp.MustCompile(`<!--|-->|<[^>]*>|&\w+;`)
	epochWords     = regexp.MustCompile(`(?i)\bepoch[\s#:_-]*(?:\d+|[ivx]+)\b`)
	furniture      = map[string]bool{"page": true, "p": true, "of": true, "header": true, "footer": true, "running": true, "confidential": true, "internal": true, "document": true, "the": true, "a": true}
)

// longest is the length of a line, in bytes, above which it is running text and states no version.
const longest = 300

// bumping collects the changes of the head.
type bumping struct {
	w      *work
	h      *head
	b      Bump
	labels *labelForms
	edits  []splice
	said   map[string]int // what was stated how often
	fields []markdown.Span
}

// bump rewrites version, date and what is superseded wherever the document states them.
func (w *work) bump(h *head, b Bump) error {
	now := corpus.ParseLabel(b.Version)
	switch {
	case now.IsZero():
		return fmt.Errorf("%w: the new version has no label", ErrEdit)
	case h.id.Conflict != "":
		return fmt.Errorf("%w: the document contradicts itself (%s); correct it first", ErrAmbiguous, h.id.Conflict)
	case !h.id.Label.IsZero() && identity.SameLabel(h.id.Label, now):
		return fmt.Errorf("%w: the document says %s", ErrDone, h.id.Label)
	case h.id.Label.Comparable(now) && now.Compare(h.id.Label) < 0:
		return fmt.Errorf("%w: %s is older than %s, which the document says", ErrEdit, now, h.id.Label)
	}
	c := &bumping{w: w, h: h, b: b, labels: newLabelForms(h.id.Label, b.Version), said: map[string]int{}}
	c.frontMatter()
	c.body()
	c.missing()
	sort.SliceStable(c.edits, func(i, j int) bool { return c.edits[i].at > c.edits[j].at })
	for _, s := range c.edits {
		if s.text == string(w.src[s.at:s.at+s.old]) {
			continue
		}
		if err := w.commit(s, c.expect(s), Done{}); err != nil {
			return err
		}
	}
	return c.readBack(now)
}

// readBack asks the reader whether the document now says what it should.
func (c *bumping) readBack(now corpus.Label) error {
	id := identity.Identify(c.w.lay.Reading, "", identity.Options{})
	if id.Conflict != "" {
		return fmt.Errorf("%w: the document would contradict itself (%s); state its version in one place", ErrUnsafe, id.Conflict)
	}
	if !identity.SameLabel(id.Label, now) {
		return fmt.Errorf("%w: the document would read as version %q, not %q; state its version in a line of its own, as Version: %s", ErrUnsafe, id.Label, now, c.b.Version)
	}
	if !c.b.Date.IsZero() && c.said[aboutDate] == 0 {
		c.w.notes = append(c.w.notes, fmt.Sprintf("the document states no date; %s stands nowhere but in the change log", c.b.Date))
	}
	if c.b.Supersedes != "" && c.said[aboutSupersedes] == 0 {
		c.w.notes = append(c.w.notes, fmt.Sprintf("the document has no place to say that it supersedes %s", c.b.Supersedes))
	}
	return nil
}

// expect allows the section that a change of the head stands in to read differently, and its heading too.
func (c *bumping) expect(s splice) expect {
	e := expect{section: -1, head: s.at < c.w.lay.FrontMatter.End || s.at == 0}
	for i, p := range c.w.lay.Places {
		if s.at >= p.Head.Start && s.at < max(p.Own.End, p.Head.Start+1) {
			e.section = i
			e.retitle = s.at < p.Head.End
			e.text = true
		}
	}
	return e
}

func (c *bumping) put(at, old int, text string) {
	for _, s := range c.edits {
		if at < s.at+s.old && s.at < at+old {
			return // a place is changed once
		}
	}
	c.edits = append(c.edits, splice{at: at, old: old, text: text})
}

// tokens puts the new label and the new date in the places that were found in a text.
func (c *bumping) tokens(at int, list []token, about string) {
	for _, t := range list {
		c.put(at+t.i, t.j-t.i, t.write())
		c.said[about]++
	}
}

// field changes the value of a field; false when it does not state what the field should.
func (c *bumping) field(about string, at int, value string) bool {
	switch about {
	case aboutVersion:
		t := c.labels.find(value, true)
		if len(t) == 0 {
			return false
		}
		c.tokens(at, t[:1], about)
	case aboutDate:
		if c.b.Date.IsZero() {
			break
		}
		if t := dates(value, corpus.Date{}, c.b.Date); len(t) > 0 {
			c.tokens(at, t[:1], about)
		} else {
			c.put(at, len(value), c.b.Date.String())
			c.said[about]++
		}
	case aboutSupersedes:
		c.said[about]++
		if c.b.Supersedes != "" {
			c.put(at, len(value), c.b.Supersedes)
		}
	}
	return true
}

func (c *bumping) frontMatter() {
	m := c.w.lay.FrontMatter
	at := m.Start
	for _, l := range strings.SplitAfter(string(c.w.src[m.Start:m.End]), "\n") {
		line := strings.TrimRight(l, "\r\n")
		start := at
		at += len(l)
		f := matterLine.FindStringSubmatchIndex(line)
		if f == nil {
			continue
		}
		key, value := strings.ToLower(line[f[2]:f[3]]), line[f[6]:f[7]]
		from := start + f[6]
		quote := ""
		if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
			quote, value, from = value[:1], value[1:n-1], from+1
		}
		about := fieldKeys[key]
		switch {
		case about == aboutSupersedes && c.b.Supersedes != "":
			c.said[about]++
			c.put(from-len(quote), len(value)+2*len(quote), scalar(c.b.Supersedes, quote))
		case about == aboutVersion && !identity.SameLabel(corpus.ParseLabel(value), c.h.id.Label) && !identity.SameLabel(corpus.ParseLabel(key+" "+value), c.h.id.Label):
		case about != "":
			c.field(about, from, value)
		default:
			c.running(from, value, 1)
		}
	}
}

// scalar writes a value that YAML reads back as this text.
func scalar(s, quote string) string {
	if quote == "'" {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	if quote == `"` {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	out, err := yaml.Marshal(s)
	if err != nil {
		return s
	}
	return strings.TrimRight(string(out), "\n")
}

// rest counts the words of a line besides those of the title, of the epoch and of a page's furniture; label and dates were taken out.
func (c *bumping) rest(line string, out []token) (rest, title int) {
	b := []byte(line)
	for _, t := range out {
		from := t.i
		near := max(0, t.i-24)
		if m := labelWord.FindStringSubmatchIndex(line[near:t.i]); m != nil {
			from = near + m[2]
		}
		for k := from; k < t.j; k++ {
			b[k] = ' '
		}
	}
	text := epochWords.ReplaceAllString(tagsOnly.ReplaceAllString(string(b), " "), " ")
	for _, f := range strings.Split(string(corpus.MakeSlug(text)), "-") {
		switch {
		case f == "" || furniture[f] || strings.Trim(f, "0123456789") == "":
		case c.h.title[f]:
			title++
		default:
			rest++
		}
	}
	return rest, title
}

// running changes a line that says the title, the version and perhaps the date, as on top of each page.
func (c *bumping) running(at int, line string, titleWords int) {
	if len(line) > longest {
		return
	}
	labels := c.labels.find(line, false)
	if len(labels) == 0 {
		return
	}
	all := append(append([]token{}, labels...), dates(line, corpus.Date{}, c.b.Date)...)
	if rest, title := c.rest(line, all); rest > 0 || title < titleWords {
		return
	}
	c.tokens(at, labels, aboutVersion)
	c.date(at, line)
}

func (c *bumping) date(at int, line string) {
	if !c.b.Date.IsZero() && !c.h.id.Date.IsZero() {
		c.tokens(at, dates(line, c.h.id.Date, c.b.Date), aboutDate)
	}
}
