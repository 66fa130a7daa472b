package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"substrate/library"
)

func (a *app) historyCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "history TERM|REF#SECTION",
		Short: "When a term, a value or a section appeared, changed and disappeared, and why",
		Long: `Follows a term, a value or a section through all versions: where it first appeared, changed and disappeared, with date
and reference, and the row of the change log or the drift entry that gives the reason. Where none does, it says
"no reason is recorded"; it never makes one up.

Exit status: 0 done, also when nothing was found; 1 failed; 2 wrong command line; 5 no such document or section.`,
		Example:           "  substrate history \"GTT\"\n  substrate history elroy-user-guide#2.1",
		Args:              args(cobra.MinimumNArgs(1), "name a term or a section"),
		ValidArgsFunction: a.completeRefs(true),
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			h, err := l.History(ctx, strings.Join(list, " "))
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(h)
			}
			for _, e := range h.Events {
				what := ""
				if e.Old != "" || e.New != "" {
					what = fmt.Sprintf("  %s → %s", e.Old, e.New)
				}
				fmt.Fprintf(a.out, "%-10s %-11s [%s]%s\n", orDash(e.Date), e.Kind, e.Ref, what)
				fmt.Fprint(a.out, wrap(firstWords(e.Text, 40), 88, "             "))
				from := ""
				if e.Source != "" {
					from = "  (" + e.Source + ")"
				}
				fmt.Fprint(a.out, wrap("because: "+firstWords(e.Reason, 60)+from, 88, "             "))
			}
			for _, n := range h.Notes {
				fmt.Fprintln(a.out, n)
			}
			a.say("looked through %s", h.Searched)
			return nil
		}),
	}
}

func (a *app) checkCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "check STATEMENT",
		Short: "Hold a statement against the library",
		Long: `Says what the library makes of a statement:

  supported      a current version says so
  contradicted   a current version says something else about the same thing
  drifted        a current version says so, and the drift log says that it is false
  historical     only versions of the past say so
  unknown        nothing says anything about it; what was searched is told

Exit status: 0 done, whatever the answer; 1 failed; 2 wrong command line.`,
		Example: "  substrate check \"GTT is 8 GB\"\n  substrate check \"retention is 90 days\" --json",
		Args:    args(cobra.MinimumNArgs(1), "write the statement"),
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			c, err := l.Check(ctx, strings.Join(list, " "))
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(c)
			}
			fmt.Fprintf(a.out, "%s\n%s", c.Verdict, wrap(c.Because, 92, "  "))
			for _, d := range c.Drift {
				fmt.Fprint(a.out, driftLine(d, "  "))
			}
			a.printWitnesses("for", c.For)
			a.printWitnesses("against", c.Against)
			for _, n := range c.Notes {
				fmt.Fprint(a.out, wrap(n, 92, "  "))
			}
			a.say("searched %s", c.Searched)
			return nil
		}),
	}
}

func (a *app) printWitnesses(label string, list []library.Witness) {
	for _, w := range list {
		fmt.Fprintf(a.out, "  %-8s [%s] %s\n%s", label, w.Ref, w.Standing, wrap(w.Text, 84, "           "))
	}
}

// driftLine tells a drift entry beside a passage, reality first.
func driftLine(d library.Drift, indent string) string {
	return wrap(fmt.Sprintf("DRIFT %s: actually %s; the document says %s (found %s, recorded in %s)", d.ID, d.Actually, d.Says, orDash(d.Found), d.RecordedIn), 92, indent)
}
