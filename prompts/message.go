package prompts

import (
	"bytes"
	"errors"
	"strings"
	"text/template"
)

// Rows that a message carries at most; the tools have the rest.
const (
	mostEntries   = 20
	mostDocuments = 40
)

var messages = template.Must(template.ParseFS(words, "words/menu.tmpl"))

// menuView is what the wording of the menu's prompts works with.
type menuView struct {
	Library, Epoch string
	Brief          string
	Question, Why  string

	Document  *DocumentField // the one that was asked for
	Target    string         // its reference, with the section that was asked for
	Documents []DocumentField
	Entries   []DriftField
	More      int // entries that are not among them
	MoreDocs  int
}

// narrow keeps what belongs to one document.
func (m *menuView) narrow(s *state, f Facts, asked string) error {
	d, r, err := resolve(f, asked)
	if err != nil {
		return err
	}
	at := d.Ref()
	for i := range s.docs {
		if s.docs[i].Ref == at.String() {
			m.Document = &s.docs[i]
		}
	}
	at.Anchor = r.Anchor
	m.Target = cite(at)
	// The rows are ready made, so a document's entries are found by making them from its entries alone.
	own := f
	own.Drift = nil
	for _, e := range f.Drift {
		if e.Ref.Document == d.Slug {
			own.Drift = append(own.Drift, e)
		}
	}
	t := &state{}
	if err := t.readDrift(own); err != nil {
		return err
	}
	m.entries(t.drift)
	return nil
}

// limit keeps the first rows of everything.
func (m *menuView) limit(s *state) {
	m.entries(s.drift)
	m.Documents = s.docs
	if m.MoreDocs = len(s.docs) - mostDocuments; m.MoreDocs > 0 {
		m.Documents = s.docs[:mostDocuments]
	} else {
		m.MoreDocs = 0
	}
}

func (m *menuView) entries(list []DriftField) {
	m.Entries = list[:min(mostEntries, len(list))]
	m.More = len(list) - len(m.Entries)
}

func (m menuView) say(name string) string {
	var b bytes.Buffer
	if err := messages.ExecuteTemplate(&b, name, m); err != nil {
		panic("prompts: wording of " + name + ": " + err.Error()) // ours, and tested
	}
	return strings.TrimSpace(b.String())
}

// sessionBrief is the brief within its usual budget, or the smallest there is.
func sessionBrief(f Facts) (string, error) {
	p, err := Brief(f, Options{})
	var low *BudgetError
	if errors.As(err, &low) {
		p, err = Brief(f, Options{Budget: low.Smallest})
	}
	return p.Text, err
}
