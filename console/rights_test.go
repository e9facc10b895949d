package console_test

import (
	"context"
	"crypto/rand"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"parley"
	"parley/console"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestWhoMayNotWriteWritesNothing has those who only look on, operators without the role, and browsers without a good session
// send every form that there is, filled in: they are refused, and no row of the database changes.
func TestWhoMayNotWriteWritesNothing(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		forms := w.forms()
		ended := w.operator("ended", parley.ScopeAdmin)
		looking, deciding, stranger, late := w.signedIn(w.viewer), w.signedIn(w.approver), w.browser(), w.signedIn(ended)
		for _, b := range []*browser{looking, deciding} {
			b.token()
		}
		lateToken := late.token()
		who := must[parley.Principal](t)(w.service.Screen(context.Background(), seller.Call{Secret: ended}))
		must[seller.Answer](t)(w.service.RevokeKey(context.Background(), seller.Terminal("test"), who.KeyID, keep(new(parley.Key))))
		before := stores.Dump(t, store)
		unchanged := func(what string) {
			t.Helper()
			if after := stores.Dump(t, store); after != before {
				t.Fatalf("%s wrote", what)
			}
		}
		for _, path := range console.Writes() {
			form, known := forms[path]
			if !known {
				t.Errorf("the test has no form for %s", path)
				continue
			}
			address := "/console" + form.path
			for _, values := range []url.Values{form.values, {"nonsense": {"x"}}} { // who may not is told so before anything else
				if status, body := looking.insist(address, values); status != http.StatusForbidden && !form.anyone {
					t.Errorf("a viewer sends %s: %d\n%.1000s", path, status, body)
				}
				if form.anyone { // what is the viewer's own
					before = stores.Dump(t, store)
				}
				unchanged("a viewer at " + path)
				if path == "/signout" {
					break
				}
				if form.desk || form.anyone {
					continue
				}
				if status, body := deciding.insist(address, values); status != http.StatusForbidden {
					t.Errorf("an approver sends %s: %d\n%.1000s", path, status, body)
				}
				unchanged("an approver at " + path)
			}
			if path == "/signout" {
				looking = w.signedIn(w.viewer)
				before = stores.Dump(t, store)
				continue
			}
			if _, body := stranger.post(address, clone(form.values)); !strings.Contains(body, `action="/console/signin"`) {
				t.Errorf("nobody sends %s:\n%.1000s", path, body)
			}
			unchanged("nobody at " + path)
			values := clone(form.values)
			values.Set("_token", lateToken)
			if status, body := late.post(address, values); status < 400 && !strings.Contains(body, `action="/console/signin"`) {
				t.Errorf("with a revoked key, %s: %d\n%.1000s", path, status, body)
			}
			unchanged("a revoked key at " + path)
		}
	})
}

var draft = regexp.MustCompile(`name="_draft" value="([^"]+)"`)

// insist submits a form, and where it only shows what would change, once more to have that done.
func (b *browser) insist(path string, values url.Values) (int, string) {
	b.d.t.Helper()
	status, body := b.submit(path, clone(values))
	if shown := draft.FindStringSubmatch(body); status == http.StatusOK && shown != nil {
		again := clone(values)
		again.Set("_do", "commit")
		again.Set("_draft", shown[1])
		return b.submit(path, again)
	}
	return status, body
}

// form is a form filled in. desk tells that an approver may send it, and anyone that everybody may who is signed in.
type form struct {
	path   string
	values url.Values
	desk   bool
	anyone bool
}

