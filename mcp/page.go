package mcp

import "fmt"

// paged packs as many whole items as the budget holds, from where the cursor stands. An item that no answer of this budget can
// hold is passed over and said to be: it is never cut. rev is what the count depends on, the cascade or the version.
func paged[T any, A Answer](all []T, at cursor, rev, budget int, what string, build func(items []T, leftOut, cursor string) A) A {
	rest := all[min(at.At, len(all)):]
	further := func(n int) string {
		next := at
		next.At, next.Rev = at.At+n, rev
		return next.String()
	}
	n, out := fit(len(rest), budget, func(n int) A {
		if n == len(rest) {
			return build(rest, "", "")
		}
		return build(rest[:n], count(len(rest)-n, "more "+what)+": call again with cursor", further(n))
	})
	if n > 0 || len(rest) == 0 {
		return out
	}
	left := fmt.Sprintf("one %s is passed over, it needs a budget of %d", what, cost(build(rest[:1], "", "")))
	if len(rest) == 1 {
		return build(nil, left, "")
	}
	return build(nil, fmt.Sprintf("%s; %s: call again with cursor", left, count(len(rest)-1, "more "+what)), further(1))
}
