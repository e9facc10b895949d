package courier_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/admanager"
	"parley/activation/courier"
	"parley/activation/dealsapi"
	"parley/activation/filedrop"
	gam "parley/internal/fake/admanager"
	receivers "parley/internal/fake/dealsapi"
	"parley/internal/handclock"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
	"parley/storage/storagetest"
	"parley/vault"
)

// desk is a seller agent over a store, with a clock that the test moves, an ad server of its own and a folder for sheets.
type desk struct {
	t       testing.TB
	store   *storage.Store
	clock   *handclock.Clock
	server  *adServer
	network *gam.Server
	deals   *receivers.Receiver // where a test has one
	folder  string
	service *seller.Service
	admin   seller.Call
	buyer   seller.Call
}

// noon is when every test begins; flights begin nine days later.
var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// onEach runs a test against both stores.
func onEach(t *testing.T, test func(t *testing.T, d *desk)) {
	stores.Each(t, func(t *testing.T, store *storage.Store) { test(t, open(t, store)) })
}

func open(t testing.TB, store *storage.Store) *desk {
	d := &desk{t: t, store: store, clock: handclock.At(noon), server: newAdServer(), folder: t.TempDir()}
	d.network = gam.New(d.clock.Read)
	t.Cleanup(d.network.Close)
	d.service = d.node(d.clock.Read)
	d.admin = d.key(seller.KeyRequest{Role: parley.RoleOperator, Label: "admin", Scopes: []parley.Scope{parley.ScopeAdmin}})
	d.buyer = d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "buyer", Identity: parley.Identity{SeatID: "seat-1", AgencyID: "acme"}})
	base, daily := int64(12_000_000), int64(100_000_000)
	product := parley.Product{
		ID: "video", Name: "Video", InventoryType: "video", DealTypes: parley.DealTypes[:], BaseCPM: &base, FloorCPM: 8_000_000,
		Currency: parley.USD, MinimumImpressions: 1000, DailyImpressions: &daily,
	}
	_, err := d.service.ImportCatalog(t.Context(), seller.Terminal("test"), seller.CatalogImport{
		Feed: func(stage func(int, parley.ProductChange) error) error {
			return stage(2, storagetest.WholeProduct(product))
		},
	})
	d.must(err)
	return d
}

// node is another process over the desk's store, with a clock of its own.
func (d *desk) node(clock parley.Clock) *seller.Service {
	adapters := []activation.Adapter{
		d.server, filedrop.New(d.folder), dealsapi.New(true, d.clock.Read), admanager.NewAt(d.network.URL, d.network.TokenURL(), d.clock.Read),
	}
	sealing, err := vault.New(bytes.Repeat([]byte{7}, 32), "", nil)
	d.must(err)
	return seller.New(d.store, seller.Parts{Adapters: adapters, Vault: sealing}, seller.DefaultSettings(), clock, rand.Reader, d.log())
}

func (d *desk) log() *slog.Logger { return slog.New(slog.NewTextHandler(d.t.Output(), nil)) }

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func keep[T any](into *T) seller.Encode[T] {
	return func(v T) (seller.Answer, error) {
		*into = v
		body, err := json.Marshal(v)
		return seller.Answer{Status: 200, Body: body}, err
	}
}

func (d *desk) key(request seller.KeyRequest) seller.Call {
	d.t.Helper()
	var secret string
	_, err := d.service.CreateKey(context.Background(), seller.Terminal("test"), request, func(k seller.CreatedKey) (seller.Answer, error) {
		if k.Secret != "" {
			secret = k.Secret
		}
		return seller.Answer{Status: 201}, nil
	})
	d.must(err)
	return seller.Call{Secret: secret}
}

// destination makes one, which an order waits for unless the test says otherwise.
func (d *desk) destination(kind string, change ...func(*seller.DestinationRequest)) parley.Destination {
	d.t.Helper()
	request := seller.DestinationRequest{Kind: kind, Name: kind, Required: true}
	for _, c := range change {
		c(&request)
	}
	var made parley.Destination
	_, err := d.service.CreateDestination(context.Background(), d.admin, request, keep(&made))
	d.must(err)
	return made
}

func (d *desk) book() parley.Deal { return d.bookAs("PG") }

func (d *desk) bookAs(dealType string) parley.Deal {
	d.t.Helper()
	from, errFrom := parley.ParseDate("2026-06-10")
	to, errTo := parley.ParseDate("2026-06-19")
	d.must(errFrom)
	d.must(errTo)
	var quote parley.Quote
	_, err := d.service.RequestQuote(context.Background(), d.buyer, seller.QuoteRequest{
		ProductID: "video", DealType: dealType, Impressions: 1_000_000, FlightStart: &from, FlightEnd: &to,
	}, keep(&quote))
	d.must(err)
	var deal parley.Deal
	_, err = d.service.BookDeal(context.Background(), d.buyer, seller.BookingRequest{QuoteID: quote.ID}, keep(&deal))
	d.must(err)
	return deal
}

// ordered is a new deal whose order is approved.
func (d *desk) ordered() (parley.Deal, parley.Order) { return d.orderedAs("PG") }