func (w *world) forms() map[string]form {
	w.t.Helper()
	waiting := must[seller.Listing[parley.Approval]](w.t)(w.service.Approvals(context.Background(), seller.Terminal("test"), seller.ApprovalFilter{}))
	rules := must[seller.Listing[parley.ApprovalRule]](w.t)(w.service.ApprovalRules().List(context.Background(), seller.Terminal("test"), seller.Page{}))
	approval, gate := waiting.Items[0].ID, rules.Items[0].ID
	bundle := w.packages()[0].ID
	held := w.activationOf(w.deal.ID, w.held.ID).ID
	mapping := must[seller.Listing[parley.Mapping]](w.t)(w.service.Mappings(context.Background(), seller.Terminal("test"), seller.MappingFilter{DestinationID: w.sheets.ID, Page: seller.Page{Limit: 1}})).Items[0].ID
	destination := url.Values{"kind": {"file_drop"}, "name": {"a destination"}, "settings.folder": {"other"}}
	rule := url.Values{
		"name": {"a rule"}, "gate": {"deal_booking"}, "role": {"approver"}, "timeout": {"24h"}, "on_timeout": {"reject"}, "priority": {"1"},
		"enabled": {"on"},
	}
	price := url.Values{"name": {"a rule"}, "priority": {"1"}, "enabled": {"on"}, "discount": {"5"}}
	profile := url.Values{"name": {"a profile"}, "priority": {"1"}, "enabled": {"on"}, "max_rounds": {"3"}}
	packaged := url.Values{"name": {"a package"}, "product_ids": {"ctv-sports-live"}, "products": {"ctv-sports-live"}}
	share := w.share(w.deal.ID).ID
	return map[string]form{
		"/activations/{id}/pause":                    {"/activations/" + w.waiting.ID + "/pause", url.Values{"reason": {"no"}}, true, false},
		"/activations/{id}/resume":                   {"/activations/" + w.waiting.ID + "/resume", url.Values{}, true, false},
		"/activations/{id}/release":                  {"/activations/" + held + "/release", url.Values{}, true, false},
		"/activations/{id}/retry":                    {"/activations/" + w.waiting.ID + "/retry", url.Values{}, true, false},
		"/activations/{id}/acknowledge":              {"/activations/" + w.waiting.ID + "/acknowledge", url.Values{"ref": {"4711"}}, true, false},
		"/activations/{id}/adopt":                    {"/activations/" + w.waiting.ID + "/adopt", url.Values{"ref": {"4711"}}, true, false},
		"/activations/{id}/give-up":                  {"/activations/" + w.waiting.ID + "/give-up", url.Values{"reason": {"no"}}, true, false},
		"/activations/{id}/withdraw":                 {"/activations/" + w.waiting.ID + "/withdraw", url.Values{"reason": {"no"}}, true, false},
		"/delivery/import":                           {"/delivery/import", url.Values{"source": {"ad server"}}, false, false},
		"/delivery/import/confirm":                   {"/delivery/import/confirm", url.Values{"file": {""}}, false, false},
		"/destinations/new":                          {"/destinations/new", destination, false, false},
		"/destinations/{id}":                         {"/destinations/" + w.sheets.ID, destination, false, false},
		"/destinations/{id}/check":                   {"/destinations/" + w.sheets.ID + "/check", url.Values{}, false, false},
		"/destinations/{id}/pause":                   {"/destinations/" + w.sheets.ID + "/pause", url.Values{}, false, false},
		"/destinations/{id}/resume":                  {"/destinations/" + w.sheets.ID + "/resume", url.Values{}, false, false},
		"/destinations/{id}/credential":              {"/destinations/" + w.sheets.ID + "/credential", url.Values{"credential": {"env:X"}}, false, false},
		"/destinations/{id}/remove":                  {"/destinations/" + w.sheets.ID + "/remove", url.Values{}, false, false},
		"/destinations/{id}/mapping":                 {"/destinations/" + w.sheets.ID + "/mapping", url.Values{"about": {"product"}, "name": {"ctv-sports-live"}, "refs.priority": {"4"}}, false, false},
		"/destinations/{id}/mapping/remove":          {"/destinations/" + w.sheets.ID + "/mapping/remove", url.Values{"mapping_id": {mapping}}, false, false},
		"/sign-ins/{id}/end":                         {"/sign-ins/sign-none/end", url.Values{}, true, true},
		"/signout":                                   {"/signout", url.Values{}, true, true},
		"/agents/discover":                           {"/agents/discover", url.Values{"url": {"https://kestrel.example"}}, false, false},
		"/agents/{id}/trust":                         {"/agents/" + w.agent.ID + "/trust", url.Values{"trust_status": {"preferred"}}, false, false},
		"/agents/{id}/remove":                        {"/agents/" + w.agent.ID + "/remove", url.Values{}, false, false},
		"/approval-rules/new":                        {"/approval-rules/new", rule, false, false},
		"/approval-rules/{id}":                       {"/approval-rules/" + gate, rule, false, false},
		"/approval-rules/{id}/delete":                {"/approval-rules/" + gate + "/delete", url.Values{}, false, false},
		"/deals/{id}/order":                          {"/deals/" + w.deal.ID + "/order", url.Values{}, true, false},
		"/deals/{id}/cancel":                         {"/deals/" + w.deal.ID + "/cancel", url.Values{"reason": {"over"}}, true, false},
		"/deals/{id}/share":                          {"/deals/" + w.deal.ID + "/share", url.Values{}, true, false},
		"/deals/{id}/share/{share}/end":              {"/deals/" + w.deal.ID + "/share/" + share + "/end", url.Values{}, true, false},
		"/deals/{id}/paperwork":                      {"/deals/" + w.deal.ID + "/paperwork", url.Values{"purchase_order": {"PO-1"}}, true, false},
		"/deals/{id}/changes":                        {"/deals/" + w.deal.ID + "/changes", url.Values{"proposed_values.price": {"35,80"}, "version": {"1"}}, true, false},
		"/deals/{id}/changes/{change}/apply":         {"/deals/" + w.change.DealID + "/changes/" + w.change.ID + "/apply", url.Values{}, true, false},
		"/inbox/{id}/decide":                         {"/inbox/" + approval + "/decide", url.Values{"decision": {"approve"}}, true, false},
		"/inbox/{id}/take-back":                      {"/inbox/" + approval + "/take-back", url.Values{}, true, false},
		"/inbox/bulk":                                {"/inbox/bulk", url.Values{"decision": {"approve"}, "ids": {approval}}, true, false},
		"/inbox/take-back":                           {"/inbox/take-back", url.Values{"ids": {approval}}, true, false},
		"/inbox/{id}/assign":                         {"/inbox/" + approval + "/assign", url.Values{"assignee": {w.key.ID}}, true, false},
		"/inbox/{id}/snooze":                         {"/inbox/" + approval + "/snooze", url.Values{"for": {"1h"}}, true, false},
		"/inbox/{id}/comment":                        {"/inbox/" + approval + "/comment", url.Values{"text": {"let us wait"}}, true, false},
		"/notices/{id}":                              {"/notices/email", url.Values{"address": {"noa@example.com"}, "kinds": {"waiting"}, "every": {"1h"}, "within": {"4h"}}, true, true},
		"/notices/{id}/off":                          {"/notices/email/off", url.Values{}, true, true},
		"/views":                                     {"/views", url.Values{"page": {"inbox"}, "name": {"large"}, "then": {"?value=1000"}}, true, true},
		"/inventory/{id}/capacity":                   {"/inventory/ctv-sports-live/capacity", url.Values{"start": {"2027-03-01"}, "end": {"2027-03-02"}, "start_date": {"2027-03-01"}, "end_date": {"2027-03-02"}, "daily_impressions": {"5"}}, false, false},
		"/inventory/{id}/status":                     {"/inventory/ctv-sports-live/status", url.Values{"status": {"paused"}}, false, false},
		"/inventory/import":                          {"/inventory/import", url.Values{"csv": {"product_id,name\n"}}, false, false},
		"/inventory/import/confirm":                  {"/inventory/import/confirm", url.Values{"file": {""}}, false, false},
		"/keys/new":                                  {"/keys/new", url.Values{"role": {"operator"}, "label": {"mine"}, "roles": {"admin"}}, false, false},
		"/keys/{id}/rotate":                          {"/keys/" + w.key.ID + "/rotate", url.Values{"overlap_hours": {"24"}}, false, false},
		"/keys/{id}/revoke":                          {"/keys/" + w.key.ID + "/revoke", url.Values{}, false, false},
		"/keys/{id}/restore":                         {"/keys/" + w.key.ID + "/restore", url.Values{}, false, false},
		"/negotiation-profiles/new":                  {"/negotiation-profiles/new", profile, false, false},
		"/negotiation-profiles/{id}":                 {"/negotiation-profiles/" + w.profile.ID, profile, false, false},
		"/negotiation-profiles/{id}/delete":          {"/negotiation-profiles/" + w.profile.ID + "/delete", url.Values{}, false, false},
		"/negotiations/{id}/pause":                   {"/negotiations/" + w.negotiated.NegotiationID + "/pause", url.Values{}, true, false},
		"/negotiations/{id}/hand-back":               {"/negotiations/" + w.negotiated.NegotiationID + "/hand-back", url.Values{}, true, false},
		"/negotiations/{id}/answer":                  {"/negotiations/" + w.negotiated.NegotiationID + "/answer", url.Values{"action": {"reject"}}, true, false},
		"/orders/{id}/transition":                    {"/orders/" + w.order.ID + "/transition", url.Values{"to_status": {"in_progress"}}, true, false},
		"/webhooks/{id}/retry":                       {"/webhooks/" + w.hook.ID + "/retry", url.Values{}, false, false},
		"/webhooks/{id}/disable":                     {"/webhooks/" + w.hook.ID + "/disable", url.Values{}, false, false},
		"/webhooks/{id}/test":                        {"/webhooks/" + w.hook.ID + "/test", url.Values{}, false, false},
		"/webhooks/{id}/redeliver":                   {"/webhooks/" + w.hook.ID + "/redeliver", url.Values{"from_event_id": {w.event.ID}}, false, false},
		"/webhooks/{id}/rotate-key":                  {"/webhooks/" + w.hook.ID + "/rotate-key", url.Values{"overlap_hours": {"24"}}, false, false},
		"/quotes/{id}/hold":                          {"/quotes/" + w.quote.ID + "/hold", url.Values{"hours": {"2"}}, true, false},
		"/quotes/{id}/release":                       {"/quotes/" + w.quote.ID + "/release", url.Values{}, true, false},
		"/availability/quote":                        {"/availability/quote", url.Values{"product_id": {"ctv-sports-live"}, "buyer_key_id": {"nobody"}}, true, false},
		"/packages/new":                              {"/packages/new", packaged, false, false},
		"/packages/{id}":                             {"/packages/" + bundle, packaged, false, false},
		"/packages/{id}/archive":                     {"/packages/" + bundle + "/archive", url.Values{}, false, false},
		"/pricing/rules/new":                         {"/pricing/rules/new", price, false, false},
		"/pricing/rules/{id}":                        {"/pricing/rules/" + w.pricingRule.ID, price, false, false},
		"/pricing/rules/{id}/delete":                 {"/pricing/rules/" + w.pricingRule.ID + "/delete", url.Values{}, false, false},
		"/pricing/card":                              {"/pricing/card", url.Values{"entries": {"ctv = 3.00 USD"}}, false, false},
		"/delivery/profiles/{id}/remove":             {"/delivery/profiles/dlp-none/remove", url.Values{}, false, false},
		"/destinations/{id}/mappings/import":         {"/destinations/" + w.sheets.ID + "/mappings/import", url.Values{}, false, false},
		"/destinations/{id}/mappings/import/confirm": {"/destinations/" + w.sheets.ID + "/mappings/import/confirm", url.Values{"file": {""}}, false, false},
		"/accounts/new":                              {"/accounts/new", url.Values{"kind": {"agency"}, "code": {"agency-new"}}, true, false},
		"/accounts/{id}":                             {"/accounts/" + w.account.ID, url.Values{"version": {"1"}, "name": {"Another"}}, true, false},
		"/accounts/{id}/standing":                    {"/accounts/" + w.account.ID + "/standing", url.Values{"status": {"paused"}}, true, false},
		"/inventory/new":                             {"/inventory/new", url.Values{"product_id": {"new-one"}, "name": {"New"}, "inventory_type": {"ctv"}, "deal_types": {"PD"}, "currency": {"USD"}}, false, false},
		"/inventory/{id}/edit":                       {"/inventory/ctv-sports-live/edit", url.Values{"name": {"New"}, "inventory_type": {"ctv"}, "deal_types": {"PD"}, "currency": {"USD"}}, false, false},
	}
}

