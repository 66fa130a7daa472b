package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"substrate/inference/timing"
)

// speedsOf is what calls of one model on one tier were like.
type speedsOf struct {
	Tier, Model, Quant string
	Calls, Failed      int
	Prompt, Output     *plot // nil: nothing could be measured
}

// plot is a speed over time: a dot for each call, or for several that came together, and the middle of those around it as a line.
// Lengths are the picture's own units.
type plot struct {
	Name           string
	Width, Height  float64
	Left, Bottom   float64
	Dots           []dot
	Line           string // points of the polyline
	Top            string // what the upper edge stands for
	From, To       string
	Median, Lowest float64 // tokens per second; the lowest is the fifth percentile
	Calls          int
}

type dot struct {
	X, Y float64
	Tip  string
}

const (
	plotWidth, plotHeight = 520.0, 150.0
	plotLeft, plotBottom  = 8.0, 126.0
	plotTop               = 20.0
	maxDots               = 240
	around                = 7 // dots whose middle the line follows
)

// speeds are those of the days before now, by tier and model.
func (s *site) speeds(ctx context.Context, days int) ([]speedsOf, error) {
	now := s.lib.Now()
	since := now.AddDate(0, 0, -days)
	all, err := s.lib.Samples().Samples(ctx, timing.Query{Since: since})
	if err != nil {
		return nil, err
	}
	by := map[[2]string][]timing.Sample{}
	for _, x := range all {
		if x.Kind == "chat" {
			k := [2]string{x.Tier, x.Model}
			by[k] = append(by[k], x)
		}
	}
	out := []speedsOf{}
	for k, list := range by {
		v := speedsOf{Tier: k[0], Model: k[1], Calls: len(list)}
		for _, x := range list {
			if x.Err != "" {
				v.Failed++
			}
			v.Quant = cmp.Or(x.Quant, v.Quant)
		}
		v.Prompt = newPlot("Reading the prompt", list, timing.Sample.PromptRate)
		v.Output = newPlot("Writing the answer", list, timing.Sample.OutputRate)
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b speedsOf) int { return cmp.Or(cmp.Compare(a.Tier, b.Tier), cmp.Compare(a.Model, b.Model)) })
	return out, nil
}

// measured is one call, or the middle of some.
type measured struct {
	at   time.Time
	rate float64
	n    int
}

// newPlot draws the calls of which a rate is known; prompts out of a server's cache have none.
func newPlot(name string, list []timing.Sample, rate func(timing.Sample) float64) *plot {
	var all []measured
	for _, x := range list {
		if v := rate(x); v > 0 {
			all = append(all, measured{x.At, v, 1})
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b measured) int { return a.at.Compare(b.at) })
	p := &plot{Name: name, Width: plotWidth, Height: plotHeight, Left: plotLeft, Bottom: plotBottom, Calls: len(all)}
	rates := make([]float64, len(all))
	for i, m := range all {
		rates[i] = m.rate
	}
	slices.Sort(rates)
	p.Median, p.Lowest = timing.Percentile(rates, 50), timing.Percentile(rates, 5)
	points := gathered(all)
	top := 0.0
	for _, m := range points {
		top = max(top, m.rate)
	}
	first, last := points[0].at, points[len(points)-1].at
	p.Top, p.From, p.To = rateText(top), first.Format("2006-01-02"), last.Format("2006-01-02")
	x := func(t time.Time) float64 {
		if !last.After(first) {
			return plotWidth / 2
		}
		return plotLeft + 6 + float64(t.Sub(first))/float64(last.Sub(first))*(plotWidth-plotLeft-12)
	}
	y := func(v float64) float64 { return plotBottom - v/top*(plotBottom-plotTop) }
	for i, m := range points {
		tip := rateText(m.rate) + " tokens a second, " + m.at.Format("2006-01-02 15:04")
		if m.n > 1 {
			tip = fmt.Sprintf("%s, middle of %d calls", tip, m.n)
		}
		p.Dots = append(p.Dots, dot{x(m.at), y(m.rate), tip})
		p.Line += fmt.Sprintf("%.1f,%.1f ", x(m.at), y(middle(points[max(0, i-around/2):min(len(points), i+around/2+1)])))
	}
	return p
}

// gathered are at most maxDots points: neighbours in time become their middle.
func gathered(all []measured) []measured {
	size := (len(all) + maxDots - 1) / maxDots
	if size <= 1 {
		return all
	}
	var out []measured
	for part := range slices.Chunk(all, size) {
		out = append(out, measured{part[len(part)/2].at, middle(part), len(part)})
	}
	return out
}

func middle(list []measured) float64 {
	v := make([]float64, len(list))
	for i, m := range list {
		v[i] = m.rate
	}
	slices.Sort(v)
	return timing.Percentile(v, 50)
}

func rateText(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.1f", v)
}
