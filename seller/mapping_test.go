package seller_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"parley"
	"parley/activation"
	"parley/activation/filedrop"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestAPlatformHasOneMapping maps a platform under several of its spellings: each changes the one that there is.
func TestAPlatformHasOneMapping(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDeskWith(t, store, seller.Parts{Adapters: []activation.Adapter{filedrop.New(t.TempDir())}}, seller.DefaultSettings())
		ctx, here := t.Context(), seller.Terminal("test")
		var made parley.Destination
		destination := seller.DestinationRequest{Kind: filedrop.Kind, Name: "one", Settings: json.RawMessage(`{"folder": "one"}`)}
		if _, err := d.service.CreateDestination(ctx, here, destination, keep(&made)); err != nil {
			t.Fatal(err)
		}
		to := made.ID
		for i, name := range []string{"The Trade Desk", "ttd", "TheTradeDesk", "dv360"} {
			request := seller.MappingRequest{About: parley.MapsDSP, Name: name, Refs: json.RawMessage(fmt.Sprintf(`{"name": "%d"}`, i))}
			if i > 0 && i < 3 {
				request.Version = new(int64)
				*request.Version = int64(i)
			}
			if _, err := d.service.SetMapping(ctx, here, to, request, keep(new(parley.Mapping))); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		found, err := d.service.Mappings(ctx, here, seller.MappingFilter{DestinationID: to, Page: seller.Page{Limit: 10}})
		if err != nil || len(found.Items) != 2 || found.Items[0].Version != 3 || found.Items[0].Name != "the trade desk" {
			t.Errorf("there are %+v (%v)", found.Items, err)
		}
	})
}
