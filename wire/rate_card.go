package wire

import (
	"context"
	"fmt"
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
)

// RateCard is the publisher's own prices.
type RateCard struct {
	Version        int64           `json:"version" doc:"0 until somebody sets one."`
	Entries        []RateCardEntry `json:"entries"`
	GlobalFloors   []GlobalFloor   `json:"global_floors" doc:"No price is below these, whatever the product and the rules say."`
	VolumeBrackets []VolumeBracket `json:"volume_brackets" doc:"Empty: the built-in ones."`
	UpdatedAt      *time.Time      `json:"updated_at"`
	UpdatedBy      *string         `json:"updated_by"`
}

// Revision is its version, which is its entity tag.
func (r RateCard) Revision() int64 { return r.Version }

// RateCardEntry is the base CPM of an inventory type.
type RateCardEntry struct {
	InventoryType string           `json:"inventory_type"`
	BaseCPM       contract.Decimal `json:"base_cpm"`
	Currency      parley.Currency  `json:"currency"`
	EffectiveDate *parley.Date     `json:"effective_date" format:"date" doc:"As it was put."`
	Notes         *string          `json:"notes" doc:"As they were put."`
}

// GlobalFloor is the floor of a currency.
type GlobalFloor struct {
	FloorCPM contract.Decimal `json:"floor_cpm"`
	Currency parley.Currency  `json:"currency"`
}

// VolumeBracket is the discount for volumes of at least so many impressions.
type VolumeBracket struct {
	Impressions int64            `json:"impressions" minimum:"1"`
	DiscountPct contract.Percent `json:"discount_pct"`
}

// RateCardRequest is the body that replaces the rate card: what reading it answers can be sent back.
type RateCardRequest struct {
	Idempotency
	Version        *int64               `json:"version,omitempty" minimum:"0" doc:"The version that the change was made from."`
	Entries        []RateCardEntryInput `json:"entries" maxItems:"500"`
	GlobalFloors   []GlobalFloorInput   `json:"global_floors,omitempty" maxItems:"200"`
	VolumeBrackets []VolumeBracket      `json:"volume_brackets,omitempty" maxItems:"50"`

	bare bool // the entries came alone
	// Keeps tells that floors and brackets stay as they are in the card in force, where the body does not name them.
	Keeps bool `json:"-"`
}

// TakeList implements BareList.
func (r *RateCardRequest) TakeList() string {
	r.bare, r.Keeps = true, true
	return "entries"
}

// RateCardEntryInput is an entry as it is sent.
type RateCardEntryInput struct {
	InventoryType string         `json:"inventory_type" maxLength:"64"`
	BaseCPM       contract.Price `json:"base_cpm"`
	Currency      string         `json:"currency,omitempty" maxLength:"3" doc:"USD when absent."`
	EffectiveDate *parley.Date   `json:"effective_date,omitempty" format:"date" doc:"Since when the price holds, kept to be read: the card is in force as it is put, so a day after today is refused."`
	Notes         string         `json:"notes,omitempty" maxLength:"2000" doc:"Kept to be read; no buyer sees them."`
}

// GlobalFloorInput is a floor as it is sent.
type GlobalFloorInput struct {
	FloorCPM contract.Price `json:"floor_cpm"`
	Currency string         `json:"currency,omitempty" maxLength:"3" doc:"USD when absent."`
}

// Domain is what the flow takes.
func (r *RateCardRequest) Domain() (parley.RateCard, error) {
	var problems parley.Problems
	card := parley.RateCard{VolumeBrackets: bracketsOf(r.VolumeBrackets)}
	for i, entry := range r.Entries {
		card.Entries = append(card.Entries, parley.RateCardEntry{
			InventoryType: entry.InventoryType,
			BaseCPM:       priced(&problems, fmt.Sprintf("entries[%d].currency", i), entry.BaseCPM, entry.Currency),
			EffectiveDate: entry.EffectiveDate, Notes: entry.Notes,
		})
	}
	for i, floor := range r.GlobalFloors {
		card.GlobalFloors = append(card.GlobalFloors,
			priced(&problems, fmt.Sprintf("global_floors[%d].currency", i), floor.FloorCPM, floor.Currency))
	}
	return card, problems.Err()
}

