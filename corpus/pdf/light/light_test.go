package light

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"substrate/corpus/pdf/page"
)

func TestWords(t *testing.T) {
	const tex = "<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+CMR10/FirstChar 97/Widths[500 556 444 556 444 306 500 556 278 306 528 278 833 556 500 556 528 392 394 389 556 528 722 528 528 444]/FontDescriptor 6 0 R>>"
	program := object("", "%!PS-AdobeFont-1.0: CMR10\n/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\ndup 12 /fi put\ndup 123 /endash put\ndup 1 /Alpha put\nreadonly def\ncurrentfile eexec binary")
	tests := []struct {
		name, font, content, want string
		more                      []string
	}{
		{name: "spaces are displacements, kerns are not", font: tex, content: "BT /F 10 Tf 20 200 Td [(pro)-28(of)-333(reads)-250(wo)27(rds)]TJ ET", want: "proof reads words"},
		{name: "the font program's own encoding", font: tex, content: "BT /F 10 Tf 20 200 Td [(de\\014ne)-333(a{b)]TJ ET", want: "define a–b",
			more: []string{"<</FontFile 7 0 R>>", program}},
		{name: "spaces are characters", font: courier, content: "BT /F 10 Tf 20 200 Td (two words) Tj ET", want: "two words"},
		{name: "lines", font: courier, content: "BT /F 10 Tf 12 TL 20 200 Td (one) Tj (two) ' T* (three) Tj ET", want: "one two three"},
		{name: "a hyphen that ends a line", font: courier, content: "BT /F 10 Tf 12 TL 60 200 Td (inter) Tj (face-) Tj ET BT /F 10 Tf 20 188 Td (lift) Tj ET", want: "interface\u00ad ~lift"},
		{name: "wide tracking keeps words whole", font: courier, content: "BT /F 10 Tf 4 Tc 20 200 Td (wide) Tj ET", want: "wide"},
		{name: "word spacing", font: courier, content: "BT /F 10 Tf 9 Tw 20 200 Td (a b) Tj ET", want: "a b"},
		{name: "an inline image is skipped", font: courier, content: "BI /W 2 /H 1 ID \x00(\xff]\x80 EI\x01 EI\nBT /F 10 Tf 20 200 Td (after) Tj ET", want: "after"},
		{name: "damage is passed over", font: courier, content: "BT /F 10 Tf Td ) ] >> 20 200 Td (still) Tj [(here) -900 (too ET", want: "still"},
		{name: "forms", font: courier, content: "q 1 0 0 1 0 50 cm /X Do Q BT /F 10 Tf 20 20 Td (page) Tj ET", want: "form page",
			more: []string{object("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Matrix[1 0 0 1 5 5]", "BT /F 10 Tf 20 20 Td (form) Tj ET")}},
		{name: "other angles and places off the page are dropped", font: courier, content: "BT /F 10 Tf 20 200 Td (kept) Tj .7 .7 -.7 .7 90 90 Tm (wat) Tj 1 0 0 1 900 90 Tm (off) Tj ET", want: "kept"},
		{name: "names of glyphs", font: "<</Type/Font/Subtype/Type1/BaseFont/X/Encoding<</Differences[1/uni0041/f_i/a.sc/eacute 65/B]>>>>", content: "BT /F 10 Tf 20 200 Td (\\001\\002\\003\\004A) Tj ET", want: "AfiaéB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc := read(t, onePage(tt.font, tt.content, tt.more...))
			if got := said(doc.Pages[0]); got != tt.want {
				t.Errorf("got %q, want %q; warnings %q", got, tt.want, doc.Warnings)
			}
		})
	}
}

func TestComposite(t *testing.T) {
	font := "<</Type/Font/Subtype/Type0/BaseFont/Y/Encoding/Identity-H/ToUnicode 6 0 R/DescendantFonts[<</Subtype/CIDFontType2/DW 500/W[1[600] 2 3 700]>>]>>"
	cmap := object("", "1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfchar <0001> <00660069> endbfchar 2 beginbfrange <0002> <0003> <0061> <0010> <0011> [<D83DDE00> <0078>] endbfrange")
	doc := read(t, onePage(font, "BT /F 10 Tf 20 200 Td <00010002000300100011> Tj ET", cmap))
	w := doc.Pages[0].Words[0]
	if w.Text != "fiab😀x" {
		t.Errorf("text %q", w.Text)
	}
	if want := 20 + 6.0 + 7 + 7 + 5 + 5; math.Abs(w.X1-want) > 1e-9 {
		t.Errorf("right edge %v, want %v", w.X1, want)
	}
}

func TestPlaceAndLook(t *testing.T) {
	doc := read(t, onePage("<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+Courier-Bold>>", "2 0 0 2 10 20 cm BT /F 6 Tf 1 0 0 1 5 10 Tm (ab) Tj ET"))
	p := doc.Pages[0]
	w := p.Words[0]
	if p.Width != 400 || p.Height != 300 || math.Abs(w.X0-20) > 1e-9 || math.Abs(w.X1-34.4) > 1e-9 || math.Abs(w.Base-40) > 1e-9 {
		t.Errorf("page %vx%v, word %+v", p.Width, p.Height, w)
	}
	if s := doc.Styles[w.Style]; s.Font != "Courier-Bold" || s.Size != 12 || !s.Bold || !s.Mono {
		t.Errorf("style %+v", s)
	}
}

