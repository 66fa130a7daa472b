package web

// askArea is for a question and its streamed answer with citations. It is shown once its mount registers pages.
var askArea = area{name: "Ask", path: "/ask"}
