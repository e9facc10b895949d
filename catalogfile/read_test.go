package catalogfile_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/catalogfile"
)

const header = "product_id,name,inventory_type,deal_types,base_cpm,floor_cpm,currency,minimum_impressions," +
	"daily_impressions,ad_formats,device_types,geo_targets,content_categories,description,status,audience_segments\n"

// placed is a product and the line that it came with.
type placed struct {
	Line    int
	Product parley.Product
}

func read(file string, options catalogfile.Options) ([]placed, catalogfile.Report, error) {
	var products []placed
	report, err := catalogfile.Read(strings.NewReader(file), options, func(line int, c parley.ProductChange) error {
		products = append(products, placed{line, c.Product})
		return nil
	})
	return products, report, err
}

func TestReadProducts(t *testing.T) {
	t.Parallel()
	sports := parley.Product{
		ID: "ctv-sports", Name: "Sports, live", Description: "First line\nsecond line", InventoryType: "ctv",
		DealTypes: []parley.DealType{parley.ProgrammaticGuaranteed, parley.PrivateAuction},
		BaseCPM:   new(int64(42_500_000)), FloorCPM: 30_000_000, Currency: "EUR",
		MinimumImpressions: 100_000, DailyImpressions: new(int64(900_000)),
		AdFormats: []string{"video"}, DeviceTypes: []string{"3", "7"}, GeoTargets: []string{"DE", "AT"},
		ContentCategories: []string{"IAB17"}, Status: parley.ProductPaused, AudienceSegments: []string{"243", "1001"},
		CreativeSpecs: &parley.CreativeSpecs{Sizes: []string{"640x480"}, MaxDuration: 30},
	}
	bare := parley.Product{
		ID: "house", Name: "House", InventoryType: "display", DealTypes: []parley.DealType{parley.PreferredDeal},
		Currency: parley.USD, Status: parley.ProductActive,
	}
	fullCSV := strings.TrimSuffix(header, "\n") + ",creative_specs\n" +
		`ctv-sports,"Sports, live",CTV,PG|private_auction,42.50,30,eur,100000,900000,video,3|7,DE|AT,IAB17,"First line` +
		"\nsecond line\",Paused,243| 1001|243,\"{\"\"max_duration\"\": 30, \"\"sizes\"\": [\"\"640x480\"\"]}\"\n" +
		"house,House,display,PD,,,,,,,,,,,,,\n"
	tests := []struct {
		name   string
		file   string
		format catalogfile.Format
		want   []placed
	}{
		{"every column", fullCSV, catalogfile.CSV, []placed{{2, sports}, {4, bare}}},
		{"a byte order mark and CRLF", "\ufeff" + strings.ReplaceAll(fullCSV, "\n", "\r\n"), catalogfile.CSV,
			[]placed{{2, sports}, {4, bare}}},
		{
			"the required columns, in another order, spaced and repeated",
			"Name , deal_types,inventory_type,product_id\n\n House , PD | |preferred_deal,display,house\n,,,\n", catalogfile.CSV,
			[]placed{{3, bare}},
		},
		{"a header alone", header, catalogfile.CSV, nil},
		{
			"a JSON array",
			"\n[\n" + `{"product_id": "ctv-sports", "name": "Sports, live", "inventory_type": "ctv",
			  "deal_types": ["PG", "PA"], "base_cpm": 42.50, "floor_cpm": "30", "currency": "EUR",
			  "minimum_impressions": 100000, "daily_impressions": "900000", "ad_formats": ["video"],
			  "device_types": [3, "7"], "geo_targets": ["DE", "A\u0054"], "content_categories": ["IAB17"],
			  "description": "First line\nsecond line", "status": "paused", "audience_segments": [243, "1001"],
			  "creative_specs": {"sizes": ["640x480"], "max_duration": 30}},` + "\n" +
				`{"product_id":"house","name":"House","inventory_type":"display","deal_types":["PD"],"base_cpm":null}]`,
			catalogfile.JSON,
			[]placed{{3, sports}, {9, bare}},
		},
		{
			"JSON lines",
			`{"product_id":"house","name":"House","inventory_type":"display","deal_types":["PD"]}` + "\n\n" +
				`{"deal_types":["PD"],"inventory_type":"display","name":"House","product_id":"house"}` + "\n",
			catalogfile.JSON,
			[]placed{{1, bare}, {3, bare}},
		},
		{"an empty JSON array", "[ ]\n", catalogfile.JSON, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, report, err := read(test.file, catalogfile.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("products (-want +got):\n%s", diff)
			}
			if report.Format != test.format || report.Products != len(test.want) {
				t.Errorf("report = %+v, want the form %s and %d products", report, test.format, len(test.want))
			}
		})
	}
}

