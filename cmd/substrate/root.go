package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/viper"

	"substrate/corpus/catalog"
	"substrate/corpus/pdf/pool"
	"substrate/library"
	"substrate/tracing"
)

// Exit codes; each help lists those of its command, and none is used for two things.
const (
	exitOK       = 0
	exitFailed   = 1 // the command failed; the message says what to try
	exitUsage    = 2 // the command line is wrong
	exitSome     = 3 // done, but some files could not be taken in, or not be written out
	exitNotFound = 5 // what the command names is not in the library
	exitLocked   = 6 // another process is changing the library
	exitUnwell   = 7 // the doctor found something, and it is not mended
)

// version is set by the linker for releases.
var version = ""

// app is what the commands share.
type app struct {
	in       io.Reader
	out, err io.Writer
	json     bool
	quiet    bool
	verbose  bool
	lib      string
	password string
	v        *viper.Viper
	code     int        // exit code of a command that did its work and still has something to say
	poolMu   sync.Mutex // files are read by several goroutines, and each may be the first to ask for the pool
	pool     *pool.Pool
	tracer   *tracing.Tracer // nil: nobody collects traces
}

// usageError is an error in the command line.
type usageError struct{ error }

func run(args []string, in io.Reader, out, errw io.Writer) int {
	a := &app{in: in, out: out, err: errw, v: viper.New()}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := a.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errw)
	err := root.ExecuteContext(ctx)
	if a.pool != nil {
		a.pool.Close()
	}
	a.endTrace()
	if err == nil {
		return a.code
	}
	fmt.Fprintf(errw, "substrate: %v\n", err)
	var usage usageError
	switch {
	case errors.As(err, &usage):
		fmt.Fprintf(errw, "Try: substrate %s--help\n", commandOf(root, args))
		return exitUsage
	case errors.Is(err, library.ErrNotFound):
		return exitNotFound
	case errors.Is(err, catalog.ErrLocked):
		return exitLocked
	case catalog.Damaged(err):
		fmt.Fprintln(errw, "Try: substrate doctor")
	case catalog.Full(err), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		fmt.Fprintln(errw, "The disk took no more: it is full, or this user's part of it is. Nothing was changed; free some space, then run the command again.")
	}
	return exitFailed
}

func commandOf(root *cobra.Command, args []string) string {
	if c, _, err := root.Find(args); err == nil && c != root {
		return c.Name() + " "
	}
	return ""
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "substrate",
		Short: "Keep a library of versioned documents, and answer what is true now",
		Long: `substrate keeps a library of versioned documents (PDF and Markdown): it ingests them, decides by
epochs and versions what is authoritative and why, and searches only what is current.

A library is a folder with a substrate.yaml in it. Commands find it from the current folder upwards,
by --library DIR, or by the variable SUBSTRATE_LIBRARY.`,
		Example: `  substrate init                        make the current folder a library
  substrate ingest inbox/               take documents in
  substrate search "disk size"          ask; current versions only
  substrate why user-guide@2.0          what is this version worth, and why`,
		SilenceErrors: true, SilenceUsage: true,
		Version:           programVersion(),
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: false},
	}
	root.SetVersionTemplate("substrate {{.Version}}\n")
	f := root.PersistentFlags()
	f.StringVar(&a.lib, "library", "", "the library's `folder` (default: the nearest one upwards that holds substrate.yaml)")
	f.BoolVar(&a.json, "json", false, "print data as JSON")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "no talk and no progress, only data and errors")
	f.BoolVarP(&a.verbose, "verbose", "v", false, "tell more: evidence, timings, what was left out")
	_ = root.RegisterFlagCompletionFunc("library", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	})
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(a.initCmd(), a.ingestCmd(), a.documentsCmd(), a.versionsCmd(), a.showCmd(), a.searchCmd(), a.whyCmd(), a.undoCmd(), a.identifyCmd(), a.cascadesCmd(), a.reindexCmd(), a.benchCmd(),
		a.driftCmd(), a.diffCmd(), a.historyCmd(), a.checkCmd(), a.promptCmd(), a.briefCmd(), a.askCmd(), a.tiersCmd(), a.sessionCmd(), a.captureCmd(), a.reviseCmd(), a.sourceCmd(), a.mcpCmd(), a.serveCmd(), a.tokenCmd(),
		a.doctorCmd(), a.backupCmd(), a.restoreCmd(), a.exportCmd(), a.manualCmd())
	return root
}

func programVersion() string {
	if version != "" {
		return version
	}
	if b, ok := debug.ReadBuildInfo(); ok {
		for _, s := range b.Settings {
			if s.Key == "vcs.revision" && len(s.Value) > 12 {
				return "development " + s.Value[:12]
			}
		}
	}
	return "development"
}

