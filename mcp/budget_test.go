package mcp

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"substrate/corpus"
	"substrate/library"
)

// wireSize is the result as the client gets it, in tokens.
func wireSize(t *testing.T, a Answer) int {
	t.Helper()
	content := []any{map[string]any{"type": "text", "text": a.Text()}}
	for _, l := range a.Links() {
		content = append(content, map[string]any{"type": "resource_link", "uri": l.URI, "name": l.Name, "description": "", "mimeType": mimeType})
	}
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(map[string]any{"content": content, "structuredContent": a}); err != nil {
		t.Fatal(err)
	}
	return tokens(buf.Len())
}

func TestResultsFitTheirBudget(t *testing.T) {
	l := openSample(t)
	for _, budget := range []int{500, 1000, 3000} {
		for _, c := range []struct {
			tool string
			args given
		}{
			{"search", given{"query": "jetson-exporter ordering cycle", "limit": 20}}, // of this and of changes the first pages only: there are very many
			{"search", given{"query": "qqzzyy"}},
			{"read", given{"ref": "elroy-user-guide"}},
			{"read", given{"ref": "elroy-user-guide", "full": true}},
			{"read", given{"ref": "monitoring-runbook", "full": true}},
			{"documents", given{}},
			{"documents", given{"document": "project-roadmap"}},
			{"check", given{"statement": "GTT on Narnia is 8 GB"}},
			{"changes", given{"from": "elroy-user-guide@2.0"}},
			{"changes", given{"term": "GTT"}},
			{"changes", given{"since": "0"}},
			{"drift", given{"status": "all"}},
		} {
			if c.tool == "changes" && budget != 1000 {
				continue // each page compares versions anew: one budget shows what all would
			}
			c.args["budget"] = budget
			for n := 0; ; n++ {
				a := callTool(t, l, c.tool, c.args)
				if got := wireSize(t, a); got > budget {
					t.Errorf("%s %v: %d tokens", c.tool, c.args, got)
				}
				next := cursorOf(t, a)
				if next == "" || n > 300 || c.tool == "search" && n > 6 || c.tool == "changes" && n > 1 {
					if n > 300 {
						t.Errorf("%s %v never ends", c.tool, c.args)
					}
					break
				}
				if leftOut(t, a) == "" {
					t.Errorf("%s %v: a cursor, and nothing said of what is left out", c.tool, c.args)
				}
				c.args["cursor"] = next
			}
			delete(c.args, "cursor")
		}
	}
}

func part1(t *testing.T, a Answer, key string) string {
	t.Helper()
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	s, _ := m[key].(string)
	return s
}

func cursorOf(t *testing.T, a Answer) string { return part1(t, a, "cursor") }
func leftOut(t *testing.T, a Answer) string  { return part1(t, a, "left_out") }

// TestPartsAreTheWhole reads documents part by part: every block comes, in order and once, and code is never cut.
// A brief's text is what its budget bounds: it stands in the value once more for programs, and a client shows one of them.
func TestBriefFitsItsBudget(t *testing.T) {
	l := openSample(t)
	last := 0
	for _, budget := range []int{600, 1000, 2000, 8000} {
		a := callTool(t, l, "brief", given{"budget": budget, "since": "0"})
		if n := tokens(len(a.Text())); n > budget || n <= last {
			t.Errorf("budget %d: %d tokens after %d", budget, n, last)
		} else {
			last = n
		}
		for _, must := range []string{"The newest epoch is authoritative", "The drift log reconciles", "[slug@2.1#10.3]"} {
			if !strings.Contains(a.Text(), must) {
				t.Errorf("budget %d: a brief without %q", budget, must)
			}
		}
	}
}

func TestPartsAreTheWhole(t *testing.T) {
	l := openSample(t)
	list, err := l.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		whole, err := l.Show(t.Context(), v.Ref, true)
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for i, s := range whole.Sections {
			for _, p := range pieces(i, s) {
				want = append(want, strings.TrimSpace(p.text))
			}
		}
		args := given{"ref": v.Ref, "full": true, "budget": 1500}
		for {
			a := callTool(t, l, "read", args).(*ReadOut)
			for _, s := range a.Sections {
				if strings.Count(s.Text, "```")%2 != 0 {
					t.Errorf("%s: a piece of code is cut:\n%s", s.Ref, s.Text)
				}
				got = append(got, s.Text)
			}
			if strings.Contains(a.LeftOut, "passed over") {
				t.Logf("%s: %s", v.Ref, a.LeftOut)
				got = append(got, "passed over")
			}
			if a.Cursor == "" {
				break
			}
			args["cursor"] = a.Cursor
		}
		all, at, missing := strings.Join(got, "\n"), 0, 0
		for _, w := range want {
			if i := strings.Index(all[at:], w); i >= 0 {
				at += i + len(w)
			} else {
				missing++
			}
		}
		if passed := strings.Count(all, "passed over"); missing > passed {
			t.Errorf("%s: %d of %d pieces are missing, %d were passed over", v.Ref, missing, len(want), passed)
		}
	}
}

func TestHugeCodeIsPassedOverAndSaid(t *testing.T) {
	s := corpus.Section{Number: "1", Title: "Code", Level: 1, Anchor: "1", Blocks: []corpus.Block{
		{Kind: corpus.Code, Text: strings.Repeat("line of code\n", 400)}, {Kind: corpus.Paragraph, Text: "After it."},
	}}
	out := readSection(s, 1000, cursor{Rev: -1})
	if !strings.Contains(out.LeftOut, "a piece of code is passed over, it needs a budget of") || out.Cursor == "" {
		t.Fatalf("%q, cursor %q", out.LeftOut, out.Cursor)
	}
	at, err := resume(out.Cursor)
	if err != nil {
		t.Fatal(err)
	}
	if out = readSection(s, 1000, at); !strings.Contains(out.Text(), "After it.") || out.Cursor != "" {
		t.Fatalf("%s", out.Text())
	}
}

func TestTableRowsKeepTheirHeader(t *testing.T) {
	rows := [][]string{{"Port", "Owner"}}
	for range 60 {
		rows = append(rows, []string{"9101", strings.Repeat("jetson ", 10)})
	}
	s := corpus.Section{Title: "Ports", Level: 1, Anchor: "ports", Blocks: []corpus.Block{{Kind: corpus.Table, Rows: rows}}}
	at, n := cursor{Rev: -1}, 0
	for {
		out := readSection(s, 800, at)
		for _, line := range strings.Split(out.Sections[0].Text, "\n") {
			if !strings.HasPrefix(line, "|") || !strings.HasSuffix(line, "|") {
				t.Fatalf("a row is cut: %q", line)
			}
			if strings.Contains(line, "9101") {
				n++
			}
		}
		if !strings.HasPrefix(out.Sections[0].Text, "| Port | Owner |\n|---|---|\n") {
			t.Fatalf("a part without its header:\n%s", out.Sections[0].Text)
		}
		if out.Cursor == "" {
			break
		}
		at, _ = resume(out.Cursor)
	}
	if n != 60 {
		t.Errorf("%d rows of 60", n)
	}
}

// readSection reads a section that no library holds.
func readSection(s corpus.Section, budget int, at cursor) *ReadOut {
	if at.Args == 0 {
		at.Args = digest()
	}
	shown := &library.Shown{Ref: "code-guide@1.0", Sections: []corpus.Section{s}}
	out := &ReadOut{Ref: shown.Ref, Title: "Code Guide", Version: "V1.0", Standing: "authoritative", Because: "it is"}
	return out.packText(shown, budget, at)
}
