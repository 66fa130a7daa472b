package surgery_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"substrate/capture/surgery"
	"substrate/corpus"
	"substrate/corpus/identity"
	"substrate/corpus/markdown"
)

var rounds = flag.Int("rounds", 4, "random edits for each source")

// sources are the Markdown sources of the fixtures, also with line ends of two bytes, and without a final one.
func sources(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	files, _ := filepath.Glob("../../fixtures/*/src/*.md")
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(f)
		out[name] = src
		out[name+" crlf"] = []byte(strings.ReplaceAll(string(src), "\n", "\r\n"))
		out[name+" bare end"] = []byte(strings.TrimRight(string(src), "\n"))
	}
	if len(out) < 90 {
		t.Fatalf("only %d sources", len(out))
	}
	return out
}

// randomEdit makes an edit that the document should take.
func randomEdit(r *rand.Rand, l *markdown.Layout) (surgery.Edit, bool) {
	i := r.Intn(len(l.Places))
	s, p := l.Reading.Sections[i], l.Places[i]
	if p.Level == 0 {
		return surgery.Edit{}, false
	}
	e := surgery.Edit{Section: "#" + s.Anchor}
	id := fmt.Sprintf("Zq%d", r.Intn(1e9))
	texts := []string{id + " is *true*.", "- " + id, "1. " + id + "\n2. b", "| a | b |\n|---|---|\n| " + id + " | x\\|y |", "```sh\n# " + id + "\n```", id + "\n\nand more.", "> " + id}
	var plainUnits, cells []markdown.Unit
	for _, u := range p.Units {
		if len(u.Text) > 12 && strings.Count(p2(p, u), u.Text) == 1 && !u.Nested {
			plainUnits = append(plainUnits, u)
		}
		if u.Kind == corpus.Table && u.Row > 0 {
			cells = append(cells, u)
		}
	}
	switch k := r.Intn(7); {
	case k == 0:
		e.Kind, e.Text = surgery.Append, texts[r.Intn(len(texts))]
	case k == 1:
		e.Kind, e.Heading, e.Text = surgery.InsertAfter, "New "+id, texts[r.Intn(len(texts))]
	case k == 2:
		e.Kind, e.Heading, e.Text = surgery.NewChild, "New "+id, texts[r.Intn(len(texts))]
	case k == 3 && len(cells) > 0:
		u := cells[r.Intn(len(cells))]
		e.Kind = surgery.AddRow
		n := 0
		for b := 0; b <= u.Block; b++ {
			if s.Blocks[b].Kind == corpus.Table {
				n++
			}
		}
		e.Table = fmt.Sprint(n)
		for range s.Blocks[u.Block].Rows[0] {
			e.Cells = append(e.Cells, fmt.Sprintf("c|%d", r.Intn(1e6)))
		}
	case k == 4 && len(cells) > 0:
		u := cells[r.Intn(len(cells))]
		row := s.Blocks[u.Block].Rows
		n := 0
		for _, b := range s.Blocks {
			if b.Kind == corpus.Table {
				n++
			}
		}
		if n > 1 {
			return e, false
		}
		e.Kind, e.Row, e.Column, e.Old, e.New = surgery.ReplaceCell, row[u.Row][0], row[0][u.Col], u.Text, id
	case k == 5 && len(plainUnits) > 0:
		u := plainUnits[r.Intn(len(plainUnits))]
		e.Kind, e.Old, e.New = surgery.Replace, u.Text, "All "+id+"."
	case k == 6 && len(plainUnits) > 0:
		e.Kind, e.Text = surgery.Delete, plainUnits[r.Intn(len(plainUnits))].Text
	default:
		return e, false
	}
	return e, true
}

func p2(p markdown.Place, _ markdown.Unit) string {
	var sb strings.Builder
	for _, u := range p.Units {
		sb.WriteString(u.Text + "\n")
	}
	return sb.String()
}

