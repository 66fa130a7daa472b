package surgery_test

import (
	"flag"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"

	"substrate/capture/surgery"
	"substrate/corpus/markdown"
)

var update = flag.Bool("update", false, "write what comes out into the cases")

// TestCases runs testdata/*.txtar: a source, a plan, and the source that comes of it or the words of the error. In the comment,
// "crlf" runs the case with line ends of two bytes, and "bare end" without a final one.
func TestCases(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	if len(files) < 40 {
		t.Fatalf("only %d cases", len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			part := map[string]string{}
			for _, f := range a.Files {
				part[f.Name] = string(f.Data)
			}
			form := func(s string) string {
				s = strings.ReplaceAll(s, "␠", " ")
				if strings.Contains(string(a.Comment), "bare end") {
					s = strings.TrimSuffix(s, "\n")
				}
				if strings.Contains(string(a.Comment), "crlf") {
					s = strings.ReplaceAll(s, "\n", "\r\n")
				}
				return s
			}
			var plan surgery.Plan
			dec := yaml.NewDecoder(strings.NewReader(part["plan.yaml"]))
			dec.KnownFields(true)
			if err := dec.Decode(&plan); err != nil {
				t.Fatal(err)
			}
			src := form(part["source.md"])
			r, err := surgery.Apply([]byte(src), plan)
			if *update {
				rewrite(t, file, a, r, err)
				return
			}
			if want, ok := part["error"]; ok {
				if err == nil {
					t.Fatalf("no error, but\n%s", r.Source)
				}
				if strings.TrimSpace(want) != err.Error() {
					t.Fatalf("got the error\n%v\nwant\n%s", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := form(part["want.md"]); string(r.Source) != want {
				t.Fatalf("got\n%q\nwant\n%q", r.Source, want)
			}
			outside(t, []byte(src), r)
			if again, err := surgery.Apply(r.Source, plan); err == nil {
				t.Errorf("applied twice:\n%s", again.Source)
			}
		})
	}
}

func rewrite(t *testing.T, file string, a *txtar.Archive, r surgery.Result, err error) {
	t.Helper()
	kept := a.Files[:0]
	for _, f := range a.Files {
		if f.Name != "want.md" && f.Name != "error" {
			kept = append(kept, f)
		}
	}
	if err != nil {
		a.Files = append(kept, txtar.File{Name: "error", Data: []byte(err.Error() + "\n")})
	} else {
		s := strings.ReplaceAll(string(r.Source), "\r\n", "\n")
		if !strings.HasSuffix(s, "\n") {
			s += "\n"
		}
		ls := strings.Split(s, "\n")
		for i, l := range ls {
			if k := len(strings.TrimRight(l, " ")); k < len(l) {
				ls[i] = l[:k] + strings.Repeat("␠", len(l)-k)
			}
		}
		a.Files = append(kept, txtar.File{Name: "want.md", Data: []byte(strings.Join(ls, "\n"))})
	}
	if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

// outside holds that the result differs from the source in the reported places only.
func outside(t *testing.T, src []byte, r surgery.Result) {
	t.Helper()
	var old, now []markdown.Span
	for _, d := range r.Done {
		old, now = append(old, d.Old), append(now, d.New)
	}
	if a, b := without(t, src, old), without(t, r.Source, now); a != b {
		t.Fatalf("bytes outside the reported places changed:\n%q\n%q", a, b)
	}
}

func without(t *testing.T, b []byte, spans []markdown.Span) string {
	t.Helper()
	sort.Slice(spans, func(i, j int) bool { return spans[i].Start < spans[j].Start })
	var sb strings.Builder
	at := 0
	for _, s := range spans {
		if s.Start < 0 || s.End > len(b) || s.Start > s.End {
			t.Fatalf("a place %v of %d bytes", s, len(b))
		}
		if s.Start > at {
			sb.Write(b[at:s.Start])
		}
		at = max(at, s.End)
	}
	sb.Write(b[at:])
	return sb.String()
}
