package client_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"parley"
	"parley/client"
	"parley/edge"
	"parley/internal/stores"
	"parley/rest"
	"parley/seller"
	"parley/storage"
	"parley/storage/storagetest"
)

// today is when every test takes place.
var today = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// shop is a listening server over the real flows and a real store, with a small catalog.
type shop struct {
	t       testing.TB
	service *seller.Service
	url     string
	client  *http.Client // its connections are this shop's alone
	key     string       // an agency's
}

func openShop(t testing.TB) *shop {
	t.Helper()
	return openShopOver(t, stores.SQLite(t))
}

func openShopOver(t testing.TB, store *storage.Store) *shop {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	service := seller.New(store, seller.Parts{}, seller.DefaultSettings(), func() time.Time { return today }, rand.Reader, log)
	handler, err := rest.New(service, rest.Options{Kit: edge.Kit{Log: log}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	s := &shop{t: t, service: service, url: server.URL, client: server.Client()}
	if err := stock(service); err != nil {
		t.Fatal(err)
	}
	if s.key, err = buyerKey(service, "agency-1"); err != nil {
		t.Fatal(err)
	}
	return s
}

// stock imports the catalog: guaranteed sports with a capacity, news as a preferred deal, and packages of them.
func stock(service *seller.Service) error {
	sports, news := int64(35_000_000), int64(8_000_000)
	daily := int64(10_000_000)
	products := []parley.Product{
		{
			ID: "ctv-sports", Name: "Live Sports", InventoryType: "ctv", BaseCPM: &sports, FloorCPM: 20_000_000, Currency: parley.USD,
			DealTypes:          []parley.DealType{parley.ProgrammaticGuaranteed, parley.PreferredDeal, parley.PrivateAuction},
			MinimumImpressions: 1_000, DailyImpressions: &daily, AdFormats: []string{"video"}, GeoTargets: []string{"US"},
			AudienceSegments: []string{"243"},
		},
		{
			ID: "display-news", Name: "News", InventoryType: "display", BaseCPM: &news, Currency: parley.USD,
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
	ctx, terminal := context.Background(), seller.Terminal("test")
	if _, err := service.ImportCatalog(ctx, terminal, seller.CatalogImport{Feed: feed}); err != nil {
		return err
	}
	_, err := service.ImportPackages(ctx, terminal, []parley.Package{
		{ID: "evening", Name: "The evening", Description: "Live games, and the news after them", Featured: true, Tags: []string{"prime time"}, Products: []parley.PackageProduct{
			{ProductID: "ctv-sports", Weight: 6_000}, {ProductID: "display-news", Weight: 4_000},
		}},
		{ID: "news", Name: "News", Layer: parley.PackageSynced, Products: []parley.PackageProduct{{ProductID: "display-news"}}},
	}, false)
	return err
}

// buyerKey makes a key of an agency.
func buyerKey(service *seller.Service, agency string) (string, error) {
	secret := ""
	_, err := service.CreateKey(context.Background(), seller.Terminal("test"), seller.KeyRequest{
		Role: parley.RoleBuyer, Label: agency, Identity: parley.Identity{SeatID: "seat-" + agency, AgencyID: agency},
	}, func(k seller.CreatedKey) (seller.Answer, error) {
		if k.Secret != "" {
			secret = k.Secret
		}
		return seller.Answer{}, nil
	})
	return secret, err
}

// buyer is a client of the shop.
func (s *shop) buyer(options ...client.Option) *client.Client {
	return client.New(s.url, s.key, options...)
}

// reserved is what the ledger holds of a product over a flight.
func (s *shop) reserved(productID string, flight parley.Flight) int64 {
	s.t.Helper()
	avails, err := s.service.Capacity(context.Background(), seller.Terminal("test"), productID, flight)
	if err != nil {
		s.t.Fatal(err)
	}
	var sum int64
	for _, day := range avails.Days {
		sum += day.Reserved
	}
	return sum
}

// day is a date in July 2026.
func day(n int) *parley.Date {
	date := parley.DateOf(today.AddDate(0, 0, n-1), time.UTC)
	return &date
}
