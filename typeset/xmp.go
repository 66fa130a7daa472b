package typeset

import (
	"encoding/xml"
	"strings"
)

// xmp is the file's metadata in the form that can say version and epoch by name.
func (d *doc) xmp() []byte {
	var b strings.Builder
	esc := func(s string) string {
		var e strings.Builder
		_ = xml.EscapeText(&e, []byte(s)) // a Builder does not fail
		return e.String()
	}
	put := func(tag, value, open, end string) {
		if value != "" {
			b.WriteString("<" + tag + ">" + open + esc(value) + end + "</" + tag + ">\n")
		}
	}
	m := d.meta
	b.WriteString("<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n" +
		"<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:doc=\"urn:substrate:document:1\">\n")
	const alt, seq = "<rdf:Alt><rdf:li xml:lang=\"x-default\">", "<rdf:Seq><rdf:li>"
	put("dc:title", m.Title, alt, "</rdf:li></rdf:Alt>")
	put("dc:description", d.subject(), alt, "</rdf:li></rdf:Alt>")
	put("dc:creator", m.Author, seq, "</rdf:li></rdf:Seq>")
	put("dc:language", m.Language, "<rdf:Bag><rdf:li>", "</rdf:li></rdf:Bag>")
	put("pdf:Keywords", strings.Join(m.Keywords, ", "), "", "")
	put("pdf:Producer", "substrate", "", "")
	put("xmp:CreatorTool", "substrate", "", "")
	put("xmp:CreateDate", m.Created.Format("2006-01-02T15:04:05Z"), "", "")
	put("xmp:ModifyDate", m.Created.Format("2006-01-02T15:04:05Z"), "", "")
	put("doc:version", m.Version, "", "")
	put("doc:date", m.Date, "", "")
	put("doc:epoch", m.Epoch, "", "")
	put("doc:supersedes", m.Supersedes, "", "")
	b.WriteString("</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>")
	return []byte(b.String())
}
