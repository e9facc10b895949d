package wire

import (
	"context"

	"parley"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// NegotiationFilter narrows a list of negotiations.
type NegotiationFilter struct {
	Status     string `json:"status,omitempty" query:"status" enum:"active,pending_approval,accepted,rejected,expired"`
	ProductID  string `json:"product_id,omitempty" query:"product_id" maxLength:"128"`
	ProposalID string `json:"proposal_id,omitempty" query:"proposal_id" maxLength:"128"`
	QuoteID    string `json:"quote_id,omitempty" query:"quote_id" maxLength:"128"`
	Paging
}

func messageOf(m *document.NegotiationMessage) seller.Message {
	message := seller.Message{
		ProposalID: m.ProposalID, QuoteID: m.QuoteID, NegotiationID: m.NegotiationID, Action: string(m.Action), Price: moneyOf(m.BuyerPrice),
		Rationale: m.Rationale, AgentURL: m.AgentURL,
	}
	if m.RoundNumber > 0 {
		message.Round = &m.RoundNumber
	}
	return message
}

// Dialect is whose words an answer's status is in.
type Dialect int

// The dialects: the API's own, and the shared contract's, which has no word for what waits for approval.
const (
	Documented Dialect = iota
	InContract
)

func (d Dialect) status(s parley.NegotiationStatus) parley.NegotiationStatus {
	if d == InContract {
		return contract.NegotiationStatusOf(s)
	}
	return s
}

// RoundOf writes one round, with its status in the words of a dialect.
func RoundOf(turn seller.Turn, d Dialect) document.RoundResponse {
	n, r := turn.Negotiation, turn.Round
	rendered := document.RoundResponse{
		NegotiationID: n.ID, ProposalID: contract.Optional(n.ProposalID), QuoteID: contract.Optional(n.QuoteID),
		RoundNumber: r.Number, Action: r.Action,
		SellerPrice: contract.DecimalOf(parley.Money{Micros: r.SellerCPM, Currency: n.Currency}), Currency: n.Currency,
		ConcessionPct: document.Concession(r.Concession), CumulativeConcessionPct: document.Concession(r.Cumulative), Rationale: r.Rationale,
		Status: d.status(n.Status), RoundsRemaining: turn.RoundsRemaining(), ExpiresAt: n.ExpiresAt,
		Round: contract.RoundOf(n, r),
	}
	if r.BuyerCPM > 0 {
		rendered.BuyerPrice = contract.DecimalOf(parley.Money{Micros: r.BuyerCPM, Currency: n.Currency})
	}
	if n.Status == parley.NegotiationPendingApproval {
		rendered.ApprovalID = contract.Optional(n.ApprovalID)
	}
	return rendered
}

// NegotiationOf writes a negotiation.
func NegotiationOf(_ View, n parley.Negotiation) document.NegotiationResponse {
	turn := seller.Turn{Negotiation: n}
	rendered := document.NegotiationResponse{
		NegotiationID: n.ID, ProposalID: contract.Optional(n.ProposalID), QuoteID: contract.Optional(n.QuoteID),
		ProductID: n.ProductID, Status: n.Status, Currency: n.Currency, Rounds: make([]document.RoundResponse, len(n.Rounds)),
		RoundsRemaining: turn.RoundsRemaining(), AgreedPrice: maybeDecimal(n.AgreedCPM, n.Currency), BuyerTier: n.Tier,
		StartedAt: n.StartedAt, CompletedAt: n.EndedAt, ExpiresAt: n.ExpiresAt,
	}
	if n.Status == parley.NegotiationPendingApproval {
		rendered.ApprovalID = contract.Optional(n.ApprovalID)
	}
	for i, round := range n.Rounds {
		// A round is shown as it was answered: while another followed, the negotiation was active.
		then := n
		then.Rounds = n.Rounds[:i+1]
		if i < len(n.Rounds)-1 {
			then.Status = parley.NegotiationActive
		}
		rendered.Rounds[i] = RoundOf(seller.Turn{Negotiation: then, Round: round}, Documented)
	}
	return rendered
}

// HandAnswer is what a person of the publisher's says in a negotiation.
type HandAnswer struct {
	Idempotency
	Action      string          `json:"action" maxLength:"64" doc:"counter, final_offer, accept (the buyer's last price) or reject."`
	Price       *contract.Price `json:"price,omitempty" doc:"The CPM offered, with counter and final_offer: at most the seller's last price, and at least the floor."`
	Note        string          `json:"note,omitempty" maxLength:"2000" doc:"For the buyer."`
	RoundNumber *int            `json:"round_number,omitempty" minimum:"1" maximum:"1000" doc:"The number that the answer is expected to get."`
}

// Domain is what the flow takes.
func (a *HandAnswer) Domain(id string) seller.HandAnswer {
	answer := seller.HandAnswer{NegotiationID: id, Action: a.Action, Note: a.Note, Round: a.RoundNumber}
	if a.Price != nil {
		answer.Price = &a.Price.Money
	}
	return answer
}

// NextMove is what the agent would answer now.
type NextMove struct {
	NegotiationID string                   `json:"negotiation_id"`
	Action        parley.NegotiationAction `json:"action,omitempty" doc:"accept, counter, final_offer or reject; left out when the buyer has named no price to answer."`
	BuyerPrice    *contract.Decimal        `json:"buyer_price" doc:"That it answers."`
	SellerPrice   *contract.Decimal        `json:"seller_price"`
	Currency      parley.Currency          `json:"currency"`
	AwaitsDesk    bool                     `json:"awaits_desk" doc:"The buyer's price waits for a person's answer; otherwise it was answered, and this is the answer to the same price once more."`
}

// NextMoveOf writes what the agent would answer.
func NextMoveOf(_ View, move seller.Move) NextMove {
	n, r := move.Negotiation, move.Round
	rendered := NextMove{NegotiationID: n.ID, Action: r.Action, Currency: n.Currency, AwaitsDesk: seller.AwaitsDesk(n)}
	if r.Number > 0 {
		rendered.BuyerPrice = contract.DecimalOf(parley.Money{Micros: r.BuyerCPM, Currency: n.Currency})
		rendered.SellerPrice = contract.DecimalOf(parley.Money{Micros: r.SellerCPM, Currency: n.Currency})
	}
	return rendered
}

// NegotiationRecordOf writes a negotiation as the shared contract does.
func NegotiationRecordOf(view View, n parley.Negotiation) document.NegotiationRecord {
	record := document.NegotiationRecord{
		Negotiation: contract.NegotiationOf(n), RoundsRemaining: seller.Turn{Negotiation: n}.RoundsRemaining(), ExpiresAt: n.ExpiresAt,
	}
	if view.Caller.IsOperator() {
		record.HeldBy, record.AwaitsDesk = n.HeldBy, seller.AwaitsDesk(n)
	}
	if n.AgreedCPM != nil {
		record.AgreedPrice = contract.MoneyOf(parley.Money{Micros: *n.AgreedCPM, Currency: n.Currency})
	}
	return record
}

// What is asked of negotiations.
var (
	GetNegotiation         = Lookup[parley.Negotiation, document.NegotiationRecord]{(*seller.Service).Negotiation, NegotiationRecordOf}
	GetProposalNegotiation = Lookup[parley.Negotiation, document.NegotiationResponse]{(*seller.Service).ProposalNegotiation, NegotiationOf}
	ListNegotiations       = List[NegotiationFilter, parley.Negotiation, document.NegotiationRecord]{
		Plural: "negotiations", Render: NegotiationRecordOf, ID: func(n parley.Negotiation) string { return n.ID },
		Find: func(ctx context.Context, x *Exchange, f NegotiationFilter, page seller.Page) (seller.Listing[parley.Negotiation], error) {
			return x.Service.Negotiations(ctx, x.Call, seller.NegotiationFilter{
				Status: parley.NegotiationStatus(f.Status), ProductID: f.ProductID, ProposalID: f.ProposalID,
				QuoteID: f.QuoteID, Page: page,
			})
		},
	}
	GetNextMove      = Lookup[seller.Move, NextMove]{(*seller.Service).NextMove, NextMoveOf}
	PauseNegotiation = act("POST /api/v1/negotiations/{negotiation_id}/pause", Done, NegotiationRecordOf,
		byID[Repeated]((*seller.Service).PauseNegotiation))
	AnswerNegotiation = act("POST /api/v1/negotiations/{negotiation_id}/answer", Done,
		func(_ View, turn seller.Turn) document.RoundResponse { return RoundOf(turn, Documented) },
		func(ctx context.Context, x *Exchange, id string, body *HandAnswer, encode seller.Encode[seller.Turn]) (seller.Answer, error) {
			return x.Service.AnswerNegotiation(ctx, x.Call, body.Domain(id), encode)
		})
	HandBackNegotiation = act("POST /api/v1/negotiations/{negotiation_id}/hand-back", Done,
		func(v View, turn seller.Turn) document.NegotiationRecord {
			return NegotiationRecordOf(v, turn.Negotiation)
		},
		byID[Repeated]((*seller.Service).HandBack))
	CounterProposal = act("POST /proposals/{proposal_id}/counter", Done,
		func(_ View, turn seller.Turn) document.RoundResponse { return RoundOf(turn, Documented) },
		func(ctx context.Context, x *Exchange, id string, body *document.CounterRequest, encode seller.Encode[seller.Turn]) (seller.Answer, error) {
			return x.Service.CounterProposal(ctx, x.Call, id, body.BuyerPrice.Money, encode)
		})
	SendNegotiationMessage = act("POST /api/v1/negotiations/messages", Done,
		func(_ View, turn seller.Turn) document.RoundResponse { return RoundOf(turn, InContract) },
		byBody((*seller.Service).Negotiate, messageOf))
)
