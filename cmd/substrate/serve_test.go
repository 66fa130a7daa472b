package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"substrate/inference/inferencetest"
)

// TestServeAnswersFrontends runs the program itself: a frontend that knows only OpenAI's API asks the library and a tier, with a
// token, and the pages and metrics know the tier.
func TestServeAnswersFrontends(t *testing.T) {
	model := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "m", Window: 4096, Loaded: true})
	model.On(func(inferencetest.Call) inferencetest.Answer {
		return inferencetest.Answer{Text: "The pump runs at 8 bar [pump-guide@1.2#1]. It weighs 12 kg [pump-guide@1.2#1]."}
	})
	dir := t.TempDir()
	program := func(args ...string) *exec.Cmd {
		c := exec.Command(os.Args[0], append(args, "--library", dir)...)
		c.Env = append(os.Environ(), asProgram+"=1")
		return c
	}
	must := func(args ...string) string {
		t.Helper()
		out, err := program(args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
		return string(out)
	}
	must("init", "-q")
	doc := filepath.Join(t.TempDir(), "pump.md")
	if err := os.WriteFile(doc, []byte("# Pump Guide\n\nVersion: V1.2\nDate: 2026-03-10\n\n## 1 Pressure\n\nThe pump runs at 8 bar.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	must("ingest", "-q", doc)
	settings := fmt.Sprintf("tiers:\n  - name: big\n    url: %s\n    models: {chat: m}\n", model.URL)
	if err := os.WriteFile(filepath.Join(dir, "substrate.yaml"), []byte(settings), 0o644); err != nil {
		t.Fatal(err)
	}
	made := must("token", "create", "--scope", "read", "--name", "frontend")
	secret := regexp.MustCompile(`[A-Za-z0-9_-]{30,}`).FindString(made)
	if secret == "" {
		t.Fatalf("no token in %q", made)
	}

	serve := program("serve", "--addr", "127.0.0.1:0", "--require-token")
	said, err := serve.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = serve.Process.Signal(os.Interrupt)
		_ = serve.Wait()
	}()
	base := ""
	for lines := bufio.NewScanner(said); base == "" && lines.Scan(); {
		base = strings.TrimSuffix(regexp.MustCompile(`http://\S+?/`).FindString(lines.Text()), "/")
	}
	if base == "" {
		t.Fatal("the server did not say where it serves")
	}
	go io.Copy(io.Discard, said)

	ask := func(method, path, key, body string) (int, string) {
		t.Helper()
		req, _ := http.NewRequest(method, base+path, strings.NewReader(body))
		if key != "" {
			req.Header.Set("Authorization", "Bearer "+key)
		}
		if body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		raw, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(raw)
	}
	chat := func(name string, stream bool) string {
		return fmt.Sprintf(`{"model":%q,"stream":%v,"messages":[{"role":"user","content":"pressure of the pump"}]}`, name, stream)
	}
	for _, x := range []struct {
		name, method, path, key, body string
		status                        int
		want                          []string
	}{
		{"models", "GET", "/v1/models", secret, "", 200, []string{`"substrate"`, `"big"`}},
		{"models without a token", "GET", "/v1/models", "", "", 401, nil},
		{"the library", "POST", "/v1/chat/completions", secret, chat("substrate", false), 200, []string{"8 bar", "UNSUPPORTED", "12 kg", "Checked: 1 of 2"}},
		{"the library, streamed", "POST", "/v1/chat/completions", secret, chat("substrate", true), 200, []string{"data: ", "Checked: 1 of 2", "[DONE]"}},
		{"a tier", "POST", "/v1/chat/completions", secret, chat("big", false), 200, []string{"8 bar"}},
		{"without a token", "POST", "/v1/chat/completions", "", chat("substrate", false), 401, nil},
		{"the tiers' page", "GET", "/tiers", secret, "", 200, []string{"<strong>big</strong>"}},
		{"metrics", "GET", "/metrics", secret, "", 200, []string{`substrate_tier_up{tier="big"}`, `substrate_documents{standing="authoritative"} 1`}},
		{"metrics without a token", "GET", "/metrics", "", "", 401, nil},
	} {
		status, got := ask(x.method, x.path, x.key, x.body)
		if status != x.status {
			t.Errorf("%s: status %d, want %d: %.300s", x.name, status, x.status, got)
		}
		for _, w := range x.want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q is missing in %.600s", x.name, w, got)
			}
		}
	}
}
