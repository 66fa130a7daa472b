package mcp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// talk is one client of a server on stdio, in this process.
type talk struct {
	t    *testing.T
	in   *io.PipeWriter
	out  *bufio.Reader
	done chan error
}

func newTalk(t *testing.T, s *Server) *talk {
	t.Helper()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	k := &talk{t: t, in: inW, out: bufio.NewReaderSize(outR, 1<<20), done: make(chan error, 1)}
	go func() {
		err := s.ServeStdio(context.Background(), inR, outW)
		outW.Close()
		k.done <- err
	}()
	return k
}

func (k *talk) send(line string) {
	k.t.Helper()
	if _, err := io.WriteString(k.in, line+"\n"); err != nil {
		k.t.Fatal(err)
	}
}

// next is the next message of the server.
func (k *talk) next() map[string]any {
	k.t.Helper()
	line, err := k.out.ReadBytes('\n')
	if err != nil {
		k.t.Fatalf("%q: %v", line, err)
	}
	var m map[string]any
	if err := json.Unmarshal(line, &m); err != nil {
		k.t.Fatalf("not a message: %q", line)
	}
	return m
}

func (k *talk) hello() {
	k.t.Helper()
	k.send(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}`)
	k.next()
	k.send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
}

func (k *talk) bye() {
	k.t.Helper()
	k.in.Close()
	rest, _ := io.ReadAll(k.out)
	if len(rest) > 0 {
		k.t.Errorf("after the last answer: %q", rest)
	}
	if err := <-k.done; err != nil {
		k.t.Error(err)
	}
}

// TestWire replays transcripts: lines that begin with "→ " go to the server, what follows each is its answer in full, with
// texts on lines of their own.
func TestWire(t *testing.T) {
	files, err := filepath.Glob("testdata/wire/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < len(tools) {
		t.Fatalf("%d transcripts for %d tools", len(files), len(tools))
	}
	for _, tl := range tools {
		if _, err := os.Stat("testdata/wire/" + tl.name + ".txt"); err != nil {
			t.Errorf("%s has no transcript: %v", tl.name, err)
		}
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			got := replay(t, want)
			if *update {
				if err := os.WriteFile(f, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s is another now; look at the difference after go test ./mcp -update\n%s", f, firstDifference(string(want), string(got)))
			}
		})
	}
}

func replay(t *testing.T, script []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	k := newTalk(t, serverOf(t, ownSample(t)))
	k.hello()
	id := 0
	for _, line := range strings.Split(string(script), "\n") {
		if strings.HasPrefix(line, "# ") {
			fmt.Fprintf(&out, "%s\n", line)
		}
		call, ok := strings.CutPrefix(line, "→ ")
		if !ok {
			continue
		}
		id++
		method, params, _ := strings.Cut(call, " ")
		k.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, id, method, params))
		fmt.Fprintf(&out, "\n%s\n", line)
		m := k.next()
		if m["id"] != float64(id) {
			t.Fatalf("%s: answered with %v", line, m)
		}
		tell(&out, m)
	}
	k.bye()
	if id == 0 {
		t.Fatal("a transcript without a request")
	}
	return out.Bytes()
}

// tell writes an answer for people: its texts line by line, everything else as indented JSON.
func tell(w *bytes.Buffer, m map[string]any) {
	for _, k := range []string{"jsonrpc", "id"} {
		delete(m, k)
	}
	var texts []string
	lift(m, &texts)
	raw := new(bytes.Buffer)
	e := json.NewEncoder(raw)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	_ = e.Encode(m)
	fmt.Fprintf(w, "← %s", raw)
	for i, s := range texts {
		fmt.Fprintf(w, "text %d:\n", i+1)
		for _, l := range strings.Split(s, "\n") {
			fmt.Fprintln(w, strings.TrimRight("  | "+l, " "))
		}
	}
}

// lift takes texts of several lines out of an answer.
func lift(v any, texts *[]string) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range sorted(v) {
			if s, ok := x.(string); ok && strings.Contains(s, "\n") {
				*texts = append(*texts, s)
				v[k] = fmt.Sprintf("(text %d)", len(*texts))
			} else {
				lift(x, texts)
			}
		}
	case []any:
		for _, x := range v {
			lift(x, texts)
		}
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range w {
		if i >= len(g) || w[i] != g[i] {
			other := ""
			if i < len(g) {
				other = g[i]
			}
			return fmt.Sprintf("line %d\n- %s\n+ %s", i+1, w[i], other)
		}
	}
	return fmt.Sprintf("%d more lines", len(g)-len(w))
}

// sorted goes through a map by key, so that texts are numbered alike each time.
func sorted(m map[string]any) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}
