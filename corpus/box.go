package corpus

// Box is where something stands on a page as it is shown, in fractions of the page's width and height; the origin is the
// upper left corner.
type Box struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
	W float64 `json:"w"`
	H float64 `json:"h"`
}

// Union is the smallest box that covers both.
func (b Box) Union(o Box) Box {
	x, y := min(b.X, o.X), min(b.Y, o.Y)
	return Box{x, y, max(b.X+b.W, o.X+o.W) - x, max(b.Y+b.H, o.Y+o.H) - y}
}

// PlacedWord is a word of a page and where it stands.
type PlacedWord struct {
	Text string `json:"t"`
	Box
}
