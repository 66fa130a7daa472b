package epoch

import (
	"fmt"
	"sort"
	"strings"

	"substrate/corpus"
)

// Shelve judges editions by the rules. The result depends only on the set of editions, not on their order.
func Shelve(editions []Edition, rules Rules) *Shelf {
	eds := append([]Edition(nil), editions...)
	sort.Slice(eds, func(i, j int) bool { return eds[i].Key < eds[j].Key })
	fam := familiesOf(eds)
	byFamily := map[corpus.Slug][]*entry{}
	shelf := &Shelf{Verdicts: map[string]Verdict{}, Editions: map[string]Edition{}}
	top := rules.rank("")
	if len(rules.Epochs) > 0 {
		shelf.CurrentEpoch = rules.Epochs[0].Name
		top = rules.rank(shelf.CurrentEpoch)
	}
	for _, e := range eds {
		shelf.Editions[e.Key] = e
		slug := GroupSlug(e.Title)
		root := fam.find(slug)
		en := &entry{Edition: e, slug: slug, generation: fam.generation(slug), member: rules.membershipOf(e, slug)}
		byFamily[root] = append(byFamily[root], en)
	}
	names := fam.members()
	var all []*family
	for root, list := range byFamily {
		f := newFamily(rules, fam, names[root], list)
		all = append(all, f)
		for _, en := range f.ordered {
			if r := rules.rank(en.member.name); r > top {
				top, shelf.CurrentEpoch = r, en.member.name
			}
		}
	}
	for _, f := range all {
		f.judge(shelf, top)
	}
	sort.Slice(shelf.Documents, func(i, j int) bool { return shelf.Documents[i].Slug < shelf.Documents[j].Slug })
	return shelf
}

// entry is an edition on its way to a verdict.
type entry struct {
	Edition
	slug       corpus.Slug
	generation int
	member     membership
	component  int // editions whose labels can be compared share one
}

// name is how sentences speak of the edition.
func (e *entry) name() string {
	if e.Label.IsZero() {
		return fmt.Sprintf("the edition in %q", e.File)
	}
	return e.Label.String()
}

func (e *entry) dated() string {
	if e.Date.IsZero() {
		return e.name()
	}
	return fmt.Sprintf("%s (%s)", e.name(), e.Date)
}

// family is one document on its way to the shelf.
type family struct {
	rules    Rules
	fam      *families
	names    []corpus.Slug // all slugs it was ever known by
	ordered  []*entry      // approved editions, oldest first; drafts or unversioned ones when there are no others
	held     map[*entry][2]string
	drafts   []*entry
	replaced map[*entry]string // superseded for another reason than a later edition
	all      []*entry
}

func newFamily(rules Rules, fam *families, names []corpus.Slug, list []*entry) *family {
	f := &family{rules: rules, fam: fam, names: names, held: map[*entry][2]string{}, replaced: map[*entry]string{}, all: list}
	var issued, drafts, bare []*entry
	for _, e := range list {
		switch {
		case e.Conflict != "":
			f.held[e] = [2]string{RuleEvidence, e.Conflict + "; substrate identify decides"}
		case e.Label.IsZero():
			bare = append(bare, e)
		case e.Label.IsDraft():
			drafts = append(drafts, e)
		default:
			issued = append(issued, e)
		}
	}
	switch {
	case len(issued) > 0:
		f.ordered, f.drafts = issued, drafts
	case len(drafts) > 0:
		f.ordered = drafts
	default:
		f.ordered, bare = bare, nil
	}
	for _, e := range bare {
		f.held[e] = [2]string{RuleNoVersion, fmt.Sprintf("%q carries no version, and other editions of this document do; substrate identify decides", e.File)}
	}
	f.order()
	return f
}

// order sorts the issued editions from oldest to newest and holds those that nothing orders.
func (f *family) order() {
	list := f.ordered
	sort.SliceStable(list, func(i, j int) bool { return f.within(list[i], list[j]) < 0 })
	f.components()
	f.carryEpochs()
	sort.SliceStable(list, func(i, j int) bool { return f.bucket(list[i], list[j]) < 0 })
	var out []*entry
	for len(list) > 0 {
		n := 1
		for n < len(list) && f.bucket(list[0], list[n]) == 0 {
			n++
		}
		out = append(out, f.orderBucket(list[:n])...)
		list = list[n:]
	}
	f.ordered = out
}

