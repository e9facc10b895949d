package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"parley"
)

// The catalog of a run. Each "scarce" product has one day for sale that runs out again and again; guaranteed deals on the
// "wide" one share many days; what is bought of the "gated" ones waits for a person.
const catalog = `product_id,name,inventory_type,deal_types,base_cpm,floor_cpm,currency,minimum_impressions,daily_impressions
scarce-1,Scarce 1,video,PG|PD,12,8,USD,1000,100000
scarce-2,Scarce 2,video,PG|PD,12,8,USD,1000,100000
scarce-3,Scarce 3,video,PG|PD,12,8,USD,1000,100000
wide,Wide,ctv,PG|PD,30,20,USD,1000,90000000
open,Open,display,PD|PA,12,8,USD,1000,
gated-quote,Gated quotes,audio,PG|PD,12,8,USD,1000,90000000
gated-proposal,Gated proposals,native,PG|PD,12,8,USD,1000,90000000
gated-order,Gated orders,display,PG|PD,12,8,USD,1000,90000000
gated-end,Gated ends,display,PG|PD,12,8,USD,1000,90000000
`

// gates are the rules that stop what is bought of the gated products.
var gates = []fields{
	{"name": "quotes", "gate": "deal_booking", "condition": `product_id == "gated-quote"`, "timeout": "3d"},
	{"name": "proposals", "gate": "proposal_decision", "condition": `product_id == "gated-proposal"`, "timeout": "3d"},
	{"name": "orders", "gate": "order_submission", "condition": `product_id in ["gated-order", "gated-end"]`, "timeout": "3d"},
	{"name": "changes", "gate": "change_request", "condition": `product_id == "gated-end"`, "timeout": "3d"},
}

const (
	scarceProducts = 3
	scarceCapacity = 100_000
	floorMicros    = 8_000_000
)

// trade is a phase under way.
type trade struct {
	calls     *caller
	record    *record
	histories *histories
	flight    parley.Flight
	desk      []*party
	counts    flowCounts
}

// flowCounts say how often each flow was walked to its end.
type flowCounts struct {
	mu     sync.Mutex
	counts map[string]int
}

func (c *flowCounts) one(flow string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = map[string]int{}
	}
	c.counts[flow]++
}

