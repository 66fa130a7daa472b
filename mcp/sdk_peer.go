package mcp

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
)

// peer is the client on the other end of stdio.
type peer struct {
	out         chan mcp.JSONRPCNotification
	initialized atomic.Bool
	level       atomic.Value

	mu      sync.Mutex
	version string
	info    mcp.Implementation
	can     mcp.ClientCapabilities
	listens []listen
}

// listen is one open subscriptions/listen request of a peer.
type listen struct {
	id     any
	filter mcp.SubscriptionFilter
}

// connect registers a client; send gets what the server says on its own.
func (k *sdk) connect(ctx context.Context, send func([]byte)) (handle func(context.Context, []byte) []byte, hangUp func()) {
	p := &peer{out: make(chan mcp.JSONRPCNotification, 256)}
	if err := k.mcp.RegisterSession(ctx, p); err != nil {
		k.s.log.Error("register the client", "error", err)
	}
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case n := <-p.out:
				for _, n := range p.addressed(n) {
					if raw, err := json.Marshal(n); err == nil {
						send(raw)
					}
				}
			}
		}
	}()
	handle = func(ctx context.Context, raw []byte) (answer []byte) {
		answer, err := json.Marshal(k.mcp.HandleMessage(k.mcp.WithContext(ctx, p), raw))
		answer = missing(answer)
		if err != nil {
			k.s.log.Error("write an answer", "error", err)
			return nil
		}
		if string(answer) == "null" {
			return nil
		}
		return answer
	}
	return handle, func() { k.mcp.UnregisterSession(context.WithoutCancel(ctx), p.SessionID()) }
}

// addressed is a notification as this client has to get it: of a client that opened subscriptions, once for each that
// asked for its kind, with the subscription's id.
func (p *peer) addressed(n mcp.JSONRPCNotification) []mcp.JSONRPCNotification {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n.Method != mcp.MethodNotificationResourcesListChanged {
		return []mcp.JSONRPCNotification{n}
	}
	var out []mcp.JSONRPCNotification
	for _, l := range p.listens {
		if l.filter.ResourcesListChanged {
			c := n
			c.Params.Meta = map[string]any{mcp.MetaKeySubscriptionID: l.id}
			out = append(out, c)
		}
	}
	if p.version != "" { // it shook hands: notifications are not opt-in
		out = append(out, n)
	}
	return out
}

func (p *peer) listen(id any, f mcp.SubscriptionFilter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listens = append(p.listens, listen{id, f})
}

func (p *peer) unlisten(id any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listens = slices.DeleteFunc(p.listens, func(l listen) bool { return l.id == id })
}

// What the SDK asks of a session.
func (p *peer) SessionID() string                                   { return "stdio" }
func (p *peer) Initialize()                                         { p.initialized.Store(true) }
func (p *peer) Initialized() bool                                   { return p.initialized.Load() }
func (p *peer) NotificationChannel() chan<- mcp.JSONRPCNotification { return p.out }
func (p *peer) SetLogLevel(l mcp.LoggingLevel)                      { p.level.Store(l) }
func (p *peer) GetLogLevel() mcp.LoggingLevel {
	l, _ := p.level.Load().(mcp.LoggingLevel)
	return l
}
func (p *peer) GetClientInfo() mcp.Implementation              { return locked(p, &p.info) }
func (p *peer) SetClientInfo(i mcp.Implementation)             { set(p, &p.info, i) }
func (p *peer) GetClientCapabilities() mcp.ClientCapabilities  { return locked(p, &p.can) }
func (p *peer) SetClientCapabilities(c mcp.ClientCapabilities) { set(p, &p.can, c) }
func (p *peer) ProtocolVersion() string                        { return locked(p, &p.version) }
func (p *peer) SetProtocolVersion(v string)                    { set(p, &p.version, v) }

func locked[T any](p *peer, v *T) T {
	p.mu.Lock()
	defer p.mu.Unlock()
	return *v
}

func set[T any](p *peer, v *T, to T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*v = to
}
