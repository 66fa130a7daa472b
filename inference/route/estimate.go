package route

import (
	"fmt"
	"time"
)

// Rates assumed where nothing was measured, in tokens per second: a small board's. Load of a cold model likewise.
const (
	assumedPromptRate = 200
	assumedOutputRate = 20
	assumedLoad       = 10 * time.Second
	assumedOutput     = 200 // tokens, where the request names no limit
)

// Estimate says when an answer can be expected: queue + load (of a cold model) + prompt ÷ rate + output ÷ rate.
type Estimate struct {
	Queue    time.Duration `json:"queue"`
	Load     time.Duration `json:"load"`
	Prompt   time.Duration `json:"prompt"`
	Output   time.Duration `json:"output"`
	First    time.Duration `json:"first"` // until the first token
	Total    time.Duration `json:"total"`
	Measured bool          `json:"measured"` // all rates used were measured
	Samples  int           `json:"samples"`
}

func (e Estimate) String() string {
	how := "assumed, nothing measured yet"
	if e.Measured {
		how = fmt.Sprintf("from %d measured calls", e.Samples)
	}
	s := fmt.Sprintf("first token in about %s, done in %s (%s", round(e.First), round(e.Total), how)
	if e.Queue > 0 {
		s += fmt.Sprintf("; %s in the queue", round(e.Queue))
	}
	if e.Load > 0 {
		s += fmt.Sprintf("; %s to load the model", round(e.Load))
	}
	return s + ")"
}

func round(d time.Duration) time.Duration {
	switch {
	case d >= 10*time.Second:
		return d.Round(time.Second)
	case d >= time.Second:
		return d.Round(100 * time.Millisecond)
	case d >= 10*time.Millisecond:
		return d.Round(time.Millisecond)
	}
	return d.Round(100 * time.Microsecond)
}

// EstimateOf computes when a candidate would answer. The queue is assumed to hold requests like this one.
func EstimateOf(c Candidate, promptTokens, outputTokens int) Estimate {
	e := Estimate{Samples: c.Samples, Measured: c.PromptRate > 0 && c.OutputRate > 0}
	pr, or := c.PromptRate, c.OutputRate
	if pr <= 0 {
		pr = assumedPromptRate
	}
	if or <= 0 {
		or = assumedOutputRate
	}
	if outputTokens <= 0 {
		outputTokens = assumedOutput
	}
	e.Prompt = seconds(float64(promptTokens) / pr)
	e.Output = seconds(float64(outputTokens) / or)
	if c.Cold {
		e.Load = c.Load
		if e.Load <= 0 {
			e.Load, e.Measured = assumedLoad, false
		}
	}
	if c.Parallel > 0 && c.Running+c.Waiting >= c.Parallel {
		ahead := c.Running + c.Waiting - c.Parallel + 1
		// Those running are half done on average; those waiting are not begun.
		one := e.Prompt + e.Output
		e.Queue = one*time.Duration(ahead)/time.Duration(c.Parallel) - one/time.Duration(2*c.Parallel)
	}
	e.First = e.Queue + e.Load + e.Prompt
	e.Total = e.First + e.Output
	return e
}

func seconds(f float64) time.Duration { return time.Duration(f * float64(time.Second)) }
