// Package source makes Markdown from what was read of a version.
package source

import (
	"fmt"
	"strings"

	"substrate/corpus"
)

// Make writes a version as Markdown that reads back as the same sections, tables and code.
func Make(id corpus.Identity, sections []corpus.Section) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\nVersion: %s\nDate: %s\n", id.Title, id.Label, id.Date)
	if id.Epoch != "" {
		fmt.Fprintf(&b, "Epoch: %s\n", id.Epoch)
	}
	for _, s := range sections {
		if s.Level == 0 {
			continue
		}
		head := strings.TrimSpace(s.Number + " " + s.Title)
		fmt.Fprintf(&b, "\n%s %s\n", strings.Repeat("#", min(s.Level+1, 6)), head)
		for _, k := range s.Blocks {
			b.WriteString("\n")
			switch k.Kind {
			case corpus.Code:
				fmt.Fprintf(&b, "```\n%s\n```\n", strings.TrimRight(k.Text, "\n"))
			case corpus.List:
				for _, it := range k.Items {
					b.WriteString(strings.Replace(it, "• ", "- ", 1) + "\n")
				}
			case corpus.Table:
				for i, r := range k.Rows {
					b.WriteString("| " + strings.Join(r, " | ") + " |\n")
					if i == 0 {
						b.WriteString(strings.Repeat("|---", len(r)) + "|\n")
					}
				}
			default:
				b.WriteString(k.Text + "\n")
			}
		}
	}
	return []byte(b.String())
}
