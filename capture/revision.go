package capture

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"substrate/capture/surgery"
	"substrate/corpus"
)

// RevisionState is how far a revision has come.
type RevisionState string

// The states of a revision.
const (
	Draft    RevisionState = "draft"
	Approved RevisionState = "approved"
	Rejected RevisionState = "rejected"
)

// Revision is a surgical plan from one version of a document to the next. The JSON form is stable.
type Revision struct {
	ID       int           `json:"id"`
	At       time.Time     `json:"at"`
	State    RevisionState `json:"state"`
	Document corpus.Slug   `json:"document"`
	Title    string        `json:"title"`
	From     string        `json:"from"` // ref of the version that it was drafted on
	Base     string        `json:"base"` // SHA-256 of that version's original
	Version  string        `json:"version"`
	Because  string        `json:"because"` // why the version is called so
	Date     corpus.Date   `json:"date"`
	// Plan is what is changed. Of a revision that a person edited, it is what the text was before.
	Plan     surgery.Plan   `json:"plan"`
	Done     []surgery.Done `json:"done"`
	Edited   bool           `json:"edited,omitempty"`
	Findings []int          `json:"findings"`
	Left     []Left         `json:"left,omitempty"`
	Touched  float64        `json:"touched"` // share of the document's body, 0 to 1
	Notes    []string       `json:"notes,omitempty"`
	// Source is the whole new text, Markdown.
	Source  string `json:"source"`
	Settled string `json:"settled,omitempty"` // the ref that was issued, or why it was rejected
}

// Seen names the text as it is now, so that nobody approves another one than they looked at.
func (r *Revision) Seen() string {
	sum := sha256.Sum256([]byte(r.Source))
	return hex.EncodeToString(sum[:12])
}

// Left is a finding that the plan could not take in, and why.
type Left struct {
	Finding int    `json:"finding"`
	Why     string `json:"why"`
}

// Base is the version that a revision is drafted on.
type Base struct {
	Document corpus.Slug
	Title    string
	Ref      string
	Key      string
	Label    corpus.Label
	Earlier  []string // the labels of earlier versions, as written
	Date     corpus.Date
	Source   []byte
}

// Wish is what a person wants of the new version; the zero Wish leaves it to the document's own scheme.
type Wish struct {
	Label string
	Major bool
	Date  corpus.Date // required
}

// ErrNothing says that there is nothing to revise.
var ErrNothing = errors.New("nothing to revise")

// DraftOf makes a revision of findings: each becomes an edit at its place, the change log gets a row that names them, and the
// head the next version. A finding whose edit cannot be made as it is stays behind, with the reason.
func DraftOf(b Base, list []Finding, w Wish) (*Revision, error) {
	r := &Revision{State: Draft, Document: b.Document, Title: b.Title, From: b.Ref, Base: b.Key, Date: w.Date, Findings: []int{}, Done: []surgery.Done{}}
	source := b.Source
	var rows []string
	for _, f := range list {
		p, ok := f.Goes()
		if !ok {
			r.Left = append(r.Left, Left{f.ID, "it has no sure place; say where it goes with --to"})
			continue
		}
		edits, notes := editsOf(f, p)
		res, err := surgery.Apply(source, surgery.Plan{Edits: edits})
		if err != nil {
			r.Left = append(r.Left, Left{f.ID, err.Error()})
			continue
		}
		source = res.Source
		r.Plan.Edits = append(r.Plan.Edits, edits...)
		r.Findings = append(r.Findings, f.ID)
		r.Notes = append(r.Notes, notes...)
		rows = append(rows, row(f, res.Done))
	}
	if len(r.Findings) == 0 {
		return r, fmt.Errorf("%w: no finding could be taken in", ErrNothing)
	}
	return r, r.finish(b, w, []surgery.LogRow{{Text: strings.Join(rows, " ")}})
}

// finish adds the change-log row and the head, and applies the whole plan to the text that it was drafted on.
func (r *Revision) finish(b Base, w Wish, rows []surgery.LogRow) error {
	// How much is touched decides what the version may be called, so it is measured first.
	res, err := surgery.Apply(b.Source, surgery.Plan{Edits: r.Plan.Edits})
	if err != nil {
		return err
	}
	r.Touched = res.Touched
	if err := r.name(b, w); err != nil {
		return err
	}
	r.Plan.Log = &surgery.Log{Version: r.Version, Date: w.Date, Rows: rows}
	r.Plan.Bump = &surgery.Bump{Version: r.Version, Date: w.Date, Supersedes: strings.TrimSpace(b.Title + " " + b.Label.String())}
	if res, err = surgery.Apply(b.Source, r.Plan); err != nil {
		return err
	}
	r.Source, r.Done = string(res.Source), res.Done
	r.Notes = append(r.Notes, res.Notes...)
	return nil
}