// run walks one flow after the other until stop closes. It ends early with what must not happen.
func (t *trade) run(ctx context.Context, buyer *party, stop <-chan struct{}) error {
	for {
		select {
		case <-stop:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
		var err error
		switch n := buyer.pick(24); {
		case n < 11:
			err = t.quoteToDeal(ctx, buyer)
		case n < 13:
			err = t.gatedBooking(ctx, buyer)
		case n < 15:
			err = t.proposalToDeal(ctx, buyer)
		case n < 17:
			err = t.gatedProposal(ctx, buyer)
		case n < 19:
			err = t.tangle(ctx, buyer)
		case n < 21:
			err = t.gatedEnd(ctx, buyer)
		default:
			err = t.negotiate(ctx, buyer)
		}
		if err != nil {
			return err
		}
	}
}

// change makes a request under a fresh idempotency key, and records that it was carried out if it was.
func (t *trade) change(ctx context.Context, by *party, what, path string, body fields) (answer, error) {
	key := by.idempotencyKey(what)
	a, err := t.calls.do(ctx, by, http.MethodPost, path, body, key)
	if err == nil && a.status < http.StatusBadRequest {
		t.record.answered(key)
	}
	return a, err
}

func unexpected(what string, a answer) error {
	return fmt.Errorf("%s was answered with %d %v", what, a.status, a.body)
}

// quoteToDeal has one to three programs of a buyer book one quote, then perhaps orders or cancels.
func (t *trade) quoteToDeal(ctx context.Context, buyer *party) error {
	impressions := int64(1000 + buyer.pick(15_000))
	product, start, end := "wide", t.flight.Start, t.flight.End
	if buyer.pick(3) > 0 {
		product = fmt.Sprintf("scarce-%d", 1+buyer.pick(scarceProducts))
		end = start
	}
	quoted, err := t.change(ctx, buyer, "quote", "/api/v1/quotes", fields{
		"product_id": product, "deal_type": "PG", "impressions": impressions, "flight_start": start, "flight_end": end,
	})
	if err != nil {
		return err
	}
	if quoted.status != http.StatusCreated {
		return unexpected("a quote", quoted)
	}
	quoteID := quoted.body.word("quote_id")
	micros, err := parley.ParseMicros(quoted.body.word("pricing", "final_cpm"))
	if err != nil {
		return fmt.Errorf("the price of %s: %w", quoteID, err)
	}

	var mu sync.Mutex
	dealID := ""
	programs, working := errgroup.WithContext(ctx)
	for range 1 + 2*buyer.pick(2) {
		programs.Go(func() error {
			a, err := t.change(working, buyer, "deal", "/api/v1/deals", fields{"quote_id": quoteID})
			if err != nil {
				return err
			}
			heard, err := bookingOf(a)
			if err != nil {
				return err
			}
			t.histories.quotes.add(quoteID, buyer.number, a, nil, heard)
			// That another has the quote says nothing of the ledger.
			if product != "wide" && heard.taken == "" {
				t.histories.ledger.add(product, buyer.number, a,
					reserve{impressions: impressions, capacity: scarceCapacity}, reserved{done: heard.deal != ""})
			}
			if heard.deal != "" {
				mu.Lock()
				defer mu.Unlock()
				dealID = heard.deal
			}
			return nil
		})
	}
	if err := programs.Wait(); err != nil {
		return err
	}
	t.counts.one("quote -> deal")
	if dealID == "" {
		return nil
	}
	t.record.deal(dealID, dealRecord{quoteID: quoteID, micros: micros, status: "booked"})
	orderID := ""
	if buyer.pick(3) == 0 {
		if orderID, err = t.order(ctx, buyer, dealID); err != nil {
			return err
		}
	}
	if buyer.pick(4) == 0 {
		return nil
	}
	err = t.cancel(ctx, buyer, dealID, product, impressions)
	if err == nil && orderID != "" {
		t.record.order(orderID, "cancelled")
	}
	return err
}

// bookingOf reads the answer to a booking.
func bookingOf(a answer) (booked, error) {
	switch {
	case a.status == http.StatusCreated || a.status == http.StatusAccepted || a.status == http.StatusOK:
		return booked{deal: a.body.word("deal_id")}, nil
	case a.status == http.StatusConflict && a.body.word("detail", "deal_id") != "":
		return booked{taken: a.body.word("detail", "deal_id")}, nil
	case a.status == http.StatusConflict && a.body.at("detail", "available_impressions") != nil:
		return booked{short: true}, nil
	}
	return booked{}, unexpected("a booking", a)
}

func (t *trade) cancel(ctx context.Context, buyer *party, dealID, product string, impressions int64) error {
	desk := t.desk[buyer.pick(len(t.desk))]
	a, err := t.change(ctx, desk, "cancel", "/api/v1/deals/"+dealID+"/cancel", fields{"reason": "a soak"})
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return unexpected("a cancelling", a)
	}
	t.record.dealStatus(dealID, "cancelled")
	if product != "wide" {
		t.histories.ledger.add(product, buyer.number, a, reserve{impressions: -impressions, capacity: scarceCapacity}, reserved{done: true})
	}
	t.counts.one("cancel")
	return nil
}

func (t *trade) order(ctx context.Context, buyer *party, dealID string) (orderID string, err error) {
	a, err := t.change(ctx, buyer, "order", "/api/v1/orders", fields{"deal_id": dealID})
	if err != nil {
		return "", err
	}
	if a.status != http.StatusCreated {
		return "", unexpected("an order", a)
	}
	orderID = a.body.word("order_id")
	t.record.order(orderID, "draft")
	a, err = t.change(ctx, buyer, "submit", "/api/v1/orders/"+orderID+"/transition", fields{"to_status": "submitted"})
	if err != nil {
		return "", err
	}
	if a.status != http.StatusOK {
		return "", unexpected("an order's move", a)
	}
	t.record.order(orderID, a.body.word("status"))
	t.counts.one("order")
	return orderID, nil
}

