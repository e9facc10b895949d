package console_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/courier"
	"parley/activation/dealsapi"
	"parley/activation/filedrop"
	"parley/catalogfile"
	"parley/console"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// desk is a publisher's seller agent with its console, over a store of its own.
type desk struct {
	t       testing.TB
	store   *storage.Store
	clock   *ahead
	service *seller.Service
	server  *httptest.Server
	sheets  string // the folder of trafficking sheets
}

// ahead is a clock that runs, and that a test can move on.
type ahead struct{ by atomic.Int64 }

func (a *ahead) read() time.Time { return parley.SystemClock().Add(time.Duration(a.by.Load())) }

// carryOut lets the time to take decisions back pass, and has them carried out.
func (d *desk) carryOut() {
	d.t.Helper()
	d.clock.by.Add(int64(seller.TakeBackTime))
	must[int](d.t)(d.service.CarryOutDecisions(context.Background()))
}

var sealingSecret = bytes.Repeat([]byte("of a test, and not a secret "), 2)

func openDesk(t testing.TB) *desk {
	t.Helper()
	return openDeskOver(t, stores.SQLite(t))
}

func openDeskOver(t testing.TB, store *storage.Store) *desk {
	t.Helper()
	return openDeskWith(t, store, console.Options{})
}

func openDeskWith(t testing.TB, store *storage.Store, options console.Options) *desk {
	t.Helper()
	d := &desk{t: t, store: store, clock: &ahead{}, sheets: t.TempDir()}
	d.service = serviceAt(store, d.clock.read, filedrop.New(d.sheets), dealsapi.New(true, d.clock.read))
	d.server = httptest.NewServer(d.handler(options))
	t.Cleanup(d.server.Close)
	return d
}

func serviceOver(store *storage.Store) *seller.Service { return serviceAt(store, parley.SystemClock) }

func serviceAt(store *storage.Store, clock parley.Clock, adapters ...activation.Adapter) *seller.Service {
	settings := seller.DefaultSettings()
	settings.Notices = seller.NoticeSettings{Pages: "https://seller.example.com", Mail: true}
	settings.SellerID, settings.SellerName, settings.DealPrefix = "northlight", "Northlight Media", "NORTH"
	return seller.New(store, seller.Parts{Cards: fetchCard, Adapters: adapters}, settings, clock, rand.Reader, slog.New(slog.DiscardHandler))
}

// fetchCard stands for the agents of other companies. Each repeats the path of its address in its card.
func fetchCard(_ context.Context, agentURL string) (json.RawMessage, error) {
	u, err := url.Parse(agentURL)
	if err != nil || strings.HasPrefix(u.Host, "nobody.") {
		return nil, parley.Invalid("url", "has no agent card that can be read")
	}
	return json.Marshal(map[string]any{
		"name": "Agent of " + u.Hostname(), "description": "Buys at " + u.Path, "version": "1.4", "skills": []string{"buy"},
	})
}

// discover registers an agent and says how far it is trusted.
func (d *desk) discover(address string, trust parley.Trust) parley.Agent {
	d.t.Helper()
	var agent parley.Agent
	must[seller.Answer](d.t)(d.service.DiscoverAgent(context.Background(), seller.Terminal("test"), address, keep(&agent)))
	must[seller.Answer](d.t)(d.service.TrustAgent(context.Background(), seller.Terminal("test"), agent.ID, string(trust), nil, keep(&agent)))
	return agent
}

// handler makes a console over the desk's service. Each has the same secret, as a server has after a restart.
func (d *desk) handler(options console.Options) http.Handler {
	d.t.Helper()
	options.Secret, options.Version, options.Store = sealingSecret, "test", "SQLite, parley.db"
	options.Log = slog.New(slog.NewTextHandler(testLog{d.t}, nil))
	handler, err := console.New(d.service, options)
	if err != nil {
		d.t.Fatal(err)
	}
	return handler
}

type testLog struct{ t testing.TB }

func (l testLog) Write(line []byte) (int, error) {
	l.t.Logf("%s", bytes.TrimSpace(line))
	return len(line), nil
}

// keep hands a flow's result to the test.
func keep[T any](into *T) seller.Encode[T] {
	return func(result T) (seller.Answer, error) {
		*into = result
		return seller.Answer{Status: http.StatusOK}, nil
	}
}

