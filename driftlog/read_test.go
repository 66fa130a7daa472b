package driftlog_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"substrate/corpus"
	"substrate/corpus/markdown"
	"substrate/driftlog"
)

// TestLogs reads the drift logs of testdata/logs, each a Markdown document below what is wanted of it. A share of the cases
// has forms that nobody promised to read; the test holds the share that is read whole, and that no trap is taken for a log.
func TestLogs(t *testing.T) {
	files, err := filepath.Glob("testdata/logs/*.txt")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	entries, read, invented := 0, 0, 0
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		head, doc, ok := strings.Cut(string(raw), "\n---\n")
		if !ok {
			t.Fatalf("%s has no document", f)
		}
		want, trap := wanted(head)
		got, problems := logOf(t, doc)
		name := filepath.Base(f)
		if trap {
			if len(got) > 0 || len(problems) > 0 {
				t.Errorf("%s: taken for a drift log: %v %v", name, got, problems)
			}
			continue
		}
		for i, w := range want {
			entries++
			switch {
			case i < len(got) && got[i] == w:
				read++
			case i < len(got):
				t.Logf("%s:\n got  %s\n want %s", name, got[i], w)
			default:
				t.Logf("%s: not read: %s", name, w)
			}
		}
		if len(got) > len(want) {
			invented += len(got) - len(want)
			t.Logf("%s: invented: %v", name, got[len(want):])
		}
		for _, p := range problemLines(head) {
			if !reported(problems, p) {
				t.Logf("%s: not reported: row %s %q, but %v", name, p[1], p[2], problems)
			}
		}
	}
	t.Logf("%d entries, %d read whole, %d invented", entries, read, invented)
	if float64(read) < 0.85*float64(entries) || invented > entries/50 {
		t.Errorf("%d of %d entries were read whole, %d were invented", read, entries, invented)
	}
}

var wantLine = regexp.MustCompile(`(?m)^want: (.*)$`)

// wanted are the entries that a case asks for, in one form.
func wanted(head string) (out []string, trap bool) {
	for _, m := range wantLine.FindAllStringSubmatch(head, -1) {
		switch {
		case m[1] == "none":
			trap = true
		case strings.HasPrefix(m[1], "problem "):
		default:
			f := map[string]string{}
			for i, part := range strings.Split(m[1], " | ") {
				k, v, _ := strings.Cut(part, " ")
				switch k {
				case "found", "document", "version", "section", "says", "actually", "status", "by":
					f[k] = strings.Trim(v, `"`)
				default:
					if i == 0 {
						f["id"] = part
					}
				}
			}
			out = append(out, form(f["id"], f["found"], f["document"], f["version"], f["section"], f["says"], f["actually"], f["status"]))
		}
	}
	return out, trap
}

func form(id, found, document, version, section, says, actually, status string) string {
	slug := func(s string) string { return string(corpus.MakeSlug(s)) }
	v := ""
	if version != "" {
		v = corpus.ParseLabel(version).Key()
	}
	id, _, _ = strings.Cut(id, "~")
	return fmt.Sprintf("%s|%s|%s|%s|%s|%s|%s|%s", slug(id), found, slug(document), v, slug(corpus.MakeAnchor(section)), slug(says), slug(actually), status)
}

func logOf(t *testing.T, doc string) (out []string, problems []driftlog.Problem) {
	t.Helper()
	r, err := markdown.Read([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range driftlog.Find(r.Sections, "") {
		entries, p := driftlog.Read(r.Sections, i, false)
		problems = append(problems, p...)
		for _, e := range entries {
			out = append(out, form(e.ID, e.Found.String(), e.Document, e.Version, e.Section, e.Says, e.Actually, string(e.Status)))
		}
	}
	return out, problems
}

func problemLines(head string) [][]string {
	return regexp.MustCompile(`(?m)^want: problem row (\d+) "(.*)"$`).FindAllStringSubmatch(head, -1)
}

func reported(list []driftlog.Problem, want []string) bool {
	for _, p := range list {
		if fmt.Sprint(p.Row) == want[1] && strings.Contains(string(corpus.MakeSlug(p.Text)), string(corpus.MakeSlug(want[2]))) {
			return true
		}
	}
	return false
}

// An entry is settled by a version or a section of it, not by a version whose label only begins alike.
func TestResolvedIn(t *testing.T) {
	for _, c := range []struct {
		by, ref string
		want    bool
	}{{"guide@1.1", "guide@1.1", true}, {"guide@1.1#4.2", "guide@1.1", true}, {"guide@1.10", "guide@1.1", false}, {"guide@1.10#4", "guide@1.1", false}, {"", "guide@1.1", false}} {
		if got := (driftlog.Entry{By: c.by}).ResolvedIn(c.ref); got != c.want {
			t.Errorf("%q by %q: %v", c.by, c.ref, got)
		}
	}
}
