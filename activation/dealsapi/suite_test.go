package dealsapi_test

import (
	"strings"
	"testing"

	"parley/activation"
	"parley/internal/adaptersuite"
	fake "parley/internal/fake/dealsapi"
)

// noStatus is a receiver that does not tell what it has.
const noStatus = `, "status_url": ""`

func TestReceiversPassTheSuite(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]string{"that tell what they have": "", "that do not": noStatus} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			adaptersuite.Run(t, func(t *testing.T) adaptersuite.Bench { return bench(open(t, settings)) })
		})
	}
}

func TestReceiversThatTakeADealOnceGetItOnce(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]string{"that tell what they have": "", "that do not": noStatus} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			adaptersuite.RunOnce(t, func(t *testing.T) adaptersuite.Bench {
				d := open(t, settings+`, "updates": "none"`)
				b := bench(d)
				b.Holds = func() map[string]int { // who takes a deal once may make another of each push
					if held, there := d.receiver.Deal(dealID); there {
						return map[string]int{"deal": held.Pushes}
					}
					return nil
				}
				return b
			})
		})
	}
}

func bench(d desk) adaptersuite.Bench {
	there := func() string {
		held, _ := d.receiver.Deal(dealID)
		return held.Body
	}
	return adaptersuite.Bench{
		Adapter: d.Adapter, Account: d.account, Want: want(func(w *activation.Want) { w.Settings = d.account.Settings }), Calls: d.receiver.Calls,
		Loses: func(how func(n int) adaptersuite.Loss) {
			n := 0
			d.receiver.Breaks(func(string) fake.Fault {
				n++
				return map[adaptersuite.Loss]fake.Fault{adaptersuite.Before: fake.DropsBefore, adaptersuite.After: fake.DropsAfter}[how(n-1)]
			})
		},
		Twists: func(how func(n int, answer []byte) []byte) {
			n := 0
			d.receiver.Twists(func(answer []byte) []byte {
				n++
				return how(n-1, answer)
			})
		},
		Holds: func() map[string]int { // a receiver has one of an id, or none
			held := map[string]int{}
			if there() != "" {
				held["deal"] = 1
			}
			return held
		},
		Text:  there,
		Rests: func() bool { return strings.Contains(there(), `"sellerstatus":1`) },
		Off:   func() bool { return strings.Contains(there(), `"sellerstatus":4`) },
		Changes: map[string]adaptersuite.Change{
			"volume": {Do: func(w *activation.Want) { w.Deal.Impressions = 6_000_000 }, Then: `"units":6000000`},
			"price":  {Do: func(w *activation.Want) { w.Deal.Price.FinalCPM = 19_000_001 }, Then: `"dealfloor":19.000001`},
			"dates":  {Do: func(w *activation.Want) { w.Ends = w.Ends.AddDate(0, 0, 5) }, Then: `"enddate":"2026-08-06T03:59:59Z"`},
		},
	}
}
