package typeset

import (
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// Theme is how documents look. The zero value is a complete theme; what is set replaces a part of it.
type Theme struct {
	Page    string  `yaml:"page" mapstructure:"page"`       // "a4" (default) or "letter"
	Margins Margins `yaml:"margins" mapstructure:"margins"` // millimetres
	Size    float64 `yaml:"size" mapstructure:"size"`       // of body text in points; default 10
	Colours Colours `yaml:"colours" mapstructure:"colours"`
	Fonts   Fonts   `yaml:"fonts" mapstructure:"fonts"`
	Logo    string  `yaml:"logo" mapstructure:"logo"`           // path of a PNG or JPEG, for the cover
	Cover   *bool   `yaml:"cover" mapstructure:"cover"`         // a page of its own; default true
	TOC     int     `yaml:"toc_depth" mapstructure:"toc_depth"` // levels of headings; default 2, -1 for no table of contents
	Footer  string  `yaml:"footer" mapstructure:"footer"`       // on the left of every footer: an organisation, "Confidential"
	// LogoBytes is the logo itself, when there is no file.
	LogoBytes []byte `yaml:"-" mapstructure:"-"`
	// Files is where font and logo paths lead; nil for the machine's own files.
	Files fs.FS `yaml:"-" mapstructure:"-"`
}

// Margins in millimetres; zero means the default. The running header and footer stand inside them. Readers of PDFs expect
// those within an eighth of the page's height at its edges, and what stands there again and again to be no text:
// margins below 33 mm let repeated rows of long tables look like a running header.
type Margins struct {
	Top    float64 `yaml:"top" mapstructure:"top"`
	Right  float64 `yaml:"right" mapstructure:"right"`
	Bottom float64 `yaml:"bottom" mapstructure:"bottom"`
	Left   float64 `yaml:"left" mapstructure:"left"`
}

// Colours as "#1f3a5f".
type Colours struct {
	Accent string `yaml:"accent" mapstructure:"accent"` // title, headings, links
	Text   string `yaml:"text" mapstructure:"text"`
	Muted  string `yaml:"muted" mapstructure:"muted"` // running header, labels
	Rule   string `yaml:"rule" mapstructure:"rule"`   // fine lines
	Shade  string `yaml:"shade" mapstructure:"shade"` // behind code and table headers
}

// Fonts are the families for each use.
type Fonts struct {
	Body     Family   `yaml:"body" mapstructure:"body"`
	Heading  Family   `yaml:"heading" mapstructure:"heading"` // default: that of Body
	Code     Family   `yaml:"code" mapstructure:"code"`       // must be fixed-pitch
	Fallback []string `yaml:"fallback" mapstructure:"fallback"`
}

// Family is a built-in family by Name ("sans", "serif", "mono") or TrueType files by path. Without a bold or an italic
// file, the regular one stands in.
type Family struct {
	Name       string `yaml:"name" mapstructure:"name"`
	Regular    string `yaml:"regular" mapstructure:"regular"`
	Bold       string `yaml:"bold" mapstructure:"bold"`
	Italic     string `yaml:"italic" mapstructure:"italic"`
	BoldItalic string `yaml:"bold_italic" mapstructure:"bold_italic"`
}

func (t Theme) withDefaults() (Theme, error) {
	switch strings.ToLower(t.Page) {
	case "":
		t.Page = "a4"
	case "a4", "letter":
		t.Page = strings.ToLower(t.Page)
	default:
		return t, fmt.Errorf("theme: page %q is not known; it is a4 or letter", t.Page)
	}
	for _, f := range []struct {
		what   string
		to     *float64
		def    float64
		lo, hi float64
	}{
		{"size", &t.Size, 10, 7, 14},
		{"margins.top", &t.Margins.Top, 33, 15, 80}, {"margins.bottom", &t.Margins.Bottom, 35, 15, 80},
		{"margins.left", &t.Margins.Left, 23, 10, 60}, {"margins.right", &t.Margins.Right, 23, 10, 60},
	} {
		if *f.to == 0 {
			*f.to = f.def
		}
		if !(*f.to >= f.lo && *f.to <= f.hi) {
			return t, fmt.Errorf("theme: %s is %g; it must be from %g to %g", f.what, *f.to, f.lo, f.hi)
		}
	}
	for _, c := range []struct {
		what string
		to   *string
		def  string
	}{
		{"accent", &t.Colours.Accent, "#1f3a5f"}, {"text", &t.Colours.Text, "#1c1f24"}, {"muted", &t.Colours.Muted, "#667080"},
		{"rule", &t.Colours.Rule, "#cdd3db"}, {"shade", &t.Colours.Shade, "#f3f5f8"},
	} {
		if *c.to == "" {
			*c.to = c.def
		}
		if _, err := parseColour(*c.to); err != nil {
			return t, fmt.Errorf("theme: colours.%s: %w", c.what, err)
		}
	}
	if t.TOC == 0 {
		t.TOC = 2
	}
	return t, nil
}

func (t Theme) hasCover() bool { return t.Cover == nil || *t.Cover }

func (t Theme) read(path string) ([]byte, error) {
	if t.Files != nil {
		return fs.ReadFile(t.Files, path)
	}
	return os.ReadFile(path)
}

type colour struct{ r, g, b uint8 }

func parseColour(s string) (colour, error) {
	h := strings.TrimPrefix(strings.TrimSpace(s), "#")
	if len(h) == 3 {
		h = string([]byte{h[0], h[0], h[1], h[1], h[2], h[2]})
	}
	n, err := strconv.ParseUint(h, 16, 32)
	if err != nil || len(h) != 6 {
		return colour{}, fmt.Errorf("%q is no colour; write it as #1f3a5f", s)
	}
	return colour{uint8(n >> 16), uint8(n >> 8), uint8(n)}, nil
}

// mustColour parses a colour that withDefaults has checked.
func mustColour(s string) colour {
	c, err := parseColour(s)
	if err != nil {
		panic(err)
	}
	return c
}
