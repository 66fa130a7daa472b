// Package corpus is the vocabulary of a library of versioned documents: what a document, a version,
// a section, a block and a reference are. It imports only the standard library and does no I/O; readers
// (corpus/pdf, corpus/markdown) fill its types, the rules (epoch) judge them, the catalog keeps them.
//
// Words:
//
//   - Document: what readers name ("Elroy User Guide"). It has a [Slug] and keeps its identity across versions and renames.
//   - Version: one issued edition of a document: a [Label], a [Date], an epoch and the SHA-256 of its original bytes.
//   - Section: a numbered or titled part of a version, with its heading path, page span and blocks.
//   - Ref: the citation used everywhere, "elroy-user-guide@2.1#10.3"; without "@…" the current version is meant.
//   - Reading: everything a reader found in one original, before anyone decides what it is.
//   - Identity: what the original is, with the evidence for it.
package corpus
