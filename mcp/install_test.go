package mcp

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInstallKeepsWhatIsThere(t *testing.T) {
	command := []string{"/opt/substrate", "mcp", "--library", "/srv/docs"}
	for _, c := range []struct{ name, before, after string }{
		{"no file", "", "{\n  \"mcpServers\": {\n    \"substrate\": {\n      \"command\": \"/opt/substrate\",\n      \"args\": [\n        \"mcp\",\n        \"--library\",\n        \"/srv/docs\"\n      ]\n    }\n  }\n}\n"},
		{"other settings", "{ \"z\": 1.50,\n\t\"a\": [1,2 ] }", "{ \"z\": 1.50,\n\t\"a\": [1,2 ],\n  \"mcpServers\": {"},
		{"other servers", `{"mcpServers":{"files":{"command":"x","env":{"KEY":"s3cret"}}},"theme":"dark"}`, `{"mcpServers":{"files":{"command":"x","env":{"KEY":"s3cret"}},`},
		{"an older entry", `{"mcpServers":{"substrate":{"command":"old"},"files":{}}}`, `{"mcpServers":{"substrate":{`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Places{Home: t.TempDir(), Config: t.TempDir(), Current: t.TempDir()}
			file := filepath.Join(p.Home, ".cursor", "mcp.json")
			if c.before != "" {
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(c.before), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s, err := Plan("cursor", "substrate", command, p)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(s.Text), c.after) || !s.Change {
				t.Errorf("change %v:\n%s", s.Change, s.Text)
			}
			var was, is map[string]any
			_ = json.Unmarshal([]byte(c.before), &was)
			if err := json.Unmarshal(s.Text, &is); err != nil {
				t.Fatalf("%v\n%s", err, s.Text)
			}
			for k := range was {
				if _, ok := is[k]; !ok {
					t.Errorf("%s is lost", k)
				}
			}
			backup, err := s.Write(fixed)
			if err != nil {
				t.Fatal(err)
			}
			if kept, _ := os.ReadFile(backup); string(kept) != c.before {
				t.Errorf("the backup %q is %q", backup, kept)
			}
			if info, _ := os.Stat(file); c.before != "" && info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v", info.Mode())
			}
			if again, err := Plan("cursor", "substrate", command, p); err != nil || again.Change {
				t.Errorf("a second time: %v, change %v", err, again.Change)
			}
		})
	}
}

// Who keeps settings elsewhere and links them keeps the link.
func TestInstallFollowsALink(t *testing.T) {
	p := Places{Home: t.TempDir(), Config: t.TempDir(), Current: t.TempDir()}
	kept, link := filepath.Join(t.TempDir(), "mcp.json"), filepath.Join(p.Home, ".cursor", "mcp.json")
	if err := errors.Join(os.WriteFile(kept, []byte("{}"), 0o644), os.MkdirAll(filepath.Dir(link), 0o755), os.Symlink(kept, link)); err != nil {
		t.Fatal(err)
	}
	s, err := Plan("cursor", "substrate", []string{"/opt/substrate", "mcp"}, p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write(fixed); err != nil {
		t.Fatal(err)
	}
	if to, err := os.Readlink(link); err != nil || to != kept {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	if raw, _ := os.ReadFile(kept); !strings.Contains(string(raw), "/opt/substrate") {
		t.Errorf("the file behind the link is %q", raw)
	}
}

func TestInstallLeavesWhatItCannotRead(t *testing.T) {
	p := Places{Home: t.TempDir(), Config: t.TempDir(), Current: t.TempDir()}
	file := filepath.Join(p.Current, ".mcp.json")
	for _, src := range []string{"{ // mine\n}", "[]", `{"mcpServers":[]}`, `{"a":`} {
		if err := os.WriteFile(file, []byte(src), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Plan("claude-code", "substrate", []string{"s"}, p)
		if err == nil || !strings.Contains(err.Error(), "add this to it by hand: {") {
			t.Errorf("%s: %v", src, err)
		}
	}
}
