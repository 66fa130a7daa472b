package mcp

import (
	"strings"

	"substrate/corpus"
)

// piece is what a budget may part a section at: a heading with its first words, a paragraph, a list item, a table row, a
// whole piece of code.
type piece struct {
	section int    // index of the section it belongs to
	head    string // printed before it when the piece opens an answer or a block: a table's header row
	text    string
	glue    string // between the piece before it and itself
	kind    corpus.BlockKind
	pages   corpus.Pages
}

// pieces are a section's blocks as Markdown, parted where an answer may end.
func pieces(n int, s corpus.Section) []piece {
	var out []piece
	for _, b := range s.Blocks {
		add := func(first bool, head, text string) {
			glue := "\n"
			if first {
				glue = "\n\n"
			}
			out = append(out, piece{section: n, head: head, text: text, glue: glue, kind: b.Kind, pages: b.Pages})
		}
		switch b.Kind {
		case corpus.Code:
			add(true, "", fenced(b.Text))
		case corpus.List:
			for i, it := range b.Items {
				add(i == 0, "", it)
			}
		case corpus.Table:
			if len(b.Rows) == 0 {
				continue
			}
			head := tableRow(b.Rows[0]) + "\n" + strings.Repeat("|---", len(b.Rows[0])) + "|"
			if len(b.Rows) == 1 {
				add(true, "", head)
			}
			for i, r := range b.Rows[1:] {
				add(i == 0, head, tableRow(r))
			}
		default:
			add(true, "", b.Text)
		}
	}
	return out
}

// assemble joins pieces; a table that begins in the middle begins with its header row.
func assemble(list []piece) string {
	var sb strings.Builder
	for i, p := range list {
		if i > 0 {
			sb.WriteString(p.glue)
		}
		if p.head != "" && (i == 0 || p.glue == "\n\n") {
			sb.WriteString(p.head + "\n")
		}
		sb.WriteString(p.text)
	}
	return sb.String()
}

// fenced is code in a fence that nothing in it can close.
func fenced(code string) string {
	fence := "```"
	for strings.Contains(code, fence) {
		fence += "`"
	}
	return fence + "\n" + strings.TrimRight(code, "\n") + "\n" + fence
}

var cell = strings.NewReplacer("|", `\|`, "\n", " ")

func tableRow(cells []string) string {
	var sb strings.Builder
	for _, c := range cells {
		sb.WriteString("| " + cell.Replace(c) + " ")
	}
	return sb.String() + "|"
}