// untouched holds that all sections but the reported ones read as before, in their order.
func untouched(t *testing.T, src []byte, r surgery.Result) {
	t.Helper()
	a, err := markdown.Read(src)
	if err != nil {
		t.Fatal(err)
	}
	b, err := markdown.Read(r.Source)
	if err != nil {
		t.Fatal(err)
	}
	touched := map[string]bool{}
	for _, d := range r.Done {
		touched[d.Anchor] = true
	}
	j := 0
	for _, s := range a.Sections {
		for j < len(b.Sections) && b.Sections[j].Anchor != s.Anchor {
			j++
		}
		if j == len(b.Sections) {
			t.Fatalf("section #%s is gone, or out of order", s.Anchor)
		}
		if n := b.Sections[j]; !touched[s.Anchor] && (n.Number != s.Number || n.Title != s.Title || len(n.Blocks)+len(s.Blocks) > 0 && !reflect.DeepEqual(n.Blocks, s.Blocks)) {
			t.Fatalf("section #%s was not to be touched", s.Anchor)
		}
	}
}

func known(err error) bool {
	for _, k := range []error{surgery.ErrNoSection, surgery.ErrNotFound, surgery.ErrAmbiguous, surgery.ErrDone, surgery.ErrUnsafe, surgery.ErrEdit, markdown.ErrNotText} {
		if errors.Is(err, k) {
			return true
		}
	}
	return false
}

// TestRandomEdits applies random edits to every source of the fixtures: nearly all succeed, and none changes a byte outside the
// places that it reports.
func TestRandomEdits(t *testing.T) {
	done, refused := map[surgery.Kind]int{}, map[surgery.Kind]int{}
	for name, src := range sources(t) {
		r := rand.New(rand.NewSource(int64(len(name)) + int64(len(src))))
		l, err := markdown.Locate(src)
		if err != nil {
			t.Fatal(err)
		}
		for range *rounds {
			e, ok := randomEdit(r, l)
			if !ok {
				continue
			}
			plan := surgery.Plan{Edits: []surgery.Edit{e}}
			res, err := surgery.Apply(src, plan)
			if err != nil {
				if !known(err) {
					t.Errorf("%s: %v", name, err)
				}
				refused[e.Kind]++
				t.Logf("%s: %v", name, err)
				continue
			}
			done[e.Kind]++
			outside(t, src, res)
			untouched(t, src, res)
			if _, err := surgery.Apply(res.Source, plan); err == nil {
				t.Errorf("%s: %+v was applied twice", name, e)
			}
		}
	}
	t.Logf("done %v, refused %v", done, refused)
	for _, k := range []surgery.Kind{surgery.Append, surgery.InsertAfter, surgery.NewChild, surgery.AddRow, surgery.ReplaceCell, surgery.Replace, surgery.Delete} {
		if done[k] < 10 || refused[k]*20 > done[k] {
			t.Errorf("%s: %d done, %d refused", k, done[k], refused[k])
		}
	}
}

