package inference

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"substrate/inference/route"
)

// Probing says how a model is asked. The zero value asks with a small passage of its own.
type Probing struct {
	Model    string // "": the tier's chat model
	System   string // the system prompt that the model is to be used with; "": a short one
	Passage  string // a passage, its citation and a question that it answers
	Ref      string
	Question string
	Answer   string         // a word that the right answer holds
	Missing  string         // a question that the passage does not answer
	Cite     *regexp.Regexp // finds citations; "": square brackets
	Refusal  *regexp.Regexp // recognises that nothing is known
}

// ProbeCheck is one thing that was tried.
type ProbeCheck struct {
	Name     string `json:"name"` // "identity", "citation", "refusal"
	Passed   bool   `json:"passed"`
	Asked    string `json:"asked"`
	Answered string `json:"answered"`
	Why      string `json:"why"`
}

// Probed is what a probe found.
type Probed struct {
	Tier   string       `json:"tier"`
	Model  string       `json:"model"`
	Checks []ProbeCheck `json:"checks"`
	// Identity is a text to put into the tier's configuration, when the model took itself for another.
	Identity string `json:"identity,omitempty"`
}

// families are names by which models call themselves; a model that uses another's bleeds.
var families = []string{"gpt", "chatgpt", "claude", "gemini", "gemma", "llama", "qwen", "mistral", "mixtral", "deepseek",
	"phi", "nemotron", "granite", "falcon", "command", "olmo", "smollm", "yi", "glm", "kimi", "grok", "ernie", "hermes"}

func (p Probing) filled() Probing {
	if p.Passage == "" {
		p.Passage, p.Ref = "The pump in hall 3 is serviced every 14 months.", "pump-guide@2#4.1"
		p.Question, p.Answer = "How often is the pump in hall 3 serviced?", "14"
	}
	if p.Missing == "" {
		p.Missing = "Who built the roof of hall 9?"
	}
	if p.System == "" {
		p.System = "Answer only from the passages. Put the citation of the passage in square brackets behind each statement. " +
			"If the passages do not hold the answer, say that it is not in the documents and nothing else."
	}
	if p.Cite == nil {
		p.Cite = regexp.MustCompile(`\[([^\[\]]+)\]`)
	}
	if p.Refusal == nil {
		p.Refusal = regexp.MustCompile(`(?i)\b(?:not (?:in|mentioned|stated|recorded|contained|provided|given|found|available)|no (?:information|passage|mention|answer)|do(?:es)? not (?:say|hold|contain|mention|state|provide)|don't (?:know|have)|cannot (?:answer|find|tell)|unknown|nothing is recorded)\b`)
	}
	return p
}

// Probe finds out whether a tier's model knows its own name, cites in the format asked for, and refuses what the pack
// does not hold. A check that fails is a finding, not an error.
func (c *Client) Probe(ctx context.Context, tier string, p Probing) (*Probed, error) {
	n, model, err := c.named(tier, p.Model, route.Chat)
	if err != nil {
		return nil, err
	}
	p = p.filled()
	out := &Probed{Tier: tier, Model: model}
	zero, seed := 0.0, 1
	ask := func(system, user string) (string, error) {
		msgs := []Message{{Role: "user", Content: user}}
		if system != "" {
			msgs = append([]Message{{Role: "system", Content: system}}, msgs...)
		}
		r, err := c.Chat(ctx, Request{Tier: tier, Model: model, Messages: msgs, Temperature: &zero, Seed: &seed, MaxTokens: 256}, nil)
		if err != nil {
			return "", err
		}
		return strings.TrimSpace(r.Text), nil
	}
	who := "Which language model are you? Answer with your name only."
	answer, err := ask("", who)
	if err != nil {
		return nil, fmt.Errorf("asking tier %q for its name: %w", tier, err)
	}
	ok, why := knowsItself(model, n.tier.Identity, answer)
	out.Checks = append(out.Checks, ProbeCheck{"identity", ok, who, answer, why})
	if !ok {
		out.Identity = identityText(model)
	}
	pack := fmt.Sprintf("Passages:\n[%s] %s\n\nQuestion: %s", p.Ref, p.Passage, p.Question)
	if answer, err = ask(p.System, pack); err != nil {
		return nil, fmt.Errorf("asking tier %q for a citation: %w", tier, err)
	}
	ok, why = citesWell(p, answer)
	out.Checks = append(out.Checks, ProbeCheck{"citation", ok, p.Question, answer, why})
	pack = fmt.Sprintf("Passages:\n[%s] %s\n\nQuestion: %s", p.Ref, p.Passage, p.Missing)
	if answer, err = ask(p.System, pack); err != nil {
		return nil, fmt.Errorf("asking tier %q for what is not there: %w", tier, err)
	}
	ok, why = true, "it says that the pack does not hold it"
	if !p.Refusal.MatchString(answer) {
		ok, why = false, "it answers what the pack does not hold"
	}
	out.Checks = append(out.Checks, ProbeCheck{"refusal", ok, p.Missing, answer, why})
	return out, nil
}

