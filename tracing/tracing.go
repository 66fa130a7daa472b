// Package tracing sends spans of what a process did to an OpenTelemetry collector, over OTLP/HTTP, where one is configured. It
// is not for metrics (package metrics) nor for logs. A span has a name of a few words, its times, and whether it failed: no text
// of documents, questions or errors ever leaves in one.
//
// The standard's variables are understood and stand above the configuration: OTEL_EXPORTER_OTLP_ENDPOINT and its siblings,
// OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER, OTEL_SDK_DISABLED.
package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Options say where spans go.
type Options struct {
	// Endpoint is the collector's address, as http://localhost:4318; "" leaves it to the environment.
	Endpoint string
	Version  string
	// Log is told when spans cannot be sent; nil: nobody is.
	Log *slog.Logger
}

// Tracer makes spans. It is safe for several goroutines. A nil Tracer makes none.
type Tracer struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// Configured reports whether the options or the environment name a collector.
func Configured(o Options) bool {
	if os.Getenv("OTEL_SDK_DISABLED") == "true" || os.Getenv("OTEL_TRACES_EXPORTER") == "none" {
		return false
	}
	return o.Endpoint != "" || named()
}

// named reports whether the environment names a collector.
func named() bool {
	return os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
}

// sendTime bounds one delivery; more than one is lost when a collector is away longer.
const sendTime = 5 * time.Second

// Start makes a tracer, or nil where no collector is configured. It connects to nothing yet. The caller closes it.
func Start(ctx context.Context, o Options) (*Tracer, error) {
	if !Configured(o) {
		return nil, nil
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if p := os.Getenv(name); p != "" && p != "http/protobuf" {
			return nil, fmt.Errorf("%s is %q: only http/protobuf is spoken; leave it out, and name the collector's HTTP port (4318)", name, p)
		}
	}
	with := []otlptracehttp.Option{otlptracehttp.WithTimeout(sendTime)}
	if !named() {
		u, err := url.Parse(o.Endpoint)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("otel.endpoint %q: write it like http://localhost:4318", o.Endpoint)
		}
		with = append(with, otlptracehttp.WithEndpointURL(u.JoinPath("v1", "traces").String()))
	}
	out, err := otlptracehttp.New(ctx, with...)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	what, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "substrate"), attribute.String("service.version", o.Version)), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("traces: OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("traces are not sent", "error", err) }))
	p := sdktrace.NewTracerProvider(sdktrace.WithBatcher(out), sdktrace.WithResource(what))
	return &Tracer{provider: p, tracer: p.Tracer("substrate")}, nil
}

// Observe begins a span, named by kind and name, and ends it when the work does.
func (t *Tracer) Observe(ctx context.Context, kind, name string) (context.Context, func(error)) {
	if t == nil {
		return ctx, func(error) {}
	}
	span := kind
	if name != "" {
		span += " " + name
	}
	role := trace.SpanKindInternal
	if kind == "http" {
		role = trace.SpanKindServer
	}
	ctx, s := t.tracer.Start(ctx, span, trace.WithSpanKind(role))
	return ctx, func(err error) {
		if err != nil {
			s.SetStatus(codes.Error, "") // an error's text may quote what was asked for
		}
		s.End()
	}
}

// Called tells of a call of an inference server that has ended: a span of its own, with the tokens it cost.
func (t *Tracer) Called(ctx context.Context, tier, model string, from, to time.Time, prompt, output int, ok bool) {
	if t == nil {
		return
	}
	_, s := t.tracer.Start(ctx, "tier "+tier, trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(from),
		trace.WithAttributes(attribute.String("gen_ai.request.model", model), attribute.Int("gen_ai.usage.input_tokens", prompt), attribute.Int("gen_ai.usage.output_tokens", output)))
	if !ok {
		s.SetStatus(codes.Error, "")
	}
	s.End(trace.WithTimestamp(to))
}

// Join makes spans of ctx children of the caller's, if a request's header names it (W3C traceparent).
func (t *Tracer) Join(ctx context.Context, h http.Header) context.Context {
	if t == nil {
		return ctx
	}
	return propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(h))
}

// Close sends what is left until ctx ends.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last traces: %w", err)
	}
	return nil
}
