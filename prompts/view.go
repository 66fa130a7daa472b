package prompts

import (
	"bytes"
	"embed"
	"slices"
	"strings"
	"text/template"
)

//go:embed words
var words embed.FS

var wording = map[string]*template.Template{
	"full":  template.Must(template.ParseFS(words, "words/full.tmpl", "words/brief.tmpl")),
	"small": template.Must(template.ParseFS(words, "words/small.tmpl", "words/brief.tmpl")),
}

// view is what the wording of the sections works with: the rows that are left, and how many there were.
type view struct {
	Library   string
	Epochs    []EpochField
	Older     []EpochField
	Documents []DocumentField
	Entries   []DriftField
	Gone      []GoneField
	Changes   []ChangeField
	Units     []string
	Cuts      []string // lines

	AllDocuments, AllDrift, AllGone, AllChanges, AllUnits int
	PrioritiesRef                                         string
}

// view applies levels.
func (s *state) view(l levels) view {
	v := view{
		Library: s.library, Epochs: s.epochs, AllDocuments: len(s.docs), AllDrift: len(s.drift), AllGone: len(s.gone),
		AllChanges: len(s.changes), AllUnits: len(s.units),
	}
	if len(s.epochs) > 1 {
		v.Older = s.epochs[1:]
	}
	docs := slices.Clone(s.docs)
	hidden := map[int]bool{}
	reasons, others := l[shedReasons], l[shedOtherReasons]
	for n, i := range s.shedDocs {
		hidden[i] = n < l[shedDocuments]
		left := &others
		if docs[i].plain() {
			left = &reasons
		}
		if *left > 0 && docs[i].Because != "" {
			docs[i].Because = ""
			*left--
		}
	}
	for i, d := range docs {
		if !hidden[i] {
			v.Documents = append(v.Documents, d)
		}
	}
	v.Entries = cutRows(s.drift, l[shedDrift], l[shedSays], func(d *DriftField) bool { had := d.Says != ""; d.Says = ""; return had })
	v.Gone = cutRows(s.gone, l[shedGone], l[shedGoneReasons], func(g *GoneField) bool { had := g.Because != ""; g.Because = ""; return had })
	v.Changes = cutRows(s.changes, l[shedChanges], l[shedSections], func(c *ChangeField) bool { had := len(c.Sections) > 0; c.Sections = nil; return had })
	v.Units = s.units[:len(s.units)-l[shedLateUnits]-l[shedUnits]]
	return v
}

// cutRows is rows without the last so many, and with so many of the last ones reduced.
func cutRows[T any](rows []T, gone, less int, reduce func(*T) bool) []T {
	out := slices.Clone(rows)
	for i := len(out) - 1; i >= 0 && less > 0; i-- {
		if reduce(&out[i]) {
			less--
		}
	}
	return out[:len(out)-gone]
}

// say writes one section. The wording is ours and tested, so it cannot fail.
func (v view) say(tier, section string) string {
	var b bytes.Buffer
	if err := wording[tier].ExecuteTemplate(&b, section, v); err != nil {
		panic("prompts: wording of " + section + ": " + err.Error())
	}
	return strings.TrimSpace(b.String())
}
