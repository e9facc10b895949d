package main

import (
	"context"
	"fmt"
	"net/http"

	"parley"
)

// tangle books a deal whose orders wait at a gate, and has everybody change it, approve it, apply to it, order it and end it
// at once. Whatever came first, the deal is cancelled in the end, and nothing that hung on it goes on.
func (t *trade) tangle(ctx context.Context, buyer *party) error {
	dealID, orderID, approval, err := t.bookOrdered(ctx, buyer, "gated-order")
	if err != nil {
		return err
	}
	shift, err := t.askChange(ctx, buyer, dealID, "flight_dates", fields{"flight_end": t.flight.End + 1}, "approved")
	if err != nil {
		return err
	}
	whole, err := t.askChange(ctx, buyer, dealID, "cancellation", fields{}, "pending_approval")
	if err != nil {
		return err
	}
	one, two, three := t.desk[0], t.desk[1], t.desk[2]
	if err := t.together(ctx, buyer, []step{
		{two, "decide", "/approvals/" + approval + "/decide", fields{"decision": "approve", "reason": "a soak"}},
		{two, "resume", "/approvals/" + approval + "/resume", fields{}},
		{three, "review", "/api/v1/change-requests/" + whole + "/review", fields{"decision": "approve"}},
		{buyer, "apply", "/api/v1/change-requests/" + shift + "/apply", fields{}},
		{buyer, "apply", "/api/v1/change-requests/" + whole + "/apply", fields{}},
		{buyer, "move", "/api/v1/orders/" + orderID + "/transition", fields{"to_status": "cancelled"}},
		{buyer, "order", "/api/v1/orders", fields{"deal_id": dealID}},
		{one, "cancel", "/api/v1/deals/" + dealID + "/cancel", fields{"reason": "a soak"}},
	}); err != nil {
		return err
	}
	t.record.dealStatus(dealID, "cancelled")
	t.record.order(orderID, "cancelled")
	t.counts.one("tangle")
	return nil
}

// book quotes and books a guaranteed deal of a product.
func (t *trade) book(ctx context.Context, buyer *party, product string) (dealID string, micros int64, quoteID string, err error) {
	quoted, err := t.change(ctx, buyer, "quote", "/api/v1/quotes", fields{
		"product_id": product, "deal_type": "PG", "impressions": 5000, "flight_start": t.flight.Start, "flight_end": t.flight.End,
	})
	if err != nil {
		return "", 0, "", err
	}
	if quoted.status != http.StatusCreated {
		return "", 0, "", unexpected("a quote", quoted)
	}
	quoteID = quoted.body.word("quote_id")
	a, err := t.change(ctx, buyer, "deal", "/api/v1/deals", fields{"quote_id": quoteID})
	if err != nil {
		return "", 0, "", err
	}
	if a.status != http.StatusCreated {
		return "", 0, "", unexpected("a booking", a)
	}
	dealID = a.body.word("deal_id")
	if micros, err = parley.ParseMicros(a.body.word("pricing", "final_cpm")); err != nil {
		return "", 0, "", fmt.Errorf("the price of %s: %w", dealID, err)
	}
	return dealID, micros, quoteID, nil
}

// bookOrdered books a deal of a product whose orders wait at their gate, and submits one. It answers the approval too.
func (t *trade) bookOrdered(ctx context.Context, buyer *party, product string) (dealID, orderID, approval string, err error) {
	dealID, micros, quoteID, err := t.book(ctx, buyer, product)
	if err != nil {
		return "", "", "", err
	}
	t.record.deal(dealID, dealRecord{quoteID: quoteID, micros: micros, status: "booked"})
	if orderID, err = t.gatedOrder(ctx, buyer, dealID); err != nil {
		return "", "", "", err
	}
	asked, err := t.pending(ctx, dealID)
	if err != nil {
		return "", "", "", err
	}
	if len(asked) != 1 {
		return "", "", "", fmt.Errorf("an order of %s waits at its gate, and %v are pending", dealID, asked)
	}
	return dealID, orderID, asked[0], nil
}

// gatedOrder submits an order that waits at its gate.
func (t *trade) gatedOrder(ctx context.Context, buyer *party, dealID string) (string, error) {
	a, err := t.change(ctx, buyer, "order", "/api/v1/orders", fields{"deal_id": dealID})
	if err != nil {
		return "", err
	}
	if a.status != http.StatusCreated {
		return "", unexpected("an order", a)
	}
	orderID := a.body.word("order_id")
	a, err = t.change(ctx, buyer, "submit", "/api/v1/orders/"+orderID+"/transition", fields{"to_status": "submitted"})
	if err != nil {
		return "", err
	}
	if a.status != http.StatusOK || a.body.word("status") != "pending_approval" {
		return "", unexpected("a gated order's move", a)
	}
	return orderID, nil
}

func (t *trade) askChange(ctx context.Context, buyer *party, dealID, kind string, terms fields, want string) (string, error) {
	a, err := t.change(ctx, buyer, "change", "/api/v1/change-requests", fields{
		"change_type": kind, "deal_id": dealID, "proposed_values": terms, "reason": "a soak",
	})
	if err != nil {
		return "", err
	}
	if a.status != http.StatusCreated || a.body.word("status") != want {
		return "", unexpected("a change request", a)
	}
	return a.body.word("change_request_id"), nil
}
