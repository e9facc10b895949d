package storage

import (
	"time"

	"parley"
)

// QuoteFilter narrows a list of quotes. Zero values match all.
type QuoteFilter struct {
	Owner     *string
	Status    parley.QuoteStatus // as stored, or expired by Now
	ProductID string
	Created   Period // quotes whose ids are of a time within an hour of their creation
	// Search is the beginning of a quote's id, in any case, an owner, or else a product's id.
	Search string
	Now    time.Time
	Page   Page
}

const quoteColumns = `id, owner, status, product_id, product_name, inventory_type, deal_type, media_type, impressions,
	flight_start, flight_end, target_micros, target_currency, price, available, tier, identity, claimed, carried,
	COALESCE(deal_id, ''), created_at, expires_at, created_by, COALESCE(proposal_id, ''), COALESCE(negotiation_id, '')`

func scanQuote(rows Rows, q *parley.Quote) error {
	targetMicros, targetCurrency := moneyFields(&q.TargetCPM)
	return rows.Scan(&q.ID, &q.Owner, (*string)(&q.Status), &q.ProductID, &q.ProductName, &q.InventoryType,
		(*string)(&q.DealType), (*string)(&q.MediaType), &q.Impressions, (*int32)(&q.Flight.Start), (*int32)(&q.Flight.End),
		targetMicros, targetCurrency, decoded(&q.Price), &q.Available, named(&q.Tier), decoded(&q.Identity),
		decoded(&q.Claimed), decoded(&q.Carried), &q.DealID, instant(&q.CreatedAt), instant(&q.ExpiresAt),
		&q.CreatedBy, &q.ProposalID, &q.NegotiationID)
}

// Quote answers a quote as it is stored; see parley.Quote.At.
func (r *Reader) Quote(id string) *Pending[parley.Quote] {
	return one(r, scanQuote, "quote", id, `SELECT `+quoteColumns+` FROM quotes WHERE id = $1`, id)
}

// QuoteForUpdate reads the quote and keeps it from changing until the transaction ends.
func (tx *Tx) QuoteForUpdate(id string) *Pending[parley.Quote] {
	tx.locks(quoteRow, id)
	return one(&tx.Reader, scanQuote, "quote", id, `SELECT `+quoteColumns+` FROM quotes WHERE id = $1`+tx.dialect.ForUpdate, id)
}

// Quotes lists quotes as they are stored; see parley.Quote.At.
func (r *Reader) Quotes(filter QuoteFilter) *Pending[Listing[parley.Quote]] {
	var w where
	w.owned(filter.Owner)
	equal(&w, "product_id", filter.ProductID)
	w.made(parley.PrefixQuote, filter.Created)
	w.identified(filter.Search, parley.PrefixQuote, "product_id", owners...)
	switch filter.Status {
	case parley.QuoteAvailable:
		w.and("status = 'available' AND expires_at > ?", micros(filter.Now))
	case parley.QuoteExpired:
		w.and("(status = 'expired' OR status = 'available' AND expires_at <= ?)", micros(filter.Now))
	default:
		equal(&w, "status", filter.Status)
	}
	list := paged{table: "quotes", columns: quoteColumns, order: "id", id: "id"}
	return listing(r, list, w, filter.Page, scanQuote)
}

