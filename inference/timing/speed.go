package timing

import (
	"sync"
	"time"
)

// Speed is what is known of one model on one tier. Zero: not measured.
type Speed struct {
	PromptRate float64       `json:"prompt_rate"` // tokens per second
	OutputRate float64       `json:"output_rate"` // tokens per second
	Load       time.Duration `json:"load"`
	Samples    int           `json:"samples"`
}

// Speeds follows the speed of each model on each tier as samples come in: medians of the latest calls, so that one odd
// call moves nothing.
type Speeds struct {
	mu   sync.Mutex
	seen map[[2]string]*window
}

type window struct {
	prompt, output, load []float64
	n                    int
}

const remembered = 31

// Add takes a sample in; failed calls and cached prompts teach nothing.
func (s *Speeds) Add(x Sample) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x.Err != "" {
		return
	}
	if s.seen == nil {
		s.seen = map[[2]string]*window{}
	}
	k := [2]string{x.Tier, x.Model}
	w := s.seen[k]
	if w == nil {
		w = &window{}
		s.seen[k] = w
	}
	w.n++
	// Few tokens say little about a rate: the fixed cost of a call hides it.
	if v := x.PromptRate(); v > 0 && x.PromptTokens >= 8 {
		w.prompt = push(w.prompt, v)
	}
	if v := x.OutputRate(); v > 0 && x.OutputTokens >= 4 {
		w.output = push(w.output, v)
	}
	if x.Load > coldLoad {
		w.load = push(w.load, x.Load.Seconds())
	}
}

// coldLoad is where a load begins to be one: servers report the look-up of a loaded model as some milliseconds.
const coldLoad = 250 * time.Millisecond

func push(list []float64, v float64) []float64 {
	list = append(list, v)
	return list[max(0, len(list)-remembered):]
}

// Of returns the speed of a model on a tier.
func (s *Speeds) Of(tier, model string) Speed {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.seen[[2]string{tier, model}]
	if w == nil {
		return Speed{}
	}
	return Speed{PromptRate: median(w.prompt), OutputRate: median(w.output),
		Load: time.Duration(median(w.load) * float64(time.Second)), Samples: w.n}
}

func median(v []float64) float64 { return spread(v).P50 }

// Cached judges whether a prompt was (partly) evaluated before, for servers that do not say: Ollama leaves the count of
// tokens as it was while their time falls a hundredfold. shared is the part (0 to 1) of the prompt that an earlier
// prompt to the same model began with; base is the known prompt rate, 0 when unknown; got is this call's.
func Cached(shared, base, got float64) bool {
	switch {
	case got <= 0:
		return false
	case base <= 0:
		return shared >= 0.2 // nothing to compare with: a shared beginning is enough to distrust
	case shared >= 0.2:
		return got > 1.5*base
	}
	return got > 8*base // another client may have sent the same beginning
}
