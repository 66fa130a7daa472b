package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"substrate/corpus"
	"substrate/library"
)

func (a *app) searchCmd() *cobra.Command {
	var o library.SearchOptions
	var asOf string
	c := &cobra.Command{
		Use:   "search QUERY...",
		Short: "Find passages in current versions",
		Long: `Finds passages by their words: BM25 over the passages of current versions. Every hit is cited and says what its
version is worth. Words in "quotes" must stand together; document:SLUG searches one document.

Superseded versions are never found, unless --history asks for them; then each hit is labelled.
--as-of DATE answers as the library stood on that day, by the dates of the documents.

Exit status: 0 done, also when nothing was found; 1 failed; 2 wrong command line.`,
		Example: `  substrate search "GTT size"
  substrate search document:gateway-reference timeout
  substrate search '"ordering cycle"' --limit 3
  substrate search retention --history
  substrate search "default route" --as-of 2026-01-31 --json`,
		Args: args(cobra.MinimumNArgs(1), "say what to look for"),
		RunE: func(c *cobra.Command, list []string) error {
			if asOf != "" {
				d, err := corpus.ParseISODate(asOf)
				if err != nil {
					return usageError{fmt.Errorf("--as-of: %w", err)}
				}
				if d.Month == 0 {
					d.Month = 12
				}
				if d.Day == 0 {
					d.Day = 31
				}
				o.AsOf = d
			}
			if o.Limit < 1 {
				return usageError{fmt.Errorf("--limit %d: ask for one passage at least", o.Limit)}
			}
			l, err := a.open()
			if err != nil {
				return err
			}
			defer l.Close()
			found, err := l.Search(c.Context(), strings.Join(list, " "), o)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(found)
			}
			a.printFound(found)
			return nil
		},
	}
	c.Flags().IntVarP(&o.Limit, "limit", "n", 8, "how many passages at most")
	c.Flags().BoolVar(&o.History, "history", false, "search snapshots and archived versions too, each hit labelled")
	c.Flags().StringVar(&asOf, "as-of", "", "answer as the library stood on this `date` (2026-01-31)")
	return c
}

func (a *app) printFound(f *library.Found) {
	for _, n := range f.Notes {
		a.say("note: %s", n)
	}
	if f.Corrected != "" {
		a.say("nothing matches all of it; searched for: %s", f.Corrected)
	}
	for _, d := range f.Drift {
		fmt.Fprintln(a.out, driftLine(d, ""))
	}
	if len(f.Hits) == 0 {
		what := "the current versions"
		if f.History {
			what = "all versions"
		}
		fmt.Fprintf(a.out, "Nothing found for %q in %s.\n", f.Query, what)
		if !f.History {
			a.say("--history searches older versions too; substrate documents lists what is here")
		}
		return
	}
	for _, h := range f.Hits {
		where := ""
		if len(h.Pages) == 2 {
			where = " · " + pagesText(h.Pages[0], h.Pages[1])
		}
		ep := ""
		if h.Epoch != "" {
			ep = " · " + h.Epoch
		}
		fmt.Fprintf(a.out, "%d. [%s]  %s%s%s\n", h.Rank, h.Ref, h.Standing, ep, where)
		fmt.Fprintf(a.out, "   %s %s › %s\n", h.Title, h.Version, h.Heading)
		for _, d := range h.Drift {
			fmt.Fprint(a.out, driftLine(d, "   "))
		}
		shown := h.Highlights
		if len(shown) == 0 {
			shown = []string{firstWords(h.Text, 40)}
		}
		for _, t := range shown[:min(2, len(shown))] {
			fmt.Fprint(a.out, wrap(t, 92, "     "))
		}
		if h.Standing != "authoritative" || a.verbose {
			fmt.Fprint(a.out, wrap("because: "+h.Because, 92, "     "))
		}
		fmt.Fprintln(a.out)
	}
}

func firstWords(s string, n int) string {
	f := strings.Fields(s)
	if len(f) > n {
		return strings.Join(f[:n], " ") + " …"
	}
	return strings.Join(f, " ")
}