// TestEveryFixtureIsBumped gives every source its next version, and the reader finds it.
func TestEveryFixtureIsBumped(t *testing.T) {
	on := corpus.Date{Year: 2026, Month: 5, Day: 3}
	for name, src := range sources(t) {
		before, err := markdown.Read(src)
		if err != nil {
			t.Fatal(err)
		}
		was := identity.Identify(before, "", identity.Options{})
		next := surgery.Next{Label: "V1.0"}
		if !was.Label.IsZero() {
			if next, err = surgery.NextLabel(was.Label.String(), surgery.StepNext, on); err != nil {
				t.Fatal(err)
			}
		}
		super := was.Title + " " + was.Label.String()
		plan := surgery.Plan{
			Bump: &surgery.Bump{Version: next.Label, Date: on, Supersedes: super},
			Log:  &surgery.Log{Version: next.Label, Date: on, Rows: []surgery.LogRow{{Text: "Nothing but the number | a test."}}},
		}
		res, err := surgery.Apply(src, plan)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		outside(t, src, res)
		untouched(t, src, res)
		after, err := markdown.Read(res.Source)
		if err != nil {
			t.Fatal(err)
		}
		id := identity.Identify(after, "", identity.Options{})
		if id.Label.String() != corpus.ParseLabel(next.Label).String() || id.Date != on || id.Title != was.Title || id.Epoch != was.Epoch || id.Conflict != "" {
			t.Errorf("%s: reads as %s of %s, %q, %q (%s)", name, id.Label, id.Date, id.Title, id.Epoch, id.Conflict)
		}
		if len(id.Supersedes) == 0 || id.Supersedes[0].Label.Key() != was.Label.Key() {
			t.Errorf("%s: supersedes %v, want %s", name, id.Supersedes, super)
		}
		if len(id.ChangeLog) != len(was.ChangeLog)+1 || id.ChangeLog[0].Label.Key() != id.Label.Key() || id.ChangeLog[0].Date != on || id.ChangeLog[0].Text != "Nothing but the number | a test." {
			t.Errorf("%s: the change log reads %+v", name, id.ChangeLog)
		}
		if res.Touched != 0 || len(res.Notes) > 0 {
			t.Errorf("%s: touched %v, %q", name, res.Touched, res.Notes)
		}
		if _, err := surgery.Apply(res.Source, plan); !errors.Is(err, surgery.ErrDone) {
			t.Errorf("%s: again: %v", name, err)
		}
	}
}

func FuzzApply(f *testing.F) {
	kinds := []surgery.Kind{surgery.Append, surgery.InsertAfter, surgery.NewChild, surgery.AddRow, surgery.Replace, surgery.ReplaceCell, surgery.Delete, "log", "bump"}
	src := "---\nversion: V1\n---\n# 1 A\n\nOne *two* `three`.\n\n- x\n- y\n\n## 1.1 B\n\n| k | v |\n|---|--:|\n| p | 1 |\n\nSet\n---\n\n```\n# c\n```\n> # q\n"
	for k := range kinds {
		f.Add([]byte(src), uint8(k), uint8(1), "two", "four", "p")
	}
	f.Add([]byte("# Change Log\r\n\r\n- V1: a\r\n"), uint8(7), uint8(0), "b", "V2", "")
	f.Fuzz(func(t *testing.T, src []byte, k, sec uint8, a, b, c string) {
		l, err := markdown.Locate(src)
		if err != nil || len(l.Places) == 0 {
			return
		}
		kind := kinds[int(k)%len(kinds)]
		e := surgery.Edit{Kind: kind, Section: "#" + l.Reading.Sections[int(sec)%len(l.Places)].Anchor, Text: a, Heading: b, Old: a, New: b, Row: c, Column: "v", Cells: []string{a, b}}
		plan := surgery.Plan{Edits: []surgery.Edit{e}}
		switch kind {
		case "log":
			plan = surgery.Plan{Log: &surgery.Log{Version: b, Date: corpus.Date{Year: 2026, Month: 4, Day: 27}, Rows: []surgery.LogRow{{Text: a}}}}
		case "bump":
			plan = surgery.Plan{Bump: &surgery.Bump{Version: b, Date: corpus.Date{Year: 2026, Month: 4, Day: 27}, Supersedes: a}}
		case surgery.InsertAfter, surgery.NewChild:
			plan.Edits[0].Text = c
		}
		r, err := surgery.Apply(src, plan)
		if err != nil {
			if !known(err) || r.Source != nil {
				t.Fatalf("%v with %d bytes", err, len(r.Source))
			}
			return
		}
		outside(t, src, r)
		if kind != "bump" {
			untouched(t, src, r)
		}
		if again, err := surgery.Apply(r.Source, plan); err == nil {
			t.Fatalf("%+v applied twice:\n%q\n%q\n%q", plan, src, r.Source, again.Source)
		}
	})
}
