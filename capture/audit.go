package capture

import (
	"slices"
	"strings"
)

// Audit is what a session came to, as its end asks: which changes to the system and to documents came out of it.
type Audit struct {
	System    int   `json:"system"`    // findings of kind a
	Document  int   `json:"document"`  // of kind b
	Both      int   `json:"both"`      // of kind c
	Unsettled int   `json:"unsettled"` // of no kind yet
	Unplaced  []int `json:"unplaced"`  // findings without a place that is sure enough
	// Undocumented are changes to the system that no document tells of, and for which nobody said that none has to.
	Undocumented []int `json:"undocumented"`
	Durable      bool  `json:"durable"` // something came of it
}

// Sure is the confidence from which a place is taken without asking.
const Sure = 0.7

// AuditOf looks through the findings of a session.
func AuditOf(list []Finding) Audit {
	a := Audit{Unplaced: []int{}, Undocumented: []int{}}
	documents := slices.ContainsFunc(list, func(f Finding) bool {
		return (f.Kind == Document || f.Kind == Both) && f.State != Dropped
	})
	for _, f := range list {
		if f.State == Dropped {
			continue
		}
		a.Durable = true
		switch f.Kind {
		case System:
			a.System++
			// A change to the system has to be told somewhere: it is, when it was placed or issued itself, or when the
			// session changes documents besides.
			if f.State == Pending && !f.Placed() && !documents {
				a.Undocumented = append(a.Undocumented, f.ID)
			}
		case Document:
			a.Document++
		case Both:
			a.Both++
		default:
			a.Unsettled++
		}
		if f.State == Pending && f.Kind != System && !f.Placed() {
			a.Unplaced = append(a.Unplaced, f.ID)
		}
	}
	return a
}

// Section reports whether a person named the section that a finding goes to; a document alone leaves it to be found.
func (f *Finding) Section() bool { return strings.Contains(f.To, "#") }

// Placed reports whether it is settled where a finding goes.
func (f *Finding) Placed() bool {
	return f.Section() || len(f.Places) > 0 && f.Places[0].Ref != "" && f.Places[0].Confidence >= Sure
}
