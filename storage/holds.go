package storage

import (
	"errors"
	"time"

	"parley"
)

// ErrHeld says that the quote is held already, or that the place among its buyer's holds is taken.
var ErrHeld = errors.New("storage: the quote or the place of the hold is taken")

// DueHolds are holds by when they end.
var DueHolds = DueKind{"holds", "holds_to_end", "until", "status = 'active'"}

// HoldFilter narrows a list of holds. Zero values match all.
type HoldFilter struct {
	Owner     *string
	Status    parley.HoldStatus // as stored, or expired by Now
	ProductID string
	QuoteID   string
	Now       time.Time
	Page      Page
}

const holdColumns = `id, quote_id, owner, product_id, impressions, flight_start, flight_end, status, by_desk, COALESCE(slot, 0), until, quote_until,
	COALESCE(deal_id, ''), created_by, created_at, ended_at`

func holdFields(h *parley.Hold) []any {
	return []any{
		&h.ID, &h.QuoteID, &h.Owner, &h.ProductID, &h.Impressions, (*int32)(&h.Flight.Start), (*int32)(&h.Flight.End),
		(*string)(&h.Status), &h.ByDesk, &h.Slot, instant(&h.Until), maybeInstant(&h.QuoteUntil), &h.DealID, &h.CreatedBy, instant(&h.CreatedAt), maybeInstant(&h.EndedAt),
	}
}

func scanHold(rows Rows, h *parley.Hold) error { return rows.Scan(holdFields(h)...) }

// Holds lists holds as they are stored; see parley.Hold.At.
func (r *Reader) Holds(filter HoldFilter) *Pending[Listing[parley.Hold]] {
	var w where
	w.owned(filter.Owner)
	equal(&w, "product_id", filter.ProductID)
	equal(&w, "quote_id", filter.QuoteID)
	switch filter.Status {
	case parley.HoldActive:
		w.and("status = 'active' AND until > ?", micros(filter.Now))
	case parley.HoldExpired:
		w.and("(status = 'expired' OR status = 'active' AND until <= ?)", micros(filter.Now))
	case parley.HoldTaken, parley.HoldReleased, "":
		equal(&w, "status", filter.Status)
	}
	return listing(r, paged{table: "holds", columns: holdColumns, order: "id", id: "id"}, w, filter.Page, scanHold)
}

// HoldOfQuote answers the newest hold of a quote, as it is stored; CodeNotFound when it was never held.
func (r *Reader) HoldOfQuote(quoteID string) *Pending[parley.Hold] {
	return one(r, scanHold, "hold of the quote", quoteID, `SELECT `+holdColumns+` FROM holds WHERE quote_id = $1 ORDER BY id DESC LIMIT 1`, quoteID)
}

// ActiveHolds answers the holds of quotes that have not ended, in the order of their ids. One whose time is over is among them until
// that is recorded, since the ledger counts it until then.
func (r *Reader) ActiveHolds(quoteIDs []string) *Pending[[]parley.Hold] {
	among, ids := r.among(quoteIDs)
	return many(r, scanHold, `SELECT `+holdColumns+` FROM holds WHERE held_quote `+among+` ORDER BY id`, ids)
}

// ActiveHoldsOfBuyer answers those that a buyer has on a product, or the desk for it, in the same way.
func (r *Reader) ActiveHoldsOfBuyer(owner, productID string, byDesk bool) *Pending[[]parley.Hold] {
	return many(r, scanHold, `SELECT `+holdColumns+` FROM holds
		WHERE status = 'active' AND owner = $1 AND product_id = $2 AND by_desk = $3 ORDER BY id`, owner, productID, byDesk)
}

// PartyHold is a hold that may count for a party, with whom its quote is for.
type PartyHold struct {
	parley.Hold
	Identity parley.Identity
	Place    int // among the active ones that were made for the party; 0: none
}

// HoldsFor answers, in the same way, the holds of a product, of the desk or of buyers, that may count for a party, an account or an owner: those
// that were made for it, and those of whoever names it or one that belongs to it now. With them are those that have ended after an instant.
// Until the transaction ends, others that ask for the same wait.
func (tx *Tx) HoldsFor(party, productID string, byDesk bool, after time.Time) *Pending[[]PartyHold] {
	tx.locks(budgetRow, party+"\n"+productID)
	tx.lock("holds of " + productID + " for " + party)
	const place = `COALESCE((SELECT p.slot FROM hold_parties AS p WHERE p.hold_id = holds.id AND p.party = $1), 0)`
	scan := func(rows Rows, h *PartyHold) error {
		return rows.Scan(append(holdFields(&h.Hold), decoded(&h.Identity), &h.Place)...)
	}
	return many(&tx.Reader, scan, `WITH owners AS MATERIALIZED (SELECT belongs_to AS owner FROM (`+keysNaming("belongs_to", "$1")+`) AS named UNION SELECT CAST($1 AS TEXT))
		SELECT `+holdColumns+`, (SELECT quotes.identity FROM quotes WHERE quotes.id = holds.quote_id), `+place+` FROM holds WHERE id IN (
			SELECT hold_id FROM hold_parties WHERE party = $1 AND product_id = $2 AND by_desk = $3 AND slot IS NOT NULL
			UNION SELECT hold_id FROM hold_parties WHERE party = $1 AND product_id = $2 AND by_desk = $3 AND over_at > $4
			UNION SELECT h.id FROM owners CROSS JOIN holds AS h WHERE h.owner = owners.owner AND h.product_id = $2 AND h.by_desk = $3 AND h.slot > 0
			UNION SELECT h.id FROM owners CROSS JOIN holds AS h WHERE h.owner = owners.owner AND h.product_id = $2 AND h.by_desk = $3 AND h.ended_at > $4)
		ORDER BY id`, party, productID, byDesk, micros(after))
}

