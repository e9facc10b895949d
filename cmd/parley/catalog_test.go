package main_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/catalogfile"
	"parley/internal/racedetector"
	"parley/storage/pgtest"
)

func TestImportAndExport(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		at.write(t, "demo.csv", string(catalogfile.Demo))
		count := strings.Count(at.must(t, "catalog", "export", "--format", "json"), "product_id")
		if count != 0 {
			t.Errorf("a fresh database holds %d products", count)
		}
		first := at.must(t, "catalog", "import", "demo.csv")
		exported := at.must(t, "catalog", "export")
		products := strings.Count(exported, "\n") - 1
		if products < 24 || first != fmt.Sprintf("%d products: %d added, 0 changed, 0 as they were\n", products, products) {
			t.Errorf("%d products exported, and the import says %q", products, first)
		}
		for _, format := range []string{"csv", "json"} {
			done := at.run(t, strings.NewReader(at.must(t, "catalog", "export", "--format", format)), "catalog", "import", "-")
			if want := fmt.Sprintf("%d products: 0 added, 0 changed, %d as they were\n", products, products); done.out != want {
				t.Errorf("importing the %s export: %q, want %q\n%s", format, done.out, want, done.err)
			}
		}
		changed := strings.Replace(exported, "Northlight Sports Live", "Northlight Sports", 1)
		done := at.run(t, strings.NewReader(changed), "catalog", "import", "-")
		if want := fmt.Sprintf("%d products: 0 added, 1 changed, %d as they were\n", products, products-1); done.out != want {
			t.Errorf("importing one change: %q, want %q\n%s", done.out, want, done.err)
		}
	})
}

func TestImportShowsWhatItWouldChange(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		const head = "product_id,name,inventory_type,deal_types,base_cpm,geo_targets\n"
		at.run(t, strings.NewReader(head+"a,A,audio,PG|PD,5,US\nb,B,audio,PD,5,US\n"), "catalog", "import", "-")
		before := at.must(t, "catalog", "export")
		// A column that is not there leaves what there is; an empty cell clears.
		file := "product_id,name,inventory_type,deal_types,geo_targets\na,Again,audio,PG|PD,\nb,B,audio,PD,US\nc,C,audio,PG,\n"
		dry := at.run(t, strings.NewReader(file), "catalog", "import", "-", "--dry-run")
		const want = `line 2: a is changed
  name: "A" -> "Again"
  geo_targets: "US" -> ""
line 4: c is added
dry run, nothing was changed: 3 products: 1 added, 1 changed, 1 as they were
`
		if dry.out != want || dry.code != 0 {
			t.Errorf("exit code %d, printed\n%swant\n%s", dry.code, dry.out, want)
		}
		if !strings.Contains(dry.err, "sold as PG only on days that have a capacity of their own: a, c\n") {
			t.Errorf("warned of\n%s", dry.err)
		}
		if after := at.must(t, "catalog", "export"); after != before {
			t.Errorf("the dry run changed\n%sto\n%s", before, after)
		}
		done := at.run(t, strings.NewReader(file), "catalog", "import", "-", "--daily-impressions", "1000")
		if done.out != "3 products: 1 added, 2 changed, 0 as they were\n" || done.err != "" {
			t.Errorf("printed %q, warned %q", done.out, done.err)
		}
		for _, row := range []string{"a,Again,audio,PG|PD,5.00,0.00,USD,0,1000,,,,,,active,,", "c,C,audio,PG,,0.00,USD,0,1000,,,,,,active,,"} {
			if exported := at.must(t, "catalog", "export"); !strings.Contains(exported, row+"\n") {
				t.Errorf("there is no row %s in\n%s", row, exported)
			}
		}
		if bad := at.run(t, strings.NewReader(file), "catalog", "import", "-", "--dry-run", "--daily-impressions=-1"); bad.code != 1 ||
			!strings.Contains(bad.err, "daily_impressions") {
			t.Errorf("a negative capacity: exit code %d, %s", bad.code, bad.err)
		}
	})
}

func TestProductsGoOffSaleAndBack(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		at.run(t, strings.NewReader("product_id,name,inventory_type,deal_types\na,A,audio,PD\nb,B,audio,PD\n"), "catalog", "import", "-")
		for _, c := range []struct{ command, status string }{{"pause", "paused"}, {"resume", "active"}, {"retire", "retired"}} {
			if got, want := at.must(t, "catalog", c.command, "a", "b"), "a is "+c.status+"\nb is "+c.status+"\n"; got != want {
				t.Errorf("%s: %q, want %q", c.command, got, want)
			}
			if exported := at.must(t, "catalog", "export"); strings.Count(exported, ","+c.status+",,\n") != 2 {
				t.Errorf("after %s:\n%s", c.command, exported)
			}
		}
		some := at.run(t, strings.NewReader(""), "catalog", "resume", "none", "b")
		if some.code != 1 || some.out != "b is active\n" || !strings.Contains(some.err, `no product "none"`) {
			t.Errorf("one of two: exit code %d, %q, %q", some.code, some.out, some.err)
		}
	})
}

