package main

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"substrate/corpus"
	"substrate/library"
)

func (a *app) showCmd() *cobra.Command {
	var full bool
	c := &cobra.Command{
		Use:   "show REF",
		Short: "Show a section, or the outline of a version",
		Long: `Shows what a reference means: a section with its subsections, or without #SECTION the outline of the version.

  elroy-user-guide              the current version's outline
  elroy-user-guide#10.3         a section of the current version
  elroy-user-guide@2.0#10.3     the same section of another version
  elroy-user-guide#backups      a section by its title

Exit status: 0 done; 1 failed; 2 wrong command line; 5 no such document, version or section.`,
		Example:           "  substrate show elroy-user-guide#10.3\n  substrate show --full priorities-list",
		Args:              args(cobra.ExactArgs(1), "name one reference, such as user-guide#10.3"),
		ValidArgsFunction: a.completeRefs(true),
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			s, err := l.Show(ctx, list[0], full)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(s)
			}
			fmt.Fprintf(a.out, "%s %s · %s · %s%s\n", s.Title, s.Version, s.Standing, s.Ref, dateText(s.Date))
			if s.Current != "" {
				fmt.Fprintf(a.out, "this is not the current version; see %s\n", s.Current)
			}
			fmt.Fprintln(a.out)
			for _, sec := range s.Sections {
				a.printSection(sec, s.Outline)
				for _, d := range s.Drift {
					if d.Section == sec.Anchor {
						fmt.Fprintln(a.out, driftLine(d.Drift, ""))
					}
				}
			}
			return nil
		}),
	}
	c.Flags().BoolVar(&full, "full", false, "the whole version, not only its outline")
	return c
}

func dateText(d string) string {
	if d == "" {
		return ""
	}
	return " · " + d
}

func (a *app) printSection(s corpus.Section, outline bool) {
	head := s.Heading()
	if outline {
		if head == "" {
			head = "(before the first heading)"
		}
		line := fmt.Sprintf("%s%s", strings.Repeat("  ", max(s.Level-1, 0)), head)
		fmt.Fprintf(a.out, "%-64s #%-22s %s\n", line, s.Anchor, pagesText(s.Pages.First, s.Pages.Last))
		return
	}
	if head != "" {
		fmt.Fprintf(a.out, "%s %s    %s\n\n", strings.Repeat("#", max(s.Level, 1)), head, pagesText(s.Pages.First, s.Pages.Last))
	}
	for _, b := range s.Blocks {
		switch b.Kind {
		case corpus.Table:
			a.printTable(b.Rows)
		case corpus.Code:
			for _, l := range strings.Split(b.Text, "\n") {
				fmt.Fprintf(a.out, "    %s\n", l)
			}
		case corpus.List:
			for _, it := range b.Items {
				fmt.Fprintln(a.out, it)
			}
		default:
			fmt.Fprint(a.out, wrap(b.Text, 96, ""))
		}
		fmt.Fprintln(a.out)
	}
}

// printTable prints cells in columns; where that would be too wide, row by row with the header's words.
func (a *app) printTable(rows [][]string) {
	width := make([]int, len(rows[0]))
	total := 0
	for _, r := range rows {
		for i, c := range r {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	for _, w := range width {
		total += w + 3
	}
	if total <= 120 {
		for n, r := range rows {
			for i, c := range r {
				fmt.Fprintf(a.out, "| %s%s ", c, strings.Repeat(" ", width[i]-utf8.RuneCountInString(c)))
			}
			fmt.Fprintln(a.out, "|")
			if n == 0 {
				for _, w := range width {
					fmt.Fprintf(a.out, "|%s", strings.Repeat("-", w+2))
				}
				fmt.Fprintln(a.out, "|")
			}
		}
		return
	}
	for _, r := range rows[1:] {
		for i, c := range r {
			if c != "" {
				mark := "  "
				if i == 0 {
					mark = "- "
				}
				fmt.Fprint(a.out, mark+strings.TrimLeft(wrap(rows[0][i]+": "+c, 94, "  "), " "))
			}
		}
	}
}
