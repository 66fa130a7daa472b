package light

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"substrate/corpus/pdf/page"
)

// object is a stream object of a test file.
func object(dict, stream string) string {
	return fmt.Sprintf("<<%s /Length %d>>\nstream\n%s\nendstream", dict, len(stream), stream)
}

// build writes a PDF of objects numbered from 1; the first is the catalog, trailer is added to the trailer.
func build(trailer string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, table)
	return b.Bytes()
}

const courier = "<</Type/Font/Subtype/Type1/BaseFont/Courier>>"

// onePage is a file of one page with a font F and content.
func onePage(font, content string, more ...string) []byte {
	return build("", append([]string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 400 300]>>",
		"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>",
		object("", content), font,
	}, more...)...)
}

func read(t *testing.T, pdf []byte) *page.Document {
	t.Helper()
	doc, err := New().Extract(context.Background(), pdf, "", page.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func said(p page.Page) string {
	var out []string
	for _, w := range p.Words {
		if w.Glued {
			w.Text = "~" + w.Text
		}
		out = append(out, w.Text)
	}
	return strings.Join(out, " ")
}
