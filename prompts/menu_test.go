package prompts_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"substrate/epoch"
	"substrate/prompts"
)

func TestMenuGoldens(t *testing.T) {
	var list strings.Builder
	for _, o := range prompts.Menu() {
		fmt.Fprintf(&list, "%s | %s | %s\n", o.Name, o.Title, o.Description)
		for _, a := range o.Arguments {
			fmt.Fprintf(&list, "  %s | required %v | completes %q | %s\n", a.Name, a.Required, a.Completes, a.Description)
		}
	}
	golden(t, "menu/list.txt", list.String())

	historical := three()
	historical.Drift[1].Ref = ref("berth-survey@rev-c#4")
	held := three()
	held.Documents[0].Standing, held.Documents[0].Because = epoch.Held, "two files claim V2.1"
	quiet := three()
	quiet.Drift = nil
	for name, c := range map[string]struct {
		prompt string
		facts  prompts.Facts
		args   map[string]string
	}{
		"start-session":     {"start-session", three(), nil},
		"end-session":       {"end-session", three(), nil},
		"revise":            {"revise-document", three(), map[string]string{"document": "Lease Summary", "why": "the notice period is 120 days\nsince the merger"}},
		"revise-historical": {"revise-document", historical, map[string]string{"document": "berth-survey#4", "why": "berth 4 was shortened"}},
		"revise-held":       {"revise-document", held, map[string]string{"document": "lease-summary@2.1", "why": "the notice period"}},
		"drift":             {"review-drift", three(), map[string]string{}},
		"drift-of-one":      {"review-drift", three(), map[string]string{"document": "lease-summary"}},
		"drift-none":        {"review-drift", quiet, nil},
		"drift-none-of-one": {"review-drift", three(), map[string]string{"document": "filing-calendar"}},
		"ask":               {"ask-with-citations", three(), map[string]string{"question": "How long is the notice period?"}},
	} {
		m, err := prompts.Get(c.prompt, c.args, c.facts)
		if err != nil || len(m) != 1 || m[0].Role != "user" {
			t.Errorf("%s: %v, %v", name, m, err)
			continue
		}
		golden(t, "menu/"+name+".md", m[0].Text+"\n")
	}
}

func TestMenuErrors(t *testing.T) {
	for _, c := range []struct {
		prompt string
		args   map[string]string
		is     error
		want   string
	}{
		{"start-sesion", nil, prompts.ErrNoPrompt, "did you mean start-session?"},
		{"", nil, prompts.ErrNoPrompt, "there are start-session, end-session, revise-document"},
		{"start-session", map[string]string{"budget": "9"}, prompts.ErrArgument, `start-session takes none, not "budget"`},
		{"revise-document", map[string]string{"documnt": "x", "why": "y"}, prompts.ErrArgument, `takes document, why, not "documnt"; did you mean document?`},
		{"revise-document", map[string]string{"document": "lease-summary"}, prompts.ErrArgument, "needs why: What has to change"},
		{"revise-document", map[string]string{"document": " ", "why": "y"}, prompts.ErrArgument, "needs document"},
		{"revise-document", map[string]string{"document": "lease-sumary", "why": "y"}, prompts.ErrArgument, `no document "lease-sumary"; did you mean lease-summary?`},
		{"revise-document", map[string]string{"document": "quantum-chromodynamics", "why": "y"}, prompts.ErrArgument, "on the shelf are berth-survey, filing-calendar, lease-summary"},
		{"revise-document", map[string]string{"document": "lease-summary@1.4", "why": "y"}, prompts.ErrArgument, "lease-summary@1.4 is not current; leave the version out for lease-summary@2.1"},
		{"review-drift", map[string]string{"document": "#4"}, prompts.ErrArgument, "names no document"},
		{"ask-with-citations", map[string]string{"question": "\u200b\n"}, prompts.ErrArgument, "needs question"},
		{"ask-with-citations", map[string]string{"question": strings.Repeat("x", 9000)}, prompts.ErrArgument, "9000 bytes long"},
	} {
		m, err := prompts.Get(c.prompt, c.args, three())
		if m != nil || !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %v: %v, want %q", c.prompt, c.args, err, c.want)
		}
	}
	if _, err := prompts.Get("end-session", nil, prompts.Facts{}); err == nil {
		t.Error("facts without a library were taken")
	}
	if _, err := prompts.Get("review-drift", map[string]string{"document": "x"}, prompts.Facts{Library: "New"}); err == nil || !strings.Contains(err.Error(), "the shelf is empty") {
		t.Errorf("an empty shelf: %v", err)
	}
}
