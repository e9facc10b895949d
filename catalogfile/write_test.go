package catalogfile_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley"
	"parley/catalogfile"
)

var writers = map[catalogfile.Format]func(io.Writer) catalogfile.Writer{
	catalogfile.CSV:  catalogfile.NewCSVWriter,
	catalogfile.JSON: catalogfile.NewJSONWriter,
}

// written is the file of some products.
func written(format catalogfile.Format, products []parley.Product) (string, error) {
	var file bytes.Buffer
	w := writers[format](&file)
	for _, p := range products {
		if err := w.Write(p); err != nil {
			return "", err
		}
	}
	err := w.Close()
	return file.String(), err
}

// words draws text as it comes out of a file: printable and without white space around it.
func words(t *rapid.T, label string, longest int) string {
	drawn := rapid.StringOfN(rapid.RuneFrom([]rune("aé世 ,;\"'|=+-@\\.#\u00a0\u2028\ufeff")), 0, longest, -1).Draw(t, label)
	return strings.TrimSpace(drawn)
}

func drawProduct(t *rapid.T) parley.Product {
	entries := func(label string) []string {
		entry := rapid.StringMatching(`[A-Za-z0-9=,"-]{1,12}`)
		return rapid.SliceOfNDistinct(entry, 0, 4, rapid.ID[string]).Draw(t, label)
	}
	some := func(list []string) []string {
		if len(list) == 0 {
			return nil
		}
		return list
	}
	p := parley.Product{
		ID:            rapid.StringMatching(`[A-Za-z0-9._:-]{1,128}`).Draw(t, "id"),
		Name:          "N" + words(t, "name", 100),
		Description:   strings.TrimSpace(words(t, "description", 50) + "\n" + words(t, "more", 50)),
		InventoryType: rapid.StringMatching(`[a-z0-9_]{1,40}`).Draw(t, "inventory type"),
		DealTypes: rapid.SliceOfNDistinct(rapid.SampledFrom(parley.DealTypes[:]), 1, 3, rapid.ID[parley.DealType]).
			Draw(t, "deal types"),
		Currency:           rapid.SampledFrom([]parley.Currency{"USD", "JPY", "KWD"}).Draw(t, "currency"),
		MinimumImpressions: rapid.Int64Range(0, parley.MaxImpressions).Draw(t, "minimum"),
		AdFormats:          some(entries("formats")),
		DeviceTypes:        some(entries("devices")),
		GeoTargets:         some(entries("geos")),
		ContentCategories:  some(entries("categories")),
		AudienceSegments:   some(entries("segments")),
		CreativeSpecs: parley.CreativeSpecs{
			Sizes:       some(rapid.SliceOfN(rapid.SampledFrom([]string{"300x250", "1x1"}), 0, 3).Draw(t, "sizes")),
			MaxDuration: rapid.IntRange(0, 60).Draw(t, "longest"), HTTPS: rapid.Bool().Draw(t, "https"),
		}.Normal(),
		Status: rapid.SampledFrom(parley.ProductStatuses[:]).Draw(t, "status"),
	}
	unit := p.Currency.MinorUnit()
	p.FloorCPM = unit * rapid.Int64Range(0, parley.MaxCPM/unit).Draw(t, "floor")
	if rapid.Bool().Draw(t, "priced") {
		p.BaseCPM = new(unit * rapid.Int64Range(max(1, p.FloorCPM/unit), parley.MaxCPM/unit).Draw(t, "base"))
	}
	if rapid.Bool().Draw(t, "capacity declared") {
		p.DailyImpressions = new(rapid.Int64Range(0, parley.MaxImpressions).Draw(t, "daily"))
	}
	return p
}

