package main

import (
	"log/slog"
	"runtime"

	"github.com/spf13/cobra"

	"substrate/library"
	"substrate/mcp"
)

func (a *app) mcpCmd() *cobra.Command {
	var approve bool
	c := &cobra.Command{
		Use:   "mcp",
		Short: "Serve the library to a language model's client over stdio (MCP)",
		Long: `Speaks the Model Context Protocol on standard input and output, for clients that start their servers themselves.
Standard output carries the protocol and nothing else; what there is to say goes to standard error. It serves while another
process ingests: a finished cascade is seen by the next call.

With --approve the client also has tools that show revisions, issue them and set them aside, for a person who says yes in a
conversation. Without it a model can hand in findings and publish nothing.

Exit status: 0 the client hung up; 1 failed; 2 wrong command line.`,
		Example: "  substrate mcp --library ~/docs\n  substrate mcp install claude-desktop",
		Args:    args(cobra.NoArgs, "it takes no arguments; substrate mcp install CLIENT sets a client up"),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.mcpServer(nil, approve)
			if err != nil {
				return err
			}
			defer s.Close()
			return s.ServeStdio(c.Context(), a.in, a.out)
		},
	}
	c.Flags().BoolVar(&approve, "approve", false, "let the client issue revisions and set them aside")
	c.AddCommand(a.installCmd())
	return c
}

// mcpServer makes a server of the library that the command line names. The first reader is opened at once, so that a
// wrong folder is told before a client waits for it. watch, if not nil, is told what the server does.
func (a *app) mcpServer(watch library.Observer, approve bool) (*mcp.Server, error) {
	first, err := a.open()
	if err != nil {
		return nil, err
	}
	first.Observe = both(first.Observe, watch)
	level := slog.LevelWarn
	if a.verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: level}))
	firsts := make(chan *library.Library, 1)
	firsts <- first
	open := func() (*library.Library, error) {
		select {
		case l := <-firsts:
			return l, nil
		default:
			return a.reopen(first)
		}
	}
	return mcp.New(mcp.Options{Open: open, Dir: first.Dir, Readers: max(2, runtime.NumCPU()), Version: programVersion(), Log: log, Observe: first.Observe, Approve: approve}), nil
}

// reopen opens the same library once more, for one more reader.
func (a *app) reopen(l *library.Library) (*library.Library, error) {
	again, err := library.Open(l.Dir, l.Config)
	if err != nil {
		return nil, err
	}
	again.Log, again.PDF, again.Observe = l.Log, l.PDF, l.Observe
	return again, nil
}
