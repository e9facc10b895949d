package courier_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/activation/dealsapi"
	fake "parley/internal/fake/dealsapi"
	"parley/seller"
)

// receiver is a receiver of deals, as a destination of the desk's.
func (d *desk) receiver(settings string) *fake.Receiver {
	d.t.Helper()
	receiver := fake.New("tok-4711")
	d.t.Cleanup(receiver.Close)
	to := d.destination(dealsapi.Kind, func(r *seller.DestinationRequest) {
		r.Settings = json.RawMessage(fmt.Sprintf(`{"push_url": "%[1]s/push", "status_url": "%[1]s/status", "auth": "bearer", "origin": "exchange.example"%[2]s}`,
			receiver.URL, settings))
	})
	_, err := d.service.SetDestinationCredential(d.t.Context(), d.admin, to.ID, "tok-4711", keep(&to))
	d.must(err)
	return receiver
}

// accepts has the buyer accept a deal, and the desk hear of it.
func (d *desk) accepts(receiver *fake.Receiver, deal parley.Deal) {
	d.t.Helper()
	receiver.Says(deal.ID, 3)
	d.clock.Move(10 * time.Minute)
	d.deliver(d.service, "node")
}

// accepted is an ordered deal that is live at a receiver.
func (d *desk) accepted(receiver *fake.Receiver) (parley.Deal, parley.Order) {
	d.t.Helper()
	deal, order := d.ordered()
	d.deliver(d.service, "node")
	d.accepts(receiver, deal)
	d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
	return deal, order
}

// TestWhatADestinationAnsweredLastIsKept has a receiver refuse a deal with its reason and all that it was sent with.
func TestWhatADestinationAnsweredLastIsKept(t *testing.T) {
	t.Parallel()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = fmt.Fprintf(w, "<b>no such seat</b>\x00 in %s", r.Header.Get("Authorization"))
	}))
	t.Cleanup(receiver.Close)
	onEach(t, func(t *testing.T, d *desk) {
		to := d.destination(dealsapi.Kind, func(r *seller.DestinationRequest) {
			r.Settings = json.RawMessage(fmt.Sprintf(`{"push_url": "%s", "auth": "bearer", "origin": "exchange.example"}`, receiver.URL))
		})
		_, err := d.service.SetDestinationCredential(t.Context(), d.admin, to.ID, "tok-4711", keep(&to))
		d.must(err)
		deal, _ := d.ordered()
		d.deliver(d.service, "node")
		story, err := d.service.Activation(t.Context(), d.admin, d.only(deal.ID).ID)
		d.must(err)
		got := story.Answered
		if story.Status != parley.ActivationFailed || got == nil || got.Status != http.StatusUnprocessableEntity || got.Verb != "create" ||
			got.Text != "<b>no such seat</b>  in (hidden)" {
			t.Errorf("%s, answered %+v", story.Status, got)
		}
	})
}

// TestADealIsPushedAcceptedChangedAndArchived follows a deal at a receiver that loses answers after doing the work.
func TestADealIsPushedAcceptedChangedAndArchived(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		receiver := d.receiver("")
		n := 0
		receiver.Breaks(func(string) fake.Fault {
			if n++; n%2 == 1 {
				return fake.DropsAfter
			}
			return fake.None
		})
		deal, order := d.ordered()
		d.rest()
		d.at(deal.ID, order.ID, parley.ActivationWaiting, parley.OrderSyncing, parley.DealBooked)
		receiver.Says(deal.ID, 3)
		d.rest()
		if a := d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked); !a.Applied() {
			t.Error("what the buyer accepted is not applied")
		}
		d.must(d.change(deal.ID, 1_200_000))
		d.rest()
		there, _ := receiver.Deal(deal.ID)
		units, _ := there.Document["terms"].(map[string]any)
		if fmt.Sprint(units["units"]) != "1200000" {
			t.Errorf("the receiver has %s", there.Body)
		}
		d.must(d.cancel(deal.ID))
		d.rest()
		d.at(deal.ID, order.ID, parley.ActivationWithdrawn, parley.OrderUnbooked, parley.DealCancelled)
		if there, _ := receiver.Deal(deal.ID); fmt.Sprint(there.Document["sellerstatus"]) != "4" {
			t.Errorf("the receiver has %s", there.Body)
		}
	})
}

