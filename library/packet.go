package library

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"path/filepath"
	"strings"

	"substrate/capture"
	"substrate/capture/surgery"
	"substrate/typeset"
)

// Packet writes a revision for a document whose source lives in a word processor: a short PDF, and HTML that word processors open, with each
// place, the text before, the new text, and the change-log row. It answers the files.
func (l *Library) Packet(ctx context.Context, id, dir string) ([]string, error) {
	r, err := l.Revision(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.Edited {
		return nil, fmt.Errorf("revision R-%d was edited by hand, so its changes are not a list of places; use its text: substrate revise show R-%d --source", r.ID, r.ID)
	}
	p := packetOf(&r.Revision)
	name := filepath.Join(dir, fileName(fmt.Sprintf("%s %s changes", r.Title, r.Version)))
	var page bytes.Buffer
	if err := packetHTML.Execute(&page, p); err != nil {
		return nil, fmt.Errorf("write the packet: %w", err)
	}
	no := false
	theme := l.Config.Theme
	theme.Cover, theme.TOC = &no, -1
	res, err := typeset.PDF(ctx, []byte(p.markdown()), typeset.Meta{}, theme, nil)
	if err != nil {
		return nil, fmt.Errorf("print the packet: %w", err)
	}
	for suffix, raw := range map[string][]byte{".pdf": res.PDF, ".html": page.Bytes()} {
		if err := writeFile(name+suffix, raw, 0o644); err != nil {
			return nil, fmt.Errorf("write the packet: %w", err)
		}
	}
	return []string{name + ".pdf", name + ".html"}, nil
}

// packet is a revision as a list of places, in the order of the document's plan.
type packet struct {
	Title, From, Version, Date string
	Places                     []packetPlace
}

type packetPlace struct {
	N                          int
	What, Where, Before, After string
}

var placeWords = map[surgery.Kind]string{
	surgery.Append: "Add at the end of", surgery.InsertAfter: "Insert a section after", surgery.NewChild: "Insert a section into", surgery.AddRow: "Add a row to the table of",
	surgery.Replace: "Replace in", surgery.ReplaceCell: "Replace a cell in", surgery.Delete: "Take out of",
}

func packetOf(r *capture.Revision) packet {
	p := packet{Title: r.Title, From: r.From, Version: r.Version, Date: r.Date.String()}
	for _, d := range r.Done {
		what := placeWords[d.Kind]
		switch d.Part {
		case surgery.PartLog:
			what = "Add to the change log"
		case surgery.PartHead:
			what = "Change on the cover and in running headers"
		}
		p.Places = append(p.Places, packetPlace{len(p.Places) + 1, what, strings.TrimSpace(d.Number + " " + d.Heading), strings.TrimSpace(d.Before), strings.TrimSpace(d.After)})
	}
	return p
}

// markdown is the packet as a document of its own.
func (p packet) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Changes to %s\n\nVersion: %s\nDate: %s\n\nTo be applied by hand to %s, in this order.\n", p.Title, p.Version, p.Date, p.From)
	for _, x := range p.Places {
		fmt.Fprintf(&b, "\n## %d %s %s\n", x.N, x.What, x.Where)
		for _, side := range [][2]string{{"Before", x.Before}, {"New text", x.After}} {
			if side[1] == "" {
				continue
			}
			fence := "```"
			for strings.Contains(side[1], fence) {
				fence += "`"
			}
			fmt.Fprintf(&b, "\n%s:\n\n%s\n%s\n%s\n", side[0], fence, side[1], fence)
		}
	}
	return b.String()
}

// packetHTML is plain enough for word processors: headings, paragraphs and preformatted text, with styles on the elements.
var packetHTML = template.Must(template.New("packet").Parse(`<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Changes to {{.Title}} {{.Version}}</title></head>
<body style="font-family: Calibri, sans-serif; font-size: 11pt; max-width: 48em">
<h1>Changes to {{.Title}}: {{.From}} → {{.Version}}</h1>
<p>{{.Date}}. To be applied by hand, in this order.</p>
{{range .Places}}<h2>{{.N}} {{.What}} {{.Where}}</h2>
{{with .Before}}<p><b>Before</b></p><pre style="background: #fbeaea; padding: 4pt; white-space: pre-wrap">{{.}}</pre>
{{end}}{{with .After}}<p><b>New text</b></p><pre style="background: #eaf6ea; padding: 4pt; white-space: pre-wrap">{{.}}</pre>
{{end}}{{end}}</body></html>
`))
