package pool

import (
	"bufio"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"time"

	"substrate/corpus/pdf"
	"substrate/corpus/pdf/light"
	"substrate/corpus/pdf/page"
	"substrate/corpus/pdf/pdfium"
	"substrate/corpus/pdf/scan"
)

// Main makes the process a child of a pool when it was started as one, and then never returns. It is the first line of
// main and of a TestMain.
func Main() {
	raw := os.Getenv(environment)
	if raw == "" {
		return
	}
	os.Unsetenv(environment)
	var o orders
	w := &worker{enc: gob.NewEncoder(os.Stdout)}
	os.Stdout = os.Stderr // a stray print must not get into the answers
	if err := json.Unmarshal([]byte(raw), &o); err != nil {
		w.send(response{Err: err.Error()})
		os.Exit(1)
	}
	w.serve(o)
	os.Exit(0)
}

type worker struct {
	mu  sync.Mutex
	enc *gob.Encoder
}

func (w *worker) send(r response) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.enc.Encode(r) != nil {
		os.Exit(0) // the parent is gone
	}
}

func (w *worker) serve(o orders) {
	// What comes before the limit is the engine itself: about 150 MB while a file is read.
	const own = 160
	debug.SetMemoryLimit(int64(o.MemoryMB+own) << 20)
	debug.SetGCPercent(200)
	engine, err := start(o)
	if err != nil {
		w.send(response{Err: err.Error()})
		os.Exit(1)
	}
	go w.watch(o.MemoryMB, own)
	r := &pdf.Reader{Engine: engine, Limits: o.Limits, DPI: scan.DPI, Tick: func() { w.send(response{Tick: true}) }}
	if o.OCR {
		r.OCR = &scan.Tesseract{Language: o.Language}
	}
	w.send(response{Ready: true})
	dec := gob.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<16))
	for {
		var req request
		if dec.Decode(&req) != nil {
			return
		}
		w.send(answer(r, req))
	}
}

func start(o orders) (page.Engine, error) {
	if o.Engine == "light" {
		return light.New(), nil
	}
	return pdfium.New(context.Background(), pdfium.Options{CacheDir: o.CacheDir, MemoryMB: o.MemoryMB})
}

// answer reads one file. A panic is an answer too, and the child's last one.
func answer(r *pdf.Reader, req request) (out response) {
	defer func() {
		if p := recover(); p != nil {
			out = response{Err: fmt.Sprintf("the PDF engine failed on it (%.80s); if the file opens in a PDF viewer, print it again from there", fmt.Sprint(p)), Last: true}
		}
	}()
	if req.Draw != nil {
		return draw(r.Engine, req)
	}
	reading, err := r.Read(context.Background(), req.PDF, req.Passwords)
	if err != nil {
		var limit *page.LimitError
		if errors.As(err, &limit) {
			return response{Limit: limit, Last: true}
		}
		// An engine that trapped inside its sandbox cannot be trusted with the next file.
		return response{Err: err.Error(), Last: strings.Contains(err.Error(), "wasm error")}
	}
	return response{Reading: reading}
}

// watch ends the process when it needs more memory than it may have.
func (w *worker) watch(limit, own int) {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	for {
		time.Sleep(100 * time.Millisecond)
		metrics.Read(sample)
		if used := sample[0].Value.Uint64() - sample[1].Value.Uint64(); used > uint64(limit+own)<<20*5/4 {
			w.send(response{Limit: &page.LimitError{What: "megabytes of memory", Limit: limit}, Last: true})
			os.Exit(3)
		}
	}
}
