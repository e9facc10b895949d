package seller_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// sweepAged removes what is too old, in more than one round over all that there is.
func (d *desk) sweepAged() {
	d.t.Helper()
	for _, sweep := range []func() (int, error){
		func() (int, error) { return d.service.RemoveEvents(d.t.Context()) },
		func() (int, error) { return d.service.RemoveAudits(d.t.Context()) },
	} {
		for range 8 {
			if _, err := sweep(); err != nil {
				d.t.Fatal(err)
			}
		}
	}
}

// eventsOf are the ids of a caller's events after a position.
func (d *desk) eventsOf(call seller.Call, position string) ([]string, error) {
	d.t.Helper()
	stores.Settle(d.t, d.store)
	found, err := d.service.EventsAfter(d.t.Context(), call, position, storage.EventFilter{}, 1000)
	var ids []string
	for _, event := range found {
		ids = append(ids, event.ID)
	}
	return ids, err
}

func wantBeginAnew(t *testing.T, err error, code parley.Code) {
	t.Helper()
	told, is := errors.AsType[*parley.Error](err)
	if !is || told.Code != code || told.Facts["begin_anew"] != true {
		t.Errorf("%v, want %s and to begin anew", err, code)
	}
}

// TestWhatIsOldIsRemoved has buyers whose events nothing needs any more, one with a deal under way, and one whose webhook has not had its
// own; and readers who go on from before and after what is removed.
func TestWhatIsOldIsRemoved(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		ctx := t.Context()
		settings := seller.DefaultSettings()
		settings.KeepEvents, settings.KeepAudits = 30*24*time.Hour, 30*24*time.Hour
		d := openDesk(t, store, settings)
		d.sell(video())
		quiet, trading := d.buyer(acme), d.buyer(zenith)
		slow := d.buyer(parley.Identity{SeatID: "seat-slow", AgencyID: "agency-slow"})
		operator := d.operator()
		hook := func(call seller.Call) (made seller.CreatedWebhook) {
			t.Helper()
			if _, err := d.service.CreateWebhook(ctx, call, seller.WebhookRequest{URL: "https://hooks.example.com"}, keep(&made)); err != nil {
				t.Fatal(err)
			}
			return made
		}
		rests := hook(quiet)
		if _, err := d.service.DisableWebhook(ctx, operator, rests.ID, keep(new(parley.Webhook))); err != nil {
			t.Fatal(err)
		}
		hook(slow)
		for range 2 {
			d.quote(quiet, ask(2000))
			d.quote(slow, ask(2000))
		}
		deal, err := d.book(trading, d.quote(trading, ask(2000)).ID)
		if err != nil {
			t.Fatal(err)
		}
		all := func(call seller.Call) []string {
			t.Helper()
			ids, err := d.eventsOf(call, seller.FromTheBeginning)
			if err != nil {
				t.Fatal(err)
			}
			return ids
		}
		were := all(quiet)
		theirs, slows := all(trading), all(slow)

		before := stores.Dump(t, store)
		d.sweepAged()
		if stores.Dump(t, store) != before {
			t.Error("what is not old is removed")
		}
		d.clock.Move(40 * 24 * time.Hour)
		if _, err := d.service.ExpireQuotes(ctx); err != nil { // which leaves an event that is new
			t.Fatal(err)
		}
		d.sweepAged()

		left := all(quiet)
		if len(left) == 0 || slices.Contains(left, were[0]) || slices.Contains(left, were[len(were)-1]) {
			t.Errorf("of %v there are %v", were, left)
		}
		if now := all(trading); !slices.Equal(now[:len(theirs)], theirs) {
			t.Errorf("of a deal under way there are %v of %v", now, theirs)
		}
		if now := all(slow); !slices.Equal(now[:len(slows)], slows) {
			t.Errorf("of what a webhook has not had there are %v of %v", now, slows)
		}

		// Who has seen all that is removed goes on; who has not, and an operator, who would have seen everybody's, is told.
		if got, err := d.eventsOf(quiet, were[len(were)-1]); err != nil || !slices.Equal(got, left) {
			t.Errorf("after the last that is removed: %v, %v, want %v", got, err, left)
		}
		_, err = d.eventsOf(quiet, were[0])
		wantBeginAnew(t, err, parley.CodeNotFound)
		_, err = d.eventsOf(operator, theirs[0])
		if theirs[0] < were[len(were)-1] {
			wantBeginAnew(t, err, parley.CodeNotFound)
		}
		err = d.service.FollowEvents(ctx, quiet, were[0], storage.EventFilter{}, time.Minute, func([]parley.Event, string) error {
			t.Error("a stream goes on from before what is kept")
			return errors.New("enough")
		})
		wantBeginAnew(t, err, parley.CodeNotFound)
		if got, err := d.eventsOf(operator, left[len(left)-1]); err != nil || slices.Contains(got, left[0]) {
			t.Errorf("after one that is kept: %v, %v", got, err)
		}
		_, err = d.eventsOf(quiet, "evt-zzzzzzzzzzzzzzzzzzzzzzzzzz")
		if told, is := errors.AsType[*parley.Error](err); !is || told.Code != parley.CodeNotFound || told.Facts["begin_anew"] != nil {
			t.Errorf("an event that never was: %v", err)
		}

		// A webhook that rested meanwhile is not led past what it missed, and begins anew where it is told to.
		_, err = d.service.RetryWebhook(ctx, operator, rests.ID, keep(new(parley.Webhook)))
		wantBeginAnew(t, err, parley.CodeConflict)
		_, err = d.service.ReplaceWebhook(ctx, quiet, rests.ID, seller.WebhookRequest{URL: "https://hooks.example.com"}, keep(new(parley.Webhook)))
		wantBeginAnew(t, err, parley.CodeConflict)
		if _, err := d.service.RedeliverWebhook(ctx, quiet, rests.ID, left[0], keep(new(parley.Webhook))); err != nil {
			t.Fatal(err)
		}
		due, err := d.service.DueToWebhook(ctx, rests.ID, 100)
		if err != nil || len(due.Events) == 0 || due.Events[0].ID != left[0] {
			t.Errorf("due is %+v, %v", due.Events, err)
		}

		// Of the audit trail what is about the deal is left, and what is new.
		trail, err := d.service.Audits(ctx, seller.Terminal("test"), seller.AuditFilter{})
		if err != nil || len(trail.Items) == 0 {
			t.Fatal(trail, err)
		}
		for _, entry := range trail.Items {
			if entry.ResourceID != deal.ID && d.clock.Read().Sub(entry.At) > settings.KeepAudits {
				t.Errorf("of the audit trail there is %+v", entry)
			}
		}
		if trail.Items[0].ResourceID != deal.ID {
			t.Errorf("it begins with %+v", trail.Items[0])
		}
	})
}

