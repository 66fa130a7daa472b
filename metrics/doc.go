// Package metrics tells Prometheus how a library and its server are. It is not for people (package web has pages for them) and
// decides nothing: limits stand in the alert rules of deploy/prometheus.
//
// What is not known is absent, never 0: a rule over a missing series stays silent, and one over a wrong 0 does not. Facts of the
// library are read once for each of its revisions, so that a scrape costs one row of the catalog and a look at the index's files.
// No metric and no label holds text of documents or questions.
package metrics

import "github.com/prometheus/client_golang/prometheus"

// Description is a metric as the documentation shows it. Type is gauge, counter or histogram.
type Description struct {
	Name, Type string
	Labels     []string
	Help       string
}

// Descriptions are all metrics of this program, in the order of the documentation. Those of the Go runtime and of the process,
// go_* and process_*, are client_golang's and stand beside them.
func Descriptions() []Description {
	var out []Description
	for _, d := range all {
		out = append(out, Description{d.name, d.kind, d.labels, d.help})
	}
	return out
}

// metric is a Description with its place in the registry.
type metric struct {
	name, kind string
	labels     []string
	help       string
	desc       *prometheus.Desc
}

var all []*metric

func define(kind, name, help string, labels ...string) *metric {
	m := &metric{name: name, kind: kind, labels: labels, help: help, desc: prometheus.NewDesc(name, help, labels, nil)}
	all = append(all, m)
	return m
}

func gauge(name, help string, labels ...string) *metric {
	return define("gauge", name, help, labels...)
}

var (
	info      = gauge("substrate_info", "1, with what the program was built from.", "version", "goversion")
	readable  = gauge("substrate_library_readable", "1 when the library could be read for this scrape, else 0; absent before the first ingest.")
	documents = gauge("substrate_documents", "Documents on the shelf by the standing of their version.", "standing")
	versions  = gauge("substrate_versions", "Versions of all documents by standing, archived ones among them.", "standing")

	driftOpen      = gauge("substrate_drift_open", "Entries of the drift log that are open.")
	driftAge       = gauge("substrate_drift_oldest_seconds", "Age of the oldest open entry that has a date; absent where there is none.")
	candidatesOpen = gauge("substrate_candidates_open", "Echoes and conflicts that nobody has judged.", "kind")
	findings       = gauge("substrate_findings_waiting", "Findings that stand in no document yet.")
	lastCascade    = gauge("substrate_last_cascade_timestamp_seconds", "When the newest cascade that was not undone ran, as Unix time; absent before the first.")
	lastCapture    = gauge("substrate_last_capture_timestamp_seconds", "When the newest finding was captured, as Unix time; absent before the first.")

	indexWhole  = gauge("substrate_index_whole", "1 when a whole generation of the search index is on disk, else 0; absent before the first ingest.")
	indexBehind = gauge("substrate_index_behind_revisions", "Changes of the library between the generation that the catalog names and the newest whole one on disk; 0 is as it should be, absent where there is none.")
	indexBuilt  = gauge("substrate_index_built_timestamp_seconds", "When the newest whole generation of the search index was finished, as Unix time.")

	searchTime = define("histogram", "substrate_search_seconds", "How long searches took, whoever asked.")
	ingestTime = define("histogram", "substrate_ingest_seconds", "How long ingests by this process took.")
	toolTime   = define("histogram", "substrate_tool_seconds", "How long calls of MCP tools took, waiting for their turn included.", "tool")
	errorCount = define("counter", "substrate_errors_total", "Work that failed, by what it was: search, ingest, tool or http (status 500 and above). What a caller can mend is not counted, nor who went away.", "kind")
	requests   = define("counter", "substrate_http_requests_total", "HTTP requests that were answered, by endpoint (mcp, v1, metrics, health, pages) and status.", "endpoint", "code")

	tierUp          = gauge("substrate_tier_up", "1 when the inference server answers, 0 when it does not; absent until it was asked.", "tier")
	tierRunning     = gauge("substrate_tier_requests_running", "Requests that the tier works on.", "tier")
	tierWaiting     = gauge("substrate_tier_requests_waiting", "Requests that wait for the tier.", "tier")
	tierTemperature = gauge("substrate_tier_temperature_celsius", "The latest temperature that its query gave; absent without one, and when it is old.", "tier")
	tierPrompt      = gauge("substrate_tier_prompt_tokens_per_second", "Median speed of the latest calls at reading prompts; absent until measured.", "tier", "model")
	tierOutput      = gauge("substrate_tier_output_tokens_per_second", "Median speed of the latest calls at writing; absent until measured.", "tier", "model")
	tierTokens      = define("counter", "substrate_tier_tokens_total", "Tokens read (prompt) and written (output) through this process.", "tier", "model", "direction")
	tierCalls       = define("counter", "substrate_tier_calls_total", "Calls through this process, by outcome (ok, failed).", "tier", "model", "outcome")
	tierTime        = define("histogram", "substrate_tier_call_seconds", "How long whole calls took, queue included.", "tier")
)
