package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"substrate/ask"
	"substrate/inference"
	"substrate/library"
)

func (a *app) askCmd() *cobra.Command {
	var o ask.Options
	var task string
	var showPack, noLLM bool
	c := &cobra.Command{
		Use:   "ask QUESTION...",
		Short: "Have a model of yours answer out of the current versions, and check what it says",
		Long: `Searches the current versions, packs what was found into the window of one of your models (first the corrections of the
drift log, then passages), streams the answer, and checks it: every citation must have been in the pack, and every value
must stand in the passages that its sentence cites. What does not hold is marked.

Where nothing is found it says so and asks no model. Without tiers in substrate.yaml it prints the passages.

Exit status: 0 done; 1 failed, also when no tier answered; 2 wrong command line.`,
		Example: `  substrate ask "How much GPU memory can the reasoning box use?"
  substrate ask --tier narnia --show-pack "What changed in the backup plan?"
  substrate ask --draft medusa --verify narnia "Which port does the exporter use?"
  substrate ask --no-llm "retention"              passages only`,
		Args: args(cobra.MinimumNArgs(1), "say what you want to know"),
		RunE: func(c *cobra.Command, list []string) error {
			if (o.Draft == "") != (o.Verify == "") {
				return usageError{errors.New("--draft and --verify go together: one tier drafts, the other accepts or corrects")}
			}
			l, err := a.open()
			if err != nil {
				return err
			}
			defer l.Close()
			question := strings.Join(list, " ")
			if len(l.Config.Tiers) == 0 || noLLM {
				return a.passages(c.Context(), l, question, o.Limit, noLLM)
			}
			o.Task = inference.Task(task)
			client, err := a.openInference(l, nil, false)
			if err != nil {
				return err
			}
			defer client.Close()
			named := slices.DeleteFunc([]string{o.Tier, o.Draft, o.Verify}, func(s string) bool { return s == "" })
			if _, err := someTiers(client, named); err != nil {
				return err
			}
			each := func(s string) { fmt.Fprint(a.out, s) }
			if a.json {
				each = nil
			}
			answer, err := ask.Ask(c.Context(), l, client, question, o, each)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(answer)
			}
			a.printAnswer(answer, showPack)
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&o.Tier, "tier", "", "ask this `tier` and no other")
	f.StringVar(&task, "task", "", "what `kind` of work it is: chat, reasoning, long, fast or auto, which finds out (default chat)")
	f.IntVarP(&o.Limit, "limit", "n", 8, "how many passages at most")
	f.IntVar(&o.Reserve, "reserve", 0, "`tokens` kept for the answer (default a quarter of the window, at most 1024)")
	f.StringVar(&o.Draft, "draft", "", "a small `tier` that drafts; with --verify")
	f.StringVar(&o.Verify, "verify", "", "the `tier` that accepts the draft or corrects it")
	f.BoolVar(&showPack, "show-pack", false, "print what the model was given, and what did not fit")
	f.BoolVar(&noLLM, "no-llm", false, "ask no model: passages only")
	for _, name := range []string{"tier", "draft", "verify"} {
		_ = c.RegisterFlagCompletionFunc(name, a.completeTiers)
	}
	_ = c.RegisterFlagCompletionFunc("task", fixedWords("auto", "chat", "reasoning", "long", "fast"))
	return c
}

// passages is the answer where no model may be asked.
func (a *app) passages(ctx context.Context, l *library.Library, question string, limit int, wanted bool) error {
	found, err := l.Search(ctx, question, library.SearchOptions{Limit: max(limit, 1)})
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(found)
	}
	a.printFound(found)
	if !wanted {
		a.say("no model was asked: no tier is configured. %sThen try substrate tiers.", howToAddATier)
	}
	return nil
}

func (a *app) printAnswer(w *ask.Answer, showPack bool) {
	if w.Nothing {
		fmt.Fprintln(a.out, w.Text)
		a.say("no model was asked; substrate search --history looks into older versions too")
		return
	}
	fmt.Fprint(a.out, "\n\n")
	for _, n := range w.Notes {
		a.say("note: %s", n)
	}
	if w.Short != "" && showPack {
		a.say("note: %s", w.Short)
	}
	for _, f := range w.Failed {
		a.say("note: %s", f)
	}
	fmt.Fprint(a.out, verdict(w))
	for _, s := range w.Pack {
		if slices.ContainsFunc(w.Sentences, func(x ask.Sentence) bool { return slices.Contains(x.Citations, s.ID) }) {
			fmt.Fprintf(a.out, "  [%s] %s%s\n", s.ID, s.Title, dot(s.Standing))
		}
	}
	if d := w.Decision; d != nil {
		a.say("%s on %s: %s; %d passages and corrections, %d of %d tokens", d.Model, d.Tier, d.Because, len(w.Pack), w.Tokens, w.Window)
	}
	if d := w.Drafted; d != nil {
		what := "was corrected"
		if d.Accepted {
			what = "stands as it was"
		}
		a.say("the draft %s", what)
	}
	for _, s := range w.Cut {
		a.say("did not fit: [%s] (%s)", s.ID, s.Because)
	}
	if showPack {
		fmt.Fprintf(a.out, "\n--- what the model was given ---\n%s\n", w.Prompt)
	}
}

func dot(s string) string {
	if s == "" {
		return ""
	}
	return " · " + s
}
