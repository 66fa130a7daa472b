package deploy_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"substrate/metrics"
)

var update = flag.Bool("update", false, "write the table of metrics in README.md")

// program is one of Debian's, from the path or from where scripts/debs puts it.
func program(t *testing.T, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	cache := os.Getenv("SUBSTRATE_TEST_CACHE")
	if cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		cache = filepath.Join(dir, "substrate-test")
	}
	path := filepath.Join(cache, "debs", name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is missing (%v); run scripts/debs", name, err)
	}
	return path
}

func read(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// known is every name that a query may use: metrics as they are sent, and labels.
func known() (names, labels map[string]bool) {
	names, labels = map[string]bool{"up": true, "process_resident_memory_bytes": true}, map[string]bool{"job": true, "instance": true, "le": true}
	for _, d := range metrics.Descriptions() {
		if d.Type == "histogram" {
			for _, end := range []string{"_bucket", "_sum", "_count"} {
				names[d.Name+end] = true
			}
		} else {
			names[d.Name] = true
		}
		for _, l := range d.Labels {
			labels[l] = true
		}
	}
	return names, labels
}

var (
	series  = regexp.MustCompile(`\b(substrate_\w+|process_\w+|go_\w+)`)
	matcher = regexp.MustCompile(`(\w+)\s*(?:=~|!~|!=|=)\s*"`)
	grouped = regexp.MustCompile(`\bby \(([^)]*)\)`)
	quoted  = regexp.MustCompile(`"[^"]*"`)
)

func checkQuery(t *testing.T, where, query string) {
	t.Helper()
	names, labels := known()
	for _, n := range series.FindAllString(quoted.ReplaceAllString(query, `""`), -1) {
		if !names[n] {
			t.Errorf("%s: no metric is named %s", where, n)
		}
	}
	var used []string
	for _, m := range matcher.FindAllStringSubmatch(query, -1) {
		used = append(used, m[1])
	}
	for _, m := range grouped.FindAllStringSubmatch(query, -1) {
		used = append(used, strings.FieldsFunc(m[1], func(r rune) bool { return r == ',' || r == ' ' })...)
	}
	for _, l := range used {
		if !labels[l] {
			t.Errorf("%s: no metric has a label %s", where, l)
		}
	}
}

func TestRules(t *testing.T) {
	promtool := program(t, "promtool")
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("prometheus")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "substrate.token"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"check", "config", "prometheus.yml"}, {"check", "rules", "substrate.rules.yml"}, {"test", "rules", "substrate.rules.test.yml"}} {
		c := exec.Command(promtool, args...)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// Each alert must be tested raised and silent, and name what there is.
func TestEveryAlertIsTested(t *testing.T) {
	var rules struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	var tests struct {
		Tests []struct {
			Cases []struct {
				Alert  string `yaml:"alertname"`
				Raised []any  `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		}
	}
	for file, into := range map[string]any{"prometheus/substrate.rules.yml": &rules, "prometheus/substrate.rules.test.yml": &tests} {
		if err := yaml.Unmarshal([]byte(read(t, file)), into); err != nil {
			t.Fatal(err)
		}
	}
	raised, silent := map[string]bool{}, map[string]bool{}
	for _, x := range tests.Tests {
		for _, c := range x.Cases {
			raised[c.Alert] = raised[c.Alert] || len(c.Raised) > 0
			silent[c.Alert] = silent[c.Alert] || len(c.Raised) == 0
		}
	}
	n := 0
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			n++
			checkQuery(t, r.Alert, r.Expr)
			if !raised[r.Alert] || !silent[r.Alert] {
				t.Errorf("%s is tested raised: %v, silent: %v", r.Alert, raised[r.Alert], silent[r.Alert])
			}
		}
	}
	if n == 0 {
		t.Fatal("there are no alerts")
	}
}

func TestDashboard(t *testing.T) {
	var board struct {
		Panels []struct {
			ID      int
			Title   string
			Pos     struct{ X, Y, W, H int } `json:"gridPos"`
			Targets []struct{ Expr string }
		}
		Templating struct {
			List []struct{ Name string }
		}
	}
	if err := json.Unmarshal([]byte(read(t, "grafana/substrate.json")), &board); err != nil {
		t.Fatal(err)
	}
	if len(board.Panels) == 0 {
		t.Fatal("there are no panels")
	}
	variables := []string{"__rate_interval"}
	for _, v := range board.Templating.List {
		variables = append(variables, v.Name)
	}
	type rule struct{ Record, Expr string }
	var rules []rule
	ids, taken, shown := map[int]string{}, map[[2]int]string{}, ""
	for _, p := range board.Panels {
		if ids[p.ID] != "" {
			t.Errorf("%q and %q have one id", p.Title, ids[p.ID])
		}
		ids[p.ID] = p.Title
		for x := p.Pos.X; x < p.Pos.X+p.Pos.W; x++ {
			for y := p.Pos.Y; y < p.Pos.Y+p.Pos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" && other != p.Title || x > 23 {
					t.Errorf("%q lies on %q, or outside", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		if len(p.Targets) == 0 {
			t.Errorf("%q asks for nothing", p.Title)
		}
		for _, q := range p.Targets {
			checkQuery(t, p.Title, q.Expr)
			for _, v := range regexp.MustCompile(`\$(\w+)`).FindAllStringSubmatch(q.Expr, -1) {
				if !slices.Contains(variables, v[1]) {
					t.Errorf("%q: no variable $%s", p.Title, v[1])
				}
			}
			shown += q.Expr + "\n"
			rules = append(rules, rule{fmt.Sprintf("panel:%d:%d", p.ID, len(rules)), strings.NewReplacer("$__rate_interval", "5m", "$instance", ".*").Replace(q.Expr)})
		}
	}
	for _, d := range metrics.Descriptions() {
		if !strings.Contains(shown, d.Name) {
			t.Errorf("%s is on no panel", d.Name)
		}
	}
	// promtool reads the queries as rules that record them.
	raw, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "panels", "rules": rules}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "panels.yml")
	if err := os.WriteFile(file, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(program(t, "promtool"), "check", "rules", file).CombinedOutput(); err != nil {
		t.Errorf("a query is wrong: %v\n%s", err, out)
	}
}

// The table of metrics says what the program says.
func TestReadme(t *testing.T) {
	const from, to = "<!-- metrics -->\n", "<!-- /metrics -->"
	text := read(t, "README.md")
	head, rest, ok := strings.Cut(text, from)
	_, tail, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatal("README.md has no place for the table")
	}
	var table strings.Builder
	table.WriteString("| metric | type | labels | what it is |\n| --- | --- | --- | --- |\n")
	for _, d := range metrics.Descriptions() {
		labels := ""
		for _, l := range d.Labels {
			labels += " `" + l + "`"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", d.Name, d.Type, strings.TrimSpace(labels), d.Help)
	}
	want := head + from + table.String() + to + tail
	if *update {
		if err := os.WriteFile("README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if text != want {
		t.Error("README.md does not list the metrics as they are; run go test ./deploy -run Readme -update")
	}
	for _, file := range regexp.MustCompile("(?m)^\\| `(\\w+/\\S+)`").FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(file[1]); err != nil {
			t.Error(err)
		}
	}
}
