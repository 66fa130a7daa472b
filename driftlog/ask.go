package driftlog

import (
	"strings"

	"substrate/driftlog/claim"
	"substrate/driftlog/value"
)

// Answers says that an entry speaks of what a query asks: it is named by its id, or a value of it is asked for together with a
// word of it, or it has nearly all that the query says.
func Answers(s State, query string) bool {
	for _, w := range strings.Fields(query) {
		if Named(s, strings.Trim(w, ".,:;?!()\"'")) {
			return true
		}
	}
	words := claim.Words(query)
	own := claim.Words(s.Says + " · " + s.Actually)
	place := claim.Words(s.Document)
	common := claim.Common(words, own)
	for _, v := range value.Extract(query) {
		for _, text := range []string{s.Says, s.Actually} {
			for _, w := range value.Extract(text) {
				if !value.Same(v, w) {
					continue
				}
				if v.Kind != value.Name && common >= 0.9 || v.Kind == value.Name && common >= 2.4 || len(words) <= 2 && v.Kind == value.Address {
					return true
				}
			}
		}
	}
	if words.Weight() < 1.5 || common < 1.5 {
		return false
	}
	for k, w := range words {
		if own[k] == 0 && place[k] > 0 {
			common += w
		}
	}
	return common/words.Weight() >= 0.75
}

// Denies says that an entry calls a statement false: the statement has a value that the entry says is wrong, and none
// that it says is right.
func Denies(says, actually, statement string) bool {
	wrong, _ := asked(says)
	right, _ := asked(actually)
	for _, v := range value.Extract(statement) {
		for _, r := range right {
			if value.Same(v, r) {
				return false
			}
		}
	}
	for _, v := range value.Extract(statement) {
		for _, w := range wrong {
			if value.Agree(v, w) {
				return true
			}
		}
	}
	if len(wrong) > 0 {
		return false
	}
	a, b := claim.Words(says), claim.Words(statement)
	return claim.Overlap(a, b) >= 0.7
}
