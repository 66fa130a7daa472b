package wire

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// rawText is a JSON string whose bytes survive: a chunk may end in the middle of a rune, as raw bytes or as one half of
// a \u pair, and encoding/json would replace both with U+FFFD before the other half arrives.
type rawText string

func (t *rawText) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	if len(b) < 2 || b[0] != '"' {
		return strconv.ErrSyntax
	}
	b = b[1 : len(b)-1]
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			out = append(out, b[i])
			continue
		}
		i++
		if i >= len(b) {
			return strconv.ErrSyntax
		}
		switch b[i] {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			if i+5 > len(b) {
				return strconv.ErrSyntax
			}
			n, err := strconv.ParseUint(string(b[i+1:i+5]), 16, 32)
			if err != nil {
				return err
			}
			out = appendUnit(out, rune(n))
			i += 4
		default:
			out = append(out, b[i])
		}
	}
	*t = rawText(out)
	return nil
}

// appendUnit adds a UTF-16 unit; a half of a pair is kept in the generalized form (three bytes from 0xED), which no
// valid text contains, until its other half follows.
func appendUnit(out []byte, r rune) []byte {
	if !utf16.IsSurrogate(r) {
		return utf8.AppendRune(out, r)
	}
	return append(out, 0xE0|byte(r>>12), 0x80|byte(r>>6)&0x3F, 0x80|byte(r)&0x3F)
}

// joiner gives whole runes out and keeps a half until the rest arrives.
type joiner struct{ held []byte }

func (j *joiner) add(s rawText) string { return j.take([]byte(s), false) }

// flush gives out what is left at the end of the answer; a half that never became whole is U+FFFD.
func (j *joiner) flush() string { return j.take(nil, true) }

func (j *joiner) take(in []byte, last bool) string {
	b := in
	if len(j.held) > 0 {
		b = append(j.held, in...)
		j.held = nil
	}
	if utf8.Valid(b) {
		return string(b)
	}
	var out strings.Builder
	for len(b) > 0 {
		if hi, ok := surrogate(b); ok && hi < 0xDC00 {
			lo, whole := surrogate(b[3:])
			switch {
			case whole && lo >= 0xDC00:
				out.WriteRune(utf16.DecodeRune(hi, lo))
				b = b[6:]
				continue
			case !whole && partSurrogate(b[3:]) && !last:
				j.held = append([]byte(nil), b...)
				return out.String()
			}
			out.WriteRune(utf8.RuneError)
			b = b[3:]
			continue
		} else if ok {
			out.WriteRune(utf8.RuneError)
			b = b[3:]
			continue
		}
		if !utf8.FullRune(b) && !last {
			j.held = append([]byte(nil), b...)
			return out.String()
		}
		r, n := utf8.DecodeRune(b)
		out.WriteRune(r)
		b = b[n:]
	}
	return out.String()
}

func surrogate(b []byte) (rune, bool) {
	if len(b) < 3 || b[0] != 0xED || b[1] < 0xA0 || b[1] > 0xBF {
		return 0, false
	}
	return 0xD000 | rune(b[1]&0x3F)<<6 | rune(b[2]&0x3F), true
}

// partSurrogate says that what follows a high half may still become its low half.
func partSurrogate(b []byte) bool {
	return len(b) == 0 || b[0] == 0xED && len(b) < 3 && (len(b) < 2 || b[1] >= 0xB0)
}

// stopper ends a text at a stop sequence, for servers that have no such option. It keeps back what may be the beginning
// of one.
type stopper struct {
	stops []string
	held  string
	done  bool
}

func (s *stopper) add(text string) string {
	if len(s.stops) == 0 {
		return text
	}
	if s.done {
		return ""
	}
	text = s.held + text
	s.held = ""
	cut := -1
	for _, stop := range s.stops {
		if stop == "" {
			continue
		}
		if i := strings.Index(text, stop); i >= 0 && (cut < 0 || i < cut) {
			cut = i
		}
	}
	if cut >= 0 {
		s.done = true
		return text[:cut]
	}
	keep := 0
	for _, stop := range s.stops {
		for n := min(len(stop)-1, len(text)); n > keep; n-- {
			if strings.HasSuffix(text, stop[:n]) {
				keep = n
			}
		}
	}
	s.held = text[len(text)-keep:]
	return text[:len(text)-keep]
}

func (s *stopper) flush() string {
	if s.done {
		return ""
	}
	h := s.held
	s.held = ""
	return h
}
