package storagetest

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

func (f *fixture) destination(name string) parley.Destination {
	return parley.Destination{
		ID: f.id(parley.PrefixDestination), Kind: "file_drop", Name: name, Status: parley.DestinationActive,
		Settings: json.RawMessage(`{"folder": "Käufer"}`), Match: parley.DestinationMatch{InventoryTypes: []string{"ctv"}}.Normal(),
		Trigger: parley.TriggerOrderApproved, Release: parley.ReleaseAutomatic, Required: true, Version: 1, CreatedAt: noon, UpdatedAt: noon,
	}
}

// activation stores a booked deal and a destination, and answers an activation of both that is not stored.
func (f *fixture) activation() parley.Activation {
	f.Helper()
	f.stock(f.product("a"))
	_, deal := f.booked("buyer/a//")
	to := f.destination(f.id("drop-"))
	f.write(func(tx *storage.Tx) { tx.InsertDestination(to) })
	return f.activationOf(deal.ID, to.ID)
}

func (f *fixture) activationOf(dealID, destinationID string) parley.Activation {
	return parley.Activation{
		ID: f.id(parley.PrefixActivation), DealID: dealID, DestinationID: destinationID, System: "file_drop", Owner: "buyer/a//", Required: true,
		Trigger: parley.TriggerOrderApproved, Status: parley.ActivationQueued, Intent: parley.IntentRun, WantedVersion: 1, Since: noon,
		NextAttemptAt: ptr(noon), CreatedAt: noon, UpdatedAt: noon,
	}
}

func askDestination(id string) func(*storage.Reader) *storage.Pending[parley.Destination] {
	return func(r *storage.Reader) *storage.Pending[parley.Destination] { return r.Destination(id) }
}

func askActivation(id string) func(*storage.Reader) *storage.Pending[parley.Activation] {
	return func(r *storage.Reader) *storage.Pending[parley.Activation] { return r.Activation(id) }
}

var destinations = map[string]func(*testing.T, *fixture){
	"come back as they were given, and go": func(_ *testing.T, f *fixture) {
		d := f.destination("Ad server")
		f.write(func(tx *storage.Tx) { tx.InsertDestination(d) })
		same(f, read(f, askDestination(d.ID)), d)
		d.Credential, d.CredentialMark = "sealed:v1:AAAA", "0a1b2c3d"
		d.Name, d.Status, d.PausedBecause, d.Settings = "Other", parley.DestinationPaused, "somebody says so", json.RawMessage(`{}`)
		d.Match = parley.DestinationMatch{DealTypes: []parley.DealType{"PG"}, SeatIDs: []string{"s"}, DSPPlatforms: []string{"ttd"}, ProductIDs: []string{"p"}}.Normal()
		d.Trigger, d.Release, d.Required = parley.TriggerManual, parley.ReleaseByPerson, false
		d.Failures, d.Version, d.UpdatedAt = 4, 2, noon.Add(time.Hour)
		d.BillingSource, d.RequestsPerMinute, d.Sends = "Käufer", 90, 3
		f.tx(func(tx *storage.Tx) error {
			if found := get(f.Context(), f, tx.DestinationForUpdate(d.ID)); found.Version != 1 {
				f.Errorf("for update: %+v", found)
			}
			tx.UpdateDestination(d)
			return nil
		})
		same(f, read(f, askDestination(d.ID)), d)
		f.write(func(tx *storage.Tx) { tx.DeleteDestination(d.ID) })
		missing(f, askDestination(d.ID))
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.DeleteDestination(d.ID) })
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.UpdateDestination(d) })
	},
	"have names of their own": func(_ *testing.T, f *fixture) {
		first, second := f.destination("one"), f.destination("two")
		f.write(func(tx *storage.Tx) {
			tx.InsertDestination(first)
			tx.InsertDestination(second)
		})
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertDestination(f.destination("one")) })
		second.Name = "one"
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.UpdateDestination(second) })
	},
	"are paused for a reason": func(_ *testing.T, f *fixture) {
		d := f.destination("one")
		d.Status = parley.DestinationPaused
		f.refused(parley.CodeInternal, func(tx *storage.Tx) { tx.InsertDestination(d) })
	},
	"stay when deals were for them": func(_ *testing.T, f *fixture) {
		a := f.activation()
		f.write(func(tx *storage.Tx) { tx.InsertActivation(a) })
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.DeleteDestination(a.DestinationID) })
	},
	"are listed": func(_ *testing.T, f *fixture) {
		var ids []string
		for _, name := range []string{"a", "b", "c", "d"} {
			d := f.destination(name)
			if name == "b" {
				d.Status, d.PausedBecause = parley.DestinationPaused, "a test"
			}
			ids = append(ids, d.ID)
			f.write(func(tx *storage.Tx) { tx.InsertDestination(d) })
		}
		for status, want := range map[parley.DestinationStatus][]string{"": ids, parley.DestinationPaused: ids[1:2]} {
			pages(f, want, func(d parley.Destination) string { return d.ID },
				func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Destination]] {
					return r.Destinations(storage.DestinationFilter{Status: status, Page: p})
				})
		}
		all := read(f, func(r *storage.Reader) *storage.Pending[[]parley.Destination] { return r.EachDestination() })
		if len(all) != len(ids) || all[3].ID != ids[3] {
			f.Errorf("all: %v", all)
		}
	},
}

