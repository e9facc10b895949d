package dealsapi_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"parley"
	"parley/activation"
)

var update = flag.Bool("update", false, "write the present documents")

// TestDocumentsAreGolden has the receiver take what is pushed of each kind of deal, and holds that against what it was.
func TestDocumentsAreGolden(t *testing.T) {
	t.Parallel()
	kind := func(is parley.DealType) func(*activation.Want) {
		return func(w *activation.Want) { w.Deal.DealType = is }
	}
	mapped := func(w *activation.Want) {
		w.Mappings = map[parley.MappingAbout]json.RawMessage{parley.MapsProduct: json.RawMessage(
			`{"auxdata": 3, "pubcount": 2, "devicetype": [3, 7], "sitedomains": ["north.example"], "appbundles": ["tv.north"], "cat": ["IAB17"], "cattax": 1}`)}
	}
	for name, c := range map[string]struct {
		settings string
		want     activation.Want
	}{
		"guaranteed":      {`, "seller": "north.example", "seller_name": "North"`, want()},
		"preferred":       {`, "any_seat": true`, want(kind(parley.PreferredDeal))},
		"private_auction": {``, want(kind(parley.PrivateAuction))},
		"inventory":       {`, "static_inventory": true`, want(mapped)},
		"paused":          {``, want(func(w *activation.Want) { w.Intent, w.Revision = parley.IntentPause, 2 })},
		"ended":           {``, want(func(w *activation.Want) { w.Intent, w.Revision = parley.IntentEnd, 3 })},
	} {
		d := open(t, c.settings)
		if _, err := d.Update(t.Context(), d.account, dealID, d.step(c.want)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		there, _ := d.receiver.Deal(dealID)
		text, err := json.MarshalIndent(json.RawMessage(there.Body), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, '\n')
		file := filepath.Join("testdata", name+".json")
		if *update {
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if golden, err := os.ReadFile(file); err != nil || string(golden) != string(text) {
			t.Errorf("%s, %v: pushed is\n%s", name, err, text)
		}
	}
}