// TestAnOddStatusSaysNothingOfADeal has a receiver answer once about a live deal with what is no status of it.
func TestAnOddStatusSaysNothingOfADeal(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		receiver := d.receiver("")
		deal, order := d.accepted(receiver)
		for _, odd := range []string{`[]`, `{}`, `{"id": "ELSE-1", "buyerstatus": []}`, `{"id": "` + deal.ID + `", "buyerstatus": [{"buyerseatid": "seat-1", "status": "2"}]}`} {
			receiver.Twists(func([]byte) []byte { return []byte(odd) })
			d.clock.Move(2 * time.Hour)
			d.deliver(d.service, "node")
			a := d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
			if a.Failures == 0 || a.Failure == nil || a.Failure.Class != parley.ClassTransient || a.Failure.Code != "answer" || a.NextAttemptAt == nil {
				t.Errorf("%s: %d failures, %+v, next at %v", odd, a.Failures, a.Failure, a.NextAttemptAt)
			}
			receiver.Twists(nil)
			d.clock.Move(time.Minute)
			d.deliver(d.service, "node")
			if a = d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked); a.Failures != 0 || a.Failure != nil {
				t.Errorf("%s: mended, it is %+v", odd, a.Failure)
			}
		}
	})
}

// TestADealIsItsOwnSeats has a receiver tell of seats that a deal is not offered to, whatever they say of it.
func TestADealIsItsOwnSeats(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		receiver := d.receiver("")
		deal, order := d.ordered()
		d.deliver(d.service, "node")
		hears := func(status parley.ActivationStatus, answers ...fake.Answer) parley.Activation {
			t.Helper()
			receiver.Tells(deal.ID, answers...)
			d.clock.Move(10 * time.Minute)
			d.deliver(d.service, "node")
			a := d.at(deal.ID, order.ID, status, parley.OrderSyncing, parley.DealBooked)
			if a.AcceptedAt != nil {
				t.Errorf("%v: the buyer has not accepted it", answers)
			}
			return a
		}
		others := fake.Answer{Seat: "other-seat", Status: 4}
		hears(parley.ActivationWaiting, others)
		hears(parley.ActivationWaiting, others, fake.Answer{Status: 4})
		hears(parley.ActivationWaiting, fake.Answer{Seat: "seat-1"}, others)
		a := hears(parley.ActivationFailed, others, fake.Answer{Seat: "seat-1", Status: 2})
		if a.Failure == nil || a.Failure.Code != "buyer_rejected" {
			t.Errorf("failed with %+v", a.Failure)
		}
		if !slices.Contains(a.Buyers, parley.BuyerStatus{Seat: "seat-1", Status: 2}) {
			t.Errorf("the seat that has rejected it is told as %v", a.Buyers)
		}
	})
}

// TestWhatCannotBeChangedIsDoneByHand has a receiver that takes each deal once.
func TestWhatCannotBeChangedIsDoneByHand(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		receiver := d.receiver(`, "updates": "none"`)
		receiver.Once()
		deal, order := d.accepted(receiver)
		d.must(d.change(deal.ID, 1_200_000))
		d.deliver(d.service, "node")
		a := d.at(deal.ID, order.ID, parley.ActivationFailed, parley.OrderBooked, parley.DealBooked)
		if a.Failure == nil || a.Failure.Code != "cannot_change" || a.Applied() {
			t.Errorf("failed with %+v", a.Failure)
		}
		d.must(d.acknowledge(a.ID))
		d.deliver(d.service, "node")
		if a = d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked); !a.Applied() {
			t.Error("what was done by hand is not applied")
		}
		d.must(d.cancel(deal.ID))
		d.deliver(d.service, "node")
		d.at(deal.ID, order.ID, parley.ActivationFailed, parley.OrderUnbooked, parley.DealCancelled)
		d.must(d.acknowledge(a.ID))
		d.at(deal.ID, order.ID, parley.ActivationWithdrawn, parley.OrderUnbooked, parley.DealCancelled)
		if there, _ := receiver.Deal(deal.ID); there.Pushes != 1 {
			t.Errorf("pushed %d times", there.Pushes)
		}
	})
}