// InsertQuote stores a new quote; it may be part of an append. A repeated id is CodeConflict, an unknown product
// CodeNotFound.
func (tx *Tx) InsertQuote(q parley.Quote) {
	tx.added(quoteRow, q.ID)
	id, productID := q.ID, q.ProductID // all of the quote that is kept for a refusal
	targetMicros, targetCurrency := maybeMoney(q.TargetCPM)
	const insert = `INSERT INTO quotes (id, owner, status, product_id, product_name, inventory_type, deal_type, media_type,
		impressions, flight_start, flight_end, target_micros, target_currency, final_micros, currency, price, available,
		tier, identity, claimed, carried, deal_id, created_at, expires_at, created_by,
		proposal_id, negotiation_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
		$26, $27)`
	tx.add(Stmt{
		SQL: insert, Adds: true,
		Args: []any{
			q.ID, q.Owner, string(q.Status), q.ProductID, q.ProductName, q.InventoryType, string(q.DealType), string(q.MediaType),
			q.Impressions, int64(q.Flight.Start), int64(q.Flight.End), targetMicros, targetCurrency, q.Price.FinalCPM,
			string(q.Price.Currency), tx.json(q.Price), q.Available, q.Tier.String(), tx.json(q.Identity), tx.claimed(q.Claimed), tx.json(q.Carried),
			maybeText(q.DealID), micros(q.CreatedAt), micros(q.ExpiresAt), q.CreatedBy,
			maybeText(q.ProposalID), maybeText(q.NegotiationID),
		},
		Refused: func(met Constraint) *parley.Error {
			switch met {
			case PrimaryKey:
				return parley.Errorf(parley.CodeConflict, "The quote %q exists.", id)
			case ForeignKey:
				return notFound("product", productID)
			case Unique, Check:
			}
			return nil
		},
	})
}

// stillAvailable holds a quote that is named by its id to its status. COALESCE keeps the indexes of what is available out of
// this: PostgreSQL takes one for all but empty until it has statistics, and goes through all of it for the one quote.
const stillAvailable = `COALESCE(status, '') = 'available'`

// BookQuote binds an available quote to a deal; any other status is CodeContention.
func (tx *Tx) BookQuote(id, dealID string) {
	tx.locks(quoteRow, id)
	tx.add(Stmt{
		SQL:   `UPDATE quotes SET status = 'booked', deal_id = $2 WHERE id = $1 AND ` + stillAvailable,
		Args:  []any{id, dealID},
		Wants: 1, Otherwise: parley.Errorf(parley.CodeContention, "The quote %q is no longer available. Request a new quote.", id),
	})
}

// DeclineQuote ends a quote whose deal came to nothing; an unknown one is CodeNotFound.
func (tx *Tx) DeclineQuote(id string) {
	tx.locks(quoteRow, id)
	tx.add(Stmt{
		SQL:   `UPDATE quotes SET status = 'declined' WHERE id = $1`,
		Args:  []any{id},
		Wants: 1, Otherwise: notFound("quote", id),
	})
}

// SupersedeQuote declines an available quote whose agreed price another quote has booked; any other status is
// CodeContention.
func (tx *Tx) SupersedeQuote(id string) {
	tx.locks(quoteRow, id)
	tx.add(Stmt{
		SQL:   `UPDATE quotes SET status = 'declined' WHERE id = $1 AND ` + stillAvailable,
		Args:  []any{id},
		Wants: 1, Otherwise: parley.Errorf(parley.CodeContention, "The quote %q is no longer available. Request a new quote.", id),
	})
}

// DeclineBoundQuotes declines the available quotes whose price was agreed in a proposal, or, where that is empty, in a negotiation
// over another quote, and answers them. Quotes that another transaction works on are left for DeclineSpentQuotes.
func (tx *Tx) DeclineBoundQuotes(proposalID, negotiationID string) *Pending[[]parley.Quote] {
	bound, id := `proposal_id = $1`, proposalID
	if proposalID == "" {
		bound, id = `negotiation_id = $1 AND proposal_id IS NULL`, negotiationID
	}
	decline := `WITH due AS MATERIALIZED (SELECT id FROM quotes WHERE status = 'available' AND ` + bound + tx.dialect.SkipLocked + `)
		UPDATE quotes SET status = 'declined' WHERE id IN (SELECT id FROM due) RETURNING ` + quoteColumns
	return many(&tx.Reader, scanQuote, decline, id)
}

