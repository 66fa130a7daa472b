package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"substrate/capture"
	"substrate/library"
)

// exitNothing says that a session left nothing durable.
const exitNothing = 4

func (a *app) sessionCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "session",
		Short: "A stretch of work that ends with what it learned",
		Long: `A session ends with (a) a change to the system, (b) a change to a document, or (c) both; otherwise nothing durable happened.
Findings are captured while it is open (substrate capture) and placed; its end says what came out of it.

Exit status: 0 done; 1 failed; 2 wrong command line; 4 session end: nothing durable came out of it; 5 no such session.`,
		Example: "  substrate session start \"New model on the small node\"\n  substrate session status\n  substrate session end",
		Args:    args(cobra.NoArgs, "say start, status, end, list or place"),
		RunE:    a.with(func(ctx context.Context, l *library.Library, _ []string) error { return a.sessionStatus(ctx, l, 0) }),
	}
	c.AddCommand(a.sessionStartCmd(), a.sessionStatusCmd(), a.sessionEndCmd(), a.sessionListCmd(), a.sessionPlaceCmd())
	return c
}

func (a *app) sessionStartCmd() *cobra.Command {
	var beside bool
	c := &cobra.Command{
		Use: "start [TITLE]", Short: "Open a session",
		Long: `Opens a session and prints the brief that it starts with. Opening one is optional: capture does so by itself. A session that was
never ended is named: go on in it, end it, or start another beside it with --new.

Exit status: 0 done; 1 failed, or a session is open; 2 wrong command line.`,
		Example: "  substrate session start \"New model on the small node\"", Args: args(cobra.MaximumNArgs(1), "put the title into quotes"),
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			s, err := l.StartSession(ctx, strings.Join(list, " "), "", beside)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(s)
			}
			fmt.Fprintf(a.out, "session %d is open; capture what it learns: substrate capture \"…\"\n", s.ID)
			a.say("substrate brief writes what it starts with")
			return nil
		}),
	}
	c.Flags().BoolVar(&beside, "new", false, "start one beside a session that was never ended")
	return c
}

func (a *app) sessionStatusCmd() *cobra.Command {
	id := 0
	c := &cobra.Command{
		Use: "status", Short: "Show what the open session learned, and where it goes",
		Long:    "Lists the findings of the open session with their places; what waits without one is placed anew.\n\nExit status: 0 done; 1 failed; 2 wrong command line; 5 no session is open.",
		Example: "  substrate session status\n  substrate session status --session 3 --json", Args: args(cobra.NoArgs, "it takes no arguments; --session N names one"),
		RunE: a.with(func(ctx context.Context, l *library.Library, _ []string) error { return a.sessionStatus(ctx, l, id) }),
	}
	c.Flags().IntVar(&id, "session", 0, "the session's `number` (default: the open one)")
	return c
}

func (a *app) sessionStatus(ctx context.Context, l *library.Library, id int) error {
	if _, err := l.PlaceFindings(ctx, id); err != nil {
		a.say("not placed: %v", err)
	}
	info, err := l.SessionNow(ctx, id)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(info)
	}
	a.printSession(info)
	a.printAudit(info)
	return nil
}

func (a *app) printSession(s *library.SessionInfo) {
	title := s.Title
	if title == "" {
		title = "without a title"
	}
	state := "open"
	if s.Ended != nil {
		state = "ended " + s.Ended.Local().Format("2006-01-02 15:04")
		if s.Because != "" {
			state += ": " + s.Because
		}
	}
	fmt.Fprintf(a.out, "session %d  %s  %s  %s\n", s.ID, s.At.Local().Format("2006-01-02 15:04"), title, state)
	for _, f := range s.Findings {
		fmt.Fprintf(a.out, "  F-%-3d %-2s %-8s %s\n", f.ID, f.Kind, f.State, f.Title(76))
		fmt.Fprintf(a.out, "        %s\n", goesTo(f))
	}
}

// goesTo is where a finding went or would go, in a line.
func goesTo(f capture.Finding) string {
	switch {
	case f.Settled != "":
		return f.Settled
	case f.Section():
		return "→ " + f.To + " (as a person said)"
	case len(f.Places) == 0:
		return "not placed yet"
	case f.Places[0].Ref == "":
		return "→ no document is about this"
	case f.Placed():
		return "→ " + f.Places[0].Ref + "  " + string(f.Places[0].Form)
	}
	return "? perhaps " + f.Places[0].Ref + "; say where: substrate session place F-" + fmt.Sprint(f.ID) + " --to REF"
}

func (a *app) printAudit(s *library.SessionInfo) {
	u := s.Audit
	fmt.Fprintf(a.out, "  came out of it: (a) %d to the system, (b) %d to documents, (c) %d both, %d not said which\n", u.System, u.Document, u.Both, u.Unsettled)
	for _, id := range u.Undocumented {
		fmt.Fprintf(a.out, "  F-%d changed the system, and no document tells of it: capture that too, or say why not: substrate session place F-%d --drop --because \"…\"\n", id, id)
	}
	if n := len(u.Unplaced); n > 0 {
		fmt.Fprintf(a.out, "  %d without a sure place; they head the next brief\n", n)
	}
}

