package budget

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Kind is what a part of a prompt is; it decides what may be cut.
type Kind string

// The kinds, in the order in which they stand in the prompt.
const (
	System   Kind = "system"   // never cut
	Drift    Kind = "drift"    // a correction: cut only when no passage is left
	Passage  Kind = "passage"  // cut first
	Question Kind = "question" // never cut
)

// Part is one text of a prompt.
type Part struct {
	Kind     Kind
	ID       string // what it is called in Cut and Packed, such as a citation
	Text     string
	Priority int // among its kind: higher stays longer; equal: the earlier stays
	// Passages that a part is worth nothing without, by ID: a part whose need was cut is cut too.
	Needs []string
}

// Cut is a part that did not fit, with why.
type Cut struct {
	Part
	Why string
}

// Packed is a prompt that fits.
type Packed struct {
	Parts   []Part // in prompt order: system, drift, passages, question; each kind in the order given
	Cut     []Cut
	Tokens  int  // of the whole prompt, counted or estimated
	Exact   bool // Tokens is the server's own count
	Window  int
	Reserve int // room kept for the answer
}

// TooSmallError says that not even what must stay fits, and which window would do.
type TooSmallError struct {
	Window, Reserve int
	Need            int // smallest window, in tokens, that works
}

func (e *TooSmallError) Error() string {
	return fmt.Sprintf("a window of %d tokens is too small: system prompt, question and %d tokens for the answer need %d; "+
		"raise the tier's context, shorten the system prompt or route to a larger window", e.Window, e.Reserve, e.Need)
}

// Counter counts the tokens of a whole prompt with everything that the server adds, or estimates them from above.
type Counter func([]Part) (int, error)

// Pack fits parts into window tokens, of which reserve stay free for the answer. The count is asked about once per part
// at most, seldom where most of them fit; when it is the server's own, exact is true and Tokens is what the server will
// see.
func Pack(parts []Part, window, reserve int, count Counter) (*Packed, error) {
	if window <= 0 {
		return nil, fmt.Errorf("a window of %d tokens: give the size that the server told", window)
	}
	if reserve < 0 {
		return nil, fmt.Errorf("a reserve of %d tokens: it cannot be negative", reserve)
	}
	if len(parts) == 0 {
		return nil, errors.New("nothing to pack: give at least a question")
	}
	room := window - reserve
	var must, may []int
	for i, p := range parts {
		switch p.Kind {
		case System, Question:
			must = append(must, i)
		case Drift, Passage:
			may = append(may, i)
		default:
			return nil, fmt.Errorf("part %q has the unknown kind %q: use system, drift, passage or question", p.ID, p.Kind)
		}
	}
	pk := packer{parts: parts, count: count, in: map[int]bool{}}
	for _, i := range must {
		pk.in[i] = true
	}
	used, err := pk.total()
	if err != nil {
		return nil, err
	}
	if used > room {
		return nil, &TooSmallError{Window: window, Reserve: reserve, Need: used + reserve}
	}
	// Corrections first, then passages; the most important first among each.
	sort.SliceStable(may, func(a, b int) bool {
		x, y := parts[may[a]], parts[may[b]]
		if x.Kind != y.Kind {
			return x.Kind == Drift
		}
		return x.Priority > y.Priority
	})
	passages := sort.Search(len(may), func(i int) bool { return parts[may[i]].Kind == Passage })
	why := map[int]string{}
	if used, err = pk.fill(may[:passages], used, room, why); err != nil {
		return nil, err
	}
	if len(why) > 0 {
		// A passage that is small enough to stand where a correction had no room would outlive it.
		for _, i := range may[passages:] {
			why[i] = "a drift correction already had no room"
		}
	} else if used, err = pk.fill(may[passages:], used, room, why); err != nil {
		return nil, err
	}
	for again := true; again; { // a need may hang on a need
		again = false
		for _, i := range may {
			if missing := pk.missing(i); pk.in[i] && missing != "" {
				delete(pk.in, i)
				why[i] = fmt.Sprintf("it needs %q, which was cut", missing)
				again = true
			}
		}
		if again {
			if used, err = pk.total(); err != nil {
				return nil, err
			}
		}
	}
	out := &Packed{Parts: pk.chosen(), Tokens: used, Window: window, Reserve: reserve}
	for i, p := range parts {
		if !pk.in[i] {
			out.Cut = append(out.Cut, Cut{Part: p, Why: why[i]})
		}
	}
	return out, nil
}

type packer struct {
	parts []Part
	in    map[int]bool
	count Counter
}

// fill takes parts in, one after the other, each that still fits. It tries several at once, twice as many each time that
// they fit and half as many when not: a count can be a question to a server.
func (p *packer) fill(list []int, used, room int, why map[int]string) (int, error) {
	for at, k := 0, 1; at < len(list); {
		k = min(k, len(list)-at)
		block := list[at : at+k]
		for _, i := range block {
			p.in[i] = true
		}
		n, err := p.total()
		if err != nil {
			return 0, err
		}
		if n <= room {
			used, at, k = n, at+k, 2*k
			continue
		}
		for _, i := range block {
			delete(p.in, i)
		}
		if k > 1 {
			k /= 2
			continue
		}
		why[list[at]] = fmt.Sprintf("%d tokens would be %d more than the room of %d", n-used, n-room, room)
		at++
	}
	return used, nil
}

func (p *packer) total() (int, error) { return p.count(p.chosen()) }

// missing names a passage that part i needs and that is not in; needs that were never given are not held against it.
func (p *packer) missing(i int) string {
	if p.parts[i].Kind != Passage {
		return ""
	}
	for _, id := range p.parts[i].Needs {
		for j, q := range p.parts {
			if q.ID == id && !p.in[j] {
				return id
			}
		}
	}
	return ""
}

var order = map[Kind]int{System: 0, Drift: 1, Passage: 2, Question: 3}

func (p *packer) chosen() []Part {
	var out []Part
	for i, x := range p.parts {
		if p.in[i] {
			out = append(out, x)
		}
	}
	sort.SliceStable(out, func(a, b int) bool { return order[out[a].Kind] < order[out[b].Kind] })
	return out
}

// System joins the system texts, as they go into one message.
func (p *Packed) System() string { return Join(p.Parts, System) }

// User joins corrections, passages and question, as they go into one message.
func (p *Packed) User() string { return Join(p.Parts, Drift, Passage, Question) }

// Join joins the texts of parts of the given kinds by empty lines.
func Join(parts []Part, kinds ...Kind) string {
	var out []string
	for _, x := range parts {
		for _, k := range kinds {
			if x.Kind == k && x.Text != "" {
				out = append(out, x.Text)
			}
		}
	}
	return strings.Join(out, "\n\n")
}
