package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"substrate/library"
)

func (a *app) diffCmd() *cobra.Command {
	var cascade int
	var side, values bool
	var color string
	c := &cobra.Command{
		Use:   "diff REF [REF]",
		Short: "Compare two versions by section, word and value",
		Long: `Compares two versions of a document: sections added, removed, moved, renamed and changed; inside a changed one the
words; and the values that changed. What the change log does not mention is marked, and so are rows of the change log
that nothing in the text shows.

With one reference, that version is compared with the one before it; with --cascade, all that a cascade brought.

Exit status: 0 done, also when nothing differs; 1 failed; 2 wrong command line; 5 no such version or cascade.`,
		Example: `  substrate diff elroy-user-guide@2.0 elroy-user-guide@2.1
  substrate diff elroy-user-guide --values
  substrate diff --cascade 7`,
		Args: func(_ *cobra.Command, list []string) error {
			switch {
			case cascade > 0 && len(list) > 0:
				return usageError{fmt.Errorf("diff: --cascade takes no references")}
			case cascade <= 0 && (len(list) < 1 || len(list) > 2):
				return usageError{fmt.Errorf("diff: name one or two versions, such as user-guide@2.0 user-guide@2.1")}
			}
			return nil
		},
		ValidArgsFunction: a.completeRefs(false),
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			var diffs []*library.Diff
			var err error
			if cascade > 0 {
				diffs, err = l.DiffCascade(ctx, cascade)
			} else {
				to := ""
				if len(list) == 2 {
					to = list[1]
				}
				var d *library.Diff
				d, err = l.Diff(ctx, list[0], to)
				diffs = append(diffs, d)
			}
			if err != nil {
				return err
			}
			if a.json {
				if cascade > 0 {
					return a.printJSON(diffs)
				}
				return a.printJSON(diffs[0])
			}
			p := &diffPrinter{a: a, color: color == "always" || color == "auto" && isTerminal(a.out), side: side, values: values}
			for _, d := range diffs {
				p.print(d)
			}
			if len(diffs) == 0 {
				fmt.Fprintf(a.out, "Cascade %d brought no newer version of a document that was there.\n", cascade)
			}
			return nil
		}),
	}
	c.Flags().IntVar(&cascade, "cascade", 0, "compare all that this cascade brought with what was there before")
	c.Flags().BoolVar(&side, "side-by-side", false, "old and new in two columns")
	c.Flags().BoolVar(&values, "values", false, "only the values that changed")
	c.Flags().StringVar(&color, "color", "auto", "auto, always or never")
	return c
}

type diffPrinter struct {
	a                   *app
	color, side, values bool
}

func (p *diffPrinter) paint(code, s string) string {
	if !p.color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p *diffPrinter) print(d *library.Diff) {
	out := p.a.out
	fmt.Fprintf(out, "%s  %s (%s) → %s (%s)\n", d.Title, d.Old, orDash(d.OldDate), d.New, orDash(d.NewDate))
	for _, n := range d.Notes {
		p.a.say("note: %s", n)
	}
	if len(d.Sections) == 0 {
		fmt.Fprintln(out, "nothing differs")
	}
	p.sections(d.Sections, false)
	for _, r := range d.Rows {
		if !r.Shown {
			fmt.Fprintf(out, "\n%s\n%s", p.paint("33", "in the change log, but nothing in the text shows it:"), wrap(r.Version+" "+r.Text, 92, "  "))
		}
	}
	if n := d.Unlogged(); n > 0 {
		fmt.Fprintf(out, "\n%d changed values are not in the change log\n", n)
	}
	fmt.Fprintln(out)
}

// sections prints what differs, section by section; quiet says nothing of the change log.
func (p *diffPrinter) sections(list []library.DiffSection, quiet bool) {
	for _, s := range list {
		if p.values && len(s.Values) == 0 {
			continue
		}
		mark := ""
		if !s.Logged && !quiet {
			mark = p.paint("33", "  not in the change log")
		}
		anchor := s.Ref[strings.IndexByte(s.Ref, '#')+1:]
		fmt.Fprintf(p.a.out, "\n%-8s #%s %s%s\n", s.Kind, anchor, strings.TrimSpace(strings.TrimPrefix(s.Heading, anchor)), mark)
		if s.OldHeading != "" {
			fmt.Fprintf(p.a.out, "         was: %s\n", s.OldHeading)
		}
		for _, v := range s.Values {
			mark := ""
			if !v.Logged && !quiet {
				mark = p.paint("33", "  not in the change log")
			}
			fmt.Fprintf(p.a.out, "  value  %s → %s%s\n", p.paint("31", v.Old), p.paint("32", v.New), mark)
		}
		if p.values {
			continue
		}
		for _, u := range s.Units {
			p.unit(u)
		}
	}
}

func (p *diffPrinter) unit(u library.DiffUnit) {
	out := p.a.out
	switch {
	case p.side:
		p.columns(u.Old, u.New)
	case u.Old == "":
		fmt.Fprint(out, p.paint("32", strings.TrimRight(wrap("+ "+u.New, 90, "    "), "\n")), "\n")
	case u.New == "":
		fmt.Fprint(out, p.paint("31", strings.TrimRight(wrap("- "+u.Old, 90, "    "), "\n")), "\n")
	default:
		var b strings.Builder
		for i, w := range u.Words {
			if i > 0 {
				b.WriteByte(' ')
			}
			switch {
			case w.Op == "-" && p.color:
				b.WriteString(p.paint("31;9", w.Text))
			case w.Op == "+" && p.color:
				b.WriteString(p.paint("32", w.Text))
			case w.Op == "-":
				b.WriteString("[-" + w.Text + "-]")
			case w.Op == "+":
				b.WriteString("{+" + w.Text + "+}")
			default:
				b.WriteString(w.Text)
			}
		}
		fmt.Fprint(out, wrap("~ "+b.String(), 90, "    "))
	}
}

// columns prints two texts beside each other.
func (p *diffPrinter) columns(old, new string) {
	left, right := lines(old), lines(new)
	for i := range max(len(left), len(right)) {
		l, r := "", ""
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		fmt.Fprintf(p.a.out, "    %s%s │ %s\n", p.paint("31", l), strings.Repeat(" ", 46-len([]rune(l))), p.paint("32", r))
	}
	fmt.Fprintln(p.a.out)
}

// lines breaks a text to the width of a column; words that are longer are broken too.
func lines(s string) []string {
	var out []string
	if s == "" {
		return nil
	}
	for _, l := range strings.Split(strings.TrimRight(wrap(s, 46, ""), "\n"), "\n") {
		r := []rune(l)
		for len(r) > 46 {
			out = append(out, string(r[:46]))
			r = r[46:]
		}
		out = append(out, string(r))
	}
	return out
}
