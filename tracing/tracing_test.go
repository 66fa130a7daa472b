package tracing_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"substrate/tracing"
)

func TestConfigured(t *testing.T) {
	for _, c := range []struct {
		name, endpoint string
		env            map[string]string
		want           bool
	}{
		{"nothing", "", nil, false},
		{"the settings", "http://c:4318", nil, true},
		{"the environment", "", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, true},
		{"for traces alone", "", map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, true},
		{"switched off", "http://c:4318", map[string]string{"OTEL_SDK_DISABLED": "true"}, false},
		{"no traces", "http://c:4318", map[string]string{"OTEL_TRACES_EXPORTER": "none"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for k, v := range c.env {
				t.Setenv(k, v)
			}
			if got := tracing.Configured(tracing.Options{Endpoint: c.endpoint}); got != c.want {
				t.Errorf("configured: %v", got)
			}
		})
	}
}

func TestWhatCannotBeSpokenIsRefused(t *testing.T) {
	for _, endpoint := range []string{"localhost:4318", "grpc://c:4317", "http://", "::"} {
		if x, err := tracing.Start(t.Context(), tracing.Options{Endpoint: endpoint}); err == nil || !strings.Contains(err.Error(), "write it like") || x != nil {
			t.Errorf("%q: %v, %v", endpoint, x, err)
		}
	}
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	if _, err := tracing.Start(t.Context(), tracing.Options{Endpoint: "http://c:4318"}); err == nil || !strings.Contains(err.Error(), "only http/protobuf") {
		t.Errorf("grpc: %v", err)
	}
}

// Without a collector a tracer is nil, and costs nothing to ask.
func TestWithoutACollector(t *testing.T) {
	x, err := tracing.Start(t.Context(), tracing.Options{})
	if x != nil || err != nil {
		t.Fatalf("%v, %v", x, err)
	}
	ctx, done := x.Observe(t.Context(), "search", "")
	done(errors.New("failed"))
	if ctx != t.Context() || x.Join(ctx, http.Header{}) != ctx || x.Close(ctx) != nil {
		t.Error("no tracer does something")
	}
}

// A failure is told, its text is not: it may quote what was asked for.
func TestErrorsKeepTheirText(t *testing.T) {
	var mu sync.Mutex
	var sent []byte
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, raw...)
	}))
	defer collector.Close()
	x, err := tracing.Start(t.Context(), tracing.Options{Endpoint: collector.URL})
	if err != nil || x == nil {
		t.Fatalf("%v, %v", x, err)
	}
	_, done := x.Observe(t.Context(), "tool", "show")
	done(errors.New("no document zanzibarite"))
	if err := x.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if !bytes.Contains(sent, []byte("tool show")) || bytes.Contains(sent, []byte("zanzibarite")) {
		t.Errorf("sent %q", sent)
	}
}
