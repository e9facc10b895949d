package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
)

var negotiationRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/proposals/{proposal_id}/counter", Access: AccessNegotiation,
		ID: "counterProposal", Tag: "Negotiations", Summary: "Answer the seller's counter with a price",
		Description: "One round: the seller accepts, counters, makes its final offer or rejects. A final offer is answered once " +
			"more, with the price or with a rejection. Of two counters at once one is refused with contention.",
		Example:  `{"buyer_price": 29.00, "idempotency_key": "d2c4b6a8-0e1f-4a3b-8c5d-7e9f0a1b2c3d"}`,
		Failures: []int{http.StatusConflict},
	}, changing[proposalPath, CounterRequest, seller.Turn, RoundResponse]{
		run: func(
			ctx context.Context, x *exchange, path proposalPath, body *CounterRequest, encode seller.Encode[seller.Turn],
		) (seller.Answer, error) {
			return x.service.CounterProposal(ctx, x.call, path.ProposalID, body.BuyerPrice.Money, encode)
		},
		render:  func(_ wire.View, turn seller.Turn) RoundResponse { return renderTurn(turn, documented) },
		status:  http.StatusOK,
		example: sampleTurn,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/proposals/{proposal_id}/negotiation", Access: AccessProposals,
		ID: "getProposalNegotiation", Tag: "Negotiations", Summary: "Read a proposal's negotiation",
	}, func(ctx context.Context, x *exchange, path proposalPath) (NegotiationResponse, error) {
		negotiation, err := x.service.ProposalNegotiation(ctx, x.call, path.ProposalID)
		return renderNegotiation(negotiation), err
	}, func(*exchange) NegotiationResponse { return renderNegotiation(sampleNegotiation) }),
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/negotiations/messages", Access: AccessNegotiation,
		ID: "sendNegotiationMessage", Tag: "Negotiations", Summary: "Open or continue a negotiation",
		Description: "Opens a negotiation on a proposal or on a quote, or continues it. accept takes the seller's last price, reject " +
			"walks away; both end it. With round_number, the message is refused with contention when its round would get another " +
			"number. What was agreed on a quote is the price at which the quote is booked.",
		Example: `{"action": "counter", "quote_id": "qt-01k1h3v8mq4t7c9w2x5y6z0a1b3d", "buyer_price": {"amount_micros": 25000000, ` +
			`"currency": "USD"}, "rationale": "Opening offer", "idempotency_key": "00000000-0000-4000-8000-000000000010"}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict, http.StatusGone},
	}, changing[none, NegotiationMessage, seller.Turn, RoundResponse]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *NegotiationMessage, encode seller.Encode[seller.Turn],
		) (seller.Answer, error) {
			return x.service.Negotiate(ctx, x.call, body.Domain(), encode)
		},
		render:  func(_ wire.View, turn seller.Turn) RoundResponse { return renderTurn(turn, inContract) },
		status:  http.StatusOK,
		example: sampleTurn,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/negotiations", Access: AccessCredential,
		ID: "listNegotiations", Tag: "Negotiations", Summary: "List negotiations",
	}, listing[negotiationFilter, parley.Negotiation, NegotiationRecord]{
		plural: "negotiations",
		run: func(
			ctx context.Context, x *exchange, filter negotiationFilter, page seller.Page,
		) (seller.Listing[parley.Negotiation], error) {
			return x.service.Negotiations(ctx, x.call, seller.NegotiationFilter{
				Status: parley.NegotiationStatus(filter.Status), ProductID: filter.ProductID, ProposalID: filter.ProposalID,
				QuoteID: filter.QuoteID, Page: page,
			})
		},
		render:  renderRecord,
		id:      func(n parley.Negotiation) string { return n.ID },
		example: sampleNegotiation,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/negotiations/{negotiation_id}", Access: AccessProposals,
		ID: "getNegotiation", Tag: "Negotiations", Summary: "Read a negotiation",
	}, func(ctx context.Context, x *exchange, path negotiationPath) (NegotiationRecord, error) {
		negotiation, err := x.service.Negotiation(ctx, x.call, path.NegotiationID)
		return renderRecord(x.View, negotiation), err
	}, func(x *exchange) NegotiationRecord { return renderRecord(x.View, sampleNegotiation) }),
}

type negotiationPath struct {
	NegotiationID string `path:"negotiation_id" maxLength:"128"`
}

type negotiationFilter struct {
	Status     string `query:"status" enum:"active,pending_approval,accepted,rejected,expired"`
	ProductID  string `query:"product_id" maxLength:"128"`
	ProposalID string `query:"proposal_id" maxLength:"128"`
	QuoteID    string `query:"quote_id" maxLength:"128"`
	Paging
}

// CounterRequest is the body that answers a counter.
type CounterRequest struct {
	Idempotency
	Conversation
	BuyerPrice contract.Price `json:"buyer_price" doc:"The CPM offered."`
}

// NegotiationMessage is what a buyer says in a negotiation, as the shared contract writes it.
type NegotiationMessage struct {
	Idempotency
	Conversation
	Action        string          `json:"action" maxLength:"64" doc:"counter, final_offer, accept or reject."`
	ProposalID    string          `json:"proposal_id,omitempty" maxLength:"128" doc:"Opens or continues the negotiation on this proposal."`
	QuoteID       string          `json:"quote_id,omitempty" maxLength:"128" doc:"Opens or continues the negotiation on this quote."`
	NegotiationID string          `json:"negotiation_id,omitempty" maxLength:"128" doc:"Continues this negotiation."`
	BuyerPrice    *contract.Price `json:"buyer_price,omitempty" doc:"The CPM offered. With accept, it has to be the seller's last; a reject has none."`
	RoundNumber   *int            `json:"round_number,omitempty" minimum:"1" maximum:"1000" doc:"The number that the sender expects its round to get."`
	Rationale     string          `json:"rationale,omitempty" maxLength:"2000"`
	BuyerIdentity *Identity       `json:"buyer_identity,omitempty" doc:"Read and left: the quote or proposal has its buyer."`
	AgentURL      string          `json:"agent_url,omitempty" maxLength:"2000"`
}

// contractDialect tells a message of the contract by its form of a price.
func (m *NegotiationMessage) contractDialect() bool {
	return m.BuyerPrice != nil && m.BuyerPrice.Contract
}

func (m *NegotiationMessage) Domain() seller.Message {
	message := seller.Message{
		ProposalID: m.ProposalID, QuoteID: m.QuoteID, NegotiationID: m.NegotiationID, Action: m.Action, Round: m.RoundNumber,
		Rationale: m.Rationale, AgentURL: m.AgentURL,
	}
	if m.BuyerPrice != nil {
		message.Price = &m.BuyerPrice.Money
	}
	return message
}

// dialect is whose words an answer's status is in.
type dialect int

const (
	documented dialect = iota
	inContract         // which has no word for what waits for approval
)

func (d dialect) status(s parley.NegotiationStatus) parley.NegotiationStatus {
	if d == inContract {
		return contract.NegotiationStatusOf(s)
	}
	return s
}

// RoundResponse is one round: the documented members, and the contract's object under round.
type RoundResponse struct {
	NegotiationID           string                   `json:"negotiation_id"`
	ProposalID              *string                  `json:"proposal_id"`
	QuoteID                 *string                  `json:"quote_id"`
	RoundNumber             int                      `json:"round_number"`
	Action                  parley.NegotiationAction `json:"action" doc:"accept, counter, final_offer or reject."`
	BuyerPrice              *contract.Decimal        `json:"buyer_price" doc:"Null when the buyer named none."`
	SellerPrice             *contract.Decimal        `json:"seller_price" doc:"The CPM that stands after the round."`
	Currency                parley.Currency          `json:"currency"`
	ConcessionPct           concession               `json:"concession_pct" doc:"What the seller gave in this round, in percent of its opening price."`
	CumulativeConcessionPct concession               `json:"cumulative_concession_pct"`
	Rationale               string                   `json:"rationale"`
	Status                  parley.NegotiationStatus `json:"status" doc:"active, accepted, rejected or expired, and in the documented dialect pending_approval."`
	ApprovalID              *string                  `json:"approval_id" doc:"While the publisher has to approve the price."`
	RoundsRemaining         *int                     `json:"rounds_remaining" doc:"Null once it is over."`
	ExpiresAt               time.Time                `json:"expires_at" doc:"By when the seller needs an answer."`
	Round                   contract.Round           `json:"round" doc:"The same round as the shared contract writes it."`
}

// concession is parts per million of the opening price, written as percent.
type concession int64

// MarshalJSON implements json.Marshaler. A part per million is a ten-thousandth of a percent.
func (c concession) MarshalJSON() ([]byte, error) {
	return []byte(parley.FormatMicros(int64(c)*100, 1)), nil
}

// Schema is a JSON number.
func (concession) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Description: "Percent."}
}

func renderTurn(turn seller.Turn, d dialect) RoundResponse {
	n, r := turn.Negotiation, turn.Round
	rendered := RoundResponse{
		NegotiationID: n.ID, ProposalID: contract.Optional(n.ProposalID), QuoteID: contract.Optional(n.QuoteID),
		RoundNumber: r.Number, Action: r.Action,
		SellerPrice: contract.DecimalOf(parley.Money{Micros: r.SellerCPM, Currency: n.Currency}), Currency: n.Currency,
		ConcessionPct: concession(r.Concession), CumulativeConcessionPct: concession(r.Cumulative), Rationale: r.Rationale,
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

// NegotiationResponse is a negotiation as its buyer may read it.
type NegotiationResponse struct {
	NegotiationID   string                   `json:"negotiation_id"`
	ProposalID      *string                  `json:"proposal_id"`
	QuoteID         *string                  `json:"quote_id"`
	ProductID       string                   `json:"product_id"`
	Status          parley.NegotiationStatus `json:"status"`
	Currency        parley.Currency          `json:"currency"`
	Rounds          []RoundResponse          `json:"rounds" doc:"As they were answered."`
	RoundsRemaining *int                     `json:"rounds_remaining"`
	AgreedPrice     *contract.Decimal        `json:"agreed_price"`
	ApprovalID      *string                  `json:"approval_id"`
	BuyerTier       parley.Tier              `json:"buyer_tier"`
	StartedAt       time.Time                `json:"started_at"`
	CompletedAt     *time.Time               `json:"completed_at"`
	ExpiresAt       time.Time                `json:"expires_at"`
}

func renderNegotiation(n parley.Negotiation) NegotiationResponse {
	turn := seller.Turn{Negotiation: n}
	rendered := NegotiationResponse{
		NegotiationID: n.ID, ProposalID: contract.Optional(n.ProposalID), QuoteID: contract.Optional(n.QuoteID),
		ProductID: n.ProductID, Status: n.Status, Currency: n.Currency, Rounds: make([]RoundResponse, len(n.Rounds)),
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
		rendered.Rounds[i] = renderTurn(seller.Turn{Negotiation: then, Round: round}, documented)
	}
	return rendered
}

// NegotiationRecord is a negotiation as the shared contract writes it, with what the contract has no member for.
type NegotiationRecord struct {
	contract.Negotiation
	RoundsRemaining *int            `json:"rounds_remaining" doc:"Null once it is over."`
	AgreedPrice     *contract.Money `json:"agreed_price"`
	ExpiresAt       time.Time       `json:"expires_at" doc:"By when the seller needs an answer."`
}

func renderRecord(_ wire.View, n parley.Negotiation) NegotiationRecord {
	record := NegotiationRecord{
		Negotiation: contract.NegotiationOf(n), RoundsRemaining: seller.Turn{Negotiation: n}.RoundsRemaining(), ExpiresAt: n.ExpiresAt,
	}
	if n.AgreedCPM != nil {
		record.AgreedPrice = contract.MoneyOf(parley.Money{Micros: *n.AgreedCPM, Currency: n.Currency})
	}
	return record
}
