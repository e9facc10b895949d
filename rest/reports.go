package rest

import (
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
			"no more, each in the month of its booking; the pipeline is what waits to be booked, in the month of its making. A deal counts as it " +
			"is now: a part of it that was given up is in no row, and in the deal's history. A report of more than 50,000 rows is refused with 422.",
	}, wire.ReportDeals, sampleReport),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/reports/negotiations", Access: AccessOperator, Scopes: viewer,
		ID: "getNegotiationReport", Tag: "Operations", Summary: "Read what was asked and what was agreed in negotiations, by month",
		Description: "By the month in which they opened, product and currency: how they stand, and of those agreed what was asked, what the " +
			"buyers offered first and what was agreed.",
	}, wire.ReportNegotiations, sampleNegotiations),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/reports/finance/totals", Access: AccessOperator, Scopes: viewer,
		ID: "getFinanceTotals", Tag: "Operations", Summary: "Read what the deals of a month come to, by currency",
		Description: "The sums of all lines of the month, by booking or by flight of the deals that are in force or completed, by delivery of all that delivered in it.",
	}, wire.ReportFinance, sampleFinanceTotals),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/reports/finance", Access: AccessOperator, Scopes: viewer,
		ID: "listFinance", Tag: "Operations", Summary: "List the deals of a month with their values",
		Description: "Values at the list price and at the agreed one, whose they are, and who approved them. Values are volume by price, " +
			"with up to six decimals, and are not rounded to the currency's minor unit.",
	}, wire.ListFinance, seller.FinanceLine{
		Deal: sampleDeal, Account: sampleReportAccount, Impressions: sampleDeal.Impressions, CPM: &sampleDeal.Price.FinalCPM, List: 350_000_000_000, Net: 283_500_000_000, PurchaseOrder: "PO-4711",
		ApprovedBy: []seller.Person{{Actor: "operator:key-01k1h3v8mq4t7c9w2x5y6z0a1b3c", Name: "Kim"}},
	}),
}

var sampleReportAccount = seller.ReportAccount{ID: "acct-00k1h3v8mq4t7c9w2x5y6z0a1b3c", Code: "advertiser/adv-9", Name: "Nine"}

var sampleReport = seller.Report{
	From: seller.Month(sampleFlight.Start), To: seller.Month(sampleFlight.Start),
	Rows: []seller.ReportRow{{
		Month: seller.Month(sampleFlight.Start), ProductID: sampleQuote.ProductID, Account: sampleReportAccount, Currency: parley.USD,
		Kind: seller.ReportBooked, Deals: 1, Impressions: sampleDeal.Impressions, Value: 283_500_000_000,
	}},
	Sums: []seller.ReportRow{{Currency: parley.USD, Kind: seller.ReportBooked, Deals: 1, Impressions: sampleDeal.Impressions, Value: 283_500_000_000}},
}

var sampleFinanceTotals = []seller.FinanceTotal{{
	Currency: parley.USD, Deals: 1, Impressions: sampleDeal.Impressions, List: 350_000_000_000, Net: 283_500_000_000,
}}

var sampleNegotiations = seller.NegotiationReport{
	From: seller.Month(sampleFlight.Start), To: seller.Month(sampleFlight.Start),
	Rows: []seller.NegotiationRow{{Month: seller.Month(sampleFlight.Start), NegotiationTotal: sampleNegotiated(sampleQuote.ProductID)}},
	Sums: []seller.NegotiationRow{{NegotiationTotal: sampleNegotiated("")}},
}

func sampleNegotiated(productID string) seller.NegotiationTotal {
	return seller.NegotiationTotal{
		ProductID: productID, Currency: parley.USD, Opened: 4, Agreed: 2, Rejected: 1, Open: 1, Impressions: 2_000_000,
		Asked: 70_000_000_000, Offered: 56_000_000_000, AgreedValue: 66_500_000_000,
	}
}
