// Package ocr reads the words of pages that are pictures with tesseract, a program that is used where it is on PATH and
// never required. It knows nothing of PDF; pictures come from whoever can draw pages.
package ocr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"substrate/corpus/pdf/page"
)

// DPI is the resolution at which tesseract reads print best for its time.
const DPI = 200

// ErrMissing says how to get the program.
var ErrMissing = errors.New("tesseract is not installed; to read scanned pages, install it (Debian, Ubuntu: apt install tesseract-ocr)")

// Options configure recognition. Zero values mean the defaults.
type Options struct {
	Language string        // as tesseract names them, several joined by "+"; default "eng"
	Limit    time.Duration // for one page; default two minutes
}

// Available reports whether tesseract can be run, and its version.
func Available() (version string, ok bool) {
	path, err := exec.LookPath("tesseract")
	if err != nil {
		return "", false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "--version").CombinedOutput()
	if err != nil {
		return "", false
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(strings.TrimPrefix(line, "tesseract")), true
}

// language is what may stand behind -l, so that a configured value cannot be another option or a path.
var language = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(\+[A-Za-z][A-Za-z0-9_]*)*$`)

// Image reads a picture of a page of width by height points; see [Page].
func Image(ctx context.Context, img image.Image, width, height float64, styles *page.StyleSet, o Options) (page.Page, error) {
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return page.Page{}, fmt.Errorf("recognise text: %w", err)
	}
	return Page(ctx, buf.Bytes(), width, height, styles, o)
}

// Page reads the PNG picture of a page of width by height points. Words are in tesseract's reading order, their looks are added
// to styles under the font name "OCR". It returns [ErrMissing] without tesseract, a [page.LimitError] when it takes too long,
// and the error of ctx. A page without words is not Bare: that it is a picture has been dealt with.
func Page(ctx context.Context, picture []byte, width, height float64, styles *page.StyleSet, o Options) (page.Page, error) {
	if o.Language == "" {
		o.Language = "eng"
	}
	if o.Limit <= 0 {
		o.Limit = 2 * time.Minute
	}
	if !language.MatchString(o.Language) {
		return page.Page{}, fmt.Errorf("recognise text: %q is not a language of tesseract; write it like eng or deu+eng", o.Language)
	}
	size, err := png.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		return page.Page{}, fmt.Errorf("recognise text: the picture cannot be read: %w", err)
	}
	if size.Width == 0 || size.Height == 0 || width <= 0 || height <= 0 {
		return page.Page{}, errors.New("recognise text: the picture is empty")
	}
	path, err := exec.LookPath("tesseract")
	if err != nil {
		return page.Page{}, ErrMissing
	}
	out, err := run(ctx, path, picture, float64(size.Height)/height*72, o)
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{Width: width, Height: height}
	p.Words = parse(out, width/float64(size.Width), height/float64(size.Height), height, styles)
	return p, nil
}

func run(ctx context.Context, path string, picture []byte, dpi float64, o Options) (string, error) {
	limited, cancel := context.WithTimeout(ctx, o.Limit)
	defer cancel()
	cmd := exec.CommandContext(limited, path, "stdin", "stdout", "-l", o.Language, "--dpi", strconv.Itoa(int(min(max(dpi, 70), 2400))), "tsv")
	// Its threads slow each other down; pages are what there are many of.
	cmd.Env = append(cmd.Environ(), "OMP_THREAD_LIMIT=1")
	cmd.Stdin = bytes.NewReader(picture)
	cmd.WaitDelay = time.Second
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case limited.Err() != nil:
		return "", &page.LimitError{What: "seconds for the recognition of a page", Limit: int(o.Limit.Seconds())}
	case err != nil:
		said, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
		return "", fmt.Errorf("recognise text in language %q: tesseract: %w: %s; tesseract --list-langs names the languages it has", o.Language, err, said)
	}
	return string(out), nil
}
