package identity

import "substrate/corpus"

// The forms that Identify reads, for those who write what it is to read back.

// IsChangeLog reports whether a heading without its number names a change log.
func IsChangeLog(title string) bool { return logHeading.MatchString(title) }

// ChangeLogColumns finds the columns of version, date and text in a table's header, -1 for one that is not there.
// Without a version there is no change log, and ok is false.
func ChangeLogColumns(header []string) (version, date, text int, ok bool) { return logColumns(header) }

// IsControl reports whether a heading names a part that says what the document is: "Document Control".
func IsControl(title string) bool { return controlHeading.MatchString(title) }

// FindDate reads the first date in a text; the zero date when there is none that can be read one way only.
func FindDate(s string) corpus.Date { return findDate(s) }

// SameLabel reports whether two labels name one edition, as evidence is weighed: Rev 2.1 and V2.1 do, and so do 2.1 and V2.1.
func SameLabel(a, b corpus.Label) bool { return sameLabel(a, b) }

// TidyTitle takes version, epoch and date off a title.
func TidyTitle(s string) string { return tidyTitle(s) }
