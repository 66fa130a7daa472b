package layout_test

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"substrate/corpus"
	"substrate/corpus/pdf/layout"
	"substrate/corpus/pdf/page"
)

// sheet sets words on a page as a program would: by line, each at its place.
type sheet struct {
	doc *page.Document
	set page.StyleSet
}

func newSheet() *sheet {
	return &sheet{doc: &page.Document{Pages: []page.Page{{Width: 595, Height: 842}}, Meta: map[string]string{}}}
}

// put sets text at x, y. Letters are half as wide as the font is high, 0.6 in a fixed-pitch font.
func (s *sheet) put(x, y float64, font string, size float64, text string) {
	style := s.set.Index(font, size)
	s.doc.Styles = s.set.List
	pitch := size * 0.5
	if s.set.List[style].Mono {
		pitch = size * 0.6
	}
	p := &s.doc.Pages[len(s.doc.Pages)-1]
	col := 0
	for _, f := range strings.SplitAfter(text, " ") {
		w := strings.TrimRight(f, " ")
		if w != "" {
			x0 := x + float64(col)*pitch
			n := float64(len([]rune(w)))
			p.Words = append(p.Words, page.Word{Text: w, X0: x0, X1: x0 + n*pitch - 0.1*size, Y0: y, Y1: y + 0.7*size, Base: y, C0: x0 + pitch/2, C1: x0 + (n-0.5)*pitch, Style: style})
		}
		col += len([]rune(f))
	}
}

func (s *sheet) read() string {
	var out []string
	for _, sec := range layout.Read(s.doc).Sections {
		out = append(out, strings.Repeat("#", sec.Level)+" "+sec.Heading())
		for _, b := range sec.Blocks {
			out = append(out, string(b.Kind)+": "+b.Plain())
		}
	}
	return strings.Join(out, "\n")
}

const (
	roman = "Times-Roman"
	bold  = "Times-Bold"
	mono  = "Courier"
)

