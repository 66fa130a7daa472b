package web

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

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
	Strip                            []bar // how many versions there are, where not every document has a lane
	Cascades                         []cascadeLine
	Undated                          int // versions without a date, which have no place
	Drawn, Documents                 int // lanes, and documents that could have one
}

// bar counts the versions of a stretch of time, from the bottom of the strip: those that are current, and above them all others.
type bar struct {
	X, W, Y, H float64
	Current    float64 // height of the current ones
	Tip        string
}

type band struct {
	Name string // "" where there is no room for it
	Tip  string
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
	stripHeight   = 56.0
	barWidth      = 7.0
	letterWidth   = 7.2 // of the bands' names, at most

	maxLanes = 120 // a taller picture is not looked at
	tooClose = 2.0 // points that lie nearer to each other cannot be told apart
)

// newTimeline draws a lane for each of the documents named by only, in that order; nil means all of them.
func newTimeline(all []library.Version, cascades []library.CascadeInfo, epochs []string, only []corpus.Slug) *timeline {
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
	if only != nil {
		t.strip(all, x)
	}
	t.lanes(all, x, only)
	t.Height = t.Top + float64(len(t.Lanes))*laneHeight + 10
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

// lanes draws documents from the top of the picture down.
func (t *timeline) lanes(all []library.Version, x func(time.Time) float64, only []corpus.Slug) {
	at := map[corpus.Slug]int{} // lane of a document
	for i, d := range only[:min(len(only), maxLanes)] {
		at[d] = i
	}
	t.Lanes = make([]lane, len(at))
	for _, v := range all {
		d, ok := day(v.Date)
		if !ok {
			continue
		}
		i, drawn := at[v.Document]
		if !drawn && (only != nil || len(t.Lanes) == maxLanes) {
			continue
		}
		if !drawn {
			i = len(t.Lanes)
			at[v.Document] = i
			t.Lanes = append(t.Lanes, lane{})
		}
		l := &t.Lanes[i]
		l.Link, l.Title = "/d/"+string(v.Document), v.Title // of the newest
		p := point{X: x(d), Standing: string(v.Standing), Link: documentPath(v.Ref), Tip: v.Title + " " + v.Version + ", " + v.Date + ", " + string(v.Standing)}
		if n := len(l.Points); n == 0 {
			l.X0, l.X1 = p.X, p.X
		} else if before := l.Points[n-1]; before.Standing == p.Standing && p.X-before.X < tooClose && before.X-p.X < tooClose && n > 20 {
			l.Points = l.Points[:n-1] // of a document with many versions the newer one stands for both
		}
		l.X0, l.X1 = min(l.X0, p.X), max(l.X1, p.X)
		l.Points = append(l.Points, p)
	}
	t.Lanes = slices.DeleteFunc(t.Lanes, func(l lane) bool { return len(l.Points) == 0 })
	for i := range t.Lanes {
		l := &t.Lanes[i]
		l.Y = t.Top + (float64(i)+0.5)*laneHeight
		for k := range l.Points {
			l.Points[k].Y = l.Y
		}
	}
	t.Drawn, t.Documents = len(t.Lanes), len(t.Lanes)
	if only != nil {
		t.Documents = len(only)
	}
}

// strip counts all versions, so that a page of the documents still shows where it stands in the whole.
func (t *timeline) strip(all []library.Version, x func(time.Time) float64) {
	type bin struct {
		current, others int
		from, to        string
	}
	width := float64(timelineWidth - timelineLeft)
	bins := make([]bin, int(width/barWidth)+1)
	most := 1
	for _, v := range all {
		d, ok := day(v.Date)
		if !ok {
			continue
		}
		b := &bins[int((x(d)-timelineLeft)/barWidth)]
		if v.Standing == "authoritative" || v.Standing == "historical" {
			b.current++
		} else {
			b.others++
		}
		if b.from == "" || v.Date < b.from {
			b.from = v.Date
		}
		b.to = max(b.to, v.Date)
		most = max(most, b.current+b.others)
	}
	bottom := t.Top + stripHeight - 10
	t.Top += stripHeight
	unit := (stripHeight - 12) / float64(most)
	for i, b := range bins {
		if n := b.current + b.others; n > 0 {
			h := float64(n) * unit
			tip := plural(n, "version", "versions") + ", " + strconv.Itoa(b.current) + " current, " + b.from
			if b.to != b.from {
				tip += " to " + b.to
			}
			t.Strip = append(t.Strip, bar{X: timelineLeft + float64(i)*barWidth, W: barWidth - 1.5, Y: bottom - h, H: h, Current: float64(b.current) * unit, Tip: tip})
		}
	}
}

// bands puts each epoch from its first version to the first of the next.
func (t *timeline) bands(all []library.Version, epochs []string, x func(time.Time) float64, end time.Time) {
	starts, number := make([]time.Time, len(epochs)), map[string]int{}
	for i, e := range epochs {
		number[e] = i
	}
	for _, v := range all {
		i, known := number[v.Epoch]
		if d, ok := day(v.Date); ok && known && (starts[i].IsZero() || d.Before(starts[i])) {
			starts[i] = d
		}
	}
	for i, e := range epochs {
		stop := end
		if i+1 < len(epochs) {
			stop = starts[i+1]
		}
		b := band{Name: e, Tip: e, X: x(starts[i]), W: max(x(stop)-x(starts[i]), 1), Odd: i%2 == 1}
		if float64(utf8.RuneCountInString(e))*letterWidth+8 > b.W && i+1 < len(epochs) {
			b.Name = ""
		}
		t.Bands = append(t.Bands, b)
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
