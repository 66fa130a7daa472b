// Package identity finds what an original is: its title, version, epoch, date, what it supersedes and its change log.
//
// It is pure. Evidence is gathered from the cover or title block, running headers, the document's metadata, its change log
// and its file name, each with a weight, and all of it is kept so that a person can see why. Evidence that disagrees is never
// settled by a guess: the identity then carries a Conflict. A version that is merely mentioned in the text is no evidence.
package identity

import (
	"fmt"
	"sort"
	"strings"

	"substrate/corpus"
)

// Weights of sources. Those from strong on must agree with each other.
const (
	weightDecision    = 100 // a person's word, or a sidecar file
	weightFrontMatter = 90
	weightKeyed       = 70 // "Document Version: 2.1", "Title: …" in a title block
	weightCover       = 60
	weightRunning     = 50
	weightFileName    = 45 // with a marker: "…-V2.1.pdf"
	weightChangeLog   = 40
	strong            = weightChangeLog
	weightInTitle     = 35 // "The Widget version 2 manual": perhaps the widget's version
	weightMetadata    = 30
	weightBareName    = 10 // "guide_2_0.pdf"
)

// Options say what the library knows beyond the document.
type Options struct {
	// Markers are the epoch markers of the library's rules, besides "EPOCH n".
	Markers []string
	// Say is a person's word, by sidecar or by command: it beats all evidence.
	Say Said
}

// Said is what a person says about an original; empty fields are left to the evidence.
type Said struct {
	Title      string `json:"title,omitempty" yaml:"title"`
	Version    string `json:"version,omitempty" yaml:"version"`
	Epoch      string `json:"epoch,omitempty" yaml:"epoch"`
	Date       string `json:"date,omitempty" yaml:"date"`
	Supersedes string `json:"supersedes,omitempty" yaml:"supersedes"`
}

// IsZero reports whether nothing was said.
func (s Said) IsZero() bool { return s == Said{} }

// Over returns s with the empty fields taken from base.
func (s Said) Over(base Said) Said {
	for _, f := range []struct{ to, from *string }{
		{&s.Title, &base.Title}, {&s.Version, &base.Version}, {&s.Epoch, &base.Epoch}, {&s.Date, &base.Date}, {&s.Supersedes, &base.Supersedes},
	} {
		if *f.to == "" {
			*f.to = *f.from
		}
	}
	return s
}

// Identify weighs the evidence of a reading and of the name of its file.
func Identify(r *corpus.Reading, file string, o Options) corpus.Identity {
	g := &gathering{r: r, file: file, o: o, zone: zoneOf(r)}
	g.log = changeLog(r)
	g.say()
	g.frontMatter()
	g.cover()
	g.running()
	g.metadata()
	g.changeRows()
	g.fileName()
	g.titles()
	g.claims()
	return g.weigh()
}

type gathering struct {
	r    *corpus.Reading
	file string
	o    Options
	zone []corpus.FrontLine
	log  []corpus.ChangeRow
	ev   []corpus.Evidence
	sup  []corpus.Claim
}

func (g *gathering) add(field, value, source, quote string, weight int) {
	value = strings.TrimSpace(value)
	if value == "" {
		return
	}
	if len(quote) > 160 {
		quote = quote[:160] + "…"
	}
	for _, e := range g.ev {
		if e.Field == field && e.Source == source && e.Value == value && e.Weight >= weight {
			return
		}
	}
	g.ev = append(g.ev, corpus.Evidence{Field: field, Value: value, Source: source, Quote: quote, Weight: weight})
}

func (g *gathering) say() {
	s := g.o.Say
	g.add("title", s.Title, "decision", s.Title, weightDecision)
	g.add("version", corpus.ParseLabel(s.Version).String(), "decision", s.Version, weightDecision)
	g.add("epoch", canonicalEpoch(s.Epoch), "decision", s.Epoch, weightDecision)
	g.add("date", findDate(s.Date).String(), "decision", s.Date, weightDecision)
	if s.Supersedes != "" {
		g.claim(s.Supersedes, "decision", s.Supersedes, weightDecision)
	}
}

