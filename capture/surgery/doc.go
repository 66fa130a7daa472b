// Package surgery changes Markdown sources where a plan says so, and nowhere else: what a plan does not touch stays byte for byte,
// with its line ends, its blanks, its underlined headings and its comments.
//
// It is pure: bytes and a plan in, bytes and a report out. It does not decide what is to be changed (package capture does), it does
// not compare versions (driftlog/change does), and it keeps no files.
//
// Words:
//
//   - Plan: a list of edits, and what the head of the document is to say of the new version.
//   - Edit: one change of one section. Its text is Markdown.
//   - Statement: a piece of text that an edit replaces or deletes: a sentence, a cell, an item of a list, a line of code, or words inside one.
//
// Sections are named as references name them: "13.3", "§13.3", "gpu-memory", "elroy-user-guide#13.3". Every edit is read back by the
// reader of the library, and refused when the document would then hold anything but the sections it had and what was asked for. An
// edit that was applied before is an error, never a second copy.
package surgery
