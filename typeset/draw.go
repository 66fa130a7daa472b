package typeset

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf16"

	"codeberg.org/go-pdf/fpdf"
)

// write paints the pages into a PDF.
func (d *doc) write(pages []*page) ([]byte, error) {
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: d.pageW, Ht: d.pageH}})
	f.SetCatalogSort(true) // the same input must give the same bytes
	f.SetAutoPageBreak(false, 0)
	f.SetMargins(0, 0, 0)
	f.SetCreationDate(d.meta.Created)
	f.SetModificationDate(d.meta.Created)
	f.SetTitle(utf16Text(d.meta.Title), false)
	f.SetAuthor(utf16Text(d.meta.Author), false)
	f.SetSubject(utf16Text(d.subject()), false)
	f.SetKeywords(utf16Text(strings.Join(d.meta.Keywords, ", ")), false)
	f.SetCreator("substrate", false)
	f.SetProducer("substrate", false)
	f.SetLang(plainLang(d.meta.Language))
	f.SetXmpMetadata(d.xmp())
	f.SetDisplayMode("fullpage", "continuous")
	for _, fc := range d.fonts.all {
		if fc.used {
			// A copy: the writer changes the bytes that it is given while it cuts the font down.
			f.AddUTF8FontFromBytes(fc.name, "", bytes.Clone(fc.data))
		}
	}
	w := &writer{Fpdf: f, links: map[*mark]int{}, pictures: map[*picture]bool{}}
	for range pages {
		f.AddPage()
	}
	level := 0
	for _, h := range d.headings {
		if h.page > 0 {
			// A level may be skipped in the text, but not in an outline.
			level = min(h.level, level+1)
			f.SetPage(h.page)
			f.Bookmark(utf16Text(h.text), level-1, h.y)
		}
	}
	for i, p := range pages {
		f.SetPage(i + 1)
		f.SetFillColor(0, 0, 0) // said on every page: the writer leaves out what it believes is still so
		for _, o := range p.back {
			w.paint(o)
		}
		for _, o := range p.ops {
			w.paint(o)
		}
	}
	var buf bytes.Buffer
	if err := f.Output(&buf); err != nil {
		return nil, fmt.Errorf("the PDF cannot be written: %w", err)
	}
	return buf.Bytes(), nil
}

// subject says version, epoch and date in the words that are printed, for those who see only the file's properties.
func (d *doc) subject() string {
	var parts []string
	for _, s := range []string{d.meta.Subtitle, versionWords(d.meta.Version), d.meta.Epoch, d.meta.Date} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · ")
}

type writer struct {
	*fpdf.Fpdf
	links    map[*mark]int
	pictures map[*picture]bool
}

func (w *writer) paint(o op) {
	switch o.kind {
	case opText:
		// The writer forgets what the font was when the page changes, so it is always told.
		w.SetFont(o.face.name, "", o.size)
		c := mustColour(o.colour)
		w.SetTextColor(int(c.r), int(c.g), int(c.b))
		w.Text(o.x, o.y, o.text)
	case opRect:
		c := mustColour(o.colour)
		w.SetFillColor(int(c.r), int(c.g), int(c.b))
		if o.round > 0 {
			w.RoundedRect(o.x, o.y, o.w, o.h, o.round, "1234", "F")
		} else {
			w.Rect(o.x, o.y, o.w, o.h, "F")
		}
	case opLine:
		c := mustColour(o.colour)
		w.SetDrawColor(int(c.r), int(c.g), int(c.b))
		w.SetLineWidth(o.thick)
		w.Line(o.x, o.y, o.x+o.w, o.y+o.h)
	case opLink:
		if o.to == nil {
			w.LinkString(o.x, o.y, o.w, o.h, address(o.link))
			return
		}
		if o.to.page == 0 {
			return
		}
		id, ok := w.links[o.to]
		if !ok {
			id = w.AddLink()
			w.SetLink(id, max(o.to.y-12, 0), o.to.page)
			w.links[o.to] = id
		}
		w.Link(o.x, o.y, o.w, o.h, id)
	case opImage:
		opt := fpdf.ImageOptions{ImageType: o.image.kind}
		if !w.pictures[o.image] {
			w.RegisterImageOptionsReader(o.image.name, opt, bytes.NewReader(o.image.data))
			w.pictures[o.image] = true
		}
		w.ImageOptions(o.image.name, o.x, o.y, o.w, o.h, false, opt, 0, "")
	}
}

// address is a link's target in the characters that a PDF may hold there.
func address(s string) string {
	if u, err := url.Parse(s); err == nil {
		s = u.String()
	}
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// utf16Text is a text string of a PDF: with a mark in front, so that every character can be told.
func utf16Text(s string) string {
	if s == "" {
		return ""
	}
	u := utf16.Encode([]rune(s))
	out := []byte{0xFE, 0xFF}
	for _, c := range u {
		out = binary.BigEndian.AppendUint16(out, c)
	}
	return string(out)
}

func plainLang(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, s)
}
