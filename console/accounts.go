package console

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"parley"
	"parley/seller"
)

func (c *console) accountRoutes() []route {
	return []route{
		get("/accounts", c.accountList),
		get("/accounts.csv", c.accountExport),
		post(approvers, "/accounts/new", c.createAccount).on("/accounts"),
		get("/accounts/{id}", c.accountPage),
		post(approvers, "/accounts/{id}", c.changeAccount).over(accountNow),
		post(approvers, "/accounts/{id}/standing", c.setStanding).on("/accounts/{id}"),
	}
}

func (x *exchange) accounts() list[parley.Account] {
	q := x.query()
	return list[parley.Account]{
		what: "accounts", filters: []string{"q", "kind", "status"},
		id: func(a parley.Account) string { return a.ID },
		fetch: func(page seller.Page) (seller.Listing[parley.Account], error) {
			return x.service.Accounts(x.Context(), x.call, seller.AccountFilter{
				Search: q.text("q"), Kind: parley.AccountKind(q.text("kind")), Status: parley.AccountStatus(q.text("status")), Page: page,
			})
		},
	}
}

func (c *console) accountExport(x *exchange) error {
	return x.accounts().export(x, []column[parley.Account]{
		{"account_id", func(a parley.Account) string { return a.ID }},
		{"kind", func(a parley.Account) string { return string(a.Kind) }},
		{"name", func(a parley.Account) string { return a.Name }},
		{"code", func(a parley.Account) string { return a.Code }},
		{"dsp", func(a parley.Account) string { return a.DSP }},
		{"parent_id", func(a parley.Account) string { return a.ParentID }},
		{"status", func(a parley.Account) string { return string(a.Status) }},
		{"owner", func(a parley.Account) string { return a.Steward }},
		{"created_at", func(a parley.Account) string { return a.CreatedAt.Format(time.RFC3339) }},
	})
}

// accountListPage is who buys, with the form that adds to it.
type accountListPage struct {
	listPage[parley.Account]
	Make *form
}

func (c *console) accountList(x *exchange) error { return x.showAccounts(x.refusedOr(newForm(nil))) }

func (x *exchange) showAccounts(status int, made *form) error {
	q := x.query()
	rows, pager, err := x.accounts().page(q)
	if err != nil {
		return err
	}
	return x.show("accounts", status, page{Title: "Accounts", Section: "accounts", Live: []string{"account."}, Data: accountListPage{
		listPage: listPage[parley.Account]{Rows: rows, Pager: pager, Query: q, Filter: q.filterForm()}, Make: made,
	}})
}

var toAccount = thenGo(func(a parley.Account) string { return "/accounts/" + url.PathEscape(a.ID) })

func (c *console) createAccount(x *exchange) error {
	r := &reader{values: x.PostForm}
	answer, err := c.service.CreateAccount(x.Context(), x.call, parley.Account{
		Kind: parley.AccountKind(r.text("kind")), Name: r.text("name"), Code: r.text("code"), DSP: r.text("dsp"), ParentID: r.text("parent_id"),
	}, toAccount)
	if err != nil {
		return x.again(newForm(x.PostForm), err, "", x.showAccounts)
	}
	x.follow(answer, "The account is made.")
	return nil
}

// bookedIn is what was booked in one currency: in all, and by month, the newest first.
type bookedIn struct {
	Currency parley.Currency
	Deals    int64
	Unstated int64 // of the deals, those that state no volume
	Micros   int64
	Months   []bookedMonth
}

type bookedMonth struct {
	Name     string
	Deals    int64
	Unstated int64
	Micros   int64
}

// bookedBy puts what was booked under its currencies, which are never added.
func bookedBy(values []seller.OwnerValue) []bookedIn {
	var all []bookedIn
	for _, v := range values {
		if len(all) == 0 || all[len(all)-1].Currency != v.Currency {
			all = append(all, bookedIn{Currency: v.Currency})
		}
		in := &all[len(all)-1]
		in.Deals, in.Unstated, in.Micros = in.Deals+v.Deals, in.Unstated+v.Unstated, in.Micros+v.Micros
		month := time.Date(1970, time.Month(1+v.Month), 1, 0, 0, 0, 0, time.UTC)
		in.Months = append(in.Months, bookedMonth{month.Format("January 2006"), v.Deals, v.Unstated, v.Micros})
	}
	return all
}

// tradedDeal is a deal with how far its price is under the list price.
type tradedDeal struct {
	parley.Deal
	Under string
}

func tradedDealOf(d parley.Deal) tradedDeal {
	traded := tradedDeal{Deal: d, Under: "–"}
	if base := d.Price.BaseCPM; base > 0 && base < 1<<40 && d.Price.FinalCPM <= base {
		traded.Under = percent(parley.BasisPoints((base - d.Price.FinalCPM) * 10_000 / base))
	}
	return traded
}

// accountView is what an account's page shows.
type accountView struct {
	seller.AccountBusiness
	Money    []bookedIn
	Traded   []tradedDeal
	Held     []listedKey
	Hooks    []listedWebhook
	Open     int // quotes and proposals that can still become something
	Form     *form
	Restrict *form
	Why      string // it may not do all, in the words of who said so
	Story    story
}

