package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"substrate/library"
)

// sdk is the protocol: everything that this package needs of the SDK, and what has to be done around it.
type sdk struct {
	s      *Server
	mcp    *server.MCPServer
	subs   subscriptions
	listMu sync.Mutex
	listed map[string]resource // by URI
}

const pageSize = 50 // entries of one page of resources/list

func newSDK(s *Server, version string) *sdk {
	k := &sdk{s: s, listed: map[string]resource{}}
	hooks := &server.Hooks{}
	k.mcp = server.NewMCPServer("substrate", version,
		server.WithTitle("Documentation library"),
		server.WithInstructions(instructions),
		server.WithToolCapabilities(false),
		server.WithResourceCapabilities(true, true),
		server.WithPromptCapabilities(false),
		server.WithCompletions(),
		server.WithLogging(),
		server.WithPaginationLimit(pageSize),
		server.WithRecovery(), server.WithResourceRecovery(),
		server.WithHooks(hooks),
		server.WithToolFilter(k.visible),
		server.WithResourceCompletionProvider(completer{s}), server.WithPromptCompletionProvider(completer{s}),
	)
	for _, t := range tools {
		k.addTool(t)
	}
	for _, t := range templates {
		k.mcp.AddResourceTemplate(mcp.NewResourceTemplate(t.uri, t.name, mcp.WithTemplateTitle(t.title), mcp.WithTemplateDescription(t.about), mcp.WithTemplateMIMEType(mimeType)), k.readTemplate)
	}
	for _, p := range menu {
		k.addPrompt(p)
	}
	k.hook(hooks)
	return k
}

const mimeType = "text/markdown"

func (k *sdk) addTool(t tool) {
	h := t.hints
	k.mcp.AddTool(mcp.Tool{
		Name: t.name, Title: t.title, Description: t.about, RawInputSchema: t.in, RawOutputSchema: t.out,
		Annotations: mcp.ToolAnnotation{ReadOnlyHint: &h.ReadOnly, DestructiveHint: &h.Destructive, IdempotentHint: &h.Idempotent, OpenWorldHint: &h.OpenWorld},
	}, func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if !k.s.may(ctx, t) {
			return mcp.NewToolResultError(fmt.Sprintf("%s needs a token of scope %s; ask for one: substrate token create --scope %s", t.name, t.scope, t.scope)), nil
		}
		raw, err := json.Marshal(r.Params.Arguments)
		if err != nil {
			return nil, err
		}
		a, mendable, err := k.s.call(withClient(ctx, clientName(ctx)), t, raw)
		if err != nil {
			return nil, err
		}
		if mendable != "" {
			return mcp.NewToolResultError(mendable), nil
		}
		res := &mcp.CallToolResult{StructuredContent: a, Content: []mcp.Content{mcp.NewTextContent(a.Text())}}
		for _, l := range a.Links() {
			res.Content = append(res.Content, mcp.NewResourceLink(l.URI, l.Name, "", mimeType))
		}
		return res, nil
	})
}

// visible are the tools that a caller may use: what a model cannot do does not tempt it.
func (k *sdk) visible(ctx context.Context, list []mcp.Tool) []mcp.Tool {
	return slices.DeleteFunc(slices.Clone(list), func(x mcp.Tool) bool {
		i := slices.IndexFunc(tools, func(t tool) bool { return t.name == x.Name })
		return i >= 0 && tools[i].scope == "approve" && !k.s.may(ctx, tools[i])
	})
}

func (k *sdk) addPrompt(p Prompt) {
	args := []mcp.PromptArgument{}
	for _, a := range p.Arguments {
		args = append(args, mcp.PromptArgument{Name: a.Name, Description: a.About, Required: a.Required})
	}
	k.mcp.AddPrompt(mcp.Prompt{Name: p.Name, Title: p.Title, Description: p.About, Arguments: args},
		func(ctx context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			text := ""
			err := k.s.desk.with(ctx, func(l *library.Library) (err error) {
				text, err = p.Render(ctx, l, r.Params.Arguments)
				return err
			})
			if err != nil {
				return nil, err
			}
			return mcp.NewGetPromptResult(p.About, []mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent(text))}), nil
		})
}

