package console

import (
	"net/http"

	"parley"
	"parley/seller"
)

func (c *console) whatIfRoutes() []route { return []route{get("/whatif", c.whatIf)} }

// whatIfPage is the question and, once it is asked, its answer.
type whatIfPage struct {
	Form      *form
	Products  []string // choices
	Asked     bool
	Answer    *seller.PricedProduct
	Waterfall waterfall
	Volume    int64
}

// whatIf prices a product for a buyer that the person has in mind. It reads only, so it is asked by address and can be
// shared.
func (c *console) whatIf(x *exchange) error {
	q := x.query()
	f := q.filterForm()
	content := whatIfPage{Form: f, Asked: q.text("product_id") != ""}
	listing, err := c.service.Products(x.Context(), x.call, seller.ProductFilter{Page: seller.Page{Limit: exportRows}})
	if err != nil {
		return err
	}
	content.Products = append(content.Products, "=Choose a product")
	for _, p := range listing.Items {
		content.Products = append(content.Products, p.Product.ID+"="+p.Product.Name)
	}
	status := http.StatusOK
	if content.Asked {
		status, err = x.askWhatIf(&content)
		if err != nil {
			return err
		}
	}
	return x.show("whatif", status, page{Title: "What if", Section: "whatif", Data: content})
}

func (x *exchange) askWhatIf(content *whatIfPage) (status int, err error) {
	r := reader{values: content.Form.Values}
	request := seller.WhatIfRequest{
		ProductID: r.text("product_id"), DealType: parley.DealType(r.text("deal_type")), Impressions: r.sought("impressions"),
		FlightStart: r.date("flight_start"), FlightEnd: r.date("flight_end"),
		Identity: parley.Identity{
			SeatID: r.text("seat_id"), AgencyID: r.text("agency_id"), AdvertiserID: r.text("advertiser_id"),
			AgencyHoldingCompany: r.text("agency_holding_company"),
		},
	}
	err = r.problems.Err()
	if err == nil {
		var answer seller.PricedProduct
		if answer, err = x.service.WhatIf(x.Context(), x.call, request); err == nil {
			content.Answer, content.Waterfall, content.Volume = &answer, drawWaterfall(*answer.Price), request.Impressions
			return http.StatusOK, nil
		}
	}
	status, ok := content.Form.refused(x, err)
	if !ok {
		return 0, missing(err, "product", request.ProductID)
	}
	return status, nil
}
