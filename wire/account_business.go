package wire

import (
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// AccountBusiness is what the buyers of an account, and of those that belong to it, have and wait for.
type AccountBusiness struct {
	Account     WholeAccount                `json:"account"`
	Standing    parley.AccountStatus        `json:"standing" doc:"What it may do: its own status, or a stricter one of an account above it."`
	Above       []Account                   `json:"above" doc:"Whom it belongs to, the nearest first."`
	Below       []Account                   `json:"below" doc:"Who directly belongs to it: the first hundred."`
	BelowCount  int64                       `json:"below_count" doc:"How many directly belong to it."`
	Agencies    []Account                   `json:"agencies" doc:"Of an advertiser: who acts for it."`
	Advertisers []Account                   `json:"advertisers" doc:"Of an agency: for whom it acts."`
	Booked      []BookedMonth               `json:"booked" doc:"What was booked and still counts, by currency and month of booking, the newest month first. Currencies are never added."`
	Deals       []document.DealResponse     `json:"deals" doc:"The twenty newest, as in the next lists."`
	Quotes      []document.QuoteResponse    `json:"quotes"`
	Holds       []Hold                      `json:"holds" doc:"Active ones."`
	Proposals   []document.ProposalResponse `json:"proposals"`
	Approvals   []Approval                  `json:"approvals" doc:"Those that wait."`
	Webhooks    []document.Webhook          `json:"webhooks"`
	Keys        []Key                       `json:"keys" doc:"The hundred newest."`
	KeyCount    int64                       `json:"key_count" doc:"How many keys name it or one that belongs to it."`
	Agents      []TrustedAgent              `json:"agents" doc:"Buyer agents of those keys."`
	MoreBuyers  bool                        `json:"more_buyers" doc:"It has more buyers than are looked at here: those that belong to it have the rest."`
}

// BookedMonth is what was booked in a month in one currency.
type BookedMonth struct {
	Month         string            `json:"month" doc:"Such as 2026-11."`
	Currency      parley.Currency   `json:"currency"`
	Deals         int64             `json:"deals"`
	WithoutVolume int64             `json:"without_volume" doc:"Of the deals, those that state no volume, and so no value."`
	Value         *contract.Decimal `json:"value" doc:"At the agreed prices, of the volumes that are stated."`
}

// TrustedAgent is a buyer agent and how far it is trusted.
type TrustedAgent struct {
	URL   string       `json:"url"`
	Trust parley.Trust `json:"trust"`
}

// AccountBusinessOf writes an account with what its buyers do.
func AccountBusinessOf(v View, b seller.AccountBusiness) AccountBusiness {
	rendered := AccountBusiness{
		Account: WholeAccountOf(v, b.Account), Standing: b.Standing, Above: each(v, b.Above, AccountOf), Below: each(v, b.Below.Items, AccountOf),
		BelowCount: b.Below.Total, Agencies: each(v, b.Agencies, AccountOf), Advertisers: each(v, b.Clients, AccountOf),
		Booked: each(v, b.Booked, bookedMonthOf), Deals: each(v, b.Deals, DealOf), Quotes: each(v, b.Quotes, QuoteOf), Holds: each(v, b.Holds, HoldOf),
		Proposals: each(v, b.Proposals, ProposalOf), Approvals: each(v, b.Approvals, ApprovalOf), Webhooks: each(v, b.Webhooks, WebhookOf),
		Keys: each(v, b.Keys.Items, KeyOf), KeyCount: b.Keys.Total, Agents: []TrustedAgent{}, MoreBuyers: b.More,
	}
	told := map[string]bool{}
	for _, k := range b.Keys.Items {
		if trust, known := b.Trusts[k.AgentURL]; known && !told[k.AgentURL] {
			told[k.AgentURL] = true
			rendered.Agents = append(rendered.Agents, TrustedAgent{k.AgentURL, trust})
		}
	}
	return rendered
}

func bookedMonthOf(_ View, in seller.OwnerValue) BookedMonth {
	return BookedMonth{
		Month: time.Date(1970, time.Month(1+in.Month), 1, 0, 0, 0, 0, time.UTC).Format(monthLayout), Currency: in.Currency, Deals: in.Deals, WithoutVolume: in.Unstated,
		Value: contract.DecimalOf(parley.Money{Micros: in.Micros, Currency: in.Currency}),
	}
}

// each writes the rows of a list, which is empty and not null where there are none.
func each[R, O any](v View, rows []R, render func(View, R) O) []O {
	rendered := make([]O, len(rows))
	for i, row := range rows {
		rendered[i] = render(v, row)
	}
	return rendered
}

// GetAccountBusiness answers an account with what its buyers do.
var GetAccountBusiness = Lookup[seller.AccountBusiness, AccountBusiness]{(*seller.Service).AccountBusiness, AccountBusinessOf}
