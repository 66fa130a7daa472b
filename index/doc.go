// Package index finds passages of a library's documents by their words. It is built on bleve's scorch
// index and is the only package that imports it. It is derived data: everything in it can be rebuilt from
// the catalog, and it decides nothing about authority; callers say which versions may be found.
//
// Words:
//
//   - Passage: a piece of a section, small enough to quote; the unit that is found. See [Split].
//   - Key: the SHA-256 in hex of an original; it names a version here.
//   - Generation: a folder that never changes once it has its name. It holds two indexes, "current" (what may
//     be found by default) and "archive" (found only when asked for), and a [Stamp].
//   - Stamp: what a generation was built for; an [Open] that wants another fails with [ErrMismatch].
//   - Term: a string in the index. A word of a text becomes several terms, its forms; see forms in word.go.
//
// What it uses of bleve is the segment files, the snapshots and the postings. Ranking is this package's own
// (score.go), for two reasons. Bleve weighs a word anew in every field, so that an ordinary word which is
// rare in headings outweighs a name. And its BM25 sums still contain deleted passages until segments are
// merged, so that the same library would rank differently after an ingest than after a rebuild; here the
// counts come from living passages only, and the two are equal.
package index
