package console

import (
	"cmp"
	"slices"

	"parley"
	"parley/seller"
)

// listSum is what the rows of a page come to that stand alike, in one currency; currencies are never added.
type listSum struct {
	What                        string // they are: "booked"
	rank                        int    // of What among the sums
	Currency                    parley.Currency
	Rows, Unstated, Impressions int64 // Unstated: of the rows, those that state no volume, and so no value
	Value                       int64 // micros
}

// addRow counts a row among the sums, by how it stands.
func addRow(sums []listSum, rank int, what string, cpm, impressions int64, currency parley.Currency) []listSum {
	at := slices.IndexFunc(sums, func(s listSum) bool { return s.What == what && s.Currency == currency })
	if at < 0 {
		at, sums = len(sums), append(sums, listSum{What: what, rank: rank, Currency: currency})
	}
	sum := &sums[at]
	sum.Rows, sum.Impressions = sum.Rows+1, sum.Impressions+impressions
	if value, err := parley.DealValue(cpm, impressions); err == nil {
		sum.Value += value
	}
	if impressions == 0 {
		sum.Unstated++
	}
	return sums
}

func inOrder(sums []listSum) []listSum {
	slices.SortFunc(sums, func(a, b listSum) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.Currency, b.Currency))
	})
	return sums
}

// standing is how a row counts among the sums of its list.
type standing struct {
	rank             int
	what             string
	cpm, impressions int64
	currency         parley.Currency
}

func sumsOf[T any](rows []T, stands func(T) standing) []listSum {
	var sums []listSum
	for _, row := range rows {
		s := stands(row)
		sums = addRow(sums, s.rank, s.what, s.cpm, s.impressions, s.currency)
	}
	return inOrder(sums)
}

// Sums are what the deals that the page shows come to. A deal that was cancelled in part counts with what is left of it.
func (p dealListPage) Sums() []listSum {
	return sumsOf(p.Rows, func(d parley.Deal) standing {
		s := standing{0, "booked", d.Price.FinalCPM, d.Impressions, d.Price.Currency}
		switch d.Status {
		case parley.DealNegotiating, parley.DealProposed, parley.DealAccepted:
			s.rank, s.what = 1, "not booked yet"
		case parley.DealCancelled:
			s.rank, s.what = 2, "cancelled"
		case parley.DealRejected, parley.DealExpired:
			s.rank, s.what = 3, "that came to nothing"
		case parley.DealBooked, parley.DealActive, parley.DealMakegoodPending, parley.DealPartiallyCancelled, parley.DealCompleted:
		}
		return s
	})
}

type quoteListPage struct{ listPage[parley.Quote] }

// Sums are what the quotes that the page shows come to.
func (p quoteListPage) Sums() []listSum {
	return sumsOf(p.Rows, func(q parley.Quote) standing {
		s := standing{0, "that can be booked", q.Price.FinalCPM, q.Impressions, q.Price.Currency}
		switch q.Status {
		case parley.QuoteBooked:
			s.rank, s.what = 1, "booked"
		case parley.QuoteExpired, parley.QuoteDeclined:
			s.rank, s.what = 2, "that came to nothing"
		case parley.QuoteAvailable:
		}
		return s
	})
}

type proposalListPage struct{ listPage[parley.Proposal] }

// Sums are what the proposals that the page shows come to: at the price that was agreed, and else the one that is proposed.
func (p proposalListPage) Sums() []listSum {
	return sumsOf(p.Rows, func(proposal parley.Proposal) standing {
		s := standing{0, "open", proposal.ProposedCPM.Micros, proposal.Impressions, proposal.ProposedCPM.Currency}
		switch proposal.Status {
		case parley.ProposalAccepted:
			s.rank, s.what = 1, "accepted"
		case parley.ProposalBooked:
			s.rank, s.what = 2, "booked"
		case parley.ProposalRejected, parley.ProposalWithdrawn, parley.ProposalExpired, parley.ProposalFailed:
			s.rank, s.what = 3, "that came to nothing"
		case parley.ProposalPendingApproval, parley.ProposalCounterOffered:
		}
		if proposal.AgreedCPM != nil {
			s.cpm = *proposal.AgreedCPM
		}
		if proposal.AgreedImpressions != nil {
			s.impressions = *proposal.AgreedImpressions
		}
		return s
	})
}

// negotiationListPage is the list of negotiations, with what their products are called.
type negotiationListPage struct {
	listPage[parley.Negotiation]
	Products seller.ProductNames
}

// Sums are what the negotiations that the page shows come to: at the price that was agreed, and else the one that we stand at.
func (p negotiationListPage) Sums() []listSum {
	return sumsOf(p.Rows, func(n parley.Negotiation) standing {
		s := standing{0, "open", n.StandingCPM(), n.Impressions, n.Currency}
		switch n.Status {
		case parley.NegotiationAccepted:
			if s.rank, s.what = 1, "agreed"; n.AgreedCPM != nil {
				s.cpm = *n.AgreedCPM
			}
		case parley.NegotiationRejected, parley.NegotiationExpired:
			s.rank, s.what = 2, "that came to nothing"
		case parley.NegotiationActive, parley.NegotiationPendingApproval:
		}
		return s
	})
}

// Whole tells whether the page shows all that the list has.
func (p pager) Whole() bool { return p.First == "" && p.Next == "" && p.Previous == "" }
