package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"substrate/driftlog"
	"substrate/library"
)

func (a *app) driftCmd() *cobra.Command {
	var o library.DriftOptions
	c := &cobra.Command{
		Use:   "drift",
		Short: "The drift log: what the documents say and is known to be false",
		Long: `Lists the open entries of the drift log, newest first: document X says A; actually B.

The log is read from the documents: the section that drift_log: in substrate.yaml names, or any section of an authoritative
document that is headed Drift Log, Known Inconsistencies, Errata or the like. Entries that were added by command are
listed with them. Every passage that an open entry speaks of carries it, in search, show and check.

Exit status: 0 done; 1 failed; 2 wrong command line; 5 no such document or entry; 6 another process is changing the library.`,
		Example: `  substrate drift
  substrate drift --all --document phase-2-deployment-guide
  substrate drift show D-07
  substrate drift add --ref phase-2-guide@1.2#4.1 --says "GTT 8.0 GB" --actually "GTT 15.2 GB"
  substrate drift scan`,
		Args: args(cobra.NoArgs, "it takes no arguments; substrate drift show ID shows one entry"),
		RunE: a.with(func(ctx context.Context, l *library.Library, _ []string) error {
			list, err := l.DriftLog(ctx, o)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(list)
			}
			a.printDrift(list, o)
			return nil
		}),
	}
	c.Flags().BoolVar(&o.All, "all", false, "resolved and closed entries too")
	c.Flags().StringVar(&o.Document, "document", "", "only entries about this `document`, or recorded in it")
	_ = c.RegisterFlagCompletionFunc("document", a.completeRefs(false))
	c.AddCommand(a.driftShowCmd(), a.driftAddCmd(), a.driftResolveCmd(), a.driftScanCmd(), a.driftJudgeCmd(true), a.driftJudgeCmd(false), a.driftExportCmd())
	return c
}

func (a *app) printDrift(list *library.DriftList, o library.DriftOptions) {
	if len(list.Entries) == 0 {
		switch {
		case o.All:
			fmt.Fprintln(a.out, "No drift log was found, and no entry was added.")
		default:
			fmt.Fprintln(a.out, "No open entries.")
			a.say("--all lists resolved and closed ones too; substrate drift scan looks for what no log has")
		}
	}
	for _, e := range list.Entries {
		mark := ""
		if e.Status != driftlog.Open {
			mark = "  " + string(e.Status)
		}
		fmt.Fprintf(a.out, "%-6s %s%s\n", e.ID, place(e), mark)
		fmt.Fprint(a.out, hang("actually", e.Actually), hang("says", e.Says))
		fmt.Fprintf(a.out, "       found     %s · recorded in %s\n", orDash(e.Found.String()), e.RecordedIn)
		if e.Status != driftlog.Open {
			fmt.Fprint(a.out, hang("because", e.Because))
		}
		if e.Gone != "" {
			fmt.Fprint(a.out, hang("note", e.Gone))
		}
	}
	for _, p := range list.Problems {
		a.say("%s", problem(p))
	}
}

func problem(p driftlog.Problem) string {
	s := "note: " + p.Where
	if p.Page > 0 {
		s += fmt.Sprintf(", page %d", p.Page)
	}
	if p.Row > 0 {
		s += fmt.Sprintf(", row %d", p.Row)
	}
	return fmt.Sprintf("%s: %s (%q)", s, p.Why, firstWords(p.Text, 14))
}

// place is the section that an entry speaks of, by reference where it was found.
func place(e driftlog.State) string {
	if e.Target != "" {
		return e.Target
	}
	return e.Place()
}

// hang prints a labelled text whose lines stand below each other.
func hang(label, text string) string {
	t := wrap(text, 84, "                 ")
	return fmt.Sprintf("       %-9s ", label) + strings.TrimLeft(t, " ")
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func (a *app) driftShowCmd() *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show one entry with everything that is known of it",
		Long:    "Shows one entry: what it says, why it has its status, and every section that is not quoted without it.\n\nExit status: 0 done; 1 failed; 2 wrong command line; 5 no such entry.",
		Example: "  substrate drift show D-07", Args: args(cobra.ExactArgs(1), "name one entry, such as D-07"), ValidArgsFunction: a.completeDrift,
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			e, err := l.DriftEntry(ctx, list[0])
			if err != nil {
				return err
			}
			return a.printEntry(e)
		}),
	}
}

