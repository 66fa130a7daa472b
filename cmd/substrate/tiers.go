package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"substrate/inference"
	"substrate/library"
)

// inference is the client of the tiers that substrate.yaml names. A command asks the servers when it needs them and probes
// nothing in the background.
func (a *app) inference(l *library.Library) (*inference.Client, error) {
	return inference.New(a.tiers, inference.Options{Logger: l.Log, ProbeEvery: -1, Prometheus: a.prometheus})
}

// known tells a tier's name from a typing mistake; "" is any.
func (a *app) known(name string) error {
	if name == "" || slices.ContainsFunc(a.tiers, func(t inference.Tier) bool { return t.Name == name }) {
		return nil
	}
	var names []string
	for _, t := range a.tiers {
		names = append(names, t.Name)
	}
	return usageError{fmt.Errorf("there is no tier %q; %s names %s", name, library.ConfigFile, strings.Join(names, ", "))}
}

func (a *app) completeTiers(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	dir, err := a.folder()
	if err == nil {
		_, err = a.config(dir)
	}
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, t := range a.tiers {
		out = append(out, t.Name)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// tierRow is a tier as tiers lists it. The JSON form is stable.
type tierRow struct {
	inference.TierStatus
	URL    string                    `json:"url"`
	GoodAt []inference.Task          `json:"good_at"`
	Models map[inference.Task]string `json:"models"`
	Window int                       `json:"window,omitempty"` // tokens; 0: nobody could tell
}

func (a *app) tiersCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "tiers",
		Short: "List your inference servers: whether they answer, their models and windows",
		Long: `Asks every inference server that substrate.yaml names how it is, and lists its state, models and the window in tokens that
the server gives its chat model.

Exit status: 0 done, also when a tier is down; 1 failed; 2 wrong command line.`,
		Example: `  substrate tiers
  substrate tiers models narnia
  substrate tiers probe elroy`,
		Args: args(cobra.NoArgs, "it takes no argument"),
		RunE: a.withTiers(func(ctx context.Context, client *inference.Client, _ []string) error {
			ctx, stop := context.WithTimeout(ctx, 15*time.Second)
			defer stop()
			status, err := client.Check(ctx)
			if err != nil {
				return err
			}
			rows := []tierRow{}
			for i, t := range client.Tiers() {
				r := tierRow{TierStatus: status[i], URL: t.URL, GoodAt: t.GoodAt, Models: t.Models}
				if status[i].Health.State != "down" {
					if w, err := client.Window(ctx, t.Name, ""); err == nil {
						r.Window = w.Tokens
					}
				}
				rows = append(rows, r)
			}
			if a.json {
				return a.printJSON(rows)
			}
			table := [][]string{}
			for _, r := range rows {
				var models []string
				for task, m := range r.Models {
					models = append(models, string(task)+" "+m)
				}
				slices.Sort(models)
				window := "–"
				if r.Window > 0 {
					window = fmt.Sprint(r.Window)
				}
				table = append(table, []string{r.Name, string(r.Health.State), window, strings.Join(models, ", "), r.URL, r.Health.Why})
			}
			return a.table("TIER STATE WINDOW MODELS URL WHY", table)
		}),
	}
	c.AddCommand(a.tiersModelsCmd(), a.tiersProbeCmd())
	return c
}

// withTiers makes a command's work of what is done with the client.
func (a *app) withTiers(work func(ctx context.Context, client *inference.Client, list []string) error) func(*cobra.Command, []string) error {
	return a.with(func(ctx context.Context, l *library.Library, list []string) error {
		if len(a.tiers) == 0 {
			return fmt.Errorf("%s names no tier; add one, such as\n\n  tiers:\n    - name: home\n      url: http://localhost:11434\n      models: {chat: MODEL}", library.ConfigFile)
		}
		for _, name := range list {
			if err := a.known(name); err != nil {
				return err
			}
		}
		client, err := a.inference(l)
		if err != nil {
			return err
		}
		defer client.Close()
		return work(ctx, client, list)
	})
}

func (a *app) tiersModelsCmd() *cobra.Command {
	return &cobra.Command{
		Use:               "models TIER",
		Short:             "List the models that a tier's server has",
		Example:           "  substrate tiers models narnia",
		Args:              args(cobra.ExactArgs(1), "name one tier"),
		ValidArgsFunction: a.completeTiers,
		RunE: a.withTiers(func(ctx context.Context, client *inference.Client, list []string) error {
			models, err := client.Models(ctx, list[0])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(models)
			}
			for _, m := range models {
				fmt.Fprintln(a.out, m.Name)
			}
			return nil
		}),
	}
}

func (a *app) tiersProbeCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "probe TIER",
		Short: "Find out whether a tier's model knows its name, cites, and refuses what it was not given",
		Long: `Asks the tier's chat model three things: its own name, an answer with a citation, and something that the passages do not
hold. Where a check fails it offers the identity text that anchors the model's name.`,
		Example:           "  substrate tiers probe elroy",
		Args:              args(cobra.ExactArgs(1), "name one tier"),
		ValidArgsFunction: a.completeTiers,
		RunE: a.withTiers(func(ctx context.Context, client *inference.Client, list []string) error {
			p, err := client.Probe(ctx, list[0], inference.Probing{})
			if err != nil {
				return err
			}
			return a.printProbe(p)
		}),
	}
}

func (a *app) printProbe(p *inference.Probed) error {
	if a.json {
		return a.printJSON(p)
	}
	for _, c := range p.Checks {
		verdict := "failed"
		if c.Passed {
			verdict = "passed"
		}
		fmt.Fprintf(a.out, "%-9s %s  %s\n", c.Name, verdict, c.Why)
		if !c.Passed || a.verbose {
			fmt.Fprint(a.out, wrap("asked: "+c.Asked, 92, "    "), wrap("answered: "+c.Answered, 92, "    "))
		}
	}
	if p.Identity != "" {
		fmt.Fprintf(a.out, "\nThis identity anchors the model's name; put it into the tier's part of %s:\n  identity: %q\n", library.ConfigFile, p.Identity)
	}
	return nil
}
