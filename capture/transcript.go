package capture

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Proposed is a finding that a transcript seems to hold; a person ticks it. From and To are its lines, from 1.
type Proposed struct {
	Text     string `json:"text"`
	Evidence string `json:"evidence,omitempty"`
	Kind     Kind   `json:"kind,omitempty"`
	Mark     string `json:"mark"` // what it was known by: "FINDING:", "[x]"
	From     int    `json:"from"`
	To       int    `json:"to"`
}

var (
	marked  = regexp.MustCompile(`^\s*(?:[-*+>]\s+|\d+[.)]\s+)?(?:\*\*|__|#{1,6}\s*)?((?i:FINDING|LEARNED|LEARNT|LESSON|FIXED|DECIDED|DECISION|ROOT CAUSE|RESULT|TO DOCUMENT))(?:\s*\(?([abcABC])\)?)?(?:\*\*|__)?\s*:\s*(?:\*\*|__)?\s*(.*)$`)
	ticked  = regexp.MustCompile(`^\s*[-*+]\s+\[([xX])\]\s+(.+)$`)
	fence   = regexp.MustCompile("^\\s*(```+|~~~+)\\s*([\\w+-]*)")
	command = regexp.MustCompile(`^\s*(?:[\w.@~-]+[:~/\w.-]*)?[$#>]\s+\S`)
)

// Transcript finds what a chat says was learned, by its marks: lines that begin with FINDING:, LEARNED:, FIXED:, DECIDED: and
// the like, and ticked boxes. Shell blocks with what they printed, right before or behind one, are its evidence, verbatim. It
// does not guess: a transcript without marks holds nothing that it can find.
//
// The error says what to try when the text is no transcript.
func Transcript(text string) ([]Proposed, error) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, fmt.Errorf("this is no text but a binary file; save the chat as Markdown or plain text")
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	var out []Proposed
	block := blocks(lines)
	used := -1 // the line that the last evidence ended on: a block belongs to one finding
	for i := 0; i < len(lines); i++ {
		if b := block[i]; b.end > 0 {
			i = b.end // nothing inside a block is a mark
			continue
		}
		p, ok := begins(lines[i])
		if !ok {
			continue
		}
		p.From, p.To = i+1, i+1
		// A finding goes on until a blank line, a block or the next mark.
		for i+1 < len(lines) && strings.TrimSpace(lines[i+1]) != "" && block[i+1].end == 0 {
			if _, next := begins(lines[i+1]); next || strings.HasPrefix(strings.TrimSpace(lines[i+1]), "#") || item.MatchString(lines[i+1]) && p.Mark == "[x]" {
				break
			}
			i++
			p.Text = strings.TrimSpace(p.Text + " " + strings.TrimSpace(lines[i]))
			p.To = i + 1
		}
		if p.Text == "" {
			continue
		}
		if at := after(lines, i+1); at >= 0 && block[at].end > 0 && block[at].shell {
			p.Evidence, p.To = block[at].text, block[at].end+1
			i, used = block[at].end, block[at].end
		} else if at := before(lines, p.From-2); at > used {
			for start, b := range block {
				if b.end == at && b.shell {
					p.Evidence, p.From = b.text, start+1
				}
			}
		}
		out = append(out, p)
	}
	return out, nil
}

var item = regexp.MustCompile(`^\s*(?:[-*+]|\d+[.)])\s+`)

func begins(line string) (Proposed, bool) {
	if m := marked.FindStringSubmatch(line); m != nil {
		k, _ := ParseKind(m[2])
		return Proposed{Text: strings.Trim(strings.TrimSpace(m[3]), "*_"), Kind: k, Mark: strings.ToUpper(m[1]) + ":"}, true
	}
	if m := ticked.FindStringSubmatch(line); m != nil {
		return Proposed{Text: strings.TrimSpace(m[2]), Mark: "[x]"}, true
	}
	return Proposed{}, false
}

// fenced is a block of code by the line that it begins on.
type fenced struct {
	end   int // the line of its closing fence
	shell bool
	text  string
}

func blocks(lines []string) map[int]fenced {
	out := map[int]fenced{}
	for i := 0; i < len(lines); i++ {
		m := fence.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		end := -1
		for k := i + 1; k < len(lines); k++ {
			if strings.HasPrefix(strings.TrimSpace(lines[k]), m[1]) {
				end = k
				break
			}
		}
		if end < 0 {
			break // never closed: the rest is no block
		}
		b := fenced{end: end, text: strings.Join(lines[i+1:end], "\n")}
		switch strings.ToLower(m[2]) {
		case "sh", "bash", "shell", "zsh", "fish", "console", "terminal", "text", "log", "powershell", "ps1":
			b.shell = true
		case "":
			for _, l := range lines[i+1 : end] {
				b.shell = b.shell || command.MatchString(l)
			}
		}
		out[i] = b
		i = end
	}
	return out
}

// after is the first line from i on that is not blank, if only one blank line lies between; -1 otherwise.
func after(lines []string, i int) int {
	for n := 0; i < len(lines) && n < 2; i, n = i+1, n+1 {
		if strings.TrimSpace(lines[i]) != "" {
			return i
		}
	}
	return -1
}

func before(lines []string, i int) int {
	for n := 0; i >= 0 && n < 2; i, n = i-1, n+1 {
		if strings.TrimSpace(lines[i]) != "" {
			return i
		}
	}
	return -1
}
