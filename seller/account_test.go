package seller_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
)

// accountNamed is the account that has a code.
func (d *desk) accountNamed(kind parley.AccountKind, code string) parley.Account {
	d.t.Helper()
	found, err := d.service.Accounts(context.Background(), seller.Terminal("test"), seller.AccountFilter{Kind: kind})
	if err != nil {
		d.t.Fatal(err)
	}
	at := slices.IndexFunc(found.Items, func(a parley.Account) bool { return a.Code == code })
	if at < 0 {
		d.t.Fatalf("there is no %s %q among %v", kind, code, found.Items)
	}
	return found.Items[at]
}

func (d *desk) changeAccount(id string, change seller.AccountChange) parley.Account {
	d.t.Helper()
	var account parley.Account
	if _, err := d.service.ChangeAccount(context.Background(), seller.Terminal("test"), id, change, keep(&account)); err != nil {
		d.t.Fatal(err)
	}
	return account
}

func (d *desk) setStanding(id string, status parley.AccountStatus) {
	d.t.Helper()
	d.changeAccount(id, seller.AccountChange{Status: &status, Reason: "They are slow to pay."})
}

// TestWhatAnAccountKeepsItsBuyersFrom holds every write of a buyer against the state of its account and of those above: what is open
// when an account is paused goes on, and when it is blocked can be ended alone.
func TestWhatAnAccountKeepsItsBuyersFrom(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	const (
		begins = iota
		goesOn
		ends
	)
	ctx := context.Background()
	// open makes what the write is about, while the account may still do all; it answers the write.
	type opening func(d *desk, buyer seller.Call) func() error
	deal := func(d *desk, buyer seller.Call) parley.Deal {
		d.t.Helper()
		booked, err := d.book(buyer, d.quote(buyer, ask(2000)).ID)
		if err != nil {
			d.t.Fatal(err)
		}
		return booked
	}
	order := func(d *desk, buyer seller.Call) parley.Order {
		d.t.Helper()
		var made parley.Order
		if _, err := d.service.CreateOrder(ctx, buyer, seller.OrderRequest{DealID: deal(d, buyer).ID}, keep(&made)); err != nil {
			d.t.Fatal(err)
		}
		return made
	}
	move := func(to parley.OrderStatus) opening {
		return func(d *desk, buyer seller.Call) func() error {
			id := order(d, buyer).ID
			return func() error {
				_, err := d.service.TransitionOrder(ctx, buyer, seller.TransitionRequest{OrderID: id, To: to}, keep(new(parley.Order)))
				return err
			}
		}
	}
	change := func(kind parley.ChangeType, terms parley.ChangeTerms) opening {
		return func(d *desk, buyer seller.Call) func() error {
			id := deal(d, buyer).ID
			return func() error {
				in := seller.ChangeInput{Type: kind, DealID: id, Reason: "plans", Terms: terms, Proposed: json.RawMessage(`{}`)}
				_, err := d.service.RequestChange(ctx, buyer, in, keep(new(parley.ChangeRequest)))
				return err
			}
		}
	}
	less := int64(1500)
	writes := map[string]struct {
		course int
		open   opening
	}{
		"a quote": {begins, func(d *desk, buyer seller.Call) func() error {
			return func() error {
				_, err := d.service.RequestQuote(ctx, buyer, ask(2000), keep(new(parley.Quote)))
				return err
			}
		}},
		"a hold": {begins, func(d *desk, buyer seller.Call) func() error {
			id := d.quote(buyer, ask(2000)).ID
			return func() error { _, err := d.hold(buyer, id, 0); return err }
		}},
		"giving a hold back": {ends, func(d *desk, buyer seller.Call) func() error {
			id := d.quote(buyer, ask(2000)).ID
			must(d.hold(buyer, id, 0))
			return func() error { _, err := d.release(buyer, id); return err }
		}},
		"a proposal": {begins, func(d *desk, buyer seller.Call) func() error {
			return func() error {
				_, err := d.service.SubmitProposal(ctx, buyer, propose(9_000_000, 2000), keep(new(parley.Proposal)))
				return err
			}
		}},
		"booking a quote that is nobody's": {begins, func(d *desk, buyer seller.Call) func() error {
			id := d.quote(seller.Call{Address: "192.0.2.9"}, ask(2000)).ID
			return func() error { _, err := d.book(buyer, id); return err }
		}},
		"booking a quote": {goesOn, func(d *desk, buyer seller.Call) func() error {
			id := d.quote(buyer, ask(2000)).ID
			return func() error { _, err := d.book(buyer, id); return err }
		}},
		"booking a proposal": {goesOn, func(d *desk, buyer seller.Call) func() error {
			id := d.submit(buyer, propose(20_000_000, 2000)).ID
			return func() error { _, err := d.bookProposal(buyer, id); return err }
		}},
		"a counter": {goesOn, func(d *desk, buyer seller.Call) func() error {
			id := d.submit(buyer, propose(8_500_000, 2000)).ID
			return func() error { _, err := d.counter(buyer, id, 9_000_000); return err }
		}},
		"accepting a counter": {goesOn, func(d *desk, buyer seller.Call) func() error {
			id := d.submit(buyer, propose(8_500_000, 2000)).ID
			return func() error { _, err := d.say(buyer, seller.Message{ProposalID: id, Action: "accept"}); return err }
		}},
		"refusing a counter": {ends, func(d *desk, buyer seller.Call) func() error {
			id := d.submit(buyer, propose(8_500_000, 2000)).ID
			return func() error { _, err := d.say(buyer, seller.Message{ProposalID: id, Action: "reject"}); return err }
		}},
		"taking a proposal back": {ends, func(d *desk, buyer seller.Call) func() error {
			id := d.submit(buyer, propose(8_500_000, 2000)).ID
			return func() error {
				_, err := d.service.WithdrawProposal(ctx, buyer, id, "plans", keep(new(parley.Proposal)))
				return err
			}
		}},
		"an order": {goesOn, func(d *desk, buyer seller.Call) func() error {
			id := deal(d, buyer).ID
			return func() error {
				_, err := d.service.CreateOrder(ctx, buyer, seller.OrderRequest{DealID: id}, keep(new(parley.Order)))
				return err
			}
		}},
		"submitting an order":        {goesOn, move(parley.OrderSubmitted)},
		"cancelling an order":        {ends, move(parley.OrderCancelled)},
		"a change of a deal":         {goesOn, change(parley.ChangeImpressions, parley.ChangeTerms{Impressions: &less})},
		"the cancellation of a deal": {ends, change(parley.ChangeCancellation, parley.ChangeTerms{})},
	}
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(at120))
		levels := []parley.AccountKind{parley.AccountSeat, parley.AccountAgency, parley.AccountHolding, parley.AccountAdvertiser}
		for n, what := range slices.Sorted(maps.Keys(writes)) {
			write := writes[what]
			for m, status := range parley.AccountStatuses {
				at := levels[(n+m)%len(levels)] // each in its turn
				t.Run(what+"/"+string(status)+" "+string(at), func(t *testing.T) {
					id := strings.NewReplacer(" ", "-", "'", "").Replace(what + string(status) + string(at))
					buyer := d.buyer(parley.Identity{
						SeatID: "seat-" + id, DSPPlatform: "ttd", AgencyID: "agency-" + id, AgencyHoldingCompany: "Holding " + id, AdvertiserID: "adv-" + id,
					})
					act := write.open(d, buyer)
					code := map[parley.AccountKind]string{
						parley.AccountSeat: "seat-", parley.AccountAgency: "agency-", parley.AccountHolding: "Holding ", parley.AccountAdvertiser: "adv-",
					}[at] + id
					account := d.accountNamed(at, code)
					d.setStanding(account.ID, status)
					refused := status == parley.AccountBlocked && write.course != ends || status == parley.AccountPaused && write.course == begins
					err := act()
					if !refused {
						if err != nil {
							t.Fatal(err)
						}
						return
					}
					told := wantError(t, err, parley.CodeForbidden)
					if strings.Contains(told.Error(), "pay") || strings.Contains(told.Error(), "paused") || strings.Contains(told.Error(), "blocked") {
						t.Errorf("the buyer is told %q", told)
					}
					d.setStanding(account.ID, parley.AccountActive)
					if err := act(); err != nil {
						t.Errorf("when it may again: %v", err)
					}
				})
			}
		}
	})
}