func TestReadNamesEveryProblem(t *testing.T) {
	t.Parallel()
	const short = "product_id,name,inventory_type,deal_types"
	object := func(members string) string {
		return `{"product_id":"p","name":"P","inventory_type":"ctv","deal_types":["PG"],` + members + `}`
	}
	tests := []struct {
		name string
		file string
		want string
	}{
		{"nothing", "", "line 1: the file is empty: it must begin with a header of column names"},
		{
			"an unknown column",
			short + ",colour\np,P,ctv,PG,red\n",
			`line 1: unknown column "colour": use ` + strings.ReplaceAll(strings.TrimSpace(header), ",", ", ") + ", creative_specs",
		},
		{"an unknown JSON member", object(`"\u001b[2J":1`), `line 1: unknown column "\x1b[2J": use ` +
			strings.ReplaceAll(strings.TrimSpace(header), ",", ", ") + ", creative_specs"},
		{"another encoding", "\xff\xfep\x00r\x00", "line 1: the file must be UTF-8 text"},
		{"a column twice", short + ",name\n", "line 1, column name: is in the header twice"},
		{
			"columns missing",
			"name,inventory_type\n",
			"line 1, column product_id: is missing in the header",
		},
		{
			"semicolons",
			"product_id;name\n",
			`line 1: columns must be separated by commas (was "product_id;name")`,
		},
		{
			"all that can be wrong with a row, and the row after it",
			header + "a b,,C-TV,XX,abc,-1,ZZZ,1.5,-3,,,,," + strings.Repeat("x", 2001) + ",sold,\n" +
				"p,P,ctv,,0,1.2345678,USD,1000000000001,99999999999999999999,a|b,,,,,,\n" +
				"q,Q,ctv,PG,9.00,10.00,USD,,,,,,,,,\n" +
				"r,R,ctv,PG,1000000.01,,USD,,,,,,,,,\n",
			`line 2, column product_id: must be 1 to 128 letters, digits and . _ : - (was "a b")
line 2, column name: must not be empty
line 2, column description: must not be longer than 2000 characters (was "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...")
line 2, column inventory_type: must be 1 to 40 letters, digits and _, such as ctv or mobile_app (was "C-TV")
line 2, column currency: must be an ISO 4217 currency such as USD (was "ZZZ")
line 2, column floor_cpm: must not be negative (was "-1")
line 2, column status: must be active, paused or retired (was "sold")
line 2, column deal_types: must be of PG, PD and PA, or their long forms (was "XX")
line 2, column base_cpm: must be a decimal number such as 12.50 (was "abc")
line 2, column minimum_impressions: must be a whole number such as 100000 (was "1.5")
line 2, column daily_impressions: must not be negative (was "-3")
line 3, column floor_cpm: must not have more than six decimal places (was "1.2345678")
line 3, column deal_types: must name at least one of PG, PD and PA
line 3, column base_cpm: must be more than 0, or empty for a product without a price of its own
line 3, column minimum_impressions: must not be more than 1000000000000 (was "1000000000001")
line 3, column daily_impressions: must not be more than 1000000000000 (was "99999999999999999999")
line 4, column base_cpm: must not be below the floor of 10.00 (was "9.00")
line 5, column base_cpm: must not be more than 1000000 (was "1000000.01")`,
		},
		{
			"texts that no store keeps",
			header + "p,\"a\x00b\",ctv,PG,,,,,,\"v\x01\",,,,,,\nq,a\xffb,ctv,PG,,,,,,,,,,,,\n",
			`line 2, column name: must not hold control characters (was "a\x00b")
line 2, column ad_formats: must not have an entry with | or a control character (was "v\x01")
line 3, column name: must be UTF-8 (was "a\xffb")`,
		},
		{"too few cells", short + "\np,P,ctv\nq,Q,ctv,PG\n", "line 2: has 3 cells where the header has 4"},
		{"a stray quote", short + "\np,P\"q,ctv,PG\n", `line 2: is not CSV: bare " in non-quoted-field`},
		{"a quote without its end", short + "\np,\"P,ctv,PG\n", `line 2: is not CSV: extraneous or missing " in quoted-field`},
		{
			"the line of a cell in a row of several",
			short + ",description,currency\np,P,ctv,PG,\"one\ntwo\",ZZZ\n",
			`line 3, column currency: must be an ISO 4217 currency such as USD (was "ZZZ")`,
		},
		{
			"more list entries than a product may have",
			short + ",geo_targets\np,P,ctv,PG," + manyEntries(101) + "\n",
			"line 2, column geo_targets: must not have more than 100 entries",
		},
		{
			"wrong JSON types",
			"[" + object(`"base_cpm":true,"currency":1,"geo_targets":"US","ad_formats":[["video"]],"floor_cpm":"x"`) + "]",
			`line 1, column base_cpm: must be a number (was "true")
line 1, column currency: must be a text (was "1")
line 1, column ad_formats: must be a list of texts (was "[[\"video\"]]")
line 1, column geo_targets: must be a list of texts (was "\"US\"")
line 1, column floor_cpm: must be a decimal number such as 12.50 (was "x")`,
		},
		{"a JSON member twice", object(`"name":"Q"`), "line 1, column name: is there twice"},
		{"a list entry that the CSV cannot hold", object(`"geo_targets":["US|CA"]`),
			`line 1, column geo_targets: must not have an entry with | or a control character (was "US|CA")`},
		{"a brace too many", "[" + object(`"currency":"USD"`) + "}]", "line 1: expected , or ] after a product (was '}')"},
		{"an invalid object, and the row after it", "[{\"name\":},\n" + object(`"currency":"ZZZ"`) + "]",
			"line 1: is not JSON (was \"{\\\"name\\\":}\")\n" +
				"line 2, column currency: must be an ISO 4217 currency such as USD (was \"ZZZ\")"},
		{"an array without its end", "[" + object(`"currency":"USD"`) + "\n", "line 2: the file ends before its ]"},
		{"an object without its end", "\n{\"name\":\"", "line 2: the file ends inside the product that begins on line 2"},
		{"something after the array", "[]\n[]", "line 2: nothing may follow the last ] (was '[')"},
		{"numbers for products", "[1]", "line 1: a product must be an object (was '1')"},
		{"a JSON row without an end", `[{"name":"` + strings.Repeat("x", catalogfile.MaxRowBytes),
			"line 1: the row is longer than 1 MiB, or its end is not marked"},
		{"a CSV row without an end", short + "\n\"" + strings.Repeat("x\n", catalogfile.MaxRowBytes),
			"line 2: the row is longer than 1 MiB, or its end is not marked"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := read(test.file, catalogfile.Options{})
			rows, ok := errors.AsType[*catalogfile.RowErrors](err)
			if !ok {
				t.Fatalf("error = %v, want problems with rows", err)
			}
			if diff := cmp.Diff(test.want, rows.Error()); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func manyEntries(n int) string {
	entries := make([]string, n)
	for i := range entries {
		entries[i] = fmt.Sprint("g", i)
	}
	return strings.Join(entries, "|")
}

func TestProblemsAreBounded(t *testing.T) {
	t.Parallel()
	const bad = catalogfile.MaxProblems + 7
	_, _, err := read(header+strings.Repeat("p,P,ctv,PG,x,,,,,,,,,,\n", bad), catalogfile.Options{})
	rows, ok := errors.AsType[*catalogfile.RowErrors](err)
	if !ok {
		t.Fatalf("error = %v", err)
	}
	if len(rows.Problems) != catalogfile.MaxProblems || rows.Total != bad {
		t.Errorf("kept %d of %d problems, want %d of %d", len(rows.Problems), rows.Total, catalogfile.MaxProblems, bad)
	}
	if !strings.HasSuffix(rows.Error(), "\nand 7 more") {
		t.Errorf("the text does not count the others: %q", rows.Error()[len(rows.Error())-40:])
	}
}

func TestNothingIsYieldedAfterAProblem(t *testing.T) {
	t.Parallel()
	products, report, err := read(header+"a,A,ctv,PG,,,,,,,,,,,,\nb,B,ctv,??,,,,,,,,,,,,\nc,C,ctv,PG,,,,,,,,,,,,\n",
		catalogfile.Options{})
	if err == nil {
		t.Fatal("the bad row went unnoticed")
	}
	if len(products) != 1 || report.Products != 1 || products[0].Product.ID != "a" {
		t.Errorf("yielded %v, want the product before the problem alone", products)
	}
}

func TestErrorsOfOthersArePassedOn(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	_, err := catalogfile.Read(strings.NewReader(header+"a,A,ctv,PG,,,,,,,,,,,,\n"), catalogfile.Options{},
		func(int, parley.ProductChange) error { return full })
	if err != full { //nolint:errorlint // that it is the very error is what is tested
		t.Errorf("an error of yield came back as %v", err)
	}
	for _, beginning := range []string{"", header, `[{"name"`} {
		broken := io.MultiReader(strings.NewReader(beginning), iotest.ErrReader(full))
		_, err := catalogfile.Read(broken, catalogfile.Options{}, func(int, parley.ProductChange) error { return nil })
		if !errors.Is(err, full) {
			t.Errorf("after %q: an error of the file came back as %v", beginning, err)
		}
	}
}
