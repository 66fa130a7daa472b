package source

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"substrate/corpus"
	"substrate/corpus/markdown"
)

// read is what the reader makes of a piece of Markdown; nil when it is more than one section, or when it runs into what comes behind.
func read(text string) []corpus.Block {
	r, err := markdown.Read([]byte("\n" + text + "\n\nx\n")) // a first line of dashes is no front matter here
	if err != nil || len(r.Sections) != 1 || r.Sections[0].Level != 0 || r.Sections[0].Title != "" {
		return nil
	}
	b := r.Sections[0].Blocks
	if n := len(b) - 1; n >= 0 && b[n].Kind == corpus.Paragraph && b[n].Text == "x" {
		return b[:n]
	}
	return nil
}

// heading writes number and title so that both are read back.
func heading(s corpus.Section) string {
	title := oneLine(s.Title)
	forms := []string{title}
	if s.Number != "" {
		forms = []string{s.Number + " " + title, s.Number + ". " + title, "Appendix " + s.Number + " " + title}
	}
	want := corpus.MakeAnchor(s.Number)
	for _, f := range forms {
		ok := func(esc string) bool {
			r, err := markdown.Read([]byte("\n# " + esc + "\n\nx\n"))
			return err == nil && len(r.Sections) == 1 && r.Sections[0].Title == title && corpus.MakeAnchor(r.Sections[0].Number) == want
		}
		if esc := escaped(f, ok); ok(esc) {
			return esc
		}
	}
	return escaped(forms[0], func(esc string) bool {
		r, err := markdown.Read([]byte("\n# " + esc + "\n\nx\n"))
		return err == nil && len(r.Sections) == 1 && r.Sections[0].Heading() == forms[0]
	})
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// paragraph writes a text in one line, with backslashes only where a sign would be taken for markup.
func paragraph(text string) string {
	text = oneLine(text)
	if text == "" {
		return ""
	}
	return escaped(text, func(esc string) bool {
		b := read(esc)
		return len(b) == 1 && b[0].Kind == corpus.Paragraph && b[0].Text == text
	})
}

var (
	entity   = regexp.MustCompile(`&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});`)
	lead     = regexp.MustCompile(`^(?:#{1,6}(?:\s|$)|[-+*>=~|:]|` + "`" + `)`)
	leadNum  = regexp.MustCompile(`^\d{1,9}([.)])(?:\s|$)`)
	snake    = regexp.MustCompile(`[\pL\pN]_+[\pL\pN]`)
	anyPunct = "\\`*_{}[]<>()#+-.!|~&=:"
)

// escaped writes a text so that ok holds, with as few backslashes as it can: none, one at its start, or one before each sign that
// makes markup where it stands. When nothing else helps, every sign gets one.
func escaped(text string, ok func(string) bool) string {
	raw := entity.ReplaceAllString(text, `\$0`)
	if ok(raw) {
		return raw
	}
	marks := map[int]bool{} // places that get a backslash
	switch m := leadNum.FindStringSubmatchIndex(text); {
	case m != nil:
		marks[m[2]] = true
	case lead.MatchString(text):
		marks[0] = true
	}
	for _, m := range entity.FindAllStringIndex(text, -1) {
		marks[m[0]] = true
	}
	if ok(mark(text, marks)) {
		return mark(text, marks)
	}
	fixed := maps.Clone(marks)
	for i := range len(text) {
		if strings.IndexByte(signs, text[i]) >= 0 {
			marks[i] = true
		}
	}
	if !ok(mark(text, marks)) {
		return escapeAll(text)
	}
	without := func(drop func(i int) bool) {
		fewer := maps.Clone(marks)
		for i := range marks {
			if !fixed[i] && drop(i) {
				delete(fewer, i)
			}
		}
		if len(fewer) < len(marks) && ok(mark(text, fewer)) {
			marks = fewer
		}
	}
	inWord := map[int]bool{}
	for _, m := range snake.FindAllStringIndex(text, -1) {
		for i := m[0]; i < m[1]; i++ {
			inWord[i] = true
		}
	}
	for _, c := range []byte("*_`~>]|\\<[") { // what closes goes first: a sign that opens shows better that it is none
		without(func(i int) bool { return text[i] == c })
	}
	without(func(i int) bool { return text[i] == '_' && inWord[i] })
	without(func(i int) bool { return alone(text, i) })
	// Emphasis is escaped at both of its ends or not at all, which reads better than one; the others are judged one by one.
	tries := 0
	for _, i := range slices.Backward(slices.Sorted(maps.Keys(marks))) {
		if strings.IndexByte("[]<>\\|", text[i]) >= 0 && tries < 40 {
			tries++
			without(func(k int) bool { return k == i })
		}
	}
	return mark(text, marks)
}

const signs = "*_`<>[]~\\|"

// alone reports whether a sign has blanks on both sides.
func alone(text string, i int) bool {
	return (i == 0 || text[i-1] == ' ') && (i+1 == len(text) || text[i+1] == ' ')
}

// mark puts backslashes at places.
func mark(text string, at map[int]bool) string {
	var sb strings.Builder
	for i := range len(text) {
		if at[i] {
			sb.WriteByte('\\')
		}
		sb.WriteByte(text[i])
	}
	return sb.String()
}

func escapeAll(text string) string {
	var sb strings.Builder
	for i := 0; i < len(text); i++ {
		if strings.IndexByte(anyPunct, text[i]) >= 0 {
			sb.WriteByte('\\')
		}
		sb.WriteByte(text[i])
	}
	return sb.String()
}

// code writes code between fences that are longer than any inside.
func code(text string) string {
	longest, run := 2, 0
	for _, r := range text {
		if r == '`' {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	fence := strings.Repeat("`", longest+1)
	text = strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if text == "" {
		return fence + "\n" + fence
	}
	return fence + "\n" + text + "\n" + fence
}

// table writes rows with pipes; the first is the header.
func table(rows [][]string) string {
	if len(rows) == 0 || len(rows[0]) == 0 {
		return ""
	}
	var sb strings.Builder
	for i, r := range rows {
		sb.WriteByte('|')
		for c := range rows[0] {
			text := ""
			if c < len(r) {
				text = cell(r[c])
			}
			sb.WriteString(" " + text)
			if text != "" {
				sb.WriteByte(' ')
			}
			sb.WriteByte('|')
		}
		sb.WriteByte('\n')
		if i == 0 {
			sb.WriteString("|" + strings.Repeat(" --- |", len(rows[0])) + "\n")
		}
	}
	return strings.TrimRight(sb.String(), "\n")
}

func cell(text string) string {
	text = oneLine(text)
	if !strings.ContainsAny(text, "\\`*_<[|~&:@") && !strings.Contains(text, "www.") {
		return text
	}
	return pipes(escaped(text, func(esc string) bool {
		b := read("| x |\n| --- |\n| " + pipes(esc) + " |")
		return len(b) == 1 && b[0].Kind == corpus.Table && len(b[0].Rows) == 2 && b[0].Rows[1][0] == text
	}))
}

// pipes escapes the pipes that are not yet.
func pipes(s string) string {
	var sb strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '|' && (i == 0 || s[i-1] != '\\') {
			sb.WriteByte('\\')
		}
		sb.WriteByte(s[i])
	}
	return sb.String()
}

var (
	item   = regexp.MustCompile(`^( *)(\S+)(?: (.*))?$`)
	number = regexp.MustCompile(`^(\d{1,9})([.)])$`)
)

// list writes items under their marks, those below others indented.
func list(items []string) string {
	want := corpus.Block{Kind: corpus.List}
	for _, it := range items {
		if strings.TrimSpace(it) != "" {
			want.Items = append(want.Items, it)
		}
	}
	if len(want.Items) == 0 {
		return ""
	}
	first := ""
	for _, style := range []struct{ loose, all bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
		text := listIn(want.Items, style.loose, style.all)
		if first == "" {
			first = text
		}
		if b := read(text); len(b) == 1 && b[0].Kind == corpus.List && strings.Join(b[0].Items, "\n") == strings.Join(want.Items, "\n") {
			return text
		}
	}
	return first
}

// listIn writes items close together or with blank lines between them, and with all signs escaped or only those that must be.
func listIn(items []string, loose, all bool) string {
	var lines []string
	widths := []int{} // of the marks of the items that are open, one for each level
	for _, it := range items {
		m := item.FindStringSubmatch(strings.ReplaceAll(it, "\n", " "))
		if m == nil {
			continue
		}
		level := min(len(m[1])/2, len(widths))
		mark, text := m[2], oneLine(m[3])
		if n := number.FindStringSubmatch(mark); n != nil {
			if v, err := strconv.Atoi(n[1]); err == nil {
				mark = fmt.Sprintf("%d%s", v, n[2])
			}
		} else {
			if mark != "•" {
				text = strings.TrimSpace(mark + " " + text) // (a) and the like: Markdown has no such lists
			}
			mark = "-"
		}
		switch {
		case text == "":
		case all:
			text = escapeAll(text)
		default:
			text = itemText(text)
		}
		widths = append(widths[:level], len(mark)+1)
		indent := 0
		for _, w := range widths[:level] {
			indent += w
		}
		lines = append(lines, strings.TrimRight(strings.Repeat(" ", indent)+mark+" "+text, " "))
	}
	if loose {
		return strings.Join(lines, "\n\n")
	}
	return strings.Join(lines, "\n")
}

func itemText(text string) string {
	return escaped(text, func(esc string) bool {
		b := read("- " + esc)
		return len(b) == 1 && b[0].Kind == corpus.List && len(b[0].Items) == 1 && b[0].Items[0] == "• "+text
	})
}
