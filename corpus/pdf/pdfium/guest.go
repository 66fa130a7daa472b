package pdfium

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"unicode/utf16"

	gopdfium "github.com/klippa-app/go-pdfium"
	"github.com/tetratelabs/wazero/api"
)

// guest calls PDFium's C functions inside the sandbox without the convenience layer above them: reading a page takes two
// or three calls for each character, and that layer analyses the text of every page a second time to answer them.
type guest struct {
	mod   api.Module
	fn    map[string]api.Function
	stack [16]uint64
	out   uint32 // scratch memory in the sandbox for results
	err   error  // the first trap; the instance is of no use after it
}

// scratch is how many bytes out has room for.
const scratch = 4096

func newGuest(inst gopdfium.Pdfium) (*guest, error) {
	field := reflect.Indirect(reflect.ValueOf(inst.GetImplementation())).FieldByName("Module")
	if !field.IsValid() {
		return nil, errors.New("this build of go-pdfium does not show its module")
	}
	mod, ok := field.Interface().(api.Module)
	if !ok {
		return nil, errors.New("this build of go-pdfium shows another kind of module")
	}
	g := &guest{mod: mod, fn: map[string]api.Function{}}
	g.out = g.alloc(scratch)
	return g, g.err
}

// call calls a C function. Pointers and integers go in as they are, and come out in the low bits; after a trap it answers 0.
func (g *guest) call(name string, args ...uint64) uint64 {
	if g.err != nil {
		return 0
	}
	f := g.fn[name]
	if f == nil {
		if f = g.mod.ExportedFunction(name); f == nil {
			g.err = fmt.Errorf("PDFium has no function %s", name)
			return 0
		}
		g.fn[name] = f
	}
	n := copy(g.stack[:], args)
	if err := f.CallWithStack(context.Background(), g.stack[:max(n, 1)]); err != nil {
		g.err = err
		return 0
	}
	return g.stack[0]
}

func (g *guest) alloc(size int) uint32 {
	p := uint32(g.call("malloc", uint64(size)))
	if p == 0 && g.err == nil {
		g.err = fmt.Errorf("no memory for %d bytes in the sandbox", size)
	}
	return p
}

func (g *guest) free(p uint32) { g.call("free", uint64(p)) }

// put copies bytes into the sandbox, a NUL behind them.
func (g *guest) put(b []byte) uint32 {
	p := g.alloc(len(b) + 1)
	if g.err == nil && (!g.mod.Memory().Write(p, b) || !g.mod.Memory().WriteByte(p+uint32(len(b)), 0)) {
		g.err = errors.New("the sandbox has no memory there")
	}
	return p
}

// result is the scratch memory, as the last call filled it.
func (g *guest) result(n int) []byte {
	b, ok := g.mod.Memory().Read(g.out, uint32(n))
	if !ok {
		return make([]byte, n)
	}
	return b
}

func double(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }
func single(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }

// wide reads a UTF-16LE text that a function of the form f(args..., buffer, length) writes; at most limit bytes.
func (g *guest) wide(limit int, name string, args ...uint64) string {
	n := int(uint32(g.call(name, append(args, 0, 0)...)))
	if n < 4 || n > limit {
		return ""
	}
	p := g.alloc(n)
	defer g.free(p)
	g.call(name, append(args, uint64(p), uint64(n))...)
	raw, ok := g.mod.Memory().Read(p, uint32(n))
	if !ok || g.err != nil {
		return ""
	}
	units := make([]uint16, 0, n/2)
	for i := 0; i+1 < n; i += 2 {
		if u := binary.LittleEndian.Uint16(raw[i:]); u != 0 {
			units = append(units, u)
		}
	}
	return string(utf16.Decode(units))
}

// fontName is the name of the font of a character.
func (g *guest) fontName(textPage uint64, i int) string {
	n := int(uint32(g.call("FPDFText_GetFontInfo", textPage, uint64(i), uint64(g.out), scratch, 0)))
	if n < 2 || n > scratch {
		return ""
	}
	return string(bytes.TrimRight(g.result(n), "\x00"))
}
