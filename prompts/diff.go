package prompts

import (
	"fmt"
	"slices"
	"strings"
)

// Diff tells what changed from one prompt to another, section by section, removed lines with "-" and added ones with "+"; lines
// that stayed are not told. It is "" when both have the same content. Version, cascade and time are not compared.
func Diff(old, new Prompt) string {
	if old.Hash == new.Hash {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s → %s\n", called(old), called(new))
	seen := map[int]bool{}
	for _, s := range new.Sections {
		i := find(old.Sections, s.Heading, seen)
		if i < 0 {
			tell(&b, s.Heading, "new section", nil, lines(s.Text))
			continue
		}
		seen[i] = true
		if o := old.Sections[i]; o.Text != s.Text {
			gone, come := compare(lines(o.Text), lines(s.Text))
			note := ""
			if len(gone)+len(come) == 0 {
				note = "the same lines in another order or layout"
			}
			tell(&b, s.Heading, note, gone, come)
		}
	}
	for i, s := range old.Sections {
		if !seen[i] {
			tell(&b, s.Heading, "section removed", lines(s.Text), nil)
		}
	}
	if b.Len() == len(fmt.Sprintf("%s → %s\n", called(old), called(new))) {
		b.WriteString("\nthe same sections in another order\n")
	}
	return b.String()
}

func called(p Prompt) string {
	if p.Version > 0 {
		return fmt.Sprintf("version %d (%s)", p.Version, p.Hash)
	}
	return p.Hash
}

// find is the first section under a heading that was not found before: a template may use one twice.
func find(list []Section, heading string, seen map[int]bool) int {
	for i, s := range list {
		if s.Heading == heading && !seen[i] {
			return i
		}
	}
	return -1
}

func tell(b *strings.Builder, heading, note string, gone, come []string) {
	h := strings.TrimLeft(heading, "# ")
	if h == "" {
		h = "(before the first heading)"
	}
	fmt.Fprintf(b, "\n%s", h)
	if note != "" {
		fmt.Fprintf(b, " (%s)", note)
	}
	b.WriteByte('\n')
	for _, l := range gone {
		fmt.Fprintf(b, "- %s\n", l)
	}
	for _, l := range come {
		fmt.Fprintf(b, "+ %s\n", l)
	}
}

// lines are what a section says, without blank lines and the dashes of lists, which would look like removals.
func lines(text string) []string {
	var out []string
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimPrefix(l, "- "); strings.TrimSpace(l) != "" {
			out = append(out, l)
		}
	}
	return out
}

// mostCells bounds the table of the comparison; longer sections are compared as sets of lines.
const mostCells = 4 << 20

// compare finds the lines that are only in a or only in b, by their longest common subsequence.
func compare(a, b []string) (gone, come []string) {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a)*len(b) > mostCells {
		return without(a, b), without(b, a)
	}
	long := make([][]int32, len(a)+1) // long[i][j]: the longest common subsequence of a[i:] and b[j:]
	for i := range long {
		long[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				long[i][j] = long[i+1][j+1] + 1
			} else {
				long[i][j] = max(long[i+1][j], long[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			i, j = i+1, j+1
		case long[i+1][j] >= long[i][j+1]:
			gone = append(gone, a[i])
			i++
		default:
			come = append(come, b[j])
			j++
		}
	}
	return append(gone, a[i:]...), append(come, b[j:]...)
}

func without(a, b []string) []string {
	in := make(map[string]bool, len(b))
	for _, l := range b {
		in[l] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(l string) bool { return in[l] })
}
