package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"substrate/capture"
	"substrate/library"
)

// captureFlags are where findings come from, and what is known of them.
type captureFlags struct {
	to, kind, heading, evidence, file, transcript, by, accept string
	tier                                                      string
	drift, checklist, noLLM, again                            bool
	session                                                   int
}

func (a *app) captureCmd() *cobra.Command {
	var o captureFlags
	c := &cobra.Command{
		Use:   "capture [TEXT]",
		Short: "Keep what was learned, and say where it belongs",
		Long: `Keeps a finding: what was learned, with its evidence. It is on the disk when the command answers; the same finding
captured twice is kept once. The answer says to which document and section it would go, and whether a current statement
contradicts it. Nothing is published by this: substrate revise makes a revision of it, and a person approves that.

Without TEXT an editor opens ($VISUAL, $EDITOR) on a template; what is saved is captured. A session is opened if none is.

  --file FILE          findings as the template has them, parted by lines of dashes; - reads standard input
  --json -             findings as JSON: {"text":…,"evidence":…,"to":…,"kind":…}, one or a list
  --transcript FILE    a chat; findings are found by their marks (FINDING:, LEARNED:, ticked boxes, shell blocks as
                       evidence), and proposed by a tier that reads it, where one is configured: each with the lines
                       that it rests on, and none whose values do not stand there. They are shown, and kept when you
                       say so: --accept all, or --accept 1,3
  --checklist          a finding in each line (standard input or the editor); placed later

Exit status: 0 kept; 1 failed, nothing was lost; 2 wrong command line; 5 the target does not exist.`,
		Example: `  substrate capture "jetson-exporter was skipped at boot: ordering cycle with jtop.service" --to elroy-user-guide#13
  substrate capture "swap is 8 GB now" --evidence free.txt --kind c
  substrate capture --transcript chat.md --accept all
  substrate capture --checklist < tired.txt`,
		Args: args(cobra.MaximumNArgs(1), "put the finding into quotes: substrate capture \"what was learned\""),
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", "", "where it belongs, as a `reference`; always wins")
	f.StringVar(&o.heading, "heading", "", "give it a section of its own with this `heading`, behind the one that --to names")
	f.StringVar(&o.kind, "kind", "", "a: the system changed; b: a document must change; c: both")
	f.StringVar(&o.evidence, "evidence", "", "a `file` with what a program printed, kept verbatim; - reads standard input")
	f.StringVar(&o.file, "file", "", "a `file` with findings")
	f.StringVar(&o.transcript, "transcript", "", "a `file` with a chat")
	f.StringVar(&o.accept, "accept", "", "of a transcript's proposals: all, none, or their `numbers`")
	f.StringVar(&o.tier, "tier", "", "the `tier` that reads the transcript (default: whichever fits)")
	f.BoolVar(&o.noLLM, "no-llm", false, "let no model read the transcript: marks only")
	f.BoolVar(&o.again, "again", false, "let the tier read a transcript anew that it has read before")
	f.BoolVar(&o.checklist, "checklist", false, "a finding in each line, placed later")
	f.BoolVar(&o.drift, "drift", false, "also put a contradiction into the drift log")
	f.StringVar(&o.by, "by", "", "`who` learned it (default: you)")
	f.IntVar(&o.session, "session", 0, "the session's `number` (default: the open one)")
	_ = c.RegisterFlagCompletionFunc("to", a.completeRefs(true))
	_ = c.RegisterFlagCompletionFunc("tier", a.completeTiers)
	_ = c.RegisterFlagCompletionFunc("kind", fixedWords("a", "b", "c"))
	c.RunE = a.with(func(ctx context.Context, l *library.Library, list []string) error {
		found, err := a.gatherFindings(ctx, l, list, o)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			if o.transcript != "" {
				return nil // what was found and not accepted was shown
			}
			return errors.New("nothing was captured: the finding is empty; say in a sentence what was learned")
		}
		return a.keep(ctx, l, found, o)
	})
	return c
}

// gatherFindings reads findings from wherever the flags say.
func (a *app) gatherFindings(ctx context.Context, l *library.Library, list []string, o captureFlags) ([]capture.Finding, error) {
	given := 0
	for _, on := range []bool{len(list) > 0, o.file != "", o.transcript != "", o.checklist} {
		if on {
			given++
		}
	}
	if given > 1 && !(o.checklist && o.file != "") {
		return nil, usageError{errors.New("capture: give the finding once: as TEXT, or by --file, --transcript or --checklist")}
	}
	var found []capture.Finding
	var err error
	switch {
	case len(list) > 0 && list[0] == "-" && a.json:
		found, err = a.jsonFindings()
	case len(list) > 0 && list[0] == "-":
		var text string
		if text, err = a.input("-"); err == nil {
			found, err = capture.Notes(text)
		}
	case len(list) > 0:
		found = []capture.Finding{{Text: list[0]}}
	case o.checklist:
		var text string
		name := o.file
		if name == "" && !a.typing() {
			name = "-"
		}
		if name != "" {
			text, err = a.input(name)
		} else {
			text, err = a.edit("% A finding in each line. Lines that begin with % are left out.\n\n", "checklist")
		}
		found = capture.Checklist(text)
	case o.file != "":
		var text string
		if text, err = a.input(o.file); err == nil {
			found, err = capture.Notes(text)
		}
	case o.transcript != "":
		return a.transcriptFindings(ctx, l, o)
	default:
		var text string
		if text, err = a.edit(capture.Template, "finding"); err == nil {
			if found, err = capture.Notes(text); err != nil {
				err = a.saveDraft(text, err)
			}
		}
	}
	if err != nil {
		return nil, err
	}
	return found, a.complete(found, o)
}

