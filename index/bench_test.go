package index

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

func BenchmarkBuild(b *testing.B) {
	for _, docs := range []int{13, 250} {
		m := invented(docs, 40)
		c := Change{Cascade: 1, Current: slices.Collect(maps.Keys(m))}
		n := 0
		for _, p := range m {
			n += len(p)
		}
		b.Run(fmt.Sprintf("passages=%d", n), func(b *testing.B) {
			for b.Loop() {
				if err := Build(b.Context(), b.TempDir(), "", "g", c, from(m)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "passages/s")
		})
	}
}

// One document more on a library of 250.
func BenchmarkBuildOneMore(b *testing.B) {
	m := invented(250, 40)
	keys := slices.Sorted(maps.Keys(m))
	dir := b.TempDir()
	if err := Build(b.Context(), dir, "", "base", Change{Cascade: 1, Current: keys[1:]}, from(m)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := Build(b.Context(), dir, "base", "next", Change{Cascade: 2, Current: keys}, from(m)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSplit(b *testing.B) {
	s := sections(opsSource)
	for b.Loop() {
		Split("k", "t", s)
	}
}

func BenchmarkOpenAndSearch(b *testing.B) {
	m := invented(13, 40)
	c := Change{Cascade: 1, Current: slices.Collect(maps.Keys(m))}
	dir := b.TempDir()
	if err := Build(b.Context(), dir, "", "g", c, from(m)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		x, err := Open(dir, "g", c.Stamp("g"))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := x.Search(b.Context(), Query{Text: "how much memory can the network service use"}); err != nil {
			b.Fatal(err)
		}
		x.Close()
	}
}

func BenchmarkSearch(b *testing.B) {
	words := vocabulary()
	queries := map[string]string{
		"question":  "How much " + words[40] + " can the " + words[12] + " " + words[300] + " use?",
		"oneword":   words[100],
		"address":   "10.3.20.15",
		"phrase":    `"` + words[3] + " " + words[5] + `"`,
		"tenwords":  words[1] + " " + words[20] + " " + words[30] + " " + words[44] + " " + words[51] + " " + words[600] + " " + words[7] + " " + words[80] + " " + words[90] + " " + words[10],
		"misspelt":  "conifgration networkk",
		"nocontent": "to be",
	}
	for _, docs := range []int{13, 250} {
		m := invented(docs, 40)
		keys := slices.Collect(maps.Keys(m))
		n := 0
		for _, p := range m {
			n += len(p)
		}
		x := opened(b, m, Change{Cascade: 1, Current: keys})
		for _, name := range slices.Sorted(maps.Keys(queries)) {
			b.Run(fmt.Sprintf("passages=%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					if _, err := x.Search(b.Context(), Query{Text: queries[name]}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		b.Run(fmt.Sprintf("passages=%d/question-filtered", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := x.Search(b.Context(), Query{Text: queries["question"], Versions: keys}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
