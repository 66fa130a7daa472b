package light

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/ledongthuc/pdf"
)

// glyphNames is the text of glyphs by name, as far as fonts asked. The library has Adobe's list of names but shows it only
// through the encoding of a font, so a tiny PDF with such a font is written to ask it.
type glyphNames map[string]string

// learn looks names up that are not known yet.
func (g glyphNames) learn(names []string) {
	var ask []string
	for _, n := range names {
		for _, part := range parts(n) {
			if _, ok := g[part]; !ok && len(part) > 1 && len(part) < 64 {
				g[part] = ""
				ask = append(ask, part)
			}
		}
	}
	for len(ask) > 0 {
		n := min(len(ask), 128)
		g.ask(ask[:n])
		ask = ask[n:]
	}
}

// parts are the names that a name is made of: "f_i.alt" is an f and an i.
func parts(name string) []string {
	stem, _, _ := strings.Cut(name, ".")
	return strings.Split(stem, "_")
}

// ask looks up to 128 names up. An unknown name comes back as its code; every name stands at two codes to tell.
func (g glyphNames) ask(names []string) {
	var list strings.Builder
	for _, from := range []int{0, 128} {
		fmt.Fprintf(&list, "%d", from)
		for _, n := range names {
			list.WriteByte('/')
			for i := range len(n) {
				fmt.Fprintf(&list, "#%02x", n[i])
			}
		}
		list.WriteByte(' ')
	}
	var file bytes.Buffer
	file.WriteString("%PDF-1.7\n")
	at := file.Len()
	fmt.Fprintf(&file, "1 0 obj\n<</Encoding<</Differences[%s]>>>>\nendobj\n", list.String())
	fmt.Fprintf(&file, "xref\n0 2\n0000000000 65535 f \n%010d 00000 n \ntrailer\n<</Size 2/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", at, file.Len())
	r, err := pdf.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		return
	}
	enc := (&pdf.Font{V: r.Trailer().Key("Root")}).Encoder()
	for i, n := range names {
		low, high := enc.Decode(string([]byte{byte(i)})), enc.Decode(string([]byte{byte(i + 128)}))
		if low == high {
			g[n] = low
		}
	}
}

// Names that tell the character without a list, or that no list can have.
var (
	numbered = regexp.MustCompile(`^(?:g|G|c|C|cid|glyph|index|char|a|x|H)\d+$`)
	unicoded = regexp.MustCompile(`^(?:uni([0-9A-F]{4})+|u[0-9A-F]{4,6})$`)
)

const unknown = "\uFFFD"

// text is the text of a glyph by its name: "" for one that paints nothing, the replacement character when the name
// does not say.
func (g glyphNames) text(name string) string {
	if name == ".notdef" || name == "" {
		return ""
	}
	var out strings.Builder
	for _, part := range parts(name) {
		s := g[part]
		switch {
		case len(part) == 1:
			s = part
		case s == "" && unicoded.MatchString(part):
			s = unicodes(part)
		}
		if s == "" || numbered.MatchString(part) {
			return unknown
		}
		out.WriteString(s)
	}
	return out.String()
}

// unicodes reads "uni00410042" and "u1F600".
func unicodes(name string) string {
	digits, n := strings.TrimPrefix(name, "uni"), 4
	if !strings.HasPrefix(name, "uni") {
		digits = strings.TrimPrefix(name, "u")
		n = len(digits)
	}
	var out strings.Builder
	for ; len(digits) >= n; digits = digits[n:] {
		if c, err := strconv.ParseUint(digits[:n], 16, 32); err == nil {
			out.WriteRune(rune(c))
		}
	}
	return out.String()
}

var builtinCode = regexp.MustCompile(`dup\s+(\d{1,3})\s*/([^\s/\[\]{}()<>%]+)\s+put`)

// builtin reads the encoding that a Type 1 font program brings along; old TeX files have no other. Its text ends
// where the encrypted part begins.
func builtin(program pdf.Value) map[int]string {
	if program.Kind() != pdf.Stream {
		return nil
	}
	src, _ := io.ReadAll(io.LimitReader(program.Reader(), 64<<10))
	if i := bytes.Index(src, []byte("eexec")); i >= 0 {
		src = src[:i]
	}
	out := map[int]string{}
	for _, m := range builtinCode.FindAllSubmatch(src, -1) {
		if c, err := strconv.Atoi(string(m[1])); err == nil && c < 256 {
			out[c] = string(m[2])
		}
	}
	return out
}

// differences reads the Differences array of an encoding.
func differences(diff pdf.Value) map[int]string {
	out := map[int]string{}
	at := 0
	for i := range diff.Len() {
		v := diff.Index(i)
		if v.Kind() == pdf.Integer {
			at = int(v.Int64())
			continue
		}
		if v.Kind() == pdf.Name && at >= 0 && at < 256 {
			out[at] = v.Name()
		}
		at++
	}
	return out
}
