package inference

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"substrate/inference/route"
	"substrate/inference/wire"
)

// The APIs that a tier can speak.
const (
	Ollama = "ollama"
	OpenAI = "openai" // llama-server, vLLM, LM Studio
	Hailo  = "hailo"  // hailo-ollama
)

// Tier is one inference endpoint, as it is configured.
type Tier struct {
	Name   string                `yaml:"name" mapstructure:"name" json:"name"`
	URL    string                `yaml:"url" mapstructure:"url" json:"url"`
	API    string                `yaml:"api" mapstructure:"api" json:"api"`             // "" is ollama
	GoodAt []route.Task          `yaml:"good_at" mapstructure:"good_at" json:"good_at"` // strengths
	Models map[route.Task]string `yaml:"models" mapstructure:"models" json:"models"`    // by task; chat serves every text task
	// Context is the window in tokens; 0: asked from the server.
	Context int `yaml:"context" mapstructure:"context" json:"context,omitempty"`
	// MaxParallel is how many requests run at once; 0: 1 for ollama and hailo, 4 for openai. MaxQueue is how many more
	// wait; 0: 100.
	MaxParallel int `yaml:"max_parallel" mapstructure:"max_parallel" json:"max_parallel,omitempty"`
	MaxQueue    int `yaml:"max_queue" mapstructure:"max_queue" json:"max_queue,omitempty"`
	// Identity is put in front of the system prompt and anchors the model's name.
	Identity string `yaml:"identity" mapstructure:"identity" json:"identity,omitempty"`
	// Key is the bearer token; "env:NAME" takes it from the environment.
	Key string `yaml:"key" mapstructure:"key" json:"-"`
	// TemperatureQuery is a Prometheus query for the node's temperature in °C; TemperatureLimit is where it throttles (85
	// when 0).
	TemperatureQuery string  `yaml:"temperature_query" mapstructure:"temperature_query" json:"temperature_query,omitempty"`
	TemperatureLimit float64 `yaml:"temperature_limit" mapstructure:"temperature_limit" json:"temperature_limit,omitempty"`
	// FirstToken limits the wait for the first token, queue and load included (2 minutes when 0); Idle the silence
	// between two chunks after it (1 minute when 0).
	FirstToken time.Duration `yaml:"first_token" mapstructure:"first_token" json:"first_token,omitempty"`
	Idle       time.Duration `yaml:"idle" mapstructure:"idle" json:"idle,omitempty"`
	// KeepAlive is how long the server keeps a model loaded after a request; 0: the server's default, negative: for ever.
	KeepAlive time.Duration `yaml:"keep_alive" mapstructure:"keep_alive" json:"keep_alive,omitempty"`
	// Options go to the server with every request: Ollama's options, llama-server's fields (speculative decoding).
	Options map[string]any `yaml:"options" mapstructure:"options" json:"options,omitempty"`
}

// ConfigError is a mistake in a tier's configuration. It names the field and the mend.
type ConfigError struct {
	Index int    // position in the list, from 0
	Tier  string // its name, if it has one
	Field string // as in the configuration file
	Mend  string
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("tiers[%d] (%q): %s: %s", e.Index, e.Tier, e.Field, e.Mend)
}