func TestWrappedTextHyphensAndHeadings(t *testing.T) {
	s := newSheet()
	s.put(60, 780, bold, 14, "1 Purpose")
	s.put(60, 755, roman, 10, "The configuration of the jetson-exporter is kept in one file and is read at every start.")
	s.put(60, 743, roman, 10, "Whoever changes the configur\u00ad")
	s.put(60, 731, roman, 10, "ation restarts the jetson\u00ad")
	s.put(60, 719, roman, 10, "exporter afterwards, and looks at its log for a minute or two before going home.")
	s.put(60, 690, bold, 12, "1.1 Scope")
	s.put(60, 670, roman, 10, "A second section with enough text in it to be taken for a paragraph of its own.")
	want := "# 1 Purpose\nparagraph: The configuration of the jetson-exporter is kept in one file and is read at every start. Whoever changes the configuration restarts the jetson-exporter afterwards, and looks at its log for a minute or two before going home.\n## 1.1 Scope\nparagraph: A second section with enough text in it to be taken for a paragraph of its own."
	if got := s.read(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTableWithWrappedCells(t *testing.T) {
	s := newSheet()
	s.put(60, 780, bold, 14, "1 Values")
	s.put(60, 760, bold, 10, "Part")
	s.put(160, 760, bold, 10, "Remark")
	s.put(420, 760, bold, 10, "Price")
	for i, r := range [][3]string{{"Board", "the price fell by half", "279 EUR"}, {"Disk", "long slot", "34 EUR"}, {"Card", "only for the first start", "9 EUR"}} {
		y := 740 - float64(i)*40
		s.put(60, y, roman, 10, r[0])
		s.put(160, y, roman, 10, r[1])
		s.put(160, y-12, roman, 10, "within a year")
		s.put(420, y, roman, 10, r[2])
	}
	want := "# 1 Values\ntable: Part | Remark | Price\nBoard | the price fell by half within a year | 279 EUR\nDisk | long slot within a year | 34 EUR\nCard | only for the first start within a year | 9 EUR"
	if got := s.read(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A cell whose wrapped line begins with "table of" was taken for a caption, and the table was broken there.
func TestACellThatSpeaksOfATableIsNoCaption(t *testing.T) {
	s := newSheet()
	s.put(60, 780, bold, 14, "1 Changes")
	s.put(60, 760, bold, 10, "Version")
	s.put(160, 760, bold, 10, "Changes")
	s.put(60, 743, roman, 10, "V9.1")
	s.put(160, 743, roman, 10, "The route is by task instead of round robin, with the")
	s.put(160, 731, roman, 10, "table of failures rewritten, and all of the following")
	s.put(160, 719, roman, 10, "exhibit a new order of its steps.")
	s.put(60, 707, roman, 10, "V9.0")
	s.put(160, 707, roman, 10, "New edition.")
	want := "# 1 Changes\ntable: Version | Changes\nV9.1 | The route is by task instead of round robin, with the table of failures rewritten, and all of the following exhibit a new order of its steps.\nV9.0 | New edition."
	if got := s.read(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCodeKeepsItsWhiteSpace(t *testing.T) {
	s := newSheet()
	s.put(60, 780, bold, 14, "1 Unit")
	code := []string{"[Unit]", "After=network.target", "", "def f(x):", "    if x:", "        return 'a  b'"}
	for i, l := range code {
		s.put(70, 760-float64(i)*11, mono, 9, l)
	}
	want := "# 1 Unit\ncode: " + strings.Join(code, "\n")
	if got := s.read(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRunningHeadersLeaveAndAreKeptAsEvidence(t *testing.T) {
	s := newSheet()
	for n := range 4 {
		if n > 0 {
			s.doc.Pages = append(s.doc.Pages, page.Page{Width: 595, Height: 842})
		}
		s.put(60, 810, roman, 8, "Pump Guide")
		s.put(500, 810, roman, 8, "V2.1")
		s.put(60, 700, roman, 10, "Text of a page that is different on every one of them, number "+strings.Repeat("x", n+1)+".")
		s.put(280, 30, roman, 8, "Page "+string(rune('1'+n))+" of 4")
	}
	r := layout.Read(s.doc)
	if got := strings.Join(r.Running, "|"); got != "Pump Guide|V2.1" {
		t.Errorf("running %q", got)
	}
	for _, sec := range r.Sections {
		if strings.Contains(sec.Plain(), "V2.1") || strings.Contains(sec.Plain(), "of 4") {
			t.Errorf("left in the text: %q", sec.Plain())
		}
	}
}

func TestTwoColumnsAreReadOneAfterTheOther(t *testing.T) {
	s := newSheet()
	left := "alpha words run down the left column "
	right := "omega words run down the right side "
	for i := range 12 {
		s.put(50, 750-float64(i)*12, roman, 9, left)
	}
	for i := range 12 {
		s.put(320, 750-float64(i)*12, roman, 9, right)
	}
	got := s.read()
	if strings.LastIndex(got, "alpha") > strings.Index(got, "omega") {
		t.Errorf("columns are mixed:\n%s", got)
	}
}

// FuzzLayout lays words out anywhere: nothing may panic, tables are never ragged, every section has an anchor.
func FuzzLayout(f *testing.F) {
	f.Add([]byte("seed with some bytes to place words by, and a few more of them"))
	f.Add([]byte{0, 255, 1, 254, 2, 253, 3, 252, 4, 251, 5, 250, 6, 249})
	texts := []string{"1", "1.2", "Purpose", "•", "-", "config\u00ad", "Page", "3", "of", "9", "V2.1", "....", "Contents", "Chapter", "§0a", "x", "İ", "\u00ad", "–"}
	fonts := []string{roman, bold, mono, ""}
	f.Fuzz(func(t *testing.T, b []byte) {
		d := &page.Document{Meta: map[string]string{}}
		var set page.StyleSet
		for len(b) >= 7 && len(d.Pages) < 4 {
			if len(d.Pages) == 0 || b[0] == 255 {
				d.Pages = append(d.Pages, page.Page{Width: 595, Height: 842, Bare: b[1] == 7})
			}
			p := &d.Pages[len(d.Pages)-1]
			x, y := float64(binary.LittleEndian.Uint16(b[1:]))/100, float64(binary.LittleEndian.Uint16(b[3:]))/80
			if b[1] == 200 {
				x = math.Inf(1)
			}
			size := float64(b[6] % 40)
			w := page.Word{Text: texts[int(b[5])%len(texts)], X0: x, X1: x + size, Y0: y, Y1: y + size, Base: y, C0: x, C1: x + size, Style: set.Index(fonts[int(b[6])%len(fonts)], size), Glued: b[0]&1 == 1}
			p.Words = append(p.Words, w)
			b = b[7:]
		}
		d.Styles = set.List
		for _, s := range layout.Read(d).Sections {
			if s.Anchor == "" {
				t.Fatal("a section without an anchor")
			}
			for _, bl := range s.Blocks {
				for _, row := range bl.Rows {
					if len(row) != len(bl.Rows[0]) {
						t.Fatal("a ragged table")
					}
				}
				_ = corpus.Block(bl).Plain()
			}
		}
	})
}