func (k *sdk) readTemplate(ctx context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
	text := ""
	err := k.s.desk.with(ctx, func(l *library.Library) (err error) {
		text, err = readResource(withClient(ctx, clientName(ctx)), l, r.Params.URI)
		return err
	})
	if err != nil {
		return nil, err
	}
	return []mcp.ResourceContents{mcp.TextResourceContents{URI: r.Params.URI, MIMEType: mimeType, Text: text}}, nil
}

// setResources makes list what clients see. The SDK tells clients of each addition and removal.
func (k *sdk) setResources(list []resource) {
	k.listMu.Lock()
	defer k.listMu.Unlock()
	now := map[string]resource{}
	var add []server.ServerResource
	for _, r := range list {
		now[r.uri] = r
		if k.listed[r.uri] != r {
			add = append(add, server.ServerResource{
				Resource: mcp.NewResource(r.uri, r.name, mcp.WithResourceTitle(r.title), mcp.WithResourceDescription(r.about), mcp.WithMIMEType(mimeType)),
				Handler:  k.readTemplate,
			})
		}
	}
	var gone []string
	for uri := range k.listed {
		if _, ok := now[uri]; !ok {
			gone = append(gone, uri)
		}
	}
	k.listed = now
	if len(add) > 0 {
		k.mcp.AddResources(add...)
	}
	if len(gone) > 0 {
		k.mcp.DeleteResources(gone...)
	}
}

// hook does what the SDK leaves to its users: lists that are never stale, resources that are not there, subscriptions.
func (k *sdk) hook(h *server.Hooks) {
	refresh := func(ctx context.Context) {
		if err := k.s.refresh(ctx); err != nil && ctx.Err() == nil {
			k.s.log.Warn("list resources", "error", err)
		}
	}
	h.AddBeforeListResources(func(ctx context.Context, _ any, _ *mcp.ListResourcesRequest) { refresh(ctx) })
	// The first list is made before the first client can be told that it changed.
	h.AddBeforeInitialize(func(ctx context.Context, _ any, _ *mcp.InitializeRequest) { refresh(ctx) })
	h.AddBeforeReadResource(func(ctx context.Context, _ any, r *mcp.ReadResourceRequest) {
		// The SDK calls every error of a handler an internal one, but a URI that no template matches gets the right code,
		// and the SDK quotes it: so the reason travels in it, and missing takes it out again.
		err := k.s.desk.with(ctx, func(l *library.Library) error {
			_, err := readResource(ctx, l, r.Params.URI)
			return err
		})
		if err == nil {
			return
		}
		if text, ok := words(err); ok {
			r.Params.URI += "\n" + text
		}
	})
	h.AddAfterSubscribe(func(ctx context.Context, _ any, r *mcp.SubscribeRequest, _ *mcp.EmptyResult) {
		id := sessionOf(ctx)
		k.subscribe(ctx, id, r.Params.URI, func(uri string) {
			_ = k.mcp.SendNotificationToSpecificClient(id, mcp.MethodNotificationResourceUpdated, map[string]any{"uri": uri})
		})
	})
	h.AddAfterUnsubscribe(func(ctx context.Context, _ any, r *mcp.UnsubscribeRequest, _ *mcp.EmptyResult) {
		k.subs.drop(sessionOf(ctx), r.Params.URI)
	})
	h.AddOnUnregisterSession(func(_ context.Context, c server.ClientSession) { k.subs.drop(c.SessionID(), "") })
	h.AddBeforeSubscriptionsListen(func(ctx context.Context, id any, r *mcp.SubscriptionsListenRequest) {
		session := server.ClientSessionFromContext(ctx)
		if session == nil || id == nil {
			return
		}
		key := fmt.Sprintf("%p/%v", session, id)
		filter := r.Params.Notifications
		for _, uri := range filter.ResourceSubscriptions[:min(len(filter.ResourceSubscriptions), 1000)] {
			k.subscribe(ctx, key, uri, func(uri string) { push(session, id, mcp.MethodNotificationResourceUpdated, map[string]any{"uri": uri}) })
		}
		p, own := session.(*peer)
		if own {
			p.listen(id, filter)
		}
		context.AfterFunc(ctx, func() {
			k.subs.drop(key, "")
			if own {
				p.unlisten(id)
			}
		})
	})
	h.AddAfterSubscriptionsListen(func(ctx context.Context, _ any, _ *mcp.SubscriptionsListenRequest, _ *mcp.SubscriptionsListenResult) {
		// Who asked for nothing that there is gets the acknowledgement and the end at once. The SDK lets the two race, and
		// loses the first when the second wins.
		if ctx.Err() == nil {
			time.Sleep(settle)
		}
	})
}

