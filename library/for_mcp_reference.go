package library

import "substrate/corpus"

// ErrBadRef is wrapped when text is no reference; servers branch on it without knowing how references are read.
var ErrBadRef = corpus.ErrBadRef
