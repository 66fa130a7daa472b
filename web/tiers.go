package web

import "context"

// tiersArea is for the health, load and speed of the inference endpoints. It is shown once its mount registers pages.
var tiersArea = area{name: "Tiers", path: "/tiers"}

// tiersUp counts the endpoints that answer, and all; ok is false where none is configured, and while it is nil. The wall and
// the ticker show it.
var tiersUp func(ctx context.Context, s *site) (up, all int, ok bool)
