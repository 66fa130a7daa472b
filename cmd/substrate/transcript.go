package main

import (
	"bufio"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"substrate/capture"
)

// transcriptFindings shows what a chat says was learned, and takes what a person ticks.
func (a *app) transcriptFindings(o captureFlags) ([]capture.Finding, error) {
	text, err := a.input(o.transcript)
	if err != nil {
		return nil, err
	}
	list, err := capture.Transcript(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.transcript, err)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s holds no marks (FINDING:, LEARNED:, FIXED:, DECIDED:, ticked boxes); mark what was learned, or capture it by hand", o.transcript)
	}
	take, err := a.tick(list, o.accept)
	if err != nil {
		return nil, err
	}
	var out []capture.Finding
	for _, i := range take {
		p := list[i]
		out = append(out, capture.Finding{Text: p.Text, Evidence: p.Evidence, Kind: p.Kind})
	}
	return out, a.complete(out, o)
}

// tick asks a person, or the flag, which proposals are findings. Without either all are shown and none is taken.
func (a *app) tick(list []capture.Proposed, accept string) ([]int, error) {
	var take []int
	switch accept {
	case "all":
		for i := range list {
			take = append(take, i)
		}
		return take, nil
	case "none":
		return nil, nil
	case "":
	default:
		for _, w := range strings.Split(accept, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(w))
			if err != nil || n < 1 || n > len(list) {
				return nil, usageError{fmt.Errorf("--accept %q: there are proposals 1 to %d; write all, none or numbers such as 1,3", accept, len(list))}
			}
			if !slices.Contains(take, n-1) {
				take = append(take, n-1)
			}
		}
		return take, nil
	}
	answers := bufio.NewScanner(a.in)
	for i, p := range list {
		fmt.Fprintf(a.out, "%2d. lines %d–%d, %s\n%s", i+1, p.From, p.To, p.Mark, wrap(p.Text, 88, "      "))
		if p.Evidence != "" {
			fmt.Fprintf(a.out, "      evidence: %d lines\n", strings.Count(p.Evidence, "\n")+1)
		}
		if !a.typing() {
			continue
		}
		fmt.Fprint(a.err, "      keep it? [Y/n] ")
		if !answers.Scan() {
			break
		}
		if w := strings.ToLower(strings.TrimSpace(answers.Text())); w == "" || strings.HasPrefix(w, "y") {
			take = append(take, i)
		}
	}
	if !a.typing() {
		a.say("nothing was kept yet; take them with --accept all, or --accept 1,3")
	}
	return take, nil
}
