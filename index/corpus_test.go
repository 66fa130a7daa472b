package index

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"substrate/corpus"
)

// key is the key of an invented original.
func key(name string) string {
	h := sha256.Sum256([]byte(name))
	return hex.EncodeToString(h[:])
}

// doc makes the passages of an invented document from a compact source: lines beginning with "#" are
// headings (more "#", deeper), "|" begins table rows, ">" code, "-" list items, others are paragraphs.
func doc(name, title, source string) []Passage {
	return Split(key(name), title, sections(source))
}

func sections(source string) []corpus.Section {
	var out []corpus.Section
	for _, line := range strings.Split(source, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if h := strings.TrimLeft(line, "#"); h != line {
			s := corpus.Section{Level: len(line) - len(h), Title: strings.TrimSpace(h)}
			if n, t, ok := strings.Cut(s.Title, " "); ok && n[0] >= '0' && n[0] <= '9' {
				s.Number, s.Title = n, t
			}
			out = append(out, s)
			continue
		}
		if len(out) == 0 {
			out = append(out, corpus.Section{})
		}
		s := &out[len(out)-1]
		last := func(kind corpus.BlockKind) *corpus.Block {
			if n := len(s.Blocks); n == 0 || s.Blocks[n-1].Kind != kind {
				s.Blocks = append(s.Blocks, corpus.Block{Kind: kind, Pages: corpus.Pages{First: len(out), Last: len(out)}})
			}
			return &s.Blocks[len(s.Blocks)-1]
		}
		switch line[0] {
		case '|':
			b := last(corpus.Table)
			var cells []string
			for _, c := range strings.Split(strings.Trim(line, "|"), "|") {
				cells = append(cells, strings.TrimSpace(c))
			}
			b.Rows = append(b.Rows, cells)
		case '>':
			b := last(corpus.Code)
			b.Text = strings.TrimPrefix(b.Text+"\n"+strings.TrimPrefix(line, "> "), "\n")
		case '-':
			b := last(corpus.List)
			b.Items = append(b.Items, line)
		default:
			s.Blocks = append(s.Blocks, corpus.Block{Kind: corpus.Paragraph, Text: line, Pages: corpus.Pages{First: len(out), Last: len(out)}})
		}
	}
	corpus.Finish(out)
	return out
}

const opsSource = `
# 1 Overview
The Kestrel node answers chat requests; the Osprey node embeds documents and classifies tickets.
# 2 Models
| model | node | tokens per second |
| nemotron-3-nano:4b | Kestrel | 17.9 |
| gemma3:4b-it-qat | Osprey | 9.1 |
# 3 Network
Kestrel has the static address 10.20.0.15, Osprey has 10.20.0.16. The gateway configuration sets proxy_read_timeout to 300 seconds.
> upstream chat { server 10.20.0.15:11434; }
> proxy_read_timeout 300s;
# 4 GPU
## 4.1 Memory
Kestrel can use 15.2 GB of GPU memory when the firmware is on automatic. The variable HSA_OVERRIDE_GFX_VERSION=11.0.2 must be set.
## 4.2 Cooling
The fan of Kestrel starts at 60 degrees. Memory temperature is not measured. Memory, memory, memory: it is printed on the memory module.
# 5 Services
The unit jetson-exporter.service was skipped at boot; a drop-in with After=multi-user.target removed the ordering cycle. See entry D-07.
The serial port of the panel is /dev/ttyACM1. The option numCtx is 2048. Were you to configure it, restart the service.
`

const legalSource = `
# 1 Parties
This lease is made between Müller Immobilien GmbH and the tenant. The tenant's representative is Zoë Brontë.
# 2 Rent
## 2.1 Amount
The monthly rent is 1,450 EUR and is due on the third working day. Interest on late payment is 5 % above the base rate.
## 2.2 Deposit
The security deposit of three monthly rents is held in escrow and returned within six months after termination.
# 3 Termination
Either party may terminate this agreement with three months notice under § 573c BGB. Termination for cause remains unaffected.
# 4 Annexes
`

