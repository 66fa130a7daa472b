package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"substrate/inference/inferencetest"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"

	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// secretWord stands in every document and question of these tests, and nowhere else.
const secretWord = "zanzibarite"

// watched is a library whose server is run as the program that it is.
type watched struct {
	t    *testing.T
	dir  string
	env  []string
	base string

	mu   sync.Mutex
	said bytes.Buffer // on standard error
}

func newWatched(t *testing.T, env ...string) *watched {
	w := &watched{t: t, dir: t.TempDir(), env: env}
	w.run("init", "-q")
	doc := filepath.Join(t.TempDir(), "guide.md")
	text := "# Mineral Guide\n\nVersion: V1.2\nDate: 2026-03-10\n\n## 1 Hardness\n\nThe " + secretWord + " has hardness 8.\n"
	if err := os.WriteFile(doc, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	w.run("ingest", "-v", doc)
	return w
}

func (w *watched) command(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], append(args, "--library", w.dir)...)
	c.Env = append(append(os.Environ(), asProgram+"=1"), w.env...)
	return c
}

// run ends with exit status 0 or the test does; what the program says is kept.
func (w *watched) run(args ...string) string {
	w.t.Helper()
	c := w.command(args...)
	var out, said bytes.Buffer
	c.Stdout, c.Stderr = &out, &said
	err := c.Run()
	w.mu.Lock()
	w.said.Write(said.Bytes())
	w.mu.Unlock()
	if err != nil {
		w.t.Fatalf("%q: %v\n%s", args, err, said.String())
	}
	return out.String()
}

// serve runs the server; what is returned ends it and waits until it is gone.
func (w *watched) serve(args ...string) (stop func()) {
	w.t.Helper()
	c := w.command(append([]string{"serve", "-v", "--addr", "127.0.0.1:0"}, args...)...)
	said, err := c.StderrPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		w.t.Fatal(err)
	}
	at, read := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(read)
		defer close(at)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			if url := regexp.MustCompile(`http://\S+?/`).FindString(lines.Text()); url != "" && w.base == "" {
				w.base = strings.TrimSuffix(url, "/")
				at <- w.base
			}
			w.mu.Lock()
			w.said.WriteString(lines.Text() + "\n")
			w.mu.Unlock()
		}
	}()
	stop = sync.OnceFunc(func() {
		_ = c.Process.Signal(os.Interrupt)
		<-read
		_ = c.Wait()
	})
	w.t.Cleanup(stop)
	if <-at == "" {
		w.t.Fatal("the server did not say where it serves")
	}
	return stop
}

