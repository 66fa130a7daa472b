// Package inference is one client for all of a person's inference servers: it routes a request to a fitting tier and
// says why, fits the prompt into that model's real window, streams the answer, fails over before the first token and
// never silently after it, and times every call. It imports the standard library, golang.org/x/sync and its own
// sub-packages only; any program can use it.
//
// It is not for building prompts out of documents, nor for judging answers; the caller gives the parts and the checks.
//
// Words:
//
//   - Tier: one inference endpoint with its strengths, models and window.
//   - Window: the tokens that prompt and answer share, as the server has the model loaded.
//   - Decision: the tier and model for a request, why, and why not the others.
//   - Sample: what one call took; kept in a [Store].
//
// Servers' protocols are in inference/wire, the rules of routing in inference/route, packing in inference/budget, and
// the figures in inference/timing; each is usable alone. inference/inferencetest is a server for tests.
package inference