// must ends the test when a step of its preparation fails.
func must[T any](t testing.TB) func(T, error) T {
	return func(result T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
}

// key makes an API key and answers its secret.
func (d *desk) key(request seller.KeyRequest) string {
	d.t.Helper()
	var secret string
	_, err := d.service.CreateKey(context.Background(), seller.Terminal("test"), request,
		func(made seller.CreatedKey) (seller.Answer, error) {
			if made.Secret != "" {
				secret = made.Secret
			}
			return seller.Answer{}, nil
		})
	if err != nil {
		d.t.Fatal(err)
	}
	return secret
}

func (d *desk) operator(label string, scopes ...parley.Scope) string {
	d.t.Helper()
	if len(scopes) == 0 {
		scopes = []parley.Scope{parley.ScopeAdmin}
	}
	return d.key(seller.KeyRequest{Role: parley.RoleOperator, Label: label, Scopes: scopes})
}

func (d *desk) buyer(label string, identity parley.Identity) seller.Call {
	d.t.Helper()
	return seller.Call{Secret: d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: label, Identity: identity})}
}

func (d *desk) sell(feed seller.Feed) {
	d.t.Helper()
	must[seller.ImportedCatalog](d.t)(d.service.ImportCatalog(context.Background(), seller.Terminal("test"), seller.CatalogImport{Feed: feed}))
}

// sellDemo has the demo's catalog sold as its file has it.
func (d *desk) sellDemo() {
	d.t.Helper()
	d.sell(func(stage func(int, parley.ProductChange) error) error {
		_, err := catalogfile.Read(bytes.NewReader(catalogfile.Demo), catalogfile.Options{}, stage)
		return err
	})
}

// in is the day that lies some days from today.
func in(days int) *parley.Date {
	day := parley.DateOf(parley.SystemClock(), seller.DefaultSettings().TimeZone) + parley.Date(days)
	return &day
}

// destination makes a destination.
func (d *desk) destination(request seller.DestinationRequest) parley.Destination {
	d.t.Helper()
	var made parley.Destination
	must[seller.Answer](d.t)(d.service.CreateDestination(context.Background(), seller.Terminal("test"), request, keep(&made)))
	return made
}

// send brings what is due to its destinations.
func (d *desk) send() {
	d.t.Helper()
	couriers := courier.New(d.service, d.clock.read, slog.New(slog.DiscardHandler), courier.Limits{})
	for range 100 {
		due, _, err := d.service.DueActivations(context.Background(), 100)
		if err != nil {
			d.t.Fatal(err)
		}
		if len(due) == 0 {
			return
		}
		for _, a := range due {
			if err := couriers.Deliver(context.Background(), "node", a.ID); err != nil {
				d.t.Fatal(err)
			}
		}
	}
	d.t.Fatal("there is always something due")
}

// activationOf is the deal's activation at a destination.
func (d *desk) activationOf(dealID, destinationID string) parley.Activation {
	d.t.Helper()
	found := must[seller.Listing[parley.Activation]](d.t)(d.service.Activations(context.Background(), seller.Terminal("test"),
		seller.ActivationFilter{DealID: dealID, DestinationID: destinationID, Page: seller.Page{Limit: 1}}))
	if len(found.Items) != 1 {
		d.t.Fatalf("deal %s has no activation at %s", dealID, destinationID)
	}
	return found.Items[0]
}

func (d *desk) quote(buyer seller.Call, product, dealType string, impressions int64, from, to int) parley.Quote {
	d.t.Helper()
	var quote parley.Quote
	must[seller.Answer](d.t)(d.service.RequestQuote(context.Background(), buyer, seller.QuoteRequest{
		ProductID: product, DealType: dealType, Impressions: impressions, FlightStart: in(from), FlightEnd: in(to),
	}, keep(&quote)))
	return quote
}

func (d *desk) book(buyer seller.Call, quote parley.Quote, notes string) parley.Deal {
	d.t.Helper()
	var deal parley.Deal
	must[seller.Answer](d.t)(d.service.BookDeal(context.Background(), buyer,
		seller.BookingRequest{QuoteID: quote.ID, Notes: notes}, keep(&deal)))
	return deal
}

func (d *desk) order(buyer seller.Call, deal parley.Deal) parley.Order {
	d.t.Helper()
	var order parley.Order
	must[seller.Answer](d.t)(d.service.CreateOrder(context.Background(), buyer, seller.OrderRequest{DealID: deal.ID}, keep(&order)))
	return order
}

