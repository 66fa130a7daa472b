package main

import (
	"context"
	"substrate/library"

	"github.com/spf13/cobra"
)

func (a *app) documentsCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "documents",
		Aliases: []string{"docs", "shelf"},
		Short:   "List the shelf: every document's current version, its standing and why",
		Long: `Lists every document with its current version: epoch, date, standing, and why it stands so. Versions on which a
person has to decide (held) are listed too.

  authoritative  current version of its document, current epoch
  historical     current version of its document, earlier epoch: how things were built, not necessarily how they are
  held           ambiguous; a person decides (substrate identify)

Exit status: 0 done; 1 failed; 2 wrong command line.`,
		Example: "  substrate documents\n  substrate documents --json",
		Args:    args(cobra.NoArgs, "it takes no arguments; for one document use substrate versions NAME"),
		RunE: a.with(func(ctx context.Context, l *library.Library, _ []string) error {
			list, err := l.Documents(ctx)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(list)
			}
			var rows [][]string
			for _, v := range list {
				rows = append(rows, []string{string(v.Document), v.Version, v.Epoch, v.Date, string(v.Standing), v.Because})
			}
			return a.table("DOCUMENT VERSION EPOCH DATE STANDING WHY", rows)
		}),
	}
}

func (a *app) versionsCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "versions DOCUMENT",
		Short: "List every version of a document ever seen, and what replaced it",
		Long: `Lists all versions of a document, newest first, also those that left: nobody shall conclude that a version never
existed. DOCUMENT is a slug as substrate documents lists it, a former slug, or a title.

Exit status: 0 done; 1 failed; 2 wrong command line; 5 no such document.`,
		Example:           "  substrate versions elroy-user-guide\n  substrate versions \"Elroy User Guide\" --json",
		Args:              args(cobra.ExactArgs(1), "name one document"),
		ValidArgsFunction: a.completeRefs(false),
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			vs, err := l.Versions(ctx, list[0])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(vs)
			}
			var rows [][]string
			for _, v := range vs {
				rows = append(rows, []string{v.Version, v.Date, v.Epoch, string(v.Standing), v.ReplacedBy, v.Ingested, v.File, v.Because})
			}
			if len(vs) > 0 {
				a.say("%s (%s)", vs[0].Title, vs[0].Document)
			}
			return a.table("VERSION DATE EPOCH STANDING REPLACED-BY INGESTED FILE WHY", rows)
		}),
	}
}

// completeRefs completes slugs, and with versions references to versions.
func (a *app) completeRefs(versions bool) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(c *cobra.Command, _ []string, start string) ([]string, cobra.ShellCompDirective) {
		l, err := a.open()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		defer l.Close()
		list, err := l.Complete(c.Context(), start, versions)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}
