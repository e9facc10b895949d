package rest

import (
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

var accountRoutes = []Route{
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/accounts", Access: AccessOperator, Scopes: viewer,
		ID: "listAccounts", Tag: "Accounts", Summary: "List who buys: holdings, agencies, advertisers and their seats",
	}, wire.ListAccounts, sampleAccount),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/accounts/{account_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getAccount", Tag: "Accounts", Summary: "Read an account",
	}, wire.GetAccount, sampleAccount),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/accounts/{account_id}/business", Access: AccessOperator, Scopes: viewer,
		ID: "getAccountBusiness", Tag: "Accounts", Summary: "Read an account with what its buyers have and wait for",
		Description: "What those did whose keys name the account or one that belongs to it, as the deal desk's page of a buyer has it.",
	}, wire.GetAccountBusiness, sampleAccountBusiness),
	act(Route{
		Access: AccessOperator, Scopes: approver,
		ID: "createAccount", Tag: "Accounts", Summary: "Make an account of somebody who buys",
		Description: "A key's identity makes the accounts that it names by itself. A holding has agencies and advertisers, and these have seats at " +
			"DSPs: parent_id says whose it is. Each id and name finds one account of a kind, and a seat's one at its DSP.",
		Example:  `{"kind": "agency", "name": "Acme Media", "code": "agency-acme", "owner": "Kim"}`,
		Failures: []int{http.StatusConflict},
	}, wire.CreateAccount, sampleAccount),
	act(Route{
		Access: AccessOperator, Scopes: approver,
		ID: "changeAccount", Tag: "Accounts", Summary: "Change an account; pause or block it",
		Description: "A status holds at once, on every node, for all keys that name the account or one that belongs to it. paused: no quote and no " +
			"proposal is begun, and what is open goes on. blocked: nothing is changed any more but to end it: cancellations, withdrawals, " +
			"refusals. Buyers are answered 403, without a reason. To put a seat under an agency, or an agency under a holding, set parent_id.",
		Example:  `{"status": "paused", "reason": "Invoices are open."}`,
		Failures: []int{http.StatusConflict},
	}, wire.ChangeAccount, sampleAccount),
}

var sampleAccount = parley.Account{
	ID: "acct-01k1h3v8mq4t7c9w2x5y6z0a1b3p", Kind: parley.AccountAgency, Name: "Acme Media", Code: "agency-acme", Status: parley.AccountActive,
	Steward: "Kim", Contacts: []parley.Contact{{Name: "Robin Roe", Role: "Buyer", Email: "robin@acme.example"}}, Names: []string{"agency-acme", "Acme Media"},
	Version: 1, CreatedAt: sampleTime, UpdatedAt: sampleTime,
}

var sampleAccountBusiness = seller.AccountBusiness{
	Account: sampleAccount, Standing: parley.AccountActive, Deals: []parley.Deal{sampleDeal}, Quotes: []parley.Quote{sampleQuote},
	Holds: []parley.Hold{sampleHold}, Keys: seller.Listing[parley.Key]{Items: []parley.Key{sampleKey.Key}, Total: 1},
	Booked: []seller.OwnerValue{{Currency: parley.USD, Month: 678, Deals: 3, Unstated: 1, Micros: 56_700_000_000}},
}
