package capture

import (
	"fmt"
	"regexp"
	"strings"
)

// Template is what a person fills in; what begins with "%" is not part of it.
const Template = `% One finding each, parted by a line of three dashes. Lines that begin with % are left out.
%
% to:       a reference, if you know where it belongs (user-guide#13)
% heading:  that of a new section behind it, if it should have one
% kind:     a (the system changed), b (a document must change), c (both)
% evidence: everything below this line, until the dashes: a command and what it printed

`

var setting = regexp.MustCompile(`(?i)^(to|kind|heading)\s*:\s*(.*)$`)

// Notes reads findings from what a person wrote: parted by lines of dashes, with optional lines "to:" and "kind:" and, behind a
// line "evidence:", what a program printed. Errors name the finding by its number.
func Notes(text string) ([]Finding, error) {
	var out []Finding
	n := 0
	for _, part := range regexp.MustCompile(`(?m)^---+\s*$`).Split(strings.ReplaceAll(text, "\r\n", "\n"), -1) {
		f, err := note(part)
		if f.Text == "" && f.Evidence == "" && err == nil {
			continue
		}
		n++
		if err == nil {
			err = f.Check()
		}
		if err != nil {
			return nil, fmt.Errorf("finding %d: %w", n, err)
		}
		out = append(out, f)
	}
	return out, nil
}

func note(part string) (Finding, error) {
	var f Finding
	var text, evidence []string
	proof := false
	for _, l := range strings.Split(part, "\n") {
		if strings.HasPrefix(l, "%") && !proof {
			continue
		}
		if rest, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(l)), "evidence:"); ok && !proof {
			proof = true
			if rest != "" {
				evidence = append(evidence, strings.TrimSpace(strings.TrimSpace(l)[len("evidence:"):]))
			}
			continue
		}
		if proof {
			evidence = append(evidence, l)
			continue
		}
		if m := setting.FindStringSubmatch(strings.TrimSpace(l)); m != nil {
			value := strings.TrimSpace(m[2])
			switch strings.ToLower(m[1]) {
			case "to":
				f.To = value
				continue
			case "heading":
				f.Heading = value
				continue
			}
			k, err := ParseKind(value)
			if err != nil {
				return f, err
			}
			f.Kind = k
			continue
		}
		text = append(text, l)
	}
	f.Text = strings.TrimSpace(strings.Join(text, "\n"))
	f.Evidence = strings.Trim(strings.Join(evidence, "\n"), "\n")
	return f, nil
}

// Checklist reads a finding from each line: what a tired person writes down, to be placed tomorrow.
func Checklist(text string) []Finding {
	var out []Finding
	for _, l := range strings.Split(text, "\n") {
		l = strings.TrimSpace(item.ReplaceAllString(l, ""))
		l = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(l, "[ ]"), "[x]"))
		if l != "" && !strings.HasPrefix(l, "%") && !strings.HasPrefix(l, "#") {
			out = append(out, Finding{Text: l})
		}
	}
	return out
}
