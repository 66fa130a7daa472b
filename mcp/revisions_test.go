package mcp

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"substrate/library"
	"testing"

	peerclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
)

// person is a real MCP client over HTTP with a token.
func person(t *testing.T, url, secret string) *peerclient.Client {
	t.Helper()
	c, err := peerclient.NewStreamableHttpClient(url, transport.WithHTTPHeaders(map[string]string{"Authorization": "Bearer " + secret}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := mcp.InitializeRequest{}
	r.Params.ProtocolVersion, r.Params.ClientInfo = mcp.LATEST_PROTOCOL_VERSION, mcp.Implementation{Name: "desk", Version: "1"}
	if _, err := c.Initialize(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return c
}

// say calls a tool and gives its text and whether it is an error.
func say(t *testing.T, c *peerclient.Client, tool string, args map[string]any) (string, bool) {
	t.Helper()
	r := mcp.CallToolRequest{}
	r.Params.Name, r.Params.Arguments = tool, args
	res, err := c.CallTool(t.Context(), r)
	if err != nil {
		return err.Error(), true
	}
	text := ""
	for _, x := range res.Content {
		if s, ok := x.(mcp.TextContent); ok {
			text += s.Text
		}
	}
	return text, res.IsError
}

func offered(t *testing.T, c *peerclient.Client, tool string) bool {
	t.Helper()
	list, err := c.ListTools(t.Context(), mcp.ListToolsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range list.Tools {
		if x.Name == tool {
			return true
		}
	}
	return false
}

// pumps is a library of which a statement is known to be false.
func pumps(t *testing.T) string {
	t.Helper()
	in, dir := t.TempDir(), filepath.Join(t.TempDir(), "pumps")
	for name, text := range map[string]string{
		"pump-guide.md": "# Pump Guide\n\nVersion: V1.0\nDate: 2026-03-10\n\n## Change Log\n\n| Version | Date | Changes |\n| --- | --- | --- |\n| V1.0 | 2026-03-10 | First issue. |\n\n## 1 Pressure\n\nThe pump runs at 6 bar.\n\n## 2 Filter\n\nThe filter is changed every 300 hours.\n",
		"roadmap.md":    "# Works Roadmap\n\nVersion: V2.0\nDate: 2026-04-01\n\n## 1 Plan\n\nA second pump is bought in June.\n\n## 2 Drift Log\n\n| ID | Found | Document | Says | Actually | Status |\n| --- | --- | --- | --- | --- | --- |\n| D-01 | 2026-04-20 | Pump Guide V1.0 §1 | The pump runs at 6 bar | 8 bar | open |\n",
	} {
		if err := os.WriteFile(filepath.Join(in, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := ingest(dir, in); err != nil {
		t.Fatal(err)
	}
	return dir
}

// From a finding to the next version, in a conversation: only with a token of the scope approve, only what was looked at; then
// the new version answers, the old value is gone, and the drift entry is closed.
func TestARevisionIsApprovedInAConversation(t *testing.T) {
	dir := pumps(t)
	tokens := OpenTokens(dir)
	secrets := map[string]string{}
	for _, scope := range []string{"capture", "approve"} {
		secret, _, err := tokens.Create(scope+"-token", scope, fixed)
		if err != nil {
			t.Fatal(err)
		}
		secrets[scope] = secret
	}
	url := serve(t, dir, HTTPOptions{Tokens: OpenTokens(dir), RequireToken: true}) + "/mcp"
	model, anna := person(t, url, secrets["capture"]), person(t, url, secrets["approve"])
	if offered(t, model, "approve") || !offered(t, model, "capture") || !offered(t, anna, "approve") {
		t.Error("the tools that are offered are not those that the token allows")
	}
	if text, bad := say(t, model, "capture", map[string]any{"text": "The pump runs at 8 bar since the valve was changed, not at 6 bar", "target": "pump-guide#1"}); bad {
		t.Fatal(text)
	}
	for _, tool := range []string{"revision", "approve", "reject"} {
		if text, bad := say(t, model, tool, map[string]any{"id": "R-1", "document": "pump-guide", "seen": "x", "approved_by": "me", "because": "x"}); !bad {
			t.Errorf("without the scope %s answers %s", tool, text)
		}
	}

	text, bad := say(t, anna, "revision", map[string]any{"document": "pump-guide"})
	if bad || !strings.Contains(text, "R-1 draft: pump-guide@1.0 → V1.1") || !strings.Contains(text, "8 bar") {
		t.Fatalf("drafted %v: %s", bad, text)
	}
	_, after, _ := strings.Cut(text, "seen ")
	seen, _, _ := strings.Cut(after, " ")
	if text, bad := say(t, anna, "approve", map[string]any{"id": "R-1", "seen": "000", "approved_by": "Anna"}); !bad || !strings.Contains(text, "drafted anew") {
		t.Errorf("another text than the one shown: %s", text)
	}
	if text, bad := say(t, anna, "reject", map[string]any{"id": "R-1", "because": " "}); !bad {
		t.Errorf("set aside without a reason: %s", text)
	}
	if text, bad := say(t, anna, "approve", map[string]any{"id": "R-1", "seen": seen}); !bad || !strings.Contains(text, "approved_by is missing") {
		t.Errorf("approved by nobody: %s", text)
	}
	text, bad = say(t, anna, "approve", map[string]any{"id": "R-1", "seen": seen, "approved_by": "Anna"})
	if bad || !strings.Contains(text, "Issued as [pump-guide@1.1]") || !strings.Contains(text, "D-01") {
		t.Fatalf("approved: %v %s", bad, text)
	}
	if text, bad := say(t, anna, "approve", map[string]any{"id": "R-1", "seen": seen, "approved_by": "Anna"}); !bad {
		t.Errorf("approved twice: %s", text)
	}

	text, _ = say(t, model, "search", map[string]any{"query": "at which pressure does the pump run"})
	if !strings.Contains(text, "pump-guide@1.1#1") || !strings.Contains(text, "8 bar") || strings.Contains(text, "pump-guide@1.0") {
		t.Errorf("the search answers %s", text)
	}
	if text, _ = say(t, model, "drift", map[string]any{}); strings.Contains(text, "D-01") {
		t.Errorf("the entry is still open: %s", text)
	}
	l, err := library.Open(dir, library.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	r, err := l.Revision(context.Background(), "R-1")
	if err != nil || !strings.Contains(r.Settled, "Anna, by desk with the token approve-token") {
		t.Errorf("%v: who approved is %q", err, r.Settled)
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Over stdio nobody approves, unless the server was started for it.
func TestApprovingOverStdio(t *testing.T) {
	dir := pumps(t)
	for _, may := range []bool{false, true} {
		s := serverOf(t, dir)
		s.approve = may
		k := newTalk(t, s)
		k.hello()
		k.send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"revision","arguments":{}}}`)
		m := k.next()
		text := string(mustJSON(t, m))
		if strings.Contains(text, "There is no revision") != may {
			t.Errorf("approve %v: %s", may, text)
		}
		k.bye()
	}
}
