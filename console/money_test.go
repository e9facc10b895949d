package console_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/catalogfile"
	"parley/internal/racedetector"
)

var amounts = regexp.MustCompile(`[\d,]*\d(?:\.(\d+))?(?:\x{a0}|&nbsp;| )(JPY|EUR|USD)\b`)

// TestMoneyIsInWholeMinorUnits reads every page of a publisher with deals whose values, reckoned by the thousand, have more decimals than
// their currency.
func TestMoneyIsInWholeMinorUnits(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	const more = "product_id,name,inventory_type,deal_types,base_cpm,floor_cpm,currency,minimum_impressions,daily_impressions\n" +
		"jp-ctv,Tokyo,ctv,PG|PD,1503,900,JPY,1,5000000\neu-ctv,Berlin,ctv,PG|PD,13.37,9,EUR,1,5000000\n"
	w.sell(func(stage func(int, parley.ProductChange) error) error {
		_, err := catalogfile.Read(strings.NewReader(more), catalogfile.Options{}, stage)
		return err
	})
	deals := func(impressions int64) {
		for _, product := range []string{"jp-ctv", "eu-ctv"} {
			w.book(w.buyer, w.desk.quote(w.buyer, product, "PG", impressions, 3, 9), "")
		}
	}
	deals(70_867)
	w.gate(parley.ApprovalRule{
		Name: "Two people", Gate: parley.GateDealBooking, Role: parley.ScopeApprover, SecondRole: parley.ScopeFinance, Timeout: time.Hour, Priority: 900,
	})
	deals(50_491)
	seen := map[string]int{}
	w.signedIn(w.admin).crawl(func(at crawled) {
		if strings.HasSuffix(at.address.Path, ".csv") || strings.HasPrefix(at.address.Path, "/console/events") || strings.HasPrefix(at.address.Path, "/console/audit") {
			return
		}
		for _, found := range amounts.FindAllStringSubmatch(at.body, -1) {
			currency := parley.Currency(found[2])
			if len(found[1]) != currency.MinorDigits() {
				t.Errorf("%s says %q", at.address, found[0])
			}
			seen[found[2]]++
		}
	})
	if seen["JPY"] < 20 || seen["EUR"] < 20 {
		t.Errorf("the pages say of %v", seen)
	}
}
