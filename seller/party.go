package seller

import (
	"parley"
	"parley/openrtb"
)

// cleanIdentity puts the parts of an identity into their plain forms, those that bid requests carry into the form that
// they have there, and names what has none. prefix is before the members' names.
func cleanIdentity(problems *parley.Problems, prefix string, i *parley.Identity) {
	*i = i.Plain()
	if i.SeatID != "" {
		seat, err := openrtb.Seat(i.SeatID)
		if err != nil {
			problems.Add(prefix+"seat_id", "%s", err.Error())
		}
		i.SeatID = seat
	}
	if i.AdvertiserDomain != "" {
		domain, err := openrtb.Domain(i.AdvertiserDomain)
		if err != nil {
			problems.Add(prefix+"advertiser_domain", "%s", err.Error())
		}
		i.AdvertiserDomain = domain
	}
}

// seated refuses a deal at a fixed price that is limited to no seat: every bidder of the exchange could buy at it. Which
// seat it is, the buyer's credential says, else the buyer. In a private auction bidders are meant to meet, over a floor.
func (s *Service) seated(deal parley.Deal) error {
	if deal.DealType == parley.PrivateAuction || s.settings.OpenSeats || len(openrtb.DealOf(deal).Seats) > 0 {
		return nil
	}
	return parley.Invalid("buyer_identity.seat_id",
		"is required: without a seat every bidder could buy at the price of this %s deal. Send the seat that you bid in, or use a key that names it",
		deal.DealType)
}
