package seller_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// ownerOf is whose what a key buys is.
func (d *desk) ownerOf(call seller.Call) string {
	d.t.Helper()
	who, err := d.service.Identify(context.Background(), call)
	if err != nil {
		d.t.Fatal(err)
	}
	return who.Owner()
}

// TestASeatOwnsAtItsDSP holds the owners of keys against what is the same buyer: one seat at one DSP, however that is written, for one
// agency and advertiser. It is so for keys from before owners had a DSP, which go on with what they own.
func TestASeatOwnsAtItsDSP(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		const seat = "buyer/4711//"
		for i, c := range []struct {
			identity parley.Identity
			owner    string
		}{
			{parley.Identity{SeatID: "4711", DSPPlatform: "The Trade Desk"}, seat + "/ttd"},
			{parley.Identity{SeatID: "4711", DSPPlatform: "thetradedesk"}, seat + "/ttd"},
			{parley.Identity{SeatID: "4711", DSPPlatform: "DV360"}, seat + "/dv360"},
			{parley.Identity{SeatID: "4711", DSPPlatform: "50% / Off"}, seat + "/50off"},
			{parley.Identity{SeatID: "4711"}, seat},
			{parley.Identity{SeatID: "4711", DSPPlatform: "TTD", AgencyID: "ag/1"}, "buyer/4711/ag%2F1//ttd"},
			{parley.Identity{SeatID: "4711", DSPPlatform: "dv360", AgencyID: "ag/1"}, "buyer/4711/ag%2F1//dv360"},
			{parley.Identity{SeatID: "4711", DSPPlatform: "TTD", AgencyID: "ag/1", AdvertiserID: "adv"}, "buyer/4711/ag%2F1/adv/ttd"},
			{parley.Identity{SeatID: "4711", DSPPlatform: "TTD", AdvertiserID: "adv"}, "buyer/4711//adv/ttd"},
			{parley.Identity{DSPPlatform: "TTD", AgencyID: "ag/1"}, "buyer//ag%2F1/"}, // where it buys says nothing of an agency
			{parley.Identity{DSPPlatform: "DV360", AgencyID: "ag/1"}, "buyer//ag%2F1/"},
			{parley.Identity{AgencyID: "AG/1"}, "buyer//AG%2F1/"}, // one account, which is written in two ways
		} {
			if owner := d.ownerOf(d.buyer(c.identity)); owner != c.owner {
				t.Errorf("%d: %+v owns as %q, want %q", i, c.identity, owner, c.owner)
			}
		}

		// A key from before, and those that come after it.
		before := d.makeKey(seller.KeyRequest{Role: parley.RoleBuyer, Label: "before", Identity: parley.Identity{SeatID: "9", DSPPlatform: "The Trade Desk"}})
		stores.Run(t, d.store, `UPDATE keys SET owner_dsp = '' WHERE id = '`+before.ID+`'`)
		const former = "buyer/9//"
		rotated, err := d.rotate(before.ID, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			for i, c := range []struct {
				call  seller.Call
				owner string
			}{
				{seller.Call{Secret: before.Secret}, former}, {seller.Call{Secret: rotated.Secret}, former},
				{d.buyer(parley.Identity{SeatID: "9", DSPPlatform: "TTD"}), former},
				{d.buyer(parley.Identity{SeatID: "9", DSPPlatform: "dv360"}), former + "/dv360"}, {d.buyer(parley.Identity{SeatID: "9"}), former + "/-"},
			} {
				if owner := d.ownerOf(c.call); owner != c.owner {
					t.Errorf("%d owns as %q, want %q", i, owner, c.owner)
				}
			}
			if _, err := d.service.SplitOwners(t.Context()); err != nil { // an owner of one seat stays
				t.Fatal(err)
			}
		}
	})
}

