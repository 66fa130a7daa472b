package pool_test

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"substrate/corpus"
	"substrate/corpus/pdf/pool"
	"substrate/fixtures"
)

// ink counts dark pixels of a picture in a box, and all pixels there.
func ink(t *testing.T, raw []byte, b corpus.Box) (dark, all int) {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	w, h := float64(img.Bounds().Dx()), float64(img.Bounds().Dy())
	for y := int(b.Y * h); y < int((b.Y+b.H)*h); y++ {
		for x := int(b.X * w); x < int((b.X+b.W)*w); x++ {
			r, g, bl, _ := img.At(x, y).RGBA()
			if all++; r+g+bl < 3*0x8000 {
				dark++
			}
		}
	}
	return dark, all
}

// TestWordsStandWhereThePictureShowsThem looks for ink under every word of a page.
func TestWordsStandWhereThePictureShowsThem(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(fixtures.Dir(), "library", "pdf", "Elroy_User_Guide_V2_1.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	p := pool.New(pool.Options{Processes: 1})
	defer p.Close()
	picture, err := p.Picture(context.Background(), raw, 5, 1200)
	if err != nil {
		t.Fatal(err)
	}
	words, err := p.Words(context.Background(), raw, 5)
	if err != nil || len(words) < 100 {
		t.Fatalf("%d words, %v", len(words), err)
	}
	bare := 0
	for _, w := range words {
		if dark, all := ink(t, picture, w.Box); all > 0 && dark == 0 {
			bare++
		}
	}
	if bare*50 > len(words) {
		t.Errorf("%d of %d words stand where nothing is printed", bare, len(words))
	}
	if cfg, err := png.DecodeConfig(bytes.NewReader(picture)); err != nil || cfg.Width != 1200 {
		t.Errorf("%+v, %v", cfg, err)
	}
}

// TestPicturesOfBadFilesAreRefusedOrDrawn asks for pictures of every bad fixture: each is answered, and the pool goes on.
func TestPicturesOfBadFilesAreRefusedOrDrawn(t *testing.T) {
	p := pool.New(pool.Options{Processes: 1, Seconds: 30})
	defer p.Close()
	files, err := filepath.Glob(filepath.Join(fixtures.Dir(), "bad", "*.pdf"))
	if err != nil || len(files) == 0 {
		t.Fatal("no bad files")
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := p.Picture(context.Background(), raw, 1, 400)
		if (picture == nil) == (err == nil) {
			t.Errorf("%s: %d bytes and %v", filepath.Base(f), len(picture), err)
		}
	}
	if _, err := p.Picture(context.Background(), bad(t, "ligatures.pdf"), 1, 400); err != nil {
		t.Errorf("after all of them: %v", err)
	}
	for _, ask := range [][2]int{{0, 400}, {99, 400}, {1, 1}, {1, 100_000}} {
		if _, err := p.Picture(context.Background(), bad(t, "ligatures.pdf"), ask[0], ask[1]); err == nil {
			t.Errorf("page %d at %d pixels was drawn", ask[0], ask[1])
		}
	}
}

func TestPicturesOfEncryptedFiles(t *testing.T) {
	without := pool.New(pool.Options{Processes: 1})
	defer without.Close()
	if _, err := without.Picture(context.Background(), bad(t, "encrypted.pdf"), 1, 400); err == nil || !strings.Contains(err.Error(), "--password-file") {
		t.Errorf("%v", err)
	}
	with := pool.New(pool.Options{Processes: 1, Passwords: []string{"no", "open sesame"}})
	defer with.Close()
	if _, err := with.Picture(context.Background(), bad(t, "encrypted.pdf"), 1, 400); err != nil {
		t.Error(err)
	}
	if words, err := with.Words(context.Background(), bad(t, "encrypted.pdf"), 1); err != nil || len(words) == 0 {
		t.Errorf("%d words, %v", len(words), err)
	}
	light := pool.New(pool.Options{Processes: 1, Engine: "light"})
	defer light.Close()
	if _, err := light.Picture(context.Background(), bad(t, "ligatures.pdf"), 1, 400); err == nil || !strings.Contains(err.Error(), "pdf.engine") {
		t.Errorf("%v", err)
	}
}

func BenchmarkPicture(b *testing.B) {
	raw, err := os.ReadFile(filepath.Join(fixtures.Dir(), "library", "pdf", "Elroy_User_Guide_V2_1.pdf"))
	if err != nil {
		b.Fatal(err)
	}
	p := pool.New(pool.Options{Processes: 1})
	defer p.Close()
	if _, err := p.Picture(context.Background(), raw, 1, 960); err != nil {
		b.Fatal(err)
	}
	b.Run("picture", func(b *testing.B) {
		for b.Loop() {
			if _, err := p.Picture(context.Background(), raw, 5, 960); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("words", func(b *testing.B) {
		for b.Loop() {
			if _, err := p.Words(context.Background(), raw, 5); err != nil {
				b.Fatal(err)
			}
		}
	})
}
