package ask_test

import (
	"strings"
	"testing"

	"substrate/ask"
)

var pack = []ask.Source{
	{ID: "boiler-manual@2.0#3.1", Title: "Boiler Manual V2.0", Text: "The safety valve opens at 3.0 bar. It is tested every 12 months by the caretaker."},
	{ID: "lease@1.2#4", Title: "Lease V1.2", Text: "Rent is due on the third working day of the month."},
	{ID: "D-4", Title: "drift log", Text: "the valve opens at 2.5 bar"},
}

func TestCheck(t *testing.T) {
	for _, c := range []struct{ name, answer, want string }{
		{"a value that stands there", "The safety valve opens at 3 bar [boiler-manual@2.0#3.1].", "supported"},
		{"the citation behind the full stop", "The safety valve opens at 3.0 bar. [boiler-manual@2.0#3.1] Rent is due on the third working day. [lease@1.2#4]", "supported supported"},
		{"another value", "The safety valve opens at 4 bar [boiler-manual@2.0#3.1].", "unsupported"},
		{"a value of another passage than the one cited", "The safety valve opens at 3.0 bar [lease@1.2#4].", "unsupported"},
		{"two citations in one pair of brackets", "The valve opens at 2.5 bar [boiler-manual@2.0#3.1, D-4].", "supported"},
		{"a passage that was not given", "The safety valve opens at 3.0 bar [boiler-manual@1.0#3.1].", "invented"},
		{"one given and one not", "The safety valve opens at 3.0 bar [boiler-manual@2.0#3.1][D-9].", "invented"},
		{"nothing cited", "The safety valve opens at 3.0 bar.", "uncited"},
		{"words of something else, without a value", "Tenants may keep small animals with written consent [lease@1.2#4].", "unsupported"},
		{"brackets that are no citation", "Rent is due [sic] on the third working day of the month [lease@1.2#4].", "supported"},
		{"a list below its lead", "What the papers say:\n- The valve opens at 3.0 bar [boiler-manual@2.0#3.1].\n2. Rent is due on the third working day [lease@1.2#4].", "supported supported"},
		{"silence", "The library does not say.", "supported"},
		{"nothing at all", " \n ", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, s := range ask.Check(c.answer, pack) {
				got = append(got, string(s.Support))
			}
			if g := strings.Join(got, " "); g != c.want {
				t.Errorf("%q is %s, want %s: %+v", c.answer, g, c.want, ask.Check(c.answer, pack))
			}
		})
	}
}
