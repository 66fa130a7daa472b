package prompts_test

import (
	"errors"
	"strings"
	"testing"

	"substrate/prompts"
)

func TestOverride(t *testing.T) {
	p, err := prompts.Render(three(), prompts.Options{Template: "# {{.Library}}\n\n{{range .Documents}}* {{.Title}} ({{.Version}}, {{$.Library}})\n{{end}}\n\n\n\n## Rules\n{{.Rules}}\n\n{{.Citation}}\n{{range $i, $d := slice .Entries 0 1}}{{$i}} {{$d.ID}}{{end}}"})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "override.md", p.Text)
	if len(p.Added) > 0 {
		t.Errorf("added %v", p.Added)
	}
}

// A template that forgets the rules gets them; one that says nothing of what was cut gets that.
func TestOverrideNeverLosesTheRules(t *testing.T) {
	p, err := prompts.Render(three(), prompts.Options{Template: "Be brief.\n\n{{.Shelf}}", Tier: "medium"})
	if err != nil {
		t.Fatal(err)
	}
	essential(t, p.Text)
	told(t, p)
	if strings.Join(p.Added, " ") != "Rules Citation Cut" || !strings.HasPrefix(p.Text, "Be brief.") {
		t.Errorf("added %v to\n%s", p.Added, p.Text)
	}
	var low *prompts.BudgetError
	_, err = prompts.Render(three(), prompts.Options{Template: strings.Repeat("A long word of a person. ", 300), Budget: 1200})
	if !errors.As(err, &low) || !strings.Contains(err.Error(), "with the template's own words, alone need") {
		t.Errorf("a template longer than the budget: %v", err)
	}
}

func TestDefaultTemplateIsTheDefault(t *testing.T) {
	a, err := prompts.Render(three(), prompts.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := prompts.Render(three(), prompts.Options{Template: prompts.DefaultTemplate()})
	if err != nil || a.Text != b.Text {
		t.Errorf("%v: %s", err, prompts.Diff(a, b))
	}
}

func TestTemplateErrors(t *testing.T) {
	empty := prompts.Facts{Library: "New"} // fields are checked in branches that are not taken, too
	for text, want := range map[string]string{
		"a\n{{.Shelff}}": `prompts/system.md.tmpl:2: no field "Shelff"; did you mean .Shelf? The fields here are Library, Role, Rules, Shelf, Drift, Absent, Citation, Unknown, Ending, Owner, Cut, Epochs, Documents, Entries, Gone`,
		"\n\n{{range .Documents}}{{.Titel}}{{end}}":    `:3: no field "Titel"; did you mean .Title? The fields here are Ref, Slug, Title, Version, Epoch, Date, Standing, Because`,
		"{{range .Documents}}{{$.Rule}}{{end}}":        `:1: no field "Rule"; did you mean .Rules?`,
		"{{range $i, $d := .Entries}}{{$d.Id}}{{end}}": `no field "Id"; did you mean .ID?`,
		"{{with .Owner}}{{.Name}}{{end}}":              `:1: .Name: text has no field "Name"`,
		"{{if .Owner}}x{{else}}\n{{.Nix}}{{end}}":      `:2: no field "Nix"`,
		"{{printf \"%s\" .Nothing}}":                   `no field "Nothing"`,
		"{{(index .Documents 0).Nothing}}":             `:1: at`,
		"{{.Documents.Title}}":                         `.Documents.Title: a list has no field "Title"`,
		"{{.Documents}}":                               `:1: .Documents is a list; write {{range .Documents}}…{{end}}`,
		"{{range .Documents}}{{.}}{{end}}":             `. is a row; write one of its fields: Ref, Slug`,
		"x\n{{range 1000000000}}{{end}}":               `:2: range needs a list, and 1000000000 is none; the lists are .Epochs, .Documents, .Entries, .Gone`,
		"{{$n := 9}}{{range $n}}{{end}}":               `range needs a list, and $n is none`,
		"{{range .Owner}}{{end}}":                      `range needs a list, and .Owner is none`,
		"{{if .Owner}}":                                `:1: unexpected EOF`,
		"a\nb\n{{shell \"ls\"}}":                       `:3: function "shell" not defined`,
		"{{index .Documents 7}}":                       `:1: at <index .Documents 7>`,
		"{{define \"x\"}}{{end}}":                      `{{define "x"}} is not offered`,
		"{{template \"t\"}}":                           `{{template}} is not offered`,
		"{{$x := .Nope}}":                              `no field "Nope"`,
	} {
		_, err := prompts.Render(empty, prompts.Options{Template: text, TemplateName: "prompts/system.md.tmpl"})
		var te *prompts.TemplateError
		if !errors.As(err, &te) || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "prompts/system.md.tmpl:") || te.Line == 0 {
			t.Errorf("%q gives %v\nwant %s", text, err, want)
		}
	}
}

func FuzzOverride(f *testing.F) {
	for _, s := range []string{
		prompts.DefaultTemplate(), "", "{{.Shelf}}", "{{range .Documents}}{{.Ref}}{{end}}", "{{with .Owner}}{{.}}{{end}}", "{{.X}}", "{{", "{{range $i, $d := .Entries}}{{$i}}{{$d.Says}}{{else}}none{{end}}",
		"{{$x := .Epochs}}{{range $x}}{{if .Current}}{{.Name}}{{break}}{{end}}{{end}}", "```\n# {{.Library}}", "## \n{{/* c */}}{{- .Cut -}}", "{{block \"x\" .}}{{end}}", "{{(index .Gone 0).How}}",
	} {
		f.Add(s, 900)
	}
	facts := three()
	f.Fuzz(func(t *testing.T, text string, budget int) {
		if len(text) > 4000 || strings.Contains(text, "printf") {
			return // a person's template may make long texts if it wants to; the limit has a test of its own
		}
		p, err := prompts.Render(facts, prompts.Options{Template: text, Budget: max(0, budget%5000)})
		if err != nil {
			if p.Text != "" || err.Error() == "" {
				t.Fatalf("a text beside %v", err)
			}
			return
		}
		if p.Budget > 0 && p.Tokens > p.Budget {
			t.Fatalf("%d tokens of %d", p.Tokens, p.Budget)
		}
		essential(t, p.Text)
	})
}

func TestTemplateWritesNoMoreThanAMegabyte(t *testing.T) {
	p, err := prompts.Render(three(), prompts.Options{Template: `{{printf "%0900000d" 1}}{{printf "%0900000d" 1}}`})
	if err == nil || p.Text != "" || err.Error() != "system.md.tmpl: it writes more than a megabyte" {
		t.Errorf("%d bytes, %v", len(p.Text), err)
	}
}
