// Package scan reads the words of scanned pages with tesseract, where it is on the machine.
package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"substrate/corpus/pdf/page"
)

// DPI is the resolution that pages are drawn at for recognition.
const DPI = 200

// perPage bounds the recognition of one page.
const perPage = 2 * time.Minute

// Tesseract runs the program of that name.
type Tesseract struct {
	Language string // "" means eng

	once sync.Once
	path string
}

// Ready reports whether the program is there, and if not, how to get it.
func (t *Tesseract) Ready() (bool, string) {
	t.once.Do(func() { t.path, _ = exec.LookPath("tesseract") })
	if t.path == "" {
		return false, "install tesseract to have scans read (Debian: apt install tesseract-ocr)"
	}
	return true, ""
}

// Words reads a page of width by height points from its picture.
func (t *Tesseract) Words(ctx context.Context, png []byte, width, height float64) (page.Page, []page.Style, error) {
	p := page.Page{Width: width, Height: height}
	if ok, hint := t.Ready(); !ok {
		return p, nil, errors.New(hint)
	}
	lang := t.Language
	if lang == "" {
		lang = "eng"
	}
	ctx, cancel := context.WithTimeout(ctx, perPage)
	defer cancel()
	cmd := exec.CommandContext(ctx, t.path, "stdin", "stdout", "-l", lang, "--dpi", strconv.Itoa(DPI), "tsv")
	cmd.Env = append(cmd.Environ(), "OMP_THREAD_LIMIT=1")
	cmd.Stdin = bytes.NewReader(png)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		first, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
		return p, nil, fmt.Errorf("tesseract: %w: %s", err, first)
	}
	words, styles := parse(string(out), height)
	p.Words = words
	return p, styles, nil
}

// parse reads tesseract's tab-separated words. A line's size is told by the height of its box.
func parse(tsv string, height float64) ([]page.Word, []page.Style) {
	const scale = 72.0 / DPI
	var styles page.StyleSet
	var out []page.Word
	line, lineStyle, base := "", 0, 0.0
	for _, row := range strings.Split(tsv, "\n") {
		f := strings.Split(row, "\t")
		if len(f) < 12 {
			continue
		}
		num := func(i int) float64 { v, _ := strconv.ParseFloat(f[i], 64); return v * scale }
		x, y, w, h := num(6), num(7), num(8), num(9)
		switch f[0] {
		case "4": // a line: its box tells size and baseline for all its words
			size := float64(int(h*0.85*2+0.5)) / 2
			lineStyle, base = styles.Index("scan", max(size, 4)), height-y-h*0.78
			line = strings.Join(f[1:5], ".")
		case "5":
			text := strings.TrimSpace(f[11])
			conf, _ := strconv.ParseFloat(f[10], 64)
			if text == "" || conf < 20 || line == "" {
				continue
			}
			half := w / float64(2*len([]rune(text)))
			out = append(out, page.Word{Text: text, X0: x, X1: x + w, Y0: height - y - h, Y1: height - y, Base: base, C0: x + half, C1: x + w - half, Style: lineStyle})
		}
	}
	return out, styles.List
}
