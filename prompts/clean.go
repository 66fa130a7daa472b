package prompts

import (
	"strings"
	"unicode"
)

// How much of a document's words a row may carry, in letters. What is longer is cut with "…": the row says where the rest is.
const (
	longestTitle   = 120
	longestQuote   = 320
	longestReason  = 320
	longestHeading = 100
)

// withheld stands in a row for words that speak to a language model: in a system prompt they would speak with its authority.
const withheld = "(withheld: it speaks to a language model)"

// clean brings a document's words to one line without anything invisible, at most so many letters long.
func clean(s string, most int) string {
	var b strings.Builder
	n, gap := 0, false
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unicode.IsSpace(r):
			gap = n > 0
			continue
		case !visible(r):
			continue
		}
		if n >= most {
			b.WriteString("…")
			break
		}
		if gap {
			b.WriteByte(' ')
			n++
		}
		gap = false
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// visible keeps joiners, which some scripts need inside words, and the two selectors that tell text from emoji. The other
// variation selectors can carry a message that nobody sees.
func visible(r rune) bool {
	switch {
	case r == '\u200c', r == '\u200d', r == '\ufe0e', r == '\ufe0f':
		return true
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF:
		return false
	}
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs)
}

// quoted is a document's words between quotation marks that they cannot close.
func quoted(s string, most int) string {
	return `"` + strings.ReplaceAll(clean(s, most), `"`, "'") + `"`
}

// seen is a text without what nobody sees, lines and indentation kept, without blank lines at its ends.
func seen(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || visible(r) {
			return r
		}
		return -1
	}, s)
	lines := strings.Split(s, "\n")
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	return strings.TrimRightFunc(strings.Join(lines, "\n"), unicode.IsSpace)
}

// marked is a text as a quotation, each line with its mark, so that nothing in it can end it.
func marked(s string) string {
	s = seen(s)
	if s == "" {
		return ""
	}
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight("> "+lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// ownersText is what the owner wrote. Headings go below those of the prompt, so that it stays in its section.
func ownersText(s string) string {
	lines := strings.Split(seen(s), "\n")
	var f fence
	for i, line := range lines {
		if f.inside(line) {
			continue
		}
		if marks := len(line) - len(strings.TrimLeft(line, "#")); marks > 0 && marks < 3 && strings.HasPrefix(line[marks:], " ") {
			lines[i] = "###" + line[marks:]
		}
	}
	return closed(strings.Join(lines, "\n"))
}

// closed ends code that is still open, or the rest of a prompt would be part of it.
func closed(text string) string {
	var f fence
	for _, line := range strings.Split(text, "\n") {
		f.inside(line)
	}
	if f.open != "" {
		return strings.TrimRight(text, "\n") + "\n" + f.open
	}
	return text
}

// fence follows fenced code through the lines of a Markdown text.
type fence struct{ open string }

// inside reports whether a line belongs to code, the fences among it.
func (f *fence) inside(line string) bool {
	t := strings.TrimLeft(line, " ")
	if len(line)-len(t) > 3 {
		return f.open != ""
	}
	for _, c := range []string{"`", "~"} {
		marks := t[:len(t)-len(strings.TrimLeft(t, c))]
		if len(marks) < 3 {
			continue
		}
		switch {
		case f.open == "" && !(c == "`" && strings.Contains(t[len(marks):], "`")):
			f.open = marks
			return true
		case f.open != "" && f.open[:1] == c && len(marks) >= len(f.open) && strings.TrimSpace(t[len(marks):]) == "":
			f.open = ""
			return true
		}
	}
	return f.open != ""
}
