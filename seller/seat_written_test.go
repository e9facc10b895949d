package seller_test

import (
	"context"
	"strconv"
	"testing"

	"parley"
	"parley/seller"
	"parley/storage"
)

// TestASeatIsOneIdWhereverItIsWritten writes what is no seat's id, and one that is, wherever a seat can be written.
func TestASeatIsOneIdWhereverItIsWritten(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx, here := context.Background(), seller.Terminal("test")
		d.sell(video())
		known := func(name string) string {
			var account parley.Account
			if _, err := d.service.CreateAccount(ctx, here, parley.Account{Kind: parley.AccountSeat, Code: name}, keep(&account)); err != nil {
				t.Fatal(err)
			}
			return account.ID
		}("known")
		n, good := 0, 0
		for way, write := range map[string]func(seat string) error{
			"a key": func(seat string) error {
				_, err := d.service.CreateKey(ctx, here, seller.KeyRequest{Role: parley.RoleBuyer, Label: "k", Identity: parley.Identity{SeatID: seat}}, keep(new(seller.CreatedKey)))
				return err
			},
			"an imported key": func(seat string) error {
				n++
				key := parley.Key{ID: "key-imported", Role: parley.RoleBuyer, Label: "k", Hash: parley.HashSecret(seat + string(rune(n))), Identity: parley.Identity{SeatID: seat}}
				_, err := d.service.ImportKeys(ctx, here, []parley.Key{key}, false)
				return err
			},
			"an account's code": func(seat string) error {
				_, err := d.service.CreateAccount(ctx, here, parley.Account{Kind: parley.AccountSeat, Code: seat, DSP: "of accounts"}, keep(new(parley.Account)))
				return err
			},
			"a new account's name": func(seat string) error {
				_, err := d.service.CreateAccount(ctx, here, parley.Account{Kind: parley.AccountSeat, Code: "first", Names: []string{seat}, DSP: "of names"}, keep(new(parley.Account)))
				return err
			},
			"an account's further name": func(seat string) error {
				names := []string{"known", seat}
				_, err := d.service.ChangeAccount(ctx, here, known, seller.AccountChange{Names: &names}, keep(new(parley.Account)))
				return err
			},
			"a quote": func(seat string) error {
				request := ask(2000)
				request.Identity = parley.Identity{SeatID: seat}
				_, err := d.service.RequestQuote(ctx, d.buyer(acme), request, keep(new(parley.Quote)))
				return err
			},
			"a proposal": func(seat string) error {
				request := propose(20_000_000, 2000)
				request.Identity = parley.Identity{SeatID: seat}
				_, err := d.service.SubmitProposal(ctx, d.buyer(acme), request, keep(new(parley.Proposal)))
				return err
			},
			"a booking": func(seat string) error {
				buyer := d.buyer(acme)
				_, err := d.service.BookDeal(ctx, buyer, seller.BookingRequest{QuoteID: d.quote(buyer, ask(2000)).ID, Identity: parley.Identity{SeatID: seat}}, keep(new(parley.Deal)))
				return err
			},
		} {
			for _, bad := range []string{"x y", "x\u00a0y", "x,y", "x;y", "x|y", "*", "x\ty"} {
				if err := write(bad); !parley.Is(err, parley.CodeValidation) {
					t.Errorf("%s of the seat %q: %v", way, bad, err)
				}
			}
			good++ // each way its own, since a seat's name is one account's
			if err := write(" seat-" + strconv.Itoa(good) + " "); err != nil {
				t.Errorf("%s of a seat: %v", way, err)
			}
		}
	})
}

// TestAStoredSeatStaysReadable changes an account whose code was taken before it was held to its form.
func TestAStoredSeatStaysReadable(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		former := parley.Account{
			ID: "acct-06fhv372001pr228mmfkkra4n593", Kind: parley.AccountSeat, Name: "x y", Code: "x y", Names: []string{"x y"}, Status: parley.AccountActive,
			Version: 1, CreatedAt: noon, UpdatedAt: noon,
		}
		if err := d.store.Tx(context.Background(), func(tx *storage.Tx) error { tx.LockAccounts(); tx.InsertAccount(former, ""); return nil }); err != nil {
			t.Fatal(err)
		}
		notes := "slow to pay"
		if a := d.changeAccount(former.ID, seller.AccountChange{Notes: &notes}); a.Code != "x y" || a.Notes != notes {
			t.Errorf("it is %+v", a)
		}
		if a := d.accountNamed(parley.AccountSeat, "x y"); a.Notes != notes {
			t.Errorf("it reads %+v", a)
		}
	})
}
