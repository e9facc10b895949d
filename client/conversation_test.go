package client_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"parley"
	"parley/client"
	"parley/internal/racedetector"
	"parley/wire/contract"
	"parley/wire/document"
)

func usd(micros int64) parley.Money { return parley.Money{Micros: micros, Currency: parley.USD} }

// proposed is an offer for a preferred deal on the shop's news, which asks an agency 7.20.
func proposed(price int64) document.ProposalRequest {
	return document.ProposalRequest{
		ProductID: "display-news", DealType: parley.PreferredDeal, Price: contract.PriceOf(usd(price)), Impressions: 100_000,
		StartDate: day(5), EndDate: day(9),
	}
}

func TestProposalToDeal(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	buyer := openShop(t).buyer()
	proposal, err := buyer.Propose(ctx, proposed(7_200_000))
	if err != nil || proposal.Status != parley.ProposalAccepted || proposal.AgreedPrice == nil || proposal.AgreedPrice.Money != usd(7_200_000) {
		t.Fatalf("proposal %+v (%v)", proposal, err)
	}
	deal, err := buyer.BookProposal(ctx, document.ProposalBookingRequest{ProposalID: proposal.ProposalID})
	if err != nil || deal.Pricing.FinalCPM.Money != usd(7_200_000) {
		t.Fatalf("deal %+v (%v)", deal, err)
	}
	again, err := buyer.BookProposal(ctx, document.ProposalBookingRequest{ProposalID: proposal.ProposalID})
	if err != nil || again.DealID != deal.DealID {
		t.Errorf("booked again: %+v (%v)", again, err)
	}
	if read, err := buyer.Proposal(ctx, proposal.ProposalID); err != nil || contract.TextOf(read.DealID) != deal.DealID || read.Status != parley.ProposalBooked {
		t.Errorf("read %+v (%v)", read, err)
	}
	for listed, err := range buyer.AllProposals(ctx, document.ProposalFilter{}) {
		if err != nil || listed.ProposalID != proposal.ProposalID {
			t.Errorf("listed %+v (%v)", listed, err)
		}
	}
	_, err = buyer.WithdrawProposal(ctx, proposal.ProposalID, "too late")
	if !errors.Is(err, client.ErrContention) {
		t.Errorf("a booked proposal was withdrawn: %v", err)
	}
	if _, err = buyer.Proposal(ctx, "prop-unknown"); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("an unknown proposal: %v", err)
	}
}

func TestNegotiateAboutAProposal(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	buyer := openShop(t).buyer()
	proposal, err := buyer.Propose(ctx, proposed(5_500_000))
	if err != nil || proposal.CounterTerms == nil || proposal.CounterTerms.ProposedPrice.Money.Micros >= 7_200_000 {
		t.Fatalf("proposal %+v (%v)", proposal, err)
	}
	var watched []int
	outcome, err := buyer.Negotiate(ctx, client.AboutProposal(proposal.ProposalID),
		client.Linear{Opening: usd(5_800_000), Ceiling: usd(7_000_000), Rounds: 5},
		func(r document.RoundResponse) { watched = append(watched, r.RoundNumber) })
	if err != nil || outcome.Status != parley.NegotiationAccepted || outcome.AgreedPrice == nil || outcome.AgreedPrice.AmountMicros > 7_000_000 {
		t.Fatalf("outcome %+v (%v)", outcome, err)
	}
	for i, n := range watched {
		if n != i+1 {
			t.Errorf("watched rounds %v", watched)
			break
		}
	}
	deal, err := buyer.BookProposal(ctx, document.ProposalBookingRequest{ProposalID: proposal.ProposalID})
	if err != nil || *contract.MoneyOf(deal.Pricing.FinalCPM.Money) != *outcome.AgreedPrice {
		t.Errorf("agreed on %v, booked %+v (%v)", outcome.AgreedPrice, deal, err)
	}
	read, err := buyer.ProposalNegotiation(ctx, proposal.ProposalID)
	if err != nil || len(read.Rounds) != len(watched) || read.AgreedPrice == nil || *contract.MoneyOf(read.AgreedPrice.Money) != *outcome.AgreedPrice {
		t.Errorf("read %+v (%v)", read, err)
	}
	if _, err := buyer.Counter(ctx, proposal.ProposalID, document.CounterRequest{BuyerPrice: contract.Price{Money: usd(6_000_000)}}); !errors.Is(err, client.ErrNegotiationClosed) {
		t.Errorf("a round after the end: %v", err)
	}
}

