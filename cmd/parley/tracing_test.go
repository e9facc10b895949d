package main_test

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// receiver takes spans as any collector of OpenTelemetry does.
type receiver struct {
	mu       sync.Mutex
	spans    []*spans.Span
	services map[string]bool
}

func (c *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var sent collector.ExportTraceServiceRequest
	if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(body, &sent) != nil {
		http.Error(w, "no spans", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, of := range sent.ResourceSpans {
		for _, about := range of.Resource.Attributes {
			if about.Key == "service.name" {
				c.services[about.Value.GetStringValue()] = true
			}
		}
		for _, scope := range of.ScopeSpans {
			c.spans = append(c.spans, scope.Spans...)
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func attribute(span *spans.Span, key string) string {
	for _, about := range span.Attributes {
		if about.Key == key {
			return about.Value.GetStringValue()
		}
	}
	return ""
}

// TestSpansOfARequestHangTogether sends a request that is part of a trace, with a webhook that hears of what it did.
func TestSpansOfARequestHangTogether(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		c := &receiver{services: map[string]bool{}}
		collecting := httptest.NewServer(c)
		defer collecting.Close()
		delivered := make(chan http.Header, 100)
		buyer := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { delivered <- r.Header }))
		defer buyer.Close()
		at.environ = []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + collecting.URL, "OTEL_SERVICE_NAME=northlight"}
		server := at.serve(t, "--demo", "--private-webhooks")
		keys := demoKeys(t, at)
		server.ask(t, http.StatusCreated, keys["AGENCY_KEY"], "POST", "/api/v1/webhooks", map[string]string{"url": buyer.URL}, nil)

		const trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.base+"/api/v1/quotes",
			strings.NewReader(`{"product_id": "ctv-sports-live", "deal_type": "PD", "impressions": 1000000}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+keys["AGENCY_KEY"])
		request.Header.Set("Traceparent", "00-"+trace+"-"+parent+"-01")
		request.Header.Set("User-Agent", "a-buyer/1.0")
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusCreated {
			t.Fatalf("status %d, %v", response.StatusCode, err)
		}
		if header := <-delivered; header.Get("Traceparent") == "" {
			t.Errorf("a delivery does not say which trace it is part of: %v", header)
		}
		server.stop(t) // which sends what is left

		of := func(name string) *spans.Span {
			i := slices.IndexFunc(c.spans, func(s *spans.Span) bool {
				return s.Name == name && (hex.EncodeToString(s.TraceId) == trace || name == "deliver to a webhook" || name == "POST")
			})
			if i < 0 {
				t.Fatalf("there is no span %q", name)
			}
			return c.spans[i]
		}
		asked, stored := of("POST /api/v1/quotes"), of("transaction append")
		if hex.EncodeToString(asked.ParentSpanId) != parent || asked.Kind != spans.Span_SPAN_KIND_SERVER {
			t.Errorf("the request's span is %v", asked)
		}
		if !slices.Equal(stored.ParentSpanId, asked.SpanId) {
			t.Error("the transaction's span is not below the request's")
		}
		if got := attribute(asked, "http.route"); got != "POST /api/v1/quotes" || attribute(asked, "parley.edge") != "rest" {
			t.Errorf("the request's span tells %v", asked.Attributes)
		}
		delivery, remote := of("deliver to a webhook"), of("POST")
		if remote.Kind != spans.Span_SPAN_KIND_CLIENT || !slices.Equal(delivery.TraceId, c.parentOf(remote).TraceId) {
			t.Errorf("the remote call's span is %v", remote)
		}
		if !c.services["northlight"] {
			t.Errorf("the services are %v", c.services)
		}

		for line := range strings.Lines(server.log.String()) {
			if !strings.Contains(line, "msg=request") || !strings.Contains(line, "path=/api/v1/quotes ") {
				continue
			}
			for _, told := range []string{
				"trace_id=" + trace, "key_id=key-", "user_agent=a-buyer/1.0", `route="POST /api/v1/quotes"`, "edge=rest", "took=", "s edge=",
			} {
				if !strings.Contains(line, told) {
					t.Errorf("the record has no %s: %s", told, line)
				}
			}
			return
		}
		t.Error("the request is not in the log")
	})
}

func (c *receiver) parentOf(span *spans.Span) *spans.Span {
	for _, s := range c.spans {
		if slices.Equal(s.SpanId, span.ParentSpanId) {
			return s
		}
	}
	return &spans.Span{}
}

func TestSpansThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	at.environ = []string{"OTEL_TRACES_EXPORTER=otlp", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc"}
	if done := at.run(t, nil, "serve"); done.code != 1 || !strings.Contains(done.err, "http/protobuf") {
		t.Errorf("exit code %d: %s", done.code, done.err)
	}
}
