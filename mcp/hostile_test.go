package mcp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// hostile are values that no caller should send in place of an argument.
var hostile = []any{
	nil, 5, -1, 1e99, true, "", " ", []any{}, []any{"a", []any{"b"}}, map[string]any{"a": 1}, "\x00", "a\x00b", "../../etc/passwd", "..%2f..%2fetc%2fpasswd",
	"file:///etc/passwd", `C:\Windows\system32`, "elroy-user-guide@", "elroy-user-guide#", "a@b@c#d#e", "'; DROP TABLE verdicts; --", "\u202egnp.exe", "${jndi:ldap://x}",
	"document:", `"`, `""""`, strings.Repeat("x", maxArgument+1), strings.Repeat("guide ", 600), strings.Repeat("#", 3000), "elroy-user-guide@../../2.1#10", "</quoted>",
}

// TestHostileArguments sends each hostile value in the place of every argument of every tool: each gets an answer, and
// errors are words for the caller.
func TestHostileArguments(t *testing.T) {
	k := newTalk(t, serverOf(t, ownSample(t)))
	k.hello()
	n := 0
	for _, tl := range tools {
		var in struct{ Properties map[string]any }
		if err := json.Unmarshal(tl.in, &in); err != nil {
			t.Fatal(err)
		}
		for name := range in.Properties {
			for _, v := range hostile {
				n++
				args := map[string]any{"ref": "elroy-user-guide", "query": "swap", "statement": "swap is 8 GB", "text": "swap is 8 GB now", name: v}
				for k := range args {
					if _, known := in.Properties[k]; !known {
						delete(args, k)
					}
				}
				raw, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": n, "method": "tools/call", "params": map[string]any{"name": tl.name, "arguments": args}})
				if err != nil {
					t.Fatal(err)
				}
				k.send(string(raw))
				m := k.next()
				if !reflect.DeepEqual(m["id"], float64(n)) {
					t.Fatalf("%s answered with %v", raw, m)
				}
				clear1(t, string(raw[:min(200, len(raw))]), m)
			}
		}
	}
	if n < 200 {
		t.Errorf("only %d calls", n)
	}
	k.bye()
}

// clear1 holds an answer to be a result, or an error in words for the caller.
func clear1(t *testing.T, what string, m map[string]any) {
	t.Helper()
	said := ""
	if e, ok := m["error"].(map[string]any); ok {
		said, _ = e["message"].(string)
	} else if r, ok := m["result"].(map[string]any); ok && r["isError"] == true {
		said, _ = r["content"].([]any)[0].(map[string]any)["text"].(string)
	} else if ok {
		return
	}
	if said == "" || len(said) > 1000 {
		t.Errorf("%s: said %.300q", what, said)
	}
	for _, bad := range []string{"panic", "goroutine", "substrate/mcp", "reflect", "json:", "sql", "Go struct", ".substrate"} {
		if strings.Contains(said, bad) {
			t.Errorf("%s: said %q", what, said)
		}
	}
}

// messages are lines that are no message of the protocol, or none that is served.
func messages() []string {
	deep := strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)
	call := func(method, params string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":7,"method":%q,"params":%s}`, method, params)
	}
	out := []string{
		"{", "}", "[]", "[1,2]", "null", "true", "7", `"x"`, "{}", "\x00\x01\x02", "\xff\xfe", `{"jsonrpc":"2.0"}`, `{"jsonrpc":"2.0","id":7}`, `{"jsonrpc":"1.0","id":7,"method":"ping"}`,
		`{"jsonrpc":"2.0","id":7,"method":5}`, `{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}`, `{"jsonrpc":"2.0","id":[1],"method":"ping"}`, `{"jsonrpc":"2.0","id":1e400,"method":"ping"}`,
		`{"jsonrpc":"2.0","id":7,"method":"ping","params":5}`, `[{"jsonrpc":"2.0","id":7,"method":"ping"}]`, `{"jsonrpc":"2.0","id":7,"result":{}}`, `{"jsonrpc":"2.0","id":7,"error":{"code":1}}`,
		`{"jsonrpc":"2.0","method":"notifications/cancelled"}`, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{"a":[]}}}`, `{"jsonrpc":"2.0","method":"notifications/nothing"}`,
		`{"jsonrpc":"2.0","id":7,"method":"` + strings.Repeat("m", 100_000) + `"}`, strings.Repeat("x", maxMessage+1), `{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":` + deep + `}}`, deep,
		call("nothing/here", "{}"), call("tools/call", "{}"), call("tools/call", "[]"), call("tools/call", `{"name":"rm","arguments":{}}`), call("tools/call", `{"name":5}`),
		call("tools/call", `{"name":"search","arguments":"x"}`), call("tools/call", `{"name":"search","arguments":[]}`), call("tools/call", `{"name":"search","arguments":{"query":`+deep+`}}`),
		call("tools/list", `{"cursor":"%%%"}`), call("resources/list", `{"cursor":"%%%"}`), call("resources/list", `{"cursor":5}`),
		call("prompts/get", `{"name":"nothing"}`), call("prompts/get", "{}"), call("completion/complete", "{}"), call("completion/complete", `{"ref":{"type":"ref/x"},"argument":{}}`),
		call("completion/complete", `{"ref":{"type":"ref/resource","uri":"x"},"argument":{"name":"n","value":"`+strings.Repeat("x", 10_000)+`"},"context":{"arguments":{"slug":"../.."}}}`),
		call("logging/setLevel", `{"level":"shout"}`), call("resources/subscribe", "{}"), call("resources/unsubscribe", `{"uri":"nothing"}`), call("initialize", "{}"), call("initialize", `{"protocolVersion":5}`),
		call("server/discover", "{}"), call("subscriptions/listen", "{}"), call("tasks/get", `{"taskId":"x"}`), call("sampling/createMessage", "{}"),
		call("ping", `{"_meta":{"io.modelcontextprotocol/protocolVersion":"9999-01-01"}}`), call("ping", `{"_meta":{"io.modelcontextprotocol/protocolVersion":5}}`), call("ping", `{"_meta":[]}`),
	}
	for _, uri := range []string{
		"", "/", "substrate://", "substrate://documents", "substrate://documents/", "substrate://documents/../../etc/passwd", "substrate://documents/%2e%2e/versions/%2e%2e/sections/passwd",
		"substrate://documents/elroy-user-guide/versions/2.1/sections/..%2f..%2f..", "substrate://documents/elroy-user-guide/versions/2.1/sections/10.3/more", "substrate://documents/elroy-user-guide#10.3",
		"substrate://documents/elroy-user-guide/versions/9.9/sections/1", "substrate://documents/%zz", "substrate://library/../..", "SUBSTRATE://LIBRARY", "file:///etc/passwd", "http://127.0.0.1/", "\n\n", "a\nb': resource not found",
		strings.Repeat("u", 100_000), "substrate://documents/" + strings.Repeat("%41", 10_000),
	} {
		raw, _ := json.Marshal(map[string]string{"uri": uri})
		out = append(out, call("resources/read", string(raw)), call("resources/subscribe", string(raw)))
	}
	return out
}