// TestWhatTheDeskBeginsForABuyer holds everything that the publisher's people begin for a buyer against the state of its account and of
// those above, as TestWhatAnAccountKeepsItsBuyersFrom does what the buyer does.
func TestWhatTheDeskBeginsForABuyer(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	booked := func(d *desk, buyer seller.Call) string { return must(d.book(buyer, d.quote(buyer, ask(2000)).ID)).ID }
	more := int64(5000)
	flows := map[string]struct {
		field   string
		ongoing bool // what the buyer may go on with while it is paused
		open    func(d *desk, desk, buyer seller.Call) func() error
	}{
		"a quote": {"buyer_key_id", false, func(d *desk, desk, buyer seller.Call) func() error {
			request := ask(2000)
			request.BuyerKeyID = must(d.service.Identify(ctx, buyer)).KeyID
			return func() error {
				_, err := d.service.RequestQuote(ctx, desk, request, keep(new(parley.Quote)))
				return err
			}
		}},
		"a hold of the buyer's quote": {"quote_id", false, func(d *desk, desk, buyer seller.Call) func() error {
			id := d.quote(buyer, ask(2000)).ID
			return func() error { _, err := d.hold(desk, id, 0); return err }
		}},
		"a hold of a quote that the desk wrote": {"quote_id", false, func(d *desk, desk, buyer seller.Call) func() error {
			request := ask(2000)
			request.BuyerKeyID = must(d.service.Identify(ctx, buyer)).KeyID
			id := d.quote(desk, request).ID
			return func() error { _, err := d.hold(desk, id, 0); return err }
		}},
		"a hold that there is": {"quote_id", false, func(d *desk, desk, buyer seller.Call) func() error {
			id := d.quote(buyer, ask(2000)).ID
			must(d.hold(desk, id, 0))
			return func() error { _, err := d.hold(desk, id, 0); return err }
		}},
		"a larger deal": {"deal_id", false, func(d *desk, desk, buyer seller.Call) func() error {
			id := booked(d, buyer)
			return func() error {
				in := seller.ChangeInput{
					Type: parley.ChangeImpressions, DealID: id, Reason: "plans", Terms: parley.ChangeTerms{Impressions: &more}, Proposed: json.RawMessage(`{}`),
				}
				_, err := d.service.RequestChange(ctx, desk, in, keep(new(parley.ChangeRequest)))
				return err
			}
		}},
		"an order": {"deal_id", true, func(d *desk, desk, buyer seller.Call) func() error {
			id := booked(d, buyer)
			return func() error {
				_, err := d.service.CreateOrder(ctx, desk, seller.OrderRequest{DealID: id}, keep(new(parley.Order)))
				return err
			}
		}},
	}
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(at120))
		desk := d.operator()
		levels := []parley.AccountKind{parley.AccountSeat, parley.AccountAgency, parley.AccountHolding, parley.AccountAdvertiser}
		for n, what := range slices.Sorted(maps.Keys(flows)) {
			flow := flows[what]
			for m, status := range parley.AccountStatuses {
				at := levels[(n+m)%len(levels)]
				t.Run(what+"/"+string(status)+" "+string(at), func(t *testing.T) {
					id := strings.ReplaceAll(what+string(status)+string(at), " ", "-")
					buyer := d.buyer(parley.Identity{
						SeatID: "seat-" + id, DSPPlatform: "ttd", AgencyID: "agency-" + id, AgencyHoldingCompany: "Holding " + id, AdvertiserID: "adv-" + id,
					})
					act := flow.open(d, desk, buyer)
					code := map[parley.AccountKind]string{
						parley.AccountSeat: "seat-", parley.AccountAgency: "agency-", parley.AccountHolding: "Holding ", parley.AccountAdvertiser: "adv-",
					}[at] + id
					account := d.accountNamed(at, code).ID
					d.setStanding(account, status)
					if status == parley.AccountActive || status == parley.AccountPaused && flow.ongoing {
						if err := act(); err != nil {
							t.Error(err)
						}
						return
					}
					refused := wantError(t, act(), parley.CodeValidation)
					if len(refused.Fields) != 1 || refused.Fields[0].Path != flow.field {
						t.Errorf("refused for %v", refused.Fields)
					}
					d.setStanding(account, parley.AccountActive)
					if err := act(); err != nil {
						t.Errorf("when it may again: %v", err)
					}
				})
			}
		}
	})
}

