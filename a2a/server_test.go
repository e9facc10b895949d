package a2a_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/a2a"
	"parley/edge"
	"parley/internal/handclock"
	"parley/internal/stores"
	"parley/rest"
	"parley/seller"
	"parley/storage"
	"parley/storage/storagetest"
)

// now is when every test begins.
var now = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// shop is a listening server over a real service and store with a small catalog and one key of each kind: the API, and this edge.
type shop struct {
	t        testing.TB
	store    *storage.Store
	service  *seller.Service
	clock    *handclock.Clock
	url      string
	client   *http.Client // its connections are this shop's alone
	buyer    string
	rival    string
	operator string
	viewer   string
}

type testLog struct{ t testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Logf("%s", p)
	return len(p), nil
}

// onEach runs a test against a shop over each kind of store.
func onEach(t *testing.T, test func(t *testing.T, s *shop)) {
	t.Helper()
	stores.Each(t, func(t *testing.T, store *storage.Store) { test(t, openShop(t, store, a2a.Options{})) })
}

func openShop(t testing.TB, store *storage.Store, options a2a.Options, change ...func(*seller.Settings)) *shop {
	t.Helper()
	s := openNode(t, store, options, change...)
	s.stock()
	s.buyer = s.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "buyer", Identity: parley.Identity{SeatID: "seat-1", DSPPlatform: "The Trade Desk", AgencyID: "agency-1"}})
	s.rival = s.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "rival", Identity: parley.Identity{SeatID: "seat-1", DSPPlatform: "DV360", AgencyID: "agency-1"}})
	s.operator = s.key(seller.KeyRequest{Role: parley.RoleOperator, Label: "admin", Scopes: []parley.Scope{parley.ScopeAdmin}})
	s.viewer = s.key(seller.KeyRequest{Role: parley.RoleOperator, Label: "viewer", Scopes: []parley.Scope{parley.ScopeViewer}})
	return s
}

