package storage

import (
	"strconv"
	"strings"

	"parley"
)

// DealSort is what a list of deals is ordered by; deals that are equal in it are in the order of their creation.
type DealSort string

// The orders of deals.
const (
	DealsByCreation    DealSort = ""
	DealsByCPM         DealSort = "cpm" // micros, in whatever currency
	DealsByImpressions DealSort = "impressions"
	DealsByStart       DealSort = "start" // of the flight
	DealsByBooking     DealSort = "booked"
)

// MostSorted is how many deals are sorted at once; see Deals.Deals.
const MostSorted = 10_000

// DealFilter narrows a list of deals. Zero values match all.
type DealFilter struct {
	Owner     *string
	Account   string         // whose keys' deals they are: those whose identity names it, or one that belongs to it
	Owners    []AccountOwner // any of them; nil: whoever
	Buyer     string         // the whole id of a seat, agency or advertiser, in any case
	Status    parley.DealStatus
	DealType  parley.DealType
	ProductID string
	// StartsFrom and StartsTo are the first and the last day that a flight may start on.
	StartsFrom, StartsTo *parley.Date
	// RunsFrom and RunsTo bound some days, of which a flight has at least one.
	RunsFrom, RunsTo *parley.Date
	// BookedFrom and BookedTo are the first and the last day that a deal may have been booked on, in the publisher's time zone.
	BookedFrom, BookedTo *parley.Date
	Booked               bool // deals that were booked, whatever has become of them
	// Delivered are all days of a month, of one of which there are figures of the deal; nil: any deal. Arriving says that a file is shown whose
	// figures are not in the ledger yet, see FiguresArriving, and these count too. Such a list is narrowed by nothing else, and in the order of creation.
	Delivered *parley.Flight
	Arriving  bool
	// Search are words, in any case, each of which is in the deal id, the product's name, the buyer's names or the owner, or
	// begins a word there. Words are of letters, digits and marks; the first 16 count, and of each the first 100 letters.
	// Text without a word matches nothing.
	Search string
	// Filed are words, in any case, each of which begins a word of what the publisher files with the deal; Label is a whole
	// label of it.
	Filed, Label string
	Sort         DealSort
	Page         Page
}

const dealColumns = `id, owner, status, COALESCE(quote_id, ''), COALESCE(proposal_id, ''), COALESCE(negotiation_id, ''),
	product_id, product_name, inventory_type, deal_type, media_type, impressions, flight_start, flight_end, price, tier,
	identity, claimed, carried, notes, version, created_at, updated_at, status_reason, COALESCE(booked_on, 0),
	assumed_impressions, agreed_start, agreed_end`

func scanDeal(rows Rows, d *parley.Deal) error {
	var start, end *parley.Date
	err := rows.Scan(&d.ID, &d.Owner, (*string)(&d.Status), &d.QuoteID, &d.ProposalID, &d.NegotiationID, &d.ProductID,
		&d.ProductName, &d.InventoryType, (*string)(&d.DealType), (*string)(&d.MediaType), &d.Impressions,
		(*int32)(&d.Flight.Start), (*int32)(&d.Flight.End), decoded(&d.Price), named(&d.Tier), decoded(&d.Identity),
		decoded(&d.Claimed), decoded(&d.Carried), &d.Notes, &d.Version, instant(&d.CreatedAt), instant(&d.UpdatedAt),
		&d.StatusReason, (*int32)(&d.BookedOn), &d.AssumedImpressions, maybeDateField(&start), maybeDateField(&end))
	if start != nil && end != nil {
		d.Agreed = &parley.Flight{Start: *start, End: *end}
	}
	return err
}

// Deal answers a deal.
func (r *Reader) Deal(id string) *Pending[parley.Deal] {
	return one(r, scanDeal, "deal", id, `SELECT `+dealColumns+` FROM deals WHERE id = $1`, id)
}

// DealForUpdate reads the deal and keeps it from changing until the transaction ends.
func (tx *Tx) DealForUpdate(id string) *Pending[parley.Deal] {
	tx.locks(dealRow, id)
	return one(&tx.Reader, scanDeal, "deal", id, `SELECT `+dealColumns+` FROM deals WHERE id = $1`+tx.dialect.ForUpdate, id)
}

// dealOrders are the columns that deals are ordered by. Deal ids are random, so their order of creation is kept beside them.
var dealOrders = map[DealSort]string{
	DealsByCreation:    "seq",
	DealsByCPM:         "final_micros, seq",
	DealsByImpressions: "impressions, seq",
	DealsByStart:       "flight_start, seq",
	DealsByBooking:     "booked_on, seq",
}

