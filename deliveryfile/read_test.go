package deliveryfile_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/deliveryfile"
)

func read(text string, options deliveryfile.Options) (rows []parley.DeliveryDay, lines []int, err error) {
	err = deliveryfile.Read(strings.NewReader(text), options, func(line int, d parley.DeliveryDay) error {
		rows, lines = append(rows, d), append(lines, line)
		return nil
	})
	return rows, lines, err
}

func of[T any](v T) *T { return &v }

func TestCSVAndJSONSayTheSame(t *testing.T) {
	t.Parallel()
	day, err := parley.ParseDate("2026-07-01")
	if err != nil {
		t.Fatal(err)
	}
	want := []parley.DeliveryDay{
		{DealID: "PRLY-A", Day: day, Line: "L1", Final: true, DeliveryFigures: parley.DeliveryFigures{
			Impressions: 100, Clicks: of(int64(0)), SpendMicros: of(int64(1_250_000)), Currency: "USD", Losses: map[string]int64{"101": 3},
		}},
		{DealID: "PRLY-B", Day: day + 1, DeliveryFigures: parley.DeliveryFigures{Impressions: 0}},
	}
	for name, text := range map[string]string{
		"CSV":          "Day,Deal ID,line,impressions,CLICKS,spend,currency,final,loss_101\n2026-07-01,prly-a,L1,100,0,1.25,usd,true,3\n2026-07-02,PRLY-B,,0,,,,,\n",
		"CSV with BOM": "\ufeffday,deal_id,impressions,line,clicks,spend,currency,final,loss_101\r\n2026-07-01,PRLY-A,100,L1,0,1.25,USD,yes,3\r\n2026-07-02,PRLY-B,0,,,,USD,no,\r\n",
		"JSON": `[{"day": "2026-07-01", "deal_id": "PRLY-A", "line": "L1", "impressions": 100, "clicks": 0, "spend": 1.25, "currency": "USD", "final": true, "loss_101": 3},
			{"day": "2026-07-02", "deal_id": "PRLY-B", "impressions": 0, "clicks": null}]`,
		"JSON rows": ` {"rows": [{"day": "2026-07-01", "deal_id": "PRLY-A", "line": "L1", "impressions": "100", "clicks": 0, "spend": "1.25", "currency": "USD", "final": true, "loss_101": 3},
			{"day": "2026-07-02", "deal_id": "PRLY-B", "impressions": 0}]}`,
	} {
		rows, lines, err := read(text, deliveryfile.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		if len(lines) == 2 && lines[1]-lines[0] != 1 {
			t.Errorf("%s: lines %v", name, lines)
		}
	}
}

func TestColumnsAreNamed(t *testing.T) {
	t.Parallel()
	text := "Date,Order,Total impressions,Advertiser\n2026-07-01,PRLY-A,7,Orion\n"
	if _, _, err := read(text, deliveryfile.Options{}); !parley.Is(err, parley.CodeValidation) {
		t.Errorf("without their names: %v", err)
	}
	rows, _, err := read(text, deliveryfile.Options{Columns: map[string]string{
		"date": "day", "Order": "deal_id", "total_impressions": "impressions", "Advertiser": deliveryfile.Ignored,
	}})
	if err != nil || len(rows) != 1 || rows[0].Impressions != 7 || rows[0].DealID != "PRLY-A" {
		t.Errorf("%+v %v", rows, err)
	}
}

func TestWrongRowsAreNamed(t *testing.T) {
	t.Parallel()
	const header = "day,deal_id,impressions,spend,currency,final\n"
	for text, problem := range map[string]string{
		"": "file is empty", " \n": "file is empty", "[": "file", `{"days": []}`: "file", `[1]`: "line 1", `[{"day"`: "line 1", `{`: "file",
		"day,day,deal_id,impressions\n": "line 1", "day,deal_id,impressions,nonsense\n": "line 1", "day,loss_x\n": "line 1",
		header + "2026-07-01,PRLY-A,1,,,\n2026-02-30,PRLY-A,1,,,\n": "line 3", header + ",PRLY-A,1,,,\n": "column day is needed",
		header + "2026-07-01,,1,,,\n": "column deal_id is needed, or alias or line_item_ref", header + "2026-07-01,PRLY-A,,,,\n": "column impressions is needed",
		header + "2026-07-01,PRLY-A,-1,,,\n": "column impressions must be", header + "2026-07-01,PRLY-A,\"1,000\",,,\n": "column impressions must be",
		header + "2026-07-01,PRLY-A,1.5,,,\n": "column impressions must be", header + "2026-07-01,PRLY-A,1,1.5,,\n": "column currency is needed",
		header + "2026-07-01,PRLY-A,1,9223372036854.775807,USD,\n2026-07-01,PRLY-A,1,9223372036854.775808,USD,\n": "line 3: column spend must be at most 9223372036854.775807",
		header + "2026-07-01,PRLY-A,1,1e30,USD,\n":                                                                "column spend must be at most", header + "2026-07-01,PRLY-A,1,0.0000001,USD,\n": "line 2: column spend must have at most six decimals",
		`[{"day": "2026-07-01", "deal_id": "A", "impressions": 1, "spend": 1e30, "currency": "USD"}]`: "line 1: column spend must be at most",
		header + "2026-07-01,PRLY-A,1,1.5,XXX,\n":                                                     "column currency must be", header + "2026-07-01,PRLY-A,1,-1.5,USD,\n": "column spend must be",
		header + "2026-07-01,PRLY-A,1,,,\n2026-07-02,PRLY\x00A,1,,,\n": "line 3", header + "2026-07-01,PRLY\xffA,1,,,\n": "column deal_id must be UTF-8",
		header + "2026-07-01,PRLY-A,1,,,maybe\n": "column final must be", header + "2026-07-01,PRLY-A\n": "line 2", header + "\"2026": "line 2",
		`[{"day": "2026-07-01", "deal_id": "A", "impressions": 1, "x": 1}]`:         "line 1",
		`[{"day": "2026-07-01", "deal_id": "A", "impressions": {"x": 1}}]`:          "plain value",
		`[{"day": "2026-07-01", "deal_id": "A", "impressions": 99999999999999999}]`: "column impressions must be",
	} {
		_, _, err := read(text, deliveryfile.Options{})
		if !parley.Is(err, parley.CodeValidation) || !strings.Contains(err.Error(), problem) {
			t.Errorf("%q: %v, want %q", text, err, problem)
		}
	}
}

// TestABrokenJSONFileIsRefusedWhole damages files whose first row is whole.
func TestABrokenJSONFileIsRefusedWhole(t *testing.T) {
	t.Parallel()
	const row = `{"day": "2026-07-01", "deal_id": "A", "impressions": 1}`
	for text, problem := range map[string]string{
		"[" + row + "]\n[" + row + "]": "file goes on after its list of rows, which ends with line 1",
		"[" + row + "]}}}":             "file goes on",
		"[" + row + "]]":               "file goes on",
		"[" + row + "] trailing":       "file goes on",
		"[" + row + "],":               "file goes on",
		"[" + row + "]\x00":            "file goes on",
		"[" + row + "] 1":              "file goes on",
		"[" + row:                      "file is cut off after line 1",
		"[" + row + ",":                "line 2",
		"[" + row + ",]":               "line 2",
		"[" + row + " " + row + "]":    "line 2",
		"[" + row + "}":                "file is no JSON after line 1",
		"[" + row + ",null]":           "line 2 must be an object",
		"[" + row + ",[]]":             "line 2 must be an object",
		"[" + row + `,{"day": "2026-07-02", "deal_id"`:                                "line 2",
		`{"rows": [` + row + "]":                                                      "file is cut off after line 1",
		`{"rows": [` + row + "],":                                                     "file is cut off after line 1",
		`{"rows": [` + row + "],}":                                                    "file is no JSON after line 1",
		`{"rows": [` + row + "]]":                                                     "file is no JSON after line 1",
		`{"rows": [` + row + "]}{}":                                                   "file goes on",
		`{"rows": [` + row + `], "rows": [` + row + "]}":                              `file has the member "rows" after its rows`,
		`{"rows": [` + row + `], "next": "page2"}`:                                    `file has the member "next" after its rows`,
		`{"next": "page2", "rows": [` + row + "]}":                                    "first member is rows",
		`{"rows": ` + row + "}":                                                       "file must be a list of rows",
		"[" + row + `,{"impressions": 1, ` + row[1:] + "]":                            "line 2: column impressions is given twice",
		"[" + row + `,{"Deal ID": null, ` + row[1:] + "]":                             "line 2: column deal_id is given twice",
		"[" + row + `,{"line": "` + strings.Repeat("x", 1001) + `", ` + row[1:] + "]": "column line must be at most",
		"[" + row + ",{" + strings.Repeat(`"x":1,`, 301) + row[1:] + "]":              "line 2 must have at most",
	} {
		_, _, err := read(text, deliveryfile.Options{Columns: map[string]string{"x": deliveryfile.Ignored}})
		if !parley.Is(err, parley.CodeValidation) || !strings.Contains(strings.Replace(err.Error(), "line 2 column", "line 2: column", 1), problem) {
			t.Errorf("%.200q: %v, want %q", text, err, problem)
		}
	}
}

func TestAFileHasItsBounds(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	many.WriteString("day,deal_id,impressions\n")
	for range deliveryfile.MostRows + 1 {
		many.WriteString("2026-07-01,A,1\n")
	}
	if err := deliveryfile.Read(strings.NewReader(many.String()), deliveryfile.Options{}, func(int, parley.DeliveryDay) error { return nil }); !parley.Is(err, parley.CodeValidation) {
		t.Errorf("too many rows: %v", err)
	}
	wide := "day,deal_id,impressions,line\n" + strings.Repeat("2026-07-01,A,1,"+strings.Repeat("x", 190)+"\n", deliveryfile.MostBytes/200)
	if err := deliveryfile.Read(strings.NewReader(wide), deliveryfile.Options{}, func(int, parley.DeliveryDay) error { return nil }); !parley.Is(err, parley.CodeTooLarge) {
		t.Errorf("too long: %v", err)
	}
}

// BenchmarkRead reads as many rows as a file may have, and reports the memory that is in use beside the file.
func BenchmarkRead(b *testing.B) {
	var text strings.Builder
	text.WriteString("day,deal_id,line,impressions,clicks,spend,currency\n")
	for i := range deliveryfile.MostRows {
		fmt.Fprintf(&text, "2026-07-%02d,PRLY-%05d,,%d,%d,12.5,USD\n", i%28+1, i/28, i, i%7)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := deliveryfile.Read(strings.NewReader(text.String()), deliveryfile.Options{}, func(int, parley.DeliveryDay) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	var memory runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(memory.HeapInuse-uint64(text.Len())), "heap-beside-file-B")
}

func FuzzRead(f *testing.F) {
	f.Add("day,deal_id,impressions\n2026-07-01,A,1\n")
	f.Add(`[{"day": "2026-07-01", "deal_id": "A", "impressions": 1}]`)
	f.Fuzz(func(t *testing.T, text string) {
		rows, _, err := read(text, deliveryfile.Options{})
		if err != nil {
			return
		}
		for _, d := range rows {
			if d.DealID == "" || d.Impressions < 0 || (d.SpendMicros == nil) != (d.Currency == "") {
				t.Fatalf("%q was read as %+v", text, d)
			}
		}
	})
}

// TestReadAsASourceWrites reads files as the profiles of their sources say, and nothing that could mean something else.
func TestReadAsASourceWrites(t *testing.T) {
	t.Parallel()
	german := parley.DeliveryReading{Columns: map[string]string{"Datum": "day", "Deal": "deal_id", "Notiz": "ignore"}, Separator: ";", Thousands: ".", Decimal: ","}
	for name, c := range map[string]struct {
		reading     parley.DeliveryReading
		columns     map[string]string
		text        string
		impressions int64
		spend       int64 // micros
		refused     string
	}{
		"another country's":   {german, nil, "Datum;Deal;Impressions;Spend;Currency;Notiz\n2026-07-01;PRLY-1;1.234.567;1.250,5;EUR;x\n", 1_234_567, 1_250_500_000, ""},
		"without thousands":   {german, nil, "Datum;Deal;Impressions;Spend;Currency\n2026-07-01;PRLY-1;1234567;1250,50;EUR\n", 1_234_567, 1_250_500_000, ""},
		"headings of its own": {german, map[string]string{"datum": "ignore", "Tag": "day"}, "Datum;Tag;Deal;Impressions\nx;2026-07-01;PRLY-1;7\n", 7, 0, ""},
		"apostrophes":         {parley.DeliveryReading{Thousands: "'"}, nil, "day,deal_id,impressions,spend,currency\n2026-07-01,PRLY-1,1'000,1'000.25,USD\n", 1000, 1_000_250_000, ""},
		"tabulators":          {parley.DeliveryReading{Separator: "\t", Thousands: ","}, nil, "day\tdeal_id\timpressions\n2026-07-01\tPRLY-1\t12,345\n", 12_345, 0, ""},
		"half a group":        {german, nil, "Datum;Deal;Impressions\n2026-07-01;PRLY-1;1.23\n", 0, 0, "impressions"},
		"an empty group":      {german, nil, "Datum;Deal;Impressions\n2026-07-01;PRLY-1;.123\n", 0, 0, "impressions"},
		"the other decimals":  {german, nil, "Datum;Deal;Impressions;Spend;Currency\n2026-07-01;PRLY-1;1;12.50;EUR\n", 0, 0, "spend"},
		"two decimals":        {german, nil, "Datum;Deal;Impressions;Spend;Currency\n2026-07-01;PRLY-1;1;1,250,50;EUR\n", 0, 0, "spend"},
		"points alone":        {parley.DeliveryReading{Decimal: ","}, nil, "day,deal_id,impressions,spend,currency\n2026-07-01,PRLY-1,1,1.250,EUR\n", 0, 0, "spend"},
		"a plain file":        {parley.DeliveryReading{}, nil, "day,deal_id,impressions\n2026-07-01,PRLY-1,\"1,234\"\n", 0, 0, "impressions"},
	} {
		var got []parley.DeliveryDay
		err := deliveryfile.Read(strings.NewReader(c.text), deliveryfile.OptionsOf(c.reading, c.columns), func(_ int, d parley.DeliveryDay) error {
			got = append(got, d)
			return nil
		})
		if c.refused != "" {
			if err == nil || !strings.Contains(err.Error(), "column "+c.refused) {
				t.Errorf("%s: %v, %+v", name, err, got)
			}
			continue
		}
		if err != nil || len(got) != 1 || got[0].Impressions != c.impressions || c.spend > 0 && (got[0].SpendMicros == nil || *got[0].SpendMicros != c.spend) {
			t.Errorf("%s: %v, %+v", name, err, got)
		}
	}
}
