package web

import (
	"context"
	"net/http"
	"strings"
	"sync"

	"substrate/library"
)

var diffArea = area{path: "/diff", mount: func(s *site, mux *http.ServeMux) { s.read(mux, "GET /diff/{ref}", s.diff) }}

type diffView struct {
	*library.Diff
	Versions []library.Version
	Changes  []diffSectionView
	Values   int
	Silent   int // values that the change log does not tell of
}

type diffSectionView struct {
	library.DiffSection
	Lines []diffLine
}

// diffLine is a sentence or row before and after.
type diffLine struct{ Old, New []diffRun }

type diffRun struct {
	Text  string
	Op    string // "" in both, "del", "ins"
	Value bool   // it is, or holds, a value that changed
}

// diff compares two versions: ref with the one before it, or from the query "from" and "to".
func (s *site) diff(w http.ResponseWriter, r *http.Request) error {
	ctx, from, to := r.Context(), r.PathValue("ref"), ""
	slug, _, _ := strings.Cut(from, "@")
	if q := r.URL.Query(); q.Get("from") != "" {
		from, to = slug+"@"+q.Get("from"), slug
		if q.Get("to") != "" {
			to = slug + "@" + q.Get("to")
		}
	}
	d, err := s.compare(ctx, from, to)
	if err != nil {
		return err
	}
	v := diffView{Diff: d, Silent: d.Unlogged()}
	if v.Versions, err = s.lib.Versions(ctx, slug); err != nil {
		return err
	}
	for _, sec := range d.Sections {
		x := diffSectionView{DiffSection: sec}
		v.Values += len(sec.Values)
		for _, u := range sec.Units {
			x.Lines = append(x.Lines, sides(u, sec.Values))
		}
		v.Changes = append(v.Changes, x)
	}
	return s.views.page(w, r, s, "diff", d.Title+": "+d.Old+" and "+d.New, v)
}

// diffs are the latest comparisons: one of a long document takes a quarter of a second, and people go back and forth.
type diffs struct {
	mu       sync.Mutex
	revision int // of the library that they belong to
	by       map[[2]string]*library.Diff
}

const maxDiffs = 16

func (s *site) compare(ctx context.Context, from, to string) (*library.Diff, error) {
	now, err := s.lib.Pulse(ctx)
	if err != nil {
		return nil, err
	}
	c, key := &s.diffs, [2]string{from, to}
	c.mu.Lock()
	if c.by == nil || c.revision != now.Revision || len(c.by) >= maxDiffs {
		c.by, c.revision = map[[2]string]*library.Diff{}, now.Revision
	}
	d := c.by[key]
	c.mu.Unlock()
	if d != nil {
		return d, nil
	}
	if d, err = s.lib.Diff(ctx, from, to); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.revision == now.Revision {
		c.by[key] = d
	}
	return d, nil
}

// sides puts the words of a change on the side that they stand on.
func sides(u library.DiffUnit, values []library.DiffValue) diffLine {
	var l diffLine
	if len(u.Words) == 0 {
		if u.Old != "" {
			l.Old = []diffRun{{Text: u.Old, Op: "del"}}
		}
		if u.New != "" {
			l.New = []diffRun{{Text: u.New, Op: "ins"}}
		}
		return l
	}
	for _, w := range u.Words {
		switch w.Op {
		case "-":
			l.Old = append(l.Old, diffRun{w.Text, "del", isValue(w.Text, values, true)})
		case "+":
			l.New = append(l.New, diffRun{w.Text, "ins", isValue(w.Text, values, false)})
		default:
			l.Old, l.New = append(l.Old, diffRun{Text: w.Text}), append(l.New, diffRun{Text: w.Text})
		}
	}
	return l
}

func isValue(text string, values []library.DiffValue, old bool) bool {
	for _, v := range values {
		val := v.New
		if old {
			val = v.Old
		}
		if t := strings.Trim(text, " .,;:()"); val != "" && t != "" && (strings.Contains(t, val) || strings.Contains(val, t)) {
			return true
		}
	}
	return false
}
