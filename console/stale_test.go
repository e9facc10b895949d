package console_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/console"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// edits are the forms that change something that there is: where each is, what it is sent to, and two fields that are edited.
func (w *world) edits() map[string]struct{ page, action, field, other string } {
	w.t.Helper()
	gate := must[seller.Listing[parley.ApprovalRule]](w.t)(w.service.ApprovalRules().List(context.Background(), seller.Terminal("test"), seller.Page{})).Items[0].ID
	type edit = struct{ page, action, field, other string }
	at := func(path, field, other string) edit { return edit{path, path, field, other} }
	mapping := "/destinations/" + w.sheets.ID + "/mapping"
	told := seller.NoticeInput{Way: parley.NoticeByMail, Address: "mara@example.com", Kinds: parley.NoticeKinds[:], Every: time.Hour, Within: time.Hour}
	must[seller.Answer](w.t)(w.service.SetNotice(context.Background(), seller.Call{Secret: w.admin}, told, keep(new(parley.NoticeChoice))))
	return map[string]edit{
		"/inventory/{id}/edit":       at("/inventory/ctv-sports-live/edit", "name", "description"),
		"/pricing/card":              at("/pricing/card", "global_floors[0]", "volume_brackets[0].discount"),
		"/pricing/rules/{id}":        at("/pricing/rules/"+w.pricingRule.ID, "name", "discount"),
		"/approval-rules/{id}":       at("/approval-rules/"+gate, "name", "timeout"),
		"/negotiation-profiles/{id}": at("/negotiation-profiles/"+w.profile.ID, "name", "max_rounds"),
		"/packages/{id}":             at("/packages/pkg-live-sports", "name", "tags"),
		"/destinations/{id}":         at("/destinations/"+w.sheets.ID, "name", "match.product_ids"),
		"/destinations/{id}/mapping": {mapping + "?about=product&name=ctv-sports-live", mapping, "refs.ad_units", "refs.priority"},
		"/accounts/{id}":             at("/accounts/"+w.account.ID, "name", "steward"),
		"/inventory/{id}/capacity":   {"/inventory/ctv-sports-live", "/inventory/ctv-sports-live/capacity", "daily_impressions", "daily_impressions"},
		"/agents/{id}/trust":         {"/agents/" + w.agent.ID, "/agents/" + w.agent.ID + "/trust", "trust_status", "trust_status"},
		"/notices/{id}":              at("/notices/email", "within", "every"),
		"/deals/{id}/paperwork":      {"/deals/" + w.deal.ID, "/deals/" + w.deal.ID + "/paperwork", "purchase_order", "note"},
	}
}

// dailyOn is the capacity that a product has on a day.
func (w *world) dailyOn(productID, on string) string {
	w.t.Helper()
	day := must[parley.Date](w.t)(parley.ParseDate(on))
	avails := must[parley.Avails](w.t)(w.service.Capacity(context.Background(), seller.Terminal("test"), productID, parley.Flight{Start: day, End: day}))
	return strconv.FormatInt(*avails.Days[0].Capacity, 10)
}

// sendAll sends a form, and once more what it was looked at for.
func (b *browser) sendAll(f pageForm) (int, string) {
	b.d.t.Helper()
	status, body := b.post("/console"+strings.TrimPrefix(f.action, "/console"), f.values)
	for _, again := range formsOn(body) {
		if status == http.StatusOK && again.action == f.action && again.values.Has("_draft") {
			again.values.Set("_do", "commit")
			if strings.Contains(body, `name="_sure"`) {
				again.values.Set("_sure", "on")
			}
			return b.post(again.action, again.values)
		}
	}
	return status, body
}

