package light

import (
	"bytes"
	"strconv"
)

// lexer reads content streams and character maps, both of which are operands followed by an operator. It never fails: what is
// no token is skipped, and every step moves on, so that the work is bounded by the length of src.
type lexer struct {
	src []byte
	pos int
}

type kind byte

const (
	end kind = iota
	number
	str  // a string, decoded
	name // without the slash
	list
	operator
	other // a dictionary, or a bracket without its partner
)

// token is an operand or an operator.
type token struct {
	kind kind
	n    float64
	s    string
	list []token
}

// Bounds on what is kept of one operand; no producer comes near.
const (
	maxNesting = 16
	maxList    = 200_000
)

func space(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func delimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

func (l *lexer) next() token { return l.token(0) }

func (l *lexer) token(depth int) token {
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		switch {
		case space(c):
			l.pos++
		case c == '%':
			if i := bytes.IndexAny(l.src[l.pos:], "\r\n"); i >= 0 {
				l.pos += i
			} else {
				l.pos = len(l.src)
			}
		case c == '(':
			l.pos++
			return token{kind: str, s: l.literal()}
		case c == '<' && l.pos+1 < len(l.src) && l.src[l.pos+1] == '<':
			l.pos += 2
			return l.group(depth, other)
		case c == '<':
			l.pos++
			return token{kind: str, s: l.hex()}
		case c == '[':
			l.pos++
			return l.group(depth, list)
		case c == '>' && l.pos+1 < len(l.src) && l.src[l.pos+1] == '>':
			l.pos += 2
			return token{kind: other, s: ">>"}
		case c == ']':
			l.pos++
			return token{kind: other, s: "]"}
		case c == '/':
			l.pos++
			return token{kind: name, s: l.name()}
		case delimiter(c):
			l.pos++
		default:
			return l.word()
		}
	}
	return token{}
}

// group reads to the closing bracket. An operator inside means that the bracket was never closed.
func (l *lexer) group(depth int, k kind) token {
	t := token{kind: k}
	if depth >= maxNesting {
		return t
	}
	for {
		before := l.pos
		e := l.token(depth + 1)
		switch {
		case e.kind == end, e.kind == other && e.s != "":
			return t
		case e.kind == operator && e.s != "null" && e.s != "true" && e.s != "false" && k == list:
			l.pos = before
			return t
		case len(t.list) < maxList:
			t.list = append(t.list, e)
		}
	}
}

func (l *lexer) literal() string {
	out := make([]byte, 0, 32)
	for depth := 1; l.pos < len(l.src); l.pos++ {
		c := l.src[l.pos]
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				l.pos++
				return string(out)
			}
		case '\\':
			if l.pos++; l.pos >= len(l.src) {
				return string(out)
			}
			var ok bool
			if c, ok = l.escape(); !ok {
				continue
			}
		}
		out = append(out, c)
	}
	return string(out)
}

// escape reads what follows a backslash and leaves pos on its last byte; ok is false for a line continued.
func (l *lexer) escape() (c byte, ok bool) {
	c = l.src[l.pos]
	switch c {
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case '\n':
		return 0, false
	case '\r':
		if l.pos+1 < len(l.src) && l.src[l.pos+1] == '\n' {
			l.pos++
		}
		return 0, false
	}
	if c < '0' || c > '7' {
		return c, true
	}
	v := int(c - '0')
	for i := 0; i < 2 && l.pos+1 < len(l.src) && l.src[l.pos+1] >= '0' && l.src[l.pos+1] <= '7'; i++ {
		l.pos++
		v = v*8 + int(l.src[l.pos]-'0')
	}
	return byte(v), true
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func (l *lexer) hex() string {
	out := make([]byte, 0, 16)
	high := -1
	for ; l.pos < len(l.src); l.pos++ {
		c := l.src[l.pos]
		if c == '>' {
			l.pos++
			break
		}
		d := hexDigit(c)
		switch {
		case d < 0:
		case high < 0:
			high = d
		default:
			out = append(out, byte(high<<4|d))
			high = -1
		}
	}
	if high >= 0 {
		out = append(out, byte(high<<4))
	}
	return string(out)
}

func (l *lexer) name() string {
	var out []byte
	for ; l.pos < len(l.src); l.pos++ {
		c := l.src[l.pos]
		if space(c) || delimiter(c) {
			break
		}
		if c == '#' && l.pos+2 < len(l.src) {
			if h, d := hexDigit(l.src[l.pos+1]), hexDigit(l.src[l.pos+2]); h >= 0 && d >= 0 {
				c = byte(h<<4 | d)
				l.pos += 2
			}
		}
		out = append(out, c)
	}
	return string(out)
}

func (l *lexer) word() token {
	start := l.pos
	for l.pos < len(l.src) && !space(l.src[l.pos]) && !delimiter(l.src[l.pos]) {
		l.pos++
	}
	s := l.src[start:l.pos]
	if c := s[0]; c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' {
		return token{kind: number, n: real(s)}
	}
	return token{kind: operator, s: string(s)}
}

// real reads a number as leniently as other readers: doubled signs and trailing letters occur in files that print well.
func real(s []byte) float64 {
	if n, err := strconv.ParseFloat(string(s), 64); err == nil && n > -1e9 && n < 1e9 {
		return n
	}
	s = bytes.TrimLeft(s, "+-")
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
		i++
	}
	n, err := strconv.ParseFloat(string(s[:i]), 64)
	if err != nil || n > 1e9 {
		return 0
	}
	return n
}

// skipImage moves behind the data of an inline image, which is binary: its end is an EI between white space that text follows.
func (l *lexer) skipImage() {
	for {
		i := bytes.Index(l.src[l.pos:], []byte("EI"))
		if i < 0 {
			l.pos = len(l.src)
			return
		}
		at := l.pos + i
		l.pos = at + 2
		if at == 0 || !space(l.src[at-1]) || l.pos < len(l.src) && !space(l.src[l.pos]) {
			continue
		}
		ahead := l.src[l.pos:min(len(l.src), l.pos+12)]
		if bytes.IndexFunc(ahead, func(r rune) bool { return r > '~' || r < ' ' && r != '\n' && r != '\r' && r != '\t' }) < 0 {
			return
		}
	}
}
