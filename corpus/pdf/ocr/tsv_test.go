package ocr

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"math"
	"strings"
	"testing"
	"time"

	"substrate/corpus/pdf/page"
)

const table = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n" +
	"1\t1\t0\t0\t0\t0\t0\t0\t1000\t2000\t-1\t\n" +
	"5\t1\t1\t1\t1\t1\t100\t200\t80\t28\t96.1\tThe\n" +
	"5\t1\t1\t1\t1\t2\t200\t209\t80\t27\t95\tpage\n" +
	"5\t1\t1\t1\t1\t3\t300\t209\t40\t19\t95\tas\n" +
	"5\t1\t1\t1\t2\t1\t100\t300\t90\t56\t12\t|~\n" +
	"5\t1\t1\t1\t2\t2\t100\t300\t90\t56\t90\tBIG\r\n" +
	"5\tbroken\n5\t1\t1\t1\t2\t3\tx\t300\t90\t56\t90\tlost\n"

func TestParse(t *testing.T) {
	var styles page.StyleSet
	words := parse(table, 0.5, 0.5, 1000, &styles)
	var text []string
	for _, w := range words {
		text = append(text, w.Text)
	}
	if got := strings.Join(text, " "); got != "The page as BIG" {
		t.Fatalf("got %q", got)
	}
	for _, w := range words[:3] {
		if math.Abs(w.Base-886) > 1 || w.Style != words[0].Style {
			t.Errorf("%q stands on %.1f in style %d; its line on 886 in %d", w.Text, w.Base, w.Style, words[0].Style)
		}
	}
	small, big := styles.List[words[0].Style].Size, styles.List[words[3].Style].Size
	if math.Abs(small-20) > 1 || math.Abs(big-40) > 1 {
		t.Errorf("sizes %v and %v, want about 20 and 40", small, big)
	}
	if w := words[0]; w.X0 != 50 || w.X1 != 90 || w.Y1 != 900 || w.Y0 != 886 {
		t.Errorf("box %+v", w)
	}
}

func TestPageRefuses(t *testing.T) {
	var blank bytes.Buffer
	if err := png.Encode(&blank, image.NewGray(image.Rect(0, 0, 40, 40))); err != nil {
		t.Fatal(err)
	}
	var styles page.StyleSet
	for name, o := range map[string]Options{"an option": {Language: "--tessdata-dir"}, "a path": {Language: "../eng"}} {
		if _, err := Page(context.Background(), blank.Bytes(), 100, 100, &styles, o); err == nil || !strings.Contains(err.Error(), o.Language) {
			t.Errorf("%s as language: %v", name, err)
		}
	}
	if _, err := Page(context.Background(), []byte("GIF"), 100, 100, &styles, Options{}); err == nil {
		t.Error("no error for a picture that is no PNG")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, missing := Available()
	_, err := Page(ctx, blank.Bytes(), 100, 100, &styles, Options{})
	if missing && !errors.Is(err, context.Canceled) || !missing && !errors.Is(err, ErrMissing) {
		t.Errorf("cancelled: %v", err)
	}
	var limit *page.LimitError
	if _, err := Page(context.Background(), blank.Bytes(), 100, 100, &styles, Options{Limit: time.Nanosecond}); missing && !errors.As(err, &limit) {
		t.Errorf("out of time: %v", err)
	}
}

func TestPageWithoutTesseract(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if v, ok := Available(); ok {
		t.Errorf("found version %q", v)
	}
	_, err := Image(context.Background(), image.NewGray(image.Rect(0, 0, 40, 40)), 100, 100, &page.StyleSet{}, Options{})
	if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "apt install tesseract-ocr") {
		t.Errorf("got %v", err)
	}
}
