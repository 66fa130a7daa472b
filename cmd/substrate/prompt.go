package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"substrate/library"
	"substrate/prompts"
)

// promptFlags are the options that prompt and brief share.
func (a *app) promptFlags(c *cobra.Command, o *library.PromptOptions) *string {
	format := c.Flags().String("format", "markdown", "markdown, text or json")
	c.Flags().IntVar(&o.Budget, "budget", 0, "the most `tokens` it may cost; what is left out is said (default: by --for)")
	c.Flags().StringVar(&o.Tier, "for", "", "the reader: small, medium, large, or a context window such as 8192 or 32k (default large)")
	_ = c.RegisterFlagCompletionFunc("format", fixedWords("markdown", "text", "json"))
	_ = c.RegisterFlagCompletionFunc("for", fixedWords("small", "medium", "large", "4096", "8192", "32k"))
	return format
}

func fixedWords(list ...string) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return list, cobra.ShellCompDirectiveNoFileComp
	}
}

func (a *app) printPrompt(p *prompts.Prompt) error {
	if _, err := fmt.Fprint(a.out, p.Text); err != nil {
		return err
	}
	if p.Budget > 0 {
		a.say("%d of %d tokens", p.Tokens, p.Budget)
	}
	for _, f := range p.Added {
		a.say("the template leaves out .%s, which no system prompt may lack: it was put at the end", f)
	}
	for _, w := range p.Warnings {
		a.say("withheld from the prompt, because %s: %s %q", w.Why, w.Where, w.Words)
	}
	return nil
}

// writePrompt prints what make makes, in the format asked for.
func (a *app) writePrompt(format *string, o *library.PromptOptions, make func(*library.Library, context.Context, library.PromptOptions) (*prompts.Prompt, error)) func(*cobra.Command, []string) error {
	return a.with(func(ctx context.Context, l *library.Library, _ []string) error {
		o.Format = prompts.Format(*format)
		if a.json {
			o.Format = prompts.JSON
		}
		p, err := make(l, ctx, *o)
		if err != nil {
			return promptError(err)
		}
		return a.printPrompt(p)
	})
}

func (a *app) promptCmd() *cobra.Command {
	var o library.PromptOptions
	c := &cobra.Command{
		Use:   "prompt",
		Short: "Write the system prompt that tells a language model how to read the library",
		Long: `Writes the system prompt from the library as it is now: the role, the rules of authority in order, the current versions,
open drift entries, what is deliberately not there, how to cite, what to say when nothing is recorded, how a session
ends. It carries a number, which counts the prompts that differed, and a hash of its content.

With a budget it sheds by priority and says what; the rules and the form of citations are never shed.

The text is yours to change: substrate prompt template > prompts/system.md.tmpl in the library, then edit it. What stands
in prompts/note.md is passed on as written. Every prompt and template that was in use is kept: substrate prompt history.

Exit status: 0 done; 1 failed, or the template is wrong; 2 wrong command line, or a budget too small for the rules.`,
		Example: `  substrate prompt
  substrate prompt --for 8192 --format text
  substrate prompt --budget 1500 --json
  substrate prompt diff`,
		Args: args(cobra.NoArgs, "it takes no arguments"),
	}
	format := a.promptFlags(c, &o)
	c.Flags().StringVar(&o.By, "as", "command line", "`who` takes it; prompt diff tells what changed since a client last took it")
	c.RunE = a.writePrompt(format, &o, (*library.Library).SystemPrompt)
	c.AddCommand(a.promptDiffCmd(), a.promptHistoryCmd(), a.promptTemplateCmd())
	return c
}

func (a *app) promptDiffCmd() *cobra.Command {
	from := 0
	c := &cobra.Command{
		Use:   "diff",
		Short: "Show what changed in the system prompt since a client last took it",
		Long: `Compares the system prompt as it is now with the one that a client took last, or with --from with that version: section by
section, "-" before lines that went and "+" before lines that came.

Exit status: 0 done, changed or not; 1 failed; 2 wrong command line; 5 no such version.`,
		Example: "  substrate prompt diff\n  substrate prompt diff --from 3",
		Args:    args(cobra.NoArgs, "it takes no arguments; --from N names a version"),
		RunE: a.with(func(ctx context.Context, l *library.Library, _ []string) error {
			d, err := l.PromptDiff(ctx, from)
			if err != nil {
				return promptError(err)
			}
			if a.json {
				return a.printJSON(d)
			}
			switch {
			case d.From == 0:
				a.say("version %d is the first one: there is nothing to compare it with", d.To)
			case d.Diff == "":
				a.say("nothing changed since version %d%s", d.From, takenWords(d))
			default:
				fmt.Fprint(a.out, strings.TrimRight(d.Diff, "\n")+"\n")
				a.say("since version %d%s", d.From, takenWords(d))
			}
			return nil
		}),
	}
	c.Flags().IntVar(&from, "from", 0, "compare with this `version`")
	return c
}