func (a *app) printEntry(e *driftlog.State) error {
	if a.json {
		return a.printJSON(e)
	}
	fmt.Fprintf(a.out, "%s · %s\n", e.ID, e.Status)
	fmt.Fprint(a.out, hang("actually", e.Actually), hang("says", e.Says), hang("where", e.Place()), hang("because", e.Because))
	fmt.Fprintf(a.out, "       found     %s\n       recorded  in %s", orDash(e.Found.String()), e.RecordedIn)
	if e.Since != e.RecordedIn {
		fmt.Fprintf(a.out, ", since %s", e.Since)
	}
	fmt.Fprintln(a.out)
	if e.By != "" {
		fmt.Fprint(a.out, hang("by", e.By))
	}
	if len(e.Also) > 0 {
		fmt.Fprint(a.out, hang("also", strings.Join(e.Also, ", ")))
	}
	if e.Gone != "" {
		fmt.Fprint(a.out, hang("note", e.Gone))
	}
	for i, t := range e.Targets {
		label := ""
		if i == 0 {
			label = "covers"
		}
		fmt.Fprint(a.out, hang(label, t.Ref))
	}
	return nil
}

func (a *app) driftAddCmd() *cobra.Command {
	var n library.DriftNew
	c := &cobra.Command{
		Use: "add --ref REF --says TEXT --actually TEXT", Short: "Add an entry, until a central document carries it",
		Long: `Adds an entry to the library's own part of the drift log. From then on the section carries it wherever it is quoted.
When a newer central document lists the same inconsistency, the two become one entry.

Exit status: 0 done; 1 failed; 2 wrong command line; 5 no such document or section; 6 another process is changing the library.`,
		Example: "  substrate drift add --ref phase-2-guide@1.2#4.1 --says \"GTT 8.0 GB\" --actually \"GTT 15.2 GB\" --because \"measured on 11 March\"",
		Args:    args(cobra.NoArgs, "everything is given by flags: --ref, --says, --actually"),
		RunE: a.with(func(ctx context.Context, l *library.Library, _ []string) error {
			if n.Ref == "" {
				return usageError{fmt.Errorf("--ref is missing: name the section that is wrong, such as user-guide@2.0#4.1")}
			}
			e, err := l.AddDrift(ctx, n)
			if err != nil {
				return err
			}
			return a.printEntry(e)
		}),
	}
	c.Flags().StringVar(&n.Ref, "ref", "", "the section that is wrong, as a `reference`")
	c.Flags().StringVar(&n.Says, "says", "", "what it says")
	c.Flags().StringVar(&n.Actually, "actually", "", "what is so")
	c.Flags().StringVar(&n.Because, "because", "", "how it is known")
	_ = c.RegisterFlagCompletionFunc("ref", a.completeRefs(true))
	return c
}

func (a *app) driftResolveCmd() *cobra.Command {
	var by, because string
	c := &cobra.Command{
		Use: "resolve ID", Short: "Close an entry that was put right",
		Long: `Closes an open entry and records what put it right. Entries about a version that a newer one has corrected are
resolved without this.

Exit status: 0 done; 1 failed; 2 wrong command line; 5 no such entry, document or version; 6 another process is changing the library.`,
		Example: "  substrate drift resolve D-07 --by elroy-user-guide@2.1#2.1", Args: args(cobra.ExactArgs(1), "name one entry, such as D-07"), ValidArgsFunction: a.completeDrift,
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			e, err := l.ResolveDrift(ctx, list[0], by, because)
			if err != nil {
				return err
			}
			return a.printEntry(e)
		}),
	}
	c.Flags().StringVar(&by, "by", "", "the section that says it right now, as a `reference`")
	c.Flags().StringVar(&because, "because", "", "why it is no inconsistency any more")
	_ = c.RegisterFlagCompletionFunc("by", a.completeRefs(true))
	return c
}

