package storagetest

import (
	"encoding/json"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

func (f *fixture) approval(proposalID string) parley.Approval {
	return parley.Approval{
		ID: f.id(parley.PrefixApproval), Gate: parley.GateProposalDecision, Status: parley.ApprovalPending, RuleID: "gate-1",
		RuleName: "Bïg deals", Role: parley.ScopeFinance, Owner: "buyer/1", ProposalID: proposalID,
		Case: parley.ApprovalCase{
			DealValue: 5, Price: 4, Ask: 3, Currency: parley.USD, Impressions: 2, FlightDays: 1, DealType: parley.PreferredDeal,
			BuyerTier: parley.TierSeat, ProductID: "a", InventoryType: "ctv", Recommendation: "accept",
		},
		Snapshot: json.RawMessage(`{"step": "decide"}`), RequestedBy: "operator:kéy", RuleRole: parley.ScopeLegal,
		RuleCondition: "price > 1", RequestedAt: noon, TimeoutAt: noon.Add(time.Hour),
		OnTimeout: parley.TimeoutRejects, EscalateTo: parley.ScopeLegal, Version: 1,
	}
}

func decided(a parley.Approval, status parley.ApprovalStatus) parley.Approval {
	a.Status, a.DecidedBy, a.DecidedAt, a.Reason, a.Version = status, "operator:1", ptr(noon.Add(time.Minute)), "fine", a.Version+1
	a.BuyerMessage = "tëll"
	a.Modifications = &parley.Modifications{CounterCPM: ptr(int64(7)), FlightStart: ptr(flight.Start), Note: "lèss"}
	return a
}

func askApproval(id string) func(*storage.Reader) *storage.Pending[parley.Approval] {
	return func(r *storage.Reader) *storage.Pending[parley.Approval] { return r.Approval(id) }
}

var approvals = map[string]func(*testing.T, *fixture){
	"that need two people are granted by no fewer": func(t *testing.T, f *fixture) {
		a := f.approval("prop-1")
		a.SecondRole, a.RuleSecondRole = parley.ScopeLegal, parley.ScopeLegal
		f.write(func(tx *storage.Tx) { tx.InsertApproval(a) })
		same(f, read(f, askApproval(a.ID)), a)
		early := decided(a, parley.ApprovalApproved)
		early.Version = a.Version + 1
		f.refused(parley.CodeInternal, func(tx *storage.Tx) { tx.UpdateApproval(early) })

		a.Role, a.SecondRole, a.FirstBy, a.FirstAt, a.Version = parley.ScopeLegal, "", "operator:one", ptr(noon), a.Version+1
		a.FirstYes = &parley.FirstYes{Told: parley.Effect{Deed: parley.DeedCounter, Endorses: true, CPM: 9_000_000}, Role: parley.ScopeApprover}
		f.write(func(tx *storage.Tx) { tx.UpdateApproval(a) })
		same(f, read(f, askApproval(a.ID)), a)
		one := storage.InboxReader{Actor: "operator:one", Roles: []parley.Scope{parley.ScopeLegal, parley.ScopeApprover}, OwnToo: true}
		same(f, f.inbox(storage.InboxFilter{Reader: one}), []string{})
		same(f, f.inbox(storage.InboxFilter{Reader: one, Others: true}), []string{a.ID})
		one.Actor = "operator:other"
		same(f, f.inbox(storage.InboxFilter{Reader: one}), []string{a.ID})

		again := decided(a, parley.ApprovalApproved)
		again.Version, again.DecidedBy = a.Version+1, a.FirstBy
		f.refused(parley.CodeInternal, func(tx *storage.Tx) { tx.UpdateApproval(again) })
		again.DecidedBy = "operator:other"
		f.write(func(tx *storage.Tx) { tx.UpdateApproval(again) })
	},
	"are decided once and resumed once": func(t *testing.T, f *fixture) {
		a := f.approval("prop-1")
		a.NegotiationID, a.QuoteID, a.DealID, a.OrderID, a.ChangeID = "neg-1", "qt-1", "NORTH-1", "ORD-1", "CR-1"
		f.write(func(tx *storage.Tx) { tx.InsertApproval(a) })
		same(f, read(f, askApproval(a.ID)), a)
		f.tx(func(tx *storage.Tx) error {
			same(f, get(t.Context(), f, tx.ApprovalForUpdate(a.ID)), a)
			return nil
		})
		missing(f, askApproval("apr-none"))
		update := func(a parley.Approval) {
			f.Helper()
			errs := race(50, func(int) error {
				return f.store.Tx(t.Context(), func(tx *storage.Tx) error { tx.UpdateApproval(a); return nil })
			})
			same(f, tally(errs), map[parley.Code]int{"": 1, parley.CodeContention: 49})
			same(f, read(f, askApproval(a.ID)), a)
		}
		a = decided(a, parley.ApprovalApproved)
		update(a)
		a.ResumedAt, a.Outcome, a.Version = ptr(noon.Add(time.Hour)), json.RawMessage(`{"deal_id": "NORTH-1"}`), 3
		update(a)
	},
	"that are overdue are found, earliest first": func(t *testing.T, f *fixture) {
		var want []string
		f.write(func(tx *storage.Tx) {
			for i := range 4 {
				a := f.approval("prop-1")
				a.TimeoutAt = noon.Add(time.Duration(3-i) * time.Minute)
				if i == 1 {
					a = decided(a, parley.ApprovalRejected)
				} else if i > 0 {
					want = append([]string{a.ID}, want...)
				}
				tx.InsertApproval(a)
			}
		})
		due := func(after storage.Due, limit int) []storage.Due {
			return read(f, askDue(storage.DueApprovals, noon.Add(2*time.Minute), after, limit))
		}
		places := []storage.Due{{At: noon, ID: want[0]}, {At: noon.Add(time.Minute), ID: want[1]}}
		same(f, due(storage.Due{}, 10), places)
		same(f, due(storage.Due{}, 1), places[:1])
		same(f, due(places[0], 10), places[1:])
		same(f, due(places[1], 10), []storage.Due{})
	},
	"that are planned are found once the plan is due, and wait meanwhile": func(t *testing.T, f *fixture) {
		a, over, dropped := f.approval("prop-1"), f.approval("prop-1"), f.approval("prop-1")
		f.write(func(tx *storage.Tx) {
			for _, p := range []*parley.Approval{&a, &over, &dropped} {
				tx.InsertApproval(*p)
				p.Planned = &parley.PlannedDecision{
					Status: parley.ApprovalCountered, Reason: "füll", BuyerMessage: "tëll", KeyID: "key-1", By: "operator:key-1", RequestID: "r",
					At: noon, Modifications: &parley.Modifications{CounterCPM: ptr(int64(7))}, Failure: "nö",
				}
				p.PlannedFor = ptr(noon.Add(2 * time.Hour)) // after the timeout
				p.Version++
			}
			over = decided(over, parley.ApprovalApproved)
			over.Version = 2
			dropped.PlannedFor = nil
			tx.UpdateApproval(a)
			tx.UpdateApproval(over)
			tx.UpdateApproval(dropped)
		})
		same(f, read(f, askApproval(a.ID)), a)
		same(f, read(f, askApproval(dropped.ID)), dropped)
		due := func(at time.Time) []storage.Due {
			return read(f, askDue(storage.DuePlannedDecisions, at, storage.Due{}, 10))
		}
		same(f, due(a.PlannedFor.Add(-time.Microsecond)), []storage.Due{})
		same(f, due(*a.PlannedFor), []storage.Due{{At: *a.PlannedFor, ID: a.ID}})
		listed := func(status parley.ApprovalStatus) []string {
			var ids []string
			for _, a := range read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Approval]] {
				return r.Approvals(storage.ApprovalFilter{Status: status, Now: noon.Add(90 * time.Minute), Page: storage.Page{Limit: 10}})
			}).Items {
				ids = append(ids, a.ID)
			}
			return ids
		}
		same(f, listed(parley.ApprovalPending), []string{a.ID})
		same(f, listed(parley.ApprovalTimedOut), []string{dropped.ID})
	},
	"that were granted are found by what they are about": func(t *testing.T, f *fixture) {
		granted := []parley.Approval{f.approval("prop-1"), f.approval(""), f.approval(""), f.approval("prop-2")}
		granted[1].NegotiationID, granted[2].QuoteID = "neg-1", "qt-1"
		f.write(func(tx *storage.Tx) {
			for i, a := range granted {
				granted[i] = decided(a, parley.ApprovalApproved)
				tx.InsertApproval(granted[i])
				tx.InsertApproval(f.approval(a.ProposalID))
			}
		})
		for _, c := range []struct {
			proposal, negotiation, quote string
			want                         []parley.Approval
		}{
			{"prop-1", "neg-1", "qt-1", granted[:3]}, {"prop-1", "", "", granted[:1]}, {"", "neg-1", "", granted[1:2]}, {"", "", "", []parley.Approval{}},
		} {
			same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.Approval] {
				return r.GrantedApprovals(c.proposal, c.negotiation, c.quote)
			}), c.want)
		}
	},
	"that are pending are found for the end of their deal": func(t *testing.T, f *fixture) {
		pending, over, other := f.approval(""), decided(f.approval(""), parley.ApprovalApproved), f.approval("")
		pending.DealID, over.DealID, other.DealID = "NORTH-1", "NORTH-1", "NORTH-2"
		f.write(func(tx *storage.Tx) {
			for _, a := range []parley.Approval{pending, over, other} {
				tx.InsertApproval(a)
			}
		})
		f.tx(func(tx *storage.Tx) error {
			same(f, get(t.Context(), f, tx.PendingApprovalsForUpdate("NORTH-1")), []parley.Approval{pending})
			return nil
		})
	},
	"are listed as they stand now": func(t *testing.T, f *fixture) {
		now := noon.Add(time.Hour)
		var live, over, deals []string
		f.write(func(tx *storage.Tx) {
			for i := range 8 {
				a := f.approval("prop-1")
				switch i % 4 {
				case 0:
					over = append(over, a.ID)
				case 1:
					a.OnTimeout = parley.TimeoutEscalates
					live = append(live, a.ID)
				case 2:
					a.TimeoutAt = now.Add(1000)
					live = append(live, a.ID)
				case 3:
					a.Gate, a.DealID, a.ProposalID, a.Status = parley.GateDealBooking, "NORTH-1", "", parley.ApprovalWithdrawn
					deals = append(deals, a.ID)
				}
				tx.InsertApproval(a)
			}
		})
		for _, c := range []struct {
			filter storage.ApprovalFilter
			want   []string
		}{
			{storage.ApprovalFilter{Status: parley.ApprovalPending}, live},
			{storage.ApprovalFilter{Status: parley.ApprovalTimedOut}, over},
			{storage.ApprovalFilter{Gate: parley.GateDealBooking}, deals},
			{storage.ApprovalFilter{DealID: "NORTH-1", Status: parley.ApprovalWithdrawn}, deals},
			{storage.ApprovalFilter{ProposalID: "prop-1", Status: parley.ApprovalPending}, live},
		} {
			pages(f, c.want, func(a parley.Approval) string { return a.ID },
				func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Approval]] {
					c.filter.Page, c.filter.Now = p, now
					return r.Approvals(c.filter)
				})
		}
	},
}
