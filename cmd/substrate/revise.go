package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"substrate/capture"
	"substrate/corpus"
	"substrate/library"
)

func (a *app) reviseCmd() *cobra.Command {
	var o library.ReviseOptions
	var edit bool
	var date, only, packet string
	c := &cobra.Command{
		Use:   "revise DOCUMENT",
		Short: "Make the next version of a document from what was captured",
		Long: `Drafts the next version of a document from the findings that wait for it, and shows it as a difference by section: each
finding becomes an edit at its place, the change log gets a row that names findings and sections, the head the next version
in the document's own scheme. What is not touched stays byte for byte. Nothing is issued before a person approves it.

--edit opens the new text in your editor, with or without findings. --packet FOLDER writes the change as a short PDF and as
HTML that word processors open, for documents whose source lives there.

Exit status: 0 done; 1 failed, or nothing to revise; 2 wrong command line; 5 no such document or revision; 6 another process is changing the library.`,
		Example: `  substrate revise elroy-user-guide
  substrate revise elroy-user-guide --edit
  substrate revise show R-12 --pdf draft.pdf
  substrate revise approve R-12
  substrate revise reject R-12 --because "the measurement was wrong"`,
		Args: args(cobra.ExactArgs(1), "name one document, such as user-guide"), ValidArgsFunction: a.completeRefs(false),
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			var err error
			if date != "" {
				if o.Date, err = corpus.ParseISODate(date); err != nil {
					return usageError{fmt.Errorf("--date: %w", err)}
				}
			}
			for _, w := range strings.FieldsFunc(only, func(r rune) bool { return r == ',' || r == ' ' }) {
				n, err := strconv.Atoi(strings.TrimPrefix(strings.ToUpper(w), "F-"))
				if err != nil {
					return usageError{fmt.Errorf("--only %q: write findings such as F-3,F-4", only)}
				}
				o.Only = append(o.Only, n)
			}
			if edit {
				o.Edit = func(text []byte) ([]byte, error) {
					s, err := a.edit(string(text), list[0])
					return []byte(s), err
				}
			}
			r, err := l.Revise(ctx, list[0], o)
			if err != nil {
				return err
			}
			if packet != "" {
				files, err := l.Packet(ctx, fmt.Sprint(r.ID), packet)
				if err != nil {
					return err
				}
				for _, f := range files {
					a.say("wrote %s", f)
				}
			}
			return a.printRevised(r)
		}),
	}
	c.Flags().BoolVar(&edit, "edit", false, "edit the new text in $VISUAL or $EDITOR")
	c.Flags().StringVar(&o.Label, "version", "", "call the new version so (default: the next of the document's own scheme)")
	c.Flags().BoolVar(&o.Major, "major", false, "make it a major version")
	c.Flags().StringVar(&date, "date", "", "the new version's `date` (default: today)")
	c.Flags().StringVar(&only, "only", "", "take only these `findings` in: F-3,F-4")
	c.Flags().StringVar(&packet, "packet", "", "write the change for a word processor into this `folder`")
	c.AddCommand(a.reviseListCmd(), a.reviseShowCmd(), a.reviseApproveCmd(), a.reviseRejectCmd())
	return c
}

func (a *app) printRevised(r *library.Revised) error {
	if a.json {
		return a.printJSON(r)
	}
	fmt.Fprintf(a.out, "R-%d  %s  %s → %s  %s  (%s)\n", r.ID, r.Document, r.From, r.Version, r.Date, r.State)
	fmt.Fprint(a.out, wrap(r.Because, 92, "  "))
	p := &diffPrinter{a: a, color: isTerminal(a.out)}
	p.sections(r.Sections, true)
	for _, n := range r.Notes {
		fmt.Fprint(a.out, wrap("note: "+n, 92, "  "))
	}
	for _, x := range r.Left {
		fmt.Fprint(a.out, wrap(fmt.Sprintf("F-%d stays behind: %s", x.Finding, x.Why), 92, "  "))
	}
	if r.Stale != "" {
		fmt.Fprint(a.out, wrap(r.Stale, 92, "  "))
	}
	switch {
	case r.Settled != "":
		fmt.Fprintf(a.out, "%s\n", r.Settled)
	case r.Stale == "":
		a.say("%.1f %% of the text is touched; approve it: substrate revise approve R-%d, or set it aside: substrate revise reject R-%d --because \"…\"", 100*r.Touched, r.ID, r.ID)
	}
	return nil
}

func (a *app) reviseListCmd() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the revisions",
		Long:    "Lists all revisions, newest first: drafts that wait for a person, issued and rejected ones.\n\nExit status: 0 done; 1 failed; 2 wrong command line.",
		Example: "  substrate revise list --json", Args: args(cobra.NoArgs, "it takes no arguments"),
		RunE: a.with(func(ctx context.Context, l *library.Library, _ []string) error {
			list, err := l.Revisions(ctx)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(list)
			}
			if len(list) == 0 {
				a.say("there is none yet; substrate revise DOCUMENT drafts one")
			}
			for _, r := range list {
				fmt.Fprintf(a.out, "R-%-3d %-9s %-36s %s → %s  %s  %s\n", r.ID, r.State, r.Document, r.From, r.Version, counted(len(r.Findings), "finding"), r.Settled)
			}
			return nil
		}),
	}
}

