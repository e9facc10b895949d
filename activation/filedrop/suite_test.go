package filedrop_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/activation"
	"parley/internal/adaptersuite"
)

func TestSheetsPassTheSuite(t *testing.T) {
	t.Parallel()
	adaptersuite.Run(t, func(t *testing.T) adaptersuite.Bench {
		d := open(t, `{"format": "json"}`)
		newest := func() string {
			for revision := 20; revision > 0; revision-- {
				text, err := os.ReadFile(filepath.Join(d.root, fmt.Sprintf("%s_r%d.json", want(1).Deal.ID, revision)))
				if err == nil {
					return string(text)
				}
			}
			return ""
		}
		return adaptersuite.Bench{
			Adapter: d.Adapter, Account: d.account, Want: want(1, func(w *activation.Want) { w.Settings = d.account.Settings }),
			Calls: func() int { return 0 }, Text: newest,
			Holds: func() map[string]int { // a revision is one file, by its name
				held := map[string]int{}
				if newest() != "" {
					held["sheet"] = 1
				}
				return held
			},
			Rests: func() bool { return strings.Contains(newest(), `"action": "pause"`) },
			Off:   func() bool { return strings.Contains(newest(), `"action": "end"`) },
			Changes: map[string]adaptersuite.Change{
				"volume": {Do: func(w *activation.Want) { w.Deal.Impressions = 6_000_000 }, Then: `"impressions": "6000000"`},
				"price":  {Do: func(w *activation.Want) { w.Deal.Price.FinalCPM = 19_000_001 }, Then: `"cpm": "19.000001"`},
				"dates":  {Do: func(w *activation.Want) { w.Ends = w.Ends.AddDate(0, 0, 5) }, Then: `"ends_at": "2026-08-06T03:59:59Z"`},
			},
		}
	})
}
