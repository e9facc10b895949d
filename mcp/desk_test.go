package mcp_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"parley"
	"parley/edge"
	"parley/internal/stores"
	"parley/mcp"
	"parley/rest"
	"parley/seller"
	"parley/storage"
	"parley/storage/storagetest"
)

// desk is a seller that is reached by the API and by the protocol, over one socket.
type desk struct {
	t        testing.TB
	service  *seller.Service
	url      string
	http     *http.Client // its connections are this desk's alone
	buyer    string       // an agency's key
	rival    string       // its seat's at another DSP
	operator string       // an admin's
	viewer   string
	mu       sync.Mutex
	now      time.Time
	clients  map[string]*sdk.ClientSession   // by key
	listed   map[string]map[string]any       // the tools' output schemas, by key
	outputs  map[string]*jsonschema.Resolved // of those that answered, by key and tool
}

func onEach(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Helper()
	stores.Each(t, func(t *testing.T, store *storage.Store) { test(t, openDesk(t, store, edge.Kit{})) })
}

func openDesk(t testing.TB, store *storage.Store, kit edge.Kit) *desk {
	t.Helper()
	d := openNode(t, store, kit)
	d.stock()
	d.buyer = d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "buyer", Identity: parley.Identity{SeatID: "seat-1", DSPPlatform: "The Trade Desk", AgencyID: "agency-1"}})
	d.rival = d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "rival", Identity: parley.Identity{SeatID: "seat-1", DSPPlatform: "DV360", AgencyID: "agency-1"}})
	d.operator = d.key(seller.KeyRequest{Role: parley.RoleOperator, Label: "admin", Scopes: []parley.Scope{parley.ScopeAdmin}})
	d.viewer = d.key(seller.KeyRequest{Role: parley.RoleOperator, Label: "viewer", Scopes: []parley.Scope{parley.ScopeViewer}})
	return d
}