// DeclineSpentQuotes declines at most limit available quotes whose price was agreed in what has become a deal or is over by
// now, but for the first ones that are skipped, and answers them. Quotes that another transaction works on are left for the next
// sweep.
func (tx *Tx) DeclineSpentQuotes(limit, skip int) *Pending[[]parley.Quote] {
	const spent = `SELECT quotes.id FROM quotes JOIN proposals ON proposals.id = quotes.proposal_id AND proposals.status <> 'accepted'
			WHERE quotes.status = 'available' AND quotes.proposal_id IS NOT NULL
		UNION ALL
		SELECT quotes.id FROM quotes JOIN negotiations ON negotiations.id = quotes.negotiation_id AND negotiations.deal_id IS NOT NULL
			WHERE quotes.status = 'available' AND quotes.negotiation_id IS NOT NULL AND quotes.proposal_id IS NULL`
	decline := `WITH spent AS MATERIALIZED (` + spent + ` LIMIT $1 OFFSET $2), due AS MATERIALIZED (
			SELECT id FROM quotes WHERE status = 'available' AND id IN (SELECT id FROM spent)` + tx.dialect.SkipLocked + `)
		UPDATE quotes SET status = 'declined' WHERE id IN (SELECT id FROM due) RETURNING ` + quoteColumns
	return many(&tx.Reader, scanQuote, decline, limit, skip)
}

// ExpireQuotes marks those of the quotes that are available and whose time was over at an instant, and answers them. Quotes that
// another transaction works on are left for the next sweep.
func (tx *Tx) ExpireQuotes(at time.Time, ids []string) *Pending[[]parley.Quote] {
	// COALESCE for the reason that DeleteQuotes has it for.
	expire := `WITH due AS MATERIALIZED (
			SELECT id FROM quotes WHERE COALESCE(status, '') = 'available' AND expires_at <= $2 AND id IN (` + tx.dialect.Elements + `)
			ORDER BY id` + tx.dialect.SkipLocked + `)
		UPDATE quotes SET status = 'expired' WHERE id IN (SELECT id FROM due) RETURNING ` + quoteColumns
	return many(&tx.Reader, scanQuote, expire, tx.json(orEmpty(ids)), micros(at))
}

// OpenQuotes is how many quotes of a product and a deal type are open.
type OpenQuotes struct {
	ProductID string
	DealType  parley.DealType
	Count     int64
}

// OpenQuotes counts the quotes of these products that are available at an instant. It looks at all that are open.
func (r *Reader) OpenQuotes(productIDs []string, at time.Time) *Pending[[]OpenQuotes] {
	query := `SELECT product_id, deal_type, COUNT(*) FROM quotes
		WHERE status = 'available' AND expires_at > $2 AND product_id IN (` + r.dialect.Elements + `)
		GROUP BY product_id, deal_type ORDER BY product_id, deal_type`
	scan := func(rows Rows, o *OpenQuotes) error { return rows.Scan(&o.ProductID, (*string)(&o.DealType), &o.Count) }
	return many(r, scan, query, r.json(orEmpty(productIDs)), micros(at))
}

// DeleteQuotes removes those of the quotes that are marked expired and that no negotiation, deal or order is about, and
// says how many. Those that were held at an instant or after it stay.
func (tx *Tx) DeleteQuotes(ids []string, held time.Time) *Pending[int64] {
	// COALESCE keeps the index of expired quotes out of this: PostgreSQL, whose statistics do not know of quotes that have
	// just expired, takes it for all but empty and compares each entry in it with each of the ids.
	remove := `DELETE FROM quotes WHERE COALESCE(status, '') = 'expired' AND id IN (` + tx.dialect.Elements + `)
		AND NOT EXISTS (SELECT 1 FROM negotiations WHERE negotiations.quote_id = quotes.id)
		AND NOT EXISTS (SELECT 1 FROM deals WHERE deals.quote_id = quotes.id)
		AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.quote_id = quotes.id)
		AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.quote_id = quotes.id AND COALESCE(holds.ended_at, holds.until) >= $2)`
	return affected(tx, remove, tx.json(orEmpty(ids)), micros(held))
}