func TestSideways(t *testing.T) {
	for name, content := range map[string]string{
		"counter-clockwise": "BT /F 10 Tf 0 1 -1 0 100 50 Tm (up) Tj 0 1 -1 0 112 50 Tm (next) Tj ET",
		"upside down":       "BT /F 10 Tf -1 0 0 -1 300 250 Tm (up) Tj -1 0 0 -1 300 262 Tm (next) Tj ET",
		"clockwise":         "BT /F 10 Tf 0 -1 1 0 100 250 Tm (up) Tj 0 -1 1 0 88 250 Tm (next) Tj ET",
	} {
		t.Run(name, func(t *testing.T) {
			p := read(t, onePage(courier, content)).Pages[0]
			if said(p) != "up next" {
				t.Fatalf("got %q", said(p))
			}
			a, b := p.Words[0], p.Words[1]
			if a.Base <= b.Base || a.X0 != b.X0 || a.X1 <= a.X0 || a.X0 < 0 || a.X1 > p.Width || a.Base > p.Height {
				t.Errorf("page %vx%v: first %+v, second %+v", p.Width, p.Height, a, b)
			}
			if name != "upside down" && p.Width != 300 {
				t.Errorf("page is %vx%v, want it turned", p.Width, p.Height)
			}
		})
	}
}

func TestOutlineAndMeta(t *testing.T) {
	pdf := build("/Info<</Title(\xfe\xff\x00M\x00e)/Author( Ann\nLee )/Subject()>>",
		"<</Type/Catalog/Pages 2 0 R/Outlines 5 0 R/Names<</Dests<</Kids[9 0 R]>>>>>>",
		"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
		"<</Type/Page/Parent 2 0 R>>", "<</Type/Page/Parent 2 0 R>>",
		"<</First 6 0 R>>",
		"<</Title(One)/Dest[3 0 R/Fit]/First 7 0 R/Next 8 0 R>>",
		"<</Title(Inner)/A<</S/GoTo/D(there)>>>>",
		"<</Title(Round)/Dest/nowhere/Next 8 0 R>>",
		"<</Names[(there)<</D[4 0 R/XYZ 0 0 0]>>]>>",
	)
	doc := read(t, pdf)
	if doc.Meta["title"] != "Me" || doc.Meta["author"] != "Ann Lee" || len(doc.Meta) != 2 {
		t.Errorf("meta %q", doc.Meta)
	}
	want := []page.Bookmark{{Title: "One", Level: 1, Page: 1}, {Title: "Inner", Level: 2, Page: 2}, {Title: "Round", Level: 1}}
	if len(doc.Outline) < 3 || len(doc.Outline) > maxBookmarks {
		t.Fatalf("%d bookmarks", len(doc.Outline))
	}
	for i, b := range want {
		if doc.Outline[i] != b {
			t.Errorf("bookmark %d is %+v, want %+v", i, doc.Outline[i], b)
		}
	}
}

func TestBare(t *testing.T) {
	if p := read(t, onePage(courier, "0 0 100 100 re f")).Pages[0]; !p.Bare {
		t.Error("a page that paints and has no words is not bare")
	}
	if p := read(t, onePage(courier, "q Q")).Pages[0]; p.Bare {
		t.Error("an empty page is bare")
	}
}

// errorOf is the error of reading pdf, which must come without a document.
func errorOf(t *testing.T, pdf []byte, password string, lim page.Limits) error {
	t.Helper()
	doc, err := New().Extract(context.Background(), pdf, password, lim)
	if err == nil || doc != nil {
		t.Fatalf("got document %v and error %v", doc != nil, err)
	}
	return err
}

func TestRefuses(t *testing.T) {
	prose := "the quick brown fox jumps over the lazy dog and goes on to tell what it saw there"
	glued := strings.Repeat("("+strings.ReplaceAll(prose, " ", "")+") Tj T* ", 4)
	hidden := "<</Type/Font/Subtype/Type0/BaseFont/Y/Encoding/Identity-H/DescendantFonts[<</DW 500>>]>>"
	compact := "<</Type/Font/Subtype/Type1/BaseFont/CMSY10/FontDescriptor<</Flags 4/FontFile3 6 0 R>>>>"
	loop := build("", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")
	huge := strings.Replace(string(onePage(courier, "")), "/Size 6", "/Size 9999999999", 1)
	for name, tt := range map[string]struct {
		pdf  []byte
		want string
	}{
		"glued words":                   {onePage(courier, "BT /F 4 Tf 9 TL 20 200 Td "+glued+"ET"), "cannot tell its words apart; set pdf.engine: pdfium"},
		"hidden characters":             {onePage(hidden, "BT /F 10 Tf 20 200 Td ("+prose+") Tj ET"), "cannot tell its characters"},
		"a compact font's own encoding": {onePage(compact, "BT /F 10 Tf 20 200 Td ("+prose+") Tj ET", object("/Subtype/Type1C", "binary")), "cannot tell its characters"},
		"pages without end":             {loop, "page tree has no end"},
		"numbers beyond reason":         {[]byte(huge), "tables speak of 9999999999"},
		"no PDF":                        {[]byte("MZ\x90\x00"), "not a PDF"},
		"half a PDF":                    {onePage(courier, "")[:200], "cut off"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := errorOf(t, tt.pdf, "", page.Limits{}); !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q, want it to contain %q", err, tt.want)
			}
		})
	}
	// Long identifiers and paths are no sign of glued words.
	read(t, onePage(courier, "BT /F 4 Tf 9 TL 20 200 Td "+strings.Repeat("(/usr/share/doc/very_long_identifier_with_parts and some prose around it) Tj T* ", 4)+"ET"))
}