var activations = map[string]func(*testing.T, *fixture){
	"are planned once for each version that is wanted": func(_ *testing.T, f *fixture) {
		a := f.activation()
		f.write(func(tx *storage.Tx) { tx.InsertActivation(a) })
		unplanned := func(want ...string) {
			f.Helper()
			if found := read(f, func(r *storage.Reader) *storage.Pending[[]string] { return r.UnplannedActivations(10) }); !slices.Equal(found, want) {
				f.Errorf("to be planned: %v, want %v", found, want)
			}
		}
		plan := func() *parley.ActivationPlan {
			return read(f, func(r *storage.Reader) *storage.Pending[*parley.ActivationPlan] { return r.ActivationPlan(a.ID) })
		}
		unplanned(a.ID)
		if plan() != nil {
			f.Error("a plan that nobody made")
		}
		for version := int64(1); version <= 2; version++ {
			kept := parley.ActivationPlan{
				Version: version, At: noon, Steps: []parley.PlannedStep{{Name: "line", Anchor: "x", Body: json.RawMessage(`{"id":"Käufer"}`)}},
				Warnings: []parley.PlanRemark{{Field: "flight_start", Text: "is past"}}, Problems: []parley.PlanRemark{},
			}
			f.write(func(tx *storage.Tx) { tx.SetActivationPlan(a.ID, kept) })
			same(f, *plan(), kept)
			unplanned()
			a.WantedVersion = version + 1
			f.write(func(tx *storage.Tx) { tx.UpdateActivation(a, a.Fence) })
			unplanned(a.ID)
		}
		f.write(func(tx *storage.Tx) { tx.SetActivationPlan(a.ID, parley.ActivationPlan{Version: 3, At: noon}) })
		f.write(func(tx *storage.Tx) { tx.ForgetActivationPlan(a.ID) })
		unplanned(a.ID)
		f.write(func(tx *storage.Tx) { tx.SetActivationPlan(a.ID, parley.ActivationPlan{Version: 3, At: noon}) })
		f.write(func(tx *storage.Tx) { tx.RevisitActivations(a.DestinationID, false) })
		unplanned(a.ID)
		a.Status = parley.ActivationSending
		f.write(func(tx *storage.Tx) { tx.UpdateActivation(a, a.Fence) })
		unplanned()
	},
	"are looked at again when what is said of their destination changes": func(_ *testing.T, f *fixture) {
		first := f.activation()
		to := first.DestinationID
		all := []parley.Activation{first}
		for range 4 {
			_, deal := f.booked("buyer/a//")
			all = append(all, f.activationOf(deal.ID, to))
		}
		var ids []string
		for i := range all {
			all[i].Fence = 1
			all[i].Status, all[i].NextAttemptAt = parley.ActivationLive, nil
			switch i {
			case 1:
				all[i].Fence = 0 // nothing was ever sent
			case 3:
				all[i].Intent, all[i].Status = parley.IntentEnd, parley.ActivationWithdrawn
			default:
				ids = append(ids, all[i].ID)
			}
			f.write(func(tx *storage.Tx) { tx.InsertActivation(all[i]) })
		}
		revisits := func() []storage.Revisit {
			return read(f, func(r *storage.Reader) *storage.Pending[[]storage.Revisit] { return r.Revisits() })
		}
		next := func(v storage.Revisit) []string {
			return read(f, func(r *storage.Reader) *storage.Pending[[]string] { return r.ActivationsToRevisit(v, 2) })
		}
		if none := revisits(); len(none) != 0 {
			f.Errorf("nothing changed: %v", none)
		}
		if n := read(f, func(r *storage.Reader) *storage.Pending[int64] { return r.SentActivations(to) }); n != 3 {
			f.Errorf("%d are there", n)
		}
		f.write(func(tx *storage.Tx) { tx.RevisitActivations(to, true) })
		f.write(func(tx *storage.Tx) { tx.RevisitActivations(to, false) }) // which takes nothing back
		begun := storage.Revisit{DestinationID: to, All: true}
		same(f, revisits(), []storage.Revisit{begun})
		same(f, next(begun), ids[:2])
		f.write(func(tx *storage.Tx) { tx.Revisited(begun, ids[1]) })
		on := storage.Revisit{DestinationID: to, UpTo: ids[1], All: true}
		same(f, revisits(), []storage.Revisit{on})
		same(f, next(on), ids[2:])
		f.write(func(tx *storage.Tx) { tx.RevisitActivations(to, false) })
		f.write(func(tx *storage.Tx) { tx.Revisited(on, "") }) // it has begun anew meanwhile
		same(f, revisits(), []storage.Revisit{begun})
		f.write(func(tx *storage.Tx) { tx.Revisited(begun, "") })
		if left := revisits(); len(left) != 0 {
			f.Errorf("left: %v", left)
		}
		f.write(func(tx *storage.Tx) { tx.RevisitActivations(to, false) })
		same(f, revisits(), []storage.Revisit{{DestinationID: to}})
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.RevisitActivations("dest-nobody", true) })
	},
	"tell which have failed that orders wait for": func(_ *testing.T, f *fixture) {
		failed := f.activation()
		_, second := f.booked("buyer/a//")
		_, third := f.booked("buyer/a//")
		other, live := f.activationOf(second.ID, failed.DestinationID), f.activationOf(third.ID, failed.DestinationID)
		failed.Status, other.Status, live.Status = parley.ActivationFailed, parley.ActivationFailed, parley.ActivationLive
		failed.NextAttemptAt, other.NextAttemptAt, other.Required = nil, nil, false
		f.write(func(tx *storage.Tx) {
			tx.InsertActivation(failed)
			tx.InsertActivation(other)
			tx.InsertActivation(live)
		})
		same(f, dueIDs(read(f, askDue(storage.DueFailures, noon.Add(-time.Second), storage.Due{}, 10))), []string{})
		same(f, dueIDs(read(f, askDue(storage.DueFailures, noon, storage.Due{}, 10))), []string{failed.ID})
		same(f, dueIDs(read(f, askDue(storage.DueFailures, noon, storage.Due{At: noon, ID: failed.ID}, 10))), []string{})
	},
	"come back as they were given": func(_ *testing.T, f *fixture) {
		a := f.activation()
		f.write(func(tx *storage.Tx) { tx.InsertActivation(a) })
		same(f, read(f, askActivation(a.ID)), a)
		a.Required, a.Trigger, a.Status, a.Intent = false, parley.TriggerManual, parley.ActivationWithdrawing, parley.IntentEnd
		a.WantedVersion, a.AppliedVersion, a.Standing, a.Since = 3, 2, "a person's word", noon.Add(time.Hour)
		a.Failures, a.FailingSince, a.NextAttemptAt = 2, ptr(noon.Add(time.Minute)), ptr(noon.Add(2*time.Hour))
		a.UnsureSince, a.EmptyLooks, a.ClaimedUntil, a.Claimant, a.Fence = ptr(noon), 1, ptr(noon.Add(time.Second)), "node-1", 1
		a.Failure = &parley.ActivationFailure{Class: parley.ClassUnsure, Code: "lost", Text: "no answer 東京", Field: "settings.folder"}
		a.Acknowledged = &parley.Acknowledgement{Ref: "LI 7", Actor: "operator:key-1", At: noon, Version: 2}
		a.UpdatedAt = noon.Add(3 * time.Hour)
		a.Buyers, a.AcceptedAt = []parley.BuyerStatus{{Seat: "sitz-ü", Status: 41}, {Seat: "", Status: 0}}, ptr(noon)
		a.Steps = []parley.ActivationStep{
			{Name: "order", Anchor: "PRLY-1", Ref: "orders/1", Chosen: "orders/1", SentHash: "h1", DoneAt: ptr(noon)}, {Name: "sheet", Anchor: "PRLY-1", TriedHash: "h2", TriedAt: ptr(noon)},
		}
		f.tx(func(tx *storage.Tx) error {
			if found := get(f.Context(), f, tx.ActivationsForUpdate(a.DealID)); len(found) != 1 || found[0].Fence != 0 {
				f.Errorf("for update: %+v", found)
			}
			tx.UpdateActivation(a, 0)
			tx.SetActivationStep(a.ID, a.Steps[1])
			tx.SetActivationStep(a.ID, parley.ActivationStep{Name: "order", Anchor: "PRLY-0", SentHash: "h0"})
			tx.SetActivationStep(a.ID, a.Steps[0])
			return nil
		})
		same(f, read(f, askActivation(a.ID)), a)
		f.tx(func(tx *storage.Tx) error {
			same(f, get(f.Context(), f, tx.ActivationsForUpdate(a.DealID)), []parley.Activation{a})
			return nil
		})
	},
	"are one for a deal and a destination": func(_ *testing.T, f *fixture) {
		a := f.activation()
		f.write(func(tx *storage.Tx) { tx.InsertActivation(a) })
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertActivation(f.activationOf(a.DealID, a.DestinationID)) })
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.InsertActivation(f.activationOf("PRLY-0", a.DestinationID)) })
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.InsertActivation(f.activationOf(a.DealID, "dst-0")) })
	},
	"are held to what can be": func(_ *testing.T, f *fixture) {
		whole := f.activation()
		for name, spoil := range map[string]func(*parley.Activation){
			"a status that is none":            func(a *parley.Activation) { a.Status = "lost" },
			"an intent that is none":           func(a *parley.Activation) { a.Intent = "rest" },
			"a version before the first":       func(a *parley.Activation) { a.WantedVersion = 0 },
			"more applied than wanted":         func(a *parley.Activation) { a.AppliedVersion = 2 },
			"failures without a first":         func(a *parley.Activation) { a.Failures = 1 },
			"a claim of nobody":                func(a *parley.Activation) { a.ClaimedUntil = ptr(noon) },
			"something to do while it is held": func(a *parley.Activation) { a.Status = parley.ActivationHeld },
			"something to do when it is over":  func(a *parley.Activation) { a.Status = parley.ActivationWithdrawn },
			"a class of failures that is none": func(a *parley.Activation) { a.Failure = &parley.ActivationFailure{Class: "bad"} },
		} {
			a := whole
			spoil(&a)
			if err := f.refusal(func(tx *storage.Tx) { tx.InsertActivation(a) }); parley.CodeOf(err) != parley.CodeInternal {
				f.Errorf("%s: %v", name, err)
			}
		}
	},
	"are written by who holds the last claim": func(_ *testing.T, f *fixture) {
		a := f.activation()
		f.write(func(tx *storage.Tx) { tx.InsertActivation(a) })
		claim := func(held int64, claimant string) error {
			claimed := a
			claimed.Fence, claimed.ClaimedUntil, claimed.Claimant = held+1, ptr(noon.Add(time.Minute)), claimant
			return f.refusal(func(tx *storage.Tx) { tx.UpdateActivation(claimed, held) })
		}
		errs := race(8, func(int) error { return claim(0, "node") })
		if got := tally(errs); got[""] != 1 || got[parley.CodeContention] != 7 {
			f.Errorf("claims: %v", got)
		}
		if err := claim(1, "other"); err != nil {
			f.Error(err)
		}
		f.code(claim(1, "node"), parley.CodeContention)
	},
	"are due in the order of their time": func(_ *testing.T, f *fixture) {
		to, elsewhere := f.destination("here"), f.destination("elsewhere")
		f.write(func(tx *storage.Tx) {
			tx.InsertDestination(to)
			tx.InsertDestination(elsewhere)
		})
		f.stock(f.product("a"))
		var ids []string
		for _, due := range []time.Duration{time.Minute, 0, -time.Minute, time.Microsecond} {
			_, deal := f.booked("buyer/a//")
			a, other := f.activationOf(deal.ID, to.ID), f.activationOf(deal.ID, elsewhere.ID)
			a.NextAttemptAt = ptr(noon.Add(due))
			ids = append(ids, a.ID)
			f.write(func(tx *storage.Tx) {
				tx.InsertActivation(a)
				tx.InsertActivation(other)
			})
		}
		for _, c := range []struct {
			now   time.Time
			limit int
			want  []string
		}{
			{noon.Add(-2 * time.Minute), 10, []string{}}, {noon, 10, []string{ids[2], ids[1]}},
			{noon.Add(time.Minute), 10, []string{ids[2], ids[1], ids[3], ids[0]}}, {noon.Add(time.Minute), 1, []string{ids[2]}},
		} {
			same(f, read(f, func(r *storage.Reader) *storage.Pending[[]string] { return r.DueActivations(to.ID, c.now, c.limit) }), c.want)
		}
	},
	"are listed": func(_ *testing.T, f *fixture) {
		var all []parley.Activation
		for i := range 4 {
			a := f.activation()
			if i == 3 {
				a.Owner, a.Status, a.NextAttemptAt = "buyer/b//", parley.ActivationWithdrawn, nil
			}
			all = append(all, a)
			f.write(func(tx *storage.Tx) {
				tx.InsertActivation(a)
				tx.SetActivationStep(a.ID, parley.ActivationStep{Name: "sheet", Anchor: a.DealID})
			})
		}
		ids := func(of []parley.Activation) []string {
			var ids []string
			for _, a := range of {
				ids = append(ids, a.ID)
			}
			return ids
		}
		for _, c := range []struct {
			filter storage.ActivationFilter
			want   []parley.Activation
		}{
			{storage.ActivationFilter{}, all},
			{storage.ActivationFilter{Owner: ptr("buyer/a//")}, all[:3]},
			{storage.ActivationFilter{Status: parley.ActivationWithdrawn}, all[3:]},
			{storage.ActivationFilter{DealID: all[1].DealID}, all[1:2]},
			{storage.ActivationFilter{DestinationID: all[2].DestinationID}, all[2:3]},
			{storage.ActivationFilter{Owner: ptr("buyer/c//")}, nil},
		} {
			pages(f, ids(c.want), activationID, func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Activation]] {
				filter := c.filter
				filter.Page = p
				return r.Activations(filter)
			})
		}
		found := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Activation]] {
			return r.Activations(storage.ActivationFilter{Page: storage.Page{Limit: 2}})
		})
		if len(found.Items) != 2 || len(found.Items[1].Steps) != 1 || found.Items[1].Steps[0].Anchor != all[1].DealID {
			f.Errorf("with their steps: %+v", found.Items)
		}
	},
	"are counted, with the oldest of those on their way": func(_ *testing.T, f *fixture) {
		unsent := func() storage.Backlog {
			return read(f, func(r *storage.Reader) *storage.Pending[storage.Backlog] { return r.UnsentActivations() })
		}
		counted := func(status parley.ActivationStatus, most int) int64 {
			return read(f, func(r *storage.Reader) *storage.Pending[int64] { return r.CountedActivations(status, most) })
		}
		if unsent().Count != 0 || !unsent().Oldest.IsZero() || counted(parley.ActivationQueued, 10) != 0 {
			f.Errorf("of none: %+v", unsent())
		}
		first := f.activation()
		to := read(f, askDestination(first.DestinationID))
		add := func(change func(*parley.Activation)) {
			_, deal := f.booked("buyer/a//")
			a := f.activationOf(deal.ID, to.ID)
			change(&a)
			f.write(func(tx *storage.Tx) { tx.InsertActivation(a) })
		}
		f.write(func(tx *storage.Tx) { tx.InsertActivation(first) })
		add(func(a *parley.Activation) { a.Since, a.Failures, a.FailingSince = noon, 2, ptr(noon.Add(-3*time.Hour)) })
		add(func(a *parley.Activation) { a.Status, a.Since = parley.ActivationLive, noon.Add(-9*time.Hour) })
		add(func(a *parley.Activation) {
			a.Status, a.Since, a.NextAttemptAt = parley.ActivationHeld, noon.Add(-9*time.Hour), nil
		})
		add(func(a *parley.Activation) { // a person is asked
			a.Status, a.Intent, a.Since, a.NextAttemptAt = parley.ActivationWithdrawing, parley.IntentEnd, noon.Add(-9*time.Hour), nil
		})
		same(f, unsent(), storage.Backlog{Count: 2, Oldest: noon.Add(-3 * time.Hour)})
		if n, bounded := counted(parley.ActivationQueued, 10), counted(parley.ActivationQueued, 1); n != 2 || bounded != 1 {
			f.Errorf("%d are queued, counted to one %d", n, bounded)
		}
		to.Status, to.PausedBecause = parley.DestinationPaused, "a test"
		f.write(func(tx *storage.Tx) { tx.DestinationForUpdate(to.ID); tx.UpdateDestination(to) })
		same(f, unsent(), storage.Backlog{})
	},
	"are noted when they could not be looked at": func(_ *testing.T, f *fixture) {
		a, other := f.activation(), f.activation()
		f.write(func(tx *storage.Tx) { tx.InsertActivation(a); tx.InsertActivation(other) })
		missed := func(now time.Time, limit int) []storage.MissedRevisit {
			return read(f, func(r *storage.Reader) *storage.Pending[[]storage.MissedRevisit] { return r.DueRevisits(now, limit) })
		}
		first := storage.MissedRevisit{ActivationID: a.ID, All: true, Since: noon, NextAt: noon.Add(time.Minute), Tries: 1, Text: "the database refused it"}
		second := storage.MissedRevisit{ActivationID: other.ID, Since: noon, NextAt: noon, Tries: 2}
		f.write(func(tx *storage.Tx) { tx.MissRevisit(first); tx.MissRevisit(second) })
		same(f, missed(noon.Add(-time.Second), 9), []storage.MissedRevisit{})
		same(f, missed(noon, 9), []storage.MissedRevisit{second})
		same(f, missed(noon.Add(time.Hour), 1), []storage.MissedRevisit{second})
		f.write(func(tx *storage.Tx) {
			tx.MissRevisit(storage.MissedRevisit{ActivationID: a.ID, Since: noon.Add(time.Hour), NextAt: noon.Add(time.Hour), Tries: 2, Text: "still"})
			tx.ForgetRevisit(other.ID)
		})
		first.NextAt, first.Tries, first.Text = noon.Add(time.Hour), 2, "still"
		same(f, missed(noon.Add(time.Hour), 9), []storage.MissedRevisit{first})
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]storage.MissedRevisit] { return r.MissedRevisits(9) }), []storage.MissedRevisit{first})
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]storage.MissedRevisit] { return r.MissedRevisit(a.ID) }), []storage.MissedRevisit{first})
	},
	"are paused, and paused ones are ended": func(_ *testing.T, f *fixture) {
		a := f.activation()
		a.Intent, a.Fence = parley.IntentPause, 1
		f.write(func(tx *storage.Tx) { tx.InsertActivation(a) })
		for _, intent := range []parley.ActivationIntent{parley.IntentPause, parley.IntentRun, parley.IntentPause, parley.IntentEnd} {
			a.Intent = intent
			f.write(func(tx *storage.Tx) { tx.UpdateActivation(a, a.Fence) })
			same(f, read(f, askActivation(a.ID)), a)
			a.Status = parley.ActivationFailed
			a.NextAttemptAt = nil
			f.write(func(tx *storage.Tx) { tx.UpdateActivation(a, a.Fence) })
			// What rests is kept up to date like what runs.
			sent := read(f, func(r *storage.Reader) *storage.Pending[int64] { return r.SentActivations(a.DestinationID) })
			if (sent == 1) != (intent != parley.IntentEnd) {
				f.Errorf("to %s, %d are looked at for a change", intent, sent)
			}
		}
	},
	"keep their newest attempts": func(_ *testing.T, f *fixture) {
		a := f.activation()
		f.write(func(tx *storage.Tx) { tx.InsertActivation(a) })
		var want []parley.ActivationAttempt
		for i := range parley.MostAttempts + 3 {
			attempt := parley.ActivationAttempt{Step: "sheet", Verb: "create", At: noon.Add(time.Duration(i) * time.Second), Took: 1234 * time.Microsecond}
			if i%2 == 1 {
				attempt.Class, attempt.Code, attempt.Text = parley.ClassTransient, "full", "the disk is full"
			}
			f.write(func(tx *storage.Tx) { tx.AddActivationAttempt(a.ID, attempt) })
			attempt.Number = int64(i + 1)
			want = append(want, attempt)
		}
		slices.Reverse(want)
		attempts := func(limit int) []parley.ActivationAttempt {
			return read(f, func(r *storage.Reader) *storage.Pending[[]parley.ActivationAttempt] {
				return r.ActivationAttempts(a.ID, limit)
			})
		}
		same(f, attempts(1000), want[:parley.MostAttempts])
		same(f, attempts(2), want[:2])
	},
	"keep what was answered last": func(_ *testing.T, f *fixture) {
		a := f.activation()
		f.write(func(tx *storage.Tx) { tx.InsertActivation(a) })
		said := func() *parley.ActivationAnswer {
			return read(f, func(r *storage.Reader) *storage.Pending[*parley.ActivationAnswer] { return r.ActivationAnswer(a.ID) })
		}
		same(f, said(), nil)
		first := parley.ActivationAnswer{At: noon, Step: "deal", Verb: "create", Status: 400, Text: "no such seat: 東京"}
		f.write(func(tx *storage.Tx) {
			tx.AddActivationAttempt(a.ID, parley.ActivationAttempt{Step: "deal", Verb: "create", At: noon, Answer: &first})
		})
		same(f, said(), &first)
		f.write(func(tx *storage.Tx) {
			tx.AddActivationAttempt(a.ID, parley.ActivationAttempt{Step: "deal", Verb: "create", At: noon})
		})
		same(f, said(), &first) // an attempt without an answer says nothing else
		second := parley.ActivationAnswer{At: noon.Add(time.Hour), Verb: "standing", Status: 200}
		f.write(func(tx *storage.Tx) { tx.SetActivationAnswer(a.ID, second) })
		same(f, said(), &second)
	},
}

func activationID(a parley.Activation) string { return a.ID }
