package storagetest

import (
	"testing"
	"time"

	"parley"
	"parley/storage"
)

// askInbox lists the ids that an inbox holds.
func (f *fixture) inbox(filter storage.InboxFilter) []string {
	f.Helper()
	filter.Now = noon
	ids := []string{}
	for _, item := range read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.InboxItem]] { return r.Inbox(filter) }).Items {
		ids = append(ids, item.ID)
	}
	same(f, read(f, func(r *storage.Reader) *storage.Pending[int64] { return r.Waiting(filter, 1000) }) >= int64(len(ids)), true)
	return ids
}

var inbox = map[string]func(*testing.T, *fixture){
	"is ordered by deadline and goes on from any place": func(t *testing.T, f *fixture) {
		var want []string
		f.write(func(tx *storage.Tx) {
			for i := range 7 {
				a := f.approval("prop-1")
				a.TimeoutAt = noon.Add(time.Duration(7-i/2) * time.Hour) // pairs at one time
				if i == 6 {
					a = decided(a, parley.ApprovalApproved)
				}
				tx.InsertApproval(a)
				if i < 6 {
					want = append(want, a.ID)
				}
			}
		})
		want = []string{want[4], want[5], want[2], want[3], want[0], want[1]}
		mine := storage.InboxReader{Actor: "operator:me", Roles: []parley.Scope{parley.ScopeFinance}}
		same(f, f.inbox(storage.InboxFilter{Reader: mine}), want)
		same(f, f.inbox(storage.InboxFilter{Reader: mine, Page: storage.Page{Limit: 2, After: want[2]}}), want[3:5])
		same(f, f.inbox(storage.InboxFilter{Reader: mine, Others: true}), []string{})
	},
	"tells whose, filters, and leaves out what is planned, over or put off": func(t *testing.T, f *fixture) {
		byRole, assigned, own, planned, over, snoozed, large := f.approval("prop-1"), f.approval("prop-1"), f.approval("prop-1"),
			f.approval("prop-1"), f.approval("prop-1"), f.approval("prop-1"), f.approval("prop-1")
		assigned.Role, own.RequestedBy, over.TimeoutAt = parley.ScopeLegal, "operator:me", noon
		large.Role, large.Gate, large.Case.DealValue, large.Owner = parley.ScopeLegal, parley.GateDealBooking, 5_000, "buyer/Sëat-9//"
		f.write(func(tx *storage.Tx) {
			for _, a := range []*parley.Approval{&byRole, &assigned, &own, &planned, &over, &snoozed, &large} {
				tx.InsertApproval(*a)
				a.Version++
			}
			assigned.Assignee, snoozed.SnoozedUntil = "operator:me", ptr(noon.Add(time.Minute))
			planned.PlannedFor, planned.Planned = ptr(noon), &parley.PlannedDecision{Status: parley.ApprovalApproved, At: noon}
			tx.UpdateApproval(assigned)
			tx.UpdateApproval(snoozed)
			tx.UpdateApproval(planned)
		})
		same(f, read(f, askApproval(assigned.ID)), assigned)
		same(f, read(f, askApproval(snoozed.ID)), snoozed)
		me := storage.InboxReader{Actor: "operator:me", Roles: []parley.Scope{parley.ScopeFinance, parley.ScopeApprover}}
		same(f, f.inbox(storage.InboxFilter{Reader: me}), []string{byRole.ID, assigned.ID})
		same(f, f.inbox(storage.InboxFilter{Reader: me, Others: true}), []string{own.ID, large.ID})
		same(f, f.inbox(storage.InboxFilter{Reader: me, Snoozed: true}), []string{snoozed.ID})
		me.OwnToo = true
		same(f, f.inbox(storage.InboxFilter{Reader: me}), []string{byRole.ID, assigned.ID, own.ID})
		for _, narrow := range []storage.InboxFilter{
			{Role: parley.ScopeLegal}, {Gate: parley.GateDealBooking}, {LeastValue: 5_000}, {Buyer: "at-9"},
		} {
			narrow.Others, narrow.Reader = true, me
			same(f, f.inbox(narrow), []string{large.ID})
		}
		same(f, f.inbox(storage.InboxFilter{Reader: me, DueBefore: noon}), []string{})
		same(f, f.inbox(storage.InboxFilter{Reader: me, Product: "none"}), []string{})
		same(f, f.inbox(storage.InboxFilter{Reader: storage.InboxReader{Actor: "operator:viewer"}}), []string{})
		named := read(f, func(r *storage.Reader) *storage.Pending[parley.InboxItem] { return r.InboxItem(planned.ID) })
		same(f, named.Approval, planned)
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.InboxItem] { return r.PlannedApprovals(10) }), []parley.InboxItem{named})
	},
	"has a change by the larger value that its deal has, before or after": func(_ *testing.T, f *fixture) {
		given, small := f.approval(""), f.approval("")
		less, other := f.changed(), f.changed()
		less.Impact = &parley.PricingImpact{Before: 5_000, After: 5, Currency: parley.USD}
		other.Impact = nil
		f.write(func(tx *storage.Tx) {
			for a, c := range map[*parley.Approval]parley.ChangeRequest{&given: less, &small: other} {
				a.Gate, a.ChangeID = parley.GateChangeRequest, c.ID
				tx.InsertChange(c)
				tx.InsertApproval(*a)
			}
		})
		anyone := storage.InboxReader{Actor: "operator:me"}
		same(f, f.inbox(storage.InboxFilter{Reader: anyone, Others: true, LeastValue: 5_000}), []string{given.ID})
		same(f, f.inbox(storage.InboxFilter{Reader: anyone, Others: true, LeastValue: 5_001}), []string{})
	},
	"keeps what people say, oldest first": func(t *testing.T, f *fixture) {
		a := f.approval("prop-1")
		said := []parley.ApprovalComment{
			{ID: f.id(parley.PrefixComment), ApprovalID: a.ID, By: "operator:me", Text: "Lät's wait", At: noon},
			{ID: f.id(parley.PrefixComment), ApprovalID: a.ID, By: "operator:you", Text: "Yes", At: noon},
		}
		f.write(func(tx *storage.Tx) {
			tx.InsertApproval(a)
			tx.InsertApprovalComment(said[0])
			tx.InsertApprovalComment(said[1])
		})
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.ApprovalComment] { return r.ApprovalComments(a.ID) }), said)
	},
}
