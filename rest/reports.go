package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

var reportRoutes = []Route{
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/reports/deals", Access: AccessOperator, Scopes: viewer,
		ID: "getDealReport", Tag: "Operations", Summary: "Read what was booked, waits and was cancelled, by month",
		Description: "By month, product, account and currency. Booked is what is in force or completed, cancelled what was booked and is " +
			"no more, each in the month of its booking; the pipeline is what waits to be booked, in the month of its making.",
	}, func(ctx context.Context, x *exchange, question wire.ReportQuestion) (wire.DealReport, error) {
		report, err := question.Read(ctx, &x.Exchange)
		return wire.DealReportOf(x.View, report), err
	}, func(x *exchange) wire.DealReport { return wire.DealReportOf(x.View, sampleReport) }),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/reports/finance", Access: AccessOperator, Scopes: viewer,
		ID: "listFinance", Tag: "Operations", Summary: "List the deals of a month with their values",
		Description: "Values at the list price and at the agreed one, whose they are, and who approved them.",
	}, wire.ListFinance, seller.FinanceLine{
		Deal: sampleDeal, Impressions: sampleDeal.Impressions, List: 350_000_000_000, Net: 283_500_000_000, PurchaseOrder: "PO-4711",
		ApprovedBy: []seller.Person{{Actor: "operator:key-01k1h3v8mq4t7c9w2x5y6z0a1b3c", Name: "Kim"}},
	}),
}

var sampleReport = seller.Report{
	From: seller.Month(sampleFlight.Start), To: seller.Month(sampleFlight.Start),
	Rows: []seller.ReportRow{{
		Month: seller.Month(sampleFlight.Start), ProductID: sampleQuote.ProductID, Account: "advertiser/adv-9", Currency: parley.USD,
		Kind: seller.ReportBooked, Deals: 1, Impressions: sampleDeal.Impressions, Value: 283_500_000_000,
	}},
	Sums: []seller.ReportRow{{Currency: parley.USD, Kind: seller.ReportBooked, Deals: 1, Impressions: sampleDeal.Impressions, Value: 283_500_000_000}},
}
