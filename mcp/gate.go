package mcp

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
)

func isLoopback(a net.Addr) bool {
	t, ok := a.(*net.TCPAddr)
	return ok && t.IP.IsLoopback()
}

// IsLoopbackAddr reports whether an address to listen on can only be reached from this machine.
func IsLoopbackAddr(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	return err == nil && loopbackName(host)
}

func loopbackName(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func hostName(hostport string) string {
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		return h
	}
	return strings.Trim(hostport, "[]")
}

// checkHost refuses what a web page can make a browser send. A page can rebind its own name to this machine's address, so
// only names that are known are served; and a page's origin is sent along, so only our own is.
func checkHost(r *http.Request, local bool, names []string) error {
	host := hostName(r.Host)
	if !knownHost(host, local, names) {
		return fmt.Errorf("host %.100q is not served here; call the server by its address, or let it serve the name with --host", host)
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
	default:
		if len(r.Header.Values("Origin")) == 0 {
			return errors.New("requests of other sites are refused")
		}
	}
	for _, o := range r.Header.Values("Origin") {
		u, err := url.Parse(o)
		if err != nil || u.Host == "" || !(strings.EqualFold(u.Host, r.Host) || local && loopbackName(u.Hostname())) {
			return fmt.Errorf("origin %.100q is refused", o)
		}
	}
	return nil
}

func knownHost(host string, local bool, names []string) bool {
	for _, n := range names {
		if strings.EqualFold(host, n) {
			return true
		}
	}
	if local || strings.EqualFold(host, "localhost") {
		return loopbackName(host)
	}
	_, err := netip.ParseAddr(host) // an address cannot be rebound
	return err == nil
}

// authorize is what a request's token allows, and its name; "" when it has none and needs none.
func (g *gate) authorize(r *http.Request) (scope, name string, err error) {
	head := r.Header.Get("Authorization")
	if head == "" {
		if g.local && !g.o.RequireToken {
			return "", "", nil
		}
		return "", "", errors.New("a token is needed: Authorization: Bearer TOKEN; substrate token create makes one")
	}
	kind, secret, _ := strings.Cut(head, " ")
	if !strings.EqualFold(kind, "bearer") || g.o.Tokens == nil {
		return "", "", errors.New("the token was not accepted; send Authorization: Bearer TOKEN")
	}
	scope, name, ok := g.o.Tokens.Check(strings.TrimSpace(secret))
	if !ok {
		return "", "", errors.New("the token was not accepted; substrate token list shows those that are")
	}
	return scope, name, nil
}

// rate is a bucket for each client's address: it holds one second's requests and fills up as time goes by.
type rate struct {
	each float64
	now  func() time.Time

	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	left float64
	at   time.Time
}

const maxBuckets = 10_000

func newRate(each int) *rate {
	return &rate{each: float64(each), now: time.Now, buckets: map[string]*bucket{}}
}

func (t *rate) take(remote string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, key := t.now(), hostName(remote)
	b := t.buckets[key]
	if b == nil {
		if len(t.buckets) >= maxBuckets {
			for k, o := range t.buckets {
				if now.Sub(o.at) > time.Second {
					delete(t.buckets, k)
				}
			}
		}
		b = &bucket{left: t.each, at: now}
		t.buckets[key] = b
	}
	b.left = min(t.each, b.left+now.Sub(b.at).Seconds()*t.each)
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
