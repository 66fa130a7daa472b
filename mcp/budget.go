package mcp

import (
	"encoding/json"
	"sort"
)

// Budgets in tokens. A token is taken to be four bytes, which for English text is on the safe side and for other
// scripts far on it.
const (
	defaultBudget = 2000
	minBudget     = 500
	maxBudget     = 50_000
	bytesPerToken = 4
)

// tokens is the most that so many bytes can be expected to cost.
func tokens(n int) int { return (n + bytesPerToken - 1) / bytesPerToken }

// cost is what an answer costs whoever reads all of it as it comes: text, value and links. A client may show a model any
// of them.
func cost(a Answer) int {
	n := resultFrame + encoded(a.Text()) + encoded(a)
	for _, l := range a.Links() {
		n += linkFrame + len(l.URI) + len(l.Name)
	}
	return tokens(n)
}

// What the protocol puts around a link, and around a result with its text.
const (
	linkFrame   = 90
	resultFrame = 160
)

// encoded counts the bytes of a value as JSON, without the escapes that only a web page would need.
func encoded(v any) int {
	var n counter
	e := json.NewEncoder(&n)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return maxBudget * bytesPerToken // our own types; an answer that cannot be written fits nowhere
	}
	return int(n)
}

type counter int

func (c *counter) Write(b []byte) (int, error) { *c += counter(len(b)); return len(b), nil }

func budgetOf(asked int) (int, error) {
	switch {
	case asked == 0:
		return defaultBudget, nil
	case asked < minBudget || asked > maxBudget:
		return 0, mendf("budget %d: ask for %d to %d tokens, or leave it out for %d", asked, minBudget, maxBudget, defaultBudget)
	}
	return asked, nil
}

// fit is the greatest n up to most for which build(n) fits the budget, and what it built. It is at least 0. It looks at small n
// first: what it costs grows with the answer, not with all there is.
func fit[A Answer](most, budget int, build func(n int) A) (int, A) {
	high := 1
	for high < most && cost(build(high)) <= budget {
		high *= 2
	}
	high = min(high, most)
	n := sort.Search(high, func(i int) bool { return cost(build(i+1)) > budget })
	return n, build(n)
}
