package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"substrate/fixtures"
	"substrate/library"
	"substrate/mcp"
)

// docsFolder is the manual's.
const docsFolder = "../../docs"

var updateDocs = flag.Bool("update", false, "write the references of the manual anew")

// TestReferences holds the references of the manual to what the program says of itself.
func TestReferences(t *testing.T) {
	config := t.TempDir()
	if _, err := library.Init(config); err != nil {
		t.Fatal(err)
	}
	settings, err := os.ReadFile(filepath.Join(config, library.ConfigFile))
	if err != nil {
		t.Fatal(err)
	}
	const made = "<!-- Made from the code: go test ./cmd/substrate -run TestReferences -update -->\n\n"
	for name, want := range map[string]string{
		"cli.md": "# Commands\n\n" + made + "What `substrate help COMMAND` says. Flags of all commands stand at the end.\n" + commandsReference((&app{in: strings.NewReader(""), out: io.Discard, err: io.Discard}).root()),
		"configuration.md": "# Configuration\n\n" + made + "`substrate init` writes this `substrate.yaml`; each line that begins with `#` is a setting with its default or an example. A key can also come from the\n" +
			"environment: `SUBSTRATE_` and its name in capitals, with `_` for `.`, as in `SUBSTRATE_PDF_WORKERS=2`. Flags stand above both.\n\n```yaml\n" + string(settings) + "```\n",
		"mcp.md": "# MCP\n\n" + made + mcp.Reference(),
	} {
		file := filepath.Join(docsFolder, name)
		if *updateDocs {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("docs/%s is not what the code says (%v): go test ./cmd/substrate -run TestReferences -update", name, err)
		}
	}
}

func commandsReference(root *cobra.Command) string {
	var sb strings.Builder
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Hidden || c.Name() == "help" || c.Name() == "completion" {
			return
		}
		if c != root {
			about := c.Long
			if about == "" {
				about = c.Short + "."
			}
			fmt.Fprintf(&sb, "\n## %s\n\n```text\n%s\n\n%s\n", c.CommandPath(), c.UseLine(), strings.TrimSpace(about))
			if c.Example != "" {
				fmt.Fprintf(&sb, "\nExamples:\n%s\n", strings.TrimRight(c.Example, "\n"))
			}
			if f := flags(c.NonInheritedFlags()); f != "" {
				fmt.Fprintf(&sb, "\nFlags:\n%s", f)
			}
			sb.WriteString("```\n")
		}
		for _, s := range c.Commands() {
			walk(s)
		}
	}
	walk(root)
	fmt.Fprintf(&sb, "\n## Flags of all commands\n\n```text\n%s```\n", flags(root.PersistentFlags()))
	return sb.String()
}

// flags are told without the help flag that each command gains when it is run.
func flags(set *pflag.FlagSet) string {
	keep := pflag.NewFlagSet("", pflag.ContinueOnError)
	set.VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" && f.Name != "version" {
			keep.AddFlag(f)
		}
	})
	return keep.FlagUsagesWrapped(110)
}

// TestManual runs every command that the manual shows, page by page, and holds what is printed against what is shown: "…" stands
// for any text in a line, and alone for any lines.
func TestManual(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join(docsFolder, "*.md"))
	if err != nil || len(pages) < 10 {
		t.Fatalf("%d pages: %v", len(pages), err)
	}
	bin := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\n%s=1 exec '%s' \"$@\"\n", asProgram, os.Args[0])
	if err := os.WriteFile(filepath.Join(bin, "substrate"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, page := range pages {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		steps := consoleSteps(string(raw))
		shown += len(steps)
		t.Run(strings.TrimSuffix(filepath.Base(page), ".md"), func(t *testing.T) {
			home := t.TempDir()
			dir := home
			for _, s := range steps {
				// A folder that a command changes to is the next one's.
				c := exec.Command("sh", "-c", s.command+"\ncode=$?\npwd > \"$HOME/.where\"\nexit $code")
				c.Dir = dir
				c.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME="+cache, "PATH="+bin+":"+os.Getenv("PATH"), "FIXTURES="+fixtures.Dir(), "EDITOR=true", "NO_COLOR=1")
				var out bytes.Buffer
				c.Stdout, c.Stderr = &out, &out
				if err := c.Run(); err != nil && !strings.Contains(s.command, "|| ") {
					t.Fatalf("$ %s\n%v\n%s", s.command, err, out.String())
				}
				if where, err := os.ReadFile(filepath.Join(home, ".where")); err == nil {
					dir = strings.TrimSpace(string(where))
				}
				if !looksLike(out.String(), s.output) {
					t.Errorf("$ %s\nprints\n%s\nand the page shows\n%s", s.command, out.String(), strings.Join(s.output, "\n"))
				}
			}
		})
	}
	if shown < 20 {
		t.Errorf("the manual shows %d commands", shown)
	}
}

type step struct {
	command string
	output  []string
}

// consoleSteps are the commands of a page's console blocks, each with the lines shown below it.
func consoleSteps(page string) []step {
	var out []step
	inside := false
	for _, line := range strings.Split(page, "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case !inside:
		case strings.HasPrefix(line, "$ "):
			out = append(out, step{command: strings.TrimPrefix(line, "$ ")})
		case len(out) > 0:
			out[len(out)-1].output = append(out[len(out)-1].output, strings.TrimRight(line, " "))
		}
	}
	return out
}

// looksLike reports whether shown lines stand in what was printed, in order. Where nothing is shown anything may be printed.
func looksLike(printed string, shown []string) bool {
	lines := strings.Split(printed, "\n")
	free := false
	for _, s := range shown {
		if s == "" || s == "…" {
			free = free || s == "…"
			continue
		}
		pattern := regexp.MustCompile("^\\s*" + strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(s)), "…", ".*") + "\\s*$")
		i := slices.IndexFunc(lines, pattern.MatchString)
		if i < 0 || !free && strings.TrimSpace(strings.Join(lines[:i], "")) != "" {
			return false
		}
		lines, free = lines[i+1:], false
	}
	return free || len(shown) == 0 || strings.TrimSpace(strings.Join(lines, "")) == ""
}
