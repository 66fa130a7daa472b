package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"substrate/ask"
	"substrate/mcp"
	"substrate/metrics"
	"substrate/openai"
	"substrate/web"
)

func (a *app) serveCmd() *cobra.Command {
	var o mcp.HTTPOptions
	var addr string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the library over HTTP: pages for people at /, MCP at /mcp",
		Long: `Serves pages for people at /, the Model Context Protocol (streamable HTTP) at /mcp, /wall for a display in the room,
/ticker for small displays (JSON, or text with ?format=text), /metrics for Prometheus, and /healthz and /readyz for whoever watches over it. It serves
while another process ingests: a finished cascade is seen by the next call.

By default it listens on this machine only and asks for no token. Any other address asks for one in each request
(Authorization: Bearer TOKEN; see substrate token); a browser is asked to sign in with one. Reading needs the scope read,
judging drift, uploading and undoing the scope approve. Requests under a foreign host name, or from another site's pages, are
refused. An interrupt lets what is in flight finish.

Exit status: 0 it was told to stop; 1 failed; 2 wrong command line.`,
		Example: "  substrate serve\n  substrate serve --addr 0.0.0.0:7468 --host docs.example.net",
		Args:    args(cobra.NoArgs, "it takes no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			if _, _, err := net.SplitHostPort(addr); err != nil {
				return usageError{fmt.Errorf("--addr %q: write it as 127.0.0.1:7468", addr)}
			}
			pages, err := a.open()
			if err != nil {
				return err
			}
			defer pages.Close()
			source := &tierMetrics{}
			counts := metrics.New(metrics.Options{Library: pages, Tiers: source, Version: programVersion()})
			pages.Observe = both(pages.Observe, counts.Observe)
			s, err := a.mcpServer(counts.Observe, false)
			if err != nil {
				return err
			}
			defer s.Close()
			o.Around = a.observed(counts)
			o.Tokens = mcp.OpenTokens(s.Dir())
			if list, err := o.Tokens.List(); err != nil {
				return err
			} else if len(list) == 0 && (o.RequireToken || !mcp.IsLoopbackAddr(addr)) {
				return fmt.Errorf("%s can be reached by others, and there is no token yet; make one: substrate token create --scope read", addr)
			}
			if os.Getenv("GOGC") == "" {
				debug.SetGCPercent(300) // a search leaves much behind, and little of it lives: collecting it less often is a quarter more searches
			}
			l, err := net.Listen("tcp", addr)
			if err != nil {
				return fmt.Errorf("listen on %s: %w; choose another address with --addr", addr, err)
			}
			look := web.Options{Version: programVersion(), Metrics: counts.Handler(), Allowed: mcp.Allowed, Holder: mcp.Holder, SignIn: func(secret string) bool {
				_, _, ok := o.Tokens.Check(secret)
				return ok
			}}
			if len(pages.Config.Tiers) == 0 {
				o.Front = web.Handler(pages, look)
			} else {
				tiers, err := a.openInference(pages, counts, true)
				if err != nil {
					return err
				}
				defer tiers.Close()
				look.Tiers, look.Routed = tierStates(tiers), routed(tiers)
				look.Ask = func(ctx context.Context, q string, o ask.Options, each func(string)) (*ask.Answer, error) {
					return ask.Ask(ctx, pages, tiers, q, o, each)
				}
				source.c = tiers
				o.Front = openai.Handler(tiers, openai.Options{Allowed: mcp.Allowed, Next: web.Handler(pages, look), Started: time.Now(), Answer: answerer(pages, tiers)})
			}
			a.say("serving pages at http://%s/ and MCP at http://%[1]s/mcp", l.Addr())
			return s.ServeHTTP(c.Context(), l, o)
		},
	}
	f := c.Flags()
	f.StringVar(&addr, "addr", "127.0.0.1:7468", "`address` to listen on")
	f.StringSliceVar(&o.Hosts, "host", nil, "host `name` by which clients call the server, besides its addresses")
	f.BoolVar(&o.RequireToken, "require-token", false, "ask for a token on loopback too, as behind a proxy")
	f.BoolVar(&o.OpenMetrics, "open-metrics", false, "answer /metrics without a token to this machine itself, for a Prometheus beside it; what a proxy passes on still needs one")
	f.IntVar(&o.Sessions, "max-sessions", 256, "how many clients may be connected")
	f.IntVar(&o.Rate, "rate", 2000, "how many requests a client's address may send in a second")
	f.DurationVar(&o.Idle, "idle", time.Hour, "how long a silent client is remembered")
	f.DurationVar(&o.Grace, "grace", 10*time.Second, "how long an interrupt waits for what is in flight")
	return c
}
