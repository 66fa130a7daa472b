package light

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"runtime"
	"strconv"

	"github.com/ledongthuc/pdf"

	"substrate/corpus/pdf/page"
)

// source is a file as the library reads it: junk around it cut off, and every read counted.
type source struct {
	data  []byte
	left  int64 // bytes that may still be read
	calls int
}

// maxDepth is how deep the library may nest before a file counts as one that refers to itself without end: such a recursion
// ends in a stack overflow, which Go cannot recover from. Every level reads from the file.
const maxDepth = 4000

// ReadAt implements [io.ReaderAt].
func (s *source) ReadAt(p []byte, off int64) (int, error) {
	if s.calls++; s.calls%64 == 0 {
		var pc [1]uintptr
		if runtime.Callers(maxDepth, pc[:]) > 0 {
			panic(stop{errCircular})
		}
	}
	if off < 0 || off >= int64(len(s.data)) {
		return 0, io.EOF
	}
	n := copy(p, s.data[off:])
	if s.left -= int64(n) + 64; s.left < 0 {
		panic(stop{errWork})
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

var errCircular = errors.New("its objects refer to themselves; " + hint)

var (
	sizes   = regexp.MustCompile(`/(?:Size|N|Columns|First)\s*(\d+)|/Index\s*\[([\d\s]*)\]|/W\s*\[([\d\s]*)\]`)
	integer = regexp.MustCompile(`\d+`)
)

// open cuts junk off and refuses numbers for which the library would allocate or count without asking whether the file
// can be that large.
func open(data []byte, budget int64) (*source, error) {
	start := bytes.Index(data[:min(len(data), 1024)], []byte("%PDF-"))
	if start < 0 {
		return nil, errors.New("it is not a PDF: no %PDF- at its start")
	}
	data = data[start:]
	end := bytes.LastIndex(data, []byte("%%EOF"))
	if end < 0 {
		return nil, fmt.Errorf("it is cut off: no %%%%EOF at its end; %s", hint)
	}
	// The library knows versions up to 1.7 and wants a line's end behind; neither matters to what is read here.
	head := append([]byte("%PDF-1.7\n"), data[min(9, len(data)):end]...)
	data = append(head, "%%EOF\n"...)

	most := int64(len(data)) + 65536
	for _, m := range sizes.FindAllSubmatch(data, -1) {
		for _, group := range m[1:] {
			if err := bounded(group, most); err != nil {
				return nil, err
			}
		}
	}
	for rest := data; ; {
		i := bytes.Index(rest, []byte("xref"))
		if i < 0 {
			break
		}
		keyword := i < 5 || !bytes.Equal(rest[i-5:i], []byte("start"))
		rest = rest[i+4:]
		if !keyword {
			continue
		}
		table := rest
		if j := bytes.Index(table, []byte("trailer")); j >= 0 {
			table, rest = table[:j], table[j:]
		} else {
			table = table[:min(len(table), 256)]
		}
		if err := bounded(table, most); err != nil {
			return nil, err
		}
	}
	return &source{data: data, left: budget}, nil
}

// bounded checks that no integer of a table is larger than most.
func bounded(table []byte, most int64) error {
	for _, d := range integer.FindAll(table, -1) {
		if n, err := strconv.ParseInt(string(d), 10, 64); err != nil || n > most {
			return fmt.Errorf("its tables speak of %s objects or bytes, which the file cannot hold; %s", d, hint)
		}
	}
	return nil
}

// reader opens the file with the library.
func (s *source) reader(password string) (*pdf.Reader, error) {
	// Opening an encrypted file already follows references, so its table is looked at first with the encryption out of sight.
	if bytes.Contains(s.data, []byte("/Encrypt")) {
		hidden := &source{data: bytes.ReplaceAll(s.data, []byte("/Encrypt"), []byte("/Encrypx")), left: s.left}
		if r, err := pdf.NewReader(hidden, int64(len(hidden.data))); err == nil && circular(r) {
			return nil, errCircular
		}
	}
	asked := false
	r, err := pdf.NewReaderEncrypted(s, int64(len(s.data)), func() string {
		if asked {
			return ""
		}
		asked = true
		return password
	})
	var st stop
	switch {
	case err == nil && circular(r):
		return nil, errCircular
	case err == nil:
		return r, nil
	case errors.As(err, &st):
		return nil, st.error
	case errors.Is(err, pdf.ErrInvalidPassword):
		return nil, page.ErrPassword
	case bytes.Contains(s.data, []byte("/Encrypt")) && bytes.Contains([]byte(err.Error()), []byte("ncrypt")):
		return nil, fmt.Errorf("%w in a way that the light engine cannot read; %s", page.ErrPassword, hint)
	}
	return nil, fmt.Errorf("the light engine cannot open it (%s); %s", sentence(err), hint)
}

// circular says that an object stream is itself stored in an object stream. The standard forbids it and the library follows such
// entries until the stack overflows. Its table is not exported; reflection may look at it.
func circular(r *pdf.Reader) bool {
	table := reflect.ValueOf(r).Elem().FieldByName("xref")
	for i := range table.Len() {
		e := table.Index(i)
		if !e.FieldByName("inStream").Bool() {
			continue
		}
		id := int(e.FieldByName("stream").FieldByName("id").Uint())
		if id < table.Len() && table.Index(id).FieldByName("inStream").Bool() {
			return true
		}
	}
	return false
}
