package identity

import (
	"regexp"

	"substrate/corpus"
)

// The forms that Identify reads, for those who write what it is to read back.

// IsChangeLog reports whether a heading without its number names a change log.
func IsChangeLog(title string) bool { return logHeading.MatchString(title) }

// IsBookkeeping reports whether a section tells of its document and states nothing else: a change log, document control, contents.
// A heading such as "Changes" alone does not say so: rules for making changes stand under it too.
func IsBookkeeping(s corpus.Section) bool {
	if controlHeading.MatchString(s.Title) || contentsHeading.MatchString(s.Title) || surelyLog.MatchString(s.Title) {
		return true
	}
	if logHeading.MatchString(s.Title) {
		return len(s.Blocks) == 0 || len(changeLog(&corpus.Reading{Sections: []corpus.Section{s}})) > 0
	}
	for _, b := range s.Blocks {
		if b.Kind != corpus.Table || len(b.Rows) == 0 {
			return false
		}
		if v, d, t, ok := logColumns(b.Rows[0]); !ok || v != 0 || d < 0 || t < 0 {
			return false
		}
	}
	return len(s.Blocks) > 0
}

var (
	contentsHeading = regexp.MustCompile(`(?i)^(?:table of )?contents$|^list of (?:figures|tables)$`)
	surelyLog       = regexp.MustCompile(`(?i)\b(?:change ?log|(?:revision|version|document|amendment) history)\b`)
)

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
