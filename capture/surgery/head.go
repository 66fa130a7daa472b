package surgery

import "substrate/corpus/markdown"

type head struct{}

func newHead(*markdown.Layout) *head             { return &head{} }
func (w *work) log(l Log) error                  { return nil }
func (w *work) bump(h *head, b Bump) error       { return nil }
func logPlaces(*markdown.Layout) []markdown.Span { return nil }
