package wire_test

import (
	"encoding/json"
	"testing"

	"parley/seller"
	"parley/wire"
)

func TestListsCountToTenThousand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rows, total int64
		capped      bool
	}{
		{0, 0, false}, {9_999, 9_999, false}, {10_000, 10_000, false}, {10_001, 10_000, true}, {5_000_000, 10_000, true},
	} {
		page, err := wire.ReadPage("things", wire.Paging{}, nil, func(page seller.Page) (seller.Listing[int], error) {
			return seller.Listing[int]{Items: []int{1}, Total: min(c.rows, int64(page.CountTo))}, nil
		}, func(i int) any { return i })
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(page)
		if err != nil {
			t.Fatal(err)
		}
		var said struct {
			Total  int64 `json:"total_count"`
			Capped *bool `json:"total_count_capped"`
		}
		if err := json.Unmarshal(text, &said); err != nil {
			t.Fatal(err)
		}
		if said.Total != c.total || said.Capped == nil || *said.Capped != c.capped {
			t.Errorf("a list of %d rows says %s", c.rows, text)
		}
	}
}
