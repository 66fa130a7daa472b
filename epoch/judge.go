package epoch

import (
	"fmt"
	"sort"
	"strings"

	"substrate/corpus"
)

// judge writes the family's document and verdicts to the shelf. topRank is the rank of the current epoch.
func (f *family) judge(shelf *Shelf, topRank int) {
	f.holdRivals()
	var line []*entry
	for _, e := range f.ordered {
		if _, held := f.held[e]; !held && f.replaced[e] == "" {
			line = append(line, e)
		}
	}
	var current *entry
	if n := len(f.ordered); n > 0 && len(line) > 0 && line[len(line)-1] == f.newest() {
		current = line[len(line)-1]
	}
	retiredBy := ""
	if heirs := f.retiringHeirs(current); heirs != nil {
		names := make([]string, len(heirs))
		for i, h := range heirs {
			names[i] = fmt.Sprintf("%q", string(h))
		}
		retiredBy = strings.Join(names, " and ") + " each say that they replace it"
	}
	face := f.face(current)
	doc := Document{Slug: GroupSlug(face.Title), Title: face.Title}
	for _, s := range f.names {
		if s != doc.Slug {
			doc.Aliases = append(doc.Aliases, s)
		}
	}
	if own := corpus.MakeSlug(face.Title); own != doc.Slug {
		doc.Aliases = append(doc.Aliases, own)
	}
	if current != nil && retiredBy == "" {
		doc.Current = current.Key
	}

	f.judgeDrafts(current)
	var heldKeys []*entry
	for _, e := range f.all {
		if _, ok := f.held[e]; ok {
			heldKeys = append(heldKeys, e)
		}
	}
	snapshots := f.snapshots(current)
	for i, e := range f.ordered {
		if _, held := f.held[e]; held {
			continue
		}
		doc.Editions = append(doc.Editions, e.Key)
		v := Verdict{Key: e.Key, Document: doc.Slug, Epoch: e.member.name, Rivals: f.rivals(e)}
		next := f.successor(i)
		switch {
		case e == current && retiredBy != "":
			v.Standing, v.Rule, v.Because = Superseded, RuleReplaced, retiredBy
		case e == current:
			f.judgeCurrent(&v, e, shelf.CurrentEpoch, topRank)
		case f.replaced[e] != "":
			v.Standing, v.Rule, v.Because = Superseded, RuleReplaced, f.replaced[e]
			if next != nil {
				v.ReplacedBy = next.Key
			}
		case snapshots[e]:
			v.Standing, v.Rule = Snapshot, RuleSnapshot
			v.Because = fmt.Sprintf("the last version of %s; %s of %s replaced it", e.member.name, current.dated(), current.member.name)
			v.ReplacedBy = next.Key
		default:
			v.Standing, v.Rule = Superseded, RuleReplaced
			v.Because = "replaced by " + f.calledFrom(e, next)
			v.ReplacedBy = next.Key
		}
		if e.member.note != "" {
			v.Because += "; " + e.member.note
		}
		shelf.Verdicts[e.Key] = v
	}
	for _, e := range heldKeys {
		why := f.held[e]
		doc.Editions = append(doc.Editions, e.Key)
		shelf.Verdicts[e.Key] = Verdict{Key: e.Key, Document: doc.Slug, Standing: Held, Rule: why[0], Because: why[1],
			Epoch: e.member.name, Rivals: f.rivals(e), Findable: doc.Current == "" && retiredBy == ""}
	}
	for _, e := range f.drafts {
		if _, held := f.held[e]; held {
			continue
		}
		doc.Editions = append([]string{e.Key}, doc.Editions...)
		shelf.Verdicts[e.Key] = Verdict{Key: e.Key, Document: doc.Slug, Standing: Superseded, Rule: RuleReplaced,
			Because: f.replaced[e], Epoch: e.member.name, ReplacedBy: current.Key, Rivals: f.rivals(e)}
	}
	shelf.Documents = append(shelf.Documents, doc)
}

// newest is the newest issued edition, held or not, that is not a mere copy of another.
func (f *family) newest() *entry {
	for i := len(f.ordered) - 1; i >= 0; i-- {
		if f.replaced[f.ordered[i]] == "" {
			return f.ordered[i]
		}
	}
	return nil
}

// holdRivals settles or holds editions at the top that claim to be the same version. Below the top the question
// is moot: all of them are replaced.
func (f *family) holdRivals() {
	n := len(f.ordered)
	if n == 0 {
		return
	}
	last := f.ordered[n-1]
	var rivals []*entry
	for _, e := range f.ordered {
		if e == last || f.bucket(e, last) == 0 && e.component == last.component && f.sameEdition(e, last) {
			rivals = append(rivals, e)
		}
	}
	if len(rivals) < 2 {
		return
	}
	var decided []*entry
	for _, e := range rivals {
		if e.Decided {
			decided = append(decided, e)
		}
	}
	if len(decided) == 1 {
		for _, e := range rivals {
			if e != decided[0] {
				f.replaced[e] = fmt.Sprintf("%q also claims %s; a person decided for %q", e.File, e.name(), decided[0].File)
			}
		}
		return
	}
	if first := rivals[0]; first.Text != "" && !first.Label.IsZero() {
		same := true
		for _, e := range rivals[1:] {
			same = same && e.Text == first.Text
		}
		if same {
			// Printed twice: which print is kept must not depend on the order of arrival.
			for _, e := range rivals[:len(rivals)-1] {
				f.replaced[e] = fmt.Sprintf("%q is another print of %s with the same words as %q", e.File, e.name(), last.File)
			}
			return
		}
	}
	files := make([]string, len(rivals))
	for i, e := range rivals {
		files[i] = fmt.Sprintf("%q", e.File)
	}
	sort.Strings(files)
	what := "claim this version"
	if last.Label.IsZero() {
		what = "claim to be this document, without version or date"
	}
	for _, e := range rivals {
		f.held[e] = [2]string{RuleSameVersion, fmt.Sprintf("%s %s; substrate identify decides", strings.Join(files, " and "), what)}
	}
}

