package console_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley"
	"parley/activation"
	"parley/activation/dealsapi"
	"parley/activation/filedrop"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestActivationsNeedAPerson shows what cannot go on by itself, and has each mended on its page, on both stores.
func TestActivationsNeedAPerson(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		b := w.signedIn(w.approver)
		_, body := b.get("/console/activations")
		for _, says := range []string{
			"Set it up there as it was sent", "Its trigger came", w.deal.ID, "Ad server", "North DSP",
			`action="/console/activations/` + w.activationOf(w.deal.ID, w.held.ID).ID + `/release"`,
		} {
			if !strings.Contains(body, says) {
				t.Errorf("the list does not say %q\n%.4000s", says, body)
			}
		}
		path := "/activations/" + w.waiting.ID
		if _, body = b.get("/console" + path); !strings.Contains(body, "ctv/sports") || !strings.Contains(body, "is so") {
			t.Errorf("the page does not say what was sent\n%.4000s", body)
		}
		if status, body := b.submit("/console"+path+"/acknowledge", url.Values{}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "must say what the deal is called there") {
			t.Errorf("without a name: %d\n%.3000s", status, body)
		}
		if status, body := b.submit("/console"+path+"/acknowledge", url.Values{"ref": {"Line 4711"}}); status != http.StatusOK || !strings.Contains(body, "Line 4711") || !strings.Contains(body, ">live<") {
			t.Errorf("acknowledged: %d\n%.3000s", status, body)
		}
		if status, body := b.submit("/console"+path+"/pause", url.Values{}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "is asked for") {
			t.Errorf("paused without a reason: %d\n%.3000s", status, body)
		}
		if status, body := b.submit("/console"+path+"/pause", url.Values{"reason": {"A new creative"}}); status != http.StatusOK || !strings.Contains(body, "rest there") || !strings.Contains(body, path+"/resume") {
			t.Errorf("paused: %d\n%.3000s", status, body)
		}
		w.send()
		if _, body := b.get("/console" + path); strings.Contains(body, "What to enter there") {
			t.Errorf("what is there is to be made by hand\n%.3000s", body)
		}
		held := "/console/activations/" + w.activationOf(w.deal.ID, w.held.ID).ID
		if _, body := b.get(held); !strings.Contains(body, held+"/sheet.csv") {
			t.Errorf("what is not there yet cannot be made by hand\n%.3000s", body)
		}
		if _, sheet := b.get(held + "/sheet.csv"); !strings.HasPrefix(sheet, "step,field,value") || !strings.Contains(sheet, w.deal.ID) {
			t.Errorf("what is to be entered: %.600s", sheet)
		}
		if status, body := b.submit("/console"+path+"/resume", url.Values{}); status != http.StatusOK || strings.Contains(body, path+"/resume") {
			t.Errorf("resumed: %d\n%.3000s", status, body)
		}
		w.send()
		if status, body := b.submit("/console"+path+"/acknowledge", url.Values{}); status != http.StatusOK || !strings.Contains(body, ">live<") {
			t.Errorf("acknowledged again: %d\n%.3000s", status, body)
		}
		if status, body := b.submit("/console"+path+"/withdraw", url.Values{}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "is asked for") {
			t.Errorf("without a reason: %d\n%.3000s", status, body)
		}
		if status, body := b.submit("/console"+path+"/withdraw", url.Values{"reason": {"It moves"}}); status != http.StatusOK || !strings.Contains(body, "not applied yet") {
			t.Errorf("withdrawn: %d\n%.3000s", status, body)
		}
		w.send()
		if _, body := b.get("/console" + path); !strings.Contains(body, "End it there") {
			t.Errorf("what is to end does not say so\n%.3000s", body)
		}
		if status, body := b.submit("/console"+path+"/acknowledge", url.Values{}); status != http.StatusOK || !strings.Contains(body, ">withdrawn<") {
			t.Errorf("ended: %d\n%.3000s", status, body)
		}
	})
}