// priced is a price in the currency that its object or the member beside it names, USD when neither does.
func priced(problems *parley.Problems, path string, price contract.Price, currency string) parley.Money {
	money := price.Money
	switch {
	case currency == "":
	case !parley.Currency(currency).Valid():
		problems.Add(path, "must be an ISO 4217 currency code such as USD")
	case money.Currency != "" && money.Currency != parley.Currency(currency):
		problems.Add(path, "is another one than the price names; send one")
	default:
		money.Currency = parley.Currency(currency)
	}
	if money.Currency == "" {
		money.Currency = parley.USD
	}
	return money
}

func bracketsOf(brackets []VolumeBracket) []parley.VolumeBracket {
	var read []parley.VolumeBracket
	for _, b := range brackets {
		read = append(read, parley.VolumeBracket{Impressions: b.Impressions, Discount: parley.BasisPoints(b.DiscountPct)})
	}
	return read
}

func shownBrackets(brackets []parley.VolumeBracket) []VolumeBracket {
	rendered := make([]VolumeBracket, len(brackets))
	for i, b := range brackets {
		rendered[i] = VolumeBracket{Impressions: b.Impressions, DiscountPct: contract.Percent(b.Discount)}
	}
	return rendered
}

// RateCardOf writes a rate card.
func RateCardOf(_ View, card parley.RateCard) RateCard {
	rendered := RateCard{
		Version: card.Version, Entries: make([]RateCardEntry, len(card.Entries)),
		GlobalFloors: make([]GlobalFloor, len(card.GlobalFloors)), VolumeBrackets: shownBrackets(card.VolumeBrackets),
		UpdatedBy: contract.Optional(card.UpdatedBy),
	}
	if !card.UpdatedAt.IsZero() {
		rendered.UpdatedAt = &card.UpdatedAt
	}
	for i, entry := range card.Entries {
		rendered.Entries[i] = RateCardEntry{
			InventoryType: entry.InventoryType, BaseCPM: contract.Decimal{Money: entry.BaseCPM}, Currency: entry.BaseCPM.Currency,
			EffectiveDate: entry.EffectiveDate, Notes: contract.Optional(entry.Notes),
		}
	}
	for i, floor := range card.GlobalFloors {
		rendered.GlobalFloors[i] = GlobalFloor{FloorCPM: contract.Decimal{Money: floor}, Currency: floor.Currency}
	}
	return rendered
}

// What is asked of the rate card.
var (
	ReplaceRateCard = act("PUT /api/v1/rate-card", Done, RateCardOf, replaceRateCard)
	GetRateCard     = Question[struct{}, parley.RateCard, RateCard]{
		Find: func(ctx context.Context, x *Exchange, _ struct{}) (parley.RateCard, error) {
			return x.Service.RateCard(ctx, x.Call)
		},
		Render: RateCardOf,
	}
	ListRateCards = List[Paging, parley.RateCard, RateCard]{
		Plural: "rate_cards", Render: RateCardOf,
		Find: func(ctx context.Context, x *Exchange, _ Paging, page seller.Page) (seller.Listing[parley.RateCard], error) {
			return x.Service.RateCards(ctx, x.Call, page)
		},
	}
)

func replaceRateCard(
	ctx context.Context, x *Exchange, _ string, body *RateCardRequest, encode seller.Encode[parley.RateCard],
) (seller.Answer, error) {
	expected, err := x.MadeFrom(body.Version)
	if err != nil {
		return seller.Answer{}, err
	}
	card, err := body.Domain()
	if err != nil {
		return seller.Answer{}, err
	}
	if body.bare && len(body.Entries) == 0 {
		return seller.Answer{}, parley.Invalid("entries", "must have one at least in a list alone; send {\"entries\": []} to take all prices back")
	}
	if body.Keeps && (body.GlobalFloors == nil || body.VolumeBrackets == nil) {
		present, err := x.Service.RateCard(ctx, x.Call)
		if err != nil {
			return seller.Answer{}, err
		}
		if body.GlobalFloors == nil {
			card.GlobalFloors = present.GlobalFloors
		}
		if body.VolumeBrackets == nil {
			card.VolumeBrackets = present.VolumeBrackets
		}
		if expected == nil {
			expected = &present.Version
		}
	}
	return x.Service.ReplaceRateCard(ctx, x.Call, card, expected, encode)
}
