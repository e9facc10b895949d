package seller_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
	"parley/storage/storagetest"
)

// pair is two things done to one subject at the same time; each is answered, or refused for what the other did.
type pair func(t *testing.T, d *desk, operator, buyer seller.Call) (one, other func() error)

func (d *desk) withdraw(call seller.Call, proposalID string) error {
	_, err := d.service.WithdrawProposal(context.Background(), call, proposalID, "a test", keep(new(parley.Proposal)))
	return err
}

func (d *desk) decideAndResume(call seller.Call, approvalID, decision string) error {
	_, err := d.service.DecideAndResume(context.Background(), call, seller.DecisionRequest{ApprovalID: approvalID, Decision: decision},
		keep(new(parley.Approval)))
	return err
}

// gatedOrder is a deal of the ungated product, with an order that waits at its gate, and the approval of that.
func (d *desk) gatedOrder(buyer seller.Call) (dealID, orderID, approvalID string) {
	deal := d.dealOf(buyer, 1000)
	order := must(d.move(buyer, must(d.order(buyer, deal.ID)).ID, parley.OrderSubmitted))
	return deal.ID, order.ID, d.asked(deal.ID)[0].ID
}

var racing = map[string]pair{
	"withdraw, decide": func(_ *testing.T, d *desk, operator, buyer seller.Call) (one, other func() error) {
		p := d.submit(buyer, gatedOffer())
		return func() error { return d.withdraw(buyer, p.ID) }, func() error { return d.decideAndResume(operator, p.ApprovalID, "approve") }
	},
	"withdraw, resume": func(_ *testing.T, d *desk, operator, buyer seller.Call) (one, other func() error) {
		p := d.submit(buyer, gatedOffer())
		must(0, d.decide(operator, p.ApprovalID, "approve", nil))
		return func() error { return d.withdraw(buyer, p.ID) }, func() error { _, err := d.resume(operator, p.ApprovalID); return err }
	},
	"withdraw, book": func(_ *testing.T, d *desk, _, buyer seller.Call) (one, other func() error) {
		p := d.submit(buyer, propose(10_800_000, 1000))
		return func() error { return d.withdraw(buyer, p.ID) }, func() error { _, err := d.bookProposal(buyer, p.ID); return err }
	},
	"reject a negotiation, decide on it": func(t *testing.T, d *desk, operator, buyer seller.Call) (one, other func() error) {
		quote := d.quote(buyer, gatedAsk())
		said, err := d.say(buyer, seller.Message{QuoteID: quote.ID, Action: "counter", Price: &parley.Money{Micros: 10_700_000}})
		if err != nil || said.Negotiation.Status != parley.NegotiationPendingApproval {
			t.Fatalf("the negotiation is %s (%v)", said.Negotiation.Status, err)
		}
		return func() error {
				_, err := d.say(buyer, seller.Message{NegotiationID: said.Negotiation.ID, Action: "reject"})
				return err
			}, func() error {
				return d.decideAndResume(operator, said.Negotiation.ApprovalID, "approve")
			}
	},
	"cancel a deal, approve its order": func(_ *testing.T, d *desk, operator, buyer seller.Call) (one, other func() error) {
		deal, _, approval := d.gatedOrder(buyer)
		return func() error { _, err := d.cancel(operator, deal); return err }, func() error { return d.decideAndResume(operator, approval, "approve") }
	},
	"cancel an order, approve it": func(_ *testing.T, d *desk, operator, buyer seller.Call) (one, other func() error) {
		_, order, approval := d.gatedOrder(buyer)
		return func() error { _, err := d.move(buyer, order, parley.OrderCancelled); return err },
			func() error { return d.decideAndResume(operator, approval, "approve") }
	},
	"cancel a deal, submit its order": func(_ *testing.T, d *desk, operator, buyer seller.Call) (one, other func() error) {
		deal := d.dealOf(buyer, 1000)
		order := must(d.order(buyer, deal.ID))
		return func() error { _, err := d.cancel(operator, deal.ID); return err },
			func() error { _, err := d.move(buyer, order.ID, parley.OrderSubmitted); return err }
	},
	"cancel a deal, order it": func(_ *testing.T, d *desk, operator, buyer seller.Call) (one, other func() error) {
		deal := d.dealOf(buyer, 1000)
		return func() error { _, err := d.cancel(operator, deal.ID); return err }, func() error { _, err := d.order(buyer, deal.ID); return err }
	},
	"cancel a deal, apply a change": func(_ *testing.T, d *desk, operator, buyer seller.Call) (one, other func() error) {
		deal := d.dealOf(buyer, 1000)
		c := must(d.askChange(buyer, seller.ChangeInput{
			Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{FlightEnd: of(deal.Flight.End + 1)},
		}))
		return func() error { _, err := d.cancel(operator, deal.ID); return err }, func() error { _, err := d.applyChange(buyer, c.ID); return err }
	},
	"cancel a deal, ask for a change": func(_ *testing.T, d *desk, operator, buyer seller.Call) (one, other func() error) {
		deal := d.dealOf(buyer, 1000)
		return func() error { _, err := d.cancel(operator, deal.ID); return err }, func() error {
			_, err := d.askChange(buyer, seller.ChangeInput{Type: parley.ChangeCancellation, DealID: deal.ID})
			return err
		}
	},
	"cancel a deal, review a change": func(_ *testing.T, d *desk, operator, buyer seller.Call) (one, other func() error) {
		deal := d.dealOf(buyer, 1000)
		c := must(d.askChange(buyer, seller.ChangeInput{Type: parley.ChangeCancellation, DealID: deal.ID}))
		return func() error { _, err := d.cancel(operator, deal.ID); return err }, func() error { _, err := d.review(operator, c.ID, "approve"); return err }
	},
	"apply a cancellation, review another change": func(_ *testing.T, d *desk, operator, buyer seller.Call) (one, other func() error) {
		deal := d.dealOf(buyer, 1000)
		whole := must(d.askChange(buyer, seller.ChangeInput{Type: parley.ChangeCancellation, DealID: deal.ID}))
		must(d.review(operator, whole.ID, "approve"))
		c := must(d.askChange(buyer, seller.ChangeInput{Type: parley.ChangeImpressions, DealID: deal.ID, Terms: parley.ChangeTerms{Impressions: of(int64(1500))}}))
		return func() error { _, err := d.applyChange(buyer, whole.ID); return err }, func() error { _, err := d.review(operator, c.ID, "approve"); return err }
	},
	"cancel a held deal, decide on it": func(_ *testing.T, d *desk, operator, buyer seller.Call) (one, other func() error) {
		deal := must(d.book(buyer, d.quote(buyer, gatedAsk()).ID))
		approval := d.asked(deal.ID)[0].ID
		return func() error { _, err := d.cancel(operator, deal.ID); return err }, func() error { return d.decideAndResume(operator, approval, "reject") }
	},
	"move two deals past each other": func(_ *testing.T, d *desk, _, buyer seller.Call) (one, other func() error) {
		early, late := d.dealOf(buyer, 1000), d.dealOf(buyer, 1000)
		shift := func(deal parley.Deal, days parley.Date) func() error {
			c := must(d.askChange(buyer, seller.ChangeInput{Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{
				FlightStart: of(deal.Flight.Start + days), FlightEnd: of(deal.Flight.End + days),
			}}))
			return func() error { _, err := d.applyChange(buyer, c.ID); return err }
		}
		return shift(early, 3), shift(late, -3)
	},
	"take a capacity back, move a deal": func(_ *testing.T, d *desk, _, buyer seller.Call) (one, other func() error) {
		deal := d.dealOf(buyer, 1000)
		d.declare(deal.Flight, of(int64(5_000_000)))
		return func() error { return d.setCapacity(deal.Flight, nil) }, d.moves(buyer, deal, 2)
	},
	"declare a capacity, cancel a deal": func(_ *testing.T, d *desk, operator, buyer seller.Call) (one, other func() error) {
		deal := d.dealOf(buyer, 1000)
		return func() error { return d.setCapacity(deal.Flight, of(int64(4_000_000))) }, func() error { _, err := d.cancel(operator, deal.ID); return err }
	},
	"declare a capacity, book": func(_ *testing.T, d *desk, _, buyer seller.Call) (one, other func() error) {
		quote := d.quote(buyer, ask(1000))
		return func() error { return d.setCapacity(quote.Flight, of(int64(4_000_000))) }, func() error { _, err := d.book(buyer, quote.ID); return err }
	},
	"change a product's capacity, cancel a deal": func(_ *testing.T, d *desk, operator, buyer seller.Call) (one, other func() error) {
		deal := d.dealOf(buyer, 1000)
		return d.widens(), func() error { _, err := d.cancel(operator, deal.ID); return err }
	},
	"change a product's capacity, move a deal": func(_ *testing.T, d *desk, _, buyer seller.Call) (one, other func() error) {
		return d.widens(), d.moves(buyer, d.dealOf(buyer, 1000), -2)
	},
	"change a product's capacity, declare one": func(_ *testing.T, d *desk, _, buyer seller.Call) (one, other func() error) {
		deal := d.dealOf(buyer, 1000)
		return d.widens(), func() error { return d.setCapacity(deal.Flight, of(int64(4_000_000))) }
	},
	"import a product, cancel a deal": func(_ *testing.T, d *desk, operator, buyer seller.Call) (one, other func() error) {
		deal := d.dealOf(buyer, 1000)
		return d.imports(), func() error { _, err := d.cancel(operator, deal.ID); return err }
	},
	"import a product, take a capacity back": func(_ *testing.T, d *desk, _, buyer seller.Call) (one, other func() error) {
		deal := d.dealOf(buyer, 1000)
		d.declare(deal.Flight, of(int64(5_000_000)))
		return d.imports(), func() error { return d.setCapacity(deal.Flight, nil) }
	},
	"book a package, book it the other way round": func(_ *testing.T, d *desk, _, buyer seller.Call) (one, other func() error) {
		d.importPackages(parley.Package{ID: "sports", Name: "Both", Products: []parley.PackageProduct{{ProductID: "gated"}, {ProductID: "video-home"}}})
		quotes := func() [2]string { return [2]string{d.quote(buyer, ask(1000)).ID, d.quote(buyer, gatedAsk()).ID} }
		first, second := quotes(), quotes()
		return func() error { _, err := d.bookPackage(buyer, first[0], first[1]); return err },
			func() error { _, err := d.bookPackage(buyer, second[1], second[0]); return err }
	},
	"book a package, book one of its quotes": func(_ *testing.T, d *desk, _, buyer seller.Call) (one, other func() error) {
		d.importPackages(parley.Package{ID: "sports", Name: "Both", Products: []parley.PackageProduct{{ProductID: "gated"}, {ProductID: "video-home"}}})
		gated, free := d.quote(buyer, gatedAsk()).ID, d.quote(buyer, ask(1000)).ID
		return func() error { _, err := d.bookPackage(buyer, gated, free); return taken(err) },
			func() error { _, err := d.book(buyer, free); return taken(err) }
	},
}