// openNode serves a store, without putting anything into it.
func openNode(t testing.TB, store *storage.Store, kit edge.Kit) *desk {
	t.Helper()
	d := &desk{t: t, clients: map[string]*sdk.ClientSession{}, listed: map[string]map[string]any{}, outputs: map[string]*jsonschema.Resolved{}, now: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
	kit.Log = slog.New(slog.NewTextHandler(logged{t}, &slog.HandlerOptions{Level: slog.LevelError}))
	d.service = seller.New(store, seller.Parts{}, seller.DefaultSettings(), d.clock, rand.Reader, kit.Log)
	api, err := rest.New(d.service, rest.Options{Kit: kit})
	if err != nil {
		t.Fatal(err)
	}
	agents, err := mcp.New(d.service, mcp.Options{Kit: kit, Progress: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/mcp", agents)
	mux.Handle("/mcp/", agents)
	mux.Handle("/", api)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	d.url, d.http = server.URL, server.Client()
	return d
}

func (d *desk) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *desk) stock() {
	d.t.Helper()
	base, cheap, daily := int64(35_000_000), int64(8_000_000), int64(1_000_000)
	products := []parley.Product{
		{
			ID: "ctv-sports", Name: "Live Sports", InventoryType: "ctv", BaseCPM: &base, FloorCPM: 20_130_000, Currency: parley.USD,
			DealTypes:          []parley.DealType{parley.ProgrammaticGuaranteed, parley.PreferredDeal, parley.PrivateAuction},
			MinimumImpressions: 10_000, DailyImpressions: &daily, AdFormats: []string{"video"}, GeoTargets: []string{"US"},
		},
		{
			ID: "display-news", Name: "News", InventoryType: "display", BaseCPM: &cheap, FloorCPM: 6_170_000, Currency: parley.USD,
			DealTypes: []parley.DealType{parley.PreferredDeal}, AdFormats: []string{"banner"},
		},
	}
	feed := func(stage func(int, parley.ProductChange) error) error {
		for i, p := range products {
			if err := stage(i+1, storagetest.WholeProduct(p)); err != nil {
				return err
			}
		}
		return nil
	}
	if _, err := d.service.ImportCatalog(context.Background(), seller.Terminal("test"), seller.CatalogImport{Feed: feed}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) key(request seller.KeyRequest) (secret string) {
	d.t.Helper()
	_, err := d.service.CreateKey(context.Background(), seller.Terminal("test"), request, func(k seller.CreatedKey) (seller.Answer, error) {
		if k.Secret != "" {
			secret = k.Secret
		}
		return seller.Answer{}, nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return secret
}

type logged struct{ t testing.TB }

func (l logged) Write(p []byte) (int, error) {
	l.t.Logf("%s", p)
	return len(p), nil
}

// with puts a key on every request.
type with struct {
	key  string
	over http.RoundTripper
}

func (w with) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if w.key != "" {
		r.Header.Set("Authorization", "Bearer "+w.key)
	}
	return w.over.RoundTrip(r)
}

// client is a client of the protocol, with a key or without one.
func (d *desk) client(key string) *sdk.ClientSession {
	d.t.Helper()
	if session := d.clients[key]; session != nil {
		return session
	}
	session, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(context.Background(), &sdk.StreamableClientTransport{
		Endpoint: d.url + "/mcp", HTTPClient: &http.Client{Transport: with{key, d.http.Transport}}, DisableStandaloneSSE: true,
	}, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = session.Close() })
	d.clients[key] = session
	return session
}

// reply is what a tool answered.
type reply struct {
	*sdk.CallToolResult
	body map[string]any
	text string
}

// id, list and wait are members of a document, of their kinds; empty when there are none.
func (r reply) id(member string) string {
	text, _ := r.body[member].(string)
	return text
}

func (r reply) list(member string) []any {
	items, _ := r.body[member].([]any)
	return items
}

func (r reply) wait() map[string]any {
	next, _ := r.body["next"].(map[string]any)
	arguments, _ := next["arguments"].(map[string]any)
	return arguments
}

// try calls a tool.
func (d *desk) try(key, tool string, arguments map[string]any) reply {
	d.t.Helper()
	result, err := d.client(key).CallTool(context.Background(), &sdk.CallToolParams{Name: tool, Arguments: arguments})
	if err != nil {
		d.t.Fatalf("%s: %v", tool, err)
	}
	r := reply{CallToolResult: result}
	raw, err := json.Marshal(result.StructuredContent)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &r.body); err != nil {
		d.t.Fatalf("%s: %s: %v", tool, raw, err)
	}
	text, ok := result.Content[0].(*sdk.TextContent)
	if !ok {
		d.t.Fatalf("%s: the content is %T", tool, result.Content[0])
	}
	r.text = text.Text
	d.described(key, tool, raw)
	if !sameJSON(d.t, []byte(r.text), raw) {
		d.t.Errorf("%s: text and structured content differ:\n%s\n%s", tool, r.text, raw)
	}
	return r
}

// resolved has a schema of answers, by its text, for every desk of the tests: a client resolves it once.
var resolved sync.Map

// described holds an answer against the schema that the list of tools shows for it, as clients do.
func (d *desk) described(key, tool string, raw []byte) {
	d.t.Helper()
	if d.listed[key] == nil {
		listed, err := d.client(key).ListTools(context.Background(), nil)
		if err != nil {
			d.t.Fatal(err)
		}
		d.listed[key] = map[string]any{}
		for _, t := range listed.Tools {
			d.listed[key][t.Name] = t.OutputSchema
		}
	}
	output := d.outputs[key+" "+tool]
	if output == nil {
		output = schemaOf(d.t, tool, d.listed[key][tool])
		d.outputs[key+" "+tool] = output
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		d.t.Fatal(err)
	}
	if err := output.Validate(value); err != nil {
		d.t.Errorf("%s answers what its schema does not allow: %v\n%s", tool, err, raw)
	}
}

func schemaOf(t testing.TB, tool string, output any) *jsonschema.Resolved {
	t.Helper()
	encoded, err := json.Marshal(output)
	if err != nil {
		t.Fatal(err)
	}
	if known, ok := resolved.Load(string(encoded)); ok {
		made, _ := known.(*jsonschema.Resolved)
		return made
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(encoded, &schema); err != nil {
		t.Fatalf("%s: its output schema cannot be read: %v", tool, err)
	}
	made, err := schema.Resolve(nil)
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	resolved.Store(string(encoded), made)
	return made
}

// must calls a tool that answers its document.
func (d *desk) must(key, tool string, arguments map[string]any) reply {
	d.t.Helper()
	r := d.try(key, tool, arguments)
	if r.IsError {
		d.t.Fatalf("%s is refused: %s", tool, r.text)
	}
	return r
}

// refused calls a tool that is refused with a code.
func (d *desk) refused(key, tool, code string, arguments map[string]any) map[string]any {
	d.t.Helper()
	r := d.try(key, tool, arguments)
	detail, _ := r.body["detail"].(map[string]any)
	if !r.IsError || detail["error"] != code {
		d.t.Fatalf("%s: %v %s, want %s", tool, r.IsError, r.text, code)
	}
	if detail["message"] == "" || detail["request_id"] == "" {
		d.t.Errorf("%s: %s says too little", tool, r.text)
	}
	return detail
}

// api calls the API.
func (d *desk) api(method, path, key string, body any) (int, http.Header, []byte) {
	d.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(context.Background(), method, d.url+path, bytes.NewReader(raw))
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	response, err := d.http.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return response.StatusCode, response.Header, answer
}

func sameJSON(t testing.TB, a, b []byte) bool {
	t.Helper()
	plain := func(raw []byte) string {
		var value any
		if err := json.Unmarshal(raw, &value); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		again, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		return string(again)
	}
	return plain(a) == plain(b)
}
