package wire

import (
	"context"

	"parley"
	"parley/seller"
)

// CapacityRequest is the body that declares capacity.
type CapacityRequest struct {
	Idempotency
	StartDate parley.Date `json:"start_date" format:"date"`
	EndDate   parley.Date `json:"end_date" format:"date" doc:"Included."`
	Daily     *int64      `json:"daily_impressions" minimum:"0" doc:"Impressions a day, or null."`
	Version   *int64      `json:"version,omitempty" minimum:"0" doc:"Of the capacity that you read: refused with 412 when one of these days was changed since."`
}

// Capacity is what each day of a product can carry and what of it is reserved.
type Capacity struct {
	ProductID            string        `json:"product_id"`
	StartDate            parley.Date   `json:"start_date" format:"date"`
	EndDate              parley.Date   `json:"end_date" format:"date"`
	AvailableImpressions *int64        `json:"available_impressions" doc:"For an evenly spread booking; null when no day's capacity is declared."`
	Version              int64         `json:"version" doc:"How often it was set, on whichever days; goes with a change of it."`
	Days                 []CapacityDay `json:"days"`
}

// CapacityDay is one day of it.
type CapacityDay struct {
	Date     parley.Date `json:"date" format:"date"`
	Capacity *int64      `json:"capacity" doc:"Impressions; null when not declared."`
	Reserved int64       `json:"reserved" doc:"Impressions."`
	Declared bool        `json:"declared" doc:"Whether the day has a capacity of its own, rather than the product's daily one."`
}

// CapacityOf writes what each day of a product can carry.
func CapacityOf(_ View, avails parley.Avails) Capacity {
	rendered := Capacity{
		ProductID: avails.ProductID, StartDate: avails.Flight.Start, EndDate: avails.Flight.End,
		AvailableImpressions: avails.Available, Version: avails.Version, Days: make([]CapacityDay, len(avails.Days)),
	}
	for i, day := range avails.Days {
		rendered.Days[i] = CapacityDay{Date: day.Day, Capacity: day.Capacity, Reserved: day.Reserved, Declared: day.Declared}
	}
	return rendered
}

// SetCapacity declares what each day of a range can carry.
var SetCapacity = act("PUT /api/v1/products/{product_id}/capacity", Done, CapacityOf,
	func(ctx context.Context, x *Exchange, id string, body *CapacityRequest, encode seller.Encode[parley.Avails]) (seller.Answer, error) {
		return x.Service.SetCapacity(ctx, x.Call, seller.CapacityRequest{
			ProductID: id, Range: parley.Flight{Start: body.StartDate, End: body.EndDate}, Daily: body.Daily, Version: body.Version,
		}, encode)
	})

// DaysQuestion asks for some days of a product.
type DaysQuestion struct {
	ProductID string       `path:"product_id" maxLength:"128"`
	StartDate *parley.Date `query:"start_date" format:"date" doc:"Required."`
	EndDate   *parley.Date `query:"end_date" format:"date" doc:"Required; included."`
}

func (q DaysQuestion) days() (parley.Flight, error) {
	if q.StartDate == nil || q.EndDate == nil {
		return parley.Flight{}, parley.Invalid("start_date", "and end_date are required")
	}
	return parley.Flight{Start: *q.StartDate, End: *q.EndDate}, nil
}

// GetCapacity reads what some days of a product can carry.
var GetCapacity = Question[DaysQuestion, parley.Avails, Capacity]{
	Find: func(ctx context.Context, x *Exchange, q DaysQuestion) (found parley.Avails, err error) {
		days, err := q.days()
		if err != nil {
			return found, err
		}
		return x.Service.Capacity(ctx, x.Call, q.ProductID, days)
	},
	Render: CapacityOf,
}
