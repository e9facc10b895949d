package wire

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/wire/document"
)

func quoteSchema(t testing.TB) (huma.Registry, *huma.Schema) {
	t.Helper()
	registry := NewRegistry()
	return registry, registry.Schema(reflect.TypeFor[document.QuoteRequest](), true, "")
}

// TestFingerprints: what a request asks for counts, and how it is written does not.
func TestFingerprints(t *testing.T) {
	t.Parallel()
	registry, schema := quoteSchema(t)
	fingerprint := func(text string) string {
		t.Helper()
		body, _, err := Decode[document.QuoteRequest](Form{Registry: registry, Schema: schema}, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		_, print, err := IdempotencyOf(nil, body)
		if err != nil {
			t.Fatal(err)
		}
		return print
	}
	const request = `{"product_id": "p", "deal_type": "PG", "impressions": 1000, "idempotency_key": "k", "target_cpm": 12.5,
		"consent_context": {"a": [1, 2.0], "b": {"c": null, "d": true}}}`
	for _, same := range []string{
		`{"consent_context":{"b":{"d":true,"c":null},"a":[1,2.0]},"target_cpm":1.25e1,"impressions":1000,"deal_type":"PG","product_id":"p","idempotency_key":"other"}`,
		strings.Replace(request, `{"product_id"`, `{"x_trace": {"deep": [1]}, "Product_ID": "q", "notes": "n", "flight_start": null, "product_id"`, 1),
		strings.Replace(request, `"p"`, `"\u0070"`, 1),
	} {
		if fingerprint(same) != fingerprint(request) {
			t.Errorf("%s has another fingerprint", same)
		}
	}
	for _, change := range [][2]string{
		{`"p"`, `"P"`}, {"12.5", "12.51"}, {"1000", "1001"}, {"true", "false"}, {`"c": null, `, ""}, {`[1, 2.0]`, `[2.0, 1]`},
		{"12.5", `{"amount_micros": 12500000, "currency": "EUR"}`},
	} {
		if other := strings.Replace(request, change[0], change[1], 1); fingerprint(other) == fingerprint(request) {
			t.Errorf("%s has the same fingerprint as %s", other, request)
		}
	}
}

func TestMembersAreNamedByTheirExactNames(t *testing.T) {
	t.Parallel()
	registry, schema := quoteSchema(t)
	_, _, err := Decode[document.QuoteRequest](Form{Registry: registry, Schema: schema}, []byte(`{"PRODUCT_ID": "p", "deal_type": "PD"}`))
	var invalid *parley.Error
	if !errors.As(err, &invalid) || len(invalid.Fields) != 1 || invalid.Fields[0].Path != "product_id" {
		t.Errorf("PRODUCT_ID was read as product_id: %v", err)
	}
}

func TestObjectsAreBounded(t *testing.T) {
	t.Parallel()
	registry, schema := quoteSchema(t)
	body := func(consent string) []byte {
		return []byte(`{"product_id": "p", "deal_type": "PD", "consent_context": ` + consent + `}`)
	}
	nested := func(levels int) string { return strings.Repeat(`{"a":`, levels) + "1" + strings.Repeat("}", levels) }
	sized := func(n int) string { return `{"a":"` + strings.Repeat("x", n-len(`{"a":""}`)) + `"}` }
	for _, fits := range []string{nested(MaxObjectDepth), sized(MaxObjectBytes), "{}"} {
		if _, _, err := Decode[document.QuoteRequest](Form{Registry: registry, Schema: schema}, body(fits)); err != nil {
			t.Errorf("%.40s: %v", fits, err)
		}
	}
	for _, over := range []string{nested(MaxObjectDepth + 1), sized(MaxObjectBytes + 1), "[]", `"x"`} {
		_, _, err := Decode[document.QuoteRequest](Form{Registry: registry, Schema: schema}, body(over))
		if !parley.Is(err, parley.CodeValidation) {
			t.Errorf("%.40s: %v", over, err)
		}
	}
}

func BenchmarkDecodeQuoteRequest(b *testing.B) {
	registry, schema := quoteSchema(b)
	body := []byte(`{"product_id": "ctv-sports-live", "deal_type": "PG", "impressions": 10000000, "flight_start": "2026-08-01", "flight_end": "2026-08-31", "target_cpm": 30.00}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Decode[document.QuoteRequest](Form{Registry: registry, Schema: schema}, body); err != nil {
			b.Fatal(err)
		}
	}
}
