package inferencetest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
)

// GGUF types of values (docs/gguf.md of github.com/ggml-org/ggml).
const (
	ggufU32    = 4
	ggufI32    = 5
	ggufF32    = 6
	ggufBool   = 7
	ggufString = 8
	ggufArray  = 9
)

// The shape of TinyGGUF.
const (
	tinyWidth  = 32
	tinyHeads  = 2
	tinyFeed   = 64
	tinyWindow = 8192
)

// TinyGGUF is a whole language model of one layer, about 150 kB, that any llama.cpp or Ollama loads: the architecture
// "llama" with random but fixed weights. Its tokenizer has a token for each byte and one for the space, so that a text of
// n bytes costs about n tokens; it writes small letters and spaces without end and without sense. It is for testing how
// a real server streams, counts, times and refuses; what it says means nothing.
func TinyGGUF() []byte {
	pieces := []string{"<unk>", "<s>", "</s>"}
	kinds := []int32{2, 3, 3} // unknown, control
	for i := range 256 {
		pieces = append(pieces, fmt.Sprintf("<0x%02X>", i))
		kinds = append(kinds, 6) // byte
	}
	pieces = append(pieces, "▁") // the space
	kinds = append(kinds, 1)
	space := len(pieces) - 1
	var g gguf
	g.text("general.architecture", "llama")
	g.text("general.name", "tiny")
	g.u32("general.file_type", 0)
	g.u32("llama.block_count", 1)
	g.u32("llama.context_length", tinyWindow)
	g.u32("llama.embedding_length", tinyWidth)
	g.u32("llama.feed_forward_length", tinyFeed)
	g.u32("llama.attention.head_count", tinyHeads)
	g.u32("llama.attention.head_count_kv", tinyHeads)
	g.u32("llama.rope.dimension_count", tinyWidth/tinyHeads)
	g.u32("llama.vocab_size", uint32(len(pieces)))
	g.f32("llama.attention.layer_norm_rms_epsilon", 1e-5)
	g.text("tokenizer.ggml.model", "llama")
	g.array("tokenizer.ggml.tokens", ggufString, len(pieces), func(i int) { g.str(pieces[i]) })
	g.array("tokenizer.ggml.scores", ggufF32, len(pieces), func(int) { g.put(float32(0)) })
	g.array("tokenizer.ggml.token_type", ggufI32, len(pieces), func(i int) { g.put(kinds[i]) })
	g.u32("tokenizer.ggml.unknown_token_id", 0)
	g.u32("tokenizer.ggml.bos_token_id", 1)
	g.u32("tokenizer.ggml.eos_token_id", 2)
	g.key("tokenizer.ggml.add_bos_token", ggufBool)
	g.kv.WriteByte(1)

	random := rand.New(rand.NewPCG(1, 2))
	weights := func(n int) []float32 {
		w := make([]float32, n)
		for i := range w {
			w[i] = float32(random.NormFloat64() / math.Sqrt(tinyWidth))
		}
		return w
	}
	ones := make([]float32, tinyWidth)
	for i := range ones {
		ones[i] = 1
	}
	v := len(pieces)
	g.tensor("token_embd.weight", weights(v*tinyWidth), tinyWidth, v)
	g.tensor("blk.0.attn_norm.weight", ones, tinyWidth)
	for _, name := range []string{"attn_q", "attn_k", "attn_v", "attn_output"} {
		g.tensor("blk.0."+name+".weight", weights(tinyWidth*tinyWidth), tinyWidth, tinyWidth)
	}
	g.tensor("blk.0.ffn_norm.weight", ones, tinyWidth)
	g.tensor("blk.0.ffn_gate.weight", weights(tinyWidth*tinyFeed), tinyWidth, tinyFeed)
	g.tensor("blk.0.ffn_up.weight", weights(tinyWidth*tinyFeed), tinyWidth, tinyFeed)
	g.tensor("blk.0.ffn_down.weight", weights(tinyWidth*tinyFeed), tinyFeed, tinyWidth)
	g.tensor("output_norm.weight", ones, tinyWidth)
	// Only small letters and the space have a voice; the end of the text has none.
	out := weights(v * tinyWidth)
	for i := range v {
		if c := i - 3; i == space || c >= 'a' && c <= 'z' {
			for j := range tinyWidth {
				out[i*tinyWidth+j] *= 4
			}
			continue
		}
		clear(out[i*tinyWidth : (i+1)*tinyWidth])
	}
	g.tensor("output.weight", out, tinyWidth, v)
	return g.bytes()
}

// gguf writes the format, version 3: header, keys and values, tensor list, data at multiples of 32.
type gguf struct {
	kv, list, data bytes.Buffer
	keys, tensors  uint64
}

func (g *gguf) put(v any) { _ = binary.Write(&g.kv, binary.LittleEndian, v) }
func (g *gguf) str(s string) {
	g.put(uint64(len(s)))
	g.kv.WriteString(s)
}

func (g *gguf) key(name string, kind uint32) {
	g.keys++
	g.str(name)
	g.put(kind)
}

func (g *gguf) text(name, v string) {
	g.key(name, ggufString)
	g.str(v)
}

func (g *gguf) u32(name string, v uint32) {
	g.key(name, ggufU32)
	g.put(v)
}

func (g *gguf) f32(name string, v float32) {
	g.key(name, ggufF32)
	g.put(v)
}

func (g *gguf) array(name string, kind uint32, n int, each func(int)) {
	g.key(name, ggufArray)
	g.put(kind)
	g.put(uint64(n))
	for i := range n {
		each(i)
	}
}

func (g *gguf) tensor(name string, v []float32, dims ...int) {
	g.tensors++
	le := binary.LittleEndian
	put := func(x any) { _ = binary.Write(&g.list, le, x) }
	put(uint64(len(name)))
	g.list.WriteString(name)
	put(uint32(len(dims)))
	for _, d := range dims {
		put(uint64(d))
	}
	put(uint32(0)) // F32
	pad(&g.data)
	put(uint64(g.data.Len()))
	_ = binary.Write(&g.data, le, v)
}

func pad(b *bytes.Buffer) {
	for b.Len()%32 != 0 {
		b.WriteByte(0)
	}
}

func (g *gguf) bytes() []byte {
	var b bytes.Buffer
	b.WriteString("GGUF")
	for _, v := range []any{uint32(3), g.tensors, g.keys} {
		_ = binary.Write(&b, binary.LittleEndian, v)
	}
	b.Write(g.kv.Bytes())
	b.Write(g.list.Bytes())
	pad(&b)
	b.Write(g.data.Bytes())
	return b.Bytes()
}
