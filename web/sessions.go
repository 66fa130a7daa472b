package web

// sessionsArea is for findings that wait, their placement, and revisions to approve. It is shown once its mount registers pages.
var sessionsArea = area{name: "Sessions", path: "/sessions"}