func TestNegotiateAboutAQuote(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		strategy client.Strategy
		want     parley.NegotiationStatus
	}{
		"threshold above":      {client.Threshold{Ceiling: usd(7_150_000)}, parley.NegotiationAccepted},
		"threshold below":      {client.Threshold{Ceiling: usd(1_000_000)}, parley.NegotiationRejected},
		"holds out until late": {client.TimeDependent{Opening: usd(5_000_000), Ceiling: usd(7_000_000), Rounds: 5, Beta: 300}, parley.NegotiationAccepted},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			buyer := openShop(t).buyer()
			quote, err := buyer.CreateQuote(ctx, document.QuoteRequest{ProductID: "display-news", DealType: parley.PreferredDeal, Impressions: 100_000})
			if err != nil {
				t.Fatal(err)
			}
			outcome, err := buyer.Negotiate(ctx, client.AboutQuote(quote), c.strategy, nil)
			if err != nil || outcome.Status != c.want {
				t.Fatalf("outcome %+v (%v), want %s", outcome, err, c.want)
			}
			if c.want != parley.NegotiationAccepted {
				return
			}
			deal, err := buyer.BookDeal(ctx, document.BookingRequest{QuoteID: quote.QuoteID})
			if err != nil || *contract.MoneyOf(deal.Pricing.FinalCPM.Money) != *outcome.AgreedPrice {
				t.Errorf("agreed on %v, booked %+v (%v)", outcome.AgreedPrice, deal, err)
			}
			read, err := buyer.Negotiation(ctx, outcome.NegotiationID)
			if err != nil || read.Status != parley.NegotiationAccepted || read.AgreedPrice.AmountMicros != outcome.AgreedPrice.AmountMicros || read.Rounds[len(read.Rounds)-1].SellerPrice != *read.AgreedPrice {
				t.Errorf("read %+v (%v)", read, err)
			}
		})
	}
}

