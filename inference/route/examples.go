package route

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"
)

// Example is a prompt with its task, as a person labels it.
type Example struct {
	Task   Task
	Prompt string
	Vector []float32 // filled by the caller with an embedding of Prompt
}

// ReadExamples reads lines of a task, a tab and a prompt; empty lines and lines from # are passed over.
func ReadExamples(r io.Reader) ([]Example, error) {
	var out []Example
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<20)
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimRight(sc.Text(), "\r")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		task, prompt, ok := strings.Cut(line, "\t")
		if !ok || strings.TrimSpace(prompt) == "" {
			return nil, fmt.Errorf("line %d: %q: write a task, a tab and a prompt", n, line)
		}
		t := Task(strings.TrimSpace(task))
		if !Known(t) {
			return nil, fmt.Errorf("line %d: %q is no task: use one of %s", n, task, join(Tasks))
		}
		out = append(out, Example{Task: t, Prompt: strings.TrimSpace(prompt)})
	}
	return out, sc.Err()
}

// Nearest finds the task of a prompt by its closest examples: the votes of the k nearest, each weighed by its cosine.
// sure is false when the winner leads by less than a tenth, or nothing is close; the caller then asks otherwise.
func Nearest(vector []float32, examples []Example, k int) (task Task, because string, sure bool) {
	type near struct {
		cos float64
		ex  Example
	}
	var best []near
	for _, e := range examples {
		c := cosine(vector, e.Vector)
		i := len(best)
		for i > 0 && best[i-1].cos < c {
			i--
		}
		if i < k {
			best = append(best[:i], append([]near{{c, e}}, best[i:]...)...)
			best = best[:min(len(best), k)]
		}
	}
	if len(best) == 0 || best[0].cos <= 0 {
		return "", "no example is close", false
	}
	votes := map[Task]float64{}
	sum := 0.0
	for _, b := range best {
		votes[b.ex.Task] += max(b.cos, 0)
		sum += max(b.cos, 0)
	}
	var second float64
	for _, b := range best { // in order of closeness, so that equal votes fall to the closest
		if votes[b.ex.Task] > votes[task] {
			task = b.ex.Task
		}
	}
	for t, v := range votes {
		if t != task {
			second = max(second, v)
		}
	}
	return task, fmt.Sprintf("closest example (%.2f): %q", best[0].cos, best[0].ex.Prompt), votes[task]-second >= 0.1*sum
}

func cosine(a, b []float32) float64 {
	if len(a) == 0 || len(a) != len(b) {
		return 0
	}
	var dot, na, nb float64
	for i := range a {
		dot += float64(a[i]) * float64(b[i])
		na += float64(a[i]) * float64(a[i])
		nb += float64(b[i]) * float64(b[i])
	}
	if na == 0 || nb == 0 {
		return 0
	}
	return dot / math.Sqrt(na*nb)
}
