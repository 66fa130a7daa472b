package library

import (
	"context"

	"substrate/corpus/catalog"
	"substrate/epoch"
)

// storedShelf is the shelf as the catalog has it: what the last change left, by the rules of that time.
func storedShelf(ctx context.Context, cat *catalog.Catalog) (*epoch.Shelf, error) {
	rows, err := cat.All(ctx)
	if err != nil {
		return nil, err
	}
	_, aliases, err := cat.Slugs(ctx)
	if err != nil {
		return nil, err
	}
	s := &epoch.Shelf{Verdicts: map[string]epoch.Verdict{}, Editions: map[string]epoch.Edition{}}
	for _, r := range rows { // by document and rank
		n := len(s.Documents)
		if n == 0 || s.Documents[n-1].Slug != r.Document {
			s.Documents = append(s.Documents, epoch.Document{Slug: r.Document, Title: r.Title})
			n++
		}
		d := &s.Documents[n-1]
		d.Editions = append(d.Editions, r.Key)
		if r.Current && r.Standing != epoch.Held {
			d.Current, d.Title = r.Key, r.Title
		}
		s.Verdicts[r.Key] = epoch.Verdict{Key: r.Key, Document: r.Document, Standing: r.Standing, Rule: r.Rule, Because: r.Because, Epoch: r.Epoch, ReplacedBy: r.ReplacedBy, Findable: r.Findable}
		s.Editions[r.Key] = epoch.Edition{Key: r.Key, Title: r.Title, Label: r.Label, Date: r.Date, File: r.File}
	}
	for i := range s.Documents {
		for a, d := range aliases {
			if d == s.Documents[i].Slug {
				s.Documents[i].Aliases = append(s.Documents[i].Aliases, a)
			}
		}
	}
	return s, nil
}
