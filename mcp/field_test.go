package mcp_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// TestTheFieldsPublishedBuyer calls the three tools that it knows as it does: without a key, reading text alone. A key's base
// price is the one that the buyer's agent takes its own discount off.
func TestTheFieldsPublishedBuyer(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		open := func(key string) *sdk.ClientSession {
			t.Helper()
			session, err := sdk.NewClient(&sdk.Implementation{Name: "field", Version: "1"}, nil).Connect(context.Background(), &sdk.StreamableClientTransport{
				Endpoint: d.url + "/mcp/sse", HTTPClient: &http.Client{Transport: with{key, d.http.Transport}}, DisableStandaloneSSE: true,
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = session.Close() })
			return session
		}
		call := func(session *sdk.ClientSession, tool string, arguments map[string]any, into any) {
			t.Helper()
			result, err := session.CallTool(context.Background(), &sdk.CallToolParams{Name: tool, Arguments: arguments})
			if err != nil || result.IsError || result.StructuredContent != nil {
				t.Fatalf("%s: %+v, %v", tool, result, err)
			}
			text, _ := result.Content[0].(*sdk.TextContent)
			if err := json.Unmarshal([]byte(text.Text), into); err != nil {
				t.Fatalf("%s: %s: %v", tool, text.Text, err)
			}
		}
		type product struct {
			ID         string   `json:"id"`
			Channel    string   `json:"channel"`
			BasePrice  *float64 `json:"basePrice"`
			RateType   string   `json:"rateType"`
			DealTypes  []string `json:"dealTypes"`
			PriceRange *struct {
				Low float64 `json:"low"`
			} `json:"price_range"`
		}
		nobody, buyer := open(""), open(d.buyer)
		var listed []product
		call(nobody, "list_products", nil, &listed)
		if len(listed) != 2 || listed[0].BasePrice != nil || listed[0].PriceRange == nil || listed[0].RateType != "CPM" {
			t.Errorf("listed %+v", listed)
		}
		call(nobody, "search_products", map[string]any{"query": "sports", "filters": map[string]any{"channel": "ctv"}}, &listed)
		if len(listed) != 1 || listed[0].ID != "ctv-sports" {
			t.Errorf("found %+v", listed)
		}
		var one product
		call(buyer, "get_product", map[string]any{"id": "ctv-sports"}, &one)
		if one.BasePrice == nil || *one.BasePrice != 35 {
			t.Errorf("the base price is %v, want the one before the discount", one.BasePrice)
		}
		tools, err := buyer.ListTools(t.Context(), nil)
		if err != nil || len(tools.Tools) != 3 {
			t.Errorf("%v, %v", tools, err)
		}

		status, _, body := d.api("POST", "/mcp/call", "", map[string]any{"name": "get_product", "arguments": map[string]any{"id": "ctv-sports"}})
		var called struct {
			Success bool
			Result  product
		}
		if err := json.Unmarshal(body, &called); err != nil || status != 200 || !called.Success || called.Result.ID != "ctv-sports" {
			t.Errorf("%d %s", status, body)
		}
		status, _, body = d.api("POST", "/mcp/call", "", map[string]any{"name": "get_product", "arguments": map[string]any{"id": "none"}})
		if err := json.Unmarshal(body, &called); err != nil || status != 200 || called.Success {
			t.Errorf("%d %s", status, body)
		}
		if status, _, body := d.api("POST", "/mcp/call", "", map[string]any{"name": "get_secrets"}); status != 404 {
			t.Errorf("%d %s", status, body)
		}
		response, err := d.http.Get(d.url + "/mcp/tools") //nolint:noctx // a plain request
		if err != nil || response.StatusCode != 200 {
			t.Fatalf("%v, %v", response, err)
		}
		_ = response.Body.Close()
	})
}
