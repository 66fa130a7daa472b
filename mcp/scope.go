package mcp

import "context"

// scopes, each with those that it includes.
var scopes = map[string][]string{
	"read":    {"read"},
	"capture": {"read", "capture"},
	"approve": {"read", "capture", "approve"},
}

type scopeKey struct{}

// withScope notes what a token allows.
func withScope(ctx context.Context, scope string) context.Context {
	return context.WithValue(ctx, scopeKey{}, scope)
}

// allowed reports whether the caller may do what needs a scope. A caller without a token is on this machine, as its user.
func allowed(ctx context.Context, need string) bool {
	scope, remote := ctx.Value(scopeKey{}).(string)
	if !remote {
		return true
	}
	for _, s := range scopes[scope] {
		if s == need {
			return true
		}
	}
	return false
}

// may reports whether a caller may use a tool. A caller without a token is this machine's user for all that reads and captures;
// but behind a client a model speaks, so that approving needs a token of that scope, or a server that was started for it.
func (s *Server) may(ctx context.Context, t tool) bool {
	if _, remote := ctx.Value(scopeKey{}).(string); !remote && t.scope == "approve" {
		return s.approve
	}
	return allowed(ctx, t.scope)
}

type holderKey struct{}

// withHolder notes the name of the token that a request came with.
func withHolder(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, holderKey{}, name)
}

// holder is the name of the token that a request came with; "" without one.
func holder(ctx context.Context) string {
	name, _ := ctx.Value(holderKey{}).(string)
	return name
}

type clientKey struct{}

// withClient notes who asks.
func withClient(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, clientKey{}, name)
}

// clientOf is who asks; "" when it is this server itself.
func clientOf(ctx context.Context) string {
	name, _ := ctx.Value(clientKey{}).(string)
	return name
}
