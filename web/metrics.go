package web

import "net/http"

// metricsArea is where the counters of the process are asked for, by whom may read. Package metrics makes them.
var metricsArea = area{path: "/metrics", mount: func(s *site, mux *http.ServeMux) {
	if s.o.Metrics == nil {
		return
	}
	s.read(mux, "GET /metrics", func(w http.ResponseWriter, r *http.Request) error {
		s.o.Metrics.ServeHTTP(w, r)
		return nil
	})
}}