// frontMatter reads the keys that Markdown files carry in front.
func (g *gathering) frontMatter() {
	if g.r.Format != "markdown" {
		return
	}
	get := func(keys ...string) string {
		for _, k := range keys {
			if v := g.r.Meta[k]; v != "" {
				return v
			}
		}
		return ""
	}
	t := get("title", "document", "name")
	g.add("title", tidyTitle(t), "front matter", t, weightFrontMatter)
	v := get("version", "revision", "rev", "issue", "edition", "release")
	if v != "" {
		g.add("version", keyedLabel(v, g.r.Meta).String(), "front matter", v, weightFrontMatter)
	}
	e := get("epoch", "era")
	g.add("epoch", g.epochIn("epoch: "+e), "front matter", e, weightFrontMatter)
	d := get("date", "updated", "last_updated", "issued", "last-updated", "created")
	g.add("date", findDate(d).String(), "front matter", d, weightFrontMatter)
	if s := get("supersedes", "replaces", "formerly"); s != "" {
		g.claim(s, "front matter", s, weightFrontMatter)
	}
}

func keyedLabel(v string, meta map[string]string) corpus.Label {
	l := corpus.ParseLabel(v)
	for _, k := range []string{"revision", "rev", "issue", "edition"} {
		if meta[k] == v && meta["version"] == "" {
			if k2 := corpus.ParseLabel(k + " " + v); !k2.IsZero() {
				return k2
			}
		}
	}
	return l
}

// weigh settles each field, or says why it cannot.
func (g *gathering) weigh() corpus.Identity {
	sort.SliceStable(g.ev, func(i, j int) bool { return g.ev[i].Weight > g.ev[j].Weight })
	id := corpus.Identity{Evidence: g.ev, ChangeLog: g.log, Supersedes: g.sup}
	if e, ok := g.best("title"); ok {
		id.Title = e.Value
	}
	id.Label, id.Conflict = g.version()
	if e, ok := g.best("epoch"); ok {
		id.Epoch = e.Value
		if c := g.disagree("epoch", e); c != "" && id.Conflict == "" {
			id.Conflict = c
		}
	}
	if e, ok := g.best("date"); ok {
		id.Date, _ = corpus.ParseISODate(e.Value)
	}
	own := corpus.MakeSlug(id.Title)
	for i := range id.Supersedes {
		if corpus.MakeSlug(id.Supersedes[i].Title) == own {
			id.Supersedes[i].Title = ""
		}
	}
	return id
}

func (g *gathering) best(field string) (corpus.Evidence, bool) {
	for _, e := range g.ev {
		if e.Field == field {
			return e, true
		}
	}
	return corpus.Evidence{}, false
}

func (g *gathering) version() (corpus.Label, string) {
	e, ok := g.best("version")
	if !ok {
		return corpus.Label{}, ""
	}
	label := corpus.ParseLabel(e.Value)
	if e.Weight == weightDecision {
		return label, ""
	}
	for _, o := range g.ev {
		if o.Field != "version" || o.Weight < strong && e.Weight >= strong {
			continue
		}
		l := corpus.ParseLabel(o.Value)
		if sameLabel(l, label) {
			continue
		}
		if o.Source == "change log" && l.Comparable(label) && l.Compare(label) < 0 {
			continue // a log that was not kept up says nothing against the cover
		}
		if o.Weight == weightInTitle || o.Weight == weightBareName && e.Weight > weightBareName {
			continue
		}
		if o.Weight < strong && e.Weight == o.Weight && o.Source == e.Source {
			continue
		}
		return label, fmt.Sprintf("%s says %s, %s says %s", e.Source, label, o.Source, l)
	}
	return label, ""
}

// sameLabel takes Rev 2.1 and V2.1 for one, and a bare number for the same number with any word.
func sameLabel(a, b corpus.Label) bool {
	if a.Comparable(b) && a.Compare(b) == 0 {
		return true
	}
	bare := func(l corpus.Label) string {
		k := l.Key()
		return k[strings.LastIndexAny(k, "-")+1:]
	}
	return bare(a) == bare(b) && (a.Key() == bare(a) || b.Key() == bare(b))
}

func (g *gathering) disagree(field string, e corpus.Evidence) string {
	for _, o := range g.ev {
		if o.Field == field && o.Weight >= strong && e.Weight < weightDecision && corpus.MakeSlug(o.Value) != corpus.MakeSlug(e.Value) {
			return fmt.Sprintf("%s says %s, %s says %s", e.Source, e.Value, o.Source, o.Value)
		}
	}
	return ""
}