func (d *desk) setCapacity(days parley.Flight, daily *int64) error {
	_, err := d.service.SetCapacity(context.Background(), seller.Terminal("test"),
		seller.CapacityRequest{ProductID: "video-home", Range: days, Daily: daily}, keep(new(parley.Avails)))
	return err
}

func (d *desk) declare(days parley.Flight, daily *int64) {
	d.t.Helper()
	if err := d.setCapacity(days, daily); err != nil {
		d.t.Fatal(err)
	}
}

// moves moves a deal by days.
func (d *desk) moves(buyer seller.Call, deal parley.Deal, days parley.Date) func() error {
	c := must(d.shift(buyer, deal, days))
	return func() error { _, err := d.applyChange(buyer, c.ID); return err }
}

// widens gives the product another daily capacity, and imports gives it one by an import.
func (d *desk) widens() func() error {
	daily := 3_000_000 + rand.Int64N(1_000_000)
	return func() error {
		_, err := d.service.WriteProduct(context.Background(), seller.Terminal("test"), seller.ProductWrite{
			Change: parley.ProductChange{Product: parley.Product{ID: "video-home", DailyImpressions: &daily}, Given: parley.FieldDailyImpressions},
		}, keep(new(seller.WrittenProduct)))
		return err
	}
}

func (d *desk) imports() func() error {
	daily := 3_000_000 + rand.Int64N(1_000_000)
	both := []parley.Product{video(func(p *parley.Product) { p.ID, p.DailyImpressions = "gated", &daily }), video(func(p *parley.Product) { p.DailyImpressions = &daily })}
	return func() error {
		_, err := d.service.ImportCatalog(context.Background(), seller.Terminal("test"), seller.CatalogImport{
			Feed: func(stage func(int, parley.ProductChange) error) error {
				for i, p := range both {
					if err := stage(i+1, storagetest.WholeProduct(p)); err != nil {
						return err
					}
				}
				return nil
			},
		})
		return err
	}
}