// whyStanding is the reason that was given with the change that made an account stand as it does; empty where none was, or where that
// is older than what is told of it.
func whyStanding(account parley.Account, told story) string {
	for _, entry := range told.Audits {
		var before, after struct {
			Status parley.AccountStatus `json:"status"`
			Reason string               `json:"reason"`
		}
		if json.Unmarshal(entry.After, &after) != nil || after.Status != account.Status {
			return ""
		}
		if json.Unmarshal(entry.Before, &before) == nil && before.Status != after.Status {
			return after.Reason
		}
	}
	return ""
}

func (c *console) accountPage(x *exchange) error { return x.showAccount(x.refusedOr(nil)) }

// showAccount answers an account's page; refused is the form of a change that was, or nil.
func (x *exchange) showAccount(status int, refused *form) error {
	id := x.PathValue("id")
	found, err := x.service.AccountBusiness(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "account", id)
	}
	told, err := x.story(seller.EventFilter{Type: "none"}, auditsOf("account", id))
	if err != nil {
		return err
	}
	content := accountView{AccountBusiness: found, Money: bookedBy(found.Booked), Form: refused, Story: told, Why: whyStanding(found.Account, told)}
	for _, d := range found.Deals {
		content.Traded = append(content.Traded, tradedDealOf(d))
	}
	for _, k := range found.Keys.Items {
		content.Held = append(content.Held, x.listed(k))
	}
	for _, h := range found.Webhooks {
		content.Hooks = append(content.Hooks, listedWebhookOf(h))
	}
	for _, q := range found.Quotes {
		if q.Status == parley.QuoteAvailable {
			content.Open++
		}
	}
	content.Restrict = newForm(nil)
	if refused == nil {
		content.Form = newForm(accountForm(found.Account))
	} else if !refused.Values.Has("name") { // it is the form of what the account may do
		content.Restrict = refused
		content.Form = newForm(accountForm(found.Account))
		content.Form.Message = refused.Message
	}
	return x.show("account", status, page{Title: found.Account.Name, Section: "accounts", Live: []string{"account.", "deal.", "quote.", "proposal.", "approval."}, Data: content})
}

// accountForm is an account as its form states it.
func accountForm(a parley.Account) url.Values {
	var people []string
	for _, c := range a.Contacts {
		people = append(people, strings.Join([]string{c.Name, c.Role, c.Email, c.Phone}, "; "))
	}
	return url.Values{
		"name": {a.Name}, "parent_id": {a.ParentID}, "steward": {a.Steward}, "notes": {a.Notes}, "names": {strings.Join(a.Names, "\n")},
		"contacts": {strings.Join(people, "\n")}, "advertiser_ids": {strings.Join(a.Clients, "\n")}, "version": {plain(a.Version)},
	}
}

func accountNow(x *exchange) (url.Values, error) {
	found, err := x.service.AccountBusiness(x.Context(), x.call, x.PathValue("id"))
	return accountForm(found.Account), missing(err, "account", x.PathValue("id"))
}

func (c *console) changeAccount(x *exchange) error {
	r := &reader{values: x.PostForm}
	name, parent, steward, notes := r.text("name"), r.text("parent_id"), r.text("steward"), r.text("notes")
	names, clients := lines(r.text("names")), lines(r.text("advertiser_ids"))
	contacts := []parley.Contact{}
	for _, line := range lines(r.text("contacts")) {
		parts := append(strings.SplitN(line, ";", 4), "", "", "")
		contacts = append(contacts, parley.Contact{Name: parts[0], Role: parts[1], Email: parts[2], Phone: parts[3]})
	}
	version := r.count("version")
	if err := r.problems.Err(); err != nil || version == nil {
		return parley.Errorf(parley.CodeMalformed, "The form says of no version that it changes. Go back and reload the page.")
	}
	change := seller.AccountChange{
		Name: &name, ParentID: &parent, Steward: &steward, Notes: &notes, Names: &names, Contacts: &contacts, Version: version,
	}
	if x.PostForm.Has("advertiser_ids") {
		change.Clients = &clients
	}
	answer, err := c.service.ChangeAccount(x.Context(), x.call, x.PathValue("id"), change, toAccount)
	if err != nil {
		return x.again(newForm(x.PostForm), err, "account", x.showAccount)
	}
	x.follow(answer, "The account is changed.")
	return nil
}

// setStanding pauses or blocks an account, or gives it back what it may do.
func (c *console) setStanding(x *exchange) error {
	r := &reader{values: x.PostForm}
	status := parley.AccountStatus(r.text("status"))
	change := func(reason string) (seller.Answer, error) {
		return c.service.ChangeAccount(x.Context(), x.call, x.PathValue("id"), seller.AccountChange{Status: &status, Reason: reason, Version: r.version()}, toAccount)
	}
	var answer seller.Answer
	var err error
	if status == parley.AccountActive {
		answer, err = change("")
	} else {
		answer, err = x.because(change)
	}
	if err != nil {
		return x.again(newForm(x.PostForm), err, "account", x.showAccount)
	}
	x.follow(answer, map[parley.AccountStatus]string{
		parley.AccountActive:  "It may do all again, unless an account above it may not.",
		parley.AccountPaused:  "Nothing new is begun by it, or by any that belongs to it. What is open goes on.",
		parley.AccountBlocked: "It, and any that belongs to it, can only end what there is.",
	}[status])
	return nil
}

// lines are the lines of a text that say something.
func lines(text string) []string {
	all := []string{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}
