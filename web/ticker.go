package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

var tickerArea = area{path: "/ticker", mount: func(s *site, mux *http.ServeMux) { s.read(mux, "GET /ticker", s.ticker) }}

// The largest and the default display, in characters: what fits 16 columns and 16 rows fits a display of 16×32 either way round.
const (
	maxColumns     = 32
	maxRows        = 32
	defaultColumns = 16
	defaultRows    = 16
)

// ticker is the state of the library for programs (JSON) and for small displays (text).
func (s *site) ticker(w http.ResponseWriter, r *http.Request) error {
	p, err := s.pulse(r.Context())
	if err != nil {
		return err
	}
	q := r.URL.Query()
	text := q.Get("format") == "text" || q.Get("format") == "" && strings.HasPrefix(r.Header.Get("Accept"), "text/plain") || q.Has("columns") || q.Has("rows")
	if !text {
		w.Header().Set("Content-Type", "application/json")
		return json.NewEncoder(w).Encode(p)
	}
	columns, err1 := size(q.Get("columns"), defaultColumns, 4, maxColumns)
	rows, err2 := size(q.Get("rows"), defaultRows, 1, maxRows)
	if err1 != nil || err2 != nil {
		return fmt.Errorf("%w: a display has 4 to %d columns and 1 to %d rows", errAsked, maxColumns, maxRows)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(strings.Join(p.lines(columns, rows), "\n") + "\n"))
	return nil
}

func size(s string, def, low, high int) (int, error) {
	if s == "" {
		return def, nil
	}
	n, err := strconv.Atoi(s)
	if err == nil && (n < low || n > high) {
		err = errAsked
	}
	return n, err
}

// lines are at most rows lines of at most columns characters: a name at the left, its value at the right. What matters most
// comes first, and a value that is not known is "--", never left out.
func (p *pulse) lines(columns, rows int) []string {
	old, cascade, tiers := "--", "--", "--"
	if p.Oldest != nil {
		old = strconv.Itoa(p.Oldest.Days) + "d"
	}
	if p.Cascade != nil {
		cascade = "#" + strconv.Itoa(p.Cascade.Number)
		if columns >= 16 && len(p.Cascade.At) >= 10 {
			cascade += " " + p.Cascade.At[5:10]
		}
	}
	if p.TiersUp != nil && p.TiersAll != nil {
		tiers = fmt.Sprintf("%d/%d", *p.TiersUp, *p.TiersAll)
	}
	facts := []struct{ long, short, value string }{
		{"DRIFT", "DR", number(p.Drift)},
		{"DOCS", "DO", number(p.Documents)},
		{"OLDEST", "OL", old},
		{"TIERS", "TI", tiers},
		{"CASC", "CA", cascade},
		{"JUDGE", "JU", number(p.Candidates)},
	}
	var out []string
	for _, f := range facts[:min(rows, len(facts))] {
		name := f.long
		if len(name)+1+len(f.value) > columns {
			name = f.short
		}
		if len(name)+1+len(f.value) > columns {
			name = name[:1]
		}
		gap := max(1, columns-len(name)-len(f.value))
		line := name + strings.Repeat(" ", gap) + f.value
		if utf8.RuneCountInString(line) > columns {
			line = line[:columns]
		}
		out = append(out, line)
	}
	return out
}