// TestNobodyOverwritesWhatTheyHaveNotSeen has two people open every form that changes something. The second who saves is refused, shown
// what the first saved, and refused again for as long as the form does not say that it is to go over that; then it does.
func TestNobodyOverwritesWhatTheyHaveNotSeen(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		one, other := w.signedIn(w.admin), w.signedIn(w.operator("Noa"))
		edits := w.edits()
		for _, path := range console.Versioned() {
			if path == "/deals/{id}/changes" { // which asks for what it does, and keeps nothing; TestADealsTermsAreAskedForOnItsPage has it
				continue
			}
			edit, known := edits[path]
			if !known {
				t.Errorf("the test has no edit for %s", path)
				continue
			}
			t.Run(strings.Trim(strings.ReplaceAll(path, "/", " "), " "), func(t *testing.T) {
				page, action := "/console"+edit.page, "/console"+edit.action
				other := other
				if path == "/notices/{id}" { // which are a person's own
					other = w.signedIn(w.admin)
				}
				first, late := one.form(page, action), other.form(page, action)
				kept := func() url.Values { return one.form(page, action).values }
				if path == "/inventory/{id}/capacity" { // whose form says what is to be, and not what is
					kept = func() url.Values {
						return url.Values{edit.field: {w.dailyOn("ctv-sports-live", first.values.Get("start_date"))}}
					}
				}
				value := func(text string) string {
					switch edit.other {
					case "discount", "max_rounds", "volume_brackets[0].discount", "refs.priority":
						return text[len(text)-1:]
					case "timeout":
						return text[len(text)-1:] + "h"
					case "trust_status":
						return "blocked"
					case "daily_impressions":
						return "920000"
					case "every":
						return "4h"
					case "match.product_ids":
						return "ctv-sports-live"
					}
					return text
				}
				saved := or(map[string]string{"global_floors[0]": "2.75", "within": "24h", "trust_status": "preferred", "daily_impressions": "910000"}[edit.field], "saved-first-1")
				first.values.Set(edit.field, saved)
				if status, body := one.sendAll(first); status != http.StatusOK {
					t.Fatalf("the first: %d\n%.3000s", status, body)
				}
				late.values.Set(edit.other, value("typed late 3"))
				status, body := other.sendAll(late)
				if status != http.StatusPreconditionFailed || !strings.Contains(body, "Somebody else changed this meanwhile") || !strings.Contains(body, saved+" now") {
					t.Fatalf("the late one: %d\n%.6000s", status, body)
				}
				shown := other.formIn(body, action)
				if shown.values.Get(edit.other) != value("typed late 3") || shown.values.Get(edit.field) == saved {
					t.Errorf("the form shown has %v", shown.values)
				}
				if status, body = other.sendAll(shown); status != http.StatusPreconditionFailed {
					t.Fatalf("sent again as it is: %d\n%.3000s", status, body)
				}
				if now := kept().Get(edit.field); now != saved {
					t.Fatalf("it is overwritten: %q", now)
				}
				shown = other.formIn(body, action)
				over := regexp.MustCompile(`name="_over" value="(\d+)"`).FindStringSubmatch(body)
				if over == nil {
					t.Fatalf("nothing asks whether to keep it over the other\n%.3000s", body)
				}
				shown.values.Set("_over", over[1])
				if status, body = other.sendAll(shown); status != http.StatusOK {
					t.Fatalf("over the other: %d\n%.5000s", status, body)
				}
				if now := kept(); now.Get(edit.other) != value("typed late 3") || now.Get(edit.field) == saved {
					t.Errorf("kept is %v", now)
				}
			})
		}
	})
}

// TestCapacityOfOtherDaysIsNotInTheWay has two people set the capacity of days that do not meet, both from the same page.
func TestCapacityOfOtherDaysIsNotInTheWay(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		one, other := w.signedIn(w.admin), w.signedIn(w.operator("Noa"))
		page := "/console/inventory/ctv-sports-live"
		first, late := one.form(page, page+"/capacity"), other.form(page, page+"/capacity")
		for _, c := range []struct {
			by    *browser
			form  pageForm
			day   int
			daily string
		}{{one, first, 3, "910,000"}, {other, late, 4, "920,000"}} {
			day := in(c.day).String()
			c.form.values.Set("start_date", day)
			c.form.values.Set("end_date", day)
			c.form.values.Set("daily_impressions", c.daily)
			if status, body := c.by.sendAll(c.form); status != http.StatusOK || w.dailyOn("ctv-sports-live", day) != strings.ReplaceAll(c.daily, ",", "") {
				t.Errorf("%s: %d\n%.2000s", day, status, body)
			}
		}
	})
}