func (a *app) driftScanCmd() *cobra.Command {
	var o library.ScanOptions
	c := &cobra.Command{
		Use: "scan", Short: "Look for echoes and conflicts that no log has yet",
		Long: `Compares what came since the last scan with the version before, and looks through the other current documents for
statements that still carry an old value (echoes), and for statements about one thing with different values
(conflicts). Each becomes a candidate with both passages: accept it, or dismiss it for good.

Exit status: 0 done, also when nothing was found; 1 failed; 2 wrong command line; 6 another process is changing the library.`,
		Example: "  substrate drift scan\n  substrate drift scan --all\n  substrate drift accept C-3\n  substrate drift dismiss C-4 --because \"another pump\"",
		Args:    args(cobra.NoArgs, "it takes no arguments"),
		RunE: a.with(func(ctx context.Context, l *library.Library, _ []string) error {
			s, err := l.Scan(ctx, o)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(s)
			}
			for _, n := range s.Notes {
				a.say("note: %s", n)
			}
			for _, c := range s.Candidates {
				a.printCandidate(c)
			}
			if len(s.Candidates) == 0 {
				fmt.Fprintln(a.out, "No candidates.")
			}
			a.say("%d documents compared, %d values changed; %d candidates are new, %d gone", s.Documents, s.Changes, s.New, s.Gone)
			return nil
		}),
	}
	c.Flags().BoolVar(&o.All, "all", false, "look at every document anew")
	c.Flags().BoolVar(&o.Dismissed, "dismissed", false, "list dismissed candidates too")
	return c
}

func (a *app) printCandidate(c library.Candidate) {
	state := ""
	if c.State != "open" {
		state = "  " + c.State + ": " + c.Note
	}
	fmt.Fprintf(a.out, "%-5s %s%s\n", c.ID, c.Kind, state)
	fmt.Fprintf(a.out, "      [%s]\n%s", c.Ref, wrap(c.Text, 88, "        "))
	if c.Kind == "echo" {
		fmt.Fprintf(a.out, "      [%s] changed %s to %s:\n%s", c.Other, c.Value, c.OtherValue, wrap(c.OtherText, 88, "        "))
	} else {
		fmt.Fprintf(a.out, "      [%s]\n%s%s", c.Other, wrap(c.OtherText, 88, "        "), wrap(c.Because, 88, "      "))
	}
	fmt.Fprintln(a.out)
}

func (a *app) driftJudgeCmd(accept bool) *cobra.Command {
	var because string
	use, short, long := "dismiss ID", "Dismiss a candidate for good", "Dismisses a candidate: later scans do not propose it again."
	if accept {
		use, short, long = "accept ID", "Make a candidate an entry of the drift log", "Makes a candidate an entry of the library's own part of the drift log."
	}
	c := &cobra.Command{
		Use: use, Short: short, Long: long + "\n\nExit status: 0 done; 1 failed; 2 wrong command line; 5 no such candidate; 6 another process is changing the library.",
		Example: "  substrate drift " + strings.Fields(use)[0] + " C-3 --because \"…\"", Args: args(cobra.ExactArgs(1), "name one candidate, such as C-3"),
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			cand, e, err := l.Judge(ctx, list[0], accept, because)
			if err != nil {
				return err
			}
			if e != nil {
				return a.printEntry(e)
			}
			if a.json {
				return a.printJSON(cand)
			}
			fmt.Fprintf(a.out, "%s dismissed: %s\n", cand.ID, because)
			return nil
		}),
	}
	c.Flags().StringVar(&because, "because", "", "why")
	return c
}

func (a *app) driftExportCmd() *cobra.Command {
	return &cobra.Command{
		Use: "export", Short: "Print the drift log as Markdown, to paste into the central document",
		Long:    "Prints all open and newly resolved entries, those added by command among them, as a Markdown section with a table.\n\nExit status: 0 done; 1 failed; 2 wrong command line.",
		Example: "  substrate drift export > drift-log.md", Args: args(cobra.NoArgs, "it takes no arguments"),
		RunE: a.with(func(ctx context.Context, l *library.Library, _ []string) error {
			s, err := l.ExportDrift(ctx)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]string{"markdown": s})
			}
			fmt.Fprint(a.out, s)
			return nil
		}),
	}
}

// completeDrift proposes ids of entries.
func (a *app) completeDrift(c *cobra.Command, _ []string, start string) ([]string, cobra.ShellCompDirective) {
	l, err := a.open()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer l.Close()
	list, err := l.DriftLog(c.Context(), library.DriftOptions{All: true})
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, e := range list.Entries {
		if strings.HasPrefix(strings.ToUpper(e.ID), strings.ToUpper(start)) {
			out = append(out, e.ID+"\t"+firstWords(e.Says, 6))
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
