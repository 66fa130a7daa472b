package web

import (
	"strconv"
	"time"

	"substrate/corpus"
	"substrate/library"
)

// timeline is a picture of all versions over time: a lane for each document, a point for each version, bands for epochs and
// lines for cascades. Lengths are the picture's own units.
type timeline struct {
	Width, Height, Left, Top, Bottom float64
	Bands                            []band
	Ticks                            []tick
	Lanes                            []lane
	Cascades                         []cascadeLine
	Undated                          int // versions without a date, which have no place
}

type band struct {
	Name string
	X, W float64
	Odd  bool
}

type tick struct {
	X    float64
	Text string
}

type lane struct {
	Title, Link string
	Y           float64
	X0, X1      float64 // from the first version to the last
	Points      []point
}

type point struct {
	X, Y     float64
	Standing string
	Link     string
	Tip      string
}

type cascadeLine struct {
	X   float64
	Tip string
}

const (
	timelineWidth = 1120.0
	timelineLeft  = 250.0
	timelineTop   = 46.0
	laneHeight    = 24.0
)

func newTimeline(all []library.Version, cascades []library.CascadeInfo, epochs []string) *timeline {
	t := &timeline{Width: timelineWidth, Left: timelineLeft, Top: timelineTop}
	var from, to time.Time
	grow := func(d time.Time) {
		if from.IsZero() || d.Before(from) {
			from = d
		}
		if d.After(to) {
			to = d
		}
	}
	for _, v := range all {
		if d, ok := day(v.Date); ok {
			grow(d)
		} else {
			t.Undated++
		}
	}
	if from.IsZero() {
		return nil
	}
	for _, c := range cascades {
		if d, ok := day(c.At); ok && c.Undone == "" {
			grow(d)
		}
	}
	pad := max(to.Sub(from)/40, 4*24*time.Hour)
	from, to = from.Add(-pad), to.Add(pad)
	x := func(d time.Time) float64 {
		return timelineLeft + float64(d.Sub(from))/float64(to.Sub(from))*(timelineWidth-timelineLeft-20)
	}
	t.lanes(all, x)
	t.Height = timelineTop + float64(len(t.Lanes))*laneHeight + 10
	t.Bottom = t.Height - 6
	t.bands(all, epochs, x, to)
	t.ticks(from, to, x)
	last := -10.0
	for _, c := range cascades {
		if d, ok := day(c.At); ok && c.Undone == "" {
			if p := x(d); p-last > 0.5 || last-p > 0.5 {
				t.Cascades = append(t.Cascades, cascadeLine{p, "cascade " + strconv.Itoa(c.Number) + ", " + c.At + ": " + c.Summary})
				last = p
			}
		}
	}
	return t
}

func (t *timeline) lanes(all []library.Version, x func(time.Time) float64) {
	var at corpus.Slug
	for _, v := range all {
		d, ok := day(v.Date)
		if !ok {
			continue
		}
		if v.Document != at || len(t.Lanes) == 0 {
			at = v.Document
			t.Lanes = append(t.Lanes, lane{Link: "/d/" + string(v.Document), Y: timelineTop + (float64(len(t.Lanes))+0.5)*laneHeight})
		}
		l := &t.Lanes[len(t.Lanes)-1]
		l.Title = v.Title // of the newest
		p := point{X: x(d), Y: l.Y, Standing: string(v.Standing), Link: documentPath(v.Ref), Tip: v.Title + " " + v.Version + ", " + v.Date + ", " + string(v.Standing)}
		if len(l.Points) == 0 {
			l.X0, l.X1 = p.X, p.X
		}
		l.X0, l.X1 = min(l.X0, p.X), max(l.X1, p.X)
		l.Points = append(l.Points, p)
	}
}

// bands puts each epoch from its first version to the first of the next.
func (t *timeline) bands(all []library.Version, epochs []string, x func(time.Time) float64, end time.Time) {
	starts := make([]time.Time, len(epochs))
	for i, e := range epochs {
		for _, v := range all {
			if d, ok := day(v.Date); ok && v.Epoch == e && (starts[i].IsZero() || d.Before(starts[i])) {
				starts[i] = d
			}
		}
	}
	for i, e := range epochs {
		stop := end
		if i+1 < len(epochs) {
			stop = starts[i+1]
		}
		t.Bands = append(t.Bands, band{Name: e, X: x(starts[i]), W: max(x(stop)-x(starts[i]), 1), Odd: i%2 == 1})
	}
}

// ticks are months, or years, so far apart that they can be read.
func (t *timeline) ticks(from, to time.Time, x func(time.Time) float64) {
	months := int(to.Sub(from).Hours()/24/30) + 1
	step := 1
	for _, s := range []int{1, 2, 3, 6, 12, 24, 60, 120, 240} {
		if step = s; months/s <= 12 {
			break
		}
	}
	d := time.Date(from.Year(), time.January, 1, 0, 0, 0, 0, from.Location())
	for ; d.Before(to); d = d.AddDate(0, step, 0) {
		if d.Before(from) {
			continue
		}
		text := d.Format("Jan")
		if d.Month() == time.January || len(t.Ticks) == 0 {
			text = d.Format("Jan 2006")
		}
		if step >= 12 {
			text = d.Format("2006")
		}
		t.Ticks = append(t.Ticks, tick{x(d), text})
	}
}

func day(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02", "2006-01-02 15:04", "2006-01", "2006"} {
		if d, err := time.Parse(layout, s); err == nil {
			return d, true
		}
	}
	return time.Time{}, false
}
