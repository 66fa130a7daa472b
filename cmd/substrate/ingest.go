package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"substrate/library"
)

func (a *app) ingestCmd() *cobra.Command {
	var o library.IngestOptions
	var watch bool
	c := &cobra.Command{
		Use:   "ingest PATH...",
		Short: "Take documents in: one cascade",
		Long: `Reads PDFs and Markdown files, finds what each is (title, version, epoch, date), decides what is current, and
reports what that changed. Folders are walked. Order does not matter, files already known are unchanged, and a
file that cannot be read never stops the others. Nothing is changed before all is read; then all of it is at once.

A file FILE.yaml beside FILE settles what the evidence cannot (title, version, epoch, date, supersedes).

Exit status: 0 done; 1 failed, nothing was changed; 2 wrong command line; 3 done, but some files failed;
6 another process is changing the library.`,
		Example: `  substrate ingest inbox/
  substrate ingest "User Guide V2.1.pdf" notes.md
  substrate ingest --dry-run inbox/            show the plan, change nothing
  substrate ingest --password-file pw.txt sealed.pdf
  substrate ingest --watch inbox/              keep watching; stop with Ctrl-C`,
		Args: args(cobra.MinimumNArgs(1), "name the files or folders to take in"),
		RunE: a.with(func(ctx context.Context, l *library.Library, paths []string) error {
			o.Wait = lockWait
			if watch {
				a.say("watching %s; stop with Ctrl-C", strings.Join(paths, ", "))
				return l.Watch(ctx, paths, o, func(r *library.Report, err error) {
					if err != nil {
						fmt.Fprintf(a.err, "substrate: %v\n", err)
						return
					}
					if r.Cascade != 0 || len(r.Failed) > 0 {
						_ = a.printReport(r)
					}
				})
			}
			done := a.progress(&o)
			r, err := l.Ingest(ctx, paths, o)
			done()
			if err != nil {
				return err
			}
			if len(r.Failed) > 0 {
				a.code = exitSome
			}
			return a.printReport(r)
		}),
	}
	c.Flags().BoolVarP(&o.DryRun, "dry-run", "n", false, "show the cascade report without changing anything")
	c.Flags().BoolVar(&watch, "watch", false, "keep watching the folders and take in what settles there")
	c.Flags().StringVar(&a.password, "password-file", "", "a `file` with passwords for encrypted PDFs, one on each line; never stored")
	return c
}

// progress shows a bar on a terminal when there is more than a little to do.
func (a *app) progress(o *library.IngestOptions) func() {
	if a.quiet || a.json || !isTerminal(a.err) {
		return func() {}
	}
	var bar *progressbar.ProgressBar
	o.Progress = func(done, total int, file string) {
		if total < 3 {
			return
		}
		if bar == nil {
			bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(a.err), progressbar.OptionShowCount(), progressbar.OptionSetDescription("reading"), progressbar.OptionClearOnFinish(), progressbar.OptionShowElapsedTimeOnFinish(), progressbar.OptionSetPredictTime(true))
		}
		_ = bar.Set(done)
	}
	return func() {
		if bar != nil {
			_ = bar.Finish()
		}
	}
}

func (a *app) printReport(r *library.Report) error {
	if a.json {
		return a.printJSON(r)
	}
	head := r.Headline()
	if r.DryRun {
		head = "plan for " + head + " · nothing was changed"
	}
	fmt.Fprintln(a.out, head)
	line := func(kind, what, text string) { fmt.Fprintf(a.out, "  %-9s %-34s %s\n", kind, what, text) }
	name := func(e library.Entry) string { return strings.TrimSpace(string(e.Document) + " " + e.Version) }
	for _, e := range r.Replaced {
		line("REMOVED", name(e), e.Because)
	}
	for _, e := range r.Snapshots {
		line("SNAPSHOT", name(e), e.Because)
	}
	for _, e := range r.Added {
		parts := []string{}
		if e.Epoch != "" {
			parts = append(parts, e.Epoch)
		}
		parts = append(parts, string(e.Standing), counted(e.Sections, "section"))
		text := strings.Join(parts, " · ")
		if e.Pages > 0 {
			text += ", " + counted(e.Pages, "page")
		}
		line("ADDED", name(e), text)
		for _, l := range changeLines(e.Changes, a.verbose) {
			fmt.Fprintf(a.out, "            %s\n", l)
		}
		for _, w := range e.Warnings {
			fmt.Fprintf(a.out, "            note: %s\n", w)
		}
	}
	for _, e := range r.Changed {
		line("CHANGED", name(e), string(e.Standing)+": "+e.Because)
	}
	for _, e := range r.Archived {
		line("ARCHIVED", name(e), e.Because)
	}
	for _, e := range r.Held {
		line("HELD", name(e), fmt.Sprintf("%s (%s)", e.Because, e.File))
	}
	for _, f := range r.Failed {
		line("FAILED", f.File, f.Reason+"; nothing was changed for it")
	}
	for _, n := range r.Notes {
		fmt.Fprintf(a.out, "  NOTE      %s\n", n)
	}
	a.sayPrompt(r.Prompt)
	if len(r.Replaced)+len(r.Snapshots) > 0 && !r.DryRun {
		a.say("substrate drift scan looks for what other documents still repeat")
	}
	if a.verbose {
		for _, e := range r.Unchanged {
			line("UNCHANGED", name(e), e.File)
		}
		if r.Skipped > 0 {
			a.say("%s of other kinds left out", counted(r.Skipped, "file"))
		}
	}
	return nil
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

var order = map[string]int{"added": 0, "removed": 1, "changed": 2}

// changeLines puts the sections that differ on lines of readable length.
func changeLines(ds []library.SectionDelta, all bool) []string {
	const most = 12
	left := 0
	if len(ds) > most && !all {
		// Added and removed sections tell more than changed ones.
		sorted := append([]library.SectionDelta(nil), ds...)
		slices.SortStableFunc(sorted, func(x, y library.SectionDelta) int {
			return cmp.Compare(order[x.Kind], order[y.Kind])
		})
		left, ds = len(ds)-most, sorted[:most]
	}
	sign := map[string]string{"added": "+", "changed": "~", "removed": "-"}
	var lines []string
	cur := ""
	for _, kind := range []string{"added", "changed", "removed"} {
		for _, d := range ds {
			if d.Kind != kind {
				continue
			}
			h := d.Heading
			if h != "" && h[0] >= '0' && h[0] <= '9' {
				h = "§" + h
			}
			item := sign[kind] + " " + h
			if cur != "" && len(cur)+len(item) > 96 {
				lines = append(lines, cur)
				cur = ""
			}
			if cur != "" {
				cur += "   "
			}
			cur += item
		}
	}
	if cur != "" {
		lines = append(lines, cur)
	}
	if left > 0 {
		lines = append(lines, fmt.Sprintf("… and %s more (--verbose shows all)", counted(left, "changed section")))
	}
	return lines
}
