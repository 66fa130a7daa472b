package mcp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/moby/sys/atomicwriter"
)

// Places are the folders that clients keep their configuration in.
type Places struct {
	Home    string // the user's
	Config  string // for programs' settings
	Current string // the project that is worked on
}

// client is a program that talks to servers, and how it is told of one.
type client struct {
	file func(Places) string
	list string // the key of its object of servers
	kind bool   // whether an entry says that it is on stdio
	then string // what a person does next
}

var clients = map[string]client{
	"claude-desktop": {func(p Places) string { return filepath.Join(p.Config, "Claude", "claude_desktop_config.json") }, "mcpServers", false, "restart Claude Desktop; the library is then under + in the chat"},
	"claude-code":    {func(p Places) string { return filepath.Join(p.Current, ".mcp.json") }, "mcpServers", true, "start claude in this folder and allow the server; /mcp shows it"},
	"vscode":         {func(p Places) string { return filepath.Join(p.Current, ".vscode", "mcp.json") }, "servers", true, "open the folder in VS Code and press Start above the entry"},
	"cursor":         {func(p Places) string { return filepath.Join(p.Home, ".cursor", "mcp.json") }, "mcpServers", false, "Cursor lists the server under Settings, MCP"},
	"lm-studio":      {func(p Places) string { return filepath.Join(p.Home, ".lmstudio", "mcp.json") }, "mcpServers", false, "switch the server on in LM Studio's sidebar, under Program"},
}

// openWebUI keeps its configuration in a database of its own, which is filled from its environment.
const openWebUI = "open-webui"

// Clients lists the names of the clients that can be set up.
func Clients() []string {
	out := []string{openWebUI}
	for n := range clients {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// Setup is what makes a client know the server.
type Setup struct {
	File   string // to be written; empty for a client that has none
	Text   []byte // of the file, or of the setting
	Then   string // what a person does next
	Change bool   // whether the file is not like this already
	old    []byte
}

// Plan works out a client's configuration: what is there is kept as it is, byte by byte, and the server is added or
// brought up to date. command is the program with its arguments.
func Plan(name, server string, command []string, p Places) (*Setup, error) {
	if name == openWebUI {
		return planOpenWebUI(server)
	}
	c, ok := clients[name]
	if !ok {
		return nil, fmt.Errorf("client %q is none of %s", name, strings.Join(Clients(), ", "))
	}
	entry := ordered{}
	if c.kind {
		entry = append(entry, pair{"type", "stdio"})
	}
	entry = append(entry, pair{"command", command[0]}, pair{"args", command[1:]})
	s := &Setup{File: c.file(p), Then: c.then}
	var err error
	if s.old, err = os.ReadFile(s.File); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read %s's configuration: %w", name, err)
	}
	src := s.old
	if len(bytes.TrimSpace(src)) == 0 {
		src = []byte("{}\n")
	}
	if s.Text, err = put(src, []string{c.list, server}, entry, 0); err != nil {
		return nil, fmt.Errorf("%s is left as it is: %w; add this to it by hand: %s", s.File, err, byHand(c.list, server, entry))
	}
	s.Change = !bytes.Equal(s.Text, s.old)
	return s, nil
}

func byHand(list, server string, entry ordered) string {
	raw, _ := json.Marshal(ordered{{list, ordered{{server, entry}}}})
	return string(raw)
}

func planOpenWebUI(server string) (*Setup, error) {
	raw, err := json.Marshal([]ordered{{
		{"type", "mcp"}, {"url", "http://127.0.0.1:7468/mcp"}, {"path", ""}, {"auth_type", "none"}, {"key", ""},
		{"config", ordered{{"enable", true}}}, {"info", ordered{{"id", server}, {"name", server}, {"description", "Documentation library"}}},
	}})
	if err != nil {
		return nil, err
	}
	return &Setup{
		Text: fmt.Appendf(nil, "TOOL_SERVER_CONNECTIONS='%s'\n", raw),
		Then: "Open WebUI has no file to write: start substrate serve, and start Open WebUI with this in its environment, or enter the URL under Admin Settings, External Tools, type MCP (Streamable HTTP)",
	}, nil
}

// Write writes the file and answers where the one before it was kept; "" when there was none.
func (s *Setup) Write(now time.Time) (backup string, err error) {
	if err := os.MkdirAll(filepath.Dir(s.File), 0o755); err != nil {
		return "", fmt.Errorf("make the client's folder: %w", err)
	}
	mode, target := fs.FileMode(0o644), s.File
	if to, err := filepath.EvalSymlinks(s.File); err == nil {
		target = to // people keep their settings elsewhere and link them
	}
	if info, err := os.Stat(s.File); err == nil {
		mode = info.Mode().Perm() // such files hold secrets of other servers
		backup = s.File + now.Format(".20060102-150405.bak")
		if err := atomicwriter.WriteFile(backup, s.old, mode); err != nil {
			return "", err
		}
	}
	return backup, atomicwriter.WriteFile(target, s.Text, mode)
}

// put sets a value inside a JSON object and leaves every other byte as it is.
func put(src []byte, path []string, value any, depth int) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(src))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("it is not a JSON object, or has comments")
	}
	first, before := true, int(d.InputOffset()) // behind the last value
	for d.More() {
		first = false
		key, err := d.Token()
		var raw json.RawMessage
		if err != nil || d.Decode(&raw) != nil {
			return nil, errors.New("it is not plain JSON, or has comments")
		}
		end := int(d.InputOffset())
		if key != path[0] {
			before = end
			continue
		}
		start := end - len(raw)
		inside, err := render(raw, path[1:], value, depth)
		if err != nil {
			return nil, err
		}
		return append(append(append([]byte{}, src[:start]...), inside...), src[end:]...), nil
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.New("it is not plain JSON, or has comments")
	}
	after := int(d.InputOffset()) - 1 // the closing brace
	inside, err := render([]byte("{}"), path[1:], value, depth)
	if err != nil {
		return nil, err
	}
	comma := ","
	if first {
		comma = ""
	}
	pad := strings.Repeat("  ", depth)
	out := append([]byte{}, src[:before]...)
	out = fmt.Appendf(out, "%s\n%s  %q: %s\n%s", comma, pad, path[0], inside, pad)
	return append(out, src[after:]...), nil
}

// render is what stands at the end of a path: the value, or an object with it.
func render(raw []byte, path []string, value any, depth int) ([]byte, error) {
	if len(path) > 0 {
		return put(raw, path, value, depth+1)
	}
	var was bytes.Buffer
	now, err := json.Marshal(value)
	if err == nil && json.Compact(&was, raw) == nil && bytes.Equal(was.Bytes(), now) {
		return raw, nil // the same, however it is laid out
	}
	var out bytes.Buffer
	err = errors.Join(err, json.Indent(&out, now, strings.Repeat("  ", depth+1), "  "))
	return out.Bytes(), err
}
