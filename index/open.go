package index

import (
	"fmt"
	"path/filepath"
	"sync"

	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// Index is an opened generation. It may be used by several goroutines, and several processes may open the
// same generation.
type Index struct {
	stamp  stampFile
	halves []*half // current, archive; nil when it holds nothing
	pool   sync.Pool
}

type half struct {
	store *store
	snap  *scorch.IndexSnapshot
	total total
}

// Open opens the generation name in dir for searching. It fails with [ErrMismatch] when the generation is
// missing, damaged or not the one wanted.
func Open(dir, name string, want Stamp) (*Index, error) {
	s, err := readStamp(dir, name)
	if err != nil {
		return nil, err
	}
	if s.Stamp != want {
		return nil, fmt.Errorf("%w: generation %q is of cascade %d with digest %q, wanted is cascade %d with digest %q",
			ErrMismatch, name, s.Cascade, s.Digest, want.Cascade, want.Digest)
	}
	x := &Index{stamp: s, halves: make([]*half, 2)}
	for i, h := range []struct {
		name string
		total
	}{{currentDir, s.Current}, {archiveDir, s.Archive}} {
		if h.Passages == 0 {
			continue // scorch has no read-only form of an index that was never written
		}
		if x.halves[i], err = openHalf(filepath.Join(dir, name, h.name), h.total); err != nil {
			x.Close()
			return nil, fmt.Errorf("%w: generation %q: %w", ErrMismatch, name, err)
		}
	}
	return x, nil
}

func openHalf(path string, want total) (*half, error) {
	r, err := openReader(path)
	if err != nil {
		return nil, err
	}
	snap, err := r.snapshot()
	if err != nil {
		r.close()
		return nil, err
	}
	h := &half{r, snap, want}
	if n, err := snap.DocCount(); err != nil || int(n) != want.Passages {
		h.close()
		return nil, fmt.Errorf("%d passages of %d are there", n, want.Passages)
	}
	return h, nil
}

func (h *half) close() error {
	err := h.snap.Close()
	if err2 := h.store.close(); err == nil {
		err = err2
	}
	return err
}

// Stamp tells what the opened generation was built for.
func (x *Index) Stamp() Stamp { return x.stamp.Stamp }

// Close releases the files. No search may be running.
func (x *Index) Close() error {
	var first error
	for i, h := range x.halves {
		if h == nil {
			continue
		}
		x.halves[i] = nil
		if err := h.close(); err != nil && first == nil {
			first = fmt.Errorf("close search index: %w", err)
		}
	}
	return first
}

// seg is one segment as a single search reads it: dictionaries and iterators keep a position, so that they
// cannot be shared.
type seg struct {
	snap     *scorch.SegmentSnapshot
	base     uint32 // number of its first passage within the search
	archived bool
	dicts    [len(allFields)]segment.TermDictionary
	list     segment.PostingsList
	iter     segment.PostingsIterator
}

var allFields = [...]string{fieldTitle, fieldHeading, fieldPath, fieldBody, fieldVersion}

const versionDict = len(allFields) - 1

func (s *store) segments(base uint32, archived bool) ([]*seg, func() error, error) {
	snap, err := s.snapshot()
	if err != nil {
		return nil, nil, err
	}
	return segmentsOf(snap, base, archived), snap.Close, nil
}

func segmentsOf(snap *scorch.IndexSnapshot, base uint32, archived bool) []*seg {
	var out []*seg
	for _, s := range snap.Segments() {
		out = append(out, &seg{snap: s, base: base, archived: archived})
		base += uint32(s.Segment().Count())
	}
	return out
}

func (s *seg) open() error {
	for i, f := range allFields {
		d, err := s.snap.Segment().Dictionary(f)
		if err != nil {
			return err
		}
		s.dicts[i] = d
	}
	return nil
}

// postings is the list of living passages with the term in the field; it is valid until the next call.
func (s *seg) postings(field, term string) (segment.PostingsList, error) {
	for i, f := range allFields {
		if f == field {
			return s.find(i, term)
		}
	}
	return nil, fmt.Errorf("no field %q", field)
}

func (s *seg) find(field int, term string) (segment.PostingsList, error) {
	pl, err := s.dicts[field].PostingsList([]byte(term), s.snap.Deleted(), s.list)
	s.list = pl
	return pl, err
}

// each calls f with the number within the search, the frequency and the field length of each living
// passage that has the term in the field.
func (s *seg) each(field int, term string, freqs bool, f func(doc uint32, freq, length float64)) error {
	pl, err := s.find(field, term)
	if err != nil || pl.Count() == 0 {
		return err
	}
	s.iter = pl.Iterator(freqs, freqs, false, s.iter)
	for {
		p, err := s.iter.Next()
		if err != nil {
			return err
		}
		if p == nil {
			return nil
		}
		freq, length := 1.0, 1.0
		if freqs {
			freq = float64(p.Frequency())
			if n := p.Norm(); n > 0 {
				length = 1 / (n * n) // how scorch keeps the number of words
			}
		}
		f(s.base+uint32(p.Number()), freq, length)
	}
}

// stored is the ID and the stored form of the passage with this number within the segment.
func (s *seg) stored(n uint64) (id, data string, err error) {
	err = s.snap.VisitDocument(n, func(name string, _ byte, value []byte, _ []uint64) bool {
		switch name {
		case "_id":
			id = string(value)
		case fieldStored:
			data = string(value)
		}
		return true
	})
	if err == nil && (id == "" || data == "") {
		err = errStored
	}
	return id, data, err
}