const labSource = `
# Sample preparation
Centrifuge the lysate at 12000 g for ten minutes at 4 °C and keep the supernatant on ice. Use buffer B-12 (pH 7.4).
# Titration
Add 0.1 M sodium hydroxide dropwise until the phenolphthalein indicator stays pink; record the volume to 0.05 mL.
# Safety
Chloroform is handled in the fume hood only. The spectrophotometer SP-200 must warm up before any calibration.
`

// shelf is the library of the tests: three domains.
func shelf() map[string][]Passage {
	return map[string][]Passage{
		key("ops"):   doc("ops", "Kestrel Operations Guide", opsSource),
		key("legal"): doc("legal", "Lease Agreement Harbour Street", legalSource),
		key("lab"):   doc("lab", "Wet Lab Handbook", labSource),
		key("ops1"):  doc("ops1", "Kestrel Operations Guide", "# 1 Overview\nKestrel was called Merlin and had the address 192.168.1.10.\n# 2 Network\nThe proxy_read_timeout is 60 seconds."),
	}
}

func from(m map[string][]Passage) func(string) ([]Passage, error) {
	return func(k string) ([]Passage, error) {
		p, ok := m[k]
		if !ok {
			return nil, fmt.Errorf("no version %q", k)
		}
		return p, nil
	}
}

// opened builds a generation from nothing and opens it.
func opened(t testing.TB, m map[string][]Passage, c Change) *Index {
	t.Helper()
	dir := t.TempDir()
	if err := Build(t.Context(), dir, "", "g1", c, from(m)); err != nil {
		t.Fatal(err)
	}
	return open(t, dir, "g1", c)
}

func open(t testing.TB, dir, name string, c Change) *Index {
	t.Helper()
	x, err := Open(dir, name, c.Stamp(name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func openShelf(t testing.TB) *Index {
	return opened(t, shelf(), Change{Cascade: 3, Current: []string{key("ops"), key("legal"), key("lab")}, Archive: []string{key("ops1")}})
}

// vocabulary follows the frequencies of real text: few words are common, most are rare.
func vocabulary() []string {
	r := rand.New(rand.NewPCG(7, 7))
	var words []string
	syllables := []string{"con", "fig", "ra", "tion", "ser", "vice", "no", "de", "mem", "or", "y", "net", "work", "la", "bel", "ti", "tre", "pro", "xy", "gen", "er", "ate", "ing", "ed"}
	for i := range 6000 {
		w := ""
		for range 1 + r.IntN(4) {
			w += syllables[r.IntN(len(syllables))]
		}
		switch {
		case i%11 == 0:
			w = fmt.Sprintf("%s-%s.%s", w, syllables[r.IntN(24)], syllables[r.IntN(24)])
		case i%17 == 0:
			w = fmt.Sprintf("%s%d", w, r.IntN(100))
		case i%29 == 0:
			w = fmt.Sprintf("10.%d.%d.%d", r.IntN(9), r.IntN(99), r.IntN(255))
		}
		words = append(words, w)
	}
	return words
}

// invented makes n documents of so many sections, each long enough for two passages.
func invented(n, sections int) map[string][]Passage {
	words := vocabulary()
	r := rand.New(rand.NewPCG(1, 2))
	z := rand.NewZipf(r, 1.1, 4, uint64(len(words)-1))
	m := map[string][]Passage{}
	for d := range n {
		var s []corpus.Section
		for range sections {
			var b strings.Builder
			for range 150 {
				b.WriteString(words[z.Uint64()])
				b.WriteByte(' ')
			}
			s = append(s, corpus.Section{
				Level: 1 + r.IntN(2), Title: words[z.Uint64()] + " " + words[z.Uint64()],
				Blocks: []corpus.Block{{Kind: corpus.Paragraph, Text: b.String()}},
			})
		}
		corpus.Finish(s)
		k := key(fmt.Sprint("invented", d))
		m[k] = Split(k, fmt.Sprintf("Guide %s %d", words[z.Uint64()], d), s)
	}
	return m
}
