package console_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
)

func TestBrowserInventory(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	b.visit("/inventory?q=sports")
	if full := eval[int](b, `document.querySelectorAll("td.h4").length`); full == 0 {
		t.Error("the heat map shows no day that is nearly full")
	}
	b.visit("/inventory/ctv-sports-live")
	day := in(3).String()
	cell := `document.querySelector('td:has(a[href*="flight_start=` + day + `"])')`
	if title := eval[string](b, cell+`.title`); !strings.Contains(title, "of 900,000") {
		t.Errorf("the calendar says %q", title)
	}
	b.run(fill("#f-start_date", day), fill("#f-end_date", day), fill("#f-daily_impressions", "642,858"))
	b.leave(`form[action$="/capacity"] button`)
	b.shows("main", "Set 642,858 a day over")
	b.leave(`button[value=commit]`)
	b.shows(".note", "642,858 a day")
	b.comes(cell + `.matches(".h4.own, .h5.own")`)

	// Less than is booked is refused, beside the form, and nothing changes.
	b.run(fill("#f-start_date", day), fill("#f-end_date", day), fill("#f-daily_impressions", "10"))
	b.leave(`form[action$="/capacity"] button`)
	b.shows(".note.bad", "already sold")
	avails := must[parley.Avails](t)(w.service.Capacity(context.Background(), seller.Terminal("test"), "ctv-sports-live",
		parley.Flight{Start: *in(3), End: *in(3)}))
	if *avails.Days[0].Capacity != 642_858 {
		t.Errorf("the capacity is %d", *avails.Days[0].Capacity)
	}
}

func TestBrowserImport(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	upload := func(content string) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "products.csv")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		b.visit("/inventory/import")
		b.run(chromedp.SetUploadFiles(chromedp.CSS("#f-file"), []string{file}))
		b.leave(`form[enctype] button`)
	}
	exported := b.fetched("/inventory.csv")
	header, rest, _ := strings.Cut(exported, "\n")
	first, _, _ := strings.Cut(rest, "\n")
	cells := strings.Split(first, ",")
	if len(cells) < 5 {
		t.Fatalf("the export begins with\n%s\n%s", header, first)
	}

	upload(strings.Join([]string{header, strings.Replace(first, cells[4], "-1", 1), first + ",too many"}, "\n"))
	b.shows("h2", "What is wrong")
	if n := eval[int](b, `document.querySelectorAll("main tbody tr").length`); n < 2 {
		t.Errorf("%d problems are told", n)
	}

	upload(strings.ReplaceAll(exported, ",active,", ",paused,"))
	b.shows("main", "Open quotes of products that would be sold otherwise")
	b.shows("main", "could not be booked any more")

	renamed := strings.Replace(first, cells[1], "A banner by another name", 1)
	added := strings.Replace(strings.Replace(first, cells[0], "a-new-product", 1), cells[1], "A new product", 1)
	upload(strings.Join([]string{header, renamed, added}, "\n") + "\n")
	b.shows(".tally", "1 added")
	b.shows(".tally", "1 changed")
	b.shows("main tbody", "A banner by another name")
	if _, err := w.service.Product(context.Background(), seller.Terminal("test"), "a-new-product"); err == nil {
		t.Error("a preview imports")
	}
	b.leave(`form[action$="/confirm"] button`)
	b.shows(".note", "1 added, 1 changed")
	b.shows("table", "A banner by another name")
}

func TestBrowserRateCard(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	b.visit("/pricing/card")
	b.run(fill(`[name="entries[0].inventory_type"]`, "ctv"), fill(`[name="entries[0].base_cpm"]`, "30"), fill(`[name="entries[0].currency"]`, "USD"))
	b.leave(`button[value=preview]`)
	b.comes(`document.querySelector(".effect tbody b.down") !== null && document.querySelector(".effect tbody b.up") !== null`)
	b.run(fill(`[name="entries[0].base_cpm"]`, "50"))
	b.leave(`button[value=preview]`)
	b.shows(".effect", "products would move")
	b.shows(".effect tbody", "Northlight Sports Live")
	b.shows(".effect tbody", "50.00 USD")
	b.shows(".effect", "Open quotes of these products")
	b.shows(".effect", "At the last 30 days' volume: ")
	// The largest loss is first.
	worst := eval[bool](b, `(() => {
		const value = (row) => Number((row.lastElementChild.innerText.match(/[+\u2212][\d,.]+/) ?? ["0"])[0].replace("\u2212", "-").replaceAll(",", ""));
		const values = [...document.querySelectorAll(".effect tbody tr")].map(value);
		return values.length > 1 && values.some((v) => v !== 0) && values.every((v, i) => i === 0 || values[i - 1] <= v);
	})()`)
	if !worst {
		t.Error("the largest loss is not first: " + b.text(".effect tbody"))
	}
	card := must[parley.RateCard](t)(w.service.RateCard(context.Background(), seller.Terminal("test")))
	if len(card.Entries) != 0 {
		t.Fatal("a preview changes the card")
	}
	b.leave(`button[value=commit]`)
	b.shows(".note", "The rate card is in force")
	b.shows("main", "Version 2")
	b.run(click("details summary"))
	b.shows("main", "50.00 USD")

	// What another has changed meanwhile is not overwritten.
	b.visit("/pricing/card")
	other := must[parley.RateCard](t)(w.service.RateCard(context.Background(), seller.Terminal("test")))
	must[seller.Answer](t)(w.service.ReplaceRateCard(context.Background(), seller.Terminal("test"), other, nil, keep(&other)))
	b.run(fill(`[name="entries[0].base_cpm"]`, "60"))
	b.leave(`button[value=preview]`)
	b.leave(`button[value=commit]`)
	b.shows(".note.bad", "")
	if now := must[parley.RateCard](t)(w.service.RateCard(context.Background(), seller.Terminal("test"))); now.Entries[0].BaseCPM.Micros != 50_000_000 {
		t.Errorf("the card of another was overwritten: %v", now.Entries)
	}
}

func TestBrowserPricingRules(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	b.visit("/pricing/rules/new")
	b.run(fill("#f-name", "Spring"), fill("#f-discount", "12.5"), fill("#f-condition", "impressions >>> 4"))
	b.leave(`button[value=preview]`)
	b.comes(`document.querySelector("#f-condition").getAttribute("aria-invalid") === "true"`)
	b.run(fill("#f-condition", "impressions >= 100000"))
	b.leave(`button[value=preview]`)
	b.shows(".effect", "products would move")
	b.leave(`button[value=commit]`)
	b.shows("main", "12.5% off for impressions >= 100000")
	b.visit("/pricing/rules/" + w.pricingRule.ID)
	b.run(click("details.act summary"))
	b.leave("details.act button.danger")
	b.visit("/pricing/rules/" + w.pricingRule.ID)
	b.shows("main", "Harbour framework 2026")
	b.shows("#history", "History")
}

func TestBrowserWhatIf(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.viewer)
	b.visit("/whatif")
	b.shows("main", "Choose a product and who buys it.")
	b.run(fill(`[name=product_id]`, "ctv-sports-live"), fill(`[name=impressions]`, "12,000,000"), fill(`[name=agency_id]`, "agency-harbour"))
	b.leave("main form button.primary")
	// The volume is far from there over this flight, and earns neither the agency's framework nor a bracket.
	b.shows(".big", "37.80 USD")
	b.shows("main", "impressions that are available")
}
