package seller_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"parley"
	"parley/internal/handclock"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
	"parley/storage/storagetest"
)

// desk is one seller agent over one store, with a clock that the test moves.
type desk struct {
	t       testing.TB
	store   *storage.Store
	service *seller.Service
	clock   *handclock.Clock
}

// noon is when every test begins.
var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// onEach runs a test against both stores.
func onEach(t *testing.T, test func(t *testing.T, d *desk)) {
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		test(t, openDesk(t, store, seller.DefaultSettings()))
	})
}

func openDesk(t testing.TB, store *storage.Store, settings seller.Settings) *desk {
	return openDeskWith(t, store, anyParts, settings)
}

func openDeskWith(t testing.TB, store *storage.Store, parts seller.Parts, settings seller.Settings) *desk {
	clock := handclock.At(noon)
	log := slog.New(slog.NewTextHandler(testWriter{t}, nil))
	return &desk{t: t, store: store, clock: clock, service: seller.New(store, parts, settings, clock.Read, rand.Reader, log)}
}

// anyParts fetch a card of every agent.
var anyParts = seller.Parts{Cards: anyCard}

func anyCard(context.Context, string) (json.RawMessage, error) {
	return json.RawMessage(`{"name": "B"}`), nil
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Logf("%s", p)
	return len(p), nil
}

// keep answers with the JSON of the flow's result, and hands the result to the test.
func keep[T any](into *T) seller.Encode[T] {
	return func(v T) (seller.Answer, error) {
		*into = v
		body, err := json.Marshal(v)
		return seller.Answer{Status: 201, Body: body}, err
	}
}

// key makes an API key and answers the call that uses it.
func (d *desk) key(request seller.KeyRequest) seller.Call {
	d.t.Helper()
	var created seller.CreatedKey
	// The encoder runs a second time for the answer that is kept without the secret; the first call has it last.
	encode := func(k seller.CreatedKey) (seller.Answer, error) {
		if k.Secret != "" {
			created = k
		}
		return seller.Answer{Status: 201}, nil
	}
	if _, err := d.service.CreateKey(context.Background(), seller.Terminal("test"), request, encode); err != nil {
		d.t.Fatalf("create key: %v", err)
	}
	return seller.Call{Secret: created.Secret, Address: "192.0.2.1"}
}

func (d *desk) buyer(identity parley.Identity) seller.Call {
	d.t.Helper()
	return d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "buyer", Identity: identity})
}

func (d *desk) operator(scopes ...parley.Scope) seller.Call {
	d.t.Helper()
	if len(scopes) == 0 {
		scopes = []parley.Scope{parley.ScopeAdmin}
	}
	return d.key(seller.KeyRequest{Role: parley.RoleOperator, Label: "operator " + rand.Text(), Scopes: scopes})
}

var (
	acme   = parley.Identity{SeatID: "seat-acme", AgencyID: "agency-acme"}
	zenith = parley.Identity{SeatID: "seat-zenith", AgencyID: "agency-zenith", AdvertiserID: "adv-zenith", AdvertiserDomain: "zenith.example"}
)

// feed is an import of whole products, from the second line on.
func feed(products ...parley.Product) seller.CatalogImport {
	return seller.CatalogImport{Feed: func(stage func(int, parley.ProductChange) error) error {
		for i, p := range products {
			if err := stage(i+2, storagetest.WholeProduct(p)); err != nil {
				return err
			}
		}
		return nil
	}}
}

// sell puts a product into the catalog.
func (d *desk) sell(products ...parley.Product) {
	d.t.Helper()
	_, err := d.service.ImportCatalog(context.Background(), seller.Terminal("test"), feed(products...))
	if err != nil {
		d.t.Fatalf("import: %v", err)
	}
}

// video is a product like those in the worked examples: base 12.00, floor 8.00.
func video(change ...func(*parley.Product)) parley.Product {
	base, daily := int64(12_000_000), int64(1_000_000)
	p := parley.Product{
		ID: "video-home", Name: "Home page video", InventoryType: "video", DealTypes: parley.DealTypes[:],
		BaseCPM: &base, FloorCPM: 8_000_000, Currency: parley.USD, MinimumImpressions: 1000, DailyImpressions: &daily,
		AdFormats: []string{"video"}, DeviceTypes: []string{"1", "2"}, GeoTargets: []string{"US"}, ContentCategories: []string{"IAB12"},
	}
	for _, c := range change {
		c(&p)
	}
	return p
}

func days(start, end string) (from, to *parley.Date) {
	a, errA := parley.ParseDate(start)
	b, errB := parley.ParseDate(end)
	if errA != nil || errB != nil {
		panic("bad date in a test")
	}
	return &a, &b
}

// ask is a request for ten days of guaranteed video.
func ask(impressions int64) seller.QuoteRequest {
	from, to := days("2026-06-10", "2026-06-19")
	return seller.QuoteRequest{ProductID: "video-home", DealType: "PG", Impressions: impressions, FlightStart: from, FlightEnd: to}
}

func (d *desk) quote(call seller.Call, request seller.QuoteRequest) parley.Quote {
	d.t.Helper()
	var quote parley.Quote
	if _, err := d.service.RequestQuote(context.Background(), call, request, keep(&quote)); err != nil {
		d.t.Fatalf("request quote: %v", err)
	}
	return quote
}

func (d *desk) book(call seller.Call, quoteID string) (parley.Deal, error) {
	var deal parley.Deal
	_, err := d.service.BookDeal(context.Background(), call, seller.BookingRequest{QuoteID: quoteID}, keep(&deal))
	return deal, err
}

// reserved is what the ledger holds of a product over a range.
func (d *desk) reserved(productID, start, end string) int64 {
	d.t.Helper()
	from, to := days(start, end)
	avails, err := d.service.Capacity(context.Background(), seller.Terminal("test"), productID, parley.Flight{Start: *from, End: *to})
	if err != nil {
		d.t.Fatalf("capacity: %v", err)
	}
	var sum int64
	for _, day := range avails.Days {
		sum += day.Reserved
		if day.Capacity != nil && day.Reserved > *day.Capacity {
			d.t.Errorf("%s on %s: %d reserved over a capacity of %d", productID, day.Day, day.Reserved, *day.Capacity)
		}
	}
	return sum
}

func wantCode(t testing.TB, err error, want parley.Code) {
	t.Helper()
	_ = wantError(t, err, want)
}

// wantError is wantCode for those that look further into the error.
func wantError(t testing.TB, err error, want parley.Code) *parley.Error {
	t.Helper()
	if !parley.Is(err, want) {
		t.Fatalf("error %v, want code %s", err, want)
	}
	e, _ := err.(*parley.Error) //nolint:errorlint // the domain error itself is what an edge is given
	return e
}
