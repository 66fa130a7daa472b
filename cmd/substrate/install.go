package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"substrate/mcp"
)

func (a *app) installCmd() *cobra.Command {
	var show bool
	var name string
	c := &cobra.Command{
		Use:   "install CLIENT",
		Short: "Tell a language model's client of this library",
		Long: `Writes the client's own configuration, so that it starts substrate mcp for this library by itself. What is in the file
stays as it is, and is kept beside it as a backup. CLIENT is one of

  claude-desktop   claude_desktop_config.json in the user's settings
  claude-code      .mcp.json in the current folder
  vscode           .vscode/mcp.json in the current folder
  cursor           ~/.cursor/mcp.json
  lm-studio        ~/.lmstudio/mcp.json
  open-webui       has no file: the setting is printed, for its environment

--print prints the configuration as it would be, and writes nothing.

Exit status: 0 done; 1 failed; 2 wrong command line.`,
		Example:   "  substrate mcp install claude-desktop\n  substrate mcp install vscode --print\n  substrate mcp install cursor --name ship-docs",
		Args:      args(cobra.ExactArgs(1), "name one client: "+strings.Join(mcp.Clients(), ", ")),
		ValidArgs: mcp.Clients(),
		RunE: func(_ *cobra.Command, list []string) error {
			if !slices.Contains(mcp.Clients(), list[0]) {
				return usageError{fmt.Errorf("client %q is none of %s", list[0], strings.Join(mcp.Clients(), ", "))}
			}
			l, err := a.open()
			if err != nil {
				return err
			}
			defer l.Close()
			plan, err := planInstall(list[0], name, l.Dir)
			if err != nil {
				return err
			}
			if show || plan.File == "" {
				_, err := a.out.Write(plan.Text)
				if plan.File != "" {
					a.say("this is for %s; nothing was written", plan.File)
				} else {
					a.say("%s", plan.Then)
				}
				return err
			}
			if !plan.Change {
				a.say("%s knows this library already", plan.File)
				return nil
			}
			backup, err := plan.Write(time.Now())
			if err != nil {
				return err
			}
			a.say("wrote %s", plan.File)
			if backup != "" {
				a.say("kept what was there as %s", backup)
			}
			a.say("now %s", plan.Then)
			return nil
		},
	}
	c.Flags().BoolVar(&show, "print", false, "print the configuration, write nothing")
	c.Flags().StringVar(&name, "name", "substrate", "the server's `name` in the client")
	return c
}

func planInstall(client, name, dir string) (*mcp.Setup, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	var p mcp.Places
	if p.Home, err = os.UserHomeDir(); err != nil {
		return nil, err
	}
	if p.Config, err = os.UserConfigDir(); err != nil {
		return nil, err
	}
	if p.Current, err = os.Getwd(); err != nil {
		return nil, err
	}
	return mcp.Plan(client, name, []string{program, "mcp", "--library", dir}, p)
}