func (a *app) sessionEndCmd() *cobra.Command {
	id, nothing, because := 0, false, ""
	c := &cobra.Command{
		Use: "end", Short: "End the session, and say what came out of it",
		Long: `Ends the open session: which changes to the system and to documents came out of it, which change to the system no document
tells of, which findings have no place yet. A session of which nothing durable came stays open and exits with 4, unless you
say that it is so: --nothing --because "…".

Exit status: 0 ended; 1 failed; 2 wrong command line; 4 nothing durable came out of it; 5 no session is open.`,
		Example: "  substrate session end\n  substrate session end --nothing --because \"only read the guides\"", Args: args(cobra.NoArgs, "it takes no arguments; --session N names one"),
		RunE: a.with(func(ctx context.Context, l *library.Library, _ []string) error {
			if _, err := l.PlaceFindings(ctx, id); err != nil {
				a.say("not placed: %v", err)
			}
			info, ended, err := l.EndSession(ctx, id, nothing, because)
			if err != nil {
				return err
			}
			if !ended && info.Ended == nil {
				a.code = exitNothing
			}
			if a.json {
				return a.printJSON(info)
			}
			a.printSession(info)
			a.printAudit(info)
			if a.code == exitNothing {
				a.say("nothing durable came out of session %d: capture what it learned, or end it with --nothing --because \"…\"", info.ID)
			}
			a.sayRevise(info)
			return nil
		}),
	}
	c.Flags().IntVar(&id, "session", 0, "the session's `number` (default: the open one)")
	c.Flags().BoolVar(&nothing, "nothing", false, "nothing durable came out of it, and that is right")
	c.Flags().StringVar(&because, "because", "", "why")
	return c
}

// sayRevise names the documents that findings wait for.
func (a *app) sayRevise(s *library.SessionInfo) {
	seen := map[string]bool{}
	for _, f := range s.Findings {
		doc, _, _ := strings.Cut(f.Toward(), "@")
		if f.State == capture.Pending && doc != "" && !seen[doc] {
			seen[doc] = true
			a.say("next: substrate revise %s", doc)
		}
	}
}

func (a *app) sessionListCmd() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "list", Short: "List the sessions",
		Long:    "Lists all sessions, newest first.\n\nExit status: 0 done; 1 failed; 2 wrong command line.",
		Example: "  substrate session list --findings", Args: args(cobra.NoArgs, "it takes no arguments"),
		RunE: a.with(func(ctx context.Context, l *library.Library, _ []string) error {
			list, err := l.Sessions(ctx)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(list)
			}
			if len(list) == 0 {
				a.say("there was none yet; substrate session start opens one")
			}
			for _, s := range list {
				n := len(s.Findings)
				if !all {
					s.Findings = nil
				}
				a.printSession(&s)
				if !all {
					fmt.Fprintf(a.out, "  %s\n", counted(n, "finding"))
				}
			}
			return nil
		}),
	}
	c.Flags().BoolVar(&all, "findings", false, "with their findings")
	return c
}

func (a *app) sessionPlaceCmd() *cobra.Command {
	var ch library.FindingChange
	c := &cobra.Command{
		Use: "place F-N", Short: "Say where a finding goes, of what kind it is, or that it goes nowhere",
		Long:    "Settles what a finding leaves open. Without flags it shows the finding whole, with its evidence.\n\nExit status: 0 done; 1 failed; 2 wrong command line; 5 no such finding, document or section.",
		Example: "  substrate session place F-3\n  substrate session place F-3 --to user-guide#13.3\n  substrate session place F-4 --drop --because \"was a typing error\"",
		Args:    args(cobra.ExactArgs(1), "name one finding, such as F-3"),
		RunE: a.with(func(ctx context.Context, l *library.Library, list []string) error {
			if ch.Because != "" && !ch.Drop {
				return usageError{errors.New("place: --because says why a finding is dropped; add --drop")}
			}
			var f *capture.Finding
			var err error
			if ch == (library.FindingChange{}) {
				f, err = l.Finding(ctx, list[0])
			} else {
				f, err = l.ChangeFinding(ctx, list[0], ch)
			}
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(f)
			}
			a.printCaptured(&library.Captured{Finding: *f})
			fmt.Fprintf(a.out, "  %s\n", goesTo(*f))
			if f.Evidence != "" && ch == (library.FindingChange{}) {
				fmt.Fprintf(a.out, "  evidence:\n%s\n", f.Evidence)
			}
			return nil
		}),
	}
	c.Flags().StringVar(&ch.To, "to", "", "where it goes, as a `reference`")
	c.Flags().StringVar(&ch.Kind, "kind", "", "a, b or c")
	c.Flags().BoolVar(&ch.Drop, "drop", false, "it reaches no document")
	c.Flags().StringVar(&ch.Because, "because", "", "why it is dropped")
	_ = c.RegisterFlagCompletionFunc("to", a.completeRefs(true))
	return c
}
