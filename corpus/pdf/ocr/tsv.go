package ocr

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"substrate/corpus/pdf/page"
)

// leastConfidence is below what tesseract takes dirt, rulings and pictures for words, in percent.
const leastConfidence = 25

// Parts of a line's usual words in sizes of the font. Tesseract gives boxes of ink only.
const (
	capital   = 0.70 // height of capitals and digits
	lowercase = 0.47 // height of letters like x
	descender = 0.21
)

// parse reads tesseract's table: one row for each word with its box in pixels, sx and sy points wide and high.
func parse(tsv string, sx, sy, height float64, styles *page.StyleSet) []page.Word {
	var out []page.Word
	var line string
	start := 0
	finish := func() { measure(out[start:], styles); start = len(out) }
	for _, row := range strings.Split(tsv, "\n") {
		f := strings.Split(strings.TrimRight(row, "\r"), "\t")
		if len(f) < 12 || f[0] != "5" {
			continue
		}
		var n [5]float64 // left, top, width, height, confidence
		bad := false
		for i := range n {
			v, err := strconv.ParseFloat(f[6+i], 64)
			n[i], bad = v, bad || err != nil
		}
		text := strings.TrimSpace(f[11])
		if bad || text == "" || n[4] < leastConfidence {
			continue
		}
		if l := strings.Join(f[1:5], "."); l != line { // page, block, paragraph, line
			finish()
			line = l
		}
		w := page.Word{Text: text, X0: n[0] * sx, X1: (n[0] + n[2]) * sx, Y1: height - n[1]*sy, Y0: height - (n[1]+n[3])*sy}
		half := (w.X1 - w.X0) / float64(2*utf8.RuneCountInString(text))
		w.C0, w.C1 = w.X0+half, w.X1-half
		out = append(out, w)
	}
	finish()
	return out
}

// measure finds the baseline and the size of one line: a size common to its words, since the box of "aces" and that of "Type"
// differ in height and not in size.
func measure(words []page.Word, styles *page.StyleSet) {
	if len(words) == 0 {
		return
	}
	var sizes, bases []float64
	for _, w := range words {
		up, down := lowercase, 0.0
		if strings.ContainsAny(w.Text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789bdfhklti") {
			up = capital
		}
		if strings.ContainsAny(w.Text, "gjpqy,;()[]{}Q") {
			down = descender
		}
		size := (w.Y1 - w.Y0) / (up + down)
		sizes = append(sizes, size)
		bases = append(bases, w.Y0+down*size)
	}
	slices.Sort(sizes)
	slices.Sort(bases)
	// Half points: measured in pixels, equal sizes come out a little different on every line.
	size := float64(int(sizes[len(sizes)/2]*2+0.5)) / 2
	style := styles.Index("OCR", min(max(size, 4), 144))
	for i := range words {
		words[i].Base, words[i].Style = bases[len(bases)/2], style
	}
}
