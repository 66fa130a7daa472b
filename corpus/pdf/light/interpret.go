package light

import (
	"bytes"
	"errors"
	"io"
	"math"
	"regexp"

	"github.com/ledongthuc/pdf"

	"substrate/corpus/pdf/page"
)

// matrix is [a b c d e f] of the standard: x' = ax + cy + e, y' = bx + dy + f.
type matrix [6]float64

var identity = matrix{1, 0, 0, 1, 0, 0}

// mul applies m first, then n.
func (m matrix) mul(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// state is the part of the graphics state that q and Q save.
type state struct {
	ctm                         matrix
	font                        *font
	size                        float64
	charSpace, wordSpace, scale float64
	leading, rise               float64
}

// interpreter runs the content of one page.
type interpreter struct {
	x       *extractor
	box     [4]float64
	g       state
	saved   []state
	tm, tlm matrix
	glyphs  []glyph
	painted bool
	depth   int // of forms
	steps   int
}

const (
	maxForms = 12
	// maxTracking is the widest letter spacing, in sizes of the font, that is design; more places words or columns.
	maxTracking = 0.5
	maxSaved    = 1000
)

func (in *interpreter) page(l leaf) {
	in.g = state{ctm: identity, scale: 1}
	if l.v.IsNull() {
		panic(errors.New("it cannot be found"))
	}
	src, err := in.content(l.v.Key("Contents"))
	in.run(src, resources{v: l.resources})
	if err != nil {
		panic(err)
	}
}

// content reads a stream, or the streams of an array, which form one. It gives what was read before an error.
func (in *interpreter) content(v pdf.Value) ([]byte, error) {
	var out bytes.Buffer
	var failed error
	parts := 1
	if v.Kind() == pdf.Array {
		parts = v.Len()
	}
	for i := range parts {
		s := v
		if v.Kind() == pdf.Array {
			s = v.Index(i)
		}
		if s.Kind() != pdf.Stream {
			continue
		}
		err := try(func() {
			n, err := io.Copy(&out, io.LimitReader(s.Reader(), max(0, in.x.content)+1))
			in.spend(n)
			if err != nil {
				panic(err)
			}
		})
		must(err)
		failed = errors.Join(failed, err)
		out.WriteByte('\n') // tokens end with their stream
	}
	return out.Bytes(), failed
}

func (in *interpreter) spend(n int64) {
	if in.x.content -= n; in.x.content < 0 {
		panic(stop{errWork})
	}
}

// resources are the names that content may use. The text of the font dictionary shows references, which tell equal fonts
// of different pages without loading them.
type resources struct {
	v     pdf.Value
	fonts pdf.Value
	refs  map[string]string
	known map[string]*font
}

var namedReference = regexp.MustCompile(`/([^\s/<>\[\]()]+) (\d+ \d+ R)\b`)

func (x *extractor) font(res *resources, name string) *font {
	if res.known == nil {
		res.known, res.refs = map[string]*font{}, map[string]string{}
		res.fonts = res.v.Key("Font")
		for _, m := range namedReference.FindAllStringSubmatch(res.fonts.String(), -1) {
			res.refs[m[1]] = m[2]
		}
	}
	if f, ok := res.known[name]; ok {
		return f
	}
	key := res.refs[name]
	f := x.fonts[key]
	if key == "" || f == nil {
		err := try(func() {
			v := res.fonts.Key(name)
			if key == "" {
				key = v.String()
			}
			if f = x.fonts[key]; f == nil {
				f = loadFont(v, x.names)
			}
		})
		must(err)
		if f == nil {
			f = &font{missing: 500, text: base("")}
		}
		x.fonts[key] = f
	}
	res.known[name] = f
	return f
}

func (in *interpreter) run(src []byte, res resources) {
	l := lexer{src: src}
	args := make([]token, 0, 16)
	for {
		t := l.next()
		switch {
		case t.kind == end:
			return
		case t.kind == operator:
			if in.steps++; in.steps&0xFFFF == 0 && in.x.ctx.Err() != nil {
				panic(stop{in.x.ctx.Err()})
			}
			if t.s == "ID" {
				l.skipImage()
				in.painted = true
			} else {
				in.do(t.s, args, &res)
			}
			args = args[:0]
		case len(args) < 64:
			args = append(args, t)
		}
	}
}

// form runs the content of a form, which is drawn like a page of its own inside this one.
func (in *interpreter) form(name string, res *resources) {
	v := res.v.Key("XObject").Key(name)
	if v.Key("Subtype").Name() != "Form" || in.depth >= maxForms {
		in.painted = in.painted || v.Kind() == pdf.Stream
		return
	}
	in.spend(1024)
	src, err := in.content(v)
	kept, depth := in.g, len(in.saved)
	if m := v.Key("Matrix"); m.Len() == 6 {
		var n matrix
		for i := range n {
			n[i] = m.Index(i).Float64()
		}
		in.g.ctm = n.mul(in.g.ctm)
	}
	inner := resources{v: v.Key("Resources")}
	if inner.v.IsNull() {
		inner = resources{v: res.v}
	}
	in.depth++
	in.run(src, inner)
	in.depth--
	in.g, in.saved = kept, in.saved[:min(depth, len(in.saved))]
	if err != nil {
		panic(err)
	}
}

// show paints a string.
func (in *interpreter) show(s string) {
	f := in.g.font
	if f == nil {
		return
	}
	trm := matrix{in.g.size * in.g.scale, 0, 0, in.g.size, 0, in.g.rise}.mul(in.tm).mul(in.g.ctm)
	size := math.Hypot(trm[2], trm[3])
	style := in.x.styles.Index(f.name, min(size, 10_000))
	tracking := 0.0
	if in.g.charSpace > 0 && in.g.charSpace <= maxTracking*in.g.size {
		tracking = in.g.charSpace * in.g.scale * math.Hypot(in.tm[0]*in.g.ctm[0], in.tm[0]*in.g.ctm[1])
	}
	for len(s) > 0 {
		c, n := f.next(s)
		s = s[n:]
		if in.x.chars++; in.x.lim.Chars > 0 && in.x.chars > in.x.lim.Chars {
			panic(stop{&page.LimitError{What: "characters", Limit: in.x.lim.Chars}})
		}
		trm = matrix{in.g.size * in.g.scale, 0, 0, in.g.size, 0, in.g.rise}.mul(in.tm).mul(in.g.ctm)
		advance := c.width / 1000
		if c.text != "" {
			in.glyphs = append(in.glyphs, glyph{
				text: c.text, x: trm[4] - in.box[0], y: trm[5] - in.box[1], dx: trm[0] * advance, dy: trm[1] * advance,
				tracking: tracking, angle: math.Atan2(trm[1], trm[0]), size: size, style: style,
			})
		}
		tx := advance*in.g.size + in.g.charSpace
		if c.blank {
			tx += in.g.wordSpace
		}
		in.move(tx * in.g.scale)
	}
}

// move moves the text position along the line, in unscaled text space.
func (in *interpreter) move(tx float64) {
	in.tm = matrix{1, 0, 0, 1, tx, 0}.mul(in.tm)
}

func (in *interpreter) nextLine(tx, ty float64) {
	in.tlm = matrix{1, 0, 0, 1, tx, ty}.mul(in.tlm)
	in.tm = in.tlm
}