// TestHostileMessages sends what is no message; the server answers the next one.
func TestHostileMessages(t *testing.T) {
	k := newTalk(t, serverOf(t, sampleDir(t)))
	k.hello()
	for i, line := range messages() {
		k.send(line)
		k.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":"ping %d","method":"ping"}`, i))
		pinged := false
		for answers := 0; !pinged || answers < wants(line); {
			m := k.next()
			if m["id"] == fmt.Sprintf("ping %d", i) {
				pinged = true
				continue
			}
			answers++
			clear2(t, line, m)
		}
	}
	k.bye()
}

// wants is how many answers a line must get: one if it is a request, or nothing that can be read.
func wants(line string) int {
	var m map[string]any
	if json.Unmarshal([]byte(line), &m) != nil {
		return 1
	}
	_, request := m["id"]
	_, result := m["result"]
	_, version := m["jsonrpc"]
	if result || version && !request {
		return 0
	}
	return 1
}

// clear2 is clear1 for the SDK's own words too, which may name what they quote.
func clear2(t *testing.T, line string, m map[string]any) {
	t.Helper()
	raw, _ := json.Marshal(m)
	if bytes.Contains(raw, []byte("panic")) || bytes.Contains(raw, []byte("goroutine")) {
		t.Errorf("%.200q: %.500s", line, raw)
	}
	if m["result"] == nil && m["error"] == nil && m["method"] == nil {
		t.Errorf("%.200q: answered with %.500s", line, raw)
	}
}

// TestHostileConnections holds many connections half-open, and sends requests that are none: the server answers others.
func TestHostileConnections(t *testing.T) {
	url := serve(t, sampleDir(t), HTTPOptions{Rate: 100_000})
	addr := strings.TrimPrefix(url, "http://")
	for _, start := range []string{
		"", "P", "POST /mcp HTTP/1.1\r\n", "POST /mcp HTTP/1.1\r\nHost: " + addr + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
		"POST /mcp HTTP/1.1\r\nHost: " + addr + "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "GET /mcp HTTP/1.1\r\nHost: " + addr + "\r\n", "\x16\x03\x01\x02\x00", "GET / HTTP/9.9\r\n\r\n",
	} {
		for range 8 {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, err := io.WriteString(c, start); err != nil {
				t.Fatal(err)
			}
		}
	}
	post := func(body string, head ...string) (int, string) {
		t.Helper()
		r, err := http.NewRequest(http.MethodPost, url+"/mcp", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		for i := 0; i+1 < len(head); i += 2 {
			r.Header.Set(head[i], head[i+1])
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatalf("%.100q: %v", body, err)
		}
		defer res.Body.Close()
		raw, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(raw)
	}
	modern := []string{"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "search"}
	good := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","arguments":{"query":"swap"},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`
	for _, line := range messages() {
		if strings.Contains(line, "subscriptions/listen") {
			continue // a stream
		}
		for _, head := range [][]string{nil, modern, {"Mcp-Session-Id", "made-up"}, {"Content-Type", "text/plain"}} {
			if status, body := post(line, head...); status >= 500 || strings.Contains(body, "panic") {
				t.Errorf("%.100q %v: %d %.300s", line, head, status, body)
			}
		}
		if status, body := post(good, modern...); status != http.StatusOK || !strings.Contains(body, "passages") {
			t.Fatalf("after %.100q: %d %.300s", line, status, body)
		}
	}
}
