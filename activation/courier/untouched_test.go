package courier_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"parley"
	"parley/activation"
	"parley/activation/admanager"
	"parley/activation/dealsapi"
	fake "parley/internal/fake/admanager"
	"parley/seller"
)

// TestWhatNeverArrivedIsWithdrawnAtOnce cancels deals of which a destination has nothing, whatever kept them from it: nobody has to say
// that they are not there, and nothing is asked there.
func TestWhatNeverArrivedIsWithdrawnAtOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		to := d.destination(adServerKind)
		for name, broken := range map[string]func(verb, step string) fault{
			"refused": func(string, string) fault { return refuses }, "away": func(string, string) fault { return isAway },
			"refused when it was looked for": func(verb, _ string) fault {
				if verb == "look" {
					return ""
				}
				return refuses
			},
		} {
			d.server.breaks(broken)
			deal, _ := d.ordered()
			d.deliver(d.service, "node")
			d.must(d.cancel(deal.ID))
			if a := d.only(deal.ID); a.Status != parley.ActivationWithdrawn || !a.Applied() {
				t.Errorf("%s: it is %s", name, a.Status)
			}
		}
		// A destination that is paused is asked nothing, and what waits for it is not there.
		d.server.breaks(func(string, string) fault { return isAway })
		deal, _ := d.ordered()
		d.deliver(d.service, "node")
		_, err := d.service.PauseDestination(t.Context(), d.admin, to.ID, "a test", keep(&to))
		d.must(err)
		d.must(d.cancel(deal.ID))
		if a := d.only(deal.ID); a.Status != parley.ActivationWithdrawn {
			t.Errorf("while its destination is paused it is %s", a.Status)
		}
	})
}

// TestWhatMayBeThereIsLookedForBeforeItIsWithdrawn cancels deals whose first call was lost, or half of which was made, or beside which
// several look alike: that there is nothing of them has to be found out, and what there is ends.
func TestWhatMayBeThereIsLookedForBeforeItIsWithdrawn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(adServerKind)
		for name, broken := range map[string]func(verb, step string) fault{
			"lost before": func(verb, _ string) fault { return map[string]fault{"create": losesBefore}[verb] },
			"lost after":  func(verb, _ string) fault { return map[string]fault{"create": losesAfter}[verb] },
			"half of it": func(verb, step string) fault {
				if verb == "create" && step == "line" {
					return refuses
				}
				return ""
			},
		} {
			d.server.breaks(broken)
			deal, _ := d.ordered()
			d.deliver(d.service, "node")
			d.must(d.cancel(deal.ID))
			if a := d.only(deal.ID); a.Status != parley.ActivationWithdrawing {
				t.Errorf("%s: it is %s at once", name, a.Status)
			}
			d.server.breaks(nil)
			d.rest()
			if a := d.only(deal.ID); a.Status != parley.ActivationWithdrawn {
				t.Errorf("%s: it is %s, %+v", name, a.Status, a.Failure)
			}
			for _, kind := range []string{"order", "line"} {
				for _, o := range d.server.holds(kind, deal.ID) {
					if !o.ended {
						t.Errorf("%s: the %s runs on", name, kind)
					}
				}
			}
		}
		deal, _ := d.ordered()
		d.server.objects["order "+deal.ID] = []object{{ref: "orders/a"}, {ref: "orders/b"}}
		d.deliver(d.service, "node")
		d.must(d.cancel(deal.ID))
		d.rest()
		a := d.only(deal.ID)
		if a.Status != parley.ActivationFailed || a.Failure.Code != activation.Ambiguous {
			t.Fatalf("of several it is %s, %+v", a.Status, a.Failure)
		}
		d.must(d.act(func(ctx context.Context, call seller.Call, id string, encode seller.Encode[parley.Activation]) (seller.Answer, error) {
			return d.service.AdoptActivation(ctx, call, id, "orders/b", encode)
		}, a.ID))
		d.rest()
		if a = d.only(deal.ID); a.Status != parley.ActivationWithdrawn {
			t.Errorf("chosen, it is %s, %+v", a.Status, a.Failure)
		}
		for _, o := range d.server.holds("order", deal.ID) {
			if o.ended != (o.ref == "orders/b") {
				t.Errorf("%+v", o)
			}
		}
	})
}

// TestWhatCannotBePlannedIsWithdrawn cancels a deal that was never sent, for want of a mapping.
func TestWhatCannotBePlannedIsWithdrawn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(admanager.Kind, func(r *seller.DestinationRequest) {
			r.Settings = json.RawMessage(fmt.Sprintf(`{"network": %q, "currency": "USD", "trafficker": %q, "deal_key": %q, "deal_key_id": %q, "advertiser": %q}`,
				fake.Network, fake.Trafficker, fake.DealKey, fake.DealKeyID, fake.Advertiser))
		})
		d.destination(dealsapi.Kind, func(r *seller.DestinationRequest) { // without the credential that it needs
			r.Settings = json.RawMessage(`{"push_url": "http://127.0.0.1:9/push", "auth": "bearer", "origin": "exchange.example"}`)
		})
		deal, _ := d.ordered()
		d.deliver(d.service, "node")
		d.must(d.cancel(deal.ID))
		for _, a := range d.activations(deal.ID) {
			if a.Status != parley.ActivationWithdrawn {
				t.Errorf("it is %s, %+v", a.Status, a.Failure)
			}
		}
		if made := len(d.network.Made("orders")); made != 0 {
			t.Errorf("%d orders were made", made)
		}
	})
}
