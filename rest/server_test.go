package rest_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/filedrop"
	"parley/internal/handclock"
	"parley/internal/stores"
	"parley/rest"
	"parley/seller"
	"parley/storage"
	"parley/storage/storagetest"
	"parley/vault"
	"parley/webhook"
	"parley/wire"
)

// now is when every test begins.
var now = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// shop is a listening server over a real service and an embedded store with a small catalog and one key of each kind.
type shop struct {
	t        testing.TB
	store    *storage.Store
	clock    *handclock.Clock
	service  *seller.Service
	couriers *webhook.Couriers
	handler  http.Handler
	url      string
	client   *http.Client // its connections are this shop's alone
	buyer    string       // an agency's key
	rival    string       // another agency's
	operator string       // admin
	viewer   string
}

func openShop(t testing.TB, options rest.Options) *shop {
	t.Helper()
	return openShopOn(t, stores.SQLite(t), options)
}

// onEach runs a test against a shop over each kind of store.
func onEach(t *testing.T, test func(t *testing.T, s *shop)) {
	t.Helper()
	stores.Each(t, func(t *testing.T, store *storage.Store) { test(t, openShopOn(t, store, rest.Options{})) })
}

func openShopOn(t testing.TB, store *storage.Store, options rest.Options, change ...func(*seller.Parts, *seller.Settings)) *shop {
	t.Helper()
	s := openNode(t, store, options, change...)
	s.stock()
	s.buyer = s.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "buyer", Identity: parley.Identity{SeatID: "seat-1", AgencyID: "agency-1"}})
	s.rival = s.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "rival", Identity: parley.Identity{SeatID: "seat-2", AgencyID: "agency-2"}})
	s.operator = s.key(seller.KeyRequest{Role: parley.RoleOperator, Label: "admin", Scopes: []parley.Scope{parley.ScopeAdmin}})
	s.viewer = s.key(seller.KeyRequest{Role: parley.RoleOperator, Label: "viewer", Scopes: []parley.Scope{parley.ScopeViewer}})
	return s
}

// openNode serves a store, without putting anything into it.
func openNode(t testing.TB, store *storage.Store, options rest.Options, change ...func(*seller.Parts, *seller.Settings)) *shop {
	t.Helper()
	log := slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelError}))
	clock := handclock.At(now)
	settings := seller.DefaultSettings()
	settings.PrivateWebhooks = true
	sealing, err := vault.New(bytes.Repeat([]byte{7}, 32), "", func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	parts := seller.Parts{
		Cards: fetchCard, Adapters: []activation.Adapter{filedrop.New(t.TempDir())},
		TryWebhook: webhook.Try(webhook.NewSender(true).Send, wire.EncodeEvent, clock.Read), Vault: sealing,
	}
	for _, decide := range change {
		decide(&parts, &settings)
	}
	service := seller.New(store, parts, settings, clock.Read, rand.Reader, log)
	options.Log = log
	if options.Ready == nil {
		options.Ready = service.Ready
	}
	handler, err := rest.New(service, options)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	couriers := webhook.NewCouriers(service, webhook.NewSender(true).Send, wire.EncodeEvent, clock.Read, rand.Reader, log)
	return &shop{t: t, store: store, clock: clock, service: service, couriers: couriers, handler: handler, url: server.URL, client: server.Client()}
}

type testLog struct{ t testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	if _, fuzzing := l.t.(*testing.F); fuzzing {
		return len(p), nil // an F must not be used while its target runs
	}
	l.t.Logf("%s", p)
	return len(p), nil
}

func (s *shop) stock() {
	s.t.Helper()
	base, daily := int64(35_000_000), int64(1_000_000)
	cheap := int64(8_000_000)
	products := []parley.Product{
		{
			ID: "ctv-sports", Name: "Live Sports", InventoryType: "ctv", BaseCPM: &base, FloorCPM: 20_000_000, Currency: parley.USD,
			DealTypes:          []parley.DealType{parley.ProgrammaticGuaranteed, parley.PreferredDeal, parley.PrivateAuction},
			MinimumImpressions: 10_000, DailyImpressions: &daily, AdFormats: []string{"video"}, GeoTargets: []string{"US"},
			AudienceSegments: []string{"243", "254"},
		},
		{
			ID: "display-news", Name: "News", InventoryType: "display", BaseCPM: &cheap, Currency: parley.USD,
			DealTypes: []parley.DealType{parley.PreferredDeal}, AdFormats: []string{"banner"},
		},
		{
			ID: "audio-unpriced", Name: "Podcasts", InventoryType: "audio", Currency: parley.USD,
			DealTypes: []parley.DealType{parley.PreferredDeal},
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
	if _, err := s.service.ImportCatalog(context.Background(), seller.Terminal("test"), seller.CatalogImport{Feed: feed}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) key(request seller.KeyRequest) string {
	s.t.Helper()
	secret := ""
	_, err := s.service.CreateKey(context.Background(), seller.Terminal("test"), request,
		func(k seller.CreatedKey) (seller.Answer, error) {
			if k.Secret != "" {
				secret = k.Secret
			}
			return seller.Answer{}, nil
		})
	if err != nil {
		s.t.Fatal(err)
	}
	return secret
}

// reply is an answer that has been read.
type reply struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

// call sends a request; a body that is not a string or nil is encoded. headers are pairs.
func (s *shop) call(method, path, key string, body any, headers ...string) reply {
	s.t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			s.t.Fatal(err)
		}
		reader = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(context.Background(), method, s.url+path, reader)
	if err != nil {
		s.t.Fatal(err)
	}
	if reader != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	return s.do(request)
}

// do sends a request and reads its answer.
func (s *shop) do(request *http.Request) reply {
	s.t.Helper()
	response, err := s.client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	got := reply{status: response.StatusCode, header: response.Header, text: string(raw)}
	if wrong := describedAnswers(s).check(request, response, raw); wrong != "" {
		s.t.Errorf("%s %s answered what is not described: %s\n%.2000s", request.Method, request.URL.Path, wrong, raw)
	}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") && len(raw) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		if err := decoder.Decode(&got.body); err != nil {
			s.t.Fatalf("%s %s answered what is not a JSON object: %s", request.Method, request.URL, raw)
		}
	}
	return got
}

// must is call, and fails the test when the status is another.
func (s *shop) must(status int, method, path, key string, body any, headers ...string) reply {
	s.t.Helper()
	got := s.call(method, path, key, body, headers...)
	if got.status != status {
		s.t.Fatalf("%s %s answered %d, not %d: %s", method, path, got.status, status, got.text)
	}
	return got
}

// at reads a member by its path.
func (r reply) at(path string) any {
	var v any = r.body
	for name := range strings.SplitSeq(path, ".") {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

// word is a member as text; numbers in their own digits.
func (r reply) word(path string) string {
	switch v := r.at(path).(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// names tells whether a refusal names a field.
func (r reply) names(field string) bool {
	fields, _ := r.at("detail.fields").([]any)
	return slices.ContainsFunc(fields, func(f any) bool {
		named, _ := f.(map[string]any)
		return named["path"] == field
	})
}
