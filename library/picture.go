package library

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"substrate/corpus"
	"substrate/corpus/catalog"
)

// PDFPainter draws pages of PDFs; a PDFReader that can, does. Pages are counted from 1.
type PDFPainter interface {
	Picture(ctx context.Context, pdf []byte, page, width int) ([]byte, error)
	Words(ctx context.Context, pdf []byte, page int) ([]corpus.PlacedWord, error)
}

// ErrNoPicture is wrapped when a version has no page to be drawn: it is Markdown, or has fewer pages.
var ErrNoPicture = errors.New("no picture")

// PictureWidths are the widths, in pixels, that pictures are drawn in: few, so that a cache can hold them.
var PictureWidths = []int{240, 480, 960, 1440, 1920}

const (
	pictureTime = 45 * time.Second // to draw one; it goes on when the caller has gone, so that the next one finds it
	pictureRoom = 256 << 20        // bytes that the cache may take
)

// Picture is a page of a version, counted from 1, as a PNG. key is Version.SHA256. The width is the smallest of PictureWidths
// that is not less than width. Pictures are kept in the library's cache folder, by content, page and width.
func (l *Library) Picture(ctx context.Context, key string, page, width int) ([]byte, error) {
	width = pictureWidth(width)
	name := fmt.Sprintf("%s-%d-%d.png", key, page, width)
	return l.drawn(ctx, key, page, name, func(ctx context.Context, p PDFPainter, raw []byte) ([]byte, error) {
		return p.Picture(ctx, raw, page, width)
	})
}

func pictureWidth(width int) int {
	i, _ := slices.BinarySearch(PictureWidths, width)
	return PictureWidths[min(i, len(PictureWidths)-1)]
}

// pageWords are the words of a page with their places, kept beside the pictures.
func (l *Library) pageWords(ctx context.Context, key string, page int) ([]corpus.PlacedWord, error) {
	raw, err := l.drawn(ctx, key, page, fmt.Sprintf("%s-%d.json", key, page), func(ctx context.Context, p PDFPainter, raw []byte) ([]byte, error) {
		words, err := p.Words(ctx, raw, page)
		if err != nil {
			return nil, err
		}
		return json.Marshal(words)
	})
	if err != nil {
		return nil, err
	}
	var out []corpus.PlacedWord
	return out, json.Unmarshal(raw, &out)
}

func (l *Library) drawn(ctx context.Context, key string, page int, name string, draw func(context.Context, PDFPainter, []byte) ([]byte, error)) ([]byte, error) {
	row, err := l.rowOf(ctx, key)
	if err != nil {
		return nil, err
	}
	if row.Format != "pdf" || page < 1 || page > row.Pages {
		return nil, fmt.Errorf("%w: %s is %s with %d page(s), and page %d was asked for", ErrNoPicture, refOf(row.Document, row.Label), row.Format, row.Pages, page)
	}
	out, err := l.kept(ctx, filepath.Join(l.cacheDir(), name[:2], name), func(ctx context.Context, p PDFPainter) ([]byte, error) {
		raw, err := catalog.OpenStore(l.state()).Get(key)
		if err != nil {
			return nil, err
		}
		return draw(ctx, p, raw)
	})
	if err != nil {
		return nil, fmt.Errorf("page %d of %s: %w", page, refOf(row.Document, row.Label), err)
	}
	return out, nil
}

// kept is what the cache has at path, or what draw makes for it.
func (l *Library) kept(ctx context.Context, path string, draw func(context.Context, PDFPainter) ([]byte, error)) ([]byte, error) {
	if raw, err := os.ReadFile(path); err == nil {
		return raw, nil
	}
	defer drawing.lock(path)()
	if raw, err := os.ReadFile(path); err == nil {
		return raw, nil // somebody drew it meanwhile
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	reader, err := l.PDF()
	if err != nil {
		return nil, err
	}
	painter, ok := reader.(PDFPainter)
	if !ok {
		return nil, fmt.Errorf("%w: this program cannot draw pages", ErrNoPicture)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pictureTime)
	defer cancel()
	out, err := draw(ctx, painter)
	if err != nil {
		return nil, err
	}
	if err := keepPicture(path, out); err != nil {
		l.Log.Warn("a picture is not kept", "error", err)
	}
	return out, nil
}

func (l *Library) rowOf(ctx context.Context, key string) (catalog.Row, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return catalog.Row{}, err
	}
	defer s.done()
	row, ok, err := s.cat.Row(ctx, key)
	if err == nil && !ok {
		err = fmt.Errorf("%w: no version has the bytes %.12q", ErrNotFound, key)
	}
	return row, err
}

func (l *Library) cacheDir() string { return filepath.Join(l.state(), "cache", "pictures") }

// keepPicture writes a file in one step and now and then makes room.
func keepPicture(path string, raw []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil && drawing.due() {
		err = makeRoom(filepath.Dir(dir), pictureRoom)
	}
	return err
}

// makeRoom deletes the oldest files under dir until they take no more than room bytes.
func makeRoom(dir string, room int64) error {
	type file struct {
		path string
		info fs.FileInfo
	}
	var list []file
	total := int64(0)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err == nil {
			list = append(list, file{path, info})
			total += info.Size()
		}
		return nil
	})
	slices.SortFunc(list, func(a, b file) int { return a.info.ModTime().Compare(b.info.ModTime()) })
	for _, f := range list {
		if total <= room {
			break
		}
		if os.Remove(f.path) == nil {
			total -= f.info.Size()
		}
	}
	return err
}

// drawing keeps two callers from drawing the same thing at the same time.
var drawing = artists{at: map[string]*artist{}}

type artists struct {
	mu    sync.Mutex
	at    map[string]*artist
	drawn int
}

type artist struct {
	sync.Mutex
	waiting int
}

func (a *artists) lock(path string) (unlock func()) {
	a.mu.Lock()
	one := a.at[path]
	if one == nil {
		one = &artist{}
		a.at[path] = one
	}
	one.waiting++
	a.mu.Unlock()
	one.Lock()
	return func() {
		one.Unlock()
		a.mu.Lock()
		defer a.mu.Unlock()
		if one.waiting--; one.waiting == 0 {
			delete(a.at, path)
		}
	}
}

// due says that it is time to look how much room the cache takes.
func (a *artists) due() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.drawn++
	return a.drawn%64 == 1
}
