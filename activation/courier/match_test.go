package courier_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/activation"
	"parley/activation/filedrop"
	"parley/seller"
)

// TestADestinationIsForSeatsThatThereCanBe names what no deal has as its seat, so that nothing would ever be sent.
func TestADestinationIsForSeatsThatThereCanBe(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		for _, seat := range []string{"*", "", " ", "a,b", "a;b", "a|b", "a b", "a\x00"} {
			_, err := d.service.CreateDestination(context.Background(), d.admin, seller.DestinationRequest{
				Kind: filedrop.Kind, Name: "drop", Match: parley.DestinationMatch{SeatIDs: []string{"seat-1", seat}},
			}, keep(new(parley.Destination)))
			var refused *parley.Error
			if !errors.As(err, &refused) || len(refused.Fields) != 1 || refused.Fields[0].Path != "match.seat_ids" {
				t.Errorf("%q: %v, want one refusal of match.seat_ids", seat, err)
			}
		}
		var made parley.Destination
		if _, err := d.service.CreateDestination(context.Background(), d.admin, seller.DestinationRequest{
			Kind: filedrop.Kind, Name: "drop", Match: parley.DestinationMatch{SeatIDs: []string{" Seat-1 "}},
		}, keep(&made)); err != nil || len(made.Match.SeatIDs) != 1 || made.Match.SeatIDs[0] != "seat-1" {
			t.Errorf("%+v (%v), want seat-1", made.Match, err)
		}
	})
}

// TestADestinationIsForWhatThereIs names what nothing in the catalog is called: no deal would ever be sent, and nobody would hear of it.
func TestADestinationIsForWhatThereIs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		to := d.destination(filedrop.Kind, func(r *seller.DestinationRequest) { r.Match.ProductIDs = []string{" VIDEO "} })
		replaced := func(match parley.DestinationMatch) error {
			_, err := d.service.ChangeDestination(t.Context(), d.admin, to.ID, nil, seller.DestinationRequest{Name: to.Name, Match: match}, keep(&to))
			return err
		}
		for name, c := range map[string]struct {
			match parley.DestinationMatch
			path  string // of what is refused; empty: nothing
			words string
		}{
			"a product":                {parley.DestinationMatch{ProductIDs: []string{"video", "vdeo"}}, "match.product_ids", `there is no product "vdeo"`},
			"a product nearly":         {parley.DestinationMatch{ProductIDs: []string{"video-1"}}, "match.product_ids", `did you mean "video"?`},
			"a kind of inventory":      {parley.DestinationMatch{InventoryTypes: []string{"vidoe"}}, "match.inventory_types", `did you mean "video"?`},
			"what is not traded":       {parley.DestinationMatch{InventoryTypes: []string{"Linear TV"}}, "match.inventory_types", "linear television"},
			"a kind of later products": {parley.DestinationMatch{InventoryTypes: []string{" Audio"}}, "", ""},
			"other capitals":           {parley.DestinationMatch{InventoryTypes: []string{"VIDEO"}, ProductIDs: []string{"Video"}}, "", ""},
		} {
			_, err := d.service.CreateDestination(t.Context(), d.admin, seller.DestinationRequest{Kind: adServerKind, Name: name, Match: c.match}, keep(new(parley.Destination)))
			_, preview := d.service.PreviewDestination(t.Context(), d.admin, to.ID, seller.DestinationRequest{Name: to.Name, Match: c.match})
			for how, err := range map[string]error{"made": err, "replaced": replaced(c.match), "previewed": preview} {
				var refused *parley.Error
				if errors.As(err, &refused); c.path == "" && err != nil || c.path != "" && (refused == nil || refused.Code != parley.CodeValidation ||
					len(refused.Fields) != 1 || refused.Fields[0].Path != c.path || !strings.Contains(refused.Fields[0].Message, c.words)) {
					t.Errorf("%s, %s: %v, want %s %s", name, how, err, c.path, c.words)
				}
			}
		}
	})
}

// TestACheckTellsOfNamesThatNobodyHas names seats, platforms and parties that no buyer brings yet: one may, so that nothing is refused.
func TestACheckTellsOfNamesThatNobodyHas(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "at a platform", Identity: parley.Identity{SeatID: "seat-2", DSPPlatform: "North DSP"}})
		to := d.destination(filedrop.Kind, func(r *seller.DestinationRequest) {
			r.Match.SeatIDs = []string{"Seat-1", "seat-2", "seat-l"}
			r.Match.DSPPlatforms = []string{"The Trade Desk", "north-dsp", "Nroth DSP"}
		})
		for about, names := range map[parley.MappingAbout][]string{
			parley.MapsSeat: {"seat-1", "seat-3"}, parley.MapsAgency: {"ACME", "acne"}, parley.MapsAdvertiser: {"brand"}, parley.MapsDSP: {"ttd", "tdd"},
		} {
			for _, name := range names {
				_, err := d.service.SetMapping(t.Context(), d.admin, to.ID, seller.MappingRequest{About: about, Name: name, Refs: []byte(`{"name": "x"}`)},
					keep(new(parley.Mapping)))
				d.must(err)
			}
		}
		findings, err := d.service.CheckDestination(t.Context(), d.admin, to.ID)
		d.must(err)
		for field, names := range map[string][]string{
			"match.seat_ids": {`"seat-l"`}, "match.dsp_platforms": {`"nroth dsp"`}, "mappings.seat": {`"seat-3"`}, "mappings.agency": {`"acne"`},
			"mappings.advertiser": {`"brand"`}, "mappings.dsp": {`"tdd"`},
		} {
			var found []activation.Finding
			for _, f := range findings {
				if f.Field == field {
					found = append(found, f)
				}
			}
			if len(found) != 1 || found[0].Problem || strings.Count(found[0].Text, `"`) != 2*len(names) ||
				slices.ContainsFunc(names, func(name string) bool { return !strings.Contains(found[0].Text, name) }) {
				t.Errorf("%s: %+v, want %v", field, found, names)
			}
		}
	})
}