// settle is how long an answer waits for the notification before it.
const settle = 50 * time.Millisecond

// missing words the SDK's answer for a resource that is not there: what there is instead, and the URI as data. Any other
// message comes back as it is.
func missing(answer []byte) []byte {
	const before, after = "handler not found for resource URI '", "': resource not found"
	var m struct {
		JSONRPC string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Error   struct {
			Code    int               `json:"code"`
			Message string            `json:"message"`
			Data    map[string]string `json:"data"`
		} `json:"error"`
	}
	if !bytes.Contains(answer, []byte("handler not found for resource URI")) || json.Unmarshal(answer, &m) != nil {
		return answer
	}
	quoted := strings.TrimSuffix(strings.TrimPrefix(m.Error.Message, before), after)
	i := strings.LastIndexByte(quoted, '\n')
	if i < 0 || len(quoted) != len(m.Error.Message)-len(before)-len(after) {
		return answer
	}
	m.Error.Message, m.Error.Data = quoted[i+1:], map[string]string{"uri": quoted[:i]}
	out, err := json.Marshal(m)
	if err != nil {
		return answer
	}
	return out
}

func (k *sdk) subscribe(ctx context.Context, key, uri string, tell func(string)) {
	k.subs.add(subscription{key, uri, tell}, k.s.stateOf(ctx, uri))
}

// clientName is what a client calls itself.
func clientName(ctx context.Context) string {
	if c, ok := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo); ok && c.GetClientInfo().Name != "" {
		return c.GetClientInfo().Name
	}
	return "an MCP client"
}

func sessionOf(ctx context.Context) string {
	if c := server.ClientSessionFromContext(ctx); c != nil {
		return c.SessionID()
	}
	return ""
}

// push sends a notification on the stream of one subscriptions/listen request. A client that does not read loses it.
func push(c server.ClientSession, id any, method string, params map[string]any) {
	n := notification(method, params)
	n.Params.Meta = map[string]any{mcp.MetaKeySubscriptionID: id}
	select {
	case c.NotificationChannel() <- n:
	default:
	}
}

func notification(method string, params map[string]any) mcp.JSONRPCNotification {
	return mcp.JSONRPCNotification{JSONRPC: mcp.JSONRPC_VERSION, Notification: mcp.Notification{Method: method, Params: mcp.NotificationParams{AdditionalFields: params}}}
}

// completer completes arguments of templates and prompts.
type completer struct{ s *Server }

func (c completer) complete(ctx context.Context, a mcp.CompleteArgument, given map[string]string) (*mcp.Completion, error) {
	out := &mcp.Completion{Values: []string{}}
	err := c.s.desk.with(ctx, func(l *library.Library) error {
		out.Values, out.Total = complete(ctx, l, a.Name, a.Value, given)
		out.HasMore = out.Total > len(out.Values)
		return nil
	})
	return out, err
}

func (c completer) CompleteResourceArgument(ctx context.Context, _ string, a mcp.CompleteArgument, x mcp.CompleteContext) (*mcp.Completion, error) {
	return c.complete(ctx, a, x.Arguments)
}

func (c completer) CompletePromptArgument(ctx context.Context, _ string, a mcp.CompleteArgument, x mcp.CompleteContext) (*mcp.Completion, error) {
	given := x.Arguments
	if given == nil {
		given = map[string]string{}
	}
	for from, to := range map[string]string{"document": "slug", "version": "v"} {
		if v, ok := given[from]; ok {
			given[to] = v
		}
	}
	return c.complete(ctx, a, given)
}

// httpHandler is the endpoint /mcp. Sessions are ours, so that they can be counted and forgotten.
func (k *sdk) httpHandler(sessions *sessions, idle time.Duration) http.Handler {
	return server.NewStreamableHTTPServer(k.mcp,
		server.WithSessionIdManager(sessions),
		server.WithSessionIdleTTL(idle),
		server.WithDisableLocalhostProtection(true), // the gate checks hosts, and knows the names that are served
		server.WithHeartbeatInterval(30*time.Second),
		server.WithStreamableHTTPLogger(slog.New(k.s.log.Handler())),
	)
}

// protocolVersions are those that clients may speak, newest first.
func protocolVersions() string { return strings.Join(mcp.ValidProtocolVersions, ", ") }
