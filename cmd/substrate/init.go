package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"substrate/library"
)

func (a *app) initCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Make a folder a library",
		Long: `Writes a commented substrate.yaml into the folder (--library, DIR or the current one), which is made if it is
missing. The library works with no edits. A folder that is a library already stays as it is.

Exit status: 0 done, or it was one already; 1 failed; 2 wrong command line.`,
		Example: `  substrate init
  substrate init ~/lab-library
  substrate init --library ~/lab-library`,
		Args: args(cobra.MaximumNArgs(1), "give one folder at most"),
		RunE: func(c *cobra.Command, list []string) error {
			dir := a.lib
			if len(list) == 1 {
				dir = list[0]
			}
			if dir == "" {
				dir = "."
			}
			made, err := library.Init(dir)
			if err != nil {
				return err
			}
			abs, err := filepath.Abs(dir)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]any{"library": abs, "made": made})
			}
			if made {
				a.say("%s is a library now; fill it: substrate ingest FOLDER", abs)
			} else {
				a.say("%s is a library already; nothing was changed", abs)
			}
			return nil
		},
	}
}
