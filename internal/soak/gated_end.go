package main

import (
	"context"
	"errors"
	"net/http"

	"golang.org/x/sync/errgroup"
)

// gatedEnd books a deal whose end, and whose order, wait for a person, and has everybody ask for its end, decide about it, change it,
// order it and cancel it at once. Before somebody has granted the end the deal goes on, whoever asks and by whichever way; the
// audit holds each deal of the product that has ended to a grant.
func (t *trade) gatedEnd(ctx context.Context, buyer *party) error {
	dealID, orderID, _, err := t.bookOrdered(ctx, buyer, "gated-end")
	if err != nil {
		return err
	}
	held, err := t.change(ctx, t.desk[0], "cancel", "/api/v1/deals/"+dealID+"/cancel", fields{"reason": "a soak"})
	if err != nil {
		return err
	}
	if held.status != http.StatusAccepted || held.body.word("status") != "booked" {
		return unexpected("the end of a deal that somebody has to grant", held)
	}
	asked, err := t.pending(ctx, dealID)
	if err != nil {
		return err
	}
	steps := []step{
		{t.desk[0], "cancel", "/api/v1/deals/" + dealID + "/cancel", fields{"reason": "a soak"}},
		{buyer, "change", "/api/v1/change-requests", fields{"deal_id": dealID, "change_type": "cancellation", "proposed_values": fields{}}},
		{buyer, "change", "/api/v1/change-requests", fields{
			"deal_id": dealID, "change_type": "flight_dates", "proposed_values": fields{"flight_end": t.flight.End + 1},
		}},
		{buyer, "move", "/api/v1/orders/" + orderID + "/transition", fields{"to_status": "cancelled"}},
		{buyer, "order", "/api/v1/orders", fields{"deal_id": dealID}},
	}
	for _, approval := range asked {
		decision := []string{"approve", "reject"}[buyer.pick(2)]
		steps = append(steps,
			step{t.desk[1], "decide", "/approvals/" + approval + "/decide", fields{"decision": decision, "reason": "a soak"}},
			step{t.desk[2], "resume", "/approvals/" + approval + "/resume", fields{}})
	}
	if err := t.together(ctx, buyer, steps); err != nil {
		return err
	}
	if err := t.endGranted(ctx, dealID, asked); err != nil {
		return err
	}
	t.record.dealStatus(dealID, "cancelled")
	t.counts.one("gated end")
	return nil
}

// endGranted cancels a deal, grants what that waits for and carries out what was granted before, until it is cancelled.
func (t *trade) endGranted(ctx context.Context, dealID string, asked []string) error {
	const most = 5 // a rejection during the tangle, and a grant that a change outdated, each take one more
	for range most {
		a, err := t.change(ctx, t.desk[0], "cancel", "/api/v1/deals/"+dealID+"/cancel", fields{"reason": "a soak"})
		if err != nil {
			return err
		}
		switch {
		case a.body.word("status") == "cancelled", a.body.word("detail", "current_status") == "cancelled":
			return nil
		case a.status != http.StatusAccepted && a.status != http.StatusConflict:
			return unexpected("the end of a deal", a)
		}
		waiting, err := t.pending(ctx, dealID)
		if err != nil {
			return err
		}
		var steps []step
		for _, approval := range waiting {
			steps = append(steps,
				step{t.desk[1], "decide", "/approvals/" + approval + "/decide", fields{"decision": "approve", "reason": "a soak"}},
				step{t.desk[1], "resume", "/approvals/" + approval + "/resume", fields{}})
		}
		for _, approval := range asked { // one may have been decided after it was tried to carry it out
			steps = append(steps, step{t.desk[1], "resume", "/approvals/" + approval + "/resume", fields{}})
		}
		for _, s := range steps {
			if err := t.step(ctx, s); err != nil {
				return err
			}
		}
	}
	return errors.New("the deal " + dealID + " does not end, however often its end is granted")
}

// pending are the approvals that a deal waits for, oldest first.
func (t *trade) pending(ctx context.Context, dealID string) ([]string, error) {
	found, err := t.calls.do(ctx, t.desk[0], http.MethodGet, "/approvals?status=pending&deal_id="+dealID, nil, "")
	if err != nil {
		return nil, err
	}
	rows, listed := found.body.at("approvals").([]any)
	if found.status != http.StatusOK || !listed {
		return nil, unexpected("the approvals of a deal", found)
	}
	var ids []string
	for _, row := range rows {
		members, _ := row.(map[string]any)
		ids = append(ids, fields(members).word("approval_id"))
	}
	return ids, nil
}

// step is one request of a tangle.
type step struct {
	by         *party
	what, path string
	body       fields
}

// step makes a request that may come too late. A yes to a change that another one has outdated meanwhile is one that cannot be given.
func (t *trade) step(ctx context.Context, s step) error {
	a, err := t.change(ctx, s.by, s.what, s.path, s.body)
	late := a.status == http.StatusConflict || s.what == "review" && a.status == http.StatusUnprocessableEntity
	if err == nil && a.status >= http.StatusBadRequest && !late {
		err = unexpected("a step of a tangle: "+s.what, a)
	}
	return err
}

// together makes all requests at once. Each time it begins elsewhere, so that each has the others before and behind it.
func (t *trade) together(ctx context.Context, buyer *party, steps []step) error {
	from := buyer.pick(len(steps))
	together, working := errgroup.WithContext(ctx)
	for i := range steps {
		s := steps[(from+i)%len(steps)]
		together.Go(func() error { return t.step(working, s) })
	}
	return together.Wait()
}
