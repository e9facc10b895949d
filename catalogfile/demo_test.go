package catalogfile_test

import (
	"bytes"
	"testing"

	"parley"
	"parley/catalogfile"
)

func TestDemoCatalog(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	types := map[string]int{}
	dealTypes := map[parley.DealType]int{}
	report, err := catalogfile.Read(bytes.NewReader(catalogfile.Demo), catalogfile.Options{},
		func(line int, c parley.ProductChange) error {
			p := c.Product
			if ids[p.ID] {
				t.Errorf("line %d: %s is there twice", line, p.ID)
			}
			ids[p.ID] = true
			types[p.InventoryType]++
			for _, d := range p.DealTypes {
				dealTypes[d]++
			}
			if p.BaseCPM == nil || p.FloorCPM == 0 || *p.BaseCPM <= p.FloorCPM {
				t.Errorf("line %d: %s has no room between its price and its floor", line, p.ID)
			}
			if p.Description == "" || len(p.AdFormats) == 0 || len(p.DeviceTypes) == 0 || len(p.GeoTargets) == 0 ||
				len(p.ContentCategories) == 0 {
				t.Errorf("line %d: %s is not described in full", line, p.ID)
			}
			if p.Sells(parley.ProgrammaticGuaranteed) && (p.MinimumImpressions == 0 || p.DailyImpressions == nil) {
				t.Errorf("line %d: %s is guaranteed without a minimum or without capacity", line, p.ID)
			}
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	if report.Products < 28 || report.WarningsTotal > 0 {
		t.Errorf("%d products and %d warnings, want at least 28 and none", report.Products, report.WarningsTotal)
	}
	for _, inventoryType := range []string{"ctv", "video", "display", "audio", "native", "mobile_app"} {
		if types[inventoryType] < 3 {
			t.Errorf("%d products of %s, want at least 3", types[inventoryType], inventoryType)
		}
	}
	for _, d := range parley.DealTypes {
		if dealTypes[d] < 10 {
			t.Errorf("%d products sell as %s, want at least 10", dealTypes[d], d)
		}
	}
}
