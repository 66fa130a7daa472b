package index

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"substrate/corpus"
)

func TestSplitKeepsShortSectionsWhole(t *testing.T) {
	got := doc("ops", "Guide", "# 1 Network\nFirst.\nSecond.\n| a | b |\n| 1 | 2 |\n# 2 Empty\n## 2.1 Full\nText.\n# 3 Annexes\n## 3.1 Maps")
	var lines []string
	for _, p := range got {
		lines = append(lines, fmt.Sprintf("%s %q %q", strings.TrimPrefix(p.ID, key("ops")), p.Heading, p.Text))
	}
	want := []string{
		`/1/0 ["1 Network"] "First.\n\nSecond.\n\na | b\n1 | 2"`,
		// "2 Empty" is found by the path of 2.1; below "3 Annexes" there is nothing, so both are their own.
		`/2.1/0 ["2 Empty" "2.1 Full"] "Text."`,
		`/3/0 ["3 Annexes"] ""`,
		`/3.1/0 ["3 Annexes" "3.1 Maps"] ""`,
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

func TestSplitLongBlocks(t *testing.T) {
	var rows [][]string
	rows = append(rows, []string{"id", "value"})
	var code, items, para []string
	for i := range 100 {
		rows = append(rows, []string{fmt.Sprintf("row-%d", i), strings.Repeat("x", 20+i%7)})
		code = append(code, fmt.Sprintf("    line_%d = %d", i, i*i))
		items = append(items, fmt.Sprintf("%d. item number %d of the list", i, i))
		para = append(para, fmt.Sprintf("This is sentence number %d of a long paragraph.", i))
	}
	s := []corpus.Section{{Title: "Long", Level: 1, Pages: corpus.Pages{First: 2, Last: 9}, Blocks: []corpus.Block{
		{Kind: corpus.Table, Rows: rows, Pages: corpus.Pages{First: 2, Last: 4}},
		{Kind: corpus.Code, Text: strings.Join(code, "\n"), Pages: corpus.Pages{First: 5, Last: 5}},
		{Kind: corpus.List, Items: items},
		{Kind: corpus.Paragraph, Text: strings.Join(para, " ")},
	}}}
	corpus.Finish(s)
	got := Split("k", "T", s)
	all := ""
	for i, p := range got {
		if len(p.Text) > maxPassage {
			t.Errorf("passage %d has %d bytes", i, len(p.Text))
		}
		if p.ID != fmt.Sprintf("k/long/%d", i) || len(p.Heading) != 1 {
			t.Errorf("passage %d is %q under %q", i, p.ID, p.Heading)
		}
		if strings.Contains(p.Text, "row-") && !strings.HasPrefix(p.Text, "id | value\n") {
			t.Errorf("passage %d lacks the header row: %q", i, p.Text[:40])
		}
		all += p.Text + "\n"
	}
	lines := strings.Split(all, "\n")
	for _, r := range rows[1:] {
		if !slices.Contains(lines, strings.Join(r, " | ")) {
			t.Errorf("row %q was cut", r)
		}
	}
	for _, c := range slices.Concat(code, items) {
		if !slices.Contains(lines, c) {
			t.Errorf("line %q was cut", c)
		}
	}
	for _, c := range para {
		if !strings.Contains(all, c) {
			t.Errorf("sentence %q was cut", c)
		}
	}
	if got[0].Pages != (corpus.Pages{First: 2, Last: 4}) {
		t.Errorf("pages of the first piece: %v", got[0].Pages)
	}
}

func TestSplitHostile(t *testing.T) {
	huge := strings.Repeat("é", 5000)
	for _, b := range []corpus.Block{
		{Kind: corpus.Paragraph, Text: huge},
		{Kind: corpus.Code, Text: huge},
		{Kind: corpus.List, Items: []string{huge}},
		{Kind: corpus.Table, Rows: [][]string{{huge}}},
		{Kind: corpus.Table, Rows: [][]string{{huge}, {huge}, {"x"}}},
		{Kind: corpus.Table},
		{Kind: corpus.Paragraph, Text: "  "},
	} {
		n := 0
		for _, p := range Split("k", "", []corpus.Section{{Anchor: "a", Blocks: []corpus.Block{b}}}) {
			n += strings.Count(p.Text, "é")
			if strings.ContainsRune(p.Text, '\uFFFD') {
				t.Errorf("%s: a letter was cut in two", b.Kind)
			}
		}
		if want := strings.Count(b.Plain(), "é"); n != want {
			t.Errorf("%s: %d letters of %d came through", b.Kind, n, want)
		}
	}
}

func TestSentences(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"One ends. Two begins? Three!", "One ends. |Two begins? |Three!"},
		{"Use e.g. version 3. It works.", "Use e.g. version 3. It works."}, // rather too long than cut in "No. 3",
		{"Set proxy.pass first.", "Set proxy.pass first."},
		{"The limits are: ten.", "The limits are: ten."},
	} {
		if got := strings.Join(sentences(c.in), "|"); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}
