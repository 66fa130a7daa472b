package library

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"substrate/corpus"
	"substrate/corpus/catalog"
	"substrate/corpus/identity"
	"substrate/epoch"
)

// identityVersion changes when identity.Identify answers differently: known originals are then identified anew.
const identityVersion = 2

// facts are all originals of a library with what was said and seen of them: what standings are a function of.
type facts struct {
	originals map[string]*catalog.Original
	decisions []catalog.Decision
	sightings []catalog.Sighting
}

func loadFacts(ctx context.Context, cat *catalog.Catalog) (*facts, error) {
	list, err := cat.Originals(ctx)
	if err != nil {
		return nil, err
	}
	f := &facts{originals: make(map[string]*catalog.Original, len(list))}
	for i := range list {
		f.originals[list[i].Key] = &list[i]
	}
	if f.decisions, err = cat.Decisions(ctx); err != nil {
		return nil, err
	}
	f.sightings, err = cat.Sightings(ctx)
	return f, err
}

// without is the facts as they were before cascade n.
func (f *facts) without(n int) *facts {
	out := &facts{originals: map[string]*catalog.Original{}}
	for k, o := range f.originals {
		if o.Cascade != n {
			out.originals[k] = o
		}
	}
	for _, d := range f.decisions {
		if d.Cascade != n {
			out.decisions = append(out.decisions, d)
		}
	}
	for _, s := range f.sightings {
		if s.Cascade != n {
			out.sightings = append(out.sightings, s)
		}
	}
	return out
}

// said joins what was said about an original: later words beat earlier ones, field by field.
func (f *facts) said(key string) identity.Said {
	var s identity.Said
	for _, d := range f.decisions {
		if d.Key == key {
			s = d.Said.Over(s)
		}
	}
	return s
}

// lastSaid is the newest word from one source.
func (f *facts) lastSaid(key, source string) identity.Said {
	var s identity.Said
	for _, d := range f.decisions {
		if d.Key == key && d.Source == source {
			s = d.Said
		}
	}
	return s
}

// holder is the original last seen at a path; "" when none was.
func (f *facts) holder(path string) string {
	key := ""
	for _, s := range f.sightings {
		if s.Path == path {
			key = s.Key
		}
	}
	return key
}

// editions are the facts that epoch judges by.
func (f *facts) editions() []epoch.Edition {
	last := map[string]catalog.Sighting{}
	for _, s := range f.sightings {
		last[s.Key] = s
	}
	decided := map[string]bool{}
	for _, d := range f.decisions {
		if d.Said.Version != "" {
			decided[d.Key] = true
		}
	}
	out := make([]epoch.Edition, 0, len(f.originals))
	for _, o := range f.originals {
		id := o.Identity
		out = append(out, epoch.Edition{
			Key: o.Key, Title: id.Title, Label: id.Label, Date: id.Date, Marker: id.Epoch, Supersedes: id.Supersedes,
			Conflict: id.Conflict, Text: o.TextDigest, Decided: decided[o.Key], File: o.File, Path: last[o.Key].Path, Seq: last[o.Key].Seq,
		})
	}
	return out
}

// shelve judges the facts by the library's rules.
func (l *Library) shelve(f *facts) *epoch.Shelf { return epoch.Shelve(f.editions(), l.Config.Rules()) }

// identifyWith are the options that a file is identified with, and their digest.
func (l *Library) identifyWith(said identity.Said) (identity.Options, string) {
	o := identity.Options{Markers: l.Config.markers(), Say: said}
	return o, digest(struct {
		V int
		M []string
	}{identityVersion, o.Markers})
}

// textDigest names the words of a reading, whatever their layout.
func textDigest(sections []corpus.Section) string {
	h := sha256.New()
	for _, s := range sections {
		for _, w := range strings.Fields(s.Heading() + "\n" + s.Plain()) {
			h.Write([]byte(w))
			h.Write([]byte{' '})
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

// places sorts the editions of a shelf into those that search of the present may find and the others.
func places(shelf *epoch.Shelf) (current, archive []string) {
	for _, d := range shelf.Documents {
		for _, k := range d.Editions {
			if shelf.Verdicts[k].Findable {
				current = append(current, k)
			} else {
				archive = append(archive, k)
			}
		}
	}
	return current, archive
}