func (w *watched) ask(method, path, body string, head ...string) (int, string) {
	w.t.Helper()
	req, err := http.NewRequest(method, w.base+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i < len(head); i += 2 {
		req.Header.Set(head[i], head[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(raw)
}

// tool calls a tool of MCP.
func (w *watched) tool(name, arguments string, head ...string) (int, string) {
	w.t.Helper()
	body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":%s,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`, name, arguments)
	return w.ask("POST", "/mcp", body, append(head, "Content-Type", "application/json", "Accept", "application/json, text/event-stream",
		"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", name)...)
}

func (w *watched) search(head ...string) {
	w.t.Helper()
	if status, got := w.tool("search", `{"query":"`+secretWord+`"}`, head...); status != 200 || !strings.Contains(got, "hardness 8") {
		w.t.Fatalf("search: %d %.400s", status, got)
	}
}

func (w *watched) logged() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.said.String()
}

func TestServeCountsWhatItDoes(t *testing.T) {
	w := newWatched(t)
	w.serve()
	w.search()
	for _, path := range []string{"/search?q=" + secretWord, "/nowhere/" + secretWord, "/healthz"} {
		w.ask("GET", path, "")
	}
	_, text := w.ask("GET", "/metrics", "")
	for _, want := range []string{
		`substrate_documents{standing="authoritative"} 1`, "substrate_index_whole 1", `substrate_search_seconds_count 2`, `substrate_tool_seconds_count{tool="search"} 1`,
		`substrate_http_requests_total{code="200",endpoint="mcp"} 1`, `substrate_http_requests_total{code="404",endpoint="pages"} 1`, `substrate_http_requests_total{code="200",endpoint="health"} 1`,
		`substrate_errors_total{kind="tool"} 0`,
	} {
		if !strings.Contains(text, "\n"+want+"\n") {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	for _, no := range []string{secretWord, "substrate_tier_up", "nowhere"} {
		if strings.Contains(text, no) {
			t.Errorf("%q is told", no)
		}
	}
}

func TestMetricsOfAServerThatWantsTokens(t *testing.T) {
	w := newWatched(t)
	w.run("token", "create", "--scope", "read", "--name", "prometheus")
	for _, c := range []struct {
		args   []string
		head   []string
		path   string
		status int
	}{
		{nil, nil, "/metrics", 401},
		{nil, []string{"Authorization", "Bearer wrong"}, "/metrics", 401},
		{[]string{"--open-metrics"}, nil, "/metrics", 200},
		{[]string{"--open-metrics"}, []string{"Authorization", "Bearer wrong"}, "/metrics", 401},
		{[]string{"--open-metrics"}, []string{"X-Forwarded-For", "192.0.2.7"}, "/metrics", 401},
		{[]string{"--open-metrics"}, []string{"Forwarded", "for=192.0.2.7"}, "/metrics", 401},
		{[]string{"--open-metrics"}, nil, "/wall", 401},
		{[]string{"--open-metrics"}, nil, "/metrics/../wall", 401},
	} {
		w.base = ""
		stop := w.serve(append(c.args, "--require-token")...)
		if status, got := w.ask("GET", c.path, "", c.head...); status != c.status || strings.Contains(got, "substrate_documents") != (status == 200) {
			t.Errorf("%v %v %s: %d %.200s, want %d", c.args, c.head, c.path, status, got, c.status)
		}
		stop()
	}
}

// otlp is a collector of traces, as the OTLP/HTTP specification has it.
type otlp struct {
	*httptest.Server
	mu   sync.Mutex
	raw  []byte
	list []*spans.Span
	from []string // service.name
}

func newOTLP(t *testing.T) *otlp {
	o := &otlp{}
	o.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		var got collector.ExportTraceServiceRequest
		if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" || proto.Unmarshal(raw, &got) != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
			rw.WriteHeader(http.StatusBadRequest)
			return
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		o.raw = append(o.raw, raw...)
		for _, x := range got.ResourceSpans {
			for _, a := range x.Resource.Attributes {
				if a.Key == "service.name" {
					o.from = append(o.from, a.Value.GetStringValue())
				}
			}
			for _, y := range x.ScopeSpans {
				o.list = append(o.list, y.Spans...)
			}
		}
	}))
	t.Cleanup(o.Close)
	return o
}

func (o *otlp) named(name string) *spans.Span {
	o.mu.Lock()
	defer o.mu.Unlock()
	i := slices.IndexFunc(o.list, func(s *spans.Span) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return o.list[i]
}

// Spans stand in one another as the work did, in the caller's trace, and say nothing of documents and questions.
func TestTraces(t *testing.T) {
	o := newOTLP(t)
	w := newWatched(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+o.URL)
	stop := w.serve()
	w.search("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	w.ask("GET", "/search?q="+secretWord, "")
	stop()
	if o.named("ingest") == nil {
		t.Error("the ingest has no span")
	}
	web, tool, found := o.named("http mcp"), o.named("tool search"), o.named("search")
	if web == nil || tool == nil || found == nil || o.named("http pages") == nil {
		t.Fatalf("spans are missing: %v", o.list)
	}
	if fmt.Sprintf("%x", web.TraceId) != "0af7651916cd43dd8448eb211c80319c" || fmt.Sprintf("%x", web.ParentSpanId) != "b7ad6b7169203331" {
		t.Errorf("the caller's trace is not continued: %v", web)
	}
	if !bytes.Equal(tool.ParentSpanId, web.SpanId) || !bytes.Equal(found.ParentSpanId, tool.SpanId) {
		t.Errorf("%v does not stand in %v, or that not in %v", found, tool, web)
	}
	if bytes.Contains(o.raw, []byte(secretWord)) {
		t.Error("a span holds text of a document or a question")
	}
	for _, name := range o.from {
		if name != "substrate" {
			t.Errorf("service %q", name)
		}
	}
}

// A call of a tier is a span within the request that made it: model and tokens, no word of it.
func TestTracesOfTiers(t *testing.T) {
	o := newOTLP(t)
	tier := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "m", Window: 4096, Loaded: true})
	tier.On(func(inferencetest.Call) inferencetest.Answer {
		return inferencetest.Answer{Text: "The " + secretWord + " has hardness 8."}
	})
	w := newWatched(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+o.URL)
	if err := os.WriteFile(filepath.Join(w.dir, "substrate.yaml"), []byte("tiers:\n  - {name: big, url: "+tier.URL+", models: {chat: m}}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	stop := w.serve()
	body := `{"model":"big","messages":[{"role":"user","content":"How hard is ` + secretWord + `?"}]}`
	if code, got := w.ask("POST", "/v1/chat/completions", body, "Content-Type", "application/json"); code != 200 {
		t.Fatalf("%d %s", code, got)
	}
	stop()
	w.run("ask", "How hard is "+secretWord+"?")
	call, in := o.named("tier big"), o.named("http v1")
	if call == nil || in == nil {
		t.Fatalf("spans are missing: %v", o.list)
	}
	if !bytes.Equal(call.ParentSpanId, in.SpanId) || call.StartTimeUnixNano < in.StartTimeUnixNano || call.EndTimeUnixNano > in.EndTimeUnixNano {
		t.Errorf("%v does not stand in %v", call, in)
	}
	told := map[string]string{}
	for _, a := range call.Attributes {
		told[a.Key] = a.Value.String()
	}
	if !strings.Contains(told["gen_ai.request.model"], `"m"`) || told["gen_ai.usage.output_tokens"] == "" {
		t.Errorf("attributes %v", told)
	}
	asked := 0
	for _, s := range o.list {
		if s.Name == "tier big" && len(s.ParentSpanId) == 0 {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("%d spans of the question on the command line, want 1", asked)
	}
	if bytes.Contains(o.raw, []byte(secretWord)) {
		t.Error("a span holds text of a document or a question")
	}
}

func TestTracesByTheSettings(t *testing.T) {
	o := newOTLP(t)
	w := newWatched(t, "OTEL_EXPORTER_OTLP_ENDPOINT=") // nobody is told of this ingest
	settings := filepath.Join(w.dir, "substrate.yaml")
	write := func(s string) {
		if err := os.WriteFile(settings, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("otel:\n  endpoint: " + o.URL + "\n")
	w.run("search", secretWord)
	if o.named("search") == nil {
		t.Error("the search has no span")
	}
	if o.named("ingest") != nil {
		t.Error("a span was sent before a collector was named")
	}
	// A collector that is away takes nothing away but the spans.
	o.Close()
	if out := w.run("search", secretWord); !strings.Contains(out, "hardness 8") {
		t.Errorf("without its collector the search answers %q", out)
	}
	write("otel:\n  endpoint: localhost:4318\n")
	if out, err := w.command("search", secretWord).CombinedOutput(); err == nil || !strings.Contains(string(out), "write it like http://localhost:4318") {
		t.Errorf("a wrong address: %v %s", err, out)
	}
}

// What is logged above the level debug holds no text of documents and questions, also where everything fails.
func TestLogsHoldNoText(t *testing.T) {
	w := newWatched(t)
	bad := filepath.Join(t.TempDir(), "bad.pdf")
	if err := os.WriteFile(bad, []byte("%PDF-1.7\n"+secretWord+" "+strings.Repeat(secretWord+"\n", 100)), 0o644); err != nil {
		t.Fatal(err)
	}
	ingest := w.command("ingest", "-v", bad)
	out, _ := ingest.CombinedOutput()
	w.said.Write(out)
	stop := w.serve()
	everything := func() {
		for _, path := range []string{"/", "/d/mineral-guide", "/search?q=" + secretWord, "/search?q=" + secretWord + "&as_of=" + secretWord, "/drift", "/wall", "/ticker", "/metrics", "/picture/x/1"} {
			w.ask("GET", path, "")
		}
		for name, arguments := range map[string]string{
			"search": `{"query":"` + secretWord + `"}`, "documents": `{}`, "show": `{"ref":"mineral-guide#1"}`, "capture": `{"text":"The ` + secretWord + ` has hardness 9."}`, "check": `{"text":"The ` + secretWord + ` has hardness 9."}`, "nothing": `{"` + secretWord + `":1}`,
		} {
			w.tool(name, arguments)
		}
	}
	everything()
	files, err := filepath.Glob(filepath.Join(w.dir, ".substrate", "*.db*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("catalog %q, %v", files, err)
	}
	for _, f := range files {
		if err := os.WriteFile(f, []byte(strings.Repeat(secretWord, 1000)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	everything()
	stop()
	logged := w.logged()
	if !strings.Contains(logged, "level=ERROR") {
		t.Fatalf("nothing failed, so that nothing is shown:\n%s", logged)
	}
	for line := range strings.Lines(logged) {
		if strings.Contains(line, "level=") && !strings.Contains(line, "level=DEBUG") && strings.Contains(line, secretWord) {
			t.Errorf("text is logged: %s", line)
		}
	}
}
