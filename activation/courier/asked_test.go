package courier_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/activation/dealsapi"
	"parley/activation/filedrop"
	"parley/seller"
)

// TestNothingIsSentWhoseOrderDoesNotDeliver has people do everything about activations in every state, while their order and deal are
// in every other.
func TestNothingIsSentWhoseOrderDoesNotDeliver(t *testing.T) {
	t.Parallel()
	always := func(string, string) fault { return refuses }
	fails := func(d *desk) {
		d.server.breaks(always)
		d.deliver(d.service, "node")
		d.server.breaks(nil)
	}
	activations := map[string]func(d *desk, deal parley.Deal){
		"failed": func(d *desk, _ parley.Deal) { fails(d) },
		"given up": func(d *desk, deal parley.Deal) {
			fails(d)
			d.must(d.giveUp(d.only(deal.ID).ID))
		},
		"queued": func(*desk, parley.Deal) {},
		"paused": func(d *desk, deal parley.Deal) {
			d.deliver(d.service, "node")
			d.must(d.pause(d.only(deal.ID).ID))
			d.deliver(d.service, "node")
		},
	}
	orders := map[string][]parley.OrderStatus{
		"as it is": nil, "failed": {parley.OrderFailed}, "submitted again": {parley.OrderFailed, parley.OrderDraft, parley.OrderSubmitted},
		"unbooked": {parley.OrderUnbooked}, "cancelled": {parley.OrderCancelled},
	}
	acts := map[string]func(d *desk, id string) error{
		"retried":      func(d *desk, id string) error { return d.act(d.service.RetryActivation, id) },
		"released":     func(d *desk, id string) error { return d.act(d.service.ReleaseActivation, id) },
		"resumed":      func(d *desk, id string) error { return d.act(d.service.ResumeActivation, id) },
		"acknowledged": func(d *desk, id string) error { return d.acknowledge(id) },
		"adopted": func(d *desk, id string) error {
			_, err := d.service.AdoptActivation(t.Context(), d.admin, id, "orders/1", keep(new(parley.Activation)))
			return err
		},
	}
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(adServerKind)
		sent := 0
		for inState, prepare := range activations {
			for ordered, moves := range orders {
				for _, cancelled := range []bool{false, true} {
					deal, order := d.ordered()
					prepare(d, deal)
					for _, to := range moves {
						_ = d.move(d.admin, order.ID, to) // as far as it goes
					}
					if cancelled {
						d.must(d.cancel(deal.ID))
					}
					for did, act := range acts {
						placed, err := d.service.Order(t.Context(), d.admin, order.ID)
						d.must(err)
						delivers := !cancelled && delivers(placed.Status)
						id := d.only(deal.ID).ID
						d.server.calls = nil
						err = act(d, id)
						if err != nil && !parley.Is(err, parley.CodeConflict) {
							t.Errorf("%s, order %s: %s: %v", inState, ordered, did, err)
						}
						a := d.only(deal.ID)
						if err == nil && !delivers && a.Intent == parley.IntentRun {
							t.Errorf("%s, order %s (%s), cancelled %t: %s", inState, ordered, placed.Status, cancelled, did)
						}
						d.deliver(d.service, "node")
						for _, call := range d.server.calls {
							if strings.HasPrefix(call, "create") || strings.HasPrefix(call, "update") {
								sent++
								if !delivers {
									t.Errorf("%s, order %s (%s), cancelled %t, %s: %s", inState, ordered, placed.Status, cancelled, did, call)
								}
							}
						}
					}
				}
			}
		}
		if sent == 0 {
			t.Error("nothing was sent of any")
		}
	})
}

func delivers(status parley.OrderStatus) bool {
	return slices.Contains([]parley.OrderStatus{
		parley.OrderApproved, parley.OrderInProgress, parley.OrderSyncing, parley.OrderBooked, parley.OrderCompleted,
	}, status)
}

// TestGivenUpIsTriedAgainWhenItsOrderIs has an order fail with an activation that is given up.
func TestGivenUpIsTriedAgainWhenItsOrderIs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		of := map[parley.ActivationTrigger]parley.DealType{
			parley.TriggerOrderApproved: parley.ProgrammaticGuaranteed, parley.TriggerDealBooked: parley.PreferredDeal,
		}
		for _, trigger := range []parley.ActivationTrigger{parley.TriggerOrderApproved, parley.TriggerDealBooked} {
			d.destination(adServerKind, func(r *seller.DestinationRequest) {
				r.Name, r.Trigger = string(trigger), trigger
				r.Match.DealTypes = []parley.DealType{of[trigger]}
			})
			d.server.breaks(func(string, string) fault { return refuses })
			deal, order := d.orderedAs(string(of[trigger]))
			d.deliver(d.service, "node")
			id := d.only(deal.ID).ID
			d.must(d.giveUp(id))
			d.at(deal.ID, order.ID, parley.ActivationGivenUp, parley.OrderFailed, parley.DealBooked)
			d.server.breaks(nil)
			err := d.act(d.service.RetryActivation, id)
			if (trigger == parley.TriggerOrderApproved) != parley.Is(err, parley.CodeConflict) {
				t.Errorf("%s: tried again: %v", trigger, err)
			}
		}
	})
}

// TestARefIsPlainText has somebody say that a deal is trafficked under a name that hides something.
func TestARefIsPlainText(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(filedrop.Kind)
		deal, _ := d.ordered()
		d.deliver(d.service, "node")
		for _, ref := range []string{"LI\x007", "LI\n7", "LI \u202e7", "LI\u200b7", "LI \xff"} {
			_, err := d.service.AcknowledgeActivation(t.Context(), d.admin, d.only(deal.ID).ID, ref, keep(new(parley.Activation)))
			if !parley.Is(err, parley.CodeValidation) {
				t.Errorf("%q: %v", ref, err)
			}
		}
	})
}

// TestANameIsThatOfOneDeal has two deals said to be there under one name.
func TestANameIsThatOfOneDeal(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(filedrop.Kind)
		one, _ := d.ordered()
		two, _ := d.ordered()
		d.deliver(d.service, "node")
		say := func(deal parley.Deal, ref string) error {
			_, err := d.service.AcknowledgeActivation(t.Context(), d.admin, d.only(deal.ID).ID, ref, keep(new(parley.Activation)))
			return err
		}
		d.must(say(one, "LI 7"))
		err := say(two, " LI 7 ")
		var refused *parley.Error
		if !parley.Is(err, parley.CodeConflict) || !errors.As(err, &refused) || refused.Facts["deal_id"] != one.ID {
			t.Fatalf("the name of another deal: %v", err)
		}
		d.must(say(two, "LI 8"))
	})
}

// TestACredentialThatCannotBeSentIsRefusedWhenItIsSet gives a receiver what no header takes.
func TestACredentialThatCannotBeSentIsRefusedWhenItIsSet(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		to := d.destination(dealsapi.Kind, func(r *seller.DestinationRequest) {
			r.Settings = []byte(`{"push_url": "https://dsp.example/push", "auth": "bearer", "origin": "exchange.example"}`)
		})
		for credential, sound := range map[string]bool{"tok-4711": true, "tok 4711": false, "tok\r\nX-Else: 1": false, "tök": false} {
			_, err := d.service.SetDestinationCredential(t.Context(), d.admin, to.ID, credential, keep(&to))
			if sound != (err == nil) || !sound && !parley.Is(err, parley.CodeValidation) {
				t.Errorf("%q: %v", credential, err)
			}
		}
	})
}
