package main

import (
	"context"
	"fmt"
	"substrate/library"

	"github.com/spf13/cobra"
)

func (a *app) whyCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "why REF",
		Short: "Say what a version is worth, and why",
		Long: `Prints the verdict of the rules on a version: what was requested and what it was resolved to, its standing, the rule
that gave it and a sentence why, the rivals that were weighed, and with --verbose the evidence for what it is.

Exit status: 0 done; 1 failed; 2 wrong command line; 5 no such document or version.`,
		Example:           "  substrate why elroy-user-guide@2.0\n  substrate why elroy-user-guide --json",
		Args:              args(cobra.ExactArgs(1), "name one reference, such as user-guide@2.0"),
		ValidArgsFunction: a.completeRefs(true),
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			v, err := l.Why(ctx, list[0])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(v)
			}
			fmt.Fprintf(a.out, "requested  %s\nresolved   %s\nstanding   %s\nrule       %s\n", v.Requested, v.Resolved, v.Standing, v.Rule)
			fmt.Fprint(a.out, "because    "+wrap(v.Because, 88, "           ")[11:])
			if v.RenamedTo != "" {
				fmt.Fprintf(a.out, "renamed    the document is called %s now\n", v.RenamedTo)
			}
			if v.Current != "" {
				fmt.Fprintf(a.out, "current    %s\n", v.Current)
			}
			fmt.Fprintf(a.out, "file       %s (%s)\n", v.Version.File, v.Version.SHA256[:12])
			for i, r := range v.Rivals {
				label := "           "
				if i == 0 {
					label = "rivals     "
				}
				fmt.Fprintf(a.out, "%s%-12s %-10s %-14s %s\n", label, r.Version, r.Date, r.Standing, r.Because)
			}
			if a.verbose {
				a.printEvidence(v.Evidence)
			}
			return nil
		}),
	}
}
