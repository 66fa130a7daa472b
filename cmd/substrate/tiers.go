package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"substrate/inference"
	"substrate/library"
)

// exitTierDown says that a tier does not answer, or that a check of its model failed.
const exitTierDown = 9

func (a *app) tiersCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "tiers",
		Short: "The servers with language models: how they are, and how fast",
		Long: `Lists the tiers of substrate.yaml and asks each how it is: up, degraded or down, since when and why.

Exit status: 0 done; 1 failed; 2 wrong command line; 9 a tier is down.`,
		Example: `  substrate tiers
  substrate tiers models big
  substrate tiers probe small
  substrate tiers report --since 168h
  substrate tiers bench prompts.txt --tier big`,
		Args: args(cobra.NoArgs, "give no argument, or one of models, probe, report, bench"),
		RunE: a.withTiers(a.listTiers),
	}
	c.AddCommand(a.tierModelsCmd(), a.tierProbeCmd(), a.tierReportCmd(), a.tierBenchCmd())
	return c
}

// withTiers makes a command's work of what is done with the configured tiers. Without any it says how to add one.
func (a *app) withTiers(work func(ctx context.Context, c *inference.Client, list []string) error) func(*cobra.Command, []string) error {
	return a.with(func(ctx context.Context, l *library.Library, list []string) error {
		if len(l.Config.Tiers) == 0 {
			if a.json {
				return a.printJSON([]string{})
			}
			fmt.Fprint(a.out, "No tier is configured. "+howToAddATier)
			return nil
		}
		c, err := a.openInference(l, nil, false)
		if err != nil {
			return err
		}
		defer c.Close()
		return work(ctx, c, list)
	})
}

// someTiers are the tiers that a command line names, or all.
func someTiers(c *inference.Client, names []string) ([]inference.Tier, error) {
	all := c.Tiers()
	if len(names) == 0 {
		return all, nil
	}
	var out []inference.Tier
	var have []string
	for _, t := range all {
		have = append(have, t.Name)
	}
next:
	for _, n := range names {
		for _, t := range all {
			if t.Name == n {
				out = append(out, t)
				continue next
			}
		}
		return nil, usageError{fmt.Errorf("no tier is called %q; there are %s", n, strings.Join(have, ", "))}
	}
	return out, nil
}

func (a *app) listTiers(ctx context.Context, c *inference.Client, _ []string) error {
	list, err := c.Check(ctx)
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.Health.State == "down" {
			a.code = exitTierDown
		}
	}
	if a.json {
		return a.printJSON(list)
	}
	tiers := c.Tiers()
	for i, t := range list {
		var good []string
		for _, g := range tiers[i].GoodAt {
			good = append(good, string(g))
		}
		fmt.Fprintf(a.out, "%-12s %-9s %-7s %s  %s\n", t.Name, t.Health.State, t.API, tiers[i].URL, strings.Join(good, ", "))
		if t.Health.Why != "" {
			fmt.Fprint(a.out, wrap(t.Health.Why, 92, "     "))
		}
	}
	return nil
}

func (a *app) tierModelsCmd() *cobra.Command {
	return &cobra.Command{
		Use: "models [TIER...]", Short: "What each tier's server has",
		Long: `Lists the models that the servers of the tiers have.

Exit status: 0 done; 1 failed; 2 wrong command line; 9 a tier did not answer.`,
		Example: "  substrate tiers models\n  substrate tiers models big --json",
		RunE: a.withTiers(func(ctx context.Context, c *inference.Client, names []string) error {
			list, err := someTiers(c, names)
			if err != nil {
				return err
			}
			all := map[string]any{}
			for _, t := range list {
				models, err := c.Models(ctx, t.Name)
				if err != nil {
					a.code = exitTierDown
					a.say("%s: %v", t.Name, err)
					continue
				}
				all[t.Name] = models
				if a.json {
					continue
				}
				for _, m := range models {
					fmt.Fprintf(a.out, "%-12s %s\n", t.Name, m.Name)
				}
			}
			if a.json {
				return a.printJSON(all)
			}
			return nil
		}),
		ValidArgsFunction: a.completeTiers,
	}
}

func (a *app) tierProbeCmd() *cobra.Command {
	return &cobra.Command{
		Use: "probe [TIER...]", Short: "Does each model know its name, cite, and refuse what it was not given",
		Long: `Asks the chat model of each tier for its own name, for an answer with a citation, and for something that the passage does
not hold. Where a model takes itself for another, a text for identity: in substrate.yaml is offered.

Exit status: 0 all passed; 1 failed; 2 wrong command line; 9 a check failed or a tier did not answer.`,
		Example: "  substrate tiers probe\n  substrate tiers probe small --json",
		RunE: a.withTiers(func(ctx context.Context, c *inference.Client, names []string) error {
			list, err := someTiers(c, names)
			if err != nil {
				return err
			}
			out := []*inference.Probed{}
			for _, t := range list {
				p, err := c.Probe(ctx, t.Name, inference.Probing{})
				if err != nil {
					a.code = exitTierDown
					a.say("%s: %v", t.Name, err)
					continue
				}
				out = append(out, p)
				if a.json {
					continue
				}
				fmt.Fprintf(a.out, "%s (%s)\n", p.Tier, p.Model)
				for _, x := range p.Checks {
					mark := "passed"
					if !x.Passed {
						mark = "FAILED"
					}
					fmt.Fprintf(a.out, "  %-9s %s  %s\n", x.Name, mark, x.Why)
				}
				if p.Identity != "" {
					fmt.Fprintf(a.out, "  put into %s:  identity: %q\n", library.ConfigFile, p.Identity)
				}
			}
			for _, p := range out {
				for _, x := range p.Checks {
					if !x.Passed {
						a.code = exitTierDown
					}
				}
			}
			if a.json {
				return a.printJSON(out)
			}
			return nil
		}),
		ValidArgsFunction: a.completeTiers,
	}
}

// since is the time that a report begins with; 0 is the beginning.
func since(d time.Duration) time.Time {
	if d <= 0 {
		return time.Time{}
	}
	return time.Now().Add(-d)
}