// TestFormsThatOneMayNotSendAreNotShown looks at every page as those see it who hold one role each, and sends none of what is
// there: each form that it has is one that they may send.
func TestFormsThatOneMayNotSendAreNotShown(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	action := regexp.MustCompile(`<form[^>]* method="post"[^>]* action="/console([^"?]*)`)
	link := regexp.MustCompile(`href="(/console[^"?#]*/(?:new|import|card))"`)
	for scope, secret := range map[parley.Scope]string{parley.ScopeViewer: w.viewer, parley.ScopeApprover: w.approver, parley.ScopeFinance: w.operator("Finance", parley.ScopeFinance)} {
		b := w.signedIn(secret)
		for name, path := range w.everyPage() {
			status, body := b.get("/console" + path)
			if status == http.StatusForbidden {
				continue
			}
			for _, form := range action.FindAllStringSubmatch(body, -1) {
				if to := html.UnescapeString(form[1]); !console.MaySend(to, scope) {
					t.Errorf("%s shows a key with the role %s the form of %s", name, scope, to)
				}
			}
			for _, to := range link.FindAllStringSubmatch(body, -1) {
				if status, _ := b.get(to[1]); status != http.StatusOK {
					t.Errorf("%s leads a key with the role %s to %s: %d", name, scope, to[1], status)
				}
			}
		}
	}
}

