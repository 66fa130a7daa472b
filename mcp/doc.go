// Package mcp serves a library to language models over the Model Context Protocol: tools, resources, prompts and
// completion, over stdio and HTTP. It is for talking, not for deciding: whatever it answers, package library said.
//
// A tool is a plain func(ctx, *library.Library, In) (Out, error) in a file of its own, listed in tools.go. It knows
// nothing of the protocol; only sdk.go, and sdk_peer.go for what a client on stdio is to it, know the SDK.
//
// Words: an [Answer] is what a tool found, as text for a model and as a value for a program. Its budget is in tokens and
// counts all of the result. A mend is an error that tells a model what to call instead. A desk lends the
// library to so many callers at a time. A peer is one client on one connection.
package mcp