// Validate checks a list of tiers; the error joins a *ConfigError for each mistake.
func Validate(tiers []Tier) error {
	var errs []error
	seen := map[string]int{}
	for i, t := range tiers {
		bad := func(field, format string, a ...any) {
			errs = append(errs, &ConfigError{Index: i, Tier: t.Name, Field: field, Mend: fmt.Sprintf(format, a...)})
		}
		if t.Name == "" {
			bad("name", "it is empty: give the tier a name of its own")
		} else if strings.ContainsAny(t.Name, " \t\n/?#") {
			bad("name", "%q holds a space or one of / ? #: use letters, digits and hyphens", t.Name)
		}
		if j, twice := seen[t.Name]; twice && t.Name != "" {
			bad("name", "%q is also the name of tiers[%d]: give each its own", t.Name, j)
		}
		seen[t.Name] = i
		checkURL(t.URL, bad)
		switch t.API {
		case "", Ollama, OpenAI, Hailo:
		default:
			bad("api", "%q is not known: use ollama, openai (llama-server, vLLM, LM Studio) or hailo", t.API)
		}
		for _, g := range t.GoodAt {
			if !route.Known(g) {
				bad("good_at", "%q is no strength: use %s", g, taskNames())
			}
		}
		if len(t.Models) == 0 {
			bad("models", "it is empty: name at least one, such as models: {chat: NAME}")
		}
		for task, m := range t.Models {
			if !route.Known(task) {
				bad("models", "%q is no task: use %s", task, taskNames())
			}
			if strings.TrimSpace(m) == "" {
				bad("models", "the model for %q is empty: name it as the server lists it", task)
			}
		}
		for field, n := range map[string]int{"context": t.Context, "max_parallel": t.MaxParallel, "max_queue": t.MaxQueue} {
			if n < 0 {
				bad(field, "%d is negative: leave it out for the default", n)
			}
		}
		if t.Context > 0 && t.Context < 256 {
			bad("context", "%d tokens hold no prompt: give the window in tokens, or leave it out and the server is asked", t.Context)
		}
		if t.API == Hailo && t.MaxParallel > 1 {
			bad("max_parallel", "%d, but hailo-ollama takes one request at a time: leave it out", t.MaxParallel)
		}
		if t.API == Hailo && t.Context > wire.HailoWindow {
			bad("context", "%d, but the context of Hailo's models is %d: leave it out", t.Context, wire.HailoWindow)
		}
		if t.TemperatureLimit < 0 {
			bad("temperature_limit", "%g °C: give the temperature at which the node throttles, such as 85", t.TemperatureLimit)
		}
		if name, ok := strings.CutPrefix(t.Key, "env:"); ok && os.Getenv(name) == "" {
			bad("key", "the environment has no %q: set it, or take the key out", name)
		}
		for field, d := range map[string]time.Duration{"first_token": t.FirstToken, "idle": t.Idle} {
			if d < 0 {
				bad(field, "%s is negative: give a time such as 30s", d)
			}
		}
	}
	return errors.Join(errs...)
}

func checkURL(s string, bad func(string, string, ...any)) {
	u, err := url.Parse(s)
	switch {
	case s == "":
		bad("url", "it is empty: give the server's address, such as http://host:11434")
	case err != nil || u.Scheme != "http" && u.Scheme != "https":
		bad("url", "%q is no http address: write it with http:// in front and the port behind, such as http://host:11434", s)
	case u.Hostname() == "":
		bad("url", "%q names no host: write it like http://host:11434", s)
	case u.RawQuery != "" || u.Fragment != "":
		bad("url", "%q holds a query: give the server's address only", u.Redacted())
	}
}

func taskNames() string {
	var s []string
	for _, t := range route.Tasks {
		s = append(s, string(t))
	}
	return strings.Join(s, ", ")
}

// filled returns the tier with its defaults.
func (t Tier) filled() Tier {
	if t.API == "" {
		t.API = Ollama
	}
	if t.MaxParallel == 0 {
		t.MaxParallel = 1
		if t.API == OpenAI {
			t.MaxParallel = 4
		}
	}
	if t.MaxQueue == 0 {
		t.MaxQueue = 100
	}
	if t.TemperatureLimit == 0 {
		t.TemperatureLimit = 85
	}
	if t.FirstToken == 0 {
		t.FirstToken = 2 * time.Minute
	}
	if t.Idle == 0 {
		t.Idle = time.Minute
	}
	if name, ok := strings.CutPrefix(t.Key, "env:"); ok {
		t.Key = os.Getenv(name)
	}
	return t
}

// Model is the tier's model for a task, or "".
func (t Tier) Model(task route.Task) string {
	for _, role := range route.Roles(task) {
		if m := t.Models[role]; m != "" {
			return m
		}
	}
	return ""
}
