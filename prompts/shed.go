package prompts

import (
	"fmt"
	"sort"
	"strings"
)

// BudgetError says that a text cannot be made small enough.
type BudgetError struct {
	Budget   int // tokens that were asked for
	Smallest int // the smallest budget that works for these facts and options, in tokens
	What     string
}

func (e *BudgetError) Error() string {
	return fmt.Sprintf("a budget of %d tokens is too small: %s alone need %d; ask for at least %d", e.Budget, e.What, e.Smallest, e.Smallest)
}

// Cut is one kind of thing that was left out.
type Cut struct {
	What  string `json:"what"`
	Left  int    `json:"left_out"`
	Of    int    `json:"of"`
	Where string `json:"where"` // where it can be found
}

// cutLines tells cuts, those with one place to look in one line.
func cutLines(list []Cut) []string {
	var order []string
	byPlace := map[string][]string{}
	for _, c := range list {
		what := c.What
		if c.Of > 1 {
			what = fmt.Sprintf("%s (%d of %d)", what, c.Left, c.Of)
		}
		if byPlace[c.Where] == nil {
			order = append(order, c.Where)
		}
		byPlace[c.Where] = append(byPlace[c.Where], what)
	}
	for i, where := range order {
		order[i] = where + ": " + strings.Join(byPlace[where], ", ")
	}
	return order
}

// shed names what can be left out.
type shed int

const (
	shedReasons      shed = iota // why authoritative versions are
	shedOtherReasons             // why other versions are not
	shedGoneReasons
	shedSections // headings that differ
	shedLateUnits
	shedWording // the longer of two wordings
	shedGone
	shedOwner
	shedChanges
	shedDocuments
	shedUnits
	shedSays // the outdated side of drift
	shedDrift
	shedEnding
	shedUnknown
	shedRole
	sheds
)

// How each cut is called, and where a reader finds what is missing: a tool, which has the name of the command, or a prompt.
var cutWords = [sheds][2]string{
	shedReasons:      {"reasons of authoritative versions", "`documents`"},
	shedOtherReasons: {"reasons of other versions", "`documents`"},
	shedGoneReasons:  {"reasons of what is not here", "`documents`"},
	shedSections:     {"headings that differ", "`changes`"},
	shedLateUnits:    {"parts of the priorities", "`read`"},
	shedWording:      {"longer wording", "the whole system prompt"},
	shedGone:         {"what is not here", "`documents`"},
	shedOwner:        {"the owner's text", "the whole system prompt"},
	shedChanges:      {"changes", "`changes`"},
	shedDocuments:    {"versions on the shelf", "`documents`"},
	shedUnits:        {"parts of the priorities", "`read`"},
	shedSays:         {"what documents say where drift is open", "`drift`"},
	shedDrift:        {"open drift entries", "`drift`"},
	shedEnding:       {"how to end a session", "prompt `end-session`"},
	shedUnknown:      {"what to say when nothing is recorded", "the whole system prompt"},
	shedRole:         {"what the reader is here for", "the whole system prompt"},
}

// The order of shedding: what misleads nobody by its absence goes first, what is known to be wrong in the documents goes last.
// Wording goes before rows: the same said shortly leaves room for facts. How to end a session and what to say when nothing is
// recorded are short by then and hold in every session, so they outlive rows.
var (
	systemOrder = []shed{shedReasons, shedGoneReasons, shedOtherReasons, shedWording, shedGone, shedOwner, shedDocuments, shedSays, shedDrift, shedRole, shedEnding, shedUnknown}
	briefOrder  = []shed{shedReasons, shedOtherReasons, shedSections, shedLateUnits, shedOwner, shedChanges, shedUnits, shedDocuments, shedSays, shedDrift}
)

// keptUnits is how many parts of the priorities outlive the changes.
const keptUnits = 8

// levels says how many of each kind are left out.
type levels [sheds]int

// all counts what there is of each kind.
func (s *state) all() levels {
	var n levels
	count := func(k shed, holds bool) {
		if holds {
			n[k]++
		}
	}
	for _, d := range s.docs {
		count(shedDocuments, true)
		count(shedReasons, d.Because != "" && d.plain())
		count(shedOtherReasons, d.Because != "" && !d.plain())
	}
	for _, g := range s.gone {
		count(shedGone, true)
		count(shedGoneReasons, g.Because != "")
	}
	for _, c := range s.changes {
		count(shedChanges, true)
		count(shedSections, len(c.Sections) > 0)
	}
	for _, d := range s.drift {
		count(shedDrift, true)
		count(shedSays, d.Says != "")
	}
	n[shedLateUnits] = max(0, len(s.units)-keptUnits)
	n[shedUnits] = min(keptUnits, len(s.units))
	count(shedOwner, s.owner != "")
	n[shedEnding], n[shedUnknown], n[shedRole], n[shedWording] = 1, 1, 1, 1
	return n
}

func (d DocumentField) plain() bool { return d.Standing == "authoritative" }

// fit leaves out as little as the order allows until cost is within the budget; 0 is no limit. start is left out anyway.
func fit(order []shed, all, start levels, budget int, cost func(levels) (int, error)) (levels, error) {
	now := start
	c, err := cost(now)
	if err != nil || budget == 0 || c <= budget {
		return now, err
	}
	for _, k := range order {
		if now[k] == all[k] {
			continue
		}
		from, rest := now[k], now
		rest[k] = all[k]
		less, err := cost(rest)
		if err != nil {
			return now, err
		}
		if less >= c {
			continue // to tell that it was left out costs more than to tell it
		}
		if c = less; c > budget {
			now = rest
			continue
		}
		// Rows cost about the same, so fewer of them cost less: the fewest that must go can be halved for.
		n := sort.Search(all[k]-from-1, func(i int) bool {
			try := now
			try[k] = from + i + 1
			c, e := cost(try)
			if e != nil {
				err = e
			}
			return e == nil && c <= budget
		})
		now[k] = from + n + 1
		return now, err
	}
	return now, &BudgetError{Budget: budget, Smallest: c}
}

// cuts tells what levels leave out.
func cuts(order []shed, now, all levels) []Cut {
	var out []Cut
	for _, k := range order {
		if now[k] == 0 {
			continue
		}
		c := Cut{What: cutWords[k][0], Left: now[k], Of: all[k], Where: cutWords[k][1]}
		switch k {
		case shedReasons, shedOtherReasons:
			if now[shedDocuments] == all[shedDocuments] {
				continue // the rows are gone, and told
			}
		case shedGoneReasons:
			if now[shedGone] == all[shedGone] {
				continue
			}
		case shedSections:
			if now[shedChanges] == all[shedChanges] {
				continue
			}
		case shedSays:
			if now[shedDrift] == all[shedDrift] {
				continue
			}
		case shedLateUnits:
			c.Left, c.Of = now[k]+now[shedUnits], all[k]+all[shedUnits]
		case shedUnits:
			if now[shedLateUnits] > 0 {
				continue // told already
			}
		}
		out = append(out, c)
	}
	return out
}
