package markdown_test

import (
	"errors"
	"strings"
	"testing"

	"substrate/corpus"
	"substrate/corpus/markdown"
)

const sample = `---
title: Pump Guide
version: 2.10
date: 2026-04-27
---

Before any heading.

# Change Log

| Version | Changes |
| --- | --- |
| 2.10 | new *seal* |
| 2.9 | pipes \| and all |

# 1 Purpose

Wrapped
text with ` + "`code_here`" + ` and a [link](http://x).

## 1.1 Steps

1. First
   - nested ` + "`a-b`" + `
2. Second

` + "```sh\n$ ls\n  indented\n```" + `

## §0a Completed
`

func TestRead(t *testing.T) {
	r, err := markdown.Read([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if r.Meta["version"] != "2.10" {
		t.Errorf("version is %q: a label is text, not a number", r.Meta["version"])
	}
	var got []string
	for _, s := range r.Sections {
		got = append(got, strings.Repeat(">", s.Level)+s.Anchor)
		for _, b := range s.Blocks {
			got = append(got, string(b.Kind)+":"+b.Plain())
		}
	}
	want := []string{
		"front", "paragraph:Before any heading.",
		">change-log", "table:Version | Changes\n2.10 | new seal\n2.9 | pipes | and all",
		">1", "paragraph:Wrapped text with code_here and a link.",
		">>1.1", "list:1. First\n  • nested a-b\n2. Second", "code:$ ls\n  indented",
		">>0a",
	}
	if strings.Join(got, "\n---\n") != strings.Join(want, "\n---\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestALoneTitleIsTheDocumentsName(t *testing.T) {
	r, err := markdown.Read([]byte("# Pump Guide V2\n\nVersion: 2.0\n\n## Purpose\n\nText.\n\n### Deeper\n\nMore.\n"))
	if err != nil {
		t.Fatal(err)
	}
	levels := map[string]int{}
	for _, s := range r.Sections {
		levels[s.Title] = s.Level
	}
	if levels["Purpose"] != 1 || levels["Deeper"] != 2 || len(r.Front) < 2 || r.Front[0].Text != "Pump Guide V2" {
		t.Errorf("levels %v, front %v", levels, r.Front)
	}
}

func TestWhatIsNoMarkdown(t *testing.T) {
	for _, src := range []string{"", " \n", "a\x00b", "\xff\xfe"} {
		if r, err := markdown.Read([]byte(src)); !errors.Is(err, markdown.ErrNotText) || r != nil {
			t.Errorf("%q: %v, %v", src, r, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("---\na: [\n---\n# x"))
	f.Add([]byte("|a|\n|-|\n|b|c|"))
	f.Fuzz(func(t *testing.T, src []byte) {
		r, err := markdown.Read(src)
		if err != nil {
			return
		}
		for _, s := range r.Sections {
			if s.Anchor == "" {
				t.Fatal("a section without an anchor")
			}
			for _, b := range s.Blocks {
				for _, row := range b.Rows {
					if len(row) != len(b.Rows[0]) {
						t.Fatal("a ragged table")
					}
				}
				_ = corpus.Block(b).Plain()
			}
		}
	})
}
