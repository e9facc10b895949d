package storagetest

import (
	"encoding/json"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

// changed is a stored deal with a change request for it that is not stored.
func (f *fixture) changed() parley.ChangeRequest {
	f.Helper()
	f.stock(f.product("a"))
	q := f.quote("a", "buyer/1")
	d := f.deal(q)
	f.write(func(tx *storage.Tx) {
		tx.InsertQuote(q)
		tx.InsertDeal(d)
	})
	return parley.ChangeRequest{
		ID: f.id(parley.PrefixChangeRequest), Owner: "buyer/1", Status: parley.ChangePendingApproval, Type: parley.ChangeMakegood,
		Severity: parley.SeverityMaterial, DealID: d.ID, Reason: "späte Werbung", Proposed: json.RawMessage(`{"impressions": 5}`),
		Terms: parley.ChangeTerms{
			FlightEnd: ptr(flight.End), Impressions: ptr(int64(5)), Cancel: &parley.Cancellation{Share: 500_000, From: ptr(flight.Start)},
		},
		Expected: parley.ExpectedTerms{
			ProductID: ptr("a"), DealType: ptr(parley.PreferredDeal), Status: ptr(parley.DealBooked), FlightStart: ptr(flight.Start),
			FlightEnd: ptr(flight.End), Impressions: ptr(int64(0)), CPM: ptr(int64(7)), Currency: ptr(parley.USD),
		},
		Diffs:        []parley.ChangeDiff{{Field: "impressions", Old: json.RawMessage(`1000`), New: json.RawMessage(`5`)}},
		Makegood:     json.RawMessage(`{"shortfall": 8.5}`),
		Availability: &parley.ChangeAvailability{Available: true, Impressions: ptr(int64(9))},
		Impact:       &parley.PricingImpact{Before: 2, After: 1, Currency: parley.USD},
		ApprovalID:   "apr-1", AskedBy: parley.SideSeller, RequestedBy: "buyer:key-1", RequestedAt: noon, Version: 1, UpdatedAt: noon,
	}
}

func askChange(id string) func(*storage.Reader) *storage.Pending[parley.ChangeRequest] {
	return func(r *storage.Reader) *storage.Pending[parley.ChangeRequest] { return r.Change(id) }
}

var changes = map[string]func(*testing.T, *fixture){
	"come back as they were given": func(t *testing.T, f *fixture) {
		full := f.changed()
		bare := parley.ChangeRequest{
			ID: f.id(parley.PrefixChangeRequest), Owner: "buyer/1", Status: parley.ChangeRejected, Type: parley.ChangeOther,
			Severity: parley.SeverityMinor, DealID: full.DealID, Proposed: json.RawMessage(`{}`), Diffs: []parley.ChangeDiff{},
			AskedBy: parley.SideBuyer, RequestedBy: "buyer:key-1", RequestedAt: noon, RejectionReason: "no", Version: 1, UpdatedAt: noon,
		}
		f.write(func(tx *storage.Tx) {
			tx.InsertChange(full)
			tx.InsertChange(bare)
		})
		for _, c := range []parley.ChangeRequest{full, bare} {
			same(f, read(f, askChange(c.ID)), c)
			f.tx(func(tx *storage.Tx) error {
				same(f, get(t.Context(), f, tx.ChangeForUpdate(c.ID)), c)
				return nil
			})
		}
		missing(f, askChange("CR-none"))
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertChange(full) })
		full.ID, full.DealID = "CR-other", "NORTH-none"
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.InsertChange(full) })
	},
	"change from one version to the next": func(_ *testing.T, f *fixture) {
		c := f.changed()
		f.write(func(tx *storage.Tx) { tx.InsertChange(c) })
		c.Status, c.ApprovedBy, c.ApprovedAt, c.Version = parley.ChangeApproved, "operator:key-2", ptr(noon.Add(time.Minute)), 2
		f.write(func(tx *storage.Tx) { tx.UpdateChange(c) })
		same(f, read(f, askChange(c.ID)), c)
		c.Status, c.Severity, c.ApprovedBy, c.ApprovedAt, c.Version = parley.ChangePendingApproval, parley.SeverityCritical, "", nil, 3
		f.write(func(tx *storage.Tx) { tx.UpdateChange(c) })
		same(f, read(f, askChange(c.ID)), c)
		c.Status, c.ApprovedBy, c.ApprovedAt, c.Version = parley.ChangeApproved, "operator:key-3", ptr(noon.Add(time.Minute)), 4
		f.write(func(tx *storage.Tx) { tx.UpdateChange(c) })
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.UpdateChange(c) })
		c.Status, c.AppliedBy, c.AppliedAt, c.UpdatedAt = parley.ChangeApplied, "buyer:key-1", ptr(noon.Add(time.Hour)), noon.Add(time.Hour)
		c.Before = &parley.DealTerms{
			Status: parley.DealBooked, Impressions: 1000, Flight: flight, CPM: 7, Currency: parley.USD, Version: 1,
			Orders: map[string]parley.OrderStatus{"ORD-1": parley.OrderDraft},
		}
		c.Version = 5
		f.write(func(tx *storage.Tx) { tx.UpdateChange(c) })
		same(f, read(f, askChange(c.ID)), c)
	},
	"lapse where nobody applied them in time": func(_ *testing.T, f *fixture) {
		c := f.changed()
		var ids []string
		for i, lapses := range []*time.Time{ptr(noon), ptr(noon.Add(time.Hour)), nil} {
			c.ID, c.Status, c.ApprovedAt, c.LapsesAt = f.id(parley.PrefixChangeRequest), parley.ChangeApproved, ptr(noon), lapses
			f.write(func(tx *storage.Tx) { tx.InsertChange(c) })
			ids = append(ids, c.ID)
			same(f, read(f, askChange(c.ID)), c)
			same(f, len(read(f, func(r *storage.Reader) *storage.Pending[[]parley.ChangeRequest] {
				return r.ChangesOfDeals([]string{c.DealID, "none"})
			})), i+1)
		}
		for at, want := range map[time.Duration][]string{-time.Second: nil, 0: ids[:1], time.Hour: ids[:2]} {
			var lapsed []string
			for _, c := range read(f, askDue(storage.DueChanges, noon.Add(at), storage.Due{}, 10)) {
				lapsed = append(lapsed, c.ID)
			}
			same(f, lapsed, want)
			same(f, read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.ChangeRequest]] {
				return r.Changes(storage.ChangeFilter{Status: parley.ChangeFailed, Now: noon.Add(at)})
			}).Total, int64(len(want)))
			same(f, read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.ChangeRequest]] {
				return r.Changes(storage.ChangeFilter{Status: parley.ChangeApproved, Now: noon.Add(at)})
			}).Total, int64(3-len(want)))
		}
	},
	"that are open are found for the end of their deal": func(t *testing.T, f *fixture) {
		c := f.changed()
		f.write(func(tx *storage.Tx) { tx.InsertChange(c) })
		open := []string{c.ID}
		for _, status := range []parley.ChangeStatus{parley.ChangeApproved, parley.ChangeRejected, parley.ChangeFailed} {
			c.ID, c.Status, c.ApprovedAt = f.id(parley.PrefixChangeRequest), status, ptr(noon)
			if status == parley.ChangeApproved {
				open = append(open, c.ID)
			}
			f.write(func(tx *storage.Tx) { tx.InsertChange(c) })
		}
		f.tx(func(tx *storage.Tx) error {
			var found []string
			for _, c := range get(t.Context(), f, tx.OpenChangesForUpdate(c.DealID)) {
				found = append(found, c.ID)
			}
			same(f, found, open)
			same(f, len(get(t.Context(), f, tx.OpenChangesForUpdate("none"))), 0)
			return nil
		})
	},
	"are listed by what they are about": func(_ *testing.T, f *fixture) {
		first := f.changed()
		second := first
		second.ID, second.Type, second.Makegood, second.Status = f.id(parley.PrefixChangeRequest), parley.ChangePricing, nil, parley.ChangeRejected
		third := second
		third.ID, third.Owner = f.id(parley.PrefixChangeRequest), "buyer/2"
		f.write(func(tx *storage.Tx) {
			for _, c := range []parley.ChangeRequest{first, second, third} {
				tx.InsertChange(c)
			}
		})
		for _, c := range []struct {
			filter storage.ChangeFilter
			want   []string
		}{
			{storage.ChangeFilter{}, []string{first.ID, second.ID, third.ID}},
			{storage.ChangeFilter{Owner: ptr("buyer/1")}, []string{first.ID, second.ID}},
			{storage.ChangeFilter{Type: parley.ChangePricing, DealID: first.DealID}, []string{second.ID, third.ID}},
			{storage.ChangeFilter{Status: parley.ChangePendingApproval}, []string{first.ID}},
			{storage.ChangeFilter{OrderID: "ORD-none"}, nil},
		} {
			pages(f, c.want, func(c parley.ChangeRequest) string { return c.ID },
				func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.ChangeRequest]] {
					c.filter.Page = p
					return r.Changes(c.filter)
				})
		}
	},
}
