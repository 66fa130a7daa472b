package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"substrate/library"
)

func (a *app) benchCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure on this machine, beside a peer in the same run",
		Long:  "Measures what the program does on this machine. Times mean little by themselves; the ratio to the peer is what to look at.",
		Args:  args(cobra.NoArgs, "say what to measure: substrate bench ingest FOLDER"),
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	results := c.PersistentFlags().String("results", "", "append the table to the day's file in this `folder` too")
	c.AddCommand(a.benchIngestCmd(), a.benchRetrievalCmd(results), a.benchAuthorityCmd(results), a.benchPackingCmd(results), a.benchScaleCmd(results))
	return c
}

func (a *app) benchIngestCmd() *cobra.Command {
	var rounds int
	c := &cobra.Command{
		Use:   "ingest FOLDER...",
		Short: "Ingest PDFs into a scratch library, beside pdftotext on the same files",
		Long: `Ingests the PDFs of the folders into a new library in a temporary folder (reading, identifying, deciding, catalog, index: all
of it), and has pdftotext read the same files, turn by turn. Prints pages per second of both and the ratio of the medians.

Exit status: 0 done; 1 failed, for example because pdftotext is missing (Debian: apt install poppler-utils); 2 wrong command line.`,
		Example: "  substrate bench ingest ~/documents\n  substrate bench ingest --rounds 5 --json inbox/",
		Args:    args(cobra.MinimumNArgs(1), "name the folders with PDFs"),
		RunE: func(c *cobra.Command, paths []string) error {
			files, err := pdfsIn(paths)
			if err != nil {
				return err
			}
			peer, err := exec.LookPath("pdftotext")
			if err != nil {
				return errors.New("pdftotext is not on this machine; install it (Debian: apt install poppler-utils)")
			}
			var ours, theirs []time.Duration
			pages, bytes := 0, int64(0)
			for i := range rounds + 1 {
				n, size, d, err := a.benchOnce(c.Context(), files)
				if err != nil {
					return err
				}
				p, err := benchPeer(c.Context(), peer, files)
				if err != nil {
					return err
				}
				a.say("round %d of %d: %.2f s, pdftotext %.2f s", i, rounds, d.Seconds(), p.Seconds())
				if i == 0 {
					continue // the first round warms caches
				}
				pages, bytes = n, size
				ours, theirs = append(ours, d), append(theirs, p)
			}
			return a.printBench(len(files), pages, bytes, median(ours), median(theirs), rounds)
		},
	}
	c.Flags().IntVar(&rounds, "rounds", 3, "how often to measure, after one round that is not counted")
	return c
}

func pdfsIn(paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		err := filepath.WalkDir(p, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.EqualFold(filepath.Ext(path), ".pdf") {
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("%q cannot be read: %w", p, errors.Unwrap(err))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no PDFs in %s", strings.Join(paths, ", "))
	}
	return out, nil
}

// benchOnce ingests files into a library of its own and reports pages, the size of the index, and the time.
func (a *app) benchOnce(ctx context.Context, files []string) (pages int, size int64, took time.Duration, err error) {
	dir, err := os.MkdirTemp("", "substrate-bench-")
	if err != nil {
		return 0, 0, 0, err
	}
	defer os.RemoveAll(dir)
	if _, err := library.Init(dir); err != nil {
		return 0, 0, 0, err
	}
	l, err := library.Open(dir, library.Config{})
	if err != nil {
		return 0, 0, 0, err
	}
	defer l.Close()
	l.PDF = func() (library.PDFReader, error) { return a.pdf(l, library.Config{}, nil), nil }
	start := time.Now()
	r, err := l.Ingest(ctx, files, library.IngestOptions{})
	if err != nil {
		return 0, 0, 0, err
	}
	took = time.Since(start)
	for _, list := range [][]library.Entry{r.Added, r.Archived, r.Snapshots, r.Held} {
		for _, e := range list {
			pages += e.Pages
		}
	}
	err = filepath.WalkDir(filepath.Join(dir, library.StateDir, "index"), func(_ string, d os.DirEntry, err error) error {
		if info, e := d.Info(); err == nil && e == nil && !d.IsDir() {
			size += info.Size()
		}
		return err
	})
	return pages, size, took, err
}

func benchPeer(ctx context.Context, peer string, files []string) (time.Duration, error) {
	start := time.Now()
	for _, f := range files {
		// A file that it cannot read costs it its time all the same.
		_ = exec.CommandContext(ctx, peer, f, os.DevNull).Run()
	}
	return time.Since(start), ctx.Err()
}

func median(ds []time.Duration) time.Duration {
	s := slices.Clone(ds)
	slices.Sort(s)
	return s[len(s)/2]
}

func (a *app) printBench(files, pages int, indexBytes int64, ours, theirs time.Duration, rounds int) error {
	per := func(d time.Duration) float64 { return float64(pages) / d.Seconds() }
	if a.json {
		return a.printJSON(map[string]any{
			"files": files, "pages": pages, "rounds": rounds, "pages_per_second": per(ours), "pdftotext_pages_per_second": per(theirs),
			"ratio": per(ours) / per(theirs), "index_bytes_per_page": float64(indexBytes) / float64(max(pages, 1)),
		})
	}
	fmt.Fprintf(a.out, "files                 %d, %d pages, medians of %d rounds\n", files, pages, rounds)
	fmt.Fprintf(a.out, "ingest, everything    %.0f pages/s\n", per(ours))
	fmt.Fprintf(a.out, "pdftotext             %.0f pages/s\n", per(theirs))
	fmt.Fprintf(a.out, "ratio                 %.2f\n", per(ours)/per(theirs))
	fmt.Fprintf(a.out, "index                 %.0f bytes a page\n", float64(indexBytes)/float64(max(pages, 1)))
	return nil
}
