package catalogfile_test

import (
	"strings"
	"testing"

	"parley"
	"parley/catalogfile"
)

func TestPricesAreOfWholeMinorUnits(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ currency, base, floor, column, step string }{
		{"USD", "12.345", "1", "base_cpm", "0.01 USD"},
		{"USD", "12.34", "1.001", "floor_cpm", "0.01 USD"},
		{"JPY", "2900.5", "1000", "base_cpm", "1 JPY"},
		{"JPY", "2900", "1000.1", "floor_cpm", "1 JPY"},
		{"KWD", "1.2345", "1", "base_cpm", "0.001 KWD"},
	} {
		_, _, err := read("product_id,name,inventory_type,deal_types,base_cpm,floor_cpm,currency\np,P,ctv,PD,"+
			row.base+","+row.floor+","+row.currency+"\n", catalogfile.Options{})
		if err == nil || !strings.Contains(err.Error(), "column "+row.column+": must be a whole number of "+row.step) {
			t.Errorf("%+v: %v", row, err)
		}
	}
	if _, _, err := read("product_id,name,inventory_type,deal_types,base_cpm,floor_cpm,currency\np,P,ctv,PD,1.234,1.2,KWD\n", catalogfile.Options{}); err != nil {
		t.Errorf("three digits are the dinar's own: %v", err)
	}
}

func TestFloorsOfAnotherSystemAreRaisedToAPrice(t *testing.T) {
	t.Parallel()
	file := strings.Replace(iabFile, "10.25", "10.2501", 1)
	got, report, err := read(file, catalogfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if floor := got[0].Product.FloorCPM; floor != 10_260_000 || *got[0].Product.BaseCPM != floor {
		t.Errorf("the floor of 10.2501 is %s", parley.FormatMicros(floor, 2))
	}
	if first := report.Warnings[0]; first.Line != 2 || !strings.Contains(first.Message, "raised to 10.26") {
		t.Errorf("warned of %+v", report.Warnings)
	}
}
