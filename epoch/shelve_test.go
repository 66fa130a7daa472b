package epoch_test

import (
	"fmt"
	"math/rand"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"substrate/corpus"
	"substrate/epoch"
)

type shelfCase struct {
	name  string
	rules epoch.Rules
	eds   []epoch.Edition
	want  []string // per edition: standing, rule, and perhaps the label that replaced it
}

func readCases(t *testing.T) []shelfCase {
	t.Helper()
	raw, err := os.ReadFile("testdata/shelves.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []shelfCase
	for n, line := range strings.Split(string(raw), "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "== "):
			out = append(out, shelfCase{name: line[3:]})
		case line == "rules none":
			out[len(out)-1].rules.NoSnapshots = true
		case strings.HasPrefix(line, "epoch "):
			c := &out[len(out)-1]
			f := strings.SplitN(line[6:], " marker=", 2)
			name, rest, _ := strings.Cut(f[0], " version")
			ver, doc, _ := strings.Cut(rest, "@")
			e := epoch.Named{Name: name, Rules: []epoch.Rule{{Version: ver, Document: corpus.Slug(doc)}}}
			if len(f) == 2 {
				e.Rules = append(e.Rules, epoch.Rule{Marker: f[1]})
			}
			c.rules.Epochs = append(c.rules.Epochs, e)
		default:
			c := &out[len(out)-1]
			left, want, ok := strings.Cut(line, "=>")
			f := strings.Split(left, "|")
			if !ok || len(f) != 6 {
				t.Fatalf("shelves.txt:%d: %q", n+1, line)
			}
			for i := range f {
				f[i] = strings.TrimSpace(f[i])
			}
			date, err := corpus.ParseISODate(f[2])
			if err != nil {
				t.Fatal(err)
			}
			e := epoch.Edition{Key: fmt.Sprintf("%02d", len(c.eds)), Title: f[0], Label: corpus.ParseLabel(f[1]), Date: date, Marker: f[3], File: fmt.Sprintf("file%d.pdf", len(c.eds))}
			if f[4] != "" {
				i := strings.LastIndex(f[4], " ")
				e.Supersedes = []corpus.Claim{{Title: strings.TrimSpace(f[4][:max(i, 0)]), Label: corpus.ParseLabel(f[4][i+1:])}}
			}
			for _, flag := range strings.Fields(f[5]) {
				k, v, _ := strings.Cut(flag, "=")
				switch k {
				case "conflict":
					e.Conflict = "cover says V3.7, file name says V3.8"
				case "decided":
					e.Decided = true
				case "text":
					e.Text = v
				case "path":
					e.Path = v
				case "seq":
					e.Seq, _ = strconv.Atoi(v)
				default:
					t.Fatalf("shelves.txt:%d: flag %q", n+1, k)
				}
			}
			c.eds = append(c.eds, e)
			c.want = append(c.want, strings.TrimSpace(want))
		}
	}
	if len(out) == 0 {
		t.Fatal("no cases")
	}
	return out
}

func TestShelves(t *testing.T) {
	for _, c := range readCases(t) {
		t.Run(c.name, func(t *testing.T) {
			if err := c.rules.Check(); err != nil {
				t.Fatal(err)
			}
			shelf := epoch.Shelve(c.eds, c.rules)
			label := map[string]string{}
			for _, e := range c.eds {
				label[e.Key] = e.Label.String()
			}
			for i, e := range c.eds {
				v := shelf.Verdicts[e.Key]
				want := strings.SplitN(c.want[i], " ", 3)
				if string(v.Standing) != want[0] || v.Rule != want[1] {
					t.Errorf("%s %s: %s %s (%s), want %s", e.Title, e.Label, v.Standing, v.Rule, v.Because, c.want[i])
				}
				if len(want) == 3 && label[v.ReplacedBy] != want[2] {
					t.Errorf("%s %s: replaced by %q, want %q", e.Title, e.Label, label[v.ReplacedBy], want[2])
				}
				if v.Because == "" {
					t.Errorf("%s %s: no because", e.Title, e.Label)
				}
				if v.Standing == epoch.Superseded && v.Findable {
					t.Errorf("%s %s: superseded and findable", e.Title, e.Label)
				}
			}
		})
	}
}

