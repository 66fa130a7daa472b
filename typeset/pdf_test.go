package typeset_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"codeberg.org/go-fonts/dejavu/dejavuserif"

	"substrate/corpus"
	"substrate/fixtures"
	"substrate/typeset"
)

func sample(tb testing.TB, name string) []byte {
	tb.Helper()
	src, err := os.ReadFile(filepath.Join(fixtures.Dir(), "library", "src", name))
	if err != nil {
		tb.Fatal(err)
	}
	return src
}

// TestTheSameInputGivesTheSameBytes also runs several at once, for the race detector.
func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	src := sample(t, "medusa-user-guide@V1.1.md")
	first, err := typeset.PDF(context.Background(), src, typeset.Meta{}, typeset.Theme{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			again, err := typeset.PDF(context.Background(), src, typeset.Meta{}, typeset.Theme{}, nil)
			if err != nil || !bytes.Equal(first.PDF, again.PDF) {
				t.Errorf("another run gave other bytes (%v)", err)
			}
		})
	}
	wg.Wait()
}

func TestSizeAndMetadata(t *testing.T) {
	made := time.Date(2026, 4, 27, 18, 30, 0, 0, time.UTC)
	res, err := typeset.PDF(context.Background(), sample(t, "elroy-user-guide@V2.1.md"), typeset.Meta{Author: "R. Hall & Söhne", Keywords: []string{"node", "chat 💬"}, Created: made}, typeset.Theme{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.PDF) > 300_000 || res.Pages < 10 {
		t.Errorf("%d pages take %d bytes", res.Pages, len(res.PDF))
	}
	r, err := readers().Read(context.Background(), res.PDF)
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]string{
		"title": "Elroy User Guide", "author": "R. Hall & Söhne", "keywords": "node, chat 💬", "creationdate": "D:20260427183000",
		"subject": "Quick answers from a Jetson Orin Nano · Version V2.1 · EPOCH 2 · 2026-04-27",
	} {
		if r.Meta[k] != want {
			t.Errorf("%s is %q, want %q", k, r.Meta[k], want)
		}
	}
	for _, want := range []string{"<doc:version>V2.1</doc:version>", "<doc:epoch>EPOCH 2</doc:epoch>", "R. Hall &amp; Söhne", "/Lang (en)", "/Outlines "} {
		if !bytes.Contains(res.PDF, []byte(want)) {
			t.Errorf("the file does not hold %q", want)
		}
	}
	if got := strings.Join(r.Running, " | "); got != "Elroy User Guide | V2.1" {
		t.Errorf("running header %q", got)
	}
}

