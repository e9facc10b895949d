package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// sellsAgain waits until each node has booked a deal since the standby was promoted, and fails where that takes longer than it may.
func (w *world) sellsAgain(ctx context.Context) error {
	promoted, buyer := time.Now(), w.buyers[0]
	for i, n := range w.nodes {
		at := []string{n.url()}
		quoted, err := w.calls.doAt(ctx, at, buyer, http.MethodPost, "/api/v1/quotes", fields{
			"product_id": "wide", "deal_type": "PG", "impressions": json.Number("1000"), "flight_start": w.flight.Start, "flight_end": w.flight.End,
		}, buyer.idempotencyKey("quote"))
		if err != nil {
			return err
		}
		booked, err := w.calls.doAt(ctx, at, buyer, http.MethodPost, "/api/v1/deals", fields{"quote_id": quoted.body.word("quote_id")}, buyer.idempotencyKey("deal"))
		if err != nil {
			return err
		}
		if booked.status != http.StatusCreated {
			return unexpected("a booking after the standby took over", booked)
		}
		took := time.Since(promoted)
		w.takeover = max(w.takeover, took)
		if w.within > 0 && took > w.within {
			return fmt.Errorf("node %d booked only %s after the standby was promoted", i, took.Round(time.Millisecond))
		}
	}
	return nil
}
