package route

import (
	"fmt"
	"time"
)

// Reading is one measured temperature in °C.
type Reading struct {
	At    time.Time
	Value float64
}

// Heat is a node's temperature and where it is going.
type Heat struct {
	Known    bool
	Now      float64       // °C, latest reading
	PerMin   float64       // °C per minute, least-squares trend over the readings
	Limit    float64       // °C at which the node throttles
	Reaches  time.Duration // until the limit, when rising; 0: reached, or not in sight
	Ahead    time.Duration // how far the trend is followed
	Expected float64       // °C after Ahead
}

// Trend follows readings (oldest first) ahead by a straight line. Fewer than three readings, or a span under thirty
// seconds, show no trend: then only the threshold counts.
func Trend(readings []Reading, limit float64, ahead time.Duration) Heat {
	if len(readings) == 0 || limit <= 0 {
		return Heat{}
	}
	last := readings[len(readings)-1]
	h := Heat{Known: true, Now: last.Value, Expected: last.Value, Limit: limit, Ahead: ahead}
	if len(readings) < 3 || last.At.Sub(readings[0].At) < 30*time.Second {
		return h
	}
	var n, sx, sy, sxx, sxy float64
	for _, r := range readings {
		x := r.At.Sub(last.At).Minutes()
		n++
		sx += x
		sy += r.Value
		sxx += x * x
		sxy += x * r.Value
	}
	if den := n*sxx - sx*sx; den > 0 {
		h.PerMin = (n*sxy - sx*sy) / den
	}
	h.Expected = h.Now + h.PerMin*ahead.Minutes()
	if h.PerMin > 0 && h.Now < limit {
		if d := time.Duration((limit - h.Now) / h.PerMin * float64(time.Minute)); d <= ahead {
			h.Reaches = d
		}
	}
	return h
}

// Sheds says that requests should go elsewhere: the limit is reached, or will be if it goes on like this.
func (h Heat) Sheds() bool {
	return h.Known && (h.Now >= h.Limit || h.PerMin > 0 && h.Expected >= h.Limit)
}

func (h Heat) String() string {
	switch {
	case !h.Known:
		return "temperature unknown"
	case h.Now >= h.Limit:
		return fmt.Sprintf("at %.0f °C, over the limit of %.0f °C", h.Now, h.Limit)
	case h.Sheds():
		return fmt.Sprintf("at %.0f °C and rising %.1f °C a minute: %.0f °C in about %s", h.Now, h.PerMin, h.Limit, h.Reaches.Round(time.Second))
	}
	return fmt.Sprintf("at %.0f °C", h.Now)
}
