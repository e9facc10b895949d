package storage

import (
	"time"

	"parley"
)

// NegotiationFilter narrows a list of negotiations. Zero values match all.
type NegotiationFilter struct {
	Owner      *string
	Status     parley.NegotiationStatus // as stored, or expired by Now
	ProductID  string
	ProposalID string
	QuoteID    string
	LastRound  bool // in which the buyer's next price is the last that is answered, or the seller has made its final offer
	ByHand     bool // that a person answers
	Now        time.Time
	Page       Page
}

const negotiationColumns = `id, owner, party, status, COALESCE(proposal_id, ''), COALESCE(quote_id, ''), product_id, deal_type, impressions,
	flight_start, flight_end, tier, currency, base_micros, floor_micros, limits, lowest_micros, agreed_micros,
	COALESCE(approval_id, ''), COALESCE(deal_id, ''), version, started_at, updated_at, ended_at, expires_at, held_by`

func scanNegotiation(rows Rows, n *parley.Negotiation) error {
	return rows.Scan(&n.ID, &n.Owner, &n.Party, (*string)(&n.Status), &n.ProposalID, &n.QuoteID, &n.ProductID, (*string)(&n.DealType),
		&n.Impressions, (*int32)(&n.Flight.Start), (*int32)(&n.Flight.End), named(&n.Tier), (*string)(&n.Currency), &n.BaseCPM,
		&n.FloorCPM, decoded(&n.Limits), &n.LowestCPM, &n.AgreedCPM, &n.ApprovalID, &n.DealID, &n.Version,
		instant(&n.StartedAt), instant(&n.UpdatedAt), maybeInstant(&n.EndedAt), instant(&n.ExpiresAt), &n.HeldBy)
}

const roundColumns = `negotiation_id, number, action, buyer_micros, seller_micros, concession_ppm, cumulative_ppm, rationale,
	buyer_reason, trace, at`

func scanRound(rows Rows, row *owned[parley.NegotiationRound]) error {
	r := &row.child
	return rows.Scan(&row.ownerID, &r.Number, (*string)(&r.Action), &r.BuyerCPM, &r.SellerCPM, &r.Concession, &r.Cumulative,
		&r.Rationale, &r.BuyerReason, raw(&r.Trace), instant(&r.At))
}

// rounds asks for the rounds of the negotiations that ids selects, and gives each to its negotiation among those asked
// for before.
func (r *Reader) rounds(into *[]parley.Negotiation, ids string, args ...any) {
	add := func(n *parley.Negotiation, r parley.NegotiationRound) { n.Rounds = append(n.Rounds, r) }
	query := `SELECT ` + roundColumns + ` FROM negotiation_rounds WHERE negotiation_id IN (` + ids + `) ORDER BY negotiation_id, number`
	children(r, scanRound, intoList(into, func(n *parley.Negotiation) string { return n.ID }, add), query, args...)
}

// Negotiation answers a negotiation with its rounds, as it is stored; see parley.Negotiation.At.
func (r *Reader) Negotiation(id string) *Pending[parley.Negotiation] {
	return r.negotiation(id, "")
}

// NegotiationForUpdate reads the negotiation and keeps it from changing until the transaction ends.
func (tx *Tx) NegotiationForUpdate(id string) *Pending[parley.Negotiation] {
	tx.locks(negotiationRow, id)
	return tx.negotiation(id, tx.dialect.ForUpdate)
}

func (r *Reader) negotiation(id, lock string) *Pending[parley.Negotiation] {
	found := many(r, scanNegotiation, `SELECT `+negotiationColumns+` FROM negotiations WHERE id = $1`+lock, id)
	r.rounds(&found.value, `$1`, id)
	return then(found, func(n []parley.Negotiation) (parley.Negotiation, error) {
		if len(n) == 0 {
			return parley.Negotiation{}, notFound("negotiation", id)
		}
		return n[0], nil
	})
}

// Negotiations lists negotiations with their rounds, as they are stored; see parley.Negotiation.At.
func (r *Reader) Negotiations(filter NegotiationFilter) *Pending[Listing[parley.Negotiation]] {
	var w where
	w.owned(filter.Owner)
	equal(&w, "product_id", filter.ProductID)
	equal(&w, "proposal_id", filter.ProposalID)
	equal(&w, "quote_id", filter.QuoteID)
	switch filter.Status {
	case parley.NegotiationActive:
		w.and("status = 'active' AND expires_at > ?", micros(filter.Now))
	case parley.NegotiationExpired:
		w.and("(status = 'expired' OR status = 'active' AND expires_at <= ?)", micros(filter.Now))
	case parley.NegotiationPendingApproval, parley.NegotiationAccepted, parley.NegotiationRejected:
		w.and("status = ?", string(filter.Status))
	}
	if filter.ByHand {
		w.and("held_by <> ''")
	}
	if filter.LastRound {
		w.and(`EXISTS (SELECT 1 FROM negotiation_rounds AS n WHERE n.negotiation_id = negotiations.id AND
			(n.action = 'final_offer' OR n.number >= CAST(` + r.dialect.Field("negotiations.limits", "max_rounds") + ` AS BIGINT) - 1))`)
	}
	list := paged{table: "negotiations", columns: negotiationColumns, order: "id", id: "id"}
	p := listing(r, list, w, filter.Page, scanNegotiation)
	tail := list.tail(&w, filter.Page)
	r.rounds(&p.value.Items, `SELECT id FROM negotiations`+tail, w.args...)
	return p
}