// Deals answers a list in the order of filter.Sort, which Page.Newest turns around. All deals, and those narrowed to
// when flights start or run, or when they were booked, are ordered whole; of a list that is narrowed otherwise, an order that is not by creation holds
// the newest MostSorted of the deals that match.
func (r *Reader) Deals(filter DealFilter) *Pending[Listing[parley.Deal]] {
	var w where
	var whole [][]string
	starts := filter.StartsFrom != nil || filter.StartsTo != nil || filter.RunsFrom != nil || filter.RunsTo != nil
	booked := filter.BookedFrom != nil && filter.BookedTo != nil
	if booked {
		w.and("booked_on IS NOT NULL AND booked_on BETWEEN ? AND ?", int64(*filter.BookedFrom), int64(*filter.BookedTo))
	}
	byBooking := len(w.conditions)
	if filter.Booked {
		w.and("booked_on IS NOT NULL")
	}
	if filter.StartsFrom != nil {
		w.and("flight_start >= ?", int64(*filter.StartsFrom))
	}
	if filter.StartsTo != nil {
		w.and("flight_start <= ?", int64(*filter.StartsTo))
	}
	if filter.RunsFrom != nil {
		// No flight is longer, so that what has ended long before is not looked at.
		w.and("flight_start > ?", int64(*filter.RunsFrom-parley.MaxFlightDays))
		w.and("flight_end >= ?", int64(*filter.RunsFrom))
	}
	if filter.RunsTo != nil {
		w.and("flight_start <= ?", int64(*filter.RunsTo))
	}
	byStart := len(w.conditions)
	w.owned(filter.Owner)
	w.ofAccount("deals", filter.Account)
	each := make([]string, len(filter.Owners)) // the deals of an owner each: together in order they are found by its index
	for i, owner := range filter.Owners {
		each[i] = "SELECT * FROM deals WHERE " + w.ofOwner("deals", owner)
	}
	if filter.Owners != nil && len(each) == 0 {
		w.and("FALSE")
	}
	if filter.Buyer != "" {
		part := parley.OwnerPart(filter.Buyer)
		w.ofParty(part)
		whole = partyWords(part)
	}
	equal(&w, "status", filter.Status)
	equal(&w, "deal_type", filter.DealType)
	equal(&w, "product_id", filter.ProductID)
	w.filed("id", filter.Filed, filter.Label)
	begins := sought(filter.Search)
	if filter.Search != "" && len(begins) == 0 {
		w.and("FALSE")
	}
	list := paged{table: "deals", columns: dealColumns, order: "seq", id: "id", rows: "deals", owner: filter.Owner}
	if len(each) > 0 {
		list.table = "(" + strings.Join(each, " UNION ALL ") + ") AS deals"
	}
	if len(whole)+len(begins)+len(filter.Filed)+len(filter.Label)+len(filter.Owners) > 0 && r.dialect.PlanEachTime != "" {
		r.add(Stmt{SQL: r.dialect.PlanEachTime})
	}
	if len(whole)+len(begins) > 0 {
		if len(each) > 0 {
			w.conditions = append(w.conditions, "id IN (SELECT id FROM "+list.table+")")
		}
		list.table, list.order, list.key = r.dialect.DealWords, r.dialect.DealPlace, "seq"
		condition, values := r.dialect.HasWords(whole, begins)
		w.and(condition, values...)
	}
	if filter.Delivered != nil {
		month := w.arg(int64(filter.Delivered.Start))
		delivered := "SELECT deal_seq FROM earned_months WHERE month = " + month
		if filter.Arriving {
			delivered += " UNION ALL " + firstShown("seq", month, month, w.arg(int64(filter.Delivered.End)))
		}
		list.table, list.order, list.key = "("+delivered+") AS delivered JOIN deals ON deals.seq = delivered.deal_seq", "deal_seq", "seq"
	}
	if filter.RunsFrom != nil && filter.RunsTo != nil && list.key == "" && len(each) == 0 {
		list.countBy = "flight_start DESC, flight_end DESC, seq DESC" // what runs late in a period began close to it; what began long before has ended mostly
	}
	if order := dealOrders[filter.Sort]; order != "seq" {
		if list.countBy != "" && filter.Sort == DealsByStart {
			order = "flight_start, flight_end, seq" // as the index of flights has them
		}
		narrowed := len(w.conditions) > 0
		switch {
		case filter.Sort == DealsByStart && starts && !booked:
			narrowed = len(w.conditions) > byStart
		case filter.Sort == DealsByBooking && booked:
			narrowed = len(w.conditions) > byBooking
		}
		if narrowed || len(each) > 0 {
			list.table = "(SELECT deals.* FROM " + list.table + w.clause() + " ORDER BY " + list.order + " DESC LIMIT " +
				strconv.Itoa(MostSorted) + ") AS deals"
			w.conditions = nil
		}
		list.order, list.key = order, ""
	}
	return listing(r, list, w, filter.Page, scanDeal)
}

