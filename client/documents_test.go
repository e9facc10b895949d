package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/client"
	"parley/wire"
	"parley/wire/contract"
	"parley/wire/document"
)

// TestAnswersAreReadWhole reads each kind of answer and writes it again: what a document lost or rounded on the way would be
// missing from what it writes.
func TestAnswersAreReadWhole(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := openShop(t)
	buyer := s.buyer()
	session, err := buyer.OpenSession(ctx, document.SessionRequest{Metadata: []byte(`{"planner":"Kim"}`)})
	if err != nil {
		t.Fatal(err)
	}
	buyer = buyer.InSession(session.SessionID)
	if _, err := buyer.SendMessage(ctx, session.SessionID, document.MessageRequest{Content: "Which sports?"}); err != nil {
		t.Fatal(err)
	}
	quote, err := buyer.CreateQuote(ctx, document.QuoteRequest{
		ProductID: "ctv-sports", DealType: parley.ProgrammaticGuaranteed, Impressions: 50_000, FlightStart: day(10), FlightEnd: day(19), Wishes: document.Wishes{TargetCPM: contract.PriceOf(usd(30_000_000))},
	})
	if err != nil {
		t.Fatal(err)
	}
	held, err := buyer.HoldQuote(ctx, quote.QuoteID, document.HoldRequest{})
	if err != nil {
		t.Fatal(err)
	}
	deal, err := buyer.BookDeal(ctx, document.BookingRequest{QuoteID: quote.QuoteID, Notes: "<as agreed>"})
	if err != nil {
		t.Fatal(err)
	}
	order, err := buyer.CreateOrder(ctx, document.OrderRequest{DealID: deal.DealID, Metadata: []byte(`{"po":7}`)})
	if err != nil {
		t.Fatal(err)
	}
	change, err := buyer.RequestChange(ctx, document.ChangeCreate{
		ChangeType: parley.ChangeFlightDates, DealID: deal.DealID, ProposedValues: fmt.Appendf(nil, `{"flight_end": %q}`, day(21)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := buyer.ApplyChange(ctx, change.ChangeRequestID); err != nil {
		t.Fatal(err)
	}
	proposal, err := buyer.Propose(ctx, proposed(5_500_000))
	if err != nil || proposal.NegotiationID == nil {
		t.Fatalf("%+v (%v)", proposal, err)
	}
	round, err := buyer.Counter(ctx, proposal.ProposalID, document.CounterRequest{BuyerPrice: contract.Price{Money: usd(6_000_000)}})
	if err != nil {
		t.Fatal(err)
	}
	events, err := buyer.Events(ctx, client.EventList{})
	if err != nil || len(events.Items) == 0 {
		t.Fatalf("%+v (%v)", events, err)
	}
	for _, answer := range []struct {
		line, body string
		document   any
	}{
		{"GET /products/ctv-sports", "", &document.Product{}},
		{"POST /products/avails", `{"product_id": "ctv-sports", "impressions": 20000}`, &document.AvailsResponse{}},
		{"POST /pricing", `{"product_id": "ctv-sports", "volume": 20000}`, &document.PriceResponse{}},
		{"GET /media-kit", "", &document.MediaKit{}},
		{"GET /media-kit/packages/evening", "", &document.OfferedPackage{}},
		{"POST /media-kit/search", `{"query": "news"}`, &document.MediaKitResults{}},
		{"GET /api/v1/quotes/" + quote.QuoteID, "", &document.QuoteResponse{}},
		{"GET /api/v1/quotes/" + held.QuoteID + "/hold", "", &document.Hold{}},
		{"GET /api/v1/deals/" + deal.DealID, "", &document.DealResponse{}},
		{"GET /api/v1/deals/" + deal.DealID + "/performance", "", &document.DealPerformance{}},
		{"GET /api/v1/deals/" + deal.DealID + "/delivery", "", &document.DealDelivery{}},
		{"GET /api/v1/deals/" + deal.DealID + "/activation", "", &document.DealActivations{}},
		{"GET /auth/api-keys/self", "", &document.Key{}},
		{"GET /api/v1/test/clock", "", &document.TestClock{}},
		{"GET /api/v1/orders/" + order.OrderID, "", &document.OrderResponse{}},
		{"GET /api/v1/orders/" + order.OrderID + "/history", "", &document.OrderHistory{}},
		{"GET /api/v1/orders/" + order.OrderID + "/audit", "", &document.OrderAudit{}},
		{"GET /api/v1/orders/report", "", &document.OrderReport{}},
		{"GET /api/v1/change-requests/" + change.ChangeRequestID, "", &document.ChangeResponse{}},
		{"GET /proposals/" + proposal.ProposalID, "", &document.ProposalResponse{}},
		{"GET /proposals/" + proposal.ProposalID + "/negotiation", "", &document.NegotiationResponse{}},
		{"GET /api/v1/negotiations/" + round.NegotiationID, "", &document.NegotiationRecord{}},
		{"GET /sessions/" + session.SessionID, "", &document.Session{}},
		{"GET /events/" + events.Items[0].EventID, "", &document.Event{}},
	} {
		t.Run(answer.line, func(t *testing.T) {
			method, path, _ := strings.Cut(answer.line, " ")
			request, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(answer.body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", "Bearer "+s.key)
			request.Header.Set("Content-Type", "application/json")
			response, err := s.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			written, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != http.StatusOK {
				t.Fatalf("%d %s (%v)", response.StatusCode, written, err)
			}
			if err := json.Unmarshal(written, answer.document); err != nil {
				t.Fatal(err)
			}
			again, err := wire.Encode(answer.document)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimSpace(string(written)), strings.TrimSpace(string(again))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
