package mcp

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`

// ask sends one request and answers its status, its session and its body.
func ask(t *testing.T, method, url, body string, head ...string) (status int, session, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(head); i += 2 {
		if head[i] == "Host" {
			r.Host = head[i+1]
		}
		r.Header.Set(head[i], head[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get(sessionHeader), string(raw)
}

func TestForeignHostsAndOriginsAreRefused(t *testing.T) {
	url := serve(t, sampleDir(t), HTTPOptions{Hosts: []string{"docs.example"}}) + "/mcp"
	host := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/mcp")
	for _, c := range []struct {
		status int
		head   []string
	}{
		{200, nil},
		{200, []string{"Host", "localhost"}},
		{200, []string{"Host", "[::1]:7468"}},
		{200, []string{"Host", "docs.example:80"}},
		{403, []string{"Host", "evil.example"}},
		{403, []string{"Host", "127.0.0.1.evil.example"}},
		{403, []string{"Host", "10.0.0.1"}},
		{200, []string{"Origin", "http://" + host}},
		{200, []string{"Origin", "http://localhost:3000"}},
		{403, []string{"Origin", "http://evil.example"}},
		{403, []string{"Origin", "null"}},
		{403, []string{"Origin", "http://localhost.evil.example"}},
		{403, []string{"Sec-Fetch-Site", "cross-site"}},
	} {
		if status, _, body := ask(t, "POST", url, initialize, c.head...); status != c.status {
			t.Errorf("%v: %d, want %d: %s", c.head, status, c.status, body)
		}
	}
}

func TestTokensLetIn(t *testing.T) {
	dir := copyOf(t, sampleDir(t))
	tokens := OpenTokens(dir)
	secret, made, err := tokens.Create("laptop", "read", fixed)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, ".substrate", "tokens.json"))
	if err != nil || strings.Contains(string(raw), secret) {
		t.Fatalf("the secret is kept: %v %s", err, raw)
	}
	if info, _ := os.Stat(filepath.Join(dir, ".substrate", "tokens.json")); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	url := serve(t, dir, HTTPOptions{Tokens: OpenTokens(dir), RequireToken: true}) + "/mcp"
	for _, c := range []struct {
		status int
		head   []string
	}{
		{401, nil},
		{401, []string{"Authorization", "Bearer " + secret + "x"}},
		{401, []string{"Authorization", "Bearer "}},
		{401, []string{"Authorization", "Basic " + secret}},
		{401, []string{"Authorization", "Bearer " + made.Hash}},
		{200, []string{"Authorization", "Bearer " + secret}},
		{200, []string{"Authorization", "bearer " + secret}},
	} {
		if status, _, body := ask(t, "POST", url, initialize, c.head...); status != c.status {
			t.Errorf("%v: %d, want %d: %s", c.head, status, c.status, body)
		}
	}
	if _, err := tokens.Revoke("laptop"); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := ask(t, "POST", url, initialize, "Authorization", "Bearer "+secret); status != 401 {
		t.Errorf("a revoked token: %d", status)
	}
}

func TestScopesIncludeThoseBefore(t *testing.T) {
	for _, c := range []struct {
		has, need string
		want      bool
	}{{"read", "read", true}, {"read", "capture", false}, {"capture", "read", true}, {"capture", "approve", false}, {"approve", "capture", true}, {"", "read", false}, {"all", "read", false}} {
		if got := allowed(withScope(t.Context(), c.has), c.need); got != c.want {
			t.Errorf("%q for %q: %v", c.has, c.need, got)
		}
	}
	if !allowed(t.Context(), "approve") {
		t.Error("this machine's own user is refused")
	}
}

func TestSessionsAreCountedAndForgotten(t *testing.T) {
	url := serve(t, sampleDir(t), HTTPOptions{Sessions: 2}) + "/mcp"
	list := `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`
	_, first, _ := ask(t, "POST", url, initialize)
	if status, _, _ := ask(t, "POST", url, initialize); status != 200 || first == "" {
		t.Fatalf("the second client: %d; session %q", status, first)
	}
	if status, _, body := ask(t, "POST", url, initialize); status != 503 || !strings.Contains(body, "2 clients are connected") {
		t.Errorf("the third client: %d %s", status, body)
	}
	if status, _, _ := ask(t, "POST", url, list, sessionHeader, first); status != 200 {
		t.Errorf("a session: %d", status)
	}
	if status, _, _ := ask(t, "DELETE", url, "", sessionHeader, first); status != 200 {
		t.Errorf("ending a session: %d", status)
	}
	for _, method := range []string{"POST", "GET", "DELETE"} {
		if status, _, _ := ask(t, method, url, list, sessionHeader, first); status != 404 {
			t.Errorf("%s of an ended session: %d", method, status)
		}
	}
	if status, _, _ := ask(t, "POST", url, initialize); status != 200 {
		t.Errorf("a client after one left: %d", status)
	}
	if status, _, _ := ask(t, "GET", url, ""); status != 400 {
		t.Errorf("a stream without a session: %d", status)
	}

	now := fixed
	s := newSessions(1, time.Hour)
	s.now = func() time.Time { return now }
	id := s.Generate()
	if !s.full() {
		t.Error("one of one is not full")
	}
	now = now.Add(2 * time.Hour)
	if s.full() {
		t.Error("a silent client is remembered")
	}
	if _, err := s.Validate(id); err == nil {
		t.Error("a forgotten session is known")
	}
}

func TestRate(t *testing.T) {
	now := fixed
	r := newRate(2)
	r.now = func() time.Time { return now }
	for i, want := range []bool{true, true, false} {
		if got := r.take("10.0.0.1:5"); got != want {
			t.Errorf("request %d: %v", i, got)
		}
	}
	if !r.take("10.0.0.2:5") {
		t.Error("another client pays for the first")
	}
	now = now.Add(time.Second / 2)
	if !r.take("10.0.0.1:6") || r.take("10.0.0.1:6") {
		t.Error("half a second is one request of two a second")
	}
}

func TestBodiesAreBounded(t *testing.T) {
	url := serve(t, sampleDir(t), HTTPOptions{}) + "/mcp"
	if status, _, body := ask(t, "POST", url, strings.Repeat("x", maxMessage+1)); status != 413 || !strings.Contains(body, "4 MiB") {
		t.Errorf("%d %s", status, body)
	}
	if status, _, _ := ask(t, "PUT", url, "{}"); status != 405 {
		t.Errorf("PUT: %d", status)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if status, _, _ := ask(t, "GET", strings.TrimSuffix(url, "/mcp")+path, ""); status != 200 {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestOtherAddressesNeedTokens(t *testing.T) {
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := serverOf(t, sampleDir(t)).ServeHTTP(t.Context(), l, HTTPOptions{}); err == nil {
		t.Fatal("served without tokens")
	}
	g := &gate{local: false, o: HTTPOptions{Tokens: OpenTokens(t.TempDir())}}
	if _, _, err := g.authorize(httptest.NewRequest("POST", "/mcp", nil)); err == nil {
		t.Error("let in without a token")
	}
}

// TestShutdownFinishesWhatIsInFlight: a request that is being worked on is answered, a stream is ended.
func TestShutdownFinishesWhatIsInFlight(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := serverOf(t, sampleDir(t))
	s.every = time.Hour // the watcher borrows libraries too
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.ServeHTTP(ctx, l, HTTPOptions{}) }()
	url := "http://" + l.Addr().String() + "/mcp"
	_, session, _ := ask(t, "POST", url, initialize)

	r, _ := http.NewRequest("GET", url, nil)
	r.Header.Set(sessionHeader, session)
	r.Header.Set("Accept", "text/event-stream")
	stream, err := http.DefaultClient.Do(r)
	if err != nil || stream.StatusCode != 200 {
		t.Fatal(err, stream)
	}
	defer stream.Body.Close()

	// Every reader is lent out, so that the request waits for one.
	for range cap(s.desk.slots) {
		s.desk.slots <- struct{}{}
	}
	body := make(chan string, 1)
	go func() {
		_, _, b := ask(t, "POST", url, `{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"search","arguments":{"query":"swap"}}}`, sessionHeader, session)
		body <- b
	}()
	for s.desk.waiting.Load() == 0 { // until it does
		time.Sleep(time.Millisecond)
	}
	stop()
	if _, err := io.ReadAll(stream.Body); err != nil {
		t.Logf("the stream ended with %v", err)
	}
	for range cap(s.desk.slots) {
		<-s.desk.slots
	}
	if b := <-body; !strings.Contains(b, "passages") {
		t.Errorf("what was in flight was answered with %s", b)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
