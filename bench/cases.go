package bench

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
)

// Case is a question with the passage that answers it.
type Case struct {
	Question, Document, Section string
	Passage                     string   // in the text of a passage that answers; case and white space do not count
	Stale                       []string // only superseded versions of Document say these
}

// ReadCases reads a file of tab-separated lines under a head line: question, document, section, passage, and perhaps what is
// stale, separated by "||".
func ReadCases(file string) ([]Case, error) {
	rows, err := table(file, 4)
	if err != nil {
		return nil, err
	}
	var out []Case
	for _, c := range rows {
		k := Case{Question: c[0], Document: c[1], Section: c[2], Passage: c[3]}
		if len(c) > 4 {
			for _, s := range strings.Split(c[4], "||") {
				if s = strings.TrimSpace(s); s != "" {
					k.Stale = append(k.Stale, s)
				}
			}
		}
		out = append(out, k)
	}
	return out, nil
}

// table reads tab-separated lines with at least so many columns; the first line and those that start with # tell, and are left out.
func table(file string, columns int) ([][]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("the cases in %q cannot be read: %w", file, err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.Comment, r.LazyQuotes, r.FieldsPerRecord = '\t', '#', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("the cases in %q cannot be read: %w", file, err)
	}
	if len(rows) < 2 {
		return nil, fmt.Errorf("%q has no cases under its head line", file)
	}
	for i, c := range rows[1:] {
		if len(c) < columns {
			return nil, fmt.Errorf("%q, case %d: %d columns, want %d; see bench/README.md", file, i+1, len(c), columns)
		}
	}
	return rows[1:], nil
}

func has(text, part string) bool { return strings.Contains(plain(text), plain(part)) }

func plain(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