// TestAPersonChoosesOnThePage has two things look like a deal's, and a person choose one of them.
func TestAPersonChoosesOnThePage(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		err := store.Tx(t.Context(), func(tx *storage.Tx) error {
			a, err := tx.Activation(w.waiting.ID).Get(t.Context())
			if err != nil {
				return err
			}
			failure := activation.Failure(activation.Several("sheet", []activation.Remote{{Ref: "line/1"}, {Ref: "line/2"}}))
			a.Status, a.NextAttemptAt, a.Failure = parley.ActivationFailed, nil, &failure
			tx.UpdateActivation(a, a.Fence)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		path := "/console/activations/" + w.waiting.ID
		if _, body := w.signedIn(w.viewer).get(path); !strings.Contains(body, "line/2") || strings.Contains(body, "/adopt") {
			t.Errorf("a viewer is shown\n%.4000s", body)
		}
		b := w.signedIn(w.approver)
		if _, body := b.get(path); !strings.Contains(body, "Choose the one that is the deal&#39;s") || !strings.Contains(body, `name="ref" value="line/2"`) {
			t.Errorf("the page does not have one choose\n%.4000s", body)
		}
		if status, body := b.submit(path+"/adopt", url.Values{"ref": {"line/3"}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "one of those that were found") {
			t.Errorf("another is chosen: %d\n%.3000s", status, body)
		}
		if status, body := b.submit(path+"/adopt", url.Values{"ref": {"line/2"}}); status != http.StatusOK || !strings.Contains(body, ">queued<") {
			t.Errorf("chosen: %d\n%.3000s", status, body)
		}
		if status, _ := b.submit(path+"/adopt", url.Values{"ref": {"line/2"}}); status != http.StatusConflict {
			t.Errorf("chosen twice: %d", status)
		}
	})
}

// TestAFailureLeadsToItsRepair has a deal fail for want of a seat, mends the destination by its form, and tries again.
func TestAFailureLeadsToItsRepair(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	to := w.destination(seller.DestinationRequest{
		Kind: dealsapi.Kind, Name: "South DSP", Trigger: parley.TriggerDealBooked,
		Settings: json.RawMessage(`{"push_url": "http://127.0.0.1:9/south", "origin": "northlight.example", "auth": "bearer"}`),
	})
	deal := w.book(w.buyer, w.quoteFor("ctv-drama-premiere"), "")
	w.send()
	b := w.signedIn(w.admin)
	path := "/activations/" + w.activationOf(deal.ID, to.ID).ID
	if _, body := b.get("/console" + path); !strings.Contains(body, "Set another credential") || !strings.Contains(body, "/console/destinations/"+to.ID+"#credential") {
		t.Fatalf("no way to the credential\n%.4000s", body)
	}
	if _, body := b.get("/console/destinations/" + to.ID); !strings.Contains(body, `name="credential"`) {
		t.Errorf("no form of the credential\n%.3000s", body)
	}
	secret := "a-secret-of-the-test"
	status, body := b.submit("/console/destinations/"+to.ID+"/credential", url.Values{"credential": {secret}})
	if status != http.StatusUnprocessableEntity || strings.Contains(body, secret) {
		t.Errorf("without a key that seals: %d\n%.3000s", status, body)
	}
	values := url.Values{"name": {"South DSP"}, "settings.push_url": {"south"}, "settings.origin": {"northlight.example"}, "settings.accepted_when": {"PG=3, four"}, "trigger": {"deal_booked"}, "release": {"automatic"}}
	if status, body := b.submit("/console/destinations/"+to.ID, values); status != http.StatusUnprocessableEntity || !strings.Contains(body, `id="f-settings.accepted_when-error"`) {
		t.Errorf("settings that are wrong: %d\n%.3000s", status, body)
	}
	values.Set("settings.accepted_when", "PG=3, 4\nPX=3")
	status, body = b.submit("/console/destinations/"+to.ID, values)
	for _, field := range []string{"push_url", "accepted_when"} {
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, `id="f-settings.`+field+`-error"`) {
			t.Errorf("the %s is wrong: %d\n%.9000s", field, status, body)
		}
	}
	values.Set("settings.push_url", "http://127.0.0.1:9/south")
	values.Set("settings.accepted_when", "PG=3, 4\nPD=1")
	if status, body := b.submit("/console/destinations/"+to.ID, values); status != http.StatusOK || !strings.Contains(body, "It holds for what is sent from now on") {
		t.Errorf("settings: %d\n%.3000s", status, body)
	}
	if status, body := b.submit("/console/destinations/"+to.ID+"/pause", url.Values{"reason": {"They move house"}}); status != http.StatusOK || !strings.Contains(body, "They move house") {
		t.Errorf("pause: %d\n%.3000s", status, body)
	}
	if _, body := b.get("/console/activations"); !strings.Contains(body, "The destination is paused: They move house") {
		t.Errorf("the list does not say that it is paused\n%.5000s", body)
	}
	if status, body := b.submit("/console/destinations/"+to.ID+"/resume", url.Values{}); status != http.StatusOK || strings.Contains(body, "They move house.") {
		t.Errorf("resume: %d\n%.3000s", status, body)
	}
	if status, body := b.submit("/console"+path+"/retry", url.Values{}); status != http.StatusOK || !strings.Contains(body, "It is tried again now") {
		t.Errorf("retry: %d\n%.3000s", status, body)
	}
	// What a deal was for stays, and the page says what to do instead.
	if status, body := b.submit("/console/destinations/"+to.ID+"/remove", url.Values{}); status != http.StatusConflict || !strings.Contains(body, "Pause it instead") || !strings.Contains(body, "<h1>South DSP") {
		t.Errorf("remove: %d\n%.3000s", status, body)
	}
	if status, body := b.get("/console/destinations/" + to.ID); status != http.StatusOK || !strings.Contains(body, "<h1>South DSP") {
		t.Errorf("it is gone: %d\n%.3000s", status, body)
	}
}