// openNode serves a store, without putting anything into it.
func openNode(t testing.TB, store *storage.Store, options a2a.Options, change ...func(*seller.Settings)) *shop {
	t.Helper()
	log := slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelError}))
	settings := seller.DefaultSettings()
	for _, decide := range change {
		decide(&settings)
	}
	ticking := handclock.At(now)
	service := seller.New(store, seller.Parts{Cards: func(context.Context, string) (json.RawMessage, error) { return nil, nil }}, settings, ticking.Read, rand.Reader, log)
	options.Log = log
	agents, err := a2a.New(service, options)
	if err != nil {
		t.Fatal(err)
	}
	api, err := rest.New(service, rest.Options{Kit: edge.Kit{Log: log}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == a2a.CardPath || strings.HasPrefix(r.URL.Path, a2a.Path) {
			agents.ServeHTTP(w, r)
			return
		}
		api.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return &shop{t: t, store: store, service: service, clock: ticking, url: server.URL, client: server.Client()}
}

// floor is a price that is written nowhere else.
const floor = 20_130_000

func (s *shop) stock() {
	s.t.Helper()
	base, daily := int64(35_000_000), int64(1_000_000)
	product := parley.Product{
		ID: "ctv-sports", Name: "Live Sports", InventoryType: "ctv", BaseCPM: &base, FloorCPM: floor, Currency: parley.USD,
		DealTypes: parley.DealTypes[:], MinimumImpressions: 10_000, DailyImpressions: &daily, AdFormats: []string{"video"}, GeoTargets: []string{"US"},
	}
	feed := func(stage func(int, parley.ProductChange) error) error {
		return stage(1, storagetest.WholeProduct(product))
	}
	if _, err := s.service.ImportCatalog(context.Background(), seller.Terminal("test"), seller.CatalogImport{Feed: feed}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) key(request seller.KeyRequest) string {
	s.t.Helper()
	secret := ""
	_, err := s.service.CreateKey(context.Background(), seller.Terminal("test"), request, func(k seller.CreatedKey) (seller.Answer, error) {
		secret = k.Secret
		return seller.Answer{}, nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return secret
}

// tree is decoded JSON, read by paths such as "result.task.status.state" and "artifacts.0.name".
type tree map[string]any

func (v tree) at(path string) any {
	var at any = map[string]any(v)
	for name := range strings.SplitSeq(path, ".") {
		switch node := at.(type) {
		case map[string]any:
			at = node[name]
		case []any:
			i := int(name[0] - '0')
			if len(name) != 1 || i >= len(node) || i < 0 {
				return nil
			}
			at = node[i]
		default:
			return nil
		}
	}
	return at
}

func (v tree) text(path string) string {
	text, _ := v.at(path).(string)
	return text
}

// do sends a request and answers its status and body.
func (s *shop) do(method, path, key, body string, headers ...string) (int, tree, http.Header) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	var decoded tree
	if err := json.Unmarshal(data, &decoded); err != nil && len(bytes.TrimSpace(data)) > 0 {
		decoded = tree{"text": string(data)}
	}
	return response.StatusCode, decoded, response.Header
}

// call calls a method of the protocol, version 1.0.
func (s *shop) call(key, method string, params any) tree {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": "1", "method": method, "params": params})
	if err != nil {
		s.t.Fatal(err)
	}
	_, answer, _ := s.do("POST", "/a2a", key, string(body), "A2A-Version", "1.0")
	return answer
}

// say is a message that asks for a skill; more are further members of it, by name and value.
func say(id, skill string, input any, more ...any) map[string]any {
	message := map[string]any{
		"messageId": id, "role": "ROLE_USER", "parts": []any{map[string]any{"data": map[string]any{"skill": skill, "input": input}}},
	}
	for i := 0; i+1 < len(more); i += 2 {
		name, _ := more[i].(string)
		message[name] = more[i+1]
	}
	return map[string]any{"message": message, "configuration": map[string]any{"returnImmediately": true}}
}

func (s *shop) send(key, id, skill string, input any, more ...any) tree {
	s.t.Helper()
	return s.call(key, "SendMessage", say(id, skill, input, more...))
}

// task sends a message and answers the task it came to, which has to be in a state.
func (s *shop) task(state, key, id, skill string, input any, more ...any) tree {
	s.t.Helper()
	answer := s.send(key, id, skill, input, more...)
	task, ok := answer.at("result.task").(map[string]any)
	if !ok {
		s.t.Fatalf("%s came to %v", skill, answer)
	}
	if got := tree(task).text("status.state"); got != "TASK_STATE_"+state {
		s.t.Fatalf("%s came to %s, want %s: %v", skill, got, state, task)
	}
	return task
}

// wrong sends a message that has to be refused, with a code of JSON-RPC and one of the API's.
func (s *shop) wrong(code int, reason, key, id, skill string, input any, more ...any) tree {
	s.t.Helper()
	answer := s.send(key, id, skill, input, more...)
	s.refused(answer, code, reason)
	return answer
}

func (s *shop) refused(answer tree, code int, reason string) {
	s.t.Helper()
	if got := answer.at("error.code"); got != float64(code) {
		s.t.Fatalf("answered %v, want the code %d", answer, code)
	}
	if reason == "" {
		return
	}
	details, _ := answer.at("error.data").([]any)
	for _, detail := range details {
		if one, ok := detail.(map[string]any); ok && tree(one).text("metadata.reason") == reason {
			return
		}
	}
	s.t.Fatalf("answered %v, want the reason %s", answer, reason)
}

type object = map[string]any

func quoteInput() object {
	return object{"product_id": "ctv-sports", "deal_type": "PG", "impressions": 100_000, "flight_start": "2026-08-01", "flight_end": "2026-08-10"}
}

func proposalInput(price float64) object {
	return object{
		"product_id": "ctv-sports", "deal_type": "PG", "price": price, "impressions": 100_000, "start_date": "2026-08-01", "end_date": "2026-08-10",
	}
}

// gate has every deal wait for the publisher.
func (s *shop) gate(on parley.Gate) {
	s.t.Helper()
	rule := parley.ApprovalRule{Name: "all", Gate: on, Enabled: true}
	_, err := s.service.ApprovalRules().Create(context.Background(), seller.Call{Secret: s.operator}, rule, func(parley.ApprovalRule) (seller.Answer, error) {
		return seller.Answer{}, nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// waiting is what waits for the desk.
func (s *shop) waiting() []parley.Approval {
	s.t.Helper()
	found, err := s.service.Approvals(context.Background(), seller.Call{Secret: s.operator},
		seller.ApprovalFilter{Status: parley.ApprovalPending, Page: seller.Page{Limit: 10}})
	if err != nil {
		s.t.Fatal(err)
	}
	return found.Items
}

// decide decides everything that waits, and has it carried out.
func (s *shop) decide(decision string) {
	s.t.Helper()
	call := seller.Call{Secret: s.operator}
	for _, approval := range s.waiting() {
		_, err := s.service.DecideAndResume(context.Background(), call, seller.DecisionRequest{ApprovalID: approval.ID, Decision: decision, Reason: "for the desk"},
			func(parley.Approval) (seller.Answer, error) { return seller.Answer{}, nil })
		if err != nil {
			s.t.Fatal(err)
		}
	}
}