// gatedBooking books a quote that waits for the desk, of which several decide at once and carry out together.
func (t *trade) gatedBooking(ctx context.Context, buyer *party) error {
	quoted, err := t.change(ctx, buyer, "quote", "/api/v1/quotes", fields{
		"product_id": "gated-quote", "deal_type": "PG", "impressions": 5000, "flight_start": t.flight.Start, "flight_end": t.flight.End,
	})
	if err != nil {
		return err
	}
	if quoted.status != http.StatusCreated {
		return unexpected("a quote", quoted)
	}
	a, err := t.change(ctx, buyer, "deal", "/api/v1/deals", fields{"quote_id": quoted.body.word("quote_id")})
	if err != nil {
		return err
	}
	if a.status != http.StatusAccepted || a.body.word("status") != "proposed" {
		return unexpected("a gated booking", a)
	}
	dealID := a.body.word("deal_id")
	micros, err := parley.ParseMicros(a.body.word("pricing", "final_cpm"))
	if err != nil {
		return fmt.Errorf("the price of %s: %w", dealID, err)
	}
	t.record.deal(dealID, dealRecord{quoteID: quoted.body.word("quote_id"), micros: micros, status: "proposed"})
	found, err := t.calls.do(ctx, t.desk[0], http.MethodGet, "/approvals?deal_id="+dealID, nil, "")
	if err != nil {
		return err
	}
	rows, _ := found.body.at("approvals").([]any)
	if len(rows) != 1 {
		return unexpected("the approval of a gated booking", found)
	}
	row, _ := rows[0].(map[string]any)
	status, err := t.decide(ctx, buyer, fields(row).word("approval_id"))
	if err != nil {
		return err
	}
	t.record.dealStatus(dealID, map[string]string{"approved": "booked", "rejected": "rejected"}[status])
	t.counts.one("gated booking")
	return nil
}

// decide has everyone at the desk decide an approval at once, and then resume it at once. It answers the approval's status.
func (t *trade) decide(ctx context.Context, buyer *party, approvalID string) (string, error) {
	status := ""
	var mu sync.Mutex
	deciding, working := errgroup.WithContext(ctx)
	for i, desk := range t.desk {
		decision := []string{"approve", "reject"}[(i+buyer.pick(2))%2]
		deciding.Go(func() error {
			a, err := t.change(working, desk, "decide", "/approvals/"+approvalID+"/decide", fields{"decision": decision, "reason": "a soak"})
			if err != nil {
				return err
			}
			if a.status != http.StatusOK && a.status != http.StatusConflict {
				return unexpected("a decision", a)
			}
			t.histories.approvals.add(approvalID, desk.number, a, decision, decided{holds: a.status == http.StatusOK})
			if a.status == http.StatusOK {
				mu.Lock()
				defer mu.Unlock()
				status = a.body.word("status")
			}
			return nil
		})
	}
	if err := deciding.Wait(); err != nil {
		return "", err
	}
	if status == "" {
		return "", fmt.Errorf("nobody decided approval %s", approvalID)
	}
	t.record.decision(approvalID, status)
	resuming, working := errgroup.WithContext(ctx)
	for _, desk := range t.desk {
		resuming.Go(func() error {
			a, err := t.change(working, desk, "resume", "/approvals/"+approvalID+"/resume", fields{})
			if err == nil && a.status != http.StatusOK {
				return unexpected("a resumption", a)
			}
			return err
		})
	}
	return status, resuming.Wait()
}

// propose submits a proposal for ten thousand impressions.
func (t *trade) propose(ctx context.Context, buyer *party, product, price string) (answer, error) {
	a, err := t.change(ctx, buyer, "proposal", "/proposals", fields{
		"product_id": product, "deal_type": "PD", "price": number(price), "impressions": 10_000,
		"start_date": t.flight.Start, "end_date": t.flight.End,
	})
	if err == nil && a.status != http.StatusCreated && a.status != http.StatusOK {
		err = unexpected("a proposal", a)
	}
	return a, err
}

