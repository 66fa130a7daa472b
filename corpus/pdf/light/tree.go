package light

import (
	"fmt"
	"regexp"

	"github.com/ledongthuc/pdf"

	"substrate/corpus/pdf/page"
)

// leaf is a page as found in the page tree.
type leaf struct {
	ref       string // "12 0 R", how the outline names the page; "" when the page is written in place
	v         pdf.Value
	resources pdf.Value
	box       [4]float64 // left, bottom, right, top in the page's own coordinates
}

// The library keeps references to itself; the text of a value shows them.
var (
	reference = regexp.MustCompile(`\d+ \d+ R\b`)
	inKids    = regexp.MustCompile(`^\[(?:\d+ \d+ R ?)*\]$`)
)

// letter is the page size assumed where a file names none, as the standard's readers do.
var letter = [4]float64{0, 0, 612, 792}

// leaves walks the page tree once: asking the library for page n walks it n times.
func (x *extractor) leaves(root pdf.Value) ([]leaf, error) {
	var out []leaf
	nodes := 0
	most := 200_000
	if x.lim.Pages > 0 {
		most = 4*x.lim.Pages + 1000
	}
	var walk func(v pdf.Value, from leaf, depth int) error
	walk = func(v pdf.Value, from leaf, depth int) error {
		if nodes++; nodes > most || depth > 40 {
			return fmt.Errorf("its page tree has no end; %s", hint)
		}
		if err := x.ctx.Err(); err != nil {
			return err
		}
		l := leaf{ref: from.ref, v: v, resources: from.resources, box: from.box}
		// A page whose resources are broken still has a place in the count.
		must(try(func() {
			for _, key := range []string{"MediaBox", "CropBox"} {
				if b, ok := box(v.Key(key)); ok {
					l.box = b
				}
			}
			if r := v.Key("Resources"); !r.IsNull() {
				l.resources = r
			}
		}))
		kids := v.Key("Kids")
		if kids.Kind() != pdf.Array {
			if x.lim.Pages > 0 && len(out) >= x.lim.Pages {
				return &page.LimitError{What: "pages", Limit: x.lim.Pages}
			}
			if v.Kind() == pdf.Dict {
				out = append(out, l)
			}
			return nil
		}
		var refs []string
		if s := kids.String(); inKids.MatchString(s) {
			refs = reference.FindAllString(s, -1)
		}
		for i := range kids.Len() {
			l.ref = ""
			if len(refs) == kids.Len() {
				l.ref = refs[i]
			}
			var kid pdf.Value
			if err := try(func() { kid = kids.Index(i) }); err != nil {
				if s, ok := err.(stop); ok {
					return s.error
				}
				out = append(out, leaf{ref: l.ref, box: l.box}) // so that the pages behind it keep their numbers
				continue
			}
			if err := walk(kid, l, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	err := walk(root, leaf{box: letter}, 0)
	return out, err
}

// box reads a rectangle, which a file may give by any two opposite corners.
func box(v pdf.Value) (b [4]float64, ok bool) {
	if v.Len() != 4 {
		return b, false
	}
	for i := range b {
		b[i] = v.Index(i).Float64()
	}
	b[0], b[2] = min(b[0], b[2]), max(b[0], b[2])
	b[1], b[3] = min(b[1], b[3]), max(b[1], b[3])
	return b, b[2]-b[0] >= 1 && b[3]-b[1] >= 1
}
