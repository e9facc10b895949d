package console

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"time"

	"parley"
	"parley/seller"
)

func (c *console) keyRoutes() []route {
	return []route{
		get("/keys", c.keyList),
		get("/keys.csv", c.keyExport),
		getFor(admins, "/keys/new", c.newKey),
		post(admins, "/keys/new", c.createKey),
		get("/keys/{id}", c.keyPage),
		post(admins, "/keys/{id}/rotate", c.rotateKey).on("/keys/{id}"),
		post(admins, "/keys/{id}/revoke", c.revokeKey),
		post(admins, "/keys/{id}/restore", c.restoreKey).on("/keys/{id}"),
	}
}

// listedKey is a key with how it stands now.
type listedKey struct {
	parley.Key
	Status string
	Holds  string // what it lets its holder do
	Buyer  string
}

func (c *console) listed(key parley.Key) listedKey {
	l := listedKey{Key: key, Status: "live"}
	switch {
	case key.RevokedAt != nil:
		l.Status = "revoked"
	case !key.Live(c.clock()):
		l.Status = "expired"
	}
	who := key.Principal(parley.TrustUnregistered)
	if key.Role == parley.RoleOperator {
		for i, scope := range who.Scopes {
			if i > 0 {
				l.Holds += ", "
			}
			l.Holds += string(scope)
		}
		return l
	}
	l.Holds, l.Buyer = key.Identity.Tier().String()+" tier", key.Identity.Called()
	return l
}

func (x *exchange) keys() list[parley.Key] {
	role := parley.Role(x.query().text("role"))
	return list[parley.Key]{
		what: "keys", filters: []string{"role"},
		id: func(key parley.Key) string { return key.ID },
		fetch: func(page seller.Page) (seller.Listing[parley.Key], error) {
			return x.service.Keys(x.Context(), x.call, seller.KeyFilter{Role: role, Page: page})
		},
	}
}

func (c *console) keyList(x *exchange) error {
	q := x.query()
	rows, pager, err := x.keys().page(q)
	if err != nil {
		return err
	}
	content := listPage[listedKey]{Pager: pager, Query: q, Filter: q.filterForm()}
	for _, key := range rows {
		content.Rows = append(content.Rows, c.listed(key))
	}
	return x.show("keys", http.StatusOK, page{Title: "Buyers and keys", Section: "keys", Live: []string{"key."}, Data: content})
}

func (c *console) keyExport(x *exchange) error {
	return x.keys().export(x, []column[parley.Key]{
		{"key_id", func(k parley.Key) string { return k.ID }},
		{"label", func(k parley.Key) string { return k.Label }},
		{"role", func(k parley.Key) string { return string(k.Role) }},
		{"may", func(k parley.Key) string { return c.listed(k).Holds }},
		{"buyer", func(k parley.Key) string { return c.listed(k).Buyer }},
		{"agent_url", func(k parley.Key) string { return k.AgentURL }},
		{"status", func(k parley.Key) string { return c.listed(k).Status }},
		{"created_at", func(k parley.Key) string { return k.CreatedAt.Format(time.RFC3339) }},
		{"created_by", func(k parley.Key) string { return k.CreatedBy }},
		{"last_used_at", func(k parley.Key) string { return instant(k.LastUsedAt) }},
		{"expires_at", func(k parley.Key) string { return instant(k.ExpiresAt) }},
		{"revoked_at", func(k parley.Key) string { return instant(k.RevokedAt) }},
	})
}

// scopes are the roles that an operator's key can have.
var scopes = []parley.Scope{
	parley.ScopeViewer, parley.ScopeApprover, parley.ScopeFinance, parley.ScopeLegal, parley.ScopeDelivery, parley.ScopeAdmin,
}

// newKeyPage is the form of a key, and the secret of one just made.
type newKeyPage struct {
	Form   *form
	Scopes []parley.Scope
}

func (c *console) newKey(x *exchange) error {
	return x.askForNewKey(x.refusedOr(newForm(url.Values{"role": {"buyer"}})))
}

func (x *exchange) askForNewKey(status int, f *form) error {
	return x.show("newkey", status, page{Title: "New key", Section: "keys", Data: newKeyPage{f, scopes}})
}

// madeKey is what the answer keeps of a key: its secret only the first time.
type madeKey struct {
	ID     string
	Label  string
	Role   parley.Role
	Secret string
}