// proposalToDeal proposes what the seller asks, and has two programs book it at once.
func (t *trade) proposalToDeal(ctx context.Context, buyer *party) error {
	a, err := t.propose(ctx, buyer, "open", "10.80")
	if err != nil {
		return err
	}
	if a.body.word("status") != "accepted" {
		return unexpected("a proposal at the ask", a)
	}
	t.counts.one("proposal -> deal")
	return t.bookProposal(ctx, buyer, a.body.word("proposal_id"), 10_800_000)
}

// bookProposal has two programs book an accepted proposal at once.
func (t *trade) bookProposal(ctx context.Context, buyer *party, proposalID string, micros int64) error {
	programs, working := errgroup.WithContext(ctx)
	for range 2 {
		programs.Go(func() error {
			a, err := t.change(working, buyer, "deal", "/deals", fields{"proposal_id": proposalID})
			if err != nil {
				return err
			}
			heard, err := bookingOf(a)
			if err != nil {
				return err
			}
			t.histories.proposals.add(proposalID, buyer.number, a, nil, heard)
			if got, err := parley.ParseMicros(a.body.word("price")); heard.deal != "" && (err != nil || got != micros) {
				return fmt.Errorf("agreed on %d micros, and %w", micros, unexpected("the booking", a))
			}
			if heard.deal != "" {
				t.record.deal(heard.deal, dealRecord{proposalID: proposalID, micros: micros, status: "booked"})
			}
			return nil
		})
	}
	return programs.Wait()
}

// gatedProposal proposes what waits for the desk, and books it if the desk approves.
func (t *trade) gatedProposal(ctx context.Context, buyer *party) error {
	a, err := t.propose(ctx, buyer, "gated-proposal", "10.80")
	if err != nil {
		return err
	}
	if a.body.word("status") != "pending_approval" {
		return unexpected("a gated proposal", a)
	}
	status, err := t.decide(ctx, buyer, a.body.word("approval_id"))
	if err != nil {
		return err
	}
	t.counts.one("gated proposal")
	if status != "approved" {
		return nil
	}
	return t.bookProposal(ctx, buyer, a.body.word("proposal_id"), 10_800_000)
}

// negotiate offers a little more in each round until an end, and books what was agreed.
func (t *trade) negotiate(ctx context.Context, buyer *party) error {
	offer := int64(8_400_000 + 10_000*buyer.pick(100))
	a, err := t.propose(ctx, buyer, "open", parley.FormatMicros(offer, 2))
	if err != nil {
		return err
	}
	proposalID := a.body.word("proposal_id")
	standing := offer // of a proposal that is accepted as it is
	if a.body.word("status") == "counter_offered" {
		if standing, err = parley.ParseMicros(a.body.word("counter_terms", "proposed_price")); err != nil {
			return errors.Join(unexpected("a proposal", a), err)
		}
	}
	for round := 2; a.body.word("status") == "counter_offered" || a.body.word("status") == "active"; round++ {
		offer += int64(50_000 + 10_000*buyer.pick(60))
		a, err = t.change(ctx, buyer, "counter", "/proposals/"+proposalID+"/counter", fields{"buyer_price": number(parley.FormatMicros(offer, 2))})
		if err != nil {
			return err
		}
		if a.status != http.StatusOK {
			return unexpected("a counter", a)
		}
		price, err := parley.ParseMicros(a.body.word("seller_price"))
		switch {
		case err != nil:
			return errors.Join(unexpected("a counter", a), err)
		case price < floorMicros || price > standing && a.body.word("action") != "accept":
			return fmt.Errorf("after %d micros, %w", standing, unexpected("a counter", a))
		case a.body.word("round_number") != strconv.Itoa(round):
			return fmt.Errorf("round %d: %w", round, unexpected("a counter", a))
		}
		standing = price
	}
	t.counts.one("negotiation")
	if a.body.word("status") != "accepted" {
		return nil
	}
	return t.bookProposal(ctx, buyer, proposalID, standing)
}