// forgotten is a deal that a receiver had accepted and knows no more, with its order and how it stands there.
func (d *desk) forgotten(receiver *fake.Receiver) (parley.Deal, parley.Order, parley.Activation) {
	d.t.Helper()
	deal, order := d.accepted(receiver)
	receiver.Forgets(deal.ID)
	d.clock.Move(2 * time.Hour)
	d.deliver(d.service, "node")
	return deal, order, d.at(deal.ID, order.ID, parley.ActivationFailed, parley.OrderBooked, parley.DealBooked)
}

// TestWhatIsGoneIsMadeAnew has a receiver that forgets a deal: a person's try looks for it and sends it again.
func TestWhatIsGoneIsMadeAnew(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		receiver := d.receiver("")
		deal, order, a := d.forgotten(receiver)
		if a.Failure == nil || a.Failure.Class != parley.ClassGone || a.Applied() {
			t.Fatalf("failed with %+v", a.Failure)
		}
		d.must(d.act(d.service.RetryActivation, a.ID))
		d.deliver(d.service, "node")
		if there, ok := receiver.Deal(deal.ID); !ok || there.Pushes != 1 {
			t.Errorf("the receiver has it %v, pushed %d times", ok, there.Pushes)
		}
		d.accepts(receiver, deal)
		if a = d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked); !a.Applied() {
			t.Error("what was made anew is not applied")
		}
	})
}

// TestWhatBuyersSayIsKept has a buyer's seats accept a deal bit by bit, pause it, and say what the standard does not know.
func TestWhatBuyersSayIsKept(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		receiver := d.receiver(`, "status_every": "20m"`)
		deal, order := d.ordered()
		d.deliver(d.service, "node")
		hears := func(statuses ...int) parley.Activation {
			t.Helper()
			receiver.Says(deal.ID, statuses...)
			calls := receiver.Calls()
			d.clock.Move(19 * time.Minute)
			d.deliver(d.service, "node")
			if receiver.Calls() != calls {
				t.Error("it is asked more often than it is set")
			}
			d.clock.Move(time.Minute)
			d.deliver(d.service, "node")
			if receiver.Calls() != calls+1 {
				t.Errorf("it is asked %d times in 20 minutes", receiver.Calls()-calls)
			}
			a := d.only(deal.ID)
			var said []int
			for i, b := range a.Buyers {
				if b.Seat != []string{"seat-1", "other-1"}[i] {
					t.Errorf("seat %d is %q", i, b.Seat)
				}
				said = append(said, b.Status)
			}
			if !slices.Equal(said, statuses) {
				t.Errorf("kept %v of %v", said, statuses)
			}
			return a
		}
		if a := hears(0, 4); a.AcceptedAt != nil || a.Status != parley.ActivationWaiting {
			t.Errorf("a seat that it is not offered to has accepted: %+v", a)
		}
		if a := hears(1, 2); a.AcceptedAt == nil || a.Status != parley.ActivationWaiting {
			t.Errorf("one has accepted: %+v", a)
		}
		hears(4, 2)
		d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
		if a := hears(5, 2); a.Status != parley.ActivationLive || !strings.Contains(a.Standing, "paused") {
			t.Errorf("the buyer has paused it: %+v", a)
		}
		hears(5, 2) // which is told once
		if a := hears(41, 2); !strings.Contains(a.Standing, "41") {
			t.Errorf("it waits for %q", a.Standing)
		}
		if a := hears(4, 2); a.Standing != "" {
			t.Errorf("it waits for %q", a.Standing)
		}
		d.told(deal.ID, "activation.queued", "activation.sent", "activation.accepted", "activation.live", "activation.drifted", "activation.drifted")
	})
}