// TestNegotiateInAnotherCurrency ends with an error before the seller hears anything of it.
func TestNegotiateInAnotherCurrency(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	buyer := openShop(t).buyer()
	quote, err := buyer.CreateQuote(ctx, document.QuoteRequest{ProductID: "display-news", DealType: parley.PreferredDeal, Impressions: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	strategy := client.Threshold{Ceiling: parley.Money{Micros: 9_000_000, Currency: "EUR"}}
	outcome, err := buyer.Negotiate(ctx, client.AboutQuote(quote), strategy, nil)
	var other *client.CurrencyError
	if !errors.As(err, &other) || outcome.NegotiationID != "" || len(outcome.Rounds) != 0 {
		t.Errorf("%+v (%v)", outcome, err)
	}
}

func TestChangeADeal(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	buyer := openShop(t).buyer()
	quote, err := buyer.CreateQuote(ctx, document.QuoteRequest{
		ProductID: "ctv-sports", DealType: parley.ProgrammaticGuaranteed, Impressions: 50_000, FlightStart: day(10), FlightEnd: day(19),
	})
	if err != nil {
		t.Fatal(err)
	}
	deal, err := buyer.BookDeal(ctx, document.BookingRequest{QuoteID: quote.QuoteID})
	if err != nil {
		t.Fatal(err)
	}
	change, err := buyer.RequestChange(ctx, document.ChangeCreate{
		ChangeType: parley.ChangeFlightDates, DealID: deal.DealID, ProposedValues: fmt.Appendf(nil, `{"flight_end": %q}`, day(21)), Reason: "later",
	})
	if err != nil || change.Status != parley.ChangeApproved || change.Severity != parley.SeverityMinor || len(change.Diffs) != 1 {
		t.Fatalf("asked: %+v (%v)", change, err)
	}
	if applied, err := buyer.ApplyChange(ctx, change.ChangeRequestID); err != nil || applied.Status != parley.ChangeApplied || applied.AppliedAt == nil {
		t.Errorf("applied: %+v (%v)", applied, err)
	}
	if read, err := buyer.Deal(ctx, deal.DealID); err != nil || read.Terms.FlightEnd != *day(21) {
		t.Errorf("the deal: %+v (%v)", read, err)
	}
	price, err := buyer.RequestChange(ctx, document.ChangeCreate{
		ChangeType: parley.ChangePricing, DealID: deal.DealID, ProposedValues: []byte(`{"price": 1.00}`),
	})
	if err != nil || price.Status != parley.ChangePendingApproval || price.ApprovalID == nil {
		t.Errorf("asked: %+v (%v)", price, err)
	}
	if _, err := buyer.ApplyChange(ctx, price.ChangeRequestID); !errors.Is(err, client.ErrContention) {
		t.Errorf("applied what nobody approved: %v", err)
	}
	var seen []string
	for listed, err := range buyer.AllChanges(ctx, document.ChangeFilter{DealID: deal.DealID}) {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, listed.ChangeRequestID)
	}
	if !slices.Equal(seen, []string{change.ChangeRequestID, price.ChangeRequestID}) {
		t.Errorf("listed %v", seen)
	}
	if read, err := buyer.Change(ctx, price.ChangeRequestID); err != nil || read.Severity != parley.SeverityCritical {
		t.Errorf("read: %+v (%v)", read, err)
	}
}

// TestFollowOverBrokenConnections hears every event once, in order, while connections are reset.
func TestFollowOverBrokenConnections(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s := openShop(t)
	proxy := openResetter(t, s.url, 4, 3)
	follower := client.New(proxy.url(), s.key, client.WithRetry(client.Retry{Attempts: 3, Base: time.Millisecond, Longest: 10 * time.Millisecond}))
	buyer := s.buyer()
	const quotes = 40
	want := make([]string, 0, quotes)
	begun := make(chan struct{})
	go func() {
		<-begun
		for range quotes {
			if _, err := buyer.CreateQuote(ctx, document.QuoteRequest{ProductID: "display-news", DealType: parley.PreferredDeal}); err != nil {
				t.Errorf("quote: %v", err)
				cancel()
				return
			}
		}
	}()
	close(begun)
	var heard []string
	for event, err := range follower.Follow(ctx, client.FromTheBeginning, client.EventFilter{Type: parley.EventQuoteCreated}) {
		if err != nil {
			t.Fatal(err)
		}
		if heard = append(heard, *event.QuoteID); len(heard) == quotes {
			break
		}
	}
	for event, err := range buyer.AllEvents(ctx, client.EventList{EventFilter: client.EventFilter{Type: parley.EventQuoteCreated}}) {
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, *event.QuoteID)
	}
	if !slices.Equal(heard, want) {
		t.Errorf("heard %d events, there are %d:\n%v\n%v", len(heard), len(want), heard, want)
	}
}

func TestAwaitEvents(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	buyer := openShop(t).buyer()
	none, position, err := buyer.AwaitEvents(ctx, "", client.EventFilter{}, 0)
	if err != nil || len(none) != 0 || position == "" {
		t.Fatalf("before anything: %v %q (%v)", none, position, err)
	}
	quote, err := buyer.CreateQuote(ctx, document.QuoteRequest{ProductID: "display-news", DealType: parley.PreferredDeal})
	if err != nil {
		t.Fatal(err)
	}
	found, next, err := buyer.AwaitEvents(ctx, position, client.EventFilter{}, 30*time.Second)
	if err != nil || len(found) != 1 || contract.TextOf(found[0].QuoteID) != quote.QuoteID || next == position {
		t.Errorf("after %q: %+v %q (%v)", position, found, next, err)
	}
}

func TestFollowEndsWithARefusal(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	for _, err := range client.New(s.url, "ask_live_wrong").Follow(context.Background(), "", client.EventFilter{}) {
		if !errors.Is(err, client.ErrUnauthorized) {
			t.Errorf("followed with a bad key: %v", err)
		}
	}
	for event, err := range client.New(s.url, s.key).Follow(endedContext(), "", client.EventFilter{}) {
		t.Errorf("an ended context followed: %+v (%v)", event, err)
	}
}

func endedContext() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
