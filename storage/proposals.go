package storage

import (
	"time"

	"parley"
)

// ProposalFilter narrows a list of proposals. Zero values match all.
type ProposalFilter struct {
	Owner     *string
	Status    parley.ProposalStatus // as stored, or expired by Now
	ProductID string
	Created   Period // proposals whose ids are of a time within an hour of their creation
	// Search is the beginning of a proposal's id, in any case, an owner, or else a product's id.
	Search string
	Now    time.Time
	Page   Page
}

const proposalColumns = `id, owner, party, status, recommendation, product_id, product_name, inventory_type, deal_type, proposed_micros,
	currency, impressions, flight_start, flight_end, ask, agreed_micros, agreed_impressions, counter_terms,
	COALESCE(negotiation_id, ''), COALESCE(approval_id, ''), COALESCE(deal_id, ''), pricing_verified, verification_reason,
	errors, trace, tier, identity, claimed, carried, version, created_at, updated_at, expires_at`

func scanProposal(rows Rows, p *parley.Proposal) error {
	err := rows.Scan(&p.ID, &p.Owner, &p.Party, (*string)(&p.Status), (*string)(&p.Recommendation), &p.ProductID, &p.ProductName,
		&p.InventoryType, (*string)(&p.DealType), &p.ProposedCPM.Micros, (*string)(&p.ProposedCPM.Currency), &p.Impressions,
		(*int32)(&p.Flight.Start), (*int32)(&p.Flight.End), decoded(&p.Ask), &p.AgreedCPM, &p.AgreedImpressions,
		decoded(&p.CounterTerms), &p.NegotiationID, &p.ApprovalID, &p.DealID, &p.PricingVerified, &p.VerificationReason,
		decoded(&p.Errors), decoded(&p.Trace), named(&p.Tier), decoded(&p.Identity), decoded(&p.Claimed), decoded(&p.Carried), &p.Version,
		instant(&p.CreatedAt), instant(&p.UpdatedAt), instant(&p.ExpiresAt))
	return err
}

// Proposal answers a proposal as it is stored; see parley.Proposal.At.
func (r *Reader) Proposal(id string) *Pending[parley.Proposal] {
	return one(r, scanProposal, "proposal", id, `SELECT `+proposalColumns+` FROM proposals WHERE id = $1`, id)
}

// ProposalForUpdate reads the proposal and keeps it from changing until the transaction ends.
func (tx *Tx) ProposalForUpdate(id string) *Pending[parley.Proposal] {
	tx.locks(proposalRow, id)
	return one(&tx.Reader, scanProposal, "proposal", id, `SELECT `+proposalColumns+` FROM proposals WHERE id = $1`+tx.dialect.ForUpdate, id)
}

// openProposals are the states that time can end.
const openProposals = `status IN ('pending_approval', 'accepted', 'counter_offered')`

// Proposals lists proposals as they are stored; see parley.Proposal.At.
func (r *Reader) Proposals(filter ProposalFilter) *Pending[Listing[parley.Proposal]] {
	var w where
	w.owned(filter.Owner)
	equal(&w, "product_id", filter.ProductID)
	w.made(parley.PrefixProposal, filter.Created)
	w.identified(filter.Search, parley.PrefixProposal, "product_id", owners...)
	switch filter.Status {
	case parley.ProposalExpired:
		w.and("(status = 'expired' OR "+openProposals+" AND expires_at <= ?)", micros(filter.Now))
	case parley.ProposalPendingApproval, parley.ProposalAccepted, parley.ProposalCounterOffered:
		w.and("status = ? AND expires_at > ?", string(filter.Status), micros(filter.Now))
	case parley.ProposalRejected, parley.ProposalBooked, parley.ProposalWithdrawn, parley.ProposalFailed:
		w.and("status = ?", string(filter.Status))
	}
	list := paged{table: "proposals", columns: proposalColumns, order: "id", id: "id"}
	return listing(r, list, w, filter.Page, scanProposal)
}

// VerifyingQuote answers the id of an available quote, not expired at now, of this owner for this product, whose final
// CPM is from low to high micros; "" when there is none.
func (r *Reader) VerifyingQuote(owner, productID string, low, high int64, now time.Time) *Pending[string] {
	const query = `SELECT COALESCE((SELECT id FROM quotes WHERE owner = $1 AND product_id = $2 AND status = 'available'
		AND expires_at > $3 AND final_micros BETWEEN $4 AND $5 ORDER BY final_micros LIMIT 1), '')`
	return one(r, scalar[string], "quote", "", query, owner, productID, micros(now), low, high)
}

// InsertProposal stores a new proposal. A repeated id is CodeConflict, an unknown product CodeNotFound.
func (tx *Tx) InsertProposal(p parley.Proposal) {
	tx.added(proposalRow, p.ID)
	unknown := notFound("product", p.ProductID)
	tx.add(Stmt{
		SQL: `INSERT INTO proposals (id, owner, party, status, recommendation, product_id, product_name, inventory_type, deal_type,
			proposed_micros, currency, impressions, flight_start, flight_end, ask, agreed_micros, agreed_impressions,
			counter_terms, negotiation_id, approval_id, deal_id, pricing_verified, verification_reason, errors, trace, tier,
			identity, claimed, carried, version, created_at, updated_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
			$24, $25, $26, $27, $28, $29, $30, $31, $32, $33)`,
		Args: []any{
			p.ID, p.Owner, p.Party, string(p.Status), string(p.Recommendation), p.ProductID, p.ProductName, p.InventoryType,
			string(p.DealType), p.ProposedCPM.Micros, string(p.ProposedCPM.Currency), p.Impressions, int64(p.Flight.Start),
			int64(p.Flight.End), tx.json(p.Ask), p.AgreedCPM, p.AgreedImpressions, tx.maybeJSON(p.CounterTerms),
			maybeText(p.NegotiationID), maybeText(p.ApprovalID), maybeText(p.DealID), p.PricingVerified, p.VerificationReason,
			tx.json(orEmpty(p.Errors)), tx.json(orEmpty(p.Trace)), p.Tier.String(), tx.json(p.Identity), tx.claimed(p.Claimed), tx.json(p.Carried),
			p.Version, micros(p.CreatedAt), micros(p.UpdatedAt), micros(p.ExpiresAt),
		},
		Refused: refuseInsert("proposal", p.ID, unknown),
	})
}

// UpdateProposal stores everything that can change; when p.Version is not the stored one plus one, CodeContention.
func (tx *Tx) UpdateProposal(p parley.Proposal) {
	tx.locks(proposalRow, p.ID)
	const update = `UPDATE proposals SET status = $3, flight_start = $4, flight_end = $5, agreed_micros = $6, agreed_impressions = $7,
		counter_terms = $8, negotiation_id = $9, approval_id = $10, deal_id = $11, errors = $12, trace = $13, updated_at = $14,
		version = $2
		WHERE id = $1 AND version = $2 - 1`
	tx.add(Stmt{
		SQL: update,
		Args: []any{
			p.ID, p.Version, string(p.Status), int64(p.Flight.Start), int64(p.Flight.End), p.AgreedCPM, p.AgreedImpressions,
			tx.maybeJSON(p.CounterTerms), maybeText(p.NegotiationID), maybeText(p.ApprovalID), maybeText(p.DealID),
			tx.json(orEmpty(p.Errors)), tx.json(orEmpty(p.Trace)), micros(p.UpdatedAt),
		},
		Wants: 1, Otherwise: parley.Errorf(parley.CodeContention, "The proposal %q has changed meanwhile. Read it again, then retry.", p.ID),
	})
}