// NegotiationOnQuote answers the negotiation that was opened on a quote, or nil.
func (r *Reader) NegotiationOnQuote(quoteID string) *Pending[*parley.Negotiation] {
	found := many(r, scanNegotiation, `SELECT `+negotiationColumns+` FROM negotiations WHERE quote_id = $1`, quoteID)
	// COALESCE makes one value of the subquery. A list has PostgreSQL plan it anew each time, which takes longer than the rest.
	r.rounds(&found.value, `COALESCE((SELECT id FROM negotiations WHERE quote_id = $1), '')`, quoteID)
	return orNil(found)
}

// NegotiationGlance is what is known of a negotiation without its rounds; the zero value: there is none.
type NegotiationGlance struct {
	ID, ProposalID, QuoteID, ProductID string
	Flight                             parley.Flight
	Rounds                             int
}

// NegotiationGlance answers the negotiation with an id or, without one, the one on a proposal and a quote, as far as they are named.
func (r *Reader) NegotiationGlance(id, proposalID, quoteID string) *Pending[NegotiationGlance] {
	var w where
	if equal(&w, "id", id); id == "" {
		equal(&w, "proposal_id", proposalID)
		equal(&w, "quote_id", quoteID)
	}
	scan := func(rows Rows, g *NegotiationGlance) error {
		return rows.Scan(&g.ID, &g.ProposalID, &g.QuoteID, &g.ProductID, (*int32)(&g.Flight.Start), (*int32)(&g.Flight.End), &g.Rounds)
	}
	return maybe(r, scan, `SELECT id, COALESCE(proposal_id, ''), COALESCE(quote_id, ''), product_id, flight_start, flight_end,
		(SELECT COUNT(*) FROM negotiation_rounds WHERE negotiation_id = negotiations.id) FROM negotiations`+w.clause(), w.args...)
}

// InsertNegotiation stores a new negotiation with its rounds. A proposal or quote that has one is CodeContention.
func (tx *Tx) InsertNegotiation(n parley.Negotiation) {
	tx.added(negotiationRow, n.ID)
	tx.add(Stmt{
		SQL: `INSERT INTO negotiations (id, owner, party, status, proposal_id, quote_id, product_id, deal_type, impressions, flight_start,
			flight_end, tier, currency, base_micros, floor_micros, limits, lowest_micros, agreed_micros, approval_id, deal_id,
			version, started_at, updated_at, ended_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)`,
		Args: []any{
			n.ID, n.Owner, n.Party, string(n.Status), maybeText(n.ProposalID), maybeText(n.QuoteID), n.ProductID, string(n.DealType),
			n.Impressions, int64(n.Flight.Start), int64(n.Flight.End), n.Tier.String(), string(n.Currency), n.BaseCPM, n.FloorCPM,
			tx.json(n.Limits), n.LowestCPM, n.AgreedCPM, maybeText(n.ApprovalID), maybeText(n.DealID), n.Version,
			micros(n.StartedAt), micros(n.UpdatedAt), maybeMicros(n.EndedAt), micros(n.ExpiresAt),
		},
		Refused: refuse(parley.Errorf(parley.CodeContention, "A negotiation is open already. Read it, then answer."), PrimaryKey, Unique),
	})
	for _, round := range n.Rounds {
		tx.InsertRound(n.ID, round)
	}
}

// UpdateNegotiation stores everything that can change but the rounds; when n.Version is not the stored one plus one,
// CodeContention.
func (tx *Tx) UpdateNegotiation(n parley.Negotiation) {
	tx.locks(negotiationRow, n.ID)
	const update = `UPDATE negotiations SET status = $3, impressions = $4, flight_start = $5, flight_end = $6, agreed_micros = $7,
		approval_id = $8, updated_at = $9, ended_at = $10, expires_at = $11, floor_micros = $12, deal_id = $13, held_by = $14,
		version = $2
		WHERE id = $1 AND version = $2 - 1`
	tx.add(Stmt{
		SQL: update,
		Args: []any{
			n.ID, n.Version, string(n.Status), n.Impressions, int64(n.Flight.Start), int64(n.Flight.End), n.AgreedCPM,
			maybeText(n.ApprovalID), micros(n.UpdatedAt), maybeMicros(n.EndedAt), micros(n.ExpiresAt), n.FloorCPM, maybeText(n.DealID),
			n.HeldBy,
		},
		Wants: 1, Otherwise: parley.Errorf(parley.CodeContention, "The negotiation %q has changed meanwhile. Read it again, then answer.", n.ID),
	})
}

// InsertRound stores a round; a number that is there already is CodeContention.
func (tx *Tx) InsertRound(negotiationID string, r parley.NegotiationRound) {
	tx.add(Stmt{
		SQL: `INSERT INTO negotiation_rounds (` + roundColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		Args: []any{
			negotiationID, r.Number, string(r.Action), r.BuyerCPM, r.SellerCPM, r.Concession, r.Cumulative, r.Rationale,
			r.BuyerReason, rawText(r.Trace), micros(r.At),
		},
		Refused: refuse(parley.Errorf(parley.CodeContention, "Round %d is taken. Read the negotiation, then answer.", r.Number), PrimaryKey),
	})
}

// ExpireNegotiations marks those of the negotiations that are active and whose time was over at an instant, and answers them.
// One that another transaction holds is left for the next time.
func (tx *Tx) ExpireNegotiations(at time.Time, ids []string) *Pending[[]parley.Negotiation] {
	expire := `WITH due AS MATERIALIZED (
			SELECT id FROM negotiations WHERE COALESCE(status, '') = 'active' AND expires_at <= $2 AND id IN (` + tx.dialect.Elements + `)
			ORDER BY id` + tx.dialect.SkipLocked + `)
		UPDATE negotiations SET status = 'expired', ended_at = $2, updated_at = $2, version = version + 1
		WHERE id IN (SELECT id FROM due) RETURNING ` + negotiationColumns
	return many(&tx.Reader, scanNegotiation, expire, tx.json(orEmpty(ids)), micros(at))
}