func TestKeysMakeTheAccountsThatTheyName(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.buyer(parley.Identity{SeatID: "S1", DSPPlatform: "ttd", AgencyID: "AG", AgencyName: "Agency", AgencyHoldingCompany: "Group", AdvertiserID: "ADV", AdvertiserName: "Brand"})
		d.buyer(parley.Identity{SeatID: "s1", DSPPlatform: "TTD", AgencyID: "ag", AgencyName: "Another name", AgencyHoldingCompany: "Other"})
		found, err := d.service.Accounts(ctx, seller.Terminal("test"), seller.AccountFilter{})
		if err != nil {
			t.Fatal(err)
		}
		by := map[parley.AccountKind]parley.Account{}
		for _, a := range found.Items {
			if _, twice := by[a.Kind]; twice {
				t.Errorf("a second %s: %+v", a.Kind, a)
			}
			by[a.Kind] = a
		}
		agency, seat := by[parley.AccountAgency], by[parley.AccountSeat]
		if agency.Name != "Agency" || agency.ParentID != by[parley.AccountHolding].ID || seat.ParentID != agency.ID {
			t.Errorf("made: %+v", found.Items)
		}
		whole, err := d.service.Account(ctx, seller.Terminal("test"), agency.ID)
		if err != nil || len(whole.Clients) != 1 || whole.Clients[0] != by[parley.AccountAdvertiser].ID {
			t.Errorf("the agency acts for %v: %v", whole.Clients, err)
		}
		// A key of the seat's account is the seat's, through its agency, as the key is that named these two alone.
		buyer := d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "by account", AccountID: seat.ID})
		who, err := d.service.Identify(ctx, buyer)
		if err != nil || who.Identity.SeatID != "s1" || who.Identity.AgencyID != "ag" || who.Identity.AgencyHoldingCompany != "Group" || who.Identity.AdvertiserID != "" {
			t.Errorf("the key is %+v: %v", who.Identity, err)
		}
		for field, request := range map[string]seller.KeyRequest{
			"account_id": {AccountID: by[parley.AccountHolding].ID},
			"agency_id":  {AccountID: seat.ID, Identity: parley.Identity{AgencyID: "other"}},
		} {
			request.Role, request.Label = parley.RoleBuyer, "wrong"
			_, err := d.service.CreateKey(ctx, seller.Terminal("test"), request, keep(new(seller.CreatedKey)))
			if told := wantError(t, err, parley.CodeValidation); len(told.Fields) != 1 || told.Fields[0].Path != field {
				t.Errorf("%+v: %v", request, err)
			}
		}
	})
}

