// Package capture is the loop that keeps documents true: what a session learned becomes findings, findings get the section
// that they belong to, and those of one document become a revision that a person approves. It holds the words and the rules
// of that loop; it reads and writes nothing, and no document changes by it alone.
//
// Words: a [Finding] is something learned in a [Session] that must reach a document. Its [Place] is where it would go.
package capture
