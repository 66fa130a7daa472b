// Package pool reads PDFs in child processes of the same program. A child that takes too long or too much memory is
// killed and the pool goes on with a fresh one; the file gets an error that says so. No child is started before the
// first file has to be read.
package pool

import (
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"substrate/corpus"
	"substrate/corpus/pdf"
	"substrate/corpus/pdf/page"
)

// Options configure a pool. Zero values mean the defaults.
type Options struct {
	Engine    string // "pdfium" (default) or "light"
	CacheDir  string // of compiled code; default: the user's cache folder
	Processes int    // default: one for each processor
	Seconds   int    // for one file, pages that must be recognised not counted; default 60
	MemoryMB  int    // of one child; default 512
	Pages     int    // of one file; default 5,000
	Chars     int    // of one file; default 20 million
	OCR       bool
	Language  string
	Passwords []string
	Log       *slog.Logger
	// OnFirstStart is told when the engine has to be compiled, which takes seconds, once per machine.
	OnFirstStart func()
}

func (o Options) withDefaults() Options {
	set := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	set(&o.Processes, runtime.NumCPU())
	set(&o.Seconds, 60)
	set(&o.MemoryMB, 512)
	set(&o.Pages, 5000)
	set(&o.Chars, 20_000_000)
	if o.Engine == "" {
		o.Engine = "pdfium"
	}
	if o.CacheDir == "" {
		if dir, err := os.UserCacheDir(); err == nil {
			o.CacheDir = filepath.Join(dir, "substrate", "wazero")
		} else {
			o.CacheDir = "" // code is run from it: better compile at each start than trust a folder that others can write
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Pool hands files to children. It is safe for several goroutines.
type Pool struct {
	o     Options
	slots chan *child // nil entries stand for children that are not started

	first sync.Mutex // held while the first child compiles
	warm  bool
}

// New makes a pool; it starts nothing.
func New(o Options) *Pool {
	o = o.withDefaults()
	p := &Pool{o: o, slots: make(chan *child, o.Processes)}
	for range o.Processes {
		p.slots <- nil
	}
	return p
}

// Close ends the children.
func (p *Pool) Close() error {
	for range p.o.Processes {
		if c := <-p.slots; c != nil {
			c.end()
		}
	}
	return nil
}

// Read reads one PDF. Its errors are sentences that say what to try.
func (p *Pool) Read(ctx context.Context, raw []byte) (*corpus.Reading, error) {
	r, err := p.ask(ctx, request{PDF: raw, Passwords: p.o.Passwords})
	return r.Reading, err
}

// ask hands a request to a child that is free.
func (p *Pool) ask(ctx context.Context, req request) (response, error) {
	var c *child
	select {
	case c = <-p.slots:
	case <-ctx.Done():
		return response{}, ctx.Err()
	}
	// One that is at hand beats one that has to be started.
	for i := 0; c == nil && i < p.o.Processes; i++ {
		select {
		case other := <-p.slots:
			p.slots <- c
			c = other
		default:
			i = p.o.Processes
		}
	}
	if c == nil {
		var err error
		if c, err = p.start(ctx); err != nil {
			p.slots <- nil
			return response{}, err
		}
	}
	r, err, alive := c.ask(ctx, req, p.o)
	if !alive {
		c.end()
		c = nil
	}
	p.slots <- c
	return r, err
}

// start starts a child. On a machine that has never run the engine the first child compiles it alone.
func (p *Pool) start(ctx context.Context) (*child, error) {
	p.first.Lock()
	if p.warm {
		p.first.Unlock()
		return spawn(ctx, p.o)
	}
	defer p.first.Unlock()
	if p.o.Engine == "pdfium" && p.o.OnFirstStart != nil && cold(p.o.CacheDir) {
		p.o.OnFirstStart()
	}
	c, err := spawn(ctx, p.o)
	p.warm = err == nil
	return c, err
}

func cold(dir string) bool {
	if dir == "" {
		return true
	}
	found, _ := filepath.Glob(filepath.Join(dir, "*", "*"))
	return len(found) == 0
}

// environment is the variable that makes the program a child; its value is the child's orders.
const environment = "SUBSTRATE_PDF_WORKER"

// orders are what a child has to know. Passwords are not among them: an environment can be read by others.
type orders struct {
	Engine, CacheDir, Language string
	MemoryMB                   int
	Limits                     page.Limits
	OCR                        bool
}

type request struct {
	PDF       []byte
	Passwords []string
	Draw      *drawing // nil: the file is to be read
}

// response answers a request, or with Tick says that the child is still at work.
type response struct {
	Ready, Tick bool
	Reading     *corpus.Reading
	Picture     []byte
	Words       []corpus.PlacedWord
	Err         string
	Limit       *page.LimitError
	Last        bool // the child ends after this
}

// child is one process.
type child struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	enc   *gob.Encoder
	lines chan response
	done  chan struct{}
}

func spawn(ctx context.Context, o Options) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start the PDF engine: %w", err)
	}
	order, err := json.Marshal(orders{o.Engine, o.CacheDir, o.Language, o.MemoryMB, page.Limits{Pages: o.Pages, Chars: o.Chars}, o.OCR})
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), environment+"="+string(order))
	cmd.Stderr = logWriter{o.Log}
	dieWithParent(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the PDF engine: %w", err)
	}
	c := &child{cmd: cmd, in: in, enc: gob.NewEncoder(in), lines: make(chan response), done: make(chan struct{})}
	go func() {
		defer close(c.lines)
		dec := gob.NewDecoder(out)
		for {
			var r response
			if dec.Decode(&r) != nil {
				return
			}
			select {
			case c.lines <- r:
			case <-c.done:
				return
			}
		}
	}()
	select {
	case r, ok := <-c.lines:
		if !ok || !r.Ready {
			c.end()
			return nil, fmt.Errorf("the PDF engine does not start: %s", r.Err)
		}
		return c, nil
	case <-ctx.Done():
		c.end()
		return nil, ctx.Err()
	case <-time.After(5 * time.Minute):
		c.end()
		return nil, errors.New("the PDF engine does not start within five minutes; try pdf.engine: light")
	}
}

func (c *child) end() {
	select {
	case <-c.done:
		return
	default:
	}
	close(c.done)
	_ = c.in.Close()
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

// ask hands a request to the child and waits within the limits. alive says whether the child can be used again.
func (c *child) ask(ctx context.Context, req request, o Options) (answer response, err error, alive bool) {
	sent := make(chan error, 1)
	go func() { sent <- c.enc.Encode(req) }()
	limit := time.Duration(o.Seconds) * time.Second
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		select {
		case r, ok := <-c.lines:
			switch {
			case !ok:
				return response{}, errors.New("the PDF engine crashed on it; if the file opens in a PDF viewer, print it again from there"), false
			case r.Tick:
				timer.Reset(limit + 2*time.Minute)
			case r.Limit != nil:
				return response{}, pdf.Limited(r.Limit), !r.Last
			case r.Err != "":
				return response{}, errors.New(r.Err), !r.Last
			default:
				return r, nil, !r.Last
			}
		case <-timer.C:
			return response{}, pdf.Limited(&page.LimitError{What: "seconds", Limit: o.Seconds}), false
		case <-ctx.Done():
			return response{}, ctx.Err(), false
		}
	}
}

// logWriter passes what a child says on standard error to the log.
type logWriter struct{ log *slog.Logger }

func (w logWriter) Write(b []byte) (int, error) {
	w.log.Debug("PDF engine", "says", string(b))
	return len(b), nil
}
