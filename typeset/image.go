package typeset

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // decoders
	"image/png"
	"io/fs"
	"net/url"
	"path"
	"strings"
)

// picture is an image that the writer takes: a JPEG as it is, or a PNG of eight bits a channel.
type picture struct {
	name string
	data []byte
	kind string // "jpg" or "png"
	w, h int
}

// largest bounds the pixels of an image: decoding takes four bytes for each.
const largest = 40_000_000

func newPicture(name string, data []byte) (*picture, error) {
	c, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, errors.New("it is no PNG or JPEG")
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > largest/c.Height {
		return nil, fmt.Errorf("it is %d by %d pixels; make it smaller", c.Width, c.Height)
	}
	if kind == "jpeg" {
		return &picture{name, data, "jpg", c.Width, c.Height}, nil
	}
	// Written anew: interlaced files and sixteen bits are beyond the writer.
	im, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("it is damaged: %w", err)
	}
	flat := image.NewNRGBA(im.Bounds())
	for y := im.Bounds().Min.Y; y < im.Bounds().Max.Y; y++ {
		for x := im.Bounds().Min.X; x < im.Bounds().Max.X; x++ {
			flat.Set(x, y, im.At(x, y))
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, flat); err != nil {
		return nil, err
	}
	return &picture{name, buf.Bytes(), "png", c.Width, c.Height}, nil
}

// picture loads an image of the document, once.
func (d *doc) picture(dest string) (*picture, error) {
	if p := d.images[dest]; p != nil {
		return p, nil
	}
	u, err := url.Parse(dest)
	switch {
	case err != nil:
		return nil, errors.New("its address cannot be read")
	case u.Scheme != "" || u.Host != "":
		return nil, errors.New("only files beside the document are used")
	case d.files == nil:
		return nil, errors.New("no folder was given to take it from")
	}
	name := path.Clean(strings.TrimPrefix(u.Path, "./"))
	if !fs.ValidPath(name) {
		return nil, errors.New("its path leads out of the document's folder")
	}
	raw, err := fs.ReadFile(d.files, name)
	if err != nil {
		return nil, errors.New("there is no such file")
	}
	p, err := newPicture(dest, raw)
	if err != nil {
		return nil, err
	}
	if d.images == nil {
		d.images = map[string]*picture{}
	}
	d.images[dest] = p
	return p, nil
}

// image sets an image in the middle with its description below; an image that cannot be had leaves its description in a frame.
func (b *builder) image(dest, alt string) {
	size := b.theme.Size
	pic, err := b.picture(dest)
	b.gap = max(b.gap, size*0.8)
	if err != nil {
		b.warn("the image %q was left out: %v", dest, err)
		pn := &panel{x: b.x, w: b.w, top: 5, under: 5, fill: b.theme.Colours.Shade}
		b.panels = append(b.panels, pn)
		b.gap += 5
		back := b.inset(10, 10)
		b.text([]span{{text: "Image: " + orElse(alt, dest), style: style{italic: true, colour: b.theme.Colours.Muted}}})
		back()
		b.panels = b.panels[:len(b.panels)-1]
		b.gap = size*0.62 + 5
		return
	}
	w, h := float64(pic.w)*0.6, float64(pic.h)*0.6 // 120 pixels an inch
	scale := min(1, b.w/w, 0.6*(b.bottom-b.top)/h)
	w, h = w*scale, h*scale
	x := b.x + (b.w-w)/2
	b.add(item{h: h, keep: alt != "", draw: func(p *page, y float64) {
		p.ops = append(p.ops, op{kind: opImage, x: x, y: y, w: w, h: h, image: pic})
	}})
	b.gap = size * 0.5
	if alt == "" {
		return
	}
	st := style{italic: true, colour: b.theme.Colours.Muted}
	small := size * 0.9
	for _, l := range b.wrap([]span{{text: alt, style: st}}, small, b.w) {
		x := b.x + (b.w-l.w)/2
		b.add(item{h: leading(small), draw: func(p *page, y float64) { b.paint(p, l, x, y+leading(small)*0.75) }})
	}
	b.gap = size
}

func orElse(s, other string) string {
	if s != "" {
		return s
	}
	return other
}
