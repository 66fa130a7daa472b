package library

import (
	"context"
	"fmt"
	"strings"

	"substrate/corpus"
)

// markdownOf is a version as Markdown: front matter that says what it is, then its sections as they were read. What was read can
// be taken in again from this file.
func markdownOf(v Version, sections []corpus.Section) string {
	var b strings.Builder
	b.WriteString("---\n")
	for _, f := range [][2]string{{"title", v.Title}, {"version", v.Version}, {"date", v.Date}, {"epoch", v.Epoch}} {
		if f[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", f[0], yamlString(f[1]))
		}
	}
	b.WriteString("---\n")
	for _, s := range sections {
		if h := s.Heading(); h != "" {
			fmt.Fprintf(&b, "\n%s %s\n", strings.Repeat("#", min(max(s.Level, 1), 6)), h)
		}
		for _, block := range s.Blocks {
			b.WriteString("\n" + markdownBlock(block) + "\n")
		}
	}
	return b.String()
}

func yamlString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(s) + `"`
}

func markdownBlock(b corpus.Block) string {
	switch b.Kind {
	case corpus.List:
		items := make([]string, len(b.Items))
		for i, it := range b.Items {
			text := strings.TrimLeft(it, " ")
			indent := it[:len(it)-len(text)]
			for _, mark := range []string{"•", "◦", "▪", "‣", "–"} { // marks that Markdown does not know
				if rest, ok := strings.CutPrefix(text, mark); ok {
					text = "-" + rest
				}
			}
			items[i] = indent + text
		}
		return strings.Join(items, "\n")
	case corpus.Table:
		if len(b.Rows) == 0 {
			return ""
		}
		lines := []string{markdownRow(b.Rows[0]), strings.Repeat("| --- ", len(b.Rows[0])) + "|"}
		for _, r := range b.Rows[1:] {
			lines = append(lines, markdownRow(r))
		}
		return strings.Join(lines, "\n")
	case corpus.Code:
		fence := "```"
		for strings.Contains(b.Text, fence) {
			fence += "`"
		}
		return fence + "\n" + b.Text + "\n" + fence
	}
	// A paragraph that begins like a heading would become one.
	if strings.HasPrefix(b.Text, "#") {
		return `\` + b.Text
	}
	return b.Text
}

func markdownRow(cells []string) string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = cell(c)
	}
	return "| " + strings.Join(out, " | ") + " |"
}

// tableWords explains the tables of the catalog to somebody who has only the files.
var tableWords = map[string]string{
	"aliases":     "former names (slugs) of documents",
	"candidates":  "what scans proposed as echoes and conflicts, and how a person judged it; candidates.csv has it in columns",
	"cascades":    "every ingest and decision, with its report; undone_at when it was taken back",
	"decisions":   "what people said about originals (title, version, epoch, date, what is superseded)",
	"drift_notes": "what people did about drift by command",
	"findings":    "what was learned in sessions and has to reach a document",
	"meta":        "counters, and what is derived from the rest",
	"originals":   "every original by SHA-256: file, size, reading, identity with its evidence",
	"prompts":     "every system prompt that differed from the one before, and who took it",
	"revisions":   "plans from one version to the next",
	"sections":    "the sections of every version with their blocks, as they were read",
	"sessions":    "stretches of work in which findings were captured",
	"samples":     "what each call of an inference server took: one JSON object each",
	"sightings":   "where files were seen, in order",
	"sources":     "texts that revisions were made from",
	"templates":   "system prompt templates that people wrote, by hash",
	"verdicts":    "the standing of every version, the rule that gave it and why; versions.csv has it in columns",
}

func (x *exporter) readme(context.Context) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: everything, as plain files\n\n", x.l.Name())
	fmt.Fprintf(&b, "Exported at %s, after cascade %d: %d versions of %d documents. No program of ours is needed to read any of it.\n\n", x.l.Now().UTC().Format("2006-01-02 15:04 UTC"), x.out.Cascade, x.out.Versions, x.out.Documents)
	b.WriteString(`| what | where |
| --- | --- |
| the original file of each version of each document | documents/DOCUMENT/VERSION/ |
| its text as Markdown, as it was read | text/DOCUMENT/VERSION.md |
| what it is, and why | versions/DOCUMENT/VERSION.json |
| all versions with standing, rule, reason, hash and folder | versions.csv, versions.json |
| the drift log: what documents say and is known to be false | drift.csv, drift.json |
| what scans proposed, and how it was judged | candidates.csv, candidates.json |
| what was learned in sessions | findings.csv, findings.json |
| every ingest and decision, and what it changed | cascades.csv, cascades.json |
| settings and prompt templates | substrate.yaml, prompts/ |
| every table that the library keeps, unchanged; JSON has one object a line | tables/NAME.csv, tables/NAME.jsonl |

A version is *authoritative* (current), *historical* (current, of an earlier epoch), a *snapshot* (the last of an earlier epoch), *superseded*, or
*held* (a person has to decide). A VERSION carries the first letters of its SHA-256 when it has no version number, or when several files
claim the same one.

A text is what was read, not what was printed: figures are not in it, and the original is what counts. The originals can be taken in again elsewhere
(substrate ingest documents/); they are then ordered by the same rules.

## Tables

`)
	for _, t := range x.out.Tables {
		words := tableWords[t]
		if words == "" {
			words = "see the catalog's schema"
		}
		fmt.Fprintf(&b, "- **%s**: %s\n", t, words)
	}
	if len(x.out.Missing) > 0 {
		b.WriteString("\n## Missing\n\nThe originals of these versions were missing or damaged in the library; their text is here:\n\n")
		for _, m := range x.out.Missing {
			fmt.Fprintf(&b, "- %s\n", m)
		}
	}
	return x.write("README.md", []byte(b.String()))
}
