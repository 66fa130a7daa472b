package deploy_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const site = "docs.example.net"

// certificate writes one for site that signs itself.
func certificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	like := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: site}, DNSNames: []string{site},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, like, like, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, raw := range map[string][]byte{".crt": cert, ".key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})} {
		if err := os.WriteFile(filepath.Join(dir, site+name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(cert)
	return pool
}

// settings are the example with addresses of this machine instead of its own; each of these must stand in it.
func settings(t *testing.T, dir string, swap ...string) string {
	t.Helper()
	text := read(t, "nginx/substrate.conf")
	for i := 0; i < len(swap); i += 2 {
		if !strings.Contains(text, swap[i]) {
			t.Fatalf("the example has no %q", swap[i])
		}
		text = strings.ReplaceAll(text, swap[i], swap[i+1])
	}
	if err := os.WriteFile(filepath.Join(dir, "substrate.conf"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var paths strings.Builder // nginx makes these; as it is built they lie where only root may write
	for _, p := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&paths, "%s_temp_path %s/%s;\n", p, dir, p)
	}
	whole := fmt.Sprintf("daemon off;\nmaster_process off;\npid %[1]s/pid;\nerror_log %[1]s/error.log;\nevents {}\nhttp {\naccess_log off;\n%[2]sinclude substrate.conf;\n}\n", dir, paths.String())
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(whole), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func accept(t *testing.T, nginx, dir, file string) {
	t.Helper()
	if out, err := exec.Command(nginx, "-t", "-e", filepath.Join(dir, "error.log"), "-p", dir, "-c", file).CombinedOutput(); err != nil || strings.Contains(string(out), "[warn]") {
		t.Fatalf("nginx -t: %v\n%s", err, out)
	}
}

// backend is a server behind the balancer, which tells what reached it.
type backend struct {
	*httptest.Server
	asked atomic.Int64
	more  chan struct{} // the rest of a stream is sent when this closes
	send  func()        // closes it
}

func newBackend(t *testing.T, name string) *backend {
	b := &backend{more: make(chan struct{})}
	b.send = sync.OnceFunc(func() { close(b.more) })
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.asked.Add(1)
		http.SetCookie(w, &http.Cookie{Name: "substrate-token", Value: "x", Path: "/", HttpOnly: true})
		switch r.URL.Path {
		case "/mcp", "/v1/chat/completions":
			_, _ = io.WriteString(w, "first\n")
			_ = http.NewResponseController(w).Flush()
			<-b.more
			_, _ = io.WriteString(w, "last\n")
		default:
			fmt.Fprintf(w, "%s host=%s for=%s path=%s", name, r.Host, r.Header.Get("X-Forwarded-For"), r.URL.Path)
		}
	}))
	t.Cleanup(func() { b.send(); b.Close() })
	return b
}

// TestNginx sends requests through a real nginx with the example's settings.
func TestNginx(t *testing.T) {
	nginx, dir := program(t, "nginx"), t.TempDir()
	pool := certificate(t, dir)
	one, two := newBackend(t, "one"), newBackend(t, "two")
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	free.Close()
	file := settings(t, dir, "/etc/ssl/", dir+"/", "listen 443 ssl", "listen "+addr+" ssl",
		"server 127.0.0.1:7468", "server "+one.Listener.Addr().String(), "server 127.0.0.1:7469", "server "+two.Listener.Addr().String())
	accept(t, nginx, dir, file)
	c := exec.Command(nginx, "-e", filepath.Join(dir, "error.log"), "-p", dir, "-c", file)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	dial := func() (net.Conn, error) { return net.Dial("tcp", addr) }
	for try := 0; ; try++ {
		if conn, err := dial(); err == nil {
			conn.Close()
			break
		} else if try == 500 {
			t.Fatalf("nginx does not listen: %v\n%s", err, read(t, filepath.Join(dir, "error.log")))
		}
		time.Sleep(20 * time.Millisecond)
	}
	_, port, _ := net.SplitHostPort(addr)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: site}}
	client := &http.Client{Transport: transport, Timeout: 20 * time.Second} // a stream that is held back ends so
	defer transport.CloseIdleConnections()
	ask := func(method, path, body string) *http.Response {
		t.Helper()
		req, err := http.NewRequest(method, "https://"+addr+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Host = site + ":" + port
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
	text := func(res *http.Response) string {
		raw, _ := io.ReadAll(res.Body)
		return string(raw)
	}

	page := ask("GET", "/search", "")
	got := text(page)
	if want := "host=" + site + ":" + port + " for=127.0.0.1 path=/search"; page.StatusCode != 200 || !strings.HasSuffix(got, want) {
		t.Errorf("a page: %d %q, want …%q", page.StatusCode, got, want)
	}
	if cookies := page.Cookies(); len(cookies) != 1 || !cookies[0].Secure || !cookies[0].HttpOnly {
		t.Errorf("the cookie with the token: %v", cookies)
	}
	for range 10 {
		if again := text(ask("GET", "/search", "")); again[:3] != got[:3] {
			t.Errorf("a client that began with %.3s is sent to %.3s", got, again)
		}
	}
	before := one.asked.Load() + two.asked.Load()
	if res := ask("GET", "/metrics", ""); res.StatusCode != 404 || one.asked.Load()+two.asked.Load() != before {
		t.Errorf("/metrics goes through: %d", res.StatusCode)
	}
	// The first piece of a stream arrives before the last is sent.
	chosen, other := one, two
	if strings.HasPrefix(got, "two") {
		chosen, other = two, one
	}
	var streams []*http.Response
	for _, path := range []string{"/mcp", "/v1/chat/completions"} {
		res := ask("POST", path, "{}")
		first := make([]byte, len("first\n"))
		if _, err := io.ReadFull(res.Body, first); err != nil || string(first) != "first\n" {
			t.Fatalf("%s: %q %v", path, first, err)
		}
		streams = append(streams, res)
	}
	chosen.send()
	for _, res := range streams {
		if rest := text(res); rest != "last\n" {
			t.Errorf("the rest of a stream is %q", rest)
		}
	}
	// Where one server is gone the other answers.
	chosen.Listener.Close()
	chosen.CloseClientConnections()
	if res := ask("GET", "/search", ""); res.StatusCode != 200 || other.asked.Load() == 0 {
		t.Errorf("with one server gone: %d", res.StatusCode)
	}
}