// taken is no error where somebody else was first.
func taken(err error) error {
	if parley.Is(err, parley.CodeContention) {
		return nil
	}
	return err
}

func gatedOffer() seller.ProposalRequest {
	offer := propose(10_800_000, 1000)
	offer.ProductID = "gated"
	return offer
}

func gatedAsk() seller.QuoteRequest {
	request := ask(1000)
	request.ProductID = "gated"
	return request
}

// TestFlowsNeverWaitInACircle races each pair of flows that change the same things, many at once.
func TestFlowsNeverWaitInACircle(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	const each = 12
	for name, pair := range racing {
		t.Run(name, func(t *testing.T) {
			stores.Each(t, func(t *testing.T, store *storage.Store) {
				t.Parallel()
				d := openDesk(t, store, seller.DefaultSettings())
				d.sell(video(), video(func(p *parley.Product) { p.ID = "gated" }))
				operator, buyer := d.operator(), d.buyer(acme)
				for _, gate := range []parley.Gate{parley.GateProposalDecision, parley.GateNegotiationAccept, parley.GateDealBooking} {
					d.gate(parley.ApprovalRule{Name: string(gate), Gate: gate, Condition: `product_id == "gated"`})
				}
				d.gate(parley.ApprovalRule{Name: "orders", Gate: parley.GateOrderSubmission, Condition: "true"})
				var steps []func() error
				for range each {
					one, other := pair(t, d, operator, buyer)
					steps = append(steps, one, other)
				}
				begin := make(chan struct{})
				var all sync.WaitGroup
				for _, step := range steps {
					all.Go(func() {
						<-begin
						if err := step(); err != nil && !parley.Is(err, parley.CodeConflict) && !parley.Is(err, parley.CodeNegotiationClosed) {
							t.Error(err)
						}
					})
				}
				close(begin)
				all.Wait()
				d.nothingHangsOnWhatIsOver()
			})
		})
	}
}

