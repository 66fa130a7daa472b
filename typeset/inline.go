package typeset

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// inline turns a node's children into spans. Images are left to the blocks; what is inline shows its description.
func (b *builder) inline(n ast.Node, st style) []span {
	var out []span
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		out = append(out, b.inlineNode(c, st)...)
	}
	return out
}

var lineBreak = regexp.MustCompile(`(?i)^<br\s*/?>$`)

func (b *builder) inlineNode(c ast.Node, st style) []span {
	switch c := c.(type) {
	case *ast.Text:
		s := span{text: literal(c.Segment.Value(b.src), st.code), style: st, brk: c.HardLineBreak()}
		if c.SoftLineBreak() && !s.brk {
			s.text += "\n"
		}
		return []span{s}
	case *ast.String:
		return []span{{text: string(c.Value), style: st}}
	case *ast.CodeSpan:
		st.code = true
		var t strings.Builder
		for x := c.FirstChild(); x != nil; x = x.NextSibling() {
			if x, ok := x.(*ast.Text); ok {
				t.Write(x.Segment.Value(b.src))
			}
		}
		return []span{{text: strings.ReplaceAll(t.String(), "\n", " "), style: st}}
	case *ast.Emphasis:
		if c.Level > 1 {
			st.bold = true
		} else {
			st.italic = true
		}
	case *east.Strikethrough:
		st.strike = true
	case *ast.Link:
		st.link = string(c.Destination)
	case *ast.AutoLink:
		st.link = string(c.URL(b.src))
		if c.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(st.link, "mailto:") {
			st.link = "mailto:" + st.link
		}
		return []span{{text: string(c.Label(b.src)), style: st}}
	case *ast.Image:
		st.italic = true
	case *ast.RawHTML:
		var t bytes.Buffer
		for i := range c.Segments.Len() {
			s := c.Segments.At(i)
			t.Write(s.Value(b.src))
		}
		if lineBreak.Match(t.Bytes()) {
			return []span{{style: st, brk: true}}
		}
		return nil
	case *east.TaskCheckBox:
		if c.IsChecked {
			return []span{{text: "☑ ", style: st}}
		}
		return []span{{text: "☐ ", style: st}}
	case *east.FootnoteLink:
		st.raised, st.link = true, fmt.Sprintf("#note:%d", c.Index)
		return []span{{text: fmt.Sprintf("[%d]", c.Index), style: st}}
	case *east.FootnoteBacklink:
		return nil
	}
	return b.inline(c, st)
}

// literal is text as it is meant: escapes and entities resolved.
func literal(v []byte, raw bool) string {
	if raw {
		return string(v)
	}
	return string(util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(v))))
}

func plainLines(spans []span) string {
	var sb strings.Builder
	for _, s := range spans {
		sb.WriteString(s.text)
		if s.brk {
			sb.WriteByte('\n')
		}
	}
	return sb.String()
}

func plainText(spans []span) string { return strings.Join(strings.Fields(plainLines(spans)), " ") }