func (r *Revision) name(b Base, w Wish) error {
	if w.Label != "" {
		l := corpus.ParseLabel(w.Label)
		if l.IsZero() {
			return fmt.Errorf("version %q is none; write it as the document does, such as %s", w.Label, b.Label)
		}
		if l.Comparable(b.Label) && l.Compare(b.Label) <= 0 {
			return fmt.Errorf("version %s is not newer than %s", w.Label, b.Label)
		}
		r.Version, r.Because = w.Label, "as asked for"
		return nil
	}
	step := surgery.StepNext
	if w.Major {
		step = surgery.StepMajor
	}
	n, err := surgery.NextLabel(b.Label.String(), step, w.Date, b.Earlier...)
	if err != nil {
		return err
	}
	r.Version, r.Because = n.Label, n.Because
	if !w.Major && r.Touched > surgery.Major {
		if major, err := surgery.NextLabel(b.Label.String(), surgery.StepMajor, w.Date, b.Earlier...); err == nil && major.Label != n.Label {
			r.Notes = append(r.Notes, fmt.Sprintf("%.0f %% of the document is touched: %s would say so better than %s (--major)", 100*r.Touched, major.Label, n.Label))
		}
	}
	return nil
}

// Goes is the place of a finding that is settled: where a person said, or the first one when it is sure.
func (f *Finding) Goes() (Place, bool) {
	if f.Section() {
		i := slices.IndexFunc(f.Places, func(p Place) bool { return p.Ref == f.To })
		if i >= 0 {
			return f.Places[i], true
		}
		return Place{Ref: f.To, Form: Into, Confidence: 1, Because: "a person said so"}, true
	}
	if !f.Placed() || f.Places[0].Ref == "" {
		return Place{}, false
	}
	return f.Places[0], true
}

// Toward is the ref that a finding goes to, or of the document that a person named where the section is not sure; "" for neither.
func (f *Finding) Toward() string {
	if p, ok := f.Goes(); ok {
		return p.Ref
	}
	return f.To
}

// editsOf are the edits that bring a finding to its place.
func editsOf(f Finding, p Place) (edits []surgery.Edit, notes []string) {
	_, section, _ := strings.Cut(p.Ref, "#")
	switch p.Form {
	case Replace:
		if p.Old != "" && p.New != "" {
			return []surgery.Edit{{Kind: surgery.Replace, Section: section, Old: p.Old, New: p.New}}, nil
		}
		notes = append(notes, fmt.Sprintf("F-%d contradicts %q in §%s; it was appended there, and the statement still stands: edit the revision to replace it", f.ID, p.Old, section))
	case Row:
		if len(p.Cells) > 0 {
			return []surgery.Edit{{Kind: surgery.AddRow, Section: section, Table: p.Table, Cells: p.Cells}}, nil
		}
	case NewSection:
		kind := surgery.InsertAfter
		if p.Below {
			kind = surgery.NewChild
		}
		return []surgery.Edit{{Kind: kind, Section: section, Heading: heading(f), Text: body(f)}}, nil
	}
	return []surgery.Edit{{Kind: surgery.Append, Section: section, Text: body(f)}}, notes
}

// body is a finding as Markdown: its text, and its evidence as code.
func body(f Finding) string {
	text := strings.TrimSpace(f.Text)
	if n := len(text); n > 0 && !strings.ContainsAny(text[n-1:], ".!?:`|)") {
		text += "."
	}
	if strings.TrimSpace(f.Evidence) == "" {
		return text
	}
	fence := "```"
	for strings.Contains(f.Evidence, fence) {
		fence += "`"
	}
	return text + "\n\n" + fence + "\n" + strings.Trim(f.Evidence, "\n") + "\n" + fence
}

// heading makes a heading of a finding's first words: up to the first colon or comma, where that is enough to be one.
func heading(f Finding) string {
	if f.Heading != "" {
		return f.Heading
	}
	t := f.Title(80)
	for _, cut := range []string{": ", "; ", ", ", " because "} {
		if i := strings.Index(t, cut); i >= 12 {
			t = t[:i]
		}
	}
	r := []rune(strings.TrimRight(t, ".!…"))
	if len(r) > 0 {
		r[0] = []rune(strings.ToUpper(string(r[0])))[0]
	}
	return string(r)
}

// row is what the change log says of a finding: its first sentence, and the sections that it changed.
func row(f Finding, done []surgery.Done) string {
	var where []string
	for _, d := range done {
		s := d.Number
		if s == "" {
			s = d.Heading
		} else {
			s = "§" + strings.TrimPrefix(s, "§")
		}
		if d.Part == surgery.PartEdit && !slices.Contains(where, s) {
			where = append(where, s)
		}
	}
	return fmt.Sprintf("%s (%s; F-%d).", strings.TrimRight(f.Title(120), "."), strings.Join(where, ", "), f.ID)
}

// Blank makes a revision without findings, for a person to edit: the next version with a row of the change log to be filled in.
func Blank(b Base, w Wish) (*Revision, error) {
	r := &Revision{State: Draft, Document: b.Document, Title: b.Title, From: b.Ref, Base: b.Key, Date: w.Date, Findings: []int{}, Done: []surgery.Done{}}
	return r, r.finish(b, w, []surgery.LogRow{{Text: "What changed, in a sentence."}})
}