func takenWords(d *library.PromptDelta) string {
	if d.TakenBy == "" {
		return ""
	}
	return fmt.Sprintf(", taken by %s at %s", d.TakenBy, d.TakenAt)
}

func (a *app) promptHistoryCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "history",
		Short:   "List the system prompts that the library had",
		Long:    "Lists every system prompt that differed from the one before it, newest first, with the template it was written with and the client\nthat last took it.\n\nExit status: 0 done; 1 failed; 2 wrong command line.",
		Example: "  substrate prompt history",
		Args:    args(cobra.NoArgs, "it takes no arguments"),
		RunE: a.with(func(ctx context.Context, l *library.Library, _ []string) error {
			list, err := l.PromptVersions(ctx)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(list)
			}
			if len(list) == 0 {
				a.say("none was recorded yet; substrate prompt writes the first")
			}
			for _, p := range list {
				what := "built-in template"
				if p.Template != "" {
					what = "template " + p.Template
				}
				if p.TakenBy != "" {
					what += ", taken by " + p.TakenBy + " at " + p.TakenAt
				}
				fmt.Fprintf(a.out, "%4d  %s  cascade %-4d %s  %s\n", p.Version, p.At, p.Cascade, p.Hash, what)
			}
			return nil
		}),
	}
}

func (a *app) promptTemplateCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "template [HASH]",
		Short: "Print the template of the system prompt, to start one of your own from",
		Long: `Prints the built-in template, or one that the library had, by the hash that substrate prompt history shows. It is written in
Go's text/template. A template of your own stands in prompts/system.md.tmpl of the library; an error in it names the line
and the field.

Exit status: 0 done; 1 failed; 2 wrong command line; 5 no such template.`,
		Example: "  substrate prompt template > prompts/system.md.tmpl\n  substrate prompt template 3f9a01c2d4e5",
		Args:    args(cobra.MaximumNArgs(1), "give one hash at most"),
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			text, err := l.PromptTemplate(ctx, strings.Join(list, ""))
			if err != nil {
				return err
			}
			fmt.Fprint(a.out, text)
			return nil
		}),
	}
}

func (a *app) briefCmd() *cobra.Command {
	var o library.PromptOptions
	c := &cobra.Command{
		Use:   "brief",
		Short: "Write the pack that a session starts with",
		Long: `Writes what a session with a language model should begin with: what the library is, the rules, the current versions, what
changed, open drift, and the top of the document that says what matters next. It costs 2,000 tokens at most unless
--budget or --for say otherwise, and says what was left out.

Exit status: 0 done; 1 failed; 2 wrong command line, or a budget too small for the rules.`,
		Example: "  substrate brief\n  substrate brief --since 2026-04-01 --budget 4000\n  substrate brief --since 7 --json",
		Args:    args(cobra.NoArgs, "it takes no arguments"),
	}
	format := a.promptFlags(c, &o)
	c.Flags().StringVar(&o.Since, "since", "", "tell changes after this cascade, or from this date: 7 or 2026-04-01 (default: the newest cascade)")
	c.RunE = a.writePrompt(format, &o, (*library.Library).Brief)
	return c
}

// sayPrompt tells that a change of the library altered its system prompt.
func (a *app) sayPrompt(p *library.PromptChange) {
	switch {
	case p == nil:
	case p.Before == 0:
		fmt.Fprintf(a.out, "  PROMPT    the system prompt is version %d (%s): substrate prompt\n", p.Version, p.Hash)
	default:
		fmt.Fprintf(a.out, "  PROMPT    version %d → %d (%s): the system prompt is part of the substrate, revisit it: substrate prompt diff --from %d\n", p.Before, p.Version, p.Hash, p.Before)
	}
}

// promptError tells a budget that no prompt fits into from failures: it is the command line that is wrong.
func promptError(err error) error {
	var low *prompts.BudgetError
	if errors.As(err, &low) {
		return usageError{err}
	}
	return err
}
