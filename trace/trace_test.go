package trace_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"parley/trace"
)

// TestNothingIsSpentWhereNoSpansAreWritten is what lets spans stand in every flow.
func TestNothingIsSpentWhereNoSpansAreWritten(t *testing.T) { //nolint:paralleltest // what others allocate meanwhile would count
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	ctx := t.Context()
	allocated := testing.AllocsPerRun(100, func() {
		_, span := trace.Start(ctx, "transaction")
		span.Text("a", "b")
		span.Number("c", 1)
		span.End(nil)
		_, span, _ = trace.StartRequest(ctx, request)
		span.Name("d")
		span.Failed()
		span.End(nil)
	})
	if allocated != 0 {
		t.Errorf("%v allocations", allocated)
	}
}

// BenchmarkOff measures what a span costs where none are written.
func BenchmarkOff(b *testing.B) {
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		_, span := trace.Start(ctx, "transaction")
		span.Text("a", "b")
		span.End(nil)
	}
}

func TestWanted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		environ map[string]string
		want    bool
		fails   bool
	}{
		"nothing":            {nil, false, false},
		"an address":         {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, true, false},
		"one of spans alone": {map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, true, false},
		"the exporter":       {map[string]string{"OTEL_TRACES_EXPORTER": "otlp"}, true, false},
		"none":               {map[string]string{"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, false, false},
		"disabled":           {map[string]string{"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, false, false},
		"another exporter":   {map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}, false, true},
		"another protocol":   {map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, false, true},
	} {
		got, err := trace.Wanted(func(name string) string { return test.environ[name] })
		if got != test.want || (err != nil) != test.fails {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestIncoming(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01": "4bf92f3577b34da6a3ce929d0e0e4736",
		"00-00000000000000000000000000000000-00f067aa0ba902b7-01": "", "evil\nline": "", "": "",
	} {
		request := &http.Request{Header: http.Header{"Traceparent": {header}}}
		if got := trace.Incoming(request); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}