func (d *desk) orderedAs(dealType string) (parley.Deal, parley.Order) {
	d.t.Helper()
	deal := d.bookAs(dealType)
	var order parley.Order
	_, err := d.service.CreateOrder(context.Background(), d.buyer, seller.OrderRequest{DealID: deal.ID}, keep(&order))
	d.must(err)
	d.must(d.move(d.buyer, order.ID, parley.OrderSubmitted))
	d.must(d.move(d.admin, order.ID, parley.OrderApproved))
	return deal, order
}

func (d *desk) move(call seller.Call, orderID string, to parley.OrderStatus) error {
	var order parley.Order
	_, err := d.service.TransitionOrder(context.Background(), call, seller.TransitionRequest{OrderID: orderID, To: to}, keep(&order))
	return err
}

func (d *desk) cancel(dealID string) error {
	var deal parley.Deal
	_, err := d.service.CancelDeal(context.Background(), d.admin, dealID, "a test", keep(&deal))
	return err
}

// change has the buyer take another number of impressions, which the desk approves where it is asked, and applies.
func (d *desk) change(dealID string, impressions int64) error {
	var c parley.ChangeRequest
	_, err := d.service.RequestChange(context.Background(), d.buyer, seller.ChangeInput{
		DealID: dealID, Type: parley.ChangeImpressions, Reason: "a test", Proposed: json.RawMessage(`{}`),
		Terms: parley.ChangeTerms{Impressions: &impressions},
	}, keep(&c))
	if err != nil {
		return err
	}
	if c.Status == parley.ChangePendingApproval {
		if _, err := d.service.ReviewChange(context.Background(), d.admin, c.ID, seller.DecisionRequest{Decision: "approve", Reason: "a test"}, keep(&c)); err != nil {
			return err
		}
	}
	if c.Status == parley.ChangeApplied {
		return nil
	}
	_, err = d.service.ApplyChange(context.Background(), d.admin, c.ID, keep(&c))
	return err
}

// deliver brings everything that is due as far as it goes, on a node.
func (d *desk) deliver(service *seller.Service, node string) {
	d.t.Helper()
	couriers := courier.New(service, d.clock.Read, d.log(), courier.Limits{})
	for range 100 {
		due, _, err := service.DueActivations(context.Background(), 1000)
		d.must(err)
		if len(due) == 0 {
			return
		}
		for _, a := range due {
			d.must(couriers.Deliver(context.Background(), node, a.ID))
		}
	}
	d.t.Fatal("there is always something due")
}

// rest lets time pass until nothing more is done by itself for hours.
func (d *desk) rest() {
	d.t.Helper()
	for range 60 {
		d.deliver(d.service, "node")
		d.clock.Move(3 * time.Minute)
	}
	d.deliver(d.service, "node")
}

func (d *desk) activations(dealID string) []parley.Activation {
	d.t.Helper()
	found, err := d.service.Activations(context.Background(), d.admin, seller.ActivationFilter{DealID: dealID})
	d.must(err)
	return found.Items
}

// only is a deal's one activation.
func (d *desk) only(dealID string) parley.Activation {
	d.t.Helper()
	found := d.activations(dealID)
	if len(found) != 1 {
		d.t.Fatalf("the deal has %d activations", len(found))
	}
	return found[0]
}

// at checks where a deal's one activation, its order and the deal itself stand.
func (d *desk) at(dealID, orderID string, activation parley.ActivationStatus, order parley.OrderStatus, deal parley.DealStatus) parley.Activation {
	d.t.Helper()
	a := d.only(dealID)
	o, err := d.service.Order(context.Background(), d.admin, orderID)
	d.must(err)
	found, err := d.service.Deal(context.Background(), d.admin, dealID)
	d.must(err)
	if a.Status != activation || o.Status != order || found.Status != deal {
		d.t.Fatalf("the activation is %s (%+v), the order %s, the deal %s; want %s, %s, %s", a.Status, a.Failure, o.Status, found.Status, activation, order, deal)
	}
	return a
}

// act is something that a person does about an activation.
type act func(context.Context, seller.Call, string, seller.Encode[parley.Activation]) (seller.Answer, error)

func (d *desk) act(do act, id string) error {
	var a parley.Activation
	_, err := do(context.Background(), d.admin, id, keep(&a))
	return err
}

func (d *desk) acknowledge(id string) error {
	return d.act(func(ctx context.Context, call seller.Call, id string, encode seller.Encode[parley.Activation]) (seller.Answer, error) {
		return d.service.AcknowledgeActivation(ctx, call, id, "LI 7", encode)
	}, id)
}

func (d *desk) pause(id string) error {
	return d.act(func(ctx context.Context, call seller.Call, id string, encode seller.Encode[parley.Activation]) (seller.Answer, error) {
		return d.service.PauseActivation(ctx, call, id, "a test", encode)
	}, id)
}

func (d *desk) giveUp(id string) error {
	return d.act(func(ctx context.Context, call seller.Call, id string, encode seller.Encode[parley.Activation]) (seller.Answer, error) {
		return d.service.GiveUpActivation(ctx, call, id, "a test", encode)
	}, id)
}