func TestCharactersWithoutAFontAreToldAndBoxed(t *testing.T) {
	src := "# Guide\n\nVersion: 1.0\nDate: 2026-01-01\n\n## 1 Use\n\nPress 開 twice, 開 and 💬; → ✓ ≥ ° ━ ┃ Ω Ж are known.\n\n## 2 Care\n\nText.\n"
	res, err := typeset.PDF(context.Background(), []byte(src), typeset.Meta{}, typeset.Theme{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Missing) != 2 || res.Missing[0].Rune != '開' || res.Missing[0].Count != 2 || res.Missing[1].Rune != '💬' {
		t.Errorf("missing %+v", res.Missing)
	}
	r, err := readers().Read(context.Background(), res.PDF)
	if err != nil {
		t.Fatal(err)
	}
	if got := textOf(r); !strings.Contains(got, "Press □ twice, □ and □; → ✓ ≥ ° ━ ┃ Ω Ж are known.") {
		t.Errorf("read %q", got)
	}
}

func textOf(r *corpus.Reading) string {
	var b strings.Builder
	for _, s := range r.Sections {
		b.WriteString(s.Heading() + "\n" + s.Plain() + "\n")
	}
	return b.String()
}

func TestOwnFonts(t *testing.T) {
	files := fstest.MapFS{"fonts/serif.ttf": {Data: dejavuserif.TTF}}
	theme := typeset.Theme{Files: files, Fonts: typeset.Fonts{Body: typeset.Family{Regular: "fonts/serif.ttf"}, Fallback: []string{"fonts/serif.ttf"}}}
	before := bytes.Clone(dejavuserif.TTF)
	res, _ := roundTrip(t, sample(t, "backup-notes@V0.9.md"), theme)
	if !bytes.Contains(res.PDF, []byte("/BaseFont /utf8body")) {
		t.Error("the font was not used")
	}
	if !bytes.Equal(before, dejavuserif.TTF) {
		t.Error("the font's bytes were changed")
	}
}

func TestImages(t *testing.T) {
	wide := image.NewRGBA64(image.Rect(0, 0, 900, 300)) // sixteen bits a channel
	for x := range 900 {
		for y := range 300 {
			wide.Set(x, y, color.RGBA{uint8(x), uint8(y), 90, 255})
		}
	}
	var p, j bytes.Buffer
	if png.Encode(&p, wide) != nil || jpeg.Encode(&j, wide, nil) != nil {
		t.Fatal("no pictures")
	}
	files := fstest.MapFS{"img/a b.png": {Data: p.Bytes()}, "b.jpg": {Data: j.Bytes()}, "c.png": {Data: []byte("no picture")}}
	src := "# Guide\n\nVersion: 1.0\nDate: 2026-01-01\n\n## 1 Use\n\n![The valve](img/a%20b.png)\n\nText ![again](./b.jpg) goes on.\n\n" +
		"![gone](x.png) ![web](https://example.com/x.png) ![out](../x.png) ![damaged](c.png)\n"
	res, err := typeset.PDF(context.Background(), []byte(src), typeset.Meta{}, typeset.Theme{LogoBytes: j.Bytes()}, files)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(res.PDF, []byte("/Subtype /Image")); n != 2 { // the logo is one of them
		t.Errorf("%d images in the file", n)
	}
	if got := fmt.Sprint(res.Warnings); len(res.Warnings) != 4 || !strings.Contains(got, `"x.png" was left out: there is no such file`) || !strings.Contains(got, "leads out of") {
		t.Errorf("warnings %s", got)
	}
	r, err := readers().Read(context.Background(), res.PDF)
	if err != nil {
		t.Fatal(err)
	}
	got := textOf(r)
	for _, want := range []string{"The valve", "goes on", "Image: gone", "Image: web"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
}

func TestItStopsWhenAsked(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if r, err := typeset.PDF(ctx, sample(t, "backup-notes@V0.9.md"), typeset.Meta{}, typeset.Theme{}, nil); err != context.Canceled || r != nil {
		t.Errorf("%v, %v", r, err)
	}
}

func FuzzPDF(f *testing.F) {
	files, err := filepath.Glob("testdata/*.md")
	if err != nil || len(files) == 0 {
		f.Fatal("no documents")
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(raw[:min(len(raw), 3000)]))
	}
	f.Add("| a | b |\n| :-: | --: |\n| `x|y` | <br> |\n\n[^1]\n\n[^1]: note\n\n> - 1) ```x\n")
	f.Add("# T\n\nVersion: 1\n\n" + strings.Repeat("| a ", 40) + "|\n" + strings.Repeat("| - ", 40) + "|\n" + strings.Repeat("| "+strings.Repeat("w", 60), 40) + "|\n")
	f.Fuzz(func(t *testing.T, src string) {
		res, err := typeset.PDF(context.Background(), []byte(src), typeset.Meta{Title: "T", Date: "2026-01-01"}, typeset.Theme{}, nil)
		switch {
		case err != nil && res != nil:
			t.Fatal("a result beside an error")
		case err == nil && (!bytes.HasPrefix(res.PDF, []byte("%PDF-")) || res.Pages < 1):
			t.Fatal("no PDF")
		}
	})
}

func BenchmarkPDF(b *testing.B) {
	src := sample(b, "elroy-user-guide@V2.1.md")
	pages := 0
	for b.Loop() {
		res, err := typeset.PDF(context.Background(), src, typeset.Meta{}, typeset.Theme{}, nil)
		if err != nil {
			b.Fatal(err)
		}
		pages += res.Pages
	}
	b.ReportMetric(float64(pages)/b.Elapsed().Seconds(), "pages/s")
}
