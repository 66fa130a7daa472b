package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"substrate/library"
)

func (a *app) doctorCmd() *cobra.Command {
	var o library.DoctorOptions
	var salvage string
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Examine the library, and mend what can be mended without loss",
		Long: `Examines the library and changes nothing: the settings; permissions, leftovers, locks and free space; the catalog; every original
against its SHA-256; the index against the catalog, passage by passage; what the drift log and the settings name; and words in
current documents that speak to a language model. Each fault is told with its place, why it matters, and what mends it.

--repair mends what can be mended without loss: it builds the index anew, removes what processes that died have left, puts
originals back from where they were taken in or from a backup (--from) where the hash is the same, and keeps what it replaced
in .substrate/quarantine. A damaged catalog is never touched: what people decided is in it, so a person has to choose.

--skip leaves areas out: ` + strings.Join(library.Areas, ", ") + `.

Exit status: 0 nothing is wrong, or everything was mended; 1 failed, nothing can be said; 2 wrong command line; 7 something is
wrong and needs a person.`,
		Example: `  substrate doctor
  substrate doctor --repair
  substrate doctor --repair --from /backups/docs.tar.gz
  substrate doctor --skip texts --json
  substrate doctor --salvage rescued/      write the originals as files, when the catalog is lost`,
		Args: args(cobra.NoArgs, "it takes no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			for _, s := range o.Skip {
				if !slices.Contains(library.Areas, s) {
					return usageError{fmt.Errorf("--skip %q: the areas are %s", s, strings.Join(library.Areas, ", "))}
				}
			}
			if o.From != "" && !o.Repair {
				return usageError{errors.New("--from is for --repair")}
			}
			l, bad, err := a.openAnyhow()
			if err != nil {
				return err
			}
			defer l.Close()
			if salvage != "" {
				return a.salvage(c.Context(), l, salvage)
			}
			o.Settings = bad
			d, err := l.Doctor(c.Context(), o)
			if err != nil {
				return err
			}
			if !d.Healthy {
				a.code = exitUnwell
			}
			return a.printDiagnosis(d)
		},
	}
	f := c.Flags()
	f.BoolVar(&o.Repair, "repair", false, "mend what can be mended without loss")
	f.StringVar(&o.From, "from", "", "with --repair: a `backup` that missing originals may be taken from")
	f.StringSliceVar(&o.Skip, "skip", nil, "`areas` that are not looked at")
	f.StringVar(&salvage, "salvage", "", "write all originals as files into a new `folder`, without trusting the catalog")
	_ = c.RegisterFlagCompletionFunc("skip", cobra.FixedCompletions(library.Areas, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// openAnyhow opens the library even when its settings cannot be used; bad says why they cannot.
func (a *app) openAnyhow() (l *library.Library, bad, err error) {
	dir, err := a.folder()
	if err != nil {
		return nil, nil, err
	}
	cfg, bad := a.config(dir)
	if bad == nil {
		bad = cfg.Check()
	}
	if bad != nil {
		cfg = library.Config{}
	}
	l, err = library.Open(dir, cfg)
	return l, bad, err
}

func (a *app) salvage(ctx context.Context, l *library.Library, dir string) error {
	s, err := l.Salvage(ctx, dir)
	if err != nil {
		return err
	}
	if len(s.Damaged) > 0 {
		a.code = exitUnwell
	}
	if a.json {
		return a.printJSON(s)
	}
	fmt.Fprintf(a.out, "%s written into %s\n", counted(s.Files, "original"), s.Folder)
	for _, k := range s.Damaged {
		fmt.Fprintf(a.out, "  DAMAGED   %s\n", k)
	}
	return nil
}

func (a *app) printDiagnosis(d *library.Diagnosis) error {
	if a.json {
		return a.printJSON(d)
	}
	for _, m := range d.Mended {
		fmt.Fprintf(a.out, "MENDED    %s: %s\n            %s: %s\n", m.Area, m.What, a.short(m.Where, d.Folder), m.Done)
	}
	for _, f := range d.Faults {
		word := "LOOK"
		if f.Grave {
			word = "WRONG"
		}
		fmt.Fprintf(a.out, "%-9s %s: %s\n", word, f.Area, f.What)
		for _, l := range [][2]string{{"where", a.short(f.Where, d.Folder)}, {"why", f.Why}, {"mend", f.Mend}} {
			fmt.Fprintf(a.out, "            %-5s %s\n", l[0], strings.TrimSpace(wrap(l[1], 96, "                  ")))
		}
	}
	if a.verbose || d.Healthy {
		for _, c := range d.Checked {
			a.say("  %s", c)
		}
	}
	switch {
	case d.Healthy && len(d.Mended) > 0:
		fmt.Fprintf(a.out, "%s mended; nothing is wrong now\n", counted(len(d.Mended), "fault"))
	case d.Healthy:
		fmt.Fprintln(a.out, "nothing is wrong")
	default:
		can := 0
		for _, f := range d.Faults {
			if f.Repairable {
				can++
			}
		}
		line := counted(len(d.Faults), "fault")
		if can > 0 && len(d.Mended) == 0 {
			line += fmt.Sprintf("; substrate doctor --repair may mend %d", can)
		}
		fmt.Fprintln(a.out, line)
	}
	return nil
}

// short is a path as seen from the library's folder.
func (a *app) short(path, dir string) string {
	if abs, err := filepath.Abs(dir); err == nil && filepath.IsAbs(path) {
		dir = abs
	}
	if rest, ok := strings.CutPrefix(path, dir+string(os.PathSeparator)); ok {
		return rest
	}
	return path
}
