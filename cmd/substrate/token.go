package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"substrate/library"
	"substrate/mcp"
)

func (a *app) tokenCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "token",
		Short: "Make, list and revoke tokens for substrate serve",
		Long: `A token lets a client in that calls substrate serve from another machine. Its scope says what it may do: read; capture,
which includes read; approve, which includes both. The library's folder keeps only hashes, so a secret is shown once, when
it is made. A running server sees changes at once.

Exit status: 0 done; 1 failed; 2 wrong command line; 5 no such token.`,
		Example: "  substrate token create --scope read --name laptop\n  substrate token list\n  substrate token revoke laptop",
		Args:    args(cobra.NoArgs, "say what to do: create, list or revoke"),
		RunE: func(*cobra.Command, []string) error {
			return usageError{errors.New("token: say what to do: create, list or revoke")}
		},
	}
	c.AddCommand(a.tokenCreateCmd(), a.tokenListCmd(), a.tokenRevokeCmd())
	return c
}

func (a *app) tokenCreateCmd() *cobra.Command {
	var scope, name string
	c := &cobra.Command{
		Use:   "create",
		Short: "Make a token and print its secret, once",
		Long: `Makes a token. Standard output gets the secret alone, which is kept nowhere.

Exit status: 0 done; 1 failed; 2 wrong command line.`,
		Example: "  substrate token create --scope read --name laptop",
		Args:    args(cobra.NoArgs, "it takes no arguments; name the token with --name"),
		RunE: a.tokens(func(t *mcp.Tokens, _ []string) error {
			if scope != "read" && scope != "capture" && scope != "approve" {
				return usageError{fmt.Errorf("--scope %q is none of read, capture, approve", scope)}
			}
			secret, made, err := t.Create(name, scope, time.Now())
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(struct {
					Secret string `json:"secret"`
					ID     string `json:"id"`
					Scope  string `json:"scope"`
				}{secret, made.ID, made.Scope})
			}
			fmt.Fprintln(a.out, secret)
			a.say("token %s, scope %s; this is the only time that it is shown", made.ID, made.Scope)
			return nil
		}),
	}
	c.Flags().StringVar(&scope, "scope", "read", "what the token allows: `read`, capture or approve")
	c.Flags().StringVar(&name, "name", "", "a `name` to know it by")
	return c
}

func (a *app) tokenListCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List tokens, without their secrets",
		Long:    "Lists tokens with name, scope and time of making.\n\nExit status: 0 done; 1 failed; 2 wrong command line.",
		Example: "  substrate token list",
		Args:    args(cobra.NoArgs, "it takes no arguments"),
		RunE: a.tokens(func(t *mcp.Tokens, _ []string) error {
			list, err := t.List()
			if err != nil {
				return err
			}
			if a.json {
				type shown struct {
					ID      string `json:"id"`
					Name    string `json:"name"`
					Scope   string `json:"scope"`
					Created string `json:"created"`
				}
				out := []shown{}
				for _, k := range list {
					out = append(out, shown{k.ID, k.Name, k.Scope, k.Created})
				}
				return a.printJSON(out)
			}
			var rows [][]string
			for _, k := range list {
				rows = append(rows, []string{k.ID, k.Name, k.Scope, k.Created})
			}
			return a.table("ID NAME SCOPE CREATED", rows)
		}),
	}
}

func (a *app) tokenRevokeCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "revoke ID|NAME",
		Short:   "Take a token away, at once",
		Long:    "Takes a token away; a running server refuses its next request.\n\nExit status: 0 done; 1 failed; 2 wrong command line; 5 no such token.",
		Example: "  substrate token revoke laptop",
		Args:    args(cobra.ExactArgs(1), "name one token by its id or name"),
		RunE: a.tokens(func(t *mcp.Tokens, list []string) error {
			k, err := t.Revoke(list[0])
			if errors.Is(err, mcp.ErrNoToken) {
				return fmt.Errorf("%w: %w", library.ErrNotFound, err)
			}
			if err == nil {
				a.say("token %s is revoked", k.ID)
			}
			return err
		}),
	}
}

// tokens makes a command's work of what is done with the library's tokens.
func (a *app) tokens(work func(t *mcp.Tokens, list []string) error) func(*cobra.Command, []string) error {
	return func(_ *cobra.Command, list []string) error {
		l, err := a.open()
		if err != nil {
			return err
		}
		defer l.Close()
		return work(mcp.OpenTokens(l.Dir), list)
	}
}
