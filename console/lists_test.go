package console_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/internal/stores"
	"parley/storage"
)

// exported are the cells of one column of a list's export.
func (b *browser) exported(list, query, column string) (cells []string) {
	b.d.t.Helper()
	status, body := b.get("/console/" + list + ".csv?" + query)
	if status != http.StatusOK {
		b.d.t.Fatalf("%s?%s: %d\n%.2000s", list, query, status, body)
	}
	rows := must[[][]string](b.d.t)(csv.NewReader(strings.NewReader(body)).ReadAll())
	i := slices.Index(rows[0], column)
	for _, row := range rows[1:] {
		cells = append(cells, row[i])
	}
	return cells
}

func TestListsAreNarrowed(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		b := w.signedIn(w.viewer)
		today, tomorrow, yesterday := in(0).String(), in(1).String(), in(-1).String()
		for _, list := range []struct{ name, id, about, aboutColumn, owner string }{
			{"quotes", w.quote.ID, "ctv-sports-live", "product_id", w.deal.Owner},
			{"proposals", w.negotiated.ID, w.negotiated.ProductID, "product_id", w.negotiated.Owner},
			{"orders", w.order.ID, w.deal.ID, "deal_id", w.deal.Owner},
		} {
			idColumn := strings.TrimSuffix(list.name, "s") + "_id"
			all := b.exported(list.name, "", idColumn)
			find := func(query string) []string { return b.exported(list.name, query, idColumn) }
			for query, want := range map[string][]string{
				"q=" + list.id: {list.id}, "q=" + strings.ToUpper(list.id[:len(list.id)-6]): {list.id},
				"q=" + list.id + "0": nil, "q=nothing": nil, "q=%25": nil,
				"from=" + today: all, "from=" + tomorrow: nil, "to=" + yesterday: nil, "to=" + today: all,
				"from=" + yesterday + "&to=" + tomorrow + "&q=" + list.id: {list.id},
			} {
				if found := find(query); !slices.Equal(found, want) {
					t.Errorf("%s?%s: %v, want %v", list.name, query, found, want)
				}
			}
			if status, body := b.get("/console/" + list.name + "?from=someday"); status != http.StatusOK || !strings.Contains(body, "narrows nothing") {
				t.Errorf("%s from no day: %d\n%.3000s", list.name, status, body)
			}
			if status, _ := b.get("/console/" + list.name + ".csv?from=someday"); status != http.StatusUnprocessableEntity {
				t.Errorf("the file of %s from no day: %d", list.name, status)
			}
			for _, cell := range b.exported(list.name, "q="+list.about, list.aboutColumn) {
				if cell != list.about {
					t.Errorf("%s about %s hold one about %s", list.name, list.about, cell)
				}
			}
			owned := find("q=" + url.QueryEscape(list.owner))
			if !slices.Contains(owned, list.id) || list.name != "orders" && len(owned) == len(all) {
				t.Errorf("%s of %s are %v of %v", list.name, list.owner, owned, all)
			}
			oldest := find("sort=oldest")
			slices.Reverse(oldest)
			if !slices.Equal(oldest, all) {
				t.Errorf("%s, the oldest first, are not the others turned around", list.name)
			}
			_, page := b.get("/console/" + list.name + "?q=" + list.id + "&from=" + today)
			if !strings.Contains(page, list.id) || !strings.Contains(page, `value="`+today+`"`) || !strings.Contains(page, "Clear") {
				t.Errorf("the page of %s narrowed is\n%.3000s", list.name, page)
			}
		}
	})
}

func TestDealsAreSorted(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		b := w.signedIn(w.viewer)
		number := func(cell string) int64 {
			if day, err := parley.ParseDate(cell); err == nil {
				return int64(day)
			}
			return must[int64](t)(parley.ParseMicros(cell))
		}
		for _, narrowed := range []string{"", "&q=sports", "&status=booked"} {
			for sort, column := range map[string]string{"cpm": "cpm", "impressions": "impressions", "start": "flight_start"} {
				var up []int64
				for _, cell := range b.exported("deals", "sort="+sort+"-up"+narrowed, column) {
					up = append(up, number(cell))
				}
				var down []int64
				for _, cell := range b.exported("deals", "sort="+sort+narrowed, column) {
					down = append(down, number(cell))
				}
				slices.Reverse(down)
				if len(up) < 3 || !slices.IsSorted(up) || !slices.Equal(up, down) {
					t.Errorf("by %s%s: %v, and turned around %v", sort, narrowed, up, down)
				}
			}
		}
		_, page := b.get("/console/deals?sort=cpm&q=sports")
		for _, part := range []string{
			`aria-sort="descending"><a class="sort" href="?q=sports&amp;sort=cpm-up"`, `href="?q=sports&amp;sort=start"`, `href="?q=sports"`,
			`href="deals.csv?q=sports&amp;sort=cpm"`,
		} {
			if !strings.Contains(page, part) {
				t.Errorf("the page of deals by price has no %s\n%.4000s", part, page)
			}
		}
		if found := b.exported("deals", "starts_from="+in(4).String()+"&starts_to="+in(5).String(), "flight_start"); len(found) != 2 {
			t.Errorf("deals that start on two days: %v", found)
		}
	})
}