func (c *console) createKey(x *exchange) error {
	f := newForm(x.PostForm)
	r := reader{values: x.PostForm}
	request := seller.KeyRequest{
		Role: parley.Role(r.text("role")), Label: r.text("label"), AgentURL: r.text("agent_url"),
		ExpiresInDays: int(min(r.sought("expires_in_days"), math.MaxInt32)),
		Identity: parley.Identity{
			SeatID: r.text("seat_id"), SeatName: r.text("seat_name"), DSPPlatform: r.text("dsp_platform"),
			AgencyID: r.text("agency_id"), AgencyName: r.text("agency_name"), AgencyHoldingCompany: r.text("agency_holding_company"),
			AdvertiserID: r.text("advertiser_id"), AdvertiserName: r.text("advertiser_name"),
			AdvertiserIndustry: r.text("advertiser_industry"), AdvertiserDomain: r.text("advertiser_domain"),
		},
	}
	for _, name := range x.PostForm["roles"] {
		if scope, ok := parley.ParseScope(name); ok {
			request.Scopes = append(request.Scopes, scope)
		}
	}
	err := r.problems.Err()
	var answer seller.Answer
	if err == nil {
		answer, err = c.service.CreateKey(x.Context(), x.call, request, toMadeKey)
	}
	if err != nil {
		return x.again(f, err, "", x.askForNewKey)
	}
	return x.showMadeKey(answer)
}

func toMadeKey(key seller.CreatedKey) (seller.Answer, error) {
	body, err := json.Marshal(madeKey{key.ID, key.Label, key.Role, key.Secret}) //nolint:gosec // the flow hands over the secret for the one answer that shows it, and none for the one that is kept
	return seller.Answer{Status: http.StatusOK, Body: body}, err
}

func (x *exchange) showMadeKey(answer seller.Answer) error {
	var made madeKey
	if err := json.Unmarshal(answer.Body, &made); err != nil {
		return err
	}
	return x.show("madekey", http.StatusOK, page{Title: "The key is made", Section: "keys", Data: made})
}

// keyPage is what a key's page shows.
type keyPage struct {
	Form      *form
	Key       listedKey
	Successor string // the id of the key in its place; empty: none, or not looked for
	Buyer     buyer
	Story     story
}

func (c *console) keyPage(x *exchange) error {
	return x.showKey(x.refusedOr(newForm(url.Values{"overlap_hours": {"24"}})))
}

func (x *exchange) showKey(status int, f *form) error {
	c := x.console
	key, err := c.service.Key(x.Context(), x.call, x.PathValue("id"))
	if err != nil {
		return missing(err, "key", x.PathValue("id"))
	}
	told, err := x.story(seller.EventFilter{Type: "none"}, auditsOf("key", key.ID), seller.AuditFilter{
		Actor: key.Principal(parley.TrustUnregistered).Actor(),
	})
	if err != nil {
		return err
	}
	successor := ""
	if key.OfPerson() && key.RevokedAt != nil {
		if successor, err = x.successor(key.ID); err != nil {
			return err
		}
	}
	content := keyPage{f, c.listed(key), successor, buyerOf(key.Identity, parley.Identity{}, key.Identity.Tier(), key.Principal(parley.TrustUnregistered).Owner()), told}
	return x.show("key", status, page{Title: key.Label, Section: "keys", Live: []string{"key."}, Data: content})
}

func (c *console) rotateKey(x *exchange) error {
	r := reader{values: x.PostForm}
	overlap := r.hours("overlap_hours")
	err := r.problems.Err()
	var answer seller.Answer
	if err == nil {
		answer, err = c.service.RotateKey(x.Context(), x.call, x.PathValue("id"), overlap, toMadeKey)
	}
	if err != nil {
		return x.again(newForm(x.PostForm), err, "key", x.showKey)
	}
	return x.showMadeKey(answer)
}

func (c *console) revokeKey(x *exchange) error {
	if looked, err := x.keyEndLooked(x.PathValue("id")); err != nil || !looked {
		return err
	}
	answer, err := c.service.RevokeKey(x.Context(), x.call, x.PathValue("id"),
		thenGo(func(k parley.Key) string { return "/keys/" + k.ID }))
	if err != nil {
		return missing(err, "key", x.PathValue("id"))
	}
	x.follow(answer, "The key is revoked, on every node and for good.")
	return nil
}

func (c *console) restoreKey(x *exchange) error {
	answer, err := c.service.RestorePerson(x.Context(), x.call, x.PathValue("id"),
		thenGo(func(k parley.Key) string { return "/keys/" + k.ID }))
	if err != nil {
		return x.again(newForm(x.PostForm), err, "key", x.showKey)
	}
	x.follow(answer, "They can sign in again, and act as this key.")
	return nil
}

// successor answers the id of the operator's key that is in the place of another; empty: there is none.
func (x *exchange) successor(id string) (string, error) {
	who, err := x.people()
	for _, key := range who.keys {
		if key.Replaces == id {
			return key.ID, nil
		}
	}
	return "", err
}
