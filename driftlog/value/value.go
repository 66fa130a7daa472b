// Package value finds the values in a text (quantities, addresses, versions, paths, names, times, states) and says when
// two of them are the same, as a person would: 0.5 h is 30 minutes, ~18 may be 18.4, 15.2 GB is not 15.2 GiB.
//
// It knows units and spellings, and nothing of any library. It does not judge what a value is about; package claim does.
package value

import (
	"math"
	"strconv"
	"strings"
)

// Kind tells what sort of value was found. Only values of one kind are compared.
type Kind string

// The kinds.
const (
	Quantity Kind = "quantity" // a number with a unit; Unit is the base unit of its dimension
	Number   Kind = "number"   // a number without one
	Money    Kind = "money"
	Version  Kind = "version"
	Date     Kind = "date"
	Clock    Kind = "clock" // a time of day
	Address  Kind = "address"
	Path     Kind = "path"
	Name     Kind = "name"  // an identifier, a model, a host, a proper name
	State    Kind = "state" // enabled, weekly, required
	Words    Kind = "words" // other text, where its place makes it a value: a table cell, what stands behind "="
)

// Value is a value as it stands in a text.
type Value struct {
	Kind Kind
	Text string // as written
	// Start and End are byte offsets in the text that it was found in.
	Start, End int
	// Amount is the number in units of Unit; for ranges the lower end, with High the upper one.
	Amount, High float64
	Unit         string
	// Step is the worth of the last digit written, in units of Unit: 0.1 for "18.4 s".
	Step   float64
	Approx bool // "about 18", "~18"
	// Bound is "<=" or ">=" for limits in words: "at most 5", "under 20 cm"; a limit is a value like others, but
	// never equal to a plain one of other amount.
	Bound string
	// Norm names the value: values with one norm are the same.
	Norm string
}

// Numeric says that the value is an amount.
func (v Value) Numeric() bool { return v.Kind == Quantity || v.Kind == Number || v.Kind == Money }

// Comparable says that two values are of one sort: they may be the same, or contradict each other.
func Comparable(a, b Value) bool { return a.Kind == b.Kind && a.Unit == b.Unit }

// Same says that two values are one, up to form.
func Same(a, b Value) bool {
	if a.Kind != b.Kind {
		return false
	}
	if !a.Numeric() {
		return a.Norm == b.Norm
	}
	return a.Unit == b.Unit && near(a.Amount, b.Amount) && near(a.High, b.High)
}

// Agree says that both can be true at once: they are the same, one is the other rounded, or one is a range around the other.
func Agree(a, b Value) bool {
	if Same(a, b) {
		return true
	}
	if !Comparable(a, b) {
		return false
	}
	switch {
	case a.Kind == Version:
		x, y := strings.TrimPrefix(a.Norm, "version:"), strings.TrimPrefix(b.Norm, "version:")
		return strings.HasPrefix(x, y+".") || strings.HasPrefix(y, x+".")
	case a.Kind == Name || a.Kind == Words || a.Kind == Path || a.Kind == Address:
		return within(a.Norm, b.Norm) || within(b.Norm, a.Norm)
	case !a.Numeric():
		return false
	}
	if a.High != a.Amount || b.High != b.Amount {
		return a.Amount <= b.High && b.Amount <= a.High
	}
	if a.Step > b.Step {
		a, b = b, a
	}
	// b is the rougher: is a, rounded as b is, b?
	tolerance := 0.0
	if b.Step > a.Step {
		tolerance = b.Step / 2
	}
	if a.Approx || b.Approx {
		tolerance = max(tolerance, math.Abs(b.Amount)*0.05)
	}
	return math.Abs(a.Amount-b.Amount) <= tolerance+1e-9
}

func within(short, long string) bool {
	return len(short) < len(long) && strings.Contains(" "+long+" ", " "+short+" ")
}

func near(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b))
}

func (v *Value) amount(n, high, step, factor float64, unit string) {
	v.Amount, v.High, v.Step, v.Unit = n*factor, high*factor, step*factor, unit
	v.Norm = string(v.Kind) + ":" + short(v.Amount) + unit
	if v.High != v.Amount {
		v.Norm = string(v.Kind) + ":" + short(v.Amount) + ".." + short(v.High) + unit
	}
}

func short(f float64) string { return strconv.FormatFloat(f, 'g', 10, 64) }