func TestWhatIsWrittenReadsBack(t *testing.T) {
	t.Parallel()
	for format := range writers {
		t.Run(string(format), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				products := rapid.SliceOfN(rapid.Custom(drawProduct), 0, 4).Draw(t, "products")
				file, err := written(format, products)
				if err != nil {
					t.Fatal(err)
				}
				read, report, err := read(file, catalogfile.Options{})
				if err != nil {
					t.Fatalf("%v in\n%s", err, file)
				}
				if report.Format != format || len(read) != len(products) {
					t.Fatalf("read %d products of the form %s, want %d", len(read), report.Format, len(products))
				}
				for i, p := range products {
					if diff := cmp.Diff(p, read[i].Product); diff != "" {
						t.Fatalf("product %d (-written +read):\n%s\nin\n%s", i, diff, file)
					}
				}
			})
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(header + "ctv-a,\"A, b\",ctv,PG|PD,12.50,9,USD,1000,,video,3|7,US,IAB1,\"x\ny\",paused,243|254\n")
	f.Add("\ufeffid,name,inventory_type,floor_price_cpm,status\r\na,A,linear,9.99,ACTIVE\r\nb,B,ctv,,PAUSED\r\n")
	f.Add(`[{"product_id":"a","name":"\u00e9","inventory_type":"ctv","deal_types":["PA"],"base_cpm":1e1,"geo_targets":[1]}]`)
	f.Add(`{"product_id":"a","name":"A","inventory_type":"ctv","deal_types":["PA"]} {"name":[{}]}`)
	f.Fuzz(func(t *testing.T, file string) {
		products, report, err := read(file, catalogfile.Options{BaseMarkup: 1250})
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without a word")
			}
			return
		}
		if report.Products != len(products) {
			t.Errorf("reported %d products, yielded %d", report.Products, len(products))
		}
		// What is accepted is in its final form: written and read again, it is the same.
		for format := range writers {
			var plain []parley.Product
			for _, p := range products {
				// Prices without a currency are looked at where it is known.
				if base := p.Product.BaseCPM; base != nil && *base%p.Product.Currency.MinorUnit() != 0 ||
					p.Product.FloorCPM%p.Product.Currency.MinorUnit() != 0 {
					continue
				}
				plain = append(plain, p.Product)
			}
			again, err := written(format, plain)
			if err != nil {
				t.Fatal(err)
			}
			reread, _, err := read(again, catalogfile.Options{})
			if err != nil {
				t.Fatalf("%s: %v in\n%s", format, err, again)
			}
			for i, p := range plain {
				if diff := cmp.Diff(p, reread[i].Product); diff != "" {
					t.Fatalf("%s: product %d (-first +second):\n%s", format, i, diff)
				}
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	const rows = 200_000
	csvRow := func(i int) string {
		return fmt.Sprintf("product-%d,Product %d,ctv,PG|PD|PA,12.50,9.00,USD,100000,500000,video,3|7,US|CA,IAB1|IAB17,"+
			"A description of usual length for a product of the catalog,active,243|254\n", i, i)
	}
	jsonRow := func(i int) string {
		return fmt.Sprintf(`{"product_id":"product-%d","name":"Product %d","inventory_type":"ctv","deal_types":["PG","PD",`+
			`"PA"],"base_cpm":12.50,"floor_cpm":9.00,"currency":"USD","minimum_impressions":100000,"daily_impressions":500000,`+
			`"ad_formats":["video"],"device_types":["3","7"],"geo_targets":["US","CA"],"content_categories":["IAB1","IAB17"],`+
			`"description":"A description of usual length for a product of the catalog"}`+"\n", i, i)
	}
	for _, form := range []struct {
		format catalogfile.Format
		begin  string
		row    func(int) string
	}{
		{catalogfile.CSV, header, csvRow},
		{catalogfile.JSON, "", jsonRow},
	} {
		b.Run(string(form.format), func(b *testing.B) {
			var file bytes.Buffer
			file.WriteString(form.begin)
			for i := range rows {
				file.WriteString(form.row(i))
			}
			b.SetBytes(int64(file.Len()))
			b.ReportAllocs()
			for b.Loop() {
				report, err := catalogfile.Read(bytes.NewReader(file.Bytes()), catalogfile.Options{},
					func(int, parley.ProductChange) error { return nil })
				if err != nil || report.Products != rows {
					b.Fatalf("%d products, %v", report.Products, err)
				}
			}
		})
	}
}
