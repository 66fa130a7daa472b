package library

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"substrate/capture"
	"substrate/corpus"
	"substrate/driftlog/value"
)

// adds matches words by which people say that there is one thing more.
var adds = regexp.MustCompile(`(?i)\b(?:new|adds?|added|adding|another|installed|bought|joined|introduced|additional|registered|hired|signed|opened|extra|pulled|put in|set up)\b`)

// name matches what things are called in tables: words with capitals, digits or signs in them.
var name = regexp.MustCompile(`[\p{L}\d][\p{L}\d._:/+-]*`)

// fitRow looks for a table of a section that lists things of the kind that a finding adds, and makes its row: the thing's name in
// the first column, and the finding's values in the columns that hold such values.
func fitRow(c *capture.Candidate, f capture.Finding, sec corpus.Section) {
	if !adds.MatchString(f.Text) && !numbered.MatchString(f.Text) {
		return
	}
	tables := 0
	best := 1 // cells besides the name
	for _, b := range sec.Blocks {
		if b.Kind != corpus.Table {
			continue
		}
		tables++
		if len(b.Rows) < 3 || len(b.Rows[0]) < 2 {
			continue
		}
		cells, filled := rowFor(f.Text, b.Rows)
		if filled >= best && (c.Cells == nil || filled > best) {
			best, c.Cells, c.Table, c.Filled = filled, cells, strconv.Itoa(tables), filled
		}
	}
	if tables == 1 {
		c.Table = ""
	}
}

// rowFor is a finding as a row of a table, and how many cells besides the first it fills; nil when it names nothing new.
func rowFor(text string, rows [][]string) ([]string, int) {
	known := map[string]bool{}
	for _, r := range rows {
		known[strings.ToLower(strings.TrimSpace(r[0]))] = true
	}
	filled := 0
	thing := nextNumber(text, known)
	if thing != "" {
		filled = 2 // nothing says more surely that a row belongs there
	} else if thing = newName(text, rows, known); thing == "" || !introduces(text, thing) {
		return nil, 0
	}
	left := value.Extract(text)
	cells := make([]string, len(rows[0]))
	cells[0] = thing
	for i := 1; i < len(cells); i++ {
		cells[i] = "–"
		for k, v := range left {
			if v.Text != thing && fits(v, rows, i) {
				cells[i] = v.Text
				left = slices.Delete(left, k, k+1)
				filled++
				break
			}
		}
	}
	return cells, filled
}

// numbered matches running numbers as lists give them out: AD-16, P-27, INC-0042.
var numbered = regexp.MustCompile(`\b([A-Z]{1,5}-?)(\d{1,5})\b`)

// nextNumber is a running number in a text of which the table has the one before, and not itself.
func nextNumber(text string, known map[string]bool) string {
	for _, m := range numbered.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(m[2])
		if err != nil || n == 0 || known[strings.ToLower(m[0])] {
			continue
		}
		if known[strings.ToLower(fmt.Sprintf("%s%0*d", m[1], len(m[2]), n-1))] {
			return m[0]
		}
	}
	return ""
}

// introduces tells that a text names a thing soon after it says that there is one more.
func introduces(text, thing string) bool {
	for _, m := range adds.FindAllStringIndex(text, -1) {
		if strings.Contains(text[m[1]:min(len(text), m[1]+80)], thing) {
			return true
		}
	}
	return false
}

// fits tells that most cells of a column hold values that one can be compared with.
func fits(v value.Value, rows [][]string, column int) bool {
	alike, all := 0, 0
	for _, r := range rows[1:] {
		if column >= len(r) || strings.Trim(r[column], " –-") == "" {
			continue
		}
		all++
		if value.Comparable(v, value.ReadCell(r[column])) {
			alike++
		}
	}
	return alike > 0 && 2*alike >= all
}

// newName is what a text calls a thing that the first column does not have yet, in the shape of those that it has.
func newName(text string, rows [][]string, known map[string]bool) string {
	var shapes []map[rune]bool
	for _, r := range rows[1:] {
		shapes = append(shapes, shape(r[0]))
	}
	best, most := "", 0.0
	for _, w := range name.FindAllString(text, -1) {
		w = strings.TrimRight(w, ".:-/")
		if strings.Trim(w, "0123456789.,") == "" || known[strings.ToLower(w)] || adds.MatchString(w) || len([]rune(w)) < 2 || len(value.Extract(w)) > 0 && value.Extract(w)[0].Kind == value.Quantity {
			continue
		}
		own := shape(w)
		if len(own) < 2 {
			continue // a plain word is no name
		}
		n := 0.0
		for _, s := range shapes {
			n += alike(own, s)
		}
		if n > most {
			best, most = w, n
		}
	}
	if most < 0.5*float64(len(shapes)) {
		return ""
	}
	return best
}

// shape is which kinds of letters a name is written with: small ones, capitals, digits, and each sign.
func shape(s string) map[rune]bool {
	out := map[rune]bool{}
	for _, r := range strings.TrimSpace(s) {
		switch {
		case r >= '0' && r <= '9':
			r = '0'
		case strings.ToLower(string(r)) != string(r):
			r = 'A'
		case strings.ToUpper(string(r)) != string(r):
			r = 'a'
		}
		out[r] = true
	}
	return out
}

// alike is the share of kinds that two names have in common.
func alike(a, b map[rune]bool) float64 {
	both := 0
	for r := range a {
		if b[r] {
			both++
		}
	}
	return float64(both) / float64(max(len(a)+len(b)-both, 1))
}
