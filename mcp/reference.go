package mcp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Reference describes tools, resources and prompts for the manual, as clients are told of them.
func Reference() string {
	var sb strings.Builder
	sb.WriteString("Protocol versions " + protocolVersions() + ", over stdio (`substrate mcp`) and streamable HTTP (`substrate serve`, `/mcp`).\n\n## Tools\n")
	for _, t := range tools {
		fmt.Fprintf(&sb, "\n### %s\n\n%s\n\n", t.name, t.about)
		switch {
		case t.scope == "approve":
			sb.WriteString("Scope: `approve`. Without it the tool is not listed.\n\n")
		default:
			fmt.Fprintf(&sb, "Scope: `%s`.\n\n", t.scope)
		}
		fmt.Fprintf(&sb, "Arguments:\n\n```json\n%s\n```\n\nStructured answer:\n\n```json\n%s\n```\n", indented(t.in), indented(t.out))
	}
	sb.WriteString("\n## Resources\n\n| URI | What it is |\n| --- | --- |\n")
	for _, t := range templates {
		fmt.Fprintf(&sb, "| `%s` | %s |\n", t.uri, t.about)
	}
	sb.WriteString("\n## Prompts\n\n| Name | What it does | Arguments |\n| --- | --- | --- |\n")
	for _, p := range menu {
		var args []string
		for _, a := range p.Arguments {
			need := ""
			if a.Required {
				need = " (required)"
			}
			args = append(args, "`"+a.Name+"`"+need+": "+a.About)
		}
		fmt.Fprintf(&sb, "| `%s` | %s | %s |\n", p.Name, p.About, strings.Join(args, "; "))
	}
	return sb.String()
}

func indented(raw json.RawMessage) string {
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return string(raw)
	}
	return out.String()
}
