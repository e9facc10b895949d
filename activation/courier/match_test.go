package courier_test

import (
	"context"
	"errors"
	"testing"

	"parley"
	"parley/activation/filedrop"
	"parley/seller"
)

// TestADestinationIsForSeatsThatThereCanBe names what no deal has as its seat, so that nothing would ever be sent.
func TestADestinationIsForSeatsThatThereCanBe(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		for _, seat := range []string{"*", "", " ", "a,b", "a;b", "a|b", "a b", "a\x00"} {
			_, err := d.service.CreateDestination(context.Background(), d.admin, seller.DestinationRequest{
				Kind: filedrop.Kind, Name: "drop", Match: parley.DestinationMatch{SeatIDs: []string{"seat-1", seat}},
			}, keep(new(parley.Destination)))
			var refused *parley.Error
			if !errors.As(err, &refused) || len(refused.Fields) != 1 || refused.Fields[0].Path != "match.seat_ids" {
				t.Errorf("%q: %v, want one refusal of match.seat_ids", seat, err)
			}
		}
		var made parley.Destination
		if _, err := d.service.CreateDestination(context.Background(), d.admin, seller.DestinationRequest{
			Kind: filedrop.Kind, Name: "drop", Match: parley.DestinationMatch{SeatIDs: []string{" Seat-1 "}},
		}, keep(&made)); err != nil || len(made.Match.SeatIDs) != 1 || made.Match.SeatIDs[0] != "seat-1" {
			t.Errorf("%+v (%v), want seat-1", made.Match, err)
		}
	})
}
