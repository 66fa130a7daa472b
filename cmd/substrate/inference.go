package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"substrate/ask"
	"substrate/inference"
	"substrate/inference/route"
	"substrate/library"
	"substrate/metrics"
	"substrate/web"
)

// openInference makes the process's one client of the configured tiers. Its timing goes into the library's catalog, to the
// collector of traces and into counts, if there are any. probe keeps watching the tiers in the background, as servers want it;
// a command that asks once does not. The caller closes it.
func (a *app) openInference(l *library.Library, counts *metrics.Metrics, probe bool) (*inference.Client, error) {
	store := watchedStore{l.Samples(), counts, a.tracer}
	o := inference.Options{Store: store, Prometheus: l.Config.Prometheus, Logger: l.Log}
	if !probe {
		o.ProbeEvery = -1
	}
	return inference.New(l.Config.Tiers, o)
}

// howToAddATier is what people without one are told.
const howToAddATier = "Add one to " + library.ConfigFile + ":\n\n  tiers:\n    - name: big\n      url: http://localhost:11434\n      models: {chat: MODEL}\n"

func (a *app) completeTiers(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	dir, err := a.folder()
	var cfg library.Config
	if err == nil {
		cfg, err = a.config(dir)
	}
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, t := range cfg.Tiers {
		out = append(out, t.Name)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// answerer answers out of the library for frontends that know only chats: what the check says follows the answer.
func answerer(l *library.Library, c *inference.Client) func(context.Context, string, func(inference.Chunk) error) (*inference.Reply, error) {
	return func(ctx context.Context, question string, each func(inference.Chunk) error) (*inference.Reply, error) {
		var gone error
		tell := func(s string) {
			if gone == nil {
				gone = each(inference.Chunk{Text: s})
			}
		}
		w, err := ask.Ask(ctx, l, c, question, ask.Options{Limit: 8}, tell)
		if err != nil {
			return nil, err
		}
		marks := "\n\n" + verdict(w)
		if w.Nothing {
			marks = w.Text
		}
		tell(marks)
		r := &inference.Reply{Text: w.Text + marks, Reason: "stop"}
		if w.Nothing {
			r.Text = w.Text
		}
		if w.Timing != nil {
			r.Usage.Prompt, r.Usage.Output = w.Timing.PromptTokens, w.Timing.OutputTokens
		}
		return r, gone
	}
}

// verdict is what the check says of an answer: each statement that does not hold, and how many do.
func verdict(w *ask.Answer) string {
	var out strings.Builder
	held := 0
	for _, s := range w.Sentences {
		if s.Support == ask.Supported {
			held++
			continue
		}
		out.WriteString(wrap(fmt.Sprintf("%s: %q – %s", strings.ToUpper(string(s.Support)), s.Text, s.Because), 92, "  "))
	}
	fmt.Fprintf(&out, "Checked: %d of %d statements stand in what they cite.\n", held, len(w.Sentences))
	return out.String()
}

// tierStates is the tiers as the pages show them.
func tierStates(c *inference.Client) func() []web.Tier {
	return func() []web.Tier {
		var out []web.Tier
		configured := c.Tiers()
		for i, t := range c.Status() {
			x := web.Tier{Name: t.Name, URL: configured[i].URL, State: string(t.Health.State), Why: t.Health.Why, Since: t.Health.Since, Up: t.Health.State == route.Up || t.Health.State == route.Degraded, Running: t.Running, Waiting: t.Waiting}
			for task, m := range configured[i].Models {
				x.Models = append(x.Models, string(task)+": "+m)
			}
			slices.Sort(x.Models)
			out = append(out, x)
		}
		return out
	}
}

// routed is where requests went, as the pages show it.
func routed(c *inference.Client) func() []web.Routed {
	return func() []web.Routed {
		var out []web.Routed
		for _, r := range c.Routed() {
			d := r.Decision
			x := web.Routed{At: r.At, Task: string(d.Task), Tier: d.Tier, Model: d.Model, Because: d.Because, Err: r.Err}
			for _, o := range d.Others {
				x.Others = append(x.Others, o.Tier+": "+o.WhyNot)
			}
			for _, f := range r.Failed {
				x.Failed = append(x.Failed, f.Tier+": "+f.Why)
			}
			out = append(out, x)
		}
		return out
	}
}