// complete puts into findings what the command line says of all of them.
func (a *app) complete(found []capture.Finding, o captureFlags) error {
	kind, err := capture.ParseKind(o.kind)
	if err != nil {
		return usageError{err}
	}
	if o.heading != "" && o.to == "" {
		return usageError{errors.New("capture: --heading needs --to: the section that the new one stands behind")}
	}
	evidence := ""
	if o.evidence != "" {
		if evidence, err = a.input(o.evidence); err != nil {
			return err
		}
	}
	by := o.by
	if by == "" {
		by = "a person"
		if u, err := user.Current(); err == nil && u.Username != "" {
			by = u.Username
		}
	}
	for i := range found {
		f := &found[i]
		f.Session, f.By = o.session, by
		if f.To == "" {
			f.To = o.to
		}
		if f.Heading == "" {
			f.Heading = o.heading
		}
		if f.Kind == "" {
			f.Kind = kind
		}
		if f.Evidence == "" {
			f.Evidence = evidence
		}
	}
	return nil
}

func (a *app) jsonFindings() ([]capture.Finding, error) {
	text, err := a.input("-")
	if err != nil {
		return nil, err
	}
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "[") {
		text = "[" + text + "]"
	}
	var in []struct {
		Text, Evidence, To, Kind string
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return nil, fmt.Errorf("standard input is no list of findings: %w; write [{\"text\":\"…\",\"evidence\":\"…\",\"to\":\"…\",\"kind\":\"b\"}]", err)
	}
	var out []capture.Finding
	for i, f := range in {
		k, err := capture.ParseKind(f.Kind)
		if err != nil {
			return nil, fmt.Errorf("finding %d: %w", i+1, err)
		}
		out = append(out, capture.Finding{Text: f.Text, Evidence: f.Evidence, To: f.To, Kind: k})
	}
	return out, nil
}

// input reads a file, or standard input for "-".
func (a *app) input(name string) (string, error) {
	if name == "-" {
		raw, err := io.ReadAll(io.LimitReader(a.in, 16<<20))
		return string(raw), err
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("%q cannot be read: %w", name, errors.Unwrap(err))
	}
	return string(raw), nil
}

// keep captures each finding and says what became of it. What fails is told, and the rest is kept all the same.
func (a *app) keep(ctx context.Context, l *library.Library, found []capture.Finding, o captureFlags) error {
	var out []*library.Captured
	var failed error
	for _, f := range found {
		c, err := l.CaptureWith(ctx, f, library.CaptureOptions{Later: o.checklist, Drift: o.drift})
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%q was not kept: %w", f.Title(60), err))
			continue
		}
		out = append(out, c)
		if !a.json {
			a.printCaptured(c)
		}
	}
	if a.json {
		if err := a.printJSON(out); err != nil {
			return err
		}
	}
	return failed
}

func (a *app) printCaptured(c *library.Captured) {
	f := c.Finding
	again := ""
	if c.Again {
		again = " was kept already"
	}
	fmt.Fprintf(a.out, "F-%d%s  %s\n", f.ID, again, f.Title(90))
	for i, p := range f.Places {
		if i == 0 && p.Confidence < capture.Sure && !f.Section() {
			a.say("no place is sure; say where it goes: substrate session place F-%d --to REF", f.ID)
		}
		where := p.Ref
		if where == "" {
			where = "no document is about this"
		}
		fmt.Fprintf(a.out, "  %d. %-12s %s  %s\n", i+1, p.Form, where, p.Heading)
		fmt.Fprint(a.out, wrap(fmt.Sprintf("%.2f: %s", p.Confidence, p.Because), 88, "       "))
		if i == 0 && p.Old != "" {
			fmt.Fprint(a.out, wrap("now says: "+p.Old, 88, "       "))
		}
	}
	for _, n := range c.Notes {
		fmt.Fprint(a.out, wrap(n, 92, "  "))
	}
	if c.Opened {
		a.say("session %d was opened for it; end it with substrate session end", c.Session.ID)
	}
}