// TestNegotiationsAreKeptAsLongAsIsSaid has proposals and negotiations end in each way: those that came to nothing are gone with their rounds
// once they are old enough, and not before; those that led to a deal, that an approval was about or that are not over stay.
func TestNegotiationsAreKeptAsLongAsIsSaid(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		ctx := t.Context()
		settings := seller.DefaultSettings()
		settings.KeepNegotiations = 30 * 24 * time.Hour
		d := openDesk(t, store, settings)
		d.sell(video())
		buyer, operator := d.buyer(acme), d.operator()
		gone, stay := map[string]string{}, map[string]string{}

		ended := d.submit(buyer, propose(10_100_000, 1_000_000))
		gone["a negotiation that expired"], gone["its proposal"] = ended.NegotiationID, ended.ID
		gone["a rejected proposal"] = d.submit(buyer, propose(1_000_000, 1_000_000)).ID
		over := d.quote(buyer, ask(2000))
		price := parley.Money{Micros: 9_000_000, Currency: parley.USD}
		gone["a negotiation over a quote"] = must(d.say(buyer, seller.Message{QuoteID: over.ID, Action: "counter", Price: &price})).Negotiation.ID

		led := d.submit(buyer, propose(10_100_000, 1_000_000))
		must(d.counter(buyer, led.ID, led.CounterTerms.ProposedCPM))
		must(d.bookProposal(buyer, led.ID))
		stay["a negotiation that led to a deal"], stay["the deal's proposal"] = led.NegotiationID, led.ID
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision})
		asked := d.submit(buyer, propose(10_100_000, 1_000_000))
		must(0, d.decide(operator, asked.ApprovalID, "reject", nil))
		must(d.resume(operator, asked.ApprovalID))
		stay["a proposal that an approval was about"] = asked.ID

		there := func(id string) bool {
			t.Helper()
			var err error
			if id[:4] == "neg-" {
				_, err = d.service.Negotiation(ctx, operator, id)
			} else {
				_, err = d.service.Proposal(ctx, operator, id)
			}
			if err != nil && !parley.Is(err, parley.CodeNotFound) {
				t.Fatal(err)
			}
			return err == nil
		}
		sweep := func() {
			t.Helper()
			for _, sweep := range []func() (int, error){
				func() (int, error) { return d.service.ExpireProposals(ctx) }, func() (int, error) { return d.service.ExpireNegotiations(ctx) },
				func() (int, error) { return d.service.RemoveNegotiations(ctx) }, func() (int, error) { return d.service.RemoveNegotiations(ctx) },
			} {
				if _, err := sweep(); err != nil {
					t.Fatal(err)
				}
			}
		}
		d.clock.Move(29 * 24 * time.Hour)
		sweep()
		for what, id := range gone {
			if !there(id) {
				t.Errorf("%s is gone before its time", what)
			}
		}
		d.clock.Move(max(settings.NegotiationTTL, settings.ProposalTTL) + 2*24*time.Hour)
		sweep()
		for what, id := range gone {
			if there(id) {
				t.Errorf("%s is still there", what)
			}
		}
		for what, id := range stay {
			if !there(id) {
				t.Errorf("%s is gone", what)
			}
		}
	})
}
