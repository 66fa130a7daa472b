package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"substrate/corpus"
	"substrate/corpus/identity"
	"substrate/library"
)

func (a *app) identifyCmd() *cobra.Command {
	var say identity.Said
	c := &cobra.Command{
		Use:   "identify FILE",
		Short: "Show what a file is taken for and on what evidence, or decide it",
		Long: `Shows title, version, epoch, date and what it supersedes, with the evidence for each: cover, running header, metadata,
change log, file name. With one of the flags it decides instead: the word of a person beats all evidence. FILE is a path,
a reference such as torque-table@1.2, a file's name as it was ingested, or the first letters of its hash.

A decision about a file in the library is a cascade of its own, which substrate undo takes back. A decision about a
file that is not in the library yet is written beside it as FILE.yaml, which substrate ingest heeds.

Exit status: 0 done; 1 failed; 2 wrong command line; 6 another process is changing the library.`,
		Example: `  substrate identify inbox/guide.pdf
  substrate identify inbox/guide.pdf --title "Valve Manual" --version V3.8
  substrate identify guide.pdf --supersedes "Relay Manual V4.2"`,
		Args: args(cobra.ExactArgs(1), "name one file"),
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			if say.IsZero() {
				id, err := l.Identify(ctx, list[0])
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(id)
				}
				a.printIdentity(id.Identity)
				if id.Verdict != nil {
					fmt.Fprintf(a.out, "standing    %s: %s\n", id.Verdict.Standing, id.Verdict.Because)
				}
				a.printEvidence(id.Identity.Evidence)
				return nil
			}
			id, err := l.Decide(ctx, list[0], say, lockWait)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(id)
			}
			a.printIdentity(id.Identity)
			switch {
			case id.Report != nil:
				fmt.Fprintf(a.out, "standing    %s: %s\n", id.Verdict.Standing, id.Verdict.Because)
				return a.printReport(id.Report)
			default:
				a.say("written to %s.yaml; the next ingest heeds it", list[0])
			}
			return nil
		}),
	}
	f := c.Flags()
	f.StringVar(&say.Title, "title", "", "the document's `title`: same title, same document")
	f.StringVar(&say.Version, "version", "", "its version `label`: V2.1, Rev C, 2026-03")
	f.StringVar(&say.Epoch, "epoch", "", "its `epoch`")
	f.StringVar(&say.Date, "date", "", "its `date`: 2026-04-27")
	f.StringVar(&say.Supersedes, "supersedes", "", "the `edition` it replaces under another name: \"Relay Manual V4.2\"")
	return c
}

func (a *app) printIdentity(id corpus.Identity) {
	row := func(k, v string) {
		if v == "" {
			v = "–"
		}
		fmt.Fprintf(a.out, "%-11s %s\n", k, v)
	}
	row("title", id.Title)
	row("version", id.Label.String())
	row("epoch", id.Epoch)
	row("date", id.Date.String())
	for _, c := range id.Supersedes {
		row("supersedes", c.Title+" "+c.Label.String())
	}
	if id.Conflict != "" {
		row("conflict", id.Conflict)
	}
	for i, r := range id.ChangeLog {
		k := ""
		if i == 0 {
			k = "change log"
		}
		if i > 4 {
			row("", fmt.Sprintf("… and %d more rows", len(id.ChangeLog)-i))
			break
		}
		row(k, fmt.Sprintf("%s %s %.80s", r.Label, r.Date, r.Text))
	}
}

func (a *app) printEvidence(list []corpus.Evidence) {
	fmt.Fprintln(a.out)
	var rows [][]string
	for _, e := range list {
		rows = append(rows, []string{e.Field, e.Value, e.Source, fmt.Sprint(e.Weight), fmt.Sprintf("%q", e.Quote)})
	}
	_ = a.table("FIELD VALUE SOURCE WEIGHT READ-FROM", rows)
}