// TestMappingsByForm maps a product by the fields of the destination's kind, and refuses what the kind cannot read.
func TestMappingsByForm(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	at := "/console/destinations/" + w.sheets.ID
	if _, body := b.get("/console/mappings"); !strings.Contains(body, at[len("/console"):]+"/mapping?about=product&amp;name=ctv-drama-premiere") {
		t.Errorf("the product without a mapping is not there\n%.4000s", body)
	}
	if _, body := b.get(at + "/mapping?about=product&name=ctv-sports-live"); !strings.Contains(body, ">ctv/sports</textarea>") || !strings.Contains(body, `value="15, 30"`) || !strings.Contains(body, ">pos=1</textarea>") {
		t.Errorf("the form does not hold what is mapped\n%.4000s", body)
	}
	form := url.Values{
		"about": {"product"}, "name": {"ctv-drama-premiere"}, "refs.ad_units": {"ctv/drama\nctv/more"}, "refs.sizes": {"1920x1080"},
		"refs.durations": {"15, x"}, "refs.key_values": {"pos"},
	}
	if status, body := b.submit(at+"/mapping", form); status != http.StatusUnprocessableEntity || !strings.Contains(body, "must be whole numbers") || !strings.Contains(body, "name=value") {
		t.Errorf("what cannot be read: %d\n%.4000s", status, body)
	}
	form.Set("refs.durations", "-15")
	form.Set("refs.key_values", "pos=1")
	if status, body := b.submit(at+"/mapping", form); status != http.StatusUnprocessableEntity || !strings.Contains(body, `id="f-refs.durations-error"`) {
		t.Errorf("a duration that is none: %d\n%.4000s", status, body)
	}
	form.Set("refs.durations", "15, 30")
	if status, body := b.submit(at+"/mapping", form); status != http.StatusOK || !strings.Contains(body, "ctv/drama") {
		t.Errorf("mapped: %d\n%.4000s", status, body)
	}
	found := must[seller.Listing[parley.Mapping]](t)(w.service.Mappings(context.Background(), seller.Terminal("test"),
		seller.MappingFilter{DestinationID: w.sheets.ID, Name: "ctv-drama-premiere", Page: seller.Page{Limit: 1}}))
	if want := `{"ad_units":["ctv/drama","ctv/more"],"durations":[15,30],"key_values":{"pos":"1"},"sizes":["1920x1080"]}`; len(found.Items) != 1 || string(found.Items[0].Refs) != want {
		t.Errorf("kept %s, want %s", found.Items[0].Refs, want)
	}
	if _, body := b.get(at + "/mappings"); strings.Contains(body, `<li><a href="/console/destinations/`+w.sheets.ID+`/mapping?about=product&amp;name=ctv-drama-premiere`) {
		t.Error("it is still among those without a mapping")
	}
	made := url.Values{"kind": {filedrop.Kind}, "name": {"Print"}, "settings.folder": {"print"}, "settings.columns": {"deal_id\naction\ncpm=Rate"}, "trigger": {"manual"}, "release": {"person"}, "required": {"on"}, "match.deal_types": {"pg"},
		"billing_source": {"ad server"}, "requests_per_minute": {"30"}, "sends": {"3"}}
	if status, body := b.submit("/console/destinations/new", made); status != http.StatusOK || !strings.Contains(body, "<h1>Print") || !strings.Contains(body, `name="match.deal_types" value="PG"`) || !strings.Contains(body, ">deal_id\naction\ncpm=Rate</textarea>") {
		t.Errorf("made: %d\n%.4000s", status, body)
	}
	if _, body := b.get("/console/destinations"); strings.Count(body, ">Print<") != 1 {
		t.Errorf("the list: %.3000s", body)
	}
	for _, d := range must[seller.Listing[parley.Destination]](t)(w.service.Destinations(context.Background(), seller.Terminal("test"), seller.DestinationFilter{Page: seller.Page{Limit: 10}})).Items {
		if d.Name == "Print" && (d.BillingSource != "ad server" || d.RequestsPerMinute != 30 || d.Sends != 3) {
			t.Errorf("kept %+v", d)
		}
	}
	made.Set("sends", "33")
	made.Set("name", "Too much")
	if status, body := b.submit("/console/destinations/new", made); status != http.StatusUnprocessableEntity || !strings.Contains(body, `id="f-sends-error"`) {
		t.Errorf("33 at a time: %d\n%.4000s", status, body)
	}
	made.Set("sends", "3")
	made.Set("match.product_ids", "ctv-drama-premiere, ctv-drama-premiera")
	if status, body := b.submit("/console/destinations/new", made); status != http.StatusUnprocessableEntity || !strings.Contains(body, `id="f-match.product_ids-error"`) {
		t.Errorf("a product that there is not: %d\n%.4000s", status, body)
	}
	if status, body := b.submit(at+"/check", url.Values{}); status != http.StatusOK || !strings.Contains(body, "It can be sent to") {
		t.Errorf("check: %d\n%.4000s", status, body)
	}
}