// TestAnOrderIsMovedFromWhereItWasSeen has two people look at an order, and the later one end what the first has moved on.
func TestAnOrderIsMovedFromWhereItWasSeen(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		one, other := w.signedIn(w.admin), w.signedIn(w.operator("Noa"))
		page := "/console/orders/" + w.order.ID
		first, late := one.form(page, page+"/transition"), other.form(page, page+"/transition")
		first.values.Set("to_status", string(parley.OrderInProgress))
		if status, body := one.post(first.action, first.values); status != http.StatusOK {
			t.Fatalf("the first: %d\n%.2000s", status, body)
		}
		moved := must[parley.Order](t)(w.service.Order(context.Background(), seller.Terminal("test"), w.order.ID))
		late.values.Set("to_status", string(parley.OrderCancelled))
		late.values.Set("reason", "typed late")
		status, body := other.post(late.action, late.values)
		now := must[parley.Order](t)(w.service.Order(context.Background(), seller.Terminal("test"), w.order.ID))
		if status != http.StatusPreconditionFailed || !strings.Contains(body, "Somebody else changed this meanwhile") || !strings.Contains(body, "typed late") || now.Status != moved.Status || moved.Status == w.order.Status {
			t.Fatalf("the late one: %d, and the order is %s\n%.5000s", status, now.Status, body)
		}
		again := other.formIn(body, late.action)
		again.values.Set("to_status", string(parley.OrderCancelled))
		again.values.Set("reason", "typed late")
		if status, body := other.sendAll(again); status != http.StatusOK {
			t.Errorf("once it was seen: %d\n%.2000s", status, body)
		}
	})
}

// TestAStaleFileIsLookedAtAgain confirms previews of files after somebody else has changed what they change.
func TestAStaleFileIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		one, other := w.signedIn(w.admin), w.signedIn(w.operator("Noa"))
		mapping := "/console/destinations/" + w.sheets.ID + "/mapping"
		for name, c := range map[string]struct{ at, file, page, action, field string }{
			"products": {"/console/inventory/import", "product_id,name\nctv-sports-live,From the file\n", "/console/inventory/ctv-sports-live/edit", "/console/inventory/ctv-sports-live/edit", "description"},
			"mappings": {mapping + "s/import", "about,name,refs\nproduct,ctv-sports-live,\"{\"\"ad_units\"\": [\"\"from/the/file\"\"]}\"\n", mapping + "?about=product&name=ctv-sports-live", mapping, "refs.ad_units"},
		} {
			t.Run(name, func(t *testing.T) {
				_, body := other.upload(c.at, "file.csv", c.file, url.Values{})
				sealed := sealedFile.FindStringSubmatch(body)
				if sealed == nil {
					t.Fatalf("no preview\n%.3000s", body)
				}
				meanwhile := one.form(c.page, c.action)
				meanwhile.values.Set(c.field, "meanwhile")
				if status, body := one.sendAll(meanwhile); status != http.StatusOK {
					t.Fatalf("%d\n%.3000s", status, body)
				}
				status, body := other.submit(c.at+"/confirm", url.Values{"file": {sealed[1]}})
				again := sealedFile.FindStringSubmatch(body)
				if status != http.StatusPreconditionFailed || again == nil || !strings.Contains(body, "since you looked") {
					t.Fatalf("confirmed: %d\n%.3000s", status, body)
				}
				if now := one.form(c.page, c.action); now.values.Get(c.field) != "meanwhile" {
					t.Errorf("it is overwritten: %v", now.values)
				}
				if status, body := other.submit(c.at+"/confirm", url.Values{"file": {again[1]}}); status != http.StatusOK || !strings.Contains(body, "Imported: 0 added, 1 changed") {
					t.Errorf("confirmed once more: %d\n%.3000s", status, body)
				}
			})
		}
	})
}
