package light

import (
	"context"
	"os"
	"testing"

	"substrate/corpus/pdf/page"
)

// small is a budget that no input can spend in more than a fraction of a second, so that the fuzzer needs no clock.
var small = budget{file: 2 << 20, content: 1 << 20}

func check(t *testing.T, doc *page.Document, err error) {
	if (doc == nil) == (err == nil) {
		t.Fatalf("document %v, error %v", doc != nil, err)
	}
	if doc == nil {
		return
	}
	for _, p := range doc.Pages {
		for _, w := range p.Words {
			if w.Text == "" || w.Style < 0 || w.Style >= len(doc.Styles) || !(w.X0 <= w.X1) || !(w.Y0 <= w.Y1) {
				t.Fatalf("impossible word %+v with %d styles", w, len(doc.Styles))
			}
		}
	}
}

// FuzzLight reads whole files.
func FuzzLight(f *testing.F) {
	f.Add(onePage(courier, "BT /F 10 Tf 20 200 Td [(two)-400(words)]TJ ET"))
	f.Add(onePage(courier, "/X Do", object("/Subtype/Form", "BT /F 10 Tf (form) Tj ET")))
	for _, name := range []string{"encrypted-rc4", "objects"} {
		pdf, err := os.ReadFile("testdata/" + name + ".pdf")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(pdf)
	}
	f.Fuzz(func(t *testing.T, pdf []byte) {
		if len(pdf) > 64<<10 {
			return
		}
		doc, err := (&Engine{budget: small}).Extract(context.Background(), pdf, "", page.Limits{Pages: 50, Chars: 100_000})
		check(t, doc, err)
	})
}

// FuzzContent reads any content and character map in a sound file, where the fuzzer need not first learn to write PDFs.
func FuzzContent(f *testing.F) {
	f.Add("BT /F 10 Tf 2 Tr 20 200 Td [(two)-400(words)]TJ T* (more) ' 1 2 (x) \" ET q 1 0 0 1 0 0 cm /X Do Q BI /W 1 ID \x00\x01 EI", "1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <00> <FF> <0041> endbfrange")
	f.Add("BT /F 1e9 Tf 1e9 Tc -1 0 0 -1 0 0 Tm <41> Tj ET", "1 begincidrange <00> <ff> 1 endcidrange")
	f.Fuzz(func(t *testing.T, content, cmap string) {
		if len(content)+len(cmap) > 32<<10 {
			return
		}
		font := "<</Type/Font/Subtype/Type0/BaseFont/Y/Encoding 6 0 R/ToUnicode 6 0 R/DescendantFonts[<</DW 500>>]>>"
		doc, err := (&Engine{budget: small}).Extract(context.Background(), onePage(font, content, object("", cmap)), "", page.Limits{Chars: 100_000})
		check(t, doc, err)
	})
}