// nothingHangsOnWhatIsOver looks for what is left of deals that have ended, and holds the ledger against the deals.
func (d *desk) nothingHangsOnWhatIsOver() {
	ctx, operator := context.Background(), seller.Terminal("test")
	deals := map[string]parley.Deal{}
	held := map[string]int64{}
	for _, deal := range must(d.service.Deals(ctx, operator, storage.DealFilter{})).Items {
		deals[deal.ID] = deal
		if deal.DealType.Guaranteed() && deal.Status.HoldsInventory() {
			held[deal.ProductID] += deal.Impressions
		}
	}
	over := func(dealID string) bool { return dealID != "" && len(deals[dealID].Status.Next()) == 0 }
	for _, order := range must(d.service.Orders(ctx, operator, storage.OrderFilter{})).Items {
		if _, lives := order.Status.EndWithDeal(); lives && over(order.DealID) {
			d.t.Errorf("the order of a %s deal is %s", deals[order.DealID].Status, order.Status)
		}
	}
	for _, a := range must(d.service.Approvals(ctx, operator, storage.ApprovalFilter{})).Items {
		if over(a.DealID) {
			d.t.Errorf("an approval of a %s deal is pending", deals[a.DealID].Status)
		}
	}
	for _, c := range must(d.service.Changes(ctx, operator, storage.ChangeFilter{})).Items {
		if over(c.DealID) && (c.Status == parley.ChangePendingApproval || c.Status == parley.ChangeApproved) {
			d.t.Errorf("a change of a %s deal is %s", deals[c.DealID].Status, c.Status)
		}
	}
	for _, product := range []string{"video-home", "gated"} {
		if sum := d.reserved(product, "2026-06-01", "2026-07-30"); sum != held[product] {
			d.t.Errorf("%s: %d reserved, the deals hold %d", product, sum, held[product])
		}
	}
}
