package light

import (
	"io"
	"strings"
	"unicode/utf16"

	"github.com/ledongthuc/pdf"
)

// cmap is a CMap: what codes a composite font has, and what a code stands for.
type cmap struct {
	spaces []codespace
	text   map[uint32]string // code to text
	cid    map[uint32]int    // code to glyph number
}

// codespace is a range of codes of n bytes.
type codespace struct {
	n      int
	lo, hi uint32
}

// Bounds of a character map: Unicode has fewer characters in its basic plane than maxMapped.
const (
	maxMapBytes = 8 << 20
	maxMapped   = 200_000
)

// readMap reads a CMap stream; nil when v is none. Codes that it does not map are not an error: fonts map what they use.
func readMap(v pdf.Value) *cmap {
	if v.Kind() != pdf.Stream {
		return nil
	}
	// What could be read before an error is kept: truncated streams are common and their maps nearly complete.
	src, _ := io.ReadAll(io.LimitReader(v.Reader(), maxMapBytes))
	return parseMap(src)
}

func parseMap(src []byte) *cmap {
	m := &cmap{text: map[uint32]string{}, cid: map[uint32]int{}}
	l := lexer{src: src}
	var args []token
	for {
		t := l.next()
		if t.kind == end {
			return m
		}
		if t.kind != operator {
			if len(args) < maxList {
				args = append(args, t)
			}
			continue
		}
		switch t.s {
		case "endcodespacerange":
			for i := 0; i+1 < len(args); i += 2 {
				m.spaces = append(m.spaces, codespace{len(args[i].s), code(args[i].s), code(args[i+1].s)})
			}
		case "endbfchar":
			for i := 0; i+1 < len(args); i += 2 {
				m.setText(code(args[i].s), bigEndian(args[i+1].s))
			}
		case "endbfrange":
			for i := 0; i+2 < len(args); i += 3 {
				m.textRange(code(args[i].s), code(args[i+1].s), args[i+2])
			}
		case "endcidchar":
			for i := 0; i+1 < len(args); i += 2 {
				m.setCID(code(args[i].s), int(args[i+1].n))
			}
		case "endcidrange":
			for i := 0; i+2 < len(args); i += 3 {
				lo, hi := code(args[i].s), code(args[i+1].s)
				for c := lo; c <= hi && c-lo < 65536; c++ {
					if !m.setCID(c, int(args[i+2].n)+int(c-lo)) {
						break
					}
				}
			}
		}
		args = args[:0]
	}
}

func (m *cmap) setText(c uint32, s string) bool {
	if len(m.text) >= maxMapped {
		return false
	}
	m.text[c] = s
	return true
}

func (m *cmap) setCID(c uint32, cid int) bool {
	if len(m.cid) >= maxMapped {
		return false
	}
	m.cid[c] = cid
	return true
}

func (m *cmap) textRange(lo, hi uint32, to token) {
	if to.kind == list {
		for i, t := range to.list {
			if c := lo + uint32(i); c > hi || !m.setText(c, bigEndian(t.s)) {
				return
			}
		}
		return
	}
	units := units(to.s)
	if len(units) == 0 {
		return
	}
	last := units[len(units)-1]
	for c := lo; c <= hi && c-lo < 65536; c++ {
		units[len(units)-1] = last + uint16(c-lo)
		if !m.setText(c, string(utf16.Decode(units))) {
			return
		}
	}
}

// code is a character code written as a string of up to four bytes.
func code(s string) uint32 {
	var c uint32
	for i := range len(s) {
		c = c<<8 | uint32(s[i])
	}
	return c
}

func units(s string) []uint16 {
	if len(s) == 1 {
		return []uint16{uint16(s[0])} // against the standard, but read so by everyone
	}
	out := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		out = append(out, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return out
}

func bigEndian(s string) string { return string(utf16.Decode(units(s))) }

// read cuts the next code off s.
func (m *cmap) read(s string) (c uint32, n int) {
	if m != nil {
		for n := 1; n <= 4 && n <= len(s); n++ {
			c := code(s[:n])
			for _, sp := range m.spaces {
				if sp.n == n && sp.lo <= c && c <= sp.hi {
					return c, n
				}
			}
		}
	}
	n = min(2, len(s))
	return code(s[:n]), n
}

var ligatures = strings.NewReplacer("\uFB00", "ff", "\uFB01", "fi", "\uFB02", "fl", "\uFB03", "ffi", "\uFB04", "ffl", "\uFB05", "st", "\uFB06", "st")
