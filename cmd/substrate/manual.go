package main

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// manualCmd writes the manual pages; packages are made with it.
func (a *app) manualCmd() *cobra.Command {
	return &cobra.Command{
		Use:    "manual DIR",
		Hidden: true,
		Short:  "Write the manual pages",
		Long: `Writes a manual page for each command, made from its help. SOURCE_DATE_EPOCH sets their date.

Exit status: 0 done; 1 failed; 2 wrong command line.`,
		Args: args(cobra.ExactArgs(1), "name the folder to write them into"),
		RunE: func(c *cobra.Command, list []string) error {
			if err := os.MkdirAll(list[0], 0o755); err != nil {
				return fmt.Errorf("write the manual: %w", err)
			}
			day := time.Now()
			if n, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
				day = time.Unix(n, 0)
			}
			day = day.UTC()
			root := c.Root()
			root.DisableAutoGenTag = true
			root.InitDefaultCompletionCmd()
			return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "substrate " + programVersion(), Manual: "substrate", Date: &day}, list[0])
		},
	}
}
