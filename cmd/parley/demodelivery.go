package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/courier"
	"parley/activation/filedrop"
	"parley/edge"
	"parley/rest"
	"parley/seller"
	"parley/storage/backend"
)

// fortnight is the part of the walk that takes two weeks: a deal is sent, served too slowly, caught up, and completed. It has a server of
// its own, with a database that is removed, and moves that server's clock.
type fortnight struct {
	demo
	service  *seller.Service
	couriers *courier.Couriers
	ahead    *atomic.Int64 // of the clock, in nanoseconds
	sheets   string
}

// deliver walks through those two weeks.
func (c demoCommand) deliver(p *process, w *walk) (err error) {
	folder, err := os.MkdirTemp("", "parley-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	store, err := backend.Open(p.ctx, "sqlite:"+filepath.Join(folder, "demo.db"), backend.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	f := fortnight{demo: demo{walk: w, demoCommand: c}, ahead: &atomic.Int64{}, sheets: filepath.Join(folder, "traffic")}
	now := func() time.Time { return clock().Add(time.Duration(f.ahead.Load())) }
	parts := seller.Parts{Adapters: []activation.Adapter{filedrop.New(f.sheets)}}
	log := slog.New(slog.DiscardHandler)
	f.service = seller.New(store, parts, seller.DefaultSettings(), now, rand.Reader, log)
	f.couriers = courier.New(f.service, now, log, courier.Limits{})
	if err := f.prepare(p); err != nil {
		return err
	}
	handler, err := rest.New(f.service, rest.Options{Kit: edge.Kit{Version: version, Log: log}.WithDefaults()})
	if err != nil {
		return err
	}
	listener, err := listen(p.ctx, "listen", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := newServer(handler, log)
	go func() { _ = server.Serve(listener) }() // it ends with the chapter
	defer func() { err = errors.Join(err, server.Close()) }()
	w.base = baseURL(listener.Addr())
	f.twoWeeks()
	return w.err
}

// prepare fills the server: products, a destination that orders wait for, and a key of each kind.
func (f *fortnight) prepare(p *process) error {
	if err := p.loadDemoCatalog(f.service); err != nil {
		return err
	}
	request := seller.DestinationRequest{Kind: filedrop.Kind, Name: "Trafficking sheets", Required: true}
	_, err := f.service.CreateDestination(p.ctx, terminal(), request, func(parley.Destination) (seller.Answer, error) { return seller.Answer{}, nil })
	if err != nil {
		return err
	}
	for _, key := range demoKeys {
		secret, err := p.createKey(f.service, key.request)
		if err != nil {
			return err
		}
		switch key.name {
		case "AGENCY_KEY":
			f.buyer = caller{"the agency's", secret}
		case "OPERATOR_KEY":
			f.operator = caller{"the operator's", secret}
		}
	}
	return nil
}

// The deal of the fortnight.
const (
	fortnightProduct = "ctv-sports-live" // of the demo catalog
	fortnightDays    = 10
	fortnightDaily   = 100_000 // impressions
)

func (f *fortnight) twoWeeks() {
	f.chapter("From booking to completion, on a server of its own whose clock is moved")
	today := parley.DateOf(clock(), seller.DefaultSettings().TimeZone)
	first := today + 1
	quote := f.step("The agency asks for ten days, which begin tomorrow", f.buyer, http.MethodPost, "/api/v1/quotes", map[string]any{
		"product_id": fortnightProduct, "deal_type": "PG", "impressions": fortnightDays * fortnightDaily,
		"flight_start": first, "flight_end": first + fortnightDays - 1,
	}).text("quote_id")
	deal := f.step("It books them", f.buyer, http.MethodPost, "/api/v1/deals", map[string]any{"quote_id": quote}).text("deal_id")
	order := f.step("It orders what the deal is about", f.buyer, http.MethodPost, "/api/v1/orders", map[string]any{"deal_id": deal}).text("order_id")
	move := "/api/v1/orders/" + order + "/transition"
	f.step("It submits the order", f.buyer, http.MethodPost, move, map[string]any{"to_status": "submitted"})
	f.step("The publisher approves it: the deal is sent to the destination that the order waits for", f.operator, http.MethodPost, move,
		map[string]any{"to_status": "approved"})
	f.send()
	f.show(deal)
	var activation string
	if f.err == nil {
		activation = f.firstActivation(deal)
	}
	f.step("Somebody sets the deal up by the sheet, and says so", f.operator, http.MethodPost, "/api/v1/activations/"+activation+"/acknowledge",
		map[string]any{"ref": "line item 4711"})
	f.step("So the order is booked, by what really happened", f.buyer, http.MethodGet, "/api/v1/orders/"+order, nil)

	f.move(4)
	f.file("Four days later the ad server's figures come: too few", figures(deal, first, 3, 50_000, false))
	f.step("The agency reads that its deal is behind its plan, and why; nothing is final yet", f.buyer, http.MethodGet, "/api/v1/deals/"+deal+"/delivery", nil)
	f.move(5)
	f.file("Five days later it has caught up", figures(deal, first, 8, fortnightDaily, false))
	f.step("The publisher reads how its deals keep up, the worst first", f.operator, http.MethodGet, "/api/v1/delivery/health", nil)
	f.move(5)
	f.send()
	f.file("The flight is over, and the figures are final", figures(deal, first, fortnightDays, fortnightDaily, true))
	f.complete()
	f.step("So the deal is completed, and its order with it", f.buyer, http.MethodGet, "/api/v1/orders/"+order+"/history", nil)
	f.step("How the deal ran, as the agency may read it", f.buyer, http.MethodGet, "/api/v1/deals/"+deal+"/performance", nil)
}

// move lets days pass on the server.
func (f *fortnight) move(days int) {
	const day = 24 * time.Hour
	f.ahead.Add(int64(time.Duration(days) * day))
}

// send brings what is due to its destinations.
func (f *fortnight) send() {
	f.do(func(ctx context.Context) error {
		due, _, err := f.service.DueActivations(ctx, 100)
		for _, a := range due {
			err = errors.Join(err, f.couriers.Deliver(ctx, "demo", a.ID))
		}
		return err
	})
}

func (f *fortnight) complete() {
	f.do(func(ctx context.Context) error {
		_, err := f.service.CompleteDeals(ctx)
		return err
	})
}

func (f *fortnight) do(work func(context.Context) error) {
	if f.err == nil {
		f.err = work(f.ctx)
	}
}

// show prints the sheet of a deal.
func (f *fortnight) show(deal string) {
	f.do(func(context.Context) error {
		name := deal + "_r1.csv"
		sheet, err := os.ReadFile(filepath.Join(f.sheets, name))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(f.out, "The trafficking sheet %s:\n%s\n", name, sheet)
		return err
	})
}

// firstActivation is the deal's only activation.
func (f *fortnight) firstActivation(deal string) (id string) {
	f.do(func(ctx context.Context) error {
		found, err := f.service.Activations(ctx, terminal(), seller.ActivationFilter{DealID: deal, Page: seller.Page{Limit: 1}})
		if err == nil && len(found.Items) == 0 {
			err = errors.New("the deal was sent nowhere")
		}
		if err == nil {
			id = found.Items[0].ID
		}
		return err
	})
	return id
}

// file takes a file of figures in.
func (f *fortnight) file(title, text string) {
	f.step(title, f.operator, http.MethodPost, "/api/v1/delivery/imports?source=ad+server", csvFile(text))
}

// csvFile is the body of a request as it stands.
type csvFile string

// figures are a file of what a deal delivered on its first days.
func figures(deal string, first parley.Date, days int, each int64, final bool) string {
	var text strings.Builder
	text.WriteString("day,deal_id,impressions,final\n")
	for i := range days {
		fmt.Fprintf(&text, "%s,%s,%d,%t\n", first+parley.Date(i), deal, each, final)
	}
	return text.String()
}
