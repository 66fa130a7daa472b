package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"os"

	"golang.org/x/term"
)

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// table prints rows under a header, columns aligned; the last one runs free.
func (a *app) table(header string, rows [][]string) error {
	w := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, strings.ReplaceAll(header, " ", "\t"))
	for _, r := range rows {
		for i := range r {
			if r[i] == "" {
				r[i] = "–"
			}
		}
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	return w.Flush()
}

// isTerminal reports whether a person looks at w.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// wrap breaks text at spaces to lines of width letters, each indented.
func wrap(text string, width int, indent string) string {
	var sb strings.Builder
	for _, line := range strings.Split(text, "\n") {
		n := 0
		sb.WriteString(indent)
		for i, w := range strings.Fields(line) {
			l := len([]rune(w))
			if i > 0 && n+1+l > width {
				sb.WriteString("\n" + indent)
				n = 0
			} else if i > 0 {
				sb.WriteByte(' ')
				n++
			}
			sb.WriteString(w)
			n += l
		}
		sb.WriteByte('\n')
	}
	return sb.String()
}

func pagesText(first, last int) string {
	switch {
	case first == 0:
		return ""
	case first == last:
		return fmt.Sprintf("p. %d", first)
	}
	return fmt.Sprintf("pp. %d–%d", first, last)
}
