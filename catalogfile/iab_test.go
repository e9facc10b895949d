package catalogfile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/catalogfile"
)

const iabFile = `id,name,parent_id,status,sizes,ad_formats,device_types,inventory_type,content_categories,floor_price_cpm,currency,geo_targets,description,note
slot-a,Slot A,,ACTIVE,1920x1080,video,3|7,ctv,IAB17|IAB17-2,10.25,USD,US,First slot,x
slot-b,Slot B,slot-a,ARCHIVED,,video,,ctv,,,USD,,,
slot-e,Slot E,,On hold,,,,audio,,1,,,,
slot-c,Slot C,,active,,video,,linear,,333,JPY,JP,,
slot-d,Slot D,,,,banner,,display,,,,,,
`

func TestReadIABInventory(t *testing.T) {
	t.Parallel()
	all := []parley.DealType{parley.ProgrammaticGuaranteed, parley.PreferredDeal, parley.PrivateAuction}
	want := func(baseA, baseC, baseE int64) []placed {
		return []placed{
			{2, parley.Product{ID: "slot-a", Name: "Slot A", Description: "First slot", InventoryType: "ctv", DealTypes: all,
				BaseCPM: &baseA, FloorCPM: 10_250_000, Currency: "USD", AdFormats: []string{"video"},
				DeviceTypes: []string{"3", "7"}, GeoTargets: []string{"US"}, ContentCategories: []string{"IAB17", "IAB17-2"},
				Status: parley.ProductActive}},
			{3, parley.Product{ID: "slot-b", Name: "Slot B", InventoryType: "ctv", DealTypes: all, Currency: "USD",
				AdFormats: []string{"video"}, Status: parley.ProductRetired}},
			{4, parley.Product{ID: "slot-e", Name: "Slot E", InventoryType: "audio", DealTypes: all, BaseCPM: &baseE,
				FloorCPM: 1_000_000, Currency: "USD", Status: parley.ProductPaused}},
			{5, parley.Product{ID: "slot-c", Name: "Slot C", InventoryType: "linear", DealTypes: all, BaseCPM: &baseC,
				FloorCPM: 333_000_000, Currency: "JPY", AdFormats: []string{"video"}, GeoTargets: []string{"JP"},
				Status: parley.ProductActive}},
			{6, parley.Product{ID: "slot-d", Name: "Slot D", InventoryType: "display", DealTypes: all, Currency: "USD",
				AdFormats: []string{"banner"}, Status: parley.ProductActive}},
		}
	}
	tests := []struct {
		name   string
		markup parley.BasisPoints
		want   []placed
	}{
		{"sells at its floor", 0, want(10_250_000, 333_000_000, 1_000_000)},
		// 10.25 x 1.10 = 11.275 and 333 x 1.10 = 366.3, each to the coin of its currency.
		{"marked up and rounded half up", 1000, want(11_280_000, 366_000_000, 1_100_000)},
		// 10.25 x 1.0004 = 10.2541 rounds down to the floor.
		{"never below the floor", 4, want(10_250_000, 333_000_000, 1_000_000)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, report, err := read(iabFile, catalogfile.Options{BaseMarkup: test.markup})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("products (-want +got):\n%s", diff)
			}
			wantReport := catalogfile.Report{
				Format: catalogfile.IAB, Products: 5, WarningsTotal: 4,
				Warnings: []catalogfile.Problem{
					{Line: 3, Column: "floor_price_cpm",
						Message: "without a floor the product has no price until the rate card sets one"},
					{Line: 4, Column: "status", Message: `is not ACTIVE: the product is paused (was "On hold")`},
					{Line: 5, Column: "inventory_type",
						Message: "linear television is not traded: the product is kept, and offered to nobody"},
					{Line: 6, Column: "floor_price_cpm",
						Message: "without a floor the product has no price until the rate card sets one"},
				},
			}
			if diff := cmp.Diff(wantReport, report); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMarkupMustNotBeNegative(t *testing.T) {
	t.Parallel()
	if _, _, err := read(iabFile, catalogfile.Options{BaseMarkup: -1}); !parley.Is(err, parley.CodeValidation) {
		t.Errorf("a negative markup is answered with %v", err)
	}
}

func TestMarkupMustNotLeaveTheRange(t *testing.T) {
	t.Parallel()
	file := "id,name,inventory_type,floor_price_cpm\np,P,ctv,900000\n"
	_, _, err := read(file, catalogfile.Options{BaseMarkup: 5000})
	const want = "line 2, column floor_price_cpm: with its markup must not be more than 1000000"
	if err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}
