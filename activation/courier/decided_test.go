package courier_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"parley"
	"parley/activation"
	"parley/seller"
	"parley/storage"
)

// TestWhatAPersonDecidesNoChangeOfADestinationDoes has a deal fail at a receiver in each way, and changes the product's mapping, the
// destination's settings and the deal. A change goes on with what it may mend, and makes nothing again that somebody there removed or refused.
func TestWhatAPersonDecidesNoChangeOfADestinationDoes(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		receiver := d.receiver("")
		deal, _ := d.accepted(receiver)
		to, err := d.service.Destination(t.Context(), d.admin, d.only(deal.ID).DestinationID)
		d.must(err)
		n := 0
		mapping := func() {
			n++
			d.mapped(to, parley.MapsProduct, deal.ProductID, fmt.Sprintf(`{"auxdata": %d}`, 1+n/2%2))
			d.revisits()
		}
		settings := func() {
			n++
			request := seller.DestinationRequest{
				Kind: to.Kind, Name: to.Name, Trigger: to.Trigger, Release: to.Release, Required: to.Required,
				Settings: json.RawMessage(strings.Replace(string(to.Settings), `"origin":`, fmt.Sprintf(`"status_every": "%dm", "origin":`, n), 1)),
			}
			_, err := d.service.ChangeDestination(t.Context(), d.admin, to.ID, nil, request, keep(new(parley.Destination)))
			d.must(err)
			d.revisits()
		}
		changed := int64(1_200_000)
		terms := func() {
			changed++
			d.must(d.change(deal.ID, changed))
		}
		const failed, queued = parley.ActivationFailed, parley.ActivationQueued
		for _, test := range []struct {
			class          parley.ActivationClass
			code           string
			changes, terms parley.ActivationStatus
		}{
			{parley.ClassGone, "missing", failed, failed}, {parley.ClassRefused, activation.BuyerRejected, failed, queued},
			{parley.ClassRefused, activation.Disapproved, failed, queued}, {parley.ClassRefused, activation.Conflict, failed, queued},
			{parley.ClassRefused, activation.Ambiguous, failed, queued}, {parley.ClassRefused, activation.AliasTaken, failed, queued},
			{parley.ClassRefused, "mapping_missing", queued, queued}, {parley.ClassRefused, "seat_unknown", queued, queued},
			{parley.ClassRefused, "invalid", queued, queued}, {parley.ClassRefused, "refused", queued, queued},
			{parley.ClassRefused, "not_found", queued, queued}, {parley.ClassRefused, activation.CannotChange, queued, queued},
			{parley.ClassCredentials, "credential", queued, queued}, {parley.ClassTransient, "away", queued, queued},
			{parley.ClassUnsure, "lost", queued, queued}, {parley.ClassNotYet, "forecast", queued, queued},
		} {
			for _, change := range []struct {
				name string
				make func()
				want parley.ActivationStatus
			}{{"mapping", mapping, test.changes}, {"settings", settings, test.changes}, {"deal", terms, test.terms}} {
				a := d.only(deal.ID)
				a.Status, a.NextAttemptAt = failed, nil
				a.Failure = &parley.ActivationFailure{Class: test.class, Code: test.code, Text: "it failed"}
				d.must(d.store.Tx(t.Context(), func(tx *storage.Tx) error {
					tx.UpdateActivation(a, a.Fence)
					return nil
				}))
				change.make()
				if now := d.only(deal.ID); now.Status != change.want || now.WantedVersion <= a.WantedVersion || now.Applied() {
					t.Errorf("%s %s, other %s: it is %s, wanted %d after %d, want %s and not applied",
						test.class, test.code, change.name, now.Status, now.WantedVersion, a.WantedVersion, change.want)
				}
			}
		}
	})
}

// TestWhatIsGoneIsNotMadeByAMapping has a receiver forget a deal, and its product's mapping change before a person decides.
func TestWhatIsGoneIsNotMadeByAMapping(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		receiver := d.receiver("")
		deal, _, a := d.forgotten(receiver)
		d.mapped(parley.Destination{ID: a.DestinationID}, parley.MapsProduct, deal.ProductID, `{"auxdata": 1}`)
		d.revisits()
		d.deliver(d.service, "node")
		if _, there := receiver.Deal(deal.ID); there {
			t.Error("a mapping had it made again")
		}
		d.must(d.act(d.service.RetryActivation, a.ID))
		calls := receiver.Calls()
		d.deliver(d.service, "node")
		if there, _ := receiver.Deal(deal.ID); there.Pushes != 1 || receiver.Calls() < calls+2 || !strings.Contains(there.Body, `"auxdata":1`) {
			t.Errorf("after %d calls it has %+v", receiver.Calls()-calls, there)
		}
	})
}
