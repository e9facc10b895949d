package wire

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// places are those that an object names as its geo.
func places(targeting document.Value) []string {
	var object struct {
		Geo json.RawMessage `json:"geo"`
	}
	var places []string
	if json.Unmarshal(targeting, &object) != nil || json.Unmarshal(object.Geo, &places) != nil {
		return nil
	}
	return places
}

// availsRequestOf is what the flow takes.
func availsRequestOf(a *document.AvailsRequest, zone *time.Location) (seller.AvailsRequest, error) {
	var problems parley.Problems
	request := seller.AvailsRequest{FlightStart: Either(a.FlightStart, a.StartDate), FlightEnd: Either(a.FlightEnd, a.EndDate), Places: places(a.Targeting),
		Currency: parley.Currency(a.Currency)}
	if a.Searches() {
		search(a, &problems, &request)
	}
	if product := a.ProductID + a.ContractProductID; product != "" {
		request.ProductIDs = []string{product}
	}
	if a.ProductID != "" && a.ContractProductID != "" && a.ProductID != a.ContractProductID {
		problems.Add("productid", "is another product than product_id; send one")
	} else if a.ProductID != "" {
		request.ProductIDs = []string{a.ProductID}
	}
	if a.ContractStart != "" && a.ContractEnd != "" && ended(a.ContractStart, a.ContractEnd, zone) {
		problems.Add("enddate", "must be after startdate; for a single day, name it by its date in both")
	}
	request.FlightStart = Either(request.FlightStart, dayOf(a.ContractStart, zone))
	request.FlightEnd = Either(request.FlightEnd, dayOf(a.ContractEnd, zone))
	request.Impressions = cmp.Or(a.Impressions, a.ContractImpressions, request.Impressions)
	request.Budget = Either(moneyOf(a.Budget), request.Budget)
	return request, problems.Err()
}

// availsNames are what the request calls by other names than the flow does.
func availsNames(a *document.AvailsRequest) map[string]string {
	names := map[string]string{}
	call := func(named string, otherwise bool, called string) {
		if _, known := names[named]; otherwise && !known {
			names[named] = called
		}
	}
	call("product_id", a.ProductID == "" && a.ContractProductID != "", "productid")
	call("product_ids", a.Searches(), "productids")
	call("flight_start", a.FlightStart == nil && a.StartDate != nil, "start_date")
	call("flight_start", a.FlightStart == nil && a.ContractStart != "", "startdate")
	call("flight_end", a.FlightEnd == nil && a.EndDate != nil, "end_date")
	call("flight_end", a.FlightEnd == nil && a.ContractEnd != "", "enddate")
	call("impressions", a.Impressions == 0 && a.ContractImpressions != 0, "requestedImpressions")
	call("impressions", a.Impressions == 0 && a.Searches(), "producttargeting")
	call("budget", a.Budget == nil && a.Searches(), "producttargeting")
	return names
}

// ended tells whether a flight has no time between its start and its end. An end at the beginning of a day may have been that
// day's date, which is included whole.
func ended(start, end string, zone *time.Location) bool {
	first, errFirst := ParseInstant(start, zone)
	last, errLast := ParseInstant(end, zone)
	if errFirst != nil || errLast != nil || last.After(first) {
		return false
	}
	day, err := ParseDay(end, zone)
	from, errFrom := ParseDay(start, zone)
	return err != nil || errFrom != nil || day != from || !last.Equal(day.Begins(cmp.Or(zone, time.UTC)))
}

// dayOf is the publisher's day of an instant whose form has been checked; nil when none was sent.
func dayOf(instant string, zone *time.Location) *parley.Date {
	day, err := ParseDay(instant, zone)
	if err != nil {
		return nil
	}
	return &day
}

// Either is the first that is given, of two members that mean the same.
func Either[T any](first, second *T) *T {
	if first != nil {
		return first
	}
	return second
}

// AvailsOf writes what of a product is free; asked is the volume, 0 when none was named.
func AvailsOf(found seller.ProductAvails, asked int64) document.AvailsResponse {
	price, around := shownPrice(found.PricedProduct)
	rendered := document.AvailsResponse{
		ProductID:            found.Product.ID,
		Name:                 found.Product.Name,
		FlightStart:          found.Avails.Flight.Start,
		FlightEnd:            found.Avails.Flight.End,
		Impressions:          contract.Count(asked),
		InventoryAvailable:   found.Impressions > 0 && found.Impressions >= asked,
		AvailableImpressions: found.Avails.Available,
		PriceRange:           around,
		BuyerTier:            found.Tier,
		AvailsStatus:         availsStatus(found, asked),
	}
	if price != nil {
		rendered.Price = contract.DecimalOf(*price)
		shown := pricingOf(*found.Price, firstDealType(found.Product))
		rendered.Pricing = &shown
	}
	rendered.Avails = contract.AvailsOf(found.Product, found.Impressions, found.Guaranteed, publicPrice(found.PricedProduct))
	return rendered
}

// availsStatus says whether what was asked for can be had, and why not.
func availsStatus(found seller.ProductAvails, asked int64) *contract.AvailsStatus {
	status, reason, comment := contract.StatusAvailable, "", ""
	switch found.Short {
	case seller.UnknownProduct:
		reason, comment = contract.ReasonExcluded, fmt.Sprintf("There is no product %q. GET /products lists what is sold.", found.Product.ID)
	case seller.NoPrice:
		reason, comment = contract.ReasonExcluded, "The product has no price on these terms, and cannot be quoted."
	case seller.OtherCurrency:
		reason, comment = contract.ReasonExcluded, fmt.Sprintf("The product is sold in %s alone.", found.Product.Currency)
	case seller.OtherBudget:
		reason, comment = contract.ReasonBudget, fmt.Sprintf("The product is priced in %s; name the budget in it.", found.Product.Currency)
	case seller.OtherPlace:
		reason, comment = contract.ReasonExcluded, "The product is sold in "+strings.Join(found.Product.GeoTargets, ", ")+" alone."
	case seller.ShortOfMinimum:
		reason = shortReasons[found.Why]
		comment = fmt.Sprintf("What can be had is less than the product's minimum of %d impressions.", found.Product.MinimumImpressions)
	case seller.ShortOfBudget:
		reason, comment = contract.ReasonBudget, fmt.Sprintf("The budget buys %d impressions.", found.Impressions)
	case seller.ShortOfCapacity:
		reason, comment = contract.ReasonExcluded, "The product has no impressions over this flight."
		if found.Impressions > 0 {
			comment = fmt.Sprintf("The product has %d impressions over this flight, and %d were asked for.", found.Impressions, asked)
		}
	case seller.ShortOfInventory:
		reason = contract.ReasonBooked
		comment = fmt.Sprintf("%d of the %d impressions asked for are free over this flight.", found.Impressions, asked)
	}
	switch {
	case found.Impressions == 0:
		status = contract.StatusUnavailable
		if reason == "" || found.Short == seller.ShortOfInventory {
			reason, comment = contract.ReasonBooked, "Nothing is free over this flight."
		}
	case found.Impressions < asked:
		status = contract.StatusPartiallyAvailable
	default:
		reason, comment = "", ""
	}
	return contract.StatusOf(status, reason, comment, found.Impressions)
}

// shortReasons are the contract's words for what left less than a product's minimum.
var shortReasons = map[seller.Shortfall]string{
	seller.ShortOfInventory: contract.ReasonBooked,
	seller.ShortOfCapacity:  contract.ReasonExcluded,
	seller.ShortOfBudget:    contract.ReasonBudget,
	"":                      contract.ReasonExcluded,
}
