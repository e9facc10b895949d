package seller

import (
	"context"
	"slices"

	"parley"
)

// mostOwnersWaiting is how many owners of an account are looked at for what waits of it.
const mostOwnersWaiting = 10_000

// dealMayWait is mayWait of a deal that has been written, if it waits. Nothing but holds and the ledger is locked after it: what is locked
// when a deal is written comes before.
func (w *work) dealMayWait(ctx context.Context, deal parley.Deal) error {
	if deal.Status != parley.DealProposed {
		return nil
	}
	return w.mayWait(ctx, deal.Identity, deal.Owner, deal.ProductID)
}

// mayWait refuses a booking or proposal of a product that has been put before the desk for a buyer who has as many there as can be:
// bookings that wait reserve their impressions. It counts for the accounts at the top of the buyer's, as holds do, or for its owner where it names
// none. What is nobody's reserves nothing.
func (w *work) mayWait(ctx context.Context, buyer parley.Identity, owner, productID string) error {
	most := w.service.settings.MostWaiting
	if most == 0 || owner == "" {
		return nil
	}
	accounts, err := accountsNamed(ctx, &w.Reader, buyer)
	if err != nil {
		return err
	}
	parties := parley.Tops(accounts)
	if len(parties) == 0 {
		parties = []string{owner}
	}
	slices.Sort(parties)
	for _, party := range parties {
		owners, err := w.OwnersOf(party, mostOwnersWaiting).Get(ctx)
		if err != nil {
			return err
		}
		waiting, err := w.Waiting(party, append(owners, owner), productID, most+1).Get(ctx)
		if err != nil {
			return err
		}
		if waiting > int64(most) {
			return parley.Errorf(parley.CodeContention,
				"%d bookings and proposals of this product wait for the publisher's decision, which is as many as one buyer can have there. Wait for an answer, or take one back.", most).
				With("most_waiting", most)
		}
	}
	return nil
}