func TestOrderOfArrivalChangesNothing(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for _, c := range readCases(t) {
		want := epoch.Shelve(c.eds, c.rules)
		for range 20 {
			eds := append([]epoch.Edition(nil), c.eds...)
			r.Shuffle(len(eds), func(i, j int) { eds[i], eds[j] = eds[j], eds[i] })
			if got := epoch.Shelve(eds, c.rules); !reflect.DeepEqual(got, want) {
				t.Fatalf("%s: %+v is not %+v", c.name, got, want)
			}
		}
	}
}

// TestPromises draws random libraries: every edition has a verdict, a document has at most one current edition, every
// document that is not split stays findable, and nothing superseded is findable.
func TestPromises(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	titles := []string{"Guide", "Manual", "The Guide", "Notes", "Plan"}
	labels := []string{"", "V1.0", "V1.1", "V2.0", "V10.0", "Rev A", "Rev B", "2026-03", "Draft", "1.2-draft", "2.0-rc1", "Issue 2"}
	dates := []string{"", "2025-01-01", "2026-01-01", "2026-05-01"}
	marks := []string{"", "EPOCH 1", "EPOCH 2", "EPOCH 3"}
	for range 3000 {
		var eds []epoch.Edition
		for i := range r.Intn(8) {
			d, _ := corpus.ParseISODate(dates[r.Intn(len(dates))])
			e := epoch.Edition{Key: fmt.Sprint(i), File: fmt.Sprint(i), Title: titles[r.Intn(len(titles))], Label: corpus.ParseLabel(labels[r.Intn(len(labels))]), Date: d, Marker: marks[r.Intn(len(marks))], Decided: r.Intn(9) == 0}
			if r.Intn(6) == 0 {
				e.Supersedes = []corpus.Claim{{Title: titles[r.Intn(len(titles))], Label: corpus.ParseLabel("V1.0")}}
			}
			if r.Intn(9) == 0 {
				e.Conflict = "x"
			}
			eds = append(eds, e)
		}
		shelf := epoch.Shelve(eds, epoch.Rules{})
		if len(shelf.Verdicts) != len(eds) {
			t.Fatalf("%d verdicts for %d editions", len(shelf.Verdicts), len(eds))
		}
		listed, heirs := 0, map[string]map[string]bool{}
		for _, e := range eds {
			for _, c := range e.Supersedes {
				f := string(epoch.GroupSlug(c.Title))
				if heirs[f] == nil {
					heirs[f] = map[string]bool{}
				}
				heirs[f][string(epoch.GroupSlug(e.Title))] = true
			}
		}
		for _, d := range shelf.Documents {
			listed += len(d.Editions)
			current, findable, retired := 0, 0, false
			for _, k := range d.Editions {
				v := shelf.Verdicts[k]
				if v.Standing == epoch.Authoritative || v.Standing == epoch.Historical {
					current++
					if d.Current != k {
						t.Fatalf("current of %s is %q, but %q is %s", d.Slug, d.Current, k, v.Standing)
					}
				}
				if v.Findable {
					findable++
				}
				if v.Findable && v.Standing == epoch.Superseded {
					t.Fatalf("superseded and findable: %+v", v)
				}
				retired = retired || strings.Contains(v.Because, "each say")
			}
			if current > 1 || current == 0 && findable == 0 && !retired {
				t.Fatalf("%s has %d current and %d findable editions:\n%+v\n%+v", d.Slug, current, findable, eds, shelf)
			}
		}
		if listed != len(eds) {
			t.Fatalf("%d editions listed of %d: %+v", listed, len(eds), shelf)
		}
	}
}
