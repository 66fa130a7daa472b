package typeset

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"substrate/corpus/markdown"
)

// ReadHead reads what a Markdown document says of itself: its front matter, its title, and the field lines below the
// title ("Version: V2.1"). Created is left zero.
func ReadHead(source []byte) (Meta, error) {
	h, err := readHead(source)
	if err != nil {
		return Meta{}, err
	}
	return h.Meta, nil
}

type headed struct {
	Meta
	body []byte
	root ast.Node
	skip map[ast.Node]bool // nodes that went to the cover
}

var (
	fieldLine = regexp.MustCompile(`^(\p{L}[\p{L} ]{0,24}?) *: *(\S.*)$`)
	// A heading that counts among numbered ones is no title.
	numberedTitle = regexp.MustCompile(`^(?:§|\d+[a-z]?[.\s)]|[A-Z]\.\d|(?:Appendix|Annex|Chapter|Part|Section)\s)`)
)

func readHead(source []byte) (headed, error) {
	r, err := markdown.Read(source)
	if err != nil {
		return headed{}, err
	}
	h := headed{skip: map[ast.Node]bool{}}
	src := bytes.ReplaceAll(bytes.TrimPrefix(source, []byte("\xef\xbb\xbf")), []byte("\r\n"), []byte("\n"))
	h.body = src
	if len(r.Meta) > 0 && bytes.HasPrefix(src, []byte("---\n")) {
		rest := src[4:]
		end := bytes.Index(rest, []byte("\n---"))
		rest = rest[end+4:]
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			rest = rest[i+1:]
		} else {
			rest = nil
		}
		h.body = rest
	}
	for _, k := range []string{"title", "document", "name"} {
		h.set("title", r.Meta[k])
	}
	for _, k := range []string{"subtitle", "version", "revision", "rev", "issue", "edition", "release", "date", "updated", "issued", "epoch", "era", "supersedes", "replaces", "author", "lang", "language", "keywords", "owner", "status", "classification"} {
		h.set(k, r.Meta[k])
	}
	h.root = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote)).Parser().Parse(text.NewReader(h.body))
	h.lift()
	return h, nil
}

// lift takes title and field lines off the text's beginning.
func (h *headed) lift() {
	first, ok := h.root.FirstChild().(*ast.Heading)
	if !ok {
		return
	}
	b := &builder{src: h.body}
	title := plainText(b.inline(first, style{}))
	if first.Level != 1 || title == "" || numberedTitle.MatchString(title) {
		return
	}
	tops := 0
	for n := h.root.FirstChild(); n != nil; n = n.NextSibling() {
		if g, ok := n.(*ast.Heading); ok && g.Level == 1 {
			tops++
		}
	}
	var lines []ast.Node
	n := first.NextSibling()
	for ; n != nil; n = n.NextSibling() {
		if _, ok := h.fields(n); !ok {
			break
		}
		lines = append(lines, n)
	}
	same := strings.EqualFold(title, h.Title)
	_, bare := n.(*ast.Heading)
	switch {
	case same:
	case h.Title != "":
		return // the first chapter of a document that has its title in front
	case tops > 1 && !bare:
		return
	}
	h.skip[first] = true
	h.set("title", title)
	for _, n := range lines {
		f, _ := h.fields(n)
		for _, kv := range f {
			h.set(kv.Name, kv.Value)
		}
		h.skip[n] = true
	}
}

var known = map[string]bool{
	"version": true, "document version": true, "revision": true, "rev": true, "issue": true, "edition": true, "release": true, "label": true,
	"date": true, "issued": true, "issue date": true, "release date": true, "revision date": true, "updated": true, "last updated": true, "effective": true, "effective date": true,
	"epoch": true, "era": true, "supersedes": true, "replaces": true, "subtitle": true, "author": true, "authors": true, "owner": true, "status": true,
	"language": true, "keywords": true, "prepared by": true, "approved by": true, "reviewed by": true, "classification": true, "document number": true,
}

// fields reads a paragraph or a list whose every line is a field. One line alone must have a known name: "Note: …" is text.
func (h *headed) fields(n ast.Node) ([]Field, bool) {
	var texts []string
	b := &builder{src: h.body}
	switch n := n.(type) {
	case *ast.Paragraph:
		texts = strings.Split(plainLines(b.inline(n, style{})), "\n")
	case *ast.List:
		for it := n.FirstChild(); it != nil; it = it.NextSibling() {
			c := it.FirstChild()
			if c == nil || c.NextSibling() != nil {
				return nil, false
			}
			texts = append(texts, plainText(b.inline(c, style{})))
		}
	default:
		return nil, false
	}
	var out []Field
	some := false
	for _, t := range texts {
		m := fieldLine.FindStringSubmatch(strings.TrimSpace(t))
		if m == nil || len(m[2]) > 160 {
			return nil, false
		}
		some = some || known[strings.ToLower(m[1])]
		out = append(out, Field{m[1], m[2]})
	}
	return out, some
}

// set files a field under its name; the first value of a field wins.
func (h *headed) set(name, value string) {
	value = strings.Join(strings.Fields(value), " ")
	if value == "" {
		return
	}
	put := func(to *string, v string) {
		if *to == "" {
			*to = v
		}
	}
	switch k := strings.ToLower(name); k {
	case "title":
		put(&h.Title, value)
	case "subtitle":
		put(&h.Subtitle, value)
	case "version", "document version", "release", "label":
		put(&h.Version, value)
	case "revision", "rev", "issue", "edition":
		put(&h.Version, worded(k, value))
	case "date", "issued", "issue date", "release date", "revision date", "updated", "last updated", "effective", "effective date":
		put(&h.Date, value)
	case "epoch", "era":
		put(&h.Epoch, value)
	case "supersedes", "replaces":
		put(&h.Supersedes, value)
	case "author", "authors":
		put(&h.Author, value)
	case "lang", "language":
		put(&h.Language, value)
	case "keywords":
		if len(h.Keywords) == 0 {
			for _, w := range strings.Split(value, ",") {
				if w = strings.TrimSpace(w); w != "" {
					h.Keywords = append(h.Keywords, w)
				}
			}
		}
	default:
		for _, f := range h.Fields {
			if strings.EqualFold(f.Name, name) {
				return
			}
		}
		h.Fields = append(h.Fields, Field{strings.ToUpper(name[:1]) + name[1:], value})
	}
}

var word1 = regexp.MustCompile(`^(?i)(?:v|rev|issue|edition|version)\b|^(?i)v\d`)

// worded gives a bare label the word of its field: "Revision: C" is Revision C.
func worded(key, value string) string {
	if word1.MatchString(value) {
		return value
	}
	return strings.ToUpper(key[:1]) + key[1:] + " " + value
}