// knowsItself compares the family in the model's name with those in its answer.
func knowsItself(model, identity, answer string) (bool, string) {
	own := ownFamilies(model + " " + identity)
	low := strings.ToLower(answer)
	var other []string
	named := false
	for _, f := range families {
		if !mentions(low, f) {
			continue
		}
		if own[f] {
			named = true
		} else {
			other = append(other, f)
		}
	}
	switch {
	case len(other) > 0 && !named:
		return false, fmt.Sprintf("it takes itself for %s", strings.Join(other, ", "))
	case len(other) > 0:
		return false, fmt.Sprintf("it names itself and %s", strings.Join(other, ", "))
	case named:
		return true, "it knows its name"
	case len(own) == 0 && strings.Contains(low, strings.ToLower(base(model))):
		return true, "it knows its name"
	}
	return false, "it does not say its name"
}

func ownFamilies(name string) map[string]bool {
	own := map[string]bool{}
	low := strings.ToLower(name)
	for _, f := range families {
		if mentions(low, f) {
			own[f] = true
		}
	}
	if own["gpt"] || own["chatgpt"] {
		own["gpt"], own["chatgpt"] = true, true
	}
	return own
}

// mentions finds a family at the beginning of a word, as in "gemma4:e4b".
func mentions(text, family string) bool {
	for i := 0; ; {
		j := strings.Index(text[i:], family)
		if j < 0 {
			return false
		}
		at := i + j
		letter := func(k int) bool { return k >= 0 && k < len(text) && text[k] >= 'a' && text[k] <= 'z' }
		if !letter(at-1) && !letter(at+len(family)) {
			return true
		}
		i = at + len(family)
	}
}

func base(model string) string {
	if i := strings.LastIndex(model, "/"); i >= 0 {
		model = model[i+1:]
	}
	name, _, _ := strings.Cut(model, ":")
	return name
}

// identityText anchors a model's name: small models take the name that their training texts mention most.
func identityText(model string) string {
	name := strings.NewReplacer("-", " ", "_", " ").Replace(base(model))
	words := strings.Fields(name)
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return fmt.Sprintf("You are %s. When asked for your name or model, say that you are %s, and no other.", strings.Join(words, " "), strings.Join(words, " "))
}

func citesWell(p Probing, answer string) (bool, string) {
	found := p.Cite.FindAllStringSubmatch(answer, -1)
	if len(found) == 0 {
		return false, "no citation in the format asked for"
	}
	for _, m := range found {
		if got := strings.TrimSpace(m[len(m)-1]); got != p.Ref {
			return false, fmt.Sprintf("it cites %q, which was not in the pack", got)
		}
	}
	if p.Answer != "" && !strings.Contains(answer, p.Answer) {
		return false, fmt.Sprintf("it cites, but its answer lacks %q", p.Answer)
	}
	return true, "it cites the passage given"
}