// TestARefusalIsShownAfterARedirect has forms refused and looked at: the browser ends at a page that it can go back to and reload
// without sending anything, with what was typed; and nobody else's browser is shown that.
func TestARefusalIsShownAfterARedirect(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	long := strings.Repeat("an unusual word ", 3000)
	random := make([]string, 2000)
	for i := range random {
		random[i] = rand.Text()
	}
	for name, test := range map[string]struct {
		path   string
		values url.Values
		status int
		says   string
		at     string
	}{
		"a refusal":          {"/keys/new", url.Values{"role": {"operator"}, "label": {"Noa <at> the desk"}}, 422, "Noa &lt;at&gt; the desk", "/keys/new"},
		"much that is alike": {"/keys/new", url.Values{"role": {"operator"}, "label": {"Noa"}, "agent_url": {long}}, 422, "an unusual word an", "/keys/new"},
		"too much to carry":  {"/keys/new", url.Values{"role": {"operator"}, "label": {"Noa"}, "agent_url": random}, 422, "Noa", ""},
		"of another page":    {"/orders/" + w.order.ID + "/transition", url.Values{"to_status": {"cancelled"}, "reason": {""}}, 422, "is asked for when an order ends", "/orders/" + w.order.ID},
		"of nothing":         {"/keys/key-none/revoke", url.Values{}, 404, "no key", "/refused"},
		"a look at a change": {"/pricing/rules/new", url.Values{"name": {"A <rule>"}, "priority": {"1"}, "enabled": {"on"}, "discount": {"5"}}, 200, "What would change", "/pricing/rules/new"},
		"a slip in a change": {"/pricing/rules/new", url.Values{"name": {""}, "priority": {"1"}, "discount": {"five"}}, 422, "value=\"five\"", "/pricing/rules/new"},
		"a second look":      {"/inbox/bulk", url.Values{"decision": {"approve"}, "ids": {w.pending[0].ApprovalID}}, 200, "Is this what you mean?", "/review"},
	} {
		t.Run(name, func(t *testing.T) {
			test.values.Set("_token", b.token())
			request := must[*http.Request](t)(http.NewRequestWithContext(context.Background(), http.MethodPost, b.d.server.URL+"/console"+test.path,
				strings.NewReader(test.values.Encode())))
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			response, err := b.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			body := string(must[[]byte](t)(io.ReadAll(response.Body)))
			if response.StatusCode != test.status || !strings.Contains(body, test.says) {
				t.Fatalf("%d, want %d and %q\n%.3000s", response.StatusCode, test.status, test.says, body)
			}
			if at := response.Request.URL; test.at != "" && (response.Request.Method != http.MethodGet || at.Path != "/console"+test.at) {
				t.Errorf("it ends at %s %s", response.Request.Method, at.Path)
			}
			if test.at == "" {
				return
			}
			address := response.Request.URL.RequestURI()
			if status, again := b.get(address); status != test.status || !strings.Contains(again, test.says) {
				t.Errorf("reloaded: %d", status)
			}
			if _, others := w.signedIn(w.operator("another")).get(address); strings.Contains(others, test.says) {
				t.Error("another person is shown it")
			}
		})
	}
}

// clone copies a form, so that a session's token stays its own.
func clone(values url.Values) url.Values {
	copied := url.Values{}
	for name, all := range values {
		copied[name] = append([]string(nil), all...)
	}
	return copied
}
