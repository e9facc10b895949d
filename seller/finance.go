package seller

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"parley"
	"parley/inventory"
	"parley/storage"
)

// FinanceBasis is what makes a deal one of a month's.
type FinanceBasis string

// What finances of a month go by.
const (
	FinanceByBooking  FinanceBasis = "booking"  // deals that were booked in it, whole
	FinanceByFlight   FinanceBasis = "flight"   // deals that run in it, with what their flights have on its days
	FinanceByDelivery FinanceBasis = "delivery" // deals of which there are figures of its days, with what these come to
)

// FinanceLine is a deal as a month's finances have it.
type FinanceLine struct {
	Deal          parley.Deal
	Basis         FinanceBasis
	Account       ReportAccount
	PurchaseOrder string // filed with the deal; empty: none
	Source        string // whose figures count, by delivery
	Impressions   int64  // that count in the month; 0 where none are stated
	CPM           *int64 // agreed for 1,000, in micros, by delivery that of the month's days; nil: several were
	// List and Net are the values at the list price and at the agreed one, in micros, and so not rounded to what the currency is paid
	// in. What a private auction nets by delivery is what its source says was spent.
	List, Net int64
	Unspent   bool // nobody says what was spent, so that Net is not known
	// ApprovedBy are those who granted the deal and the changes of it that were made, and who agreed to its price by hand; in the order of
	// their saying so, each once.
	ApprovedBy []Person
}

// Unstated tells that the deal counts by its volume, and states none, and so has no value.
func (l FinanceLine) Unstated() bool {
	return l.Basis != FinanceByDelivery && l.Deal.Impressions == 0 && kindOf(l.Deal.Status) == ReportBooked
}

// Person is somebody of the publisher's: a principal as in events, and what it is called.
type Person struct{ Actor, Name string }

// FinanceTotal is what the deals of a month's finances come to in one currency.
type FinanceTotal = storage.FinanceTotal

// FinanceMonth answers a page of the deals of a month, for the publisher.
func (s *Service) FinanceMonth(ctx context.Context, call Call, month Month, by FinanceBasis, page Page) (Listing[FinanceLine], error) {
	return read(ctx, s, call, func(v *view) (Listing[FinanceLine], error) {
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return Listing[FinanceLine]{}, err
		}
		days := month.Days()
		filter := storage.DealFilter{Page: page, Sort: storage.DealsByBooking, BookedFrom: &days.Start, BookedTo: &days.End}
		switch by {
		case FinanceByBooking:
		case FinanceByFlight:
			filter = storage.DealFilter{Page: page, Sort: storage.DealsByStart, RunsFrom: &days.Start, RunsTo: &days.End, Booked: true}
		case FinanceByDelivery:
			arriving, err := v.FiguresArriving().Get(ctx)
			if err != nil {
				return Listing[FinanceLine]{}, err
			}
			filter = storage.DealFilter{Page: page, Delivered: &days, Arriving: arriving}
		}
		deals, err := v.Deals(filter).Get(ctx)
		if err != nil || len(deals.Items) == 0 {
			return Listing[FinanceLine]{Total: deals.Total}, err
		}
		ids := make([]string, len(deals.Items))
		for i, deal := range deals.Items {
			ids[i] = deal.ID
		}
		filed := v.PaperworkOf(ids)
		approvers, err := v.approvers(ctx, ids)
		if err != nil {
			return Listing[FinanceLine]{}, err
		}
		accounts, err := v.payingAccounts(ctx, deals.Items)
		if err != nil {
			return Listing[FinanceLine]{}, err
		}
		papers, err := filed.Get(ctx)
		if err != nil {
			return Listing[FinanceLine]{}, err
		}
		orders := make(map[string]string, len(papers))
		for _, p := range papers {
			orders[p.DealID] = p.PurchaseOrder
		}
		lines := Listing[FinanceLine]{Total: deals.Total, Items: make([]FinanceLine, len(deals.Items))}
		for i, deal := range deals.Items {
			lines.Items[i] = financeLine(deal, days, by)
			lines.Items[i].Account, lines.Items[i].PurchaseOrder, lines.Items[i].ApprovedBy = accounts[i], orders[deal.ID], approvers[deal.ID]
		}
		if by == FinanceByDelivery {
			return lines, v.deliveredLines(ctx, lines.Items, ids, days)
		}
		return lines, nil
	})
}

// FinanceTotals answers what all deals of a month's finances come to, by currency; currencies are never added.
func (s *Service) FinanceTotals(ctx context.Context, call Call, month Month, by FinanceBasis) ([]FinanceTotal, error) {
	if by == FinanceByDelivery {
		return s.earnedTotals(ctx, call, month)
	}
	return forViewer(ctx, s, call, func(v *view) *storage.Pending[[]FinanceTotal] {
		if by == FinanceByFlight {
			return v.FinanceByFlight(month.Days())
		}
		return v.FinanceByBooking(month.Days())
	})
}

// approvers are those who granted what deals needed, or agreed to their prices by hand, by deal.
func (v *view) approvers(ctx context.Context, dealIDs []string) (map[string][]Person, error) {
	granted, err := v.Approvers(dealIDs).Get(ctx)
	if err != nil {
		return nil, err
	}
	keys := map[string]*storage.Pending[parley.Key]{}
	for _, g := range granted {
		if id, isKey := strings.CutPrefix(g.By, "operator:"); isKey && keys[g.By] == nil {
			keys[g.By] = v.Key(id)
		}
	}
	by := map[string][]Person{}
	for _, g := range granted {
		if slices.ContainsFunc(by[g.DealID], func(p Person) bool { return p.Actor == g.By }) {
			continue
		}
		person := Person{g.By, strings.TrimPrefix(g.By, "operator:")}
		if pending := keys[g.By]; pending != nil {
			key, err := pending.Get(ctx)
			if err != nil && !parley.Is(err, parley.CodeNotFound) {
				return nil, err
			}
			person.Name = cmp.Or(key.Label, person.Name)
		}
		by[g.DealID] = append(by[g.DealID], person)
	}
	return by, nil
}

func financeLine(deal parley.Deal, days parley.Flight, by FinanceBasis) FinanceLine {
	line := FinanceLine{Deal: deal, Basis: by, Impressions: deal.Impressions, CPM: &deal.Price.FinalCPM}
	if by == FinanceByFlight {
		line.Impressions = inventory.Part(line.Impressions, deal.Flight, days)
	}
	if kindOf(deal.Status) != ReportBooked {
		line.Impressions = 0
	}
	// What cannot be counted is of no deal that was booked: its value was checked then.
	line.List, _ = parley.DealValue(deal.Price.BaseCPM, line.Impressions)
	line.Net, _ = parley.DealValue(deal.Price.FinalCPM, line.Impressions)
	return line
}
