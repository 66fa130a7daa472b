// Package prompts writes what a language model is told about a library: the system prompt, the brief that a session starts
// with, and the prompts that people pick from a client's menu. It also finds text in documents that speaks to a language model.
//
// It is pure. Facts about the library come in as plain values, text goes out; it reads no catalog, asks no clock, and knows
// nothing of what a library is about. It does not decide what is authoritative (package epoch does) and does not serve
// anything.
//
// Words:
//
//   - Facts: the state of a library as far as a prompt tells of it.
//   - Budget: the most tokens that a text may cost, by [Tokens].
//   - Shedding: leaving things out, in a stated order, until the budget holds. Whatever was shed is named in the text with the
//     place where it can be found. The rules of authority and the form of citations are never shed.
//   - Tier: how much a reader can take in. A small one gets short sentences.
//   - Override: a person's own template for the system prompt.
//
// Titles, quotations and reasons in Facts come out of documents, so they are data that a stranger may have written. They are
// brought to one line, stripped of invisible characters and clipped; one that speaks to a language model is withheld, and the
// prompt says so. Only the owner's text is passed on as written.
package prompts
