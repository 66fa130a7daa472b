package typeset_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"substrate/typeset"
)

// author writes documents by chance, within what paper can give back: tables whose columns hold something, code that
// begins at the left edge, headings whose numbers agree with their levels.
type author struct {
	*rand.Rand
	b strings.Builder
}

var vocabulary = strings.Fields(`pump valve relay ledger clause tenant sample buffer voltage harvest invoice rotor cellar archive
	shall opens measures before after each the a of with under between replaces keeps returns never every daily 42 7.5 1,200 12 °C
	85 % §4.2 V2.1 2026-04-27 10.0.0.15 /etc/hosts end-of-line first-rate naïve Größe façade ≥ → µm "quoted" (bracketed) it's`)

func (a *author) word() string { return vocabulary[a.IntN(len(vocabulary))] }

func (a *author) name() string {
	w := []string{"Pump", "Valve", "Ledger", "Tenancy", "Sampling", "Calibration", "Storage", "Rotation", "Harvest", "Archive", "Dosing"}
	v := []string{"rules", "and limits", "in winter", "of the east wing", "at night", "table", "by hand", "under load", "for visitors"}
	return w[a.IntN(len(w))] + " " + v[a.IntN(len(v))]
}

func (a *author) words(least, most int) string {
	out := make([]string, least+a.IntN(most-least+1))
	for i := range out {
		out[i] = a.word()
	}
	return strings.Join(out, " ")
}

func (a *author) sentence(least, most int) string {
	s := a.words(least, most)
	switch a.IntN(5) {
	case 0:
		s = "Then **" + a.words(1, 4) + "** follows " + s // a whole line in bold would be read as a heading
	case 1:
		s = "See `" + strings.ReplaceAll(a.words(1, 3), "`", "") + "` and " + s
	case 2:
		s = "A [link](https://example.com/x?y=1) to " + s
	}
	return "The " + s + "."
}

func (a *author) paragraph() {
	for range 1 + a.IntN(5) {
		a.b.WriteString(a.sentence(4, 25) + " ")
	}
	a.b.WriteString("\n\n")
}

func (a *author) table() {
	cols, rows := 2+a.IntN(6), 2+a.IntN(14)
	if a.IntN(6) == 0 {
		rows += 60
	}
	a.b.WriteString("| Item ")
	for c := 1; c < cols; c++ {
		fmt.Fprintf(&a.b, "| %s ", strings.Fields(a.name())[0])
	}
	a.b.WriteString("|\n" + strings.Repeat("| --- ", cols) + "|\n")
	long := make([]int, cols)
	for c := range long {
		long[c] = []int{1, 2, 4, 30}[a.IntN(4)]
	}
	for r := range rows {
		fmt.Fprintf(&a.b, "| row %d ", r+1)
		for c := 1; c < cols; c++ {
			fmt.Fprintf(&a.b, "| %s ", strings.ReplaceAll(a.words(1, long[c]), "|", ""))
		}
		a.b.WriteString("|\n")
	}
	a.b.WriteString("\n")
}

func (a *author) code() {
	a.b.WriteString("```\n")
	depth := 0
	n := 4 + a.IntN(20) // a line or two do not tell the reader how wide a character is
	if a.IntN(8) == 0 {
		n += 90
	}
	for i := range n {
		if i > 0 && i < n-1 && a.IntN(7) == 0 {
			a.b.WriteString(strings.Repeat("\n", 1+a.IntN(2)))
		}
		if i > 0 {
			depth = max(0, depth+a.IntN(3)-1)
		}
		line := strings.Repeat("    ", depth%6) + "run " + a.words(1, 6)
		if a.IntN(3) == 0 {
			line += strings.Repeat(" ", 1+a.IntN(12)) + "# " + a.words(1, 4)
		}
		a.b.WriteString(line + "\n")
	}
	a.b.WriteString("```\n\n")
}

func (a *author) list() {
	for i := range 2 + a.IntN(4) {
		fmt.Fprintf(&a.b, "%d. %s\n", i+1, a.sentence(3, 20))
		if a.IntN(3) == 0 {
			fmt.Fprintf(&a.b, "   - %s\n   - %s\n", a.sentence(3, 9), a.sentence(3, 9))
		}
	}
	a.b.WriteString("\n")
}

func (a *author) block() {
	switch a.IntN(9) {
	case 0, 1:
		a.table()
	case 2, 3:
		a.paragraph()
		a.code()
	case 4:
		a.list()
	case 5:
		a.b.WriteString("> " + a.sentence(5, 30) + "\n\n")
	}
	a.paragraph() // two tables or two pieces of code in a row are one to a reader of pages
}

func write(seed uint64) string {
	a := &author{Rand: rand.New(rand.NewPCG(seed, 7))}
	title := strings.Fields(a.name())[0] + " Guide"
	if a.IntN(2) == 0 {
		fmt.Fprintf(&a.b, "---\ntitle: %s\nversion: V%d.%d\ndate: 2026-0%d-1%d\nepoch: EPOCH %d\nsupersedes: V0.9\n---\n\n", title, 1+a.IntN(9), a.IntN(20), 1+a.IntN(9), a.IntN(10), 1+a.IntN(4))
	} else {
		fmt.Fprintf(&a.b, "# %s\n\nVersion: V%d.%d\nDate: 2026-0%d-1%d\nEpoch: EPOCH %d\n\n", title, 1+a.IntN(9), a.IntN(20), 1+a.IntN(9), a.IntN(10), 1+a.IntN(4))
	}
	mark := "#"
	if strings.HasPrefix(a.b.String(), "#") {
		mark = "##"
	}
	for c := range 2 + a.IntN(6) {
		fmt.Fprintf(&a.b, "%s %d %s\n\n", mark, c+1, a.name())
		for range a.IntN(3) {
			a.block()
		}
		for s := range a.IntN(4) {
			fmt.Fprintf(&a.b, "%s# %d.%d %s\n\n", mark, c+1, s+1, a.name())
			a.block()
			for u := range a.IntN(3) * a.IntN(2) {
				fmt.Fprintf(&a.b, "%s## %d.%d.%d %s\n\n", mark, c+1, s+1, u+1, a.name())
				a.block()
			}
		}
	}
	return a.b.String()
}

// TestWrittenByChance sets documents that nobody wrote and reads them back.
func TestWrittenByChance(t *testing.T) {
	no := false
	for seed := range uint64(24) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			theme := typeset.Theme{}
			if seed%3 == 0 {
				theme.Cover = &no
			}
			if seed%4 == 1 {
				theme.Page = "letter"
			}
			if roundTrip(t, []byte(write(seed)), theme); t.Failed() && testing.Verbose() {
				t.Log(write(seed))
			}
		})
	}
}
