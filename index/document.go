package index

import (
	"errors"
	"strconv"
	"strings"

	bleveindex "github.com/blevesearch/bleve_index_api"

	"github.com/blevesearch/bleve/v2/document"
)

// The fields of a passage in the index. Their weights are in score.go.
const (
	fieldTitle   = "t" // title of the document
	fieldHeading = "h" // the section's own heading
	fieldPath    = "p" // the headings above it
	fieldBody    = "b" // the text
	fieldVersion = "v" // the key, to filter and to delete
	fieldStored  = "s" // the passage itself, not indexed
)

// textField is a field whose terms are found by terms(). Bleve's own text field would first make a stream
// of tokens with positions, which nothing here reads: phrases are looked for in the stored text.
type textField struct {
	name   string
	value  string
	length int
	freqs  bleveindex.TokenFrequencies
}

func (f *textField) Name() string                                          { return f.name }
func (f *textField) Value() []byte                                         { return nil } // not stored
func (f *textField) ArrayPositions() []uint64                              { return nil }
func (f *textField) EncodedFieldType() byte                                { return 't' }
func (f *textField) Options() bleveindex.FieldIndexingOptions              { return bleveindex.IndexField }
func (f *textField) AnalyzedLength() int                                   { return f.length }
func (f *textField) AnalyzedTokenFrequencies() bleveindex.TokenFrequencies { return f.freqs }
func (f *textField) NumPlainTextBytes() uint64                             { return uint64(len(f.value)) }
func (f *textField) Size() int                                             { return len(f.value) * 4 }

func (f *textField) Analyze() {
	parts := make([]part, 0, len(f.value)/5+1)
	f.freqs = make(bleveindex.TokenFrequencies, len(f.value)/6+4)
	slab := make([]bleveindex.TokenFreq, 0, len(f.value)/8+8)
	f.length = terms(f.value, &parts, func(t string) {
		tf := f.freqs[t]
		if tf == nil {
			if len(slab) == cap(slab) {
				slab = make([]bleveindex.TokenFreq, 0, 64)
			}
			slab = append(slab, bleveindex.TokenFreq{})
			tf = &slab[len(slab)-1]
			f.freqs[t] = tf
		}
		tf.SetFrequency(tf.Frequency() + 1)
	})
}

// newDocument is the passage as scorch takes it.
func newDocument(p Passage) *document.Document {
	d := document.NewDocument(p.ID)
	text := func(name, value string) {
		if value != "" {
			d.AddField(&textField{name: name, value: value})
		}
	}
	text(fieldTitle, p.Title)
	if n := len(p.Heading); n > 0 {
		text(fieldHeading, p.Heading[n-1])
		text(fieldPath, strings.Join(p.Heading[:n-1], "\n"))
	}
	text(fieldBody, p.Text)
	d.AddField(document.NewTextFieldCustom(fieldVersion, nil, []byte(p.Version), bleveindex.IndexField|bleveindex.SkipFreqNorm, nil))
	d.AddField(document.NewTextFieldCustom(fieldStored, nil, encode(p), bleveindex.StoreField, nil))
	return d
}

// Separators of the stored form. JSON would cost more to read back than the search that found the passage.
const (
	fieldSep = "\x1e"
	pathSep  = "\x1f"
)

var unseparated = strings.NewReplacer(fieldSep, " ", pathSep, " ")

// encode is the passage without ID, which is stored anyway and holds Version.
func encode(p Passage) []byte {
	path := make([]string, len(p.Heading))
	for i, h := range p.Heading {
		path[i] = unseparated.Replace(h)
	}
	b := make([]byte, 0, len(p.Text)+len(p.Title)+200)
	for _, s := range []string{
		unseparated.Replace(p.Title), unseparated.Replace(p.Anchor), strings.Join(path, pathSep),
		strconv.Itoa(p.Pages.First), strconv.Itoa(p.Pages.Last),
	} {
		b = append(append(b, s...), fieldSep...)
	}
	return append(b, p.Text...)
}

var errStored = errors.New("stored passage is not readable; rebuild the index")

func decode(id, s string) (Passage, error) {
	f := strings.SplitN(s, fieldSep, 6)
	if len(f) != 6 {
		return Passage{}, errStored
	}
	version, _, ok := strings.Cut(id, "/")
	if !ok {
		return Passage{}, errStored
	}
	p := Passage{ID: id, Version: version, Title: f[0], Anchor: f[1], Text: f[5]}
	if f[2] != "" {
		p.Heading = strings.Split(f[2], pathSep)
	}
	var err error
	if p.Pages.First, err = strconv.Atoi(f[3]); err != nil {
		return Passage{}, errStored
	}
	if p.Pages.Last, err = strconv.Atoi(f[4]); err != nil {
		return Passage{}, errStored
	}
	return p, nil
}