// TestWhatTwoSeatsOwnIsToldApart has seats at two DSPs trade, and one that says none, then puts all of it together as programs before did,
// in the rows of every table: told apart, it is what it was, and stays so.
func TestWhatTwoSeatsOwnIsToldApart(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		d.sell(video())
		d.gate(parley.ApprovalRule{Name: "some", Gate: parley.GateProposalDecision, Condition: "impressions == 1001"})
		mixed := []string{"buyer/4711//", "buyer/4711/aga/"}
		for i, agency := range []string{"", "aga"} {
			for _, dsp := range []string{"The Trade Desk", "dv360", "", "TTD"} {
				buyer := d.trades(fmt.Sprintf("Quint%d%s", i, dsp), parley.Identity{SeatID: "4711", DSPPlatform: dsp, AgencyID: agency})
				d.submit(buyer, propose(14_000_000, 1000))
				d.submit(buyer, propose(14_000_000, 1001))
				if dsp == "dv360" {
					if _, err := d.hold(buyer, d.quote(buyer, ask(2000)).ID, time.Hour); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		d.trades("Balthasar", zenith)
		apart := stores.Dump(t, d.store)
		all := []string{mixed[0], mixed[0] + "/ttd", mixed[0] + "/dv360", mixed[1], mixed[1] + "/ttd", mixed[1] + "/dv360"}
		worth := d.bookedBy(all)
		tables := map[string]bool{}
		for _, owner := range mixed {
			for _, row := range rowsWith(apart, owner+"/ttd") {
				if table, _, _ := strings.Cut(row, " "); !strings.Contains(table, "/") { // else a further line of a deal's words
					tables[table] = true
				}
			}
		}
		for _, derived := range []string{"stated_values", "booked_values", "deal_words"} { // they follow the deals
			delete(tables, derived)
		}
		if len(tables) < 11 {
			t.Errorf("only %v have an owner", tables)
		}
		delete(tables, "keys")
		tables["holds"] = true
		for range 2 {
			stores.Run(t, d.store, `UPDATE keys SET owner_dsp = ''`)
			for _, owner := range mixed {
				for table := range tables {
					set := `owner = '` + owner + `'`
					if table == "deals" && owner == mixed[0] {
						set += `, account = 'seat/4711'`
					}
					stores.Run(t, d.store, `UPDATE `+table+` SET `+set+` WHERE owner LIKE '`+owner+`/%'`)
				}
			}
			if together := stores.Dump(t, d.store); slices.Equal(owned(together), owned(apart)) {
				t.Fatal("nothing is mixed")
			}
			for range 2 {
				if _, err := d.service.SplitOwners(ctx); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(owned(apart), owned(stores.Dump(t, d.store))); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(worth, d.bookedBy(all)); diff != "" {
					t.Error(diff)
				}
			}
		}
		if split := rowsWith(stores.Dump(t, d.store), "key.split"); len(split) != 2*6 {
			t.Errorf("the audit trail says %d times which keys were told apart", len(split))
		}
	})
}

// bookedBy are what owners have booked, and what rules see of it.
func (d *desk) bookedBy(owners []string) (sums []string) {
	d.t.Helper()
	err := d.store.Read(d.t.Context(), func(r *storage.Reader) error {
		for _, owner := range owners {
			values, err := r.OwnerValues([]storage.AccountOwner{{Owner: owner}}).Get(d.t.Context())
			if err != nil {
				return err
			}
			booked, err := r.BookedValue(parley.Payer(owner), parley.USD, parley.DateOf(noon, time.UTC)).Get(d.t.Context())
			if err != nil {
				return err
			}
			sums = append(sums, fmt.Sprint(owner, values, booked))
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return sums
}

// owned are the rows of a dump but for those of the audit trail, and of sums, which one database has in several parts.
func owned(dump string) []string {
	return slices.DeleteFunc(strings.Split(dump, "\n"), func(row string) bool {
		return slices.ContainsFunc([]string{"audits ", "sqlite_sequence ", "booked_days ", "booked_months ", "booked_values ", "stated_values "}, func(table string) bool { return strings.HasPrefix(row, table) })
	})
}
