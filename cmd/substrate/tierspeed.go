package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"substrate/inference"
	"substrate/inference/timing"
)

func (a *app) tierReportCmd() *cobra.Command {
	var q timing.Query
	var back time.Duration
	c := &cobra.Command{
		Use: "report", Short: "How fast each model is on each tier, over time",
		Long: `Characterises each model on each tier from the timing of all calls that the catalog keeps: percentiles of the time to the first
token and of the tokens per second, and the course of the latter. Cached prompts and failed calls are kept out of the speeds.

Exit status: 0 done; 1 failed; 2 wrong command line.`,
		Example: "  substrate tiers report\n  substrate tiers report --tier big --since 168h\n  substrate tiers report --json",
		Args:    args(cobra.NoArgs, "give no argument; --tier and --model choose"),
		RunE: a.withTiers(func(ctx context.Context, c *inference.Client, _ []string) error {
			q.Since = since(back)
			rows, err := c.Report(ctx, q)
			if err != nil {
				return err
			}
			return a.printSpeeds(rows)
		}),
	}
	c.Flags().StringVar(&q.Tier, "tier", "", "only this `tier`")
	c.Flags().StringVar(&q.Model, "model", "", "only this `model`")
	c.Flags().DurationVar(&back, "since", 0, "only calls of this last `time` (24h)")
	_ = c.RegisterFlagCompletionFunc("tier", a.completeTiers)
	return c
}

// spreadJSON is a distribution as the report's JSON has it: the package keeps percentiles of nothing out of its own.
type spreadJSON struct {
	N   int     `json:"n"`
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
}

type speedJSON struct {
	Tier   string     `json:"tier"`
	Model  string     `json:"model"`
	Quant  string     `json:"quant,omitempty"`
	Calls  int        `json:"calls"`
	Errors int        `json:"errors"`
	Cached int        `json:"cached"`
	First  spreadJSON `json:"first_token_seconds"`
	Total  spreadJSON `json:"total_seconds"`
	Prompt spreadJSON `json:"prompt_tokens_per_second"`
	Output spreadJSON `json:"output_tokens_per_second"`
	Trend  []float64  `json:"trend"`
}

func (a *app) printSpeeds(rows []timing.Row) error {
	if a.json {
		out := []speedJSON{}
		for _, r := range rows {
			j := speedJSON{Tier: r.Tier, Model: r.Model, Quant: r.Quant, Calls: r.Calls, Errors: r.Errors, Cached: r.Cached,
				First: spreadJSON(r.First), Total: spreadJSON(r.Total), Prompt: spreadJSON(r.Prompt), Output: spreadJSON(r.Output), Trend: r.Trend()}
			if j.Trend == nil {
				j.Trend = []float64{}
			}
			out = append(out, j)
		}
		return a.printJSON(out)
	}
	if len(rows) == 0 {
		fmt.Fprintln(a.out, "No call was timed yet. substrate tiers bench FILE makes some.")
		return nil
	}
	for _, r := range rows {
		fmt.Fprintf(a.out, "%s · %s %s\n  %d calls, %d failed, %d with a cached prompt\n", r.Tier, r.Model, r.Quant, r.Calls, r.Errors, r.Cached)
		for _, x := range []struct {
			name, unit string
			s          timing.Spread
		}{{"first token", "s", r.First}, {"total", "s", r.Total}, {"prompt", "tokens/s", r.Prompt}, {"output", "tokens/s", r.Output}} {
			if x.s.N > 0 {
				fmt.Fprintf(a.out, "  %-12s p50 %.4g  p90 %.4g  p99 %.4g %s (n=%d)\n", x.name, x.s.P50, x.s.P90, x.s.P99, x.unit, x.s.N)
			}
		}
		if t := r.Trend(); len(t) > 1 {
			fmt.Fprintf(a.out, "  %-12s %s\n", "over time", plot(t, 60))
		}
	}
	return nil
}

// plot draws figures, oldest first, as a line of bars from zero to the highest; the last width of them.
func plot(list []float64, width int) string {
	list = list[max(0, len(list)-width):]
	top := 0.0
	for _, x := range list {
		top = max(top, x)
	}
	bars := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	for _, x := range list {
		i := 0
		if top > 0 {
			i = min(len(bars)-1, max(0, int(x/top*float64(len(bars)))))
		}
		b.WriteRune(bars[i])
	}
	return b.String()
}

func (a *app) tierBenchCmd() *cobra.Command {
	var names []string
	c := &cobra.Command{
		Use: "bench FILE", Short: "Time a prompt set of your own on each tier",
		Long: `Sends each line of FILE (empty lines and those that begin with # are left out) to the chat model of each tier, one after the other,
and reports this run. The timing is kept for substrate tiers report.

Exit status: 0 done; 1 failed; 2 wrong command line; 9 some calls failed.`,
		Example: "  substrate tiers bench prompts.txt\n  substrate tiers bench prompts.txt --tier big,small --json",
		Args:    args(cobra.ExactArgs(1), "name one file with a prompt on each line"),
		RunE: a.withTiers(func(ctx context.Context, c *inference.Client, list []string) error {
			prompts, err := readPrompts(list[0])
			if err != nil {
				return err
			}
			tiers, err := someTiers(c, names)
			if err != nil {
				return err
			}
			var took []timing.Sample
			for _, t := range tiers {
				for i, p := range prompts {
					r, err := c.Chat(ctx, inference.Request{Tier: t.Name, Messages: []inference.Message{{Role: "user", Content: p}}}, nil)
					if ctx.Err() != nil {
						return ctx.Err()
					}
					if err != nil {
						a.code = exitTierDown
						a.say("%s, prompt %d: %v", t.Name, i+1, err)
						took = append(took, timing.Sample{Tier: t.Name, Model: t.Model("chat"), Kind: "chat", Err: "failed"})
						continue
					}
					took = append(took, r.Timing)
				}
			}
			return a.printSpeeds(timing.Report(took))
		}),
	}
	c.Flags().StringSliceVar(&names, "tier", nil, "only these `tiers`")
	_ = c.RegisterFlagCompletionFunc("tier", a.completeTiers)
	return c
}

func readPrompts(file string) ([]string, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the prompts cannot be read: %w", err)
	}
	var out []string
	for _, line := range strings.Split(string(raw), "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%q holds no prompt; write one on each line", file)
	}
	return out, nil
}