// TestADealIsAskedAboutLessOftenAfterADay counts the questions where nobody has set how many there are.
func TestADealIsAskedAboutLessOftenAfterADay(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		receiver := d.receiver("")
		d.ordered()
		d.deliver(d.service, "node")
		asked := func(in time.Duration) int {
			before := receiver.Calls()
			for range in / (5 * time.Minute) {
				d.clock.Move(5 * time.Minute)
				d.deliver(d.service, "node")
			}
			return receiver.Calls() - before
		}
		if n := asked(time.Hour); n != 12 {
			t.Errorf("asked %d times in the first hour", n)
		}
		d.clock.Move(24 * time.Hour)
		d.deliver(d.service, "node")
		if n := asked(3 * time.Hour); n != 3 {
			t.Errorf("asked %d times in three hours of the second day", n)
		}
	})
}

// TestAStartThatWasMovedOutlivesALostAnswer loses the answers of pushes that moved a start which was past, at receivers that tell what they have
// and at ones that do not: the deal keeps the start that it was pushed with, so that nothing that runs begins anew.
func TestAStartThatWasMovedOutlivesALostAnswer(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]string{"that tells": "", "that does not": `, "status_url": ""`} {
		for _, strict := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, strict %t", name, strict), func(t *testing.T) {
				t.Parallel()
				onEach(t, func(t *testing.T, d *desk) {
					receiver := d.receiver(settings)
					if strict {
						receiver.Begins(d.clock.Read)
					}
					start := func(dealID string) string {
						there, _ := receiver.Deal(dealID)
						terms, _ := there.Document["terms"].(map[string]any)
						return fmt.Sprint(terms["startdate"])
					}
					// passes lets time go by as long as what was pushed has not begun, which a strict receiver would not take again.
					passes := func() {
						for range 4 {
							d.deliver(d.service, "node")
							d.clock.Move(time.Minute)
						}
					}
					deal, _ := d.ordered()
					d.clock.Move(14*24*time.Hour + 59*time.Minute + 30*time.Second) // the flight runs
					loses := func(how fake.Fault) {
						breaksOnce(receiver, "/push", how)
					}
					loses(fake.DropsAfter)
					passes()
					const moved = "2026-06-15T13:10:00Z"
					if got := start(deal.ID); got != moved || !d.only(deal.ID).Status.Sent() {
						t.Fatalf("lost, it starts at %s, want %s, and is %s", got, moved, d.only(deal.ID).Status)
					}
					d.must(d.change(deal.ID, 1_200_000))
					loses(fake.DropsAfter)
					passes()
					if got := start(deal.ID); got != moved {
						t.Errorf("changed, it starts at %s, want %s", got, moved)
					}
					if strict {
						d.clock.Move(24 * time.Hour)
						d.must(d.change(deal.ID, 1_300_000))
						pushed := 0
						receiver.Breaks(func(path string) fake.Fault { // the second push has the later start
							if path == "/push" {
								if pushed++; pushed == 2 {
									return fake.DropsAfter
								}
							}
							return fake.None
						})
						d.deliver(d.service, "node")
						later := start(deal.ID)
						passes()
						if got := start(deal.ID); later == moved || got != later || !d.only(deal.ID).Status.Sent() {
							t.Errorf("moved again to %s, it starts at %s, and is %s", later, got, d.only(deal.ID).Status)
						}
					}
				})
			})
		}
	}
}
