package corpus

import (
	"fmt"
	"time"
)

// Date is a civil date as documents print it: a year, perhaps a month, perhaps a day. The zero Date is
// unknown. A missing month or day is 0 and sorts before any other.
type Date struct {
	Year, Month, Day int
}

// IsZero reports whether nothing is known of the date.
func (d Date) IsZero() bool { return d.Year == 0 }

// String prints the date as 2026-04-27, 2026-04 or 2026, and "" when it is unknown.
func (d Date) String() string {
	switch {
	case d.Year == 0:
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Compare orders dates: -1 when d is before o, 0 when equal, 1 when after. An unknown date is before all others.
func (d Date) Compare(o Date) int {
	for _, p := range [3][2]int{{d.Year, o.Year}, {d.Month, o.Month}, {d.Day, o.Day}} {
		switch {
		case p[0] < p[1]:
			return -1
		case p[0] > p[1]:
			return 1
		}
	}
	return 0
}

// DateOf is the civil date of t in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, int(m), d}
}

// ParseISODate reads 2026, 2026-04 or 2026-04-27, the forms that [Date.String] prints.
// "" is the unknown date.
func ParseISODate(s string) (Date, error) {
	if s == "" {
		return Date{}, nil
	}
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		d := DateOf(t)
		if len(layout) < 10 {
			d.Day = 0
		}
		if len(layout) < 7 {
			d.Month = 0
		}
		return d, nil
	}
	return Date{}, fmt.Errorf("date %q: write it as 2026-04-27, 2026-04 or 2026", s)
}

// MarshalText makes dates plain strings in JSON.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote, also a day that no calendar has: what is stored must stay readable.
func (d *Date) UnmarshalText(b []byte) error {
	v, err := ParseISODate(string(b))
	if err != nil {
		var w Date
		if n, _ := fmt.Sscanf(string(b), "%4d-%2d-%2d", &w.Year, &w.Month, &w.Day); n < 1 {
			return err
		}
		v = w
	}
	*d = v
	return nil
}

// Valid reports whether the calendar has the date.
func (d Date) Valid() bool {
	if d.Month == 0 || d.Day == 0 {
		return d.Month >= 0 && d.Month <= 12
	}
	t := time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
	return DateOf(t) == d
}
