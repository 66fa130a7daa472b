package surgery

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	leadingNumber = regexp.MustCompile(`^[-−]?\d+(?:[.,]\d+)?`)
	runs          = regexp.MustCompile(`\d+|\D+`)
)

// sortedPlace is where a row belongs when the first column of a table of three rows or more is in strict order, rising or falling.
func sortedPlace(t [][]string, key string) (int, bool) {
	body := t[1:]
	if len(body) < 3 {
		return 0, false
	}
	for _, compare := range []func(a, b string) (int, bool){compareNumbers, compareNatural} {
		for _, sign := range []int{1, -1} {
			ok := true
			for r := 1; r < len(body) && ok; r++ {
				c, fit := compare(body[r-1][0], body[r][0])
				ok = fit && c*sign < 0
			}
			if _, fit := compare(key, body[0][0]); !ok || !fit {
				continue
			}
			for r := range body {
				if c, _ := compare(key, body[r][0]); c*sign < 0 {
					return r + 1, true
				}
			}
			return len(t), true
		}
	}
	return 0, false
}

// compareNumbers orders cells that begin with numbers and go on alike: 5 min, 10 min.
func compareNumbers(a, b string) (int, bool) {
	x, y := leadingNumber.FindString(a), leadingNumber.FindString(b)
	if x == "" || y == "" || strings.TrimSpace(a[len(x):]) != strings.TrimSpace(b[len(y):]) {
		return 0, false
	}
	number := func(s string) float64 {
		v, _ := strconv.ParseFloat(strings.NewReplacer("−", "-", ",", ".").Replace(s), 64)
		return v
	}
	switch p, q := number(x), number(y); {
	case p < q:
		return -1, true
	case p > q:
		return 1, true
	}
	return 0, true
}

// compareNatural orders text without regard to case, and the numbers in it by their value: K2, K10.
func compareNatural(a, b string) (int, bool) {
	x, y := runs.FindAllString(strings.ToLower(a), -1), runs.FindAllString(strings.ToLower(b), -1)
	for i := 0; i < len(x) && i < len(y); i++ {
		p, e1 := strconv.Atoi(x[i])
		q, e2 := strconv.Atoi(y[i])
		c := strings.Compare(x[i], y[i])
		if e1 == nil && e2 == nil && p != q {
			c = 1
			if p < q {
				c = -1
			}
		}
		if c != 0 {
			return c, true
		}
	}
	return len(x) - len(y), true
}
