package wire

import (
	"context"

	"parley"
	"parley/seller"
	"parley/wire/contract"
)

// ProductAvailability is how full the days of a product are, and by whom.
type ProductAvailability struct {
	ProductID            string            `json:"product_id"`
	StartDate            parley.Date       `json:"start_date" format:"date"`
	EndDate              parley.Date       `json:"end_date" format:"date"`
	Impressions          *int64            `json:"impressions" doc:"As asked."`
	Fits                 bool              `json:"fits" doc:"Whether that can be guaranteed over these days."`
	AvailableImpressions *int64            `json:"available_impressions" doc:"For an evenly spread booking; null when no day's capacity is declared."`
	Capacity             int64             `json:"capacity" doc:"Impressions of all days with a declared capacity."`
	Booked               int64             `json:"booked"`
	Held                 int64             `json:"held"`
	Free                 int64             `json:"free"`
	FillPct              int64             `json:"fill_pct" doc:"How much of the capacity is not free, in percent."`
	Unsold               *contract.Decimal `json:"unsold" doc:"What is free, at the product's base CPM; null without one."`
	Currency             parley.Currency   `json:"currency"`
	OpenQuotes           OpenQuotes        `json:"open_quotes"`
	Days                 []AvailabilityDay `json:"days"`
	Deals                []TakenBy         `json:"deals" doc:"Who has these days, by the ends of the flights; 200 at most."`
	Holds                []Hold            `json:"holds"`
}

// OpenQuotes are guaranteed quotes that could still be booked on these days, and are not held.
type OpenQuotes struct {
	Count       int64 `json:"count"`
	Impressions int64 `json:"impressions" doc:"Over their own flights."`
}

// AvailabilityDay is one day of it, in impressions.
type AvailabilityDay struct {
	Date     parley.Date `json:"date" format:"date"`
	Capacity *int64      `json:"capacity" doc:"Null when not declared."`
	Booked   int64       `json:"booked"`
	Held     int64       `json:"held"`
}

// TakenBy is a deal with what it has of these days.
type TakenBy struct {
	DealID      string            `json:"deal_id"`
	Status      parley.DealStatus `json:"status"`
	Buyer       string            `json:"buyer"`
	FlightStart parley.Date       `json:"flight_start" format:"date"`
	FlightEnd   parley.Date       `json:"flight_end" format:"date"`
	Impressions int64             `json:"impressions" doc:"On these days."`
}

// AvailabilityOf writes how full the days of a product are.
func AvailabilityOf(v View, a seller.Availability) ProductAvailability {
	rendered := ProductAvailability{
		ProductID: a.ProductID, StartDate: a.Flight.Start, EndDate: a.Flight.End, Impressions: contract.Count(a.Asked), Fits: a.Fits(),
		AvailableImpressions: a.Available, Capacity: a.Filling.Capacity, Booked: a.Filling.Booked, Held: a.Filling.Held, Free: a.Filling.Free,
		FillPct: a.Filling.Percent(), Currency: a.Product.Currency,
		OpenQuotes: OpenQuotes{Count: a.Contending.Quotes, Impressions: a.Contending.Impressions},
		Days:       make([]AvailabilityDay, len(a.Days)), Deals: make([]TakenBy, len(a.Deals)), Holds: make([]Hold, len(a.Holds)),
	}
	if unsold := a.Unsold(); unsold != nil {
		rendered.Unsold = contract.DecimalOf(*unsold)
	}
	for i, day := range a.Days {
		rendered.Days[i] = AvailabilityDay{Date: day.Day, Capacity: day.Capacity, Booked: max(day.Reserved-a.HeldByDay[i], 0), Held: a.HeldByDay[i]}
	}
	for i, taken := range a.Deals {
		rendered.Deals[i] = TakenBy{
			DealID: taken.Deal.ID, Status: taken.Deal.Status, Buyer: taken.Deal.Owner, FlightStart: taken.Deal.Flight.Start,
			FlightEnd: taken.Deal.Flight.End, Impressions: taken.Impressions,
		}
	}
	for i, h := range a.Holds {
		rendered.Holds[i] = HoldOf(v, h)
	}
	return rendered
}

// AvailabilityQuestion asks how full some days are.
type AvailabilityQuestion struct {
	DaysQuestion
	Impressions *int64 `query:"impressions" minimum:"1" doc:"A volume that is to lie on these days."`
}

// GetAvailability reads how full some days of a product are.
var GetAvailability = Question[AvailabilityQuestion, seller.Availability, ProductAvailability]{
	Find: func(ctx context.Context, x *Exchange, q AvailabilityQuestion) (found seller.Availability, err error) {
		request := seller.AvailabilityRequest{ProductID: q.ProductID}
		if request.Range, err = q.days(); err != nil {
			return found, err
		}
		if q.Impressions != nil {
			request.Impressions = *q.Impressions
		}
		return x.Service.Availability(ctx, x.Call, request)
	},
	Render: AvailabilityOf,
}
