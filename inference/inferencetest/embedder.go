package inferencetest

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// EmbeddingModel is the model of StartEmbedder: Universal Sentence Encoder lite, 512 numbers, English.
const EmbeddingModel = "use-lite"

// StartEmbedder starts a server with a real embedding model behind Ollama's wire, and returns its address. It is stopped when its
// test ends. The model comes from npm; scripts/deps brings it.
func StartEmbedder(tb testing.TB) string {
	tb.Helper()
	_, here, _, _ := runtime.Caller(0)
	dir := filepath.Join(filepath.Dir(here), "embedder")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "@energetic-ai")); err != nil {
		tb.Fatalf("no embedding model to test with (%v); run scripts/deps", err)
	}
	cmd := exec.Command("node", "server.mjs")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatalf("the embedding model did not start: %v", err)
	}
	return strings.TrimSpace(url)
}