// within orders editions whose labels can be compared, and puts others in some fixed order.
func (f *family) within(a, b *entry) int {
	if c := a.Label.Compare(b.Label); c != 0 {
		return c
	}
	if c := a.Date.Compare(b.Date); c != 0 {
		return c
	}
	if a.Path == b.Path && a.Seq != b.Seq {
		return a.Seq - b.Seq
	}
	return strings.Compare(a.Key, b.Key)
}

// bucket orders by what weighs more than labels: a rename, then the epoch.
func (f *family) bucket(a, b *entry) int {
	if a.generation != b.generation {
		return a.generation - b.generation
	}
	return f.rules.rank(a.member.name) - f.rules.rank(b.member.name)
}

func (f *family) components() {
	n := 0
	for i, e := range f.ordered {
		e.component = -1
		for _, o := range f.ordered[:i] {
			if !e.Label.Comparable(o.Label) {
				continue
			}
			if e.component < 0 {
				e.component = o.component
			} else if old := o.component; old != e.component {
				for _, p := range f.ordered[:i] {
					if p.component == old {
						p.component = e.component
					}
				}
			}
		}
		if e.component < 0 {
			e.component = n
			n++
		}
	}
}

// carryEpochs gives an edition that names no epoch the one of the edition before it: a revision goes on
// in the epoch of what it revises until it says otherwise.
func (f *family) carryEpochs() {
	last := map[int]*entry{}
	for _, e := range f.ordered {
		prev := last[e.component]
		if e.member.name == "" && prev != nil && prev.member.name != "" {
			e.member = membership{name: prev.member.name, how: "carried on from " + prev.name()}
		}
		last[e.component] = e
	}
}

// orderBucket orders editions of one name and one epoch. Labels order each scheme; schemes are ordered by what
// their editions say they supersede, then by the dates of their newest editions; else their newest editions are held.
func (f *family) orderBucket(list []*entry) []*entry {
	runs := map[int][]*entry{}
	var ids []int
	for _, e := range list {
		if runs[e.component] == nil {
			ids = append(ids, e.component)
		}
		runs[e.component] = append(runs[e.component], e)
	}
	if len(ids) == 1 {
		return list
	}
	head := func(id int) *entry { return runs[id][len(runs[id])-1] }
	before := func(a, b int) (bool, bool) { // a before b, known
		ab, ba := claims(runs[b], runs[a]), claims(runs[a], runs[b])
		if ab != ba {
			return ab, true
		}
		x, y := head(a).Date, head(b).Date
		if x.IsZero() || y.IsZero() || x.Compare(y) == 0 {
			return a < b, false
		}
		return x.Compare(y) < 0, true
	}
	sort.SliceStable(ids, func(i, j int) bool { b, _ := before(ids[i], ids[j]); return b })
	newest := ids[len(ids)-1]
	var out []*entry
	for _, id := range ids {
		out = append(out, runs[id]...)
		if id == newest {
			continue
		}
		if _, known := before(id, newest); !known {
			for _, e := range []*entry{head(id), head(newest)} {
				f.held[e] = [2]string{RuleNoOrder, fmt.Sprintf("%s and %s cannot be ordered: their labels are of different kinds and their dates do not decide; substrate identify decides", head(id).name(), head(newest).name())}
			}
		}
	}
	return out
}

// claims reports whether an edition of newer says that it supersedes one of older.
func claims(newer, older []*entry) bool {
	for _, n := range newer {
		for _, c := range n.Supersedes {
			if c.Title != "" && GroupSlug(c.Title) != n.slug {
				continue
			}
			for _, o := range older {
				if !c.Label.IsZero() && c.Label.Comparable(o.Label) && c.Label.Compare(o.Label) == 0 {
					return true
				}
			}
		}
	}
	return false
}