func TestImportOfBadRows(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		const head = "product_id,name,inventory_type,deal_types,base_cpm\n"
		for name, test := range map[string]struct {
			content string
			says    []string
		}{
			"two bad cells and a bad row": {
				head + "good,Good,audio,PD,1\nbad,Bad,audio,PD|XX,abc\nworse,,audio,PD,1\n",
				[]string{"line 3, column deal_types", "line 3, column base_cpm", "line 4, column name", "nothing was imported"},
			},
			"a product twice": {
				head + "same,A,audio,PD,1\nother,B,audio,PD,1\nsame,C,audio,PD,1\n",
				[]string{"problems (1):\nline 4, column product_id: ", `"same"`, "line 2", "nothing was imported"},
			},
			"no columns": {"nonsense\n1\n", []string{"line 1", "nothing was imported"}},
			"nothing":    {"", []string{"nothing was imported"}},
		} {
			done := at.run(t, strings.NewReader(test.content), "catalog", "import", "-")
			if done.code != 1 || done.out != "" {
				t.Errorf("%s: exit code %d, printed %q", name, done.code, done.out)
			}
			for _, text := range test.says {
				if !strings.Contains(done.err, text) {
					t.Errorf("%s: standard error does not mention %s:\n%s", name, text, done.err)
				}
			}
		}
		if exported := at.must(t, "catalog", "export"); strings.Count(exported, "\n") != 1 {
			t.Errorf("something was imported:\n%s", exported)
		}
	})
}

func TestImportOfSamples(t *testing.T) {
	t.Parallel()
	samples, err := filepath.Glob("../../../shared/samples/*.csv")
	if err != nil {
		t.Fatal(err)
	}
	if len(samples) == 0 {
		t.Skip("the samples of the IAB seller agent's inventory are not here")
	}
	for _, sample := range samples {
		content, err := os.ReadFile(sample)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(sample), func(t *testing.T) {
			at := newPlace(t)
			atFloor := at.run(t, strings.NewReader(string(content)), "catalog", "import", "-")
			if atFloor.code != 0 || !strings.Contains(atFloor.out, " added, 0 changed, 0 as they were") {
				t.Fatalf("exit code %d\n%s%s", atFloor.code, atFloor.out, atFloor.err)
			}
			plain := at.must(t, "catalog", "export")
			marked := at.run(t, strings.NewReader(string(content)), "catalog", "import", "-", "--base-markup", "12.5")
			if marked.code != 0 || strings.Contains(marked.out, " 0 changed") {
				t.Errorf("with a markup: %s%s", marked.out, marked.err)
			}
			if at.must(t, "catalog", "export") == plain {
				t.Error("the markup changed nothing")
			}
		})
	}
}

// TestImportOfManyRows shows that memory does not grow with the file, once the database's page caches are full.
func TestImportOfManyRows(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t) // it keeps several bytes beside each of the process, by how these were used
	if testing.Short() {
		t.Skip("imports 150,000 rows for each store")
	}
	eachStore(t, func(t *testing.T, at place) {
		if at.databaseURL != "" {
			at.databaseURL = pgtest.Apart(t)
		}
		rss := map[int]int64{}
		for _, rows := range []int{50_000, 100_000} {
			in, out := io.Pipe()
			go func() { out.CloseWithError(writeRows(out, rows)) }()
			started := time.Now()
			done := at.run(t, in, "catalog", "import", "-")
			took := time.Since(started)
			if done.code != 0 || !strings.HasPrefix(done.out, fmt.Sprintf("%d products: ", rows)) {
				t.Fatalf("%d rows: exit code %d\n%s%s", rows, done.code, done.out, done.err)
			}
			rss[rows] = done.maxRSS
			t.Logf("%d rows: %v, at most %d MiB of memory", rows, took.Round(time.Millisecond), done.maxRSS>>10)
		}
		// The collector's own slack varies by about this much between equal runs; the rows would take twice as much.
		const slack = 40 << 10
		if grown := rss[100_000] - rss[50_000]; grown > slack {
			t.Errorf("twice the rows took %d KiB more memory", grown)
		}
	})
}

func writeRows(w io.Writer, rows int) error {
	out := bufio.NewWriter(w)
	if _, err := fmt.Fprintln(out, "product_id,name,inventory_type,deal_types,base_cpm,floor_cpm,currency,minimum_impressions,"+
		"daily_impressions,ad_formats,device_types,geo_targets,content_categories,description"); err != nil {
		return err
	}
	for i := range rows {
		if _, err := fmt.Fprintf(out, "many-%07d,Product number %d,display,PG|PD|PA,%d.%02d,1.50,USD,10000,%d,banner,2|4,US|CA,IAB1,"+
			"A description of the usual length that says where on the page the placement is\n", i, i, 2+i%40, i%100, 50_000+i); err != nil {
			return err
		}
	}
	return out.Flush()
}