// ofParty narrows to deals of whoever has a part of the owner in any case: as the deal's search has it, or as programs before stored it.
func (w *where) ofParty(part string) {
	searched := spaced(part)
	if searched == "" {
		w.and("FALSE") // of nothing that is seen
		return
	}
	var either []string
	var values []any
	add := func(column, begins, party string) {
		party = escapePattern.Replace(party)
		either = append(either, `(`+column+` LIKE ? ESCAPE '\' OR `+column+` LIKE ? ESCAPE '\'
			OR `+column+` LIKE ? ESCAPE '\' AND owner NOT LIKE 'buyer/%/%/%/%')`)
		values = append(values, begins+"buyer/"+party+"/%", begins+"buyer/%/"+party+"/%", begins+"buyer/%/%/"+party)
	}
	for _, form := range parley.Spellings(part) {
		add("lower(owner)", "", form)
	}
	add("search", "%"+ownerMark, searched)
	w.and("("+strings.Join(either, " OR ")+")", values...)
}

// InsertDeal stores a new deal. A repeated id is CodeConflict caused by ErrDealIDTaken, a quote or proposal that has a
// deal already is CodeContention.
func (tx *Tx) InsertDeal(d parley.Deal) {
	tx.beforeDays(d.ID)
	tx.added(dealRow, d.ID)
	insert := `INSERT INTO deals (seq, id, owner, status, quote_id, proposal_id, negotiation_id, product_id, product_name,
		inventory_type, deal_type, media_type, impressions, flight_start, flight_end, final_micros, currency, price, tier,
		identity, claimed, carried, notes, search, version, created_at, updated_at, status_reason, account, booked_on,
		assumed_impressions, words_apart)
		VALUES (` + tx.dialect.NextDealSeq + `, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
		$19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, TRUE)`
	i := d.Identity.Or(d.Claimed)
	search := spaced(d.ID, d.ProductName, i.SeatName, i.AgencyName, i.AgencyHoldingCompany, i.AdvertiserName, i.CampaignName) + ownerMark + spaced(d.Owner)
	tx.add(Stmt{
		SQL: insert,
		Args: []any{
			d.ID, d.Owner, string(d.Status), maybeText(d.QuoteID), maybeText(d.ProposalID), maybeText(d.NegotiationID), d.ProductID,
			d.ProductName, d.InventoryType, string(d.DealType), string(d.MediaType), d.Impressions, int64(d.Flight.Start),
			int64(d.Flight.End), d.Price.FinalCPM, string(d.Price.Currency), tx.json(d.Price), d.Tier.String(), tx.json(d.Identity),
			tx.claimed(d.Claimed), tx.json(d.Carried), d.Notes,
			search, d.Version, micros(d.CreatedAt), micros(d.UpdatedAt), d.StatusReason, parley.Payer(d.Owner), maybeDay(d.BookedOn),
			d.AssumedImpressions,
		},
		Refused: func(met Constraint) *parley.Error {
			switch met {
			case PrimaryKey:
				return &parley.Error{Code: parley.CodeConflict, Message: "The deal id " + d.ID + " is taken.", Cause: ErrDealIDTaken}
			case Unique:
				return parley.Errorf(parley.CodeContention, "There already is a deal for this quote or proposal.")
			case ForeignKey, Check:
			}
			return nil
		},
	})
	words := []any{d.ID, strings.Join(wordsOf(search, d.Owner), " ")}
	tx.add(Stmt{SQL: tx.dialect.AddDealWords, Args: words, Last: true})
}

// UpdateDeal stores status, terms, price and notes; when d.Version is not the stored one plus one, CodeContention.
func (tx *Tx) UpdateDeal(d parley.Deal) {
	tx.beforeDays(d.ID)
	tx.locks(dealRow, d.ID)
	var start, end any
	if d.Agreed != nil {
		start, end = int64(d.Agreed.Start), int64(d.Agreed.End)
	}
	const update = `UPDATE deals SET status = $3, deal_type = $4, impressions = $5, flight_start = $6, flight_end = $7,
		final_micros = $8, currency = $9, price = $10, notes = $11, updated_at = $12, status_reason = $13, booked_on = $14,
		assumed_impressions = $15, agreed_start = $16, agreed_end = $17, version = $2
		WHERE id = $1 AND version = $2 - 1`
	tx.add(Stmt{
		SQL: update,
		Args: []any{
			d.ID, d.Version, string(d.Status), string(d.DealType), d.Impressions, int64(d.Flight.Start), int64(d.Flight.End),
			d.Price.FinalCPM, string(d.Price.Currency), tx.json(d.Price), d.Notes, micros(d.UpdatedAt), d.StatusReason,
			maybeDay(d.BookedOn), d.AssumedImpressions, start, end,
		},
		Wants: 1, Otherwise: parley.Errorf(parley.CodeContention, "The deal %q has changed meanwhile. Read it again, then retry.", d.ID),
	})
}

// maybeDay stores the zero date as NULL.
func maybeDay(d parley.Date) any {
	if d == 0 {
		return nil
	}
	return int64(d)
}
