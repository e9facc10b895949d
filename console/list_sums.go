package console

import (
	"cmp"
	"slices"

	"parley"
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

// Sums are what the deals that the page shows come to. A deal that was cancelled in part counts with what is left of it.
func (p dealListPage) Sums() []listSum {
	var sums []listSum
	for _, d := range p.Rows {
		rank, what := 0, "booked"
		switch d.Status {
		case parley.DealNegotiating, parley.DealProposed, parley.DealAccepted:
			rank, what = 1, "not booked yet"
		case parley.DealCancelled:
			rank, what = 2, "cancelled"
		case parley.DealRejected, parley.DealExpired:
			rank, what = 3, "that came to nothing"
		case parley.DealBooked, parley.DealActive, parley.DealMakegoodPending, parley.DealPartiallyCancelled, parley.DealCompleted:
		}
		sums = addRow(sums, rank, what, d.Price.FinalCPM, d.Impressions, d.Price.Currency)
	}
	return inOrder(sums)
}

// quoteListPage is the list of quotes.
type quoteListPage struct{ listPage[parley.Quote] }

// Sums are what the quotes that the page shows come to.
func (p quoteListPage) Sums() []listSum {
	var sums []listSum
	for _, q := range p.Rows {
		rank, what := 0, "that can be booked"
		switch q.Status {
		case parley.QuoteBooked:
			rank, what = 1, "booked"
		case parley.QuoteExpired, parley.QuoteDeclined:
			rank, what = 2, "that came to nothing"
		case parley.QuoteAvailable:
		}
		sums = addRow(sums, rank, what, q.Price.FinalCPM, q.Impressions, q.Price.Currency)
	}
	return inOrder(sums)
}

// proposalListPage is the list of proposals.
type proposalListPage struct{ listPage[parley.Proposal] }

// Sums are what the proposals that the page shows come to: at the price that was agreed, and else the one that is proposed.
func (p proposalListPage) Sums() []listSum {
	var sums []listSum
	for _, proposal := range p.Rows {
		rank, what := 0, "open"
		switch proposal.Status {
		case parley.ProposalAccepted:
			rank, what = 1, "accepted"
		case parley.ProposalBooked:
			rank, what = 2, "booked"
		case parley.ProposalRejected, parley.ProposalWithdrawn, parley.ProposalExpired, parley.ProposalFailed:
			rank, what = 3, "that came to nothing"
		case parley.ProposalPendingApproval, parley.ProposalCounterOffered:
		}
		cpm, impressions := proposal.ProposedCPM.Micros, proposal.Impressions
		if proposal.AgreedCPM != nil {
			cpm = *proposal.AgreedCPM
		}
		if proposal.AgreedImpressions != nil {
			impressions = *proposal.AgreedImpressions
		}
		sums = addRow(sums, rank, what, cpm, impressions, proposal.ProposedCPM.Currency)
	}
	return inOrder(sums)
}

// negotiationListPage is the list of negotiations.
type negotiationListPage struct{ listPage[parley.Negotiation] }

// Sums are what the negotiations that the page shows come to: at the price that was agreed, and else the one that we stand at.
func (p negotiationListPage) Sums() []listSum {
	var sums []listSum
	for _, n := range p.Rows {
		rank, what, cpm := 0, "open", n.StandingCPM()
		switch n.Status {
		case parley.NegotiationAccepted:
			if rank, what = 1, "agreed"; n.AgreedCPM != nil {
				cpm = *n.AgreedCPM
			}
		case parley.NegotiationRejected, parley.NegotiationExpired:
			rank, what = 2, "that came to nothing"
		case parley.NegotiationActive, parley.NegotiationPendingApproval:
		}
		sums = addRow(sums, rank, what, cpm, n.Impressions, n.Currency)
	}
	return inOrder(sums)
}

// Whole tells whether the page shows all that the list has.
func (p pager) Whole() bool { return p.First == "" && p.Next == "" && p.Previous == "" }
