package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"substrate/capture"
	"substrate/capture/propose"
	"substrate/library"
)

// transcriptFindings shows what a chat says was learned, by its marks and as a tier reads it, and takes what a person ticks.
func (a *app) transcriptFindings(ctx context.Context, l *library.Library, o captureFlags) ([]capture.Finding, error) {
	text, err := a.input(o.transcript)
	if err != nil {
		return nil, err
	}
	list, err := capture.Transcript(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.transcript, err)
	}
	read, err := a.readTranscript(ctx, l, text, o)
	if err != nil {
		return nil, err
	}
	list = read.With(list)
	if a.json && o.accept == "" {
		read.Proposals = list
		return nil, a.printJSON(read)
	}
	for _, d := range read.Dropped {
		a.say("left out: %q (lines %d–%d): %s", d.Text, d.From, d.To, d.Why)
	}
	if len(list) == 0 && read.Model != "" {
		a.say("%s on %s found nothing in %s that was durably learned; capture by hand what it missed", read.Model, read.Tier, o.transcript)
		return nil, nil
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s holds no marks (FINDING:, LEARNED:, FIXED:, DECIDED:, ticked boxes); mark what was learned, or capture it by hand; with a tier in %s a model reads it", o.transcript, library.ConfigFile)
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
	if err := a.complete(out, o); err != nil {
		return nil, err
	}
	for k, i := range take {
		if strings.HasPrefix(list[i].Mark, "read by ") {
			out[k].By += ", " + list[i].Mark
		}
	}
	return out, nil
}

// readTranscript lets a tier read a chat, where one is configured. What it proposed is kept, so that the numbers that a person
// accepts mean what they saw; a tier that fails leaves the marks.
func (a *app) readTranscript(ctx context.Context, l *library.Library, text string, o captureFlags) (*propose.Read, error) {
	none := &propose.Read{Proposals: []capture.Proposed{}, Dropped: []propose.Dropped{}}
	if len(l.Config.Tiers) == 0 || o.noLLM {
		return none, nil
	}
	if kept, err := l.KeptProposals(text); err == nil && kept != nil && !o.again {
		read := &propose.Read{}
		if json.Unmarshal(kept, read) == nil && (o.tier == "" || o.tier == read.Tier) {
			if o.accept == "" {
				a.say("as %s on %s read it before; --again reads it anew", read.Model, read.Tier)
			}
			return read, nil
		}
	}
	client, err := a.openInference(l, nil, false)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	if o.tier != "" {
		if _, err := someTiers(client, []string{o.tier}); err != nil {
			return nil, err
		}
	}
	read, err := propose.Transcript(ctx, client, text, propose.Options{Tier: o.tier, Progress: func(line, lines int) { a.say("read %d of %d lines", line, lines) }})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		a.say("no tier could read it: %v; what follows was found by its marks alone", err)
		return none, nil
	}
	raw, err := json.Marshal(read)
	if err != nil {
		return nil, err
	}
	return read, l.KeepProposals(text, raw)
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