// args wraps a check of arguments so that its failure counts as a usage error.
func args(check cobra.PositionalArgs, hint string) cobra.PositionalArgs {
	return func(c *cobra.Command, list []string) error {
		if err := check(c, list); err != nil {
			return usageError{fmt.Errorf("%s: %s", c.Name(), hint)}
		}
		return nil
	}
}

// settings are the keys of substrate.yaml with their defaults, so that the environment can set each.
var settings = map[string]any{
	"snapshots": "one-per-epoch", "name": "", "drift_log.document": "", "drift_log.section": "", "priorities.document": "", "priorities.section": "", "pdf.engine": "pdfium", "pdf.ocr": "auto", "pdf.language": "eng", "pdf.passwords": []string{}, "pdf.workers": 0,
	"pdf.limits.seconds": 60, "pdf.limits.memory_mb": 512, "pdf.limits.pages": 5000, "pdf.limits.chars": 20_000_000, "pdf.limits.file_mb": 512, "prometheus": "", "otel.endpoint": "",
}

// folder is the library's, as the command line, the environment or the current folder names it.
func (a *app) folder() (string, error) {
	if a.lib != "" {
		return a.lib, nil
	}
	if dir := os.Getenv("SUBSTRATE_LIBRARY"); dir != "" {
		return dir, nil
	}
	return library.Find(".")
}

// open opens the library that the command line, the environment or the current folder names.
func (a *app) open() (*library.Library, error) {
	dir, err := a.folder()
	if err != nil {
		return nil, err
	}
	cfg, err := a.config(dir)
	if err != nil {
		return nil, err
	}
	l, err := library.Open(dir, cfg)
	if err != nil {
		return nil, err
	}
	if a.verbose {
		l.Log = slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	if err := a.trace(l); err != nil {
		return nil, err
	}
	passwords := cfg.PDF.Passwords
	if a.password != "" {
		more, err := readPasswords(a.password)
		if err != nil {
			return nil, err
		}
		passwords = append(more, passwords...)
	}
	l.PDF = func() (library.PDFReader, error) { return a.pdf(l, cfg, passwords), nil }
	return l, nil
}

// with makes a command's work of what is done with the open library and the command's arguments.
func (a *app) with(work func(ctx context.Context, l *library.Library, list []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, list []string) error {
		l, err := a.open()
		if err != nil {
			return err
		}
		defer l.Close()
		return work(c.Context(), l, list)
	}
}

func (a *app) config(dir string) (library.Config, error) {
	var cfg library.Config
	a.v.SetConfigFile(dir + "/" + library.ConfigFile)
	a.v.SetEnvPrefix("SUBSTRATE")
	a.v.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))
	a.v.AutomaticEnv()
	for k, d := range settings {
		a.v.SetDefault(k, d)
	}
	if err := a.v.ReadInConfig(); err != nil && !errors.Is(err, os.ErrNotExist) {
		return cfg, fmt.Errorf("%s cannot be read: %w; mend it, or move it away and run substrate init", library.ConfigFile, err)
	}
	if err := a.v.UnmarshalExact(&cfg); err != nil {
		return cfg, fmt.Errorf("%s: %s", library.ConfigFile, configWords(err))
	}
	return cfg, nil
}

// configWords says in one line what is wrong with a setting.
func configWords(err error) string {
	s := strings.Join(strings.Fields(err.Error()), " ")
	s = strings.ReplaceAll(s, "decoding failed due to the following error(s): ", "")
	if _, keys, ok := strings.Cut(s, "has invalid keys: "); ok {
		return "unknown setting " + keys + "; substrate init writes a file that lists all settings"
	}
	return s
}

func (a *app) pdf(l *library.Library, cfg library.Config, passwords []string) *pool.Pool {
	a.poolMu.Lock()
	defer a.poolMu.Unlock()
	if a.pool == nil {
		p := cfg.PDF
		a.pool = pool.New(pool.Options{
			Engine: p.Engine, Processes: p.Workers, Seconds: p.Limits.Seconds, MemoryMB: p.Limits.MemoryMB, Pages: p.Limits.Pages, Chars: p.Limits.Chars,
			OCR: p.OCR != "off", Language: p.Language, Passwords: passwords, Log: l.Log,
			OnFirstStart: func() { a.say("preparing the PDF engine (some seconds, once on this machine) …") },
		})
	}
	return a.pool
}

func readPasswords(file string) ([]string, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--password-file %q cannot be read: %w", file, errors.Unwrap(err))
	}
	var out []string
	for _, line := range strings.Split(string(raw), "\n") {
		if line = strings.TrimRight(line, "\r"); line != "" {
			out = append(out, line)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("--password-file %q is empty; write one password on each line", file)
	}
	return out, nil
}

// say talks to the person, on standard error.
func (a *app) say(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.err, format+"\n", args...)
	}
}

const lockWait = 30 * time.Second