func TestAnotherNameFindsTheSameAccount(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(at120))
		d.buyer(parley.Identity{AgencyID: "agency-1"})
		account := d.accountNamed(parley.AccountAgency, "agency-1")
		names := []string{"Agency One"}
		d.changeAccount(account.ID, seller.AccountChange{Names: &names})
		buyer := d.buyer(parley.Identity{AgencyID: "AGENCY ONE"})
		d.setStanding(account.ID, parley.AccountPaused)
		_, err := d.service.RequestQuote(context.Background(), buyer, ask(2000), keep(new(parley.Quote)))
		wantCode(t, err, parley.CodeForbidden)
		_, err = d.service.CreateAccount(context.Background(), seller.Terminal("test"), parley.Account{Kind: parley.AccountAgency, Code: "agency one"}, keep(new(parley.Account)))
		wantCode(t, err, parley.CodeConflict)
	})
}

// TestSpellingsOfAnAccountShareItsDay opens negotiations under two names of an account: they count for one.
func TestSpellingsOfAnAccountShareItsDay(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(at120))
		first := d.buyer(parley.Identity{AgencyID: "agency-1"})
		names := []string{"Agency One"}
		d.changeAccount(d.accountNamed(parley.AccountAgency, "agency-1").ID, seller.AccountChange{Names: &names})
		second, other := d.buyer(parley.Identity{AgencyID: "agency one"}), d.buyer(parley.Identity{AgencyID: "agency-2"})
		party := func(buyer seller.Call) string { return d.submit(buyer, propose(8_500_000, 2000)).Party }
		if one, same, apart := party(first), party(second), party(other); one != "agency/agency-1" || same != one || apart == one {
			t.Errorf("they count for %q, %q and %q", one, same, apart)
		}
	})
}