func TestLimits(t *testing.T) {
	pdf := build("", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R 3 0 R 3 0 R]/Count 3>>",
		"<</Type/Page/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>", object("", "BT /F 10 Tf (12345) Tj ET"), courier)
	for _, tt := range []struct {
		lim  page.Limits
		want page.LimitError
	}{
		{page.Limits{Pages: 2}, page.LimitError{What: "pages", Limit: 2}},
		{page.Limits{Chars: 14}, page.LimitError{What: "characters", Limit: 14}},
	} {
		var got *page.LimitError
		if err := errorOf(t, pdf, "", tt.lim); !errors.As(err, &got) || *got != tt.want {
			t.Errorf("limits %+v: got %v, want %v", tt.lim, err, &tt.want)
		}
	}
	if _, err := New().Extract(context.Background(), pdf, "", page.Limits{Pages: 3, Chars: 15}); err != nil {
		t.Errorf("at the limits: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := New().Extract(ctx, pdf, "", page.Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A form that draws itself many times over costs a bounded amount of work.
func TestFormBomb(t *testing.T) {
	pdf := onePage(courier, "/X Do", object("/Subtype/Form/Resources<</XObject<</X 6 0 R>>>>", strings.Repeat("/X Do ", 50)))
	e := &Engine{budget: budget{file: 64 << 20, content: 1 << 20}}
	if _, err := e.Extract(context.Background(), pdf, "", page.Limits{}); err == nil || !strings.Contains(err.Error(), "too much work") {
		t.Errorf("got %v", err)
	}
}

// testdata/encrypted-*.pdf are one page saying "sealed words" behind the password "opensesame".
func TestEncrypted(t *testing.T) {
	for _, name := range []string{"rc4", "aes128"} {
		pdf, err := os.ReadFile("testdata/encrypted-" + name + ".pdf")
		if err != nil {
			t.Fatal(err)
		}
		for _, password := range []string{"", "wrong"} {
			if err := errorOf(t, pdf, password, page.Limits{}); !errors.Is(err, page.ErrPassword) {
				t.Errorf("%s with password %q: %v", name, password, err)
			}
		}
		doc, err := New().Extract(context.Background(), pdf, "opensesame", page.Limits{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := said(doc.Pages[0]); got != "sealed words" {
			t.Errorf("%s: got %q", name, got)
		}
	}
	pdf, err := os.ReadFile("testdata/encrypted-aes256.pdf")
	if err != nil {
		t.Fatal(err)
	}
	if err := errorOf(t, pdf, "opensesame", page.Limits{}); !errors.Is(err, page.ErrPassword) || !strings.Contains(err.Error(), "pdfium") {
		t.Errorf("a method it cannot read: %v", err)
	}
}

// samples are real files, where they are present: every one ends in words or in a sentence.
func samples(t *testing.T, patterns ...string) []string {
	t.Helper()
	var out []string
	for _, p := range patterns {
		found, err := filepath.Glob(p)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, found...)
	}
	return out
}

func TestRealFiles(t *testing.T) {
	const shared = "../../../../shared/"
	for _, f := range samples(t, shared+"torture/*/*.pdf", shared+"torture/*/*/*.pdf", shared+"torture/*/*/*/*.pdf", shared+"torture/*/*/*/*/*.pdf", "../../../fixtures/bad/*.pdf") {
		pdf, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := New().Extract(context.Background(), pdf, "", page.Limits{Pages: 5000, Chars: 20_000_000})
		if (doc == nil) == (err == nil) {
			t.Errorf("%s: document %v, error %v", f, doc != nil, err)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\n\x00") {
			t.Errorf("%s: the error is no sentence: %q", f, err)
		}
	}
	for _, f := range samples(t, "../../../fixtures/library/pdf/*.pdf", shared+"corpora/*/*[02].pdf") {
		pdf, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := New().Extract(context.Background(), pdf, "", page.Limits{})
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		if len(doc.Warnings) > 0 {
			t.Errorf("%s: %q", f, doc.Warnings)
		}
	}
}
