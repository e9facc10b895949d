// Package openrtb says how a deal is traded: the OpenRTB 2.6 Deal object that bid requests carry, and what a trader does
// in a DSP to run it.
package openrtb

import (
	"cmp"
	"encoding/json"

	"parley"
)

// The auction types of OpenRTB 2.6 that deals use.
const (
	FirstPrice = 1 // the bid is paid; BidFloor is where the auction starts
	FixedPrice = 3 // BidFloor is the price agreed
)

// Deal is an OpenRTB 2.6 Deal object.
type Deal struct {
	ID          string
	BidFloor    parley.Money // CPM
	AuctionType int          // FirstPrice or FixedPrice
	Seats       []string     // buyer seats that may bid; empty: any
	Domains     []string     // advertiser domains that may be advertised; empty: any
	Guaranteed  bool         // impressions are guaranteed and have to be bid on
}

// ParamsOf is the Deal object of a deal that a DSP can run; nil of one that is not booked yet, or is called off.
func ParamsOf(deal parley.Deal) *Deal {
	if !deal.Status.Activates() {
		return nil
	}
	params := DealOf(deal)
	return &params
}

// DealOf is the Deal object of a deal. Guaranteed and preferred deals trade at the price agreed; in a private auction it
// is where bidding starts. Seat and domain are the credential's, else what the buyer named.
func DealOf(deal parley.Deal) Deal {
	params := Deal{
		ID:          deal.ID,
		BidFloor:    parley.Money{Micros: deal.Price.FinalCPM, Currency: deal.Price.Currency},
		AuctionType: FixedPrice,
		Guaranteed:  deal.DealType.Guaranteed(),
	}
	if deal.DealType == parley.PrivateAuction {
		params.AuctionType = FirstPrice
	}
	// What a buyer claims narrows who may bid and what may be advertised, and opens nothing.
	params.Seats = seats(deal.Seat())
	params.Domains = domains(cmp.Or(deal.Identity.AdvertiserDomain, deal.Claimed.AdvertiserDomain))
	return params
}

// BidFloorNumber is the bid floor as the decimal number that OpenRTB carries, exactly.
func (d Deal) BidFloorNumber() json.Number {
	return json.Number(parley.FormatMicros(d.BidFloor.Micros, d.BidFloor.Currency.MinorDigits()))
}

// MarshalJSON writes the object under OpenRTB's names.
func (d Deal) MarshalJSON() ([]byte, error) {
	guaranteed := 0
	if d.Guaranteed {
		guaranteed = 1
	}
	return json.Marshal(struct {
		ID          string          `json:"id"`
		BidFloor    json.Number     `json:"bidfloor"`
		Currency    parley.Currency `json:"bidfloorcur"`
		AuctionType int             `json:"at"`
		Seats       []string        `json:"wseat,omitempty"`
		Domains     []string        `json:"wadomain,omitempty"`
		Guaranteed  int             `json:"guar"`
	}{d.ID, d.BidFloorNumber(), d.BidFloor.Currency, d.AuctionType, d.Seats, d.Domains, guaranteed})
}
