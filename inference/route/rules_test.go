package route_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"substrate/inference/route"
)

type labelled struct {
	task   route.Task
	prompt string
}

func read(t *testing.T, name string) []labelled {
	t.Helper()
	f, err := os.Open("../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []labelled
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		task, prompt, ok := strings.Cut(sc.Text(), "\t")
		if !ok || !route.Known(route.Task(task)) {
			t.Fatalf("%s: %q: want a task, a tab and a prompt", name, sc.Text())
		}
		out = append(out, labelled{route.Task(task), prompt})
	}
	if len(out) != 75 {
		t.Fatalf("%s holds %d prompts, want 75", name, len(out))
	}
	return out
}

func accuracy(t *testing.T, name string, show bool) float64 {
	right := 0
	list := read(t, name)
	by := map[route.Task][2]int{}
	for _, l := range list {
		got := route.Rules(l.prompt, false)
		n := by[l.task]
		n[1]++
		if got.Task == l.task {
			right++
			n[0]++
		} else if show {
			t.Logf("%s: want %s, got %s by rule %q (%s)", l.prompt, l.task, got.Task, got.Rule, got.Because)
		}
		by[l.task] = n
	}
	for _, task := range route.Tasks {
		if n := by[task]; n[1] > 0 {
			t.Logf("%-10s %d of %d", task, n[0], n[1])
		}
	}
	a := float64(right) / float64(len(list))
	t.Logf("%s: rules alone %d of %d (%.0f %%)", name, right, len(list), 100*a)
	return a
}

// The prompts that the rules were made with.
func TestRulesOnSeenPrompts(t *testing.T) {
	if a := accuracy(t, "routing.tsv", true); a < 0.95 {
		t.Errorf("the rules find %.2f of the prompts that they were made with", a)
	}
}

func TestRulesReadAroundALongText(t *testing.T) {
	body := strings.Repeat("The freezer is compared with the other and classified why. ", 60)
	for want, prompt := range map[route.Task]string{
		route.Classify: "Classify this text as legal or technical:\n" + body,
		route.Long:     body,
		route.Code:     body + "\nNow write a Python script that finds such sentences.",
	} {
		if want == route.Long {
			prompt = strings.Repeat("Rows of figures, one below the other. ", 60)
		}
		if got := route.Rules(prompt, false); got.Task != want {
			t.Errorf("%q…: got %s by %q, want %s", prompt[:40], got.Task, got.Rule, want)
		}
	}
}

func TestPicturesGoToVision(t *testing.T) {
	got := route.Rules("What does it say?", true)
	if got.Task != route.Vision || got.Because == "" {
		t.Errorf("got %+v", got)
	}
}

// Prompts that were written before the rules, by the same hand; nothing was mended by what this test shows. The bound
// only catches a rule that breaks them; the figure is in the log.
func TestRulesOnPromptsKeptApart(t *testing.T) {
	if a := accuracy(t, "routing-unseen.tsv", false); a < 0.6 {
		t.Errorf("the rules find only %.2f of the prompts kept apart", a)
	}
}