// HoldPlace is a place among the active holds that count for a party, of one product and side, counted from 1.
type HoldPlace struct {
	Party string
	Slot  int
}

// ActiveHoldsOver answers those of a product that have days of a flight, by their ends, in the same way.
func (r *Reader) ActiveHoldsOver(productID string, flight parley.Flight) *Pending[[]parley.Hold] {
	return many(r, scanHold, `SELECT `+holdColumns+` FROM holds
		WHERE status = 'active' AND product_id = $1 AND flight_end >= $2 AND flight_start <= $3 ORDER BY until, id`,
		productID, int64(flight.Start), int64(flight.End))
}

// Hold reads a hold, as it is stored.
func (r *Reader) Hold(id string) *Pending[parley.Hold] {
	return one(r, scanHold, "hold", id, `SELECT `+holdColumns+` FROM holds WHERE id = $1`, id)
}

// HoldForUpdate reads the hold and keeps it from changing until the transaction ends.
func (tx *Tx) HoldForUpdate(id string) *Pending[parley.Hold] {
	tx.locks(holdRow, id)
	return one(&tx.Reader, scanHold, "hold", id, `SELECT `+holdColumns+` FROM holds WHERE id = $1`+tx.dialect.ForUpdate, id)
}

// InsertHold stores a new hold, whose impressions the caller reserves, with its places among those for whom it counts. A quote that is
// held, or a slot or a place that is taken, is CodeContention caused by ErrHeld.
func (tx *Tx) InsertHold(h parley.Hold, places ...HoldPlace) {
	tx.added(holdRow, h.ID)
	held := func(met Constraint) *parley.Error {
		switch met {
		case PrimaryKey, Unique:
			return &parley.Error{Code: parley.CodeContention, Message: "The quote is held already.", Cause: ErrHeld}
		case ForeignKey:
			return notFound("quote", h.QuoteID)
		case Check:
		}
		return nil
	}
	tx.add(Stmt{
		SQL: `INSERT INTO holds (id, quote_id, owner, product_id, impressions, flight_start, flight_end, status, by_desk, slot, until,
			created_by, created_at, quote_until, held_quote) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $2)`,
		Args: []any{
			h.ID, h.QuoteID, h.Owner, h.ProductID, h.Impressions, int64(h.Flight.Start), int64(h.Flight.End), string(h.Status), h.ByDesk,
			h.Slot, micros(h.Until), h.CreatedBy, micros(h.CreatedAt), maybeMicros(h.QuoteUntil),
		},
		Refused: held,
	})
	for _, place := range places {
		tx.add(Stmt{
			SQL:     `INSERT INTO hold_parties (hold_id, party, product_id, by_desk, slot, over_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			Args:    []any{h.ID, place.Party, h.ProductID, h.ByDesk, place.Slot, micros(h.Until)},
			Refused: held,
		})
	}
}

// EndHold stores how a hold ended, which the caller holds; what it reserved is the caller's to release, or the deal's that took it.
func (tx *Tx) EndHold(h parley.Hold) {
	tx.locks(holdRow, h.ID)
	tx.add(Stmt{
		SQL:   `UPDATE holds SET status = $2, ended_at = $3, deal_id = $4, slot = NULL, held_quote = NULL WHERE id = $1 AND status = 'active'`,
		Args:  []any{h.ID, string(h.Status), maybeMicros(h.EndedAt), maybeText(h.DealID)},
		Wants: 1, Otherwise: notFound("active hold", h.ID),
	})
}

// LapseHolds has the active holds of quotes end at an instant, where they would later: it is for quotes that end together, whose holds
// are ended one by one afterwards.
func (tx *Tx) LapseHolds(quoteIDs []string, at time.Time) {
	if len(quoteIDs) == 0 {
		return
	}
	tx.exec(`UPDATE holds SET until = $2 WHERE status = 'active' AND until > $2 AND created_at < $2 AND quote_id IN (`+tx.dialect.Elements+`)`,
		tx.json(orEmpty(quoteIDs)), micros(at))
}

// QuoteUntil has an available quote end at an instant; any other status is CodeContention.
func (tx *Tx) QuoteUntil(id string, until time.Time) {
	tx.locks(quoteRow, id)
	tx.add(Stmt{
		SQL:   `UPDATE quotes SET expires_at = $2 WHERE id = $1 AND ` + stillAvailable,
		Args:  []any{id, micros(until)},
		Wants: 1, Otherwise: parley.Errorf(parley.CodeContention, "The quote %q is no longer available. Request a new quote.", id),
	})
}
