package prompts

import (
	"strings"

	"substrate/corpus"
)

// readPriorities cuts the top of the priorities document into units: a paragraph, a piece of code, an item of a list, a row of
// a table with the header on the first. A unit is told whole or not at all.
func (s *state) readPriorities(f Facts) {
	where := f.PrioritiesRef.String()
	fresh := false // the next unit begins a block
	add := func(text string) {
		if strings.TrimSpace(text) == "" {
			return
		}
		if w := Suspicious(text); len(w) > 0 {
			for i := range w {
				w[i].Where = where
			}
			s.warnings = append(s.warnings, w...)
			text = withheld
		}
		if text = marked(text); text == "" {
			return
		}
		if fresh && len(s.units) > 0 {
			text = ">\n" + text
		}
		fresh = false
		s.units = append(s.units, text)
	}
	for _, b := range f.Priorities {
		fresh = true
		switch b.Kind {
		case corpus.List:
			for _, item := range b.Items {
				// The first letters of an item are its marker and depth.
				indent := item[:len(item)-len(strings.TrimLeft(item, " "))]
				add(indent + clean(item, 1<<20))
			}
		case corpus.Table:
			for i, row := range b.Rows {
				cells := make([]string, len(row))
				for j, c := range row {
					cells[j] = clean(c, 1<<20)
				}
				line := strings.Join(cells, " | ")
				switch {
				case i == 0 && len(b.Rows) > 1:
				case i == 1:
					add(tableHeader(b.Rows[0]) + "\n" + line)
				default:
					add(line)
				}
			}
		case corpus.Code:
			mark := "```"
			for strings.Contains(b.Text, mark) {
				mark += "`"
			}
			add(mark + "\n" + strings.TrimRight(b.Text, "\n") + "\n" + mark)
		default:
			add(clean(b.Text, 1<<20))
		}
	}
}

func tableHeader(row []string) string {
	cells := make([]string, len(row))
	for i, c := range row {
		cells[i] = clean(c, 1<<20)
	}
	return strings.Join(cells, " | ")
}
