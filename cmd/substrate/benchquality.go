package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"substrate/bench"
	"substrate/library"
)

// benchResult prints a Markdown table or JSON, and appends the table to the day's file in folder when there is one.
func (a *app) benchResult(folder, title string, value any, table string) error {
	if folder != "" {
		now := time.Now()
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		f, err := os.OpenFile(filepath.Join(folder, now.Format(time.DateOnly)+".md"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			return fmt.Errorf("the result cannot be written: %w", err)
		}
		_, err = fmt.Fprintf(f, "## %s, %s\n\n%s\n", title, now.Format("2006-01-02 15:04"), table)
		if e := f.Close(); err == nil {
			err = e
		}
		if err != nil {
			return err
		}
	}
	if a.json {
		return a.printJSON(value)
	}
	_, err := fmt.Fprint(a.out, table)
	return err
}

// scratch is a library in a temporary folder that holds paths.
func (a *app) scratch(ctx context.Context, paths []string, work func(l *library.Library) error) error {
	dir, err := os.MkdirTemp("", "substrate-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if _, err := library.Init(dir); err != nil {
		return err
	}
	l, err := library.Open(dir, library.Config{})
	if err != nil {
		return err
	}
	defer l.Close()
	l.PDF = func() (library.PDFReader, error) { return a.pdf(l, library.Config{}, nil), nil }
	r, err := l.Ingest(ctx, paths, library.IngestOptions{})
	if err != nil {
		return err
	}
	for _, f := range r.Failed {
		a.say("%s: %s", filepath.Base(f.File), f.Reason)
	}
	return work(l)
}

func (a *app) benchRetrievalCmd(results *string) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "retrieval --cases FILE FOLDER...",
		Short: "How well questions are answered, beside a BM25 that knows of no versions",
		Long: `Ingests the folders into a scratch library and asks it the questions of FILE (bench/README.md tells its columns). A BM25 over
the same passages of all versions is asked too.

Exit status: 0 done; 1 failed; 2 wrong command line.`,
		Example: "  substrate bench retrieval --cases fixtures/questions/questions.tsv fixtures/library/pdf",
		Args:    args(cobra.MinimumNArgs(1), "name the folders with the documents"),
		RunE: func(c *cobra.Command, paths []string) error {
			cases, err := bench.ReadCases(file)
			if err != nil {
				return err
			}
			return a.scratch(c.Context(), paths, func(l *library.Library) error {
				r, err := bench.Retrieve(c.Context(), l, cases)
				if err != nil {
					return err
				}
				var b strings.Builder
				fmt.Fprintf(&b, "| %d questions | nDCG@10 | recall@5 | MRR@10 | stale hits@5 | stale values@5 (of %d) |\n| --- | --- | --- | --- | --- | --- |\n", r.Cases, r.Named)
				for _, q := range []bench.Quality{r.Ours, r.Blind} {
					fmt.Fprintf(&b, "| %s | %.3f | %.3f | %.3f | %.3f | %.3f |\n", q.Name, q.NDCG, q.Recall, q.MRR, q.Left, q.Stale)
				}
				fmt.Fprintf(&b, "\nWrongfully retired answers: %d. Answers in no version: %d.\n", r.Retired, r.Missing)
				return a.benchResult(*results, "Retrieval, "+filepath.Base(file), r, b.String())
			})
		},
	}
	c.Flags().StringVar(&file, "cases", "", "the `file` with the questions")
	_ = c.MarkFlagRequired("cases")
	return c
}

func (a *app) benchAuthorityCmd(results *string) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "authority --truth FILE FOLDER...",
		Short: "Whether the right version of each family is current, beside three simple rules",
		Long: `Ingests the folders into a scratch library and compares what is current with the truth in FILE (bench/README.md tells its
columns), and with the newest date, the highest number in a file's name and the last upload.

Exit status: 0 done; 1 failed; 2 wrong command line.`,
		Example: "  substrate bench authority --truth bench/corpora/public-families.tsv ~/corpora",
		Args:    args(cobra.MinimumNArgs(1), "name the folders with the documents"),
		RunE: func(c *cobra.Command, paths []string) error {
			truth, err := bench.ReadTruth(file)
			if err != nil {
				return err
			}
			return a.scratch(c.Context(), paths, func(l *library.Library) error {
				list, err := bench.Choose(c.Context(), l, truth)
				if err != nil {
					return err
				}
				var b strings.Builder
				b.WriteString("| family | right | substrate | newest date | highest number | last upload |\n| --- | --- | --- | --- | --- | --- |\n")
				var ours, newest, highest, uploaded, retired int
				mark := func(n *int, right bool, what string) string {
					if right {
						*n++
						return "right"
					}
					return what
				}
				for _, x := range list {
					said := strings.Join(x.Ours, ", ")
					if len(x.Held) > 0 {
						said += " (held: " + strings.Join(x.Held, ", ") + ")"
					}
					if x.Retired {
						retired++
					}
					fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", x.Family, x.Truth, mark(&ours, x.Right(), said),
						mark(&newest, x.Newest == x.Truth, x.Newest), mark(&highest, x.Highest == x.Truth, x.Highest), mark(&uploaded, x.Uploaded == x.Truth, x.Uploaded))
				}
				fmt.Fprintf(&b, "| of %d | | %d | %d | %d | %d |\n\nWrongful retirements: %d.\n", len(list), ours, newest, highest, uploaded, retired)
				return a.benchResult(*results, "Authority, "+filepath.Base(file), list, b.String())
			})
		},
	}
	c.Flags().StringVar(&file, "truth", "", "the `file` with the families and their current version")
	_ = c.MarkFlagRequired("truth")
	return c
}
