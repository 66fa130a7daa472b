//go:build unix

package inferencetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// RealModel is the model that a real Ollama is started with. Its chat template is "<role>text" and a line end for each
// message.
const RealModel = "tiny"

// Real is a real Ollama on a port of its own with folders of its own. It is stopped when its test ends.
type Real struct {
	URL  string
	cmd  *exec.Cmd
	out  *syncBuffer
	done chan struct{}
	once sync.Once
}

// OllamaBinary builds Ollama by scripts/ollama, or finds it built.
func OllamaBinary() (string, error) {
	_, here, _, _ := runtime.Caller(0)
	script := filepath.Join(filepath.Dir(here), "..", "..", "scripts", "ollama")
	var errs bytes.Buffer
	cmd := exec.Command(script)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("no Ollama to test against; run scripts/ollama and see what it says: %w\n%s", err, errs.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// StartOllama starts a real Ollama with one model: the GGUF file that SUBSTRATE_TEST_GGUF names, else TinyGGUF.
func StartOllama(tb testing.TB) *Real {
	tb.Helper()
	bin, err := OllamaBinary()
	if err != nil {
		tb.Fatal(err)
	}
	model := TinyGGUF()
	if name := os.Getenv("SUBSTRATE_TEST_GGUF"); name != "" {
		if model, err = os.ReadFile(name); err != nil {
			tb.Fatalf("SUBSTRATE_TEST_GGUF: %v", err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	home := tb.TempDir()
	r := &Real{URL: "http://" + addr, out: &syncBuffer{}, done: make(chan struct{})}
	r.cmd = exec.Command(bin, "serve")
	r.cmd.Env = append(os.Environ(), "HOME="+home, "OLLAMA_MODELS="+filepath.Join(home, "models"), "OLLAMA_HOST="+addr,
		"OLLAMA_NUM_PARALLEL=1", "OLLAMA_KEEP_ALIVE=10m", "OLLAMA_MAX_LOADED_MODELS=1")
	r.cmd.Stdout, r.cmd.Stderr = r.out, r.out
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its runner is a process of its own
	if err := r.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	go func() {
		_ = r.cmd.Wait()
		close(r.done)
	}()
	tb.Cleanup(func() {
		r.Kill()
		if tb.Failed() {
			tb.Logf("what Ollama said last:\n%s", r.out.tail(4000))
		}
	})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		if resp, err := http.Get(r.URL + "/api/version"); err == nil {
			resp.Body.Close()
			break
		}
		select {
		case <-r.done:
			tb.Fatalf("ollama serve ended: %s", r.out.tail(2000))
		case <-ctx.Done():
			tb.Fatalf("ollama serve does not answer: %s", r.out.tail(2000))
		case <-time.After(20 * time.Millisecond):
		}
	}
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256(model))
	r.post(tb, ctx, "/api/blobs/"+digest, model)
	spec, _ := json.Marshal(map[string]any{"model": RealModel, "files": map[string]string{"tiny.gguf": digest}, "stream": false,
		"template":   "{{- range .Messages }}<{{ .Role }}>{{ .Content }}\n{{ end }}",
		"parameters": map[string]any{"num_thread": 1}})
	r.post(tb, ctx, "/api/create", spec)
	return r
}

func (r *Real) post(tb testing.TB, ctx context.Context, path string, body []byte) {
	tb.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL+path, bytes.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	if b, _ := io.ReadAll(resp.Body); resp.StatusCode >= 300 {
		tb.Fatalf("%s: status %d: %s", path, resp.StatusCode, b)
	}
}

// Kill ends the server and its runner at once, as a power cut would.
func (r *Real) Kill() {
	r.once.Do(func() {
		_ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL)
		<-r.done
	})
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) tail(n int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.b.Bytes()
	return string(b[max(0, len(b)-n):])
}
