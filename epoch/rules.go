package epoch

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"substrate/corpus"
)

// Rules are the library's rules of authority. The zero Rules understand EPOCH 1, EPOCH 2, … wherever documents say
// so, and keep one snapshot per earlier epoch.
type Rules struct {
	// Epochs, newest first.
	Epochs []Named `json:"epochs,omitempty"`
	// NoSnapshots treats the last version of an earlier epoch like any other replaced version.
	NoSnapshots bool `json:"no_snapshots,omitempty"`
}

// Named is an epoch with the rules that put editions into it; one matching rule is enough.
type Named struct {
	Name  string `json:"name"`
	Rules []Rule `json:"rules,omitempty"`
}

// Rule puts an edition into an epoch: by what the document says (Marker), or by version or date, for one document or for all.
type Rule struct {
	Marker   string      `json:"marker,omitempty"`
	Version  string      `json:"version,omitempty"` // ">= 3.6", "< 4", ">= 2, < 3"
	Date     string      `json:"date,omitempty"`    // ">= 2026-03-15"
	Document corpus.Slug `json:"document,omitempty"`
}

// Check reports the first rule that cannot work, in words that tell how to mend it.
func (r Rules) Check() error {
	seen := map[string]bool{}
	for _, e := range r.Epochs {
		if strings.TrimSpace(e.Name) == "" {
			return fmt.Errorf("epochs: an epoch has no name; write - name: EPOCH 2")
		}
		if seen[e.Name] {
			return fmt.Errorf("epochs: %q stands twice; give each epoch one entry, newest first", e.Name)
		}
		seen[e.Name] = true
		for _, rule := range e.Rules {
			if rule.Marker == "" && rule.Version == "" && rule.Date == "" {
				return fmt.Errorf("epochs: a rule of %q has neither marker, version nor date", e.Name)
			}
			if _, err := parseBounds(rule.Version); err != nil {
				return fmt.Errorf("epochs: %q: version: %w", e.Name, err)
			}
			bounds, err := parseBounds(rule.Date)
			if err != nil {
				return fmt.Errorf("epochs: %q: date: %w", e.Name, err)
			}
			for _, b := range bounds {
				if _, err := corpus.ParseISODate(b.value); err != nil {
					return fmt.Errorf("epochs: %q: %w", e.Name, err)
				}
			}
		}
	}
	return nil
}

type bound struct{ op, value string }

func parseBounds(s string) ([]bound, error) {
	var out []bound
	for _, part := range strings.Split(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		op := "="
		for _, o := range []string{">=", "<=", "==", ">", "<", "="} {
			if rest, ok := strings.CutPrefix(part, o); ok {
				op, part = o, strings.TrimSpace(rest)
				break
			}
		}
		if part == "" {
			return nil, fmt.Errorf("%q compares with nothing; write it as \">= 3.6\"", s)
		}
		out = append(out, bound{op, part})
	}
	return out, nil
}

func (b bound) holds(cmp int) bool {
	switch b.op {
	case ">=":
		return cmp >= 0
	case "<=":
		return cmp <= 0
	case ">":
		return cmp > 0
	case "<":
		return cmp < 0
	}
	return cmp == 0
}

func (r Rule) matchesFacts(e Edition, slug corpus.Slug) bool {
	if r.Version == "" && r.Date == "" || r.Document != "" && r.Document != slug {
		return false
	}
	versions, _ := parseBounds(r.Version)
	for _, b := range versions {
		want := corpus.ParseLabel(b.value)
		if !e.Label.Comparable(want) || !b.holds(e.Label.Compare(want)) {
			return false
		}
	}
	dates, _ := parseBounds(r.Date)
	for _, b := range dates {
		want, _ := corpus.ParseISODate(b.value)
		if e.Date.IsZero() || !b.holds(e.Date.Compare(want)) {
			return false
		}
	}
	return true
}

// membership is an edition's epoch and how it is known.
type membership struct {
	name string
	how  string // sentence part; "" when no epoch is known
	note string // disagreement to be told
}

func (r Rules) membershipOf(e Edition, slug corpus.Slug) membership {
	var byMarker, byRule string
	for _, n := range r.Epochs {
		for _, rule := range n.Rules {
			if byMarker == "" && rule.Marker != "" && e.Marker != "" && sameMarker(rule.Marker, e.Marker) && (rule.Document == "" || rule.Document == slug) {
				byMarker = n.Name
			}
			if byRule == "" && rule.Marker == "" && rule.matchesFacts(e, slug) {
				byRule = n.Name
			}
		}
		if byMarker == "" && e.Marker != "" && sameMarker(n.Name, e.Marker) {
			byMarker = n.Name
		}
	}
	if byMarker == "" {
		byMarker = e.Marker
	}
	switch {
	case byMarker != "" && byRule != "" && byMarker != byRule:
		return membership{byMarker, "the document says so", fmt.Sprintf("a rule of the library would put it into %s, but the document says %s, and a document's own word comes first", byRule, byMarker)}
	case byMarker != "":
		return membership{name: byMarker, how: "the document says so"}
	case byRule != "":
		return membership{name: byRule, how: "by the library's rule for its version or date"}
	}
	return membership{}
}

// rank orders epochs: a higher rank is newer. No epoch ranks lowest.
func (r Rules) rank(name string) int {
	if name == "" {
		return -1 << 30
	}
	n, numbered := epochNumber(name)
	for i, e := range r.Epochs {
		if sameMarker(e.Name, name) {
			return (len(r.Epochs) - i) * 1000
		}
	}
	if numbered && len(r.Epochs) > 0 {
		// An epoch the configuration does not list yet takes its place among the numbered ones that it lists.
		best := 0
		for i, e := range r.Epochs {
			if m, ok := epochNumber(e.Name); ok && m < n {
				best = max(best, (len(r.Epochs)-i)*1000)
			}
		}
		return best + min(n, 999)
	}
	if numbered {
		return n * 1000
	}
	return 0
}

// Newest orders names of epochs, newest first; those that no rule ranks keep the order of their names.
func (r Rules) Newest(names []string) []string {
	out := slices.Clone(names)
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(r.rank(b), r.rank(a)), cmp.Compare(a, b)) })
	return slices.Compact(out)
}

var epochNumberForm = regexp.MustCompile(`(?i)^\s*(?:epoch|era|phase)?[\s#:-]*(\d+|[ivx]+)\s*$`)

var romans = map[string]int{"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}

func epochNumber(name string) (int, bool) {
	m := epochNumberForm.FindStringSubmatch(name)
	if m == nil {
		return 0, false
	}
	if n, err := strconv.Atoi(m[1]); err == nil && n < 1_000_000 {
		return n, true
	}
	n, ok := romans[strings.ToLower(m[1])]
	return n, ok
}

func sameMarker(a, b string) bool {
	return string(corpus.MakeSlug(a)) == string(corpus.MakeSlug(b))
}
