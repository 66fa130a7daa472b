package web

// tiersArea is for the health, load and speed of the inference endpoints. It is shown once its mount registers pages.
var tiersArea = area{name: "Tiers", path: "/tiers"}