func (f *family) sameEdition(a, b *entry) bool {
	if !a.Label.IsZero() {
		return a.Label.Comparable(b.Label) && a.Label.Compare(b.Label) == 0
	}
	// Without versions, a date tells editions apart, and a file that was edited in place replaces itself.
	return a.Date.Compare(b.Date) == 0 && (a.Path == "" || a.Path != b.Path)
}

func (f *family) judgeDrafts(current *entry) {
	for _, d := range f.drafts {
		switch {
		case current != nil && d.Label.Comparable(current.Label) && d.Label.Compare(current.Label) < 0,
			current != nil && !d.Label.Comparable(current.Label) && !d.Date.IsZero() && d.Date.Compare(current.Date) < 0:
			f.replaced[d] = "a draft from before " + current.dated()
		case current != nil:
			f.held[d] = [2]string{RuleDraft, fmt.Sprintf("a draft never replaces an approved version; %s stays current", current.dated())}
		default:
			f.held[d] = [2]string{RuleDraft, "a draft never replaces an approved version, and which approved version is current is not decided"}
		}
	}
}

func (f *family) judgeCurrent(v *Verdict, e *entry, currentEpoch string, topRank int) {
	v.Findable = true
	v.Rule = RuleNewest
	first := fmt.Sprintf("%s is the newest version of %s", e.dated(), e.Title)
	if len(f.all) == 1 {
		v.Rule = RuleOnly
		first = fmt.Sprintf("%s is the only version of %s", e.dated(), e.Title)
		if e.Label.IsZero() {
			first = fmt.Sprintf("%s is the only edition of %s and carries no version", e.name(), e.Title)
		}
	}
	if e.Label.IsDraft() {
		first += ", a draft: no approved version is here"
	}
	switch {
	case e.member.name == "" && currentEpoch == "":
		v.Standing, v.Because = Authoritative, first
	case e.member.name == "":
		v.Standing = Authoritative
		v.Because = fmt.Sprintf("%s; it names no epoch and no rule gives it one, so it is taken to hold in %s", first, currentEpoch)
	case f.rules.rank(e.member.name) >= topRank:
		v.Standing = Authoritative
		v.Because = fmt.Sprintf("%s, and %s is the current epoch (%s)", first, e.member.name, e.member.how)
	default:
		v.Standing, v.Rule = Historical, RuleEarlierEpoch
		v.Because = fmt.Sprintf("%s, but it belongs to %s (%s) and %s is current: it tells how things were built, not necessarily how they are", first, e.member.name, e.member.how, currentEpoch)
	}
}

// snapshots are the last editions of each earlier epoch of the document.
func (f *family) snapshots(current *entry) map[*entry]bool {
	out := map[*entry]bool{}
	if f.rules.NoSnapshots || current == nil || current.member.name == "" {
		return out
	}
	last := map[int]*entry{}
	for _, e := range f.ordered {
		_, held := f.held[e]
		r := f.rules.rank(e.member.name)
		if !held && f.replaced[e] == "" && e.member.name != "" && r < f.rules.rank(current.member.name) {
			last[r] = e
		}
	}
	for _, e := range last {
		out[e] = true
	}
	return out
}

// successor is the first edition after position i that is not another copy of the same version.
func (f *family) successor(i int) *entry {
	e := f.ordered[i]
	for _, o := range f.ordered[i+1:] {
		if f.replaced[o] == "" && !(o.component == e.component && f.sameEdition(o, e) && f.bucket(o, e) == 0) {
			return o
		}
	}
	if n := f.newest(); n != e {
		return n
	}
	return nil
}

// calledFrom names the successor as seen from e: with its title when the document was renamed between them.
func (f *family) calledFrom(e, next *entry) string {
	if next.slug != e.slug && next.Label.IsZero() {
		return fmt.Sprintf("%q", next.Title)
	}
	if next.slug != e.slug {
		return next.Title + " " + next.dated()
	}
	if next.member.name != e.member.name && next.member.name != "" {
		return fmt.Sprintf("%s of %s", next.dated(), next.member.name)
	}
	return next.dated()
}

func (f *family) rivals(e *entry) []string {
	var out []string
	for _, o := range f.all {
		if o != e {
			out = append(out, o.Key)
		}
	}
	return out
}

// face is the edition whose title the document carries.
func (f *family) face(current *entry) *entry {
	if current != nil {
		return current
	}
	if n := len(f.ordered); n > 0 {
		return f.ordered[n-1]
	}
	best := f.all[0]
	for _, e := range f.all[1:] {
		if e.generation > best.generation || e.generation == best.generation && e.Label.Compare(best.Label) > 0 {
			best = e
		}
	}
	return best
}

// retiringHeirs are the titles that share out a document between them, when they name its current edition.
func (f *family) retiringHeirs(current *entry) []corpus.Slug {
	if current == nil {
		return nil
	}
	return f.fam.splitHeirs(current.slug)
}
