package main

import (
	"context"
	"fmt"
	"strings"
	"substrate/library"

	"github.com/spf13/cobra"
)

func (a *app) undoCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "undo",
		Short: "Take the last cascade back",
		Long: `Takes the last cascade back: what it brought leaves, what it replaced is current again, exactly as before. Decisions made
with substrate identify are cascades too. Repeat it to go further back. The original files stay in the store.

Exit status: 0 done; 1 failed, or nothing to take back; 2 wrong command line; 6 another process is changing the library.`,
		Example: "  substrate undo\n  substrate undo --json",
		Args:    args(cobra.NoArgs, "it takes no arguments"),
		RunE: a.with(func(ctx context.Context, l *library.Library, _ []string) error {
			u, err := l.Undo(ctx, lockWait)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(u)
			}
			now := "the library is empty again"
			if u.Now > 0 {
				now = fmt.Sprintf("the library is as after cascade %d", u.Now)
			}
			fmt.Fprintf(a.out, "cascade %d (%s) was taken back; %s\n", u.Cascade, u.Kind, now)
			for _, e := range u.Left {
				fmt.Fprintf(a.out, "  LEFT      %-34s %s\n", strings.TrimSpace(string(e.Document)+" "+e.Version), e.File)
			}
			for _, e := range u.Restored {
				fmt.Fprintf(a.out, "  RESTORED  %-34s %s: %s\n", strings.TrimSpace(string(e.Document)+" "+e.Version), e.Standing, e.Because)
			}
			a.sayPrompt(u.Prompt)
			return nil
		}),
	}
}

func (a *app) cascadesCmd() *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use:   "cascades",
		Short: "List the cascades: what each ingest changed, and when",
		Long: `Lists recorded cascades, newest first, with what each changed; those that were taken back are marked.

Exit status: 0 done; 1 failed; 2 wrong command line.`,
		Example: "  substrate cascades\n  substrate cascades --limit 3 --json",
		Args:    args(cobra.NoArgs, "it takes no arguments"),
		RunE: a.with(func(ctx context.Context, l *library.Library, _ []string) error {
			list, err := l.Cascades(ctx, limit)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(list)
			}
			var rows [][]string
			for _, k := range list {
				state := ""
				if k.Undone != "" {
					state = "taken back " + k.Undone
				}
				rows = append(rows, []string{fmt.Sprint(k.Number), k.At, k.Kind, k.Summary, state})
			}
			return a.table("CASCADE AT KIND CHANGED STATE", rows)
		}),
	}
	c.Flags().IntVarP(&limit, "limit", "n", 20, "how many at most")
	return c
}

func (a *app) reindexCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "reindex",
		Short: "Build the search index anew from the catalog",
		Long: `Builds the search index anew. Never needed in daily use: an index that does not match the catalog is noticed and rebuilt
by itself.

Exit status: 0 done; 1 failed; 2 wrong command line; 6 another process is changing the library.`,
		Example: "  substrate reindex",
		Args:    args(cobra.NoArgs, "it takes no arguments"),
		RunE: a.with(func(ctx context.Context, l *library.Library, _ []string) error {
			if err := l.Reindex(ctx); err != nil {
				return err
			}
			a.say("the search index was built anew")
			return nil
		}),
	}
}
