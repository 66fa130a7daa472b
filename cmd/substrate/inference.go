package main

import (
	"substrate/inference"
	"substrate/library"
)

// openInference makes the process's one client of the configured tiers. Its timing goes into the library's catalog. probe
// keeps watching the tiers in the background, as servers want it; a command that asks once does not. The caller closes it.
func (a *app) openInference(l *library.Library, probe bool) (*inference.Client, error) {
	o := inference.Options{Store: l.Samples(), Prometheus: l.Config.Prometheus, Logger: l.Log}
	if !probe {
		o.ProbeEvery = -1
	}
	return inference.New(l.Config.Tiers, o)
}