func (d *desk) move(call seller.Call, order parley.Order, reason string, to ...parley.OrderStatus) {
	d.t.Helper()
	for _, status := range to {
		must[seller.Answer](d.t)(d.service.TransitionOrder(context.Background(), call,
			seller.TransitionRequest{OrderID: order.ID, To: status, Reason: reason}, keep(&order)))
	}
}

func (d *desk) propose(buyer seller.Call, product, dealType, price string, impressions int64, from, to int) parley.Proposal {
	d.t.Helper()
	micros := must[int64](d.t)(parley.ParseMicros(price))
	var proposal parley.Proposal
	must[seller.Answer](d.t)(d.service.SubmitProposal(context.Background(), buyer, seller.ProposalRequest{
		ProductID: product, DealType: dealType, Price: parley.Money{Micros: micros}, Impressions: impressions,
		Start: in(from), End: in(to),
	}, keep(&proposal)))
	return proposal
}

func (d *desk) counter(buyer seller.Call, proposal parley.Proposal, price string) seller.Turn {
	d.t.Helper()
	micros := must[int64](d.t)(parley.ParseMicros(price))
	var turn seller.Turn
	must[seller.Answer](d.t)(d.service.CounterProposal(context.Background(), buyer, proposal.ID,
		parley.Money{Micros: micros}, keep(&turn)))
	return turn
}

// gate puts an approval rule in force.
func (d *desk) gate(rule parley.ApprovalRule) {
	d.t.Helper()
	rule.Enabled = true
	must[seller.Answer](d.t)(d.service.ApprovalRules().Create(context.Background(), seller.Terminal("test"), rule, keep(&rule)))
}

var (
	acme = parley.Identity{
		SeatID: "seat-4411", SeatName: "Harbour Trading Desk", AgencyID: "agency-harbour", AgencyName: "Harbour Media",
		AgencyHoldingCompany: "Meridian Group", DSPPlatform: "thetradedesk",
	}
	lumen = parley.Identity{
		SeatID: "seat-9020", AgencyID: "agency-pine", AgencyName: "Pine & Partners", AdvertiserID: "adv-lumen",
		AdvertiserName: "Lumen Outdoor", AdvertiserDomain: "lumen-outdoor.example", AdvertiserIndustry: "Retail",
	}
	tern = parley.Identity{SeatID: "seat-7", SeatName: "Tern Programmatic", DSPPlatform: "dv360"}
)

// browser is a person's, without JavaScript: it keeps cookies and follows redirects.
type browser struct {
	d      *desk
	client *http.Client
}

func (d *desk) browser() *browser {
	jar := must[*cookiejar.Jar](d.t)(cookiejar.New(nil))
	return &browser{d: d, client: &http.Client{Jar: jar, Transport: d.server.Client().Transport}}
}

// signedIn is a browser with a session.
func (d *desk) signedIn(secret string) *browser {
	d.t.Helper()
	b := d.browser()
	if status, body := b.post("/console/signin", url.Values{"key": {secret}}); status != http.StatusOK {
		d.t.Fatalf("sign in: %d\n%s", status, body)
	}
	return b
}

func (b *browser) do(request *http.Request) (int, string) {
	b.d.t.Helper()
	response, err := b.client.Do(request)
	if err != nil {
		b.d.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body := must[[]byte](b.d.t)(io.ReadAll(response.Body))
	return response.StatusCode, string(body)
}

func (b *browser) get(path string) (int, string) {
	b.d.t.Helper()
	return b.do(must[*http.Request](b.d.t)(http.NewRequestWithContext(context.Background(), http.MethodGet, b.d.server.URL+path, http.NoBody)))
}

func (b *browser) post(path string, form url.Values) (int, string) {
	b.d.t.Helper()
	request := must[*http.Request](b.d.t)(http.NewRequestWithContext(context.Background(), http.MethodPost, b.d.server.URL+path,
		strings.NewReader(form.Encode())))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(request)
}

var tokenInput = regexp.MustCompile(`name="_token" value="([^"]+)"`)

// token is what the forms of the browser's session carry.
func (b *browser) token() string {
	b.d.t.Helper()
	_, body := b.get("/console/system")
	found := tokenInput.FindStringSubmatch(body)
	if found == nil {
		b.d.t.Fatalf("no token on the page:\n%s", body)
	}
	return found[1]
}

// submit posts a form of the session.
func (b *browser) submit(path string, form url.Values) (int, string) {
	b.d.t.Helper()
	form.Set("_token", b.token())
	return b.post(path, form)
}
