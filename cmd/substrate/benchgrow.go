package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"substrate/bench"
	"substrate/library"
)

func (a *app) benchPackingCmd(results *string) *cobra.Command {
	var file string
	var budgets []int
	c := &cobra.Command{
		Use:   "packing --cases FILE FOLDER...",
		Short: "What answers over MCP keep within a budget of tokens",
		Long: `Ingests the folders into a scratch library and asks it the questions of FILE over MCP, once for each budget: is the answer
passage kept, are the drift entries, was anything cut in silence.

Exit status: 0 done; 1 failed; 2 wrong command line.`,
		Example: "  substrate bench packing --cases fixtures/questions/questions.tsv fixtures/library/pdf",
		Args:    args(cobra.MinimumNArgs(1), "name the folders with the documents"),
		RunE: func(c *cobra.Command, paths []string) error {
			cases, err := bench.ReadCases(file)
			if err != nil {
				return err
			}
			return a.scratch(c.Context(), paths, func(l *library.Library) error {
				list, err := bench.Pack(c.Context(), l, cases, budgets)
				if err != nil {
					return err
				}
				var b strings.Builder
				b.WriteString("| budget | answer kept | drift kept or said | cut in silence | over budget |\n| --- | --- | --- | --- | --- |\n")
				for _, p := range list {
					fmt.Fprintf(&b, "| %d | %d of %d | %d of %d | %d | %d |\n", p.Budget, p.Kept, p.Cases, p.Drift, p.Drifting, p.Silent, p.Over)
				}
				return a.benchResult(*results, "Packing, "+filepath.Base(file), list, b.String())
			})
		},
	}
	c.Flags().StringVar(&file, "cases", "", "the `file` with the questions")
	c.Flags().IntSliceVar(&budgets, "budgets", []int{500, 1000, 2000, 4000}, "budgets in tokens")
	_ = c.MarkFlagRequired("cases")
	return c
}

func (a *app) benchScaleCmd(results *string) *cobra.Command {
	var sizes []int
	var seed uint64
	c := &cobra.Command{
		Use:   "scale",
		Short: "How the costs grow with the library",
		Long: `Generates documents in Markdown, each in one to three versions, and measures libraries of them in a temporary folder: ingest,
search, memory, index, one more cascade.

Exit status: 0 done; 1 failed; 2 wrong command line.`,
		Example: "  substrate bench scale --documents 14,1000",
		Args:    args(cobra.NoArgs, "say the sizes with --documents 14,1000"),
		RunE: func(c *cobra.Command, _ []string) error {
			var list []*bench.Scale
			var b strings.Builder
			b.WriteString("| documents | versions | text | ingest | first search | p50 | p95 | heap | from the system | index | one more cascade |\n" + "|" + strings.Repeat(" --- |", 11) + "\n")
			for _, n := range sizes {
				dir, err := os.MkdirTemp("", "substrate-bench-")
				if err != nil {
					return err
				}
				s, err := bench.Grow(c.Context(), filepath.Clean(dir), n, seed)
				os.RemoveAll(dir)
				if err != nil {
					return err
				}
				list = append(list, s)
				mb := func(n uint64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
				ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/1e6) }
				fmt.Fprintf(&b, "| %d | %d | %s | %.1f s | %s | %s | %s | %s | %s | %s | %s |\n", s.Documents, s.Versions, mb(uint64(s.Bytes)), s.Ingest.Seconds(), ms(s.First),
					ms(s.P50), ms(s.P95), mb(s.Heap), mb(s.System), mb(uint64(s.Index)), ms(s.OneCascade))
			}
			return a.benchResult(*results, "Scale", list, b.String())
		},
	}
	c.Flags().IntSliceVar(&sizes, "documents", []int{14, 1000}, "how many documents, for each library")
	c.Flags().Uint64Var(&seed, "seed", 1, "the generator's seed")
	return c
}