func (a *app) reviseShowCmd() *cobra.Command {
	var pdf string
	var text bool
	c := &cobra.Command{
		Use: "show R-N", Short: "Show a revision, as a difference, as text or as a PDF",
		Long:    "Shows what a revision changes, section by section; --source prints its whole text, --pdf FILE writes it as it would be printed.\n\nExit status: 0 done; 1 failed; 2 wrong command line; 5 no such revision.",
		Example: "  substrate revise show R-12\n  substrate revise show R-12 --pdf draft.pdf", Args: args(cobra.ExactArgs(1), "name one revision, such as R-12"), ValidArgsFunction: a.completeRevisions,
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			r, err := l.Revision(ctx, list[0])
			if err != nil {
				return err
			}
			if pdf != "" {
				raw, notes, err := l.RevisionPDF(ctx, list[0])
				if err != nil {
					return err
				}
				for _, n := range notes {
					a.say("note: %s", n)
				}
				if pdf == "-" {
					_, err = a.out.Write(raw)
					return err
				}
				if err := os.WriteFile(pdf, raw, 0o644); err != nil {
					return fmt.Errorf("write %q: %w", pdf, errors.Unwrap(err))
				}
				a.say("wrote %s", pdf)
				return nil
			}
			if text {
				fmt.Fprint(a.out, r.Source)
				return nil
			}
			return a.printRevised(r)
		}),
	}
	c.Flags().StringVar(&pdf, "pdf", "", "write it as a PDF into this `file`")
	c.Flags().BoolVar(&text, "source", false, "print the whole new text as Markdown")
	return c
}

func (a *app) reviseApproveCmd() *cobra.Command {
	var wait time.Duration
	c := &cobra.Command{
		Use: "approve R-N", Short: "Issue a revision: the next version goes in, the one before leaves",
		Long: `Issues the next version in one change: its PDF (or Markdown) goes into the library and into the folder issued/, the version before is archived, the
findings are done, drift entries that it puts right resolve. substrate undo takes all of it back. Refused when the document moved on
since the draft was made.

Exit status: 0 issued; 1 failed, nothing was changed; 2 wrong command line; 5 no such revision; 6 another process is changing the library.`,
		Example: "  substrate revise approve R-12", Args: args(cobra.ExactArgs(1), "name one revision, such as R-12"), ValidArgsFunction: a.completeRevisions,
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			by := "a person"
			if u, err := user.Current(); err == nil && u.Username != "" {
				by = u.Username
			}
			i, err := l.ApproveRevision(ctx, list[0], by, wait)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(i)
			}
			fmt.Fprintf(a.out, "R-%d issued as %s (%s)\n", i.Revision.ID, i.Ref, counted(len(i.Revision.Findings), "finding"))
			for _, n := range i.Notes {
				fmt.Fprint(a.out, wrap("note: "+n, 92, "  "))
			}
			if i.File != "" {
				fmt.Fprintf(a.out, "  %s\n", i.File)
			}
			return a.printReport(i.Report)
		}),
	}
	c.Flags().DurationVar(&wait, "wait", 0, "wait so long for another process that is changing the library")
	return c
}

func (a *app) reviseRejectCmd() *cobra.Command {
	var because string
	c := &cobra.Command{
		Use: "reject R-N --because TEXT", Short: "Set a revision aside; its findings wait again",
		Long:    "Sets a draft aside for good, with the reason. Its findings wait for another revision.\n\nExit status: 0 done; 1 failed; 2 wrong command line; 5 no such revision.",
		Example: "  substrate revise reject R-12 --because \"the measurement was wrong\"", Args: args(cobra.ExactArgs(1), "name one revision, such as R-12"), ValidArgsFunction: a.completeRevisions,
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			r, err := l.RejectRevision(ctx, list[0], because)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(r)
			}
			fmt.Fprintf(a.out, "R-%d is set aside: %s\n", r.ID, r.Settled)
			return nil
		}),
	}
	c.Flags().StringVar(&because, "because", "", "why")
	return c
}

func (a *app) completeRevisions(c *cobra.Command, list []string, _ string) ([]string, cobra.ShellCompDirective) {
	var out []string
	_ = a.with(func(ctx context.Context, l *library.Library, _ []string) error {
		all, err := l.Revisions(ctx)
		for _, r := range all {
			if r.State == capture.Draft {
				out = append(out, fmt.Sprintf("R-%d\t%s → %s", r.ID, r.From, r.Version))
			}
		}
		return err
	})(c, list)
	return out, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) sourceCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "source REF",
		Short: "Print a version's Markdown",
		Long: `Prints the Markdown of a version: the text that it was issued from, its original when that is Markdown, or one made from what was read of its
PDF.

Exit status: 0 done; 1 failed; 2 wrong command line; 5 no such document or version.`,
		Example: "  substrate source elroy-user-guide > guide.md\n  substrate source elroy-user-guide@2.0", Args: args(cobra.ExactArgs(1), "name one version, such as user-guide@2.0"), ValidArgsFunction: a.completeRefs(true),
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			s, err := l.Source(ctx, list[0])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(s)
			}
			if s.How == "made" {
				a.say("made from what was read of the PDF of %s", s.Ref)
			}
			fmt.Fprint(a.out, s.Text)
			return nil
		}),
	}
}
