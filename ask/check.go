package ask

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"substrate/driftlog/claim"
	"substrate/driftlog/value"
)

// Support is what the check says of a sentence.
type Support string

// The kinds of support.
const (
	Supported   Support = "supported"   // its values and most of its words stand in what it cites
	Unsupported Support = "unsupported" // they do not
	Uncited     Support = "uncited"     // it cites nothing
	Invented    Support = "invented"    // it cites what was not in the pack
)

// Sentence is a statement of an answer.
type Sentence struct {
	Text      string   `json:"text"` // without its citations
	Citations []string `json:"citations"`
	Support   Support  `json:"support"`
	Because   string   `json:"because"`
}

var (
	bracket = regexp.MustCompile(`\[([^\[\]\n]+)\]`)
	// A citation behind the full stop belongs to the sentence before it.
	behind = regexp.MustCompile(`([.!?])((?:\s*\[[^\[\]\n]+\])+)`)
	gap    = regexp.MustCompile(`\s+([.!?])`) // where a citation was taken out
	bullet = regexp.MustCompile(`^\s*(?:[-*•]|\d+[.)])\s+`)
	// What a model can only have meant as a citation.
	citation = regexp.MustCompile(`^(?:[\w.-]+@[^\s#]+(?:#\S+)?|[\w.-]+#\S+|[A-Z]{1,3}-\d+)$`)
)

// wordsShared is the share of a sentence's words that must stand in what it cites. Models put things in their own words; one that
// shares less tells of something else.
const wordsShared = 0.5

// Line is a line of an answer, taken apart.
type Line struct {
	Bullet string `json:"bullet,omitempty"` // "-", "2." where it is an item of a list
	// Pieces are its statements, and what claims nothing, such as a heading, with no support.
	Pieces []Sentence `json:"pieces"`
}

// Lay takes an answer apart, line for line, and holds its sentences against the sources that it was made from. A line without
// pieces is an empty one.
func Lay(answer string, pack []Source) []Line {
	have := map[string]Source{}
	for _, s := range pack {
		have[s.ID] = s
	}
	out := []Line{}
	for _, line := range strings.Split(strings.TrimSpace(answer), "\n") {
		l := Line{Bullet: strings.TrimSpace(bullet.FindString(line))}
		line = bullet.ReplaceAllString(line, "")
		line = behind.ReplaceAllString(line, "$2$1")
		for _, text := range claim.Sentences(line) {
			if s := check(text, have); s.Text != "" {
				l.Pieces = append(l.Pieces, s)
			}
		}
		out = append(out, l)
	}
	return out
}

// Check holds an answer's sentences against the sources that it was made from.
func Check(answer string, pack []Source) []Sentence { return statements(Lay(answer, pack)) }

// statements are the pieces that claim something.
func statements(lines []Line) []Sentence {
	out := []Sentence{}
	for _, l := range lines {
		for _, s := range l.Pieces {
			if s.Support != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// check judges a sentence; its Support is empty where it claims nothing.
func check(text string, have map[string]Source) Sentence {
	s := Sentence{Citations: []string{}}
	var unknown []string
	s.Text = strings.TrimSpace(bracket.ReplaceAllStringFunc(text, func(b string) string {
		known := false
		for _, c := range strings.FieldsFunc(strings.Trim(b, "[]"), func(r rune) bool { return r == ',' || r == ';' }) {
			c = strings.TrimSpace(c)
			if _, ok := have[c]; ok {
				s.Citations = append(s.Citations, c)
				known = true
			} else if citation.MatchString(c) {
				unknown = append(unknown, c)
				known = true
			}
		}
		if known {
			return ""
		}
		return b
	}))
	s.Text = strings.TrimSpace(gap.ReplaceAllString(s.Text, "$1"))
	if strings.Trim(s.Text, " .!?:#*") == "" {
		return s
	}
	switch {
	case len(unknown) > 0:
		s.Support, s.Because = Invented, fmt.Sprintf("it cites %s, which the model was not given", strings.Join(unknown, ", "))
	case strings.EqualFold(strings.Trim(s.Text, " .\""), strings.Trim(Silence, ".")):
		s.Support, s.Because = Supported, "it claims nothing"
	case len(s.Citations) == 0 && strings.HasSuffix(s.Text, ":"):
		return s // it leads to a list
	case len(s.Citations) == 0:
		s.Support, s.Because = Uncited, "it does not say where this stands"
	default:
		s.Support, s.Because = stands(s, have)
	}
	return s
}

// stands holds a sentence against what it cites.
func stands(s Sentence, have map[string]Source) (Support, string) {
	var cited strings.Builder
	for _, c := range s.Citations {
		fmt.Fprintf(&cited, "%s\n%s\n", have[c].Title, have[c].Text)
	}
	if missing := value.Missing(s.Text, cited.String()); len(missing) > 0 {
		return Unsupported, fmt.Sprintf("%s does not stand in %s", strings.Join(missing, ", "), strings.Join(s.Citations, ", "))
	}
	said := claim.Words(s.Text)
	if w := said.Weight(); w > 0 && claim.Common(said, claim.Words(cited.String()))/w < wordsShared {
		return Unsupported, fmt.Sprintf("most of its words do not stand in %s", strings.Join(s.Citations, ", "))
	}
	if other := opposite(s.Text, cited.String()); other != "" {
		return Unsupported, fmt.Sprintf("there it says the opposite: %q", other)
	}
	return Supported, "its values and words stand in " + strings.Join(s.Citations, ", ")
}

func sound(list []Sentence) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(s Sentence) bool { return s.Support != Supported })
}
